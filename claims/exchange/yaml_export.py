"""Claims as packs in YAML.

A base of one pack gives an ordinary pack file. Several packs follow one another as YAML documents, and claims of no
pack stand under `pack: null`. Two keys go beyond packs: `status` where a claim is not published, and `exported_state`
where it is not as its pack gave it.
"""

import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from claims.exchange.contents import ExportedPack
from claims.exchange.plain import plain_claim, plain_document, plain_pack
from claims.pack_yaml import DECIMAL, WHOLE, WORDS

_SEPARATOR = "---\n"
# The C library writes ten times as fast; both write the same data.
_Dumper: type[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_NUMBER = re.compile(f"{WHOLE.pattern}|{DECIMAL.pattern}")
_WIDE = 2_000


class PackDumper(_Dumper):
    """Writes plain data so that `claims.pack_yaml` reads the same: what it would take for a number is quoted."""


def _text(dumper: Any, text: str) -> yaml.ScalarNode:  # noqa: ANN401  one of two classes without a common type
    quoted = text in WORDS or _NUMBER.fullmatch(text) is not None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="'" if quoted else None)


def _decimal(dumper: Any, number: float) -> yaml.ScalarNode:  # noqa: ANN401
    if not math.isfinite(number):
        raise ValueError("a figure has to be a finite number")
    text = repr(number)
    # YAML 1.1 knows a number with an exponent by its point only.
    written = text if "." in text else text.replace("e", ".0e")
    return dumper.represent_scalar("tag:yaml.org,2002:float", written)


PackDumper.add_representer(str, _text)
PackDumper.add_representer(float, _decimal)


def write_yaml(packs: Iterable[ExportedPack]) -> Iterator[str]:
    """Yield the text of the file, a claim at a time."""
    for number, pack in enumerate(packs):
        if number:
            yield _SEPARATOR
        head = plain_pack(pack.head) if pack.head else None
        yield _dump({"pack": head, "documents": [plain_document(document) for document in pack.documents]})
        yield "claims:\n"
        for claim in pack.claims:
            yield _dump([plain_claim(claim.record, None if claim.as_loaded else claim.state)])


def _dump(data: object) -> str:
    return yaml.dump(data, Dumper=PackDumper, allow_unicode=True, sort_keys=False, width=_WIDE)
