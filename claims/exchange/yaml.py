"""Packs in YAML, out and in: one after the other, with `---` between them."""

import hashlib
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from claims.exchange.formats import ExportedPack, Incoming, IncomingPack, Source
from claims.exchange.reading import read_pack_data
from claims.packs.lines import DECIMAL, WHOLE, WORDS, LinedYaml, YamlRefusedError
from claims.packs.plain import plain_claim, plain_document, plain_pack
from config.errors import ImportRefusedError, PackProblem
from config.faults import worded

_SEPARATOR = "---\n"
# The C library writes ten times as fast; both write the same data.
_Dumper: type[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_NUMBER = re.compile(f"{WHOLE.pattern}|{DECIMAL.pattern}")
_WIDE = 2_000


class PackDumper(_Dumper):
    """Writes plain data so that `claims.packs.lines` reads the same: what it would take for a number is quoted."""


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


MAX_PACKS = 200
_SEPARATOR_LINE = re.compile(r"^---[ \t]*\r?\n", re.MULTILINE)
_MEND = worded("Export the claims as YAML to see the form.")


def read_yaml(source: Source, *, whole: bool = False) -> Incoming:
    """Read all packs of the text (`whole`: as they are shipped); raises ImportRefusedError where it is no such YAML."""
    seen: set[str] = set()
    packs: list[IncomingPack] = []
    for text, line in _documents(source):
        digest = hashlib.sha256(text.encode()).hexdigest()
        packs.append(read_pack_data(source.name, _lined(source.name, text, line), digest, seen, whole=whole))
    return Incoming(source.name, source.format, tuple(packs), whole=whole)


def _documents(source: Source) -> Iterator[tuple[str, int]]:
    """Yield each document with the number of lines before it; the separator never stands at that place in a text."""
    marks = list(_SEPARATOR_LINE.finditer(source.text))
    if len(marks) > MAX_PACKS:
        fault = worded("it holds more than {most} packs", most=MAX_PACKS)
        problem = PackProblem(0, "", fault, worded("Split it into several files."))
        raise ImportRefusedError(source.name, (problem,))
    starts = [0, *(mark.end() for mark in marks)]
    ends = [*(mark.start() for mark in marks), len(source.text)]
    for start, end in zip(starts, ends, strict=True):
        text = source.text[start:end]
        if any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines()):
            yield text, source.text.count("\n", 0, start)


class _Below:
    """A document further down in a file: its lines count from the start of the file."""

    def __init__(self, lined: LinedYaml, lines: int) -> None:
        self._lined, self._lines = lined, lines
        self.data = lined.data

    def line(self, place: tuple[str | int, ...]) -> int:
        """Return the line in the file."""
        return self._lined.line(place) + self._lines


def _lined(name: str, text: str, lines: int) -> _Below:
    try:
        lined = _Below(LinedYaml(text), lines)
    except YamlRefusedError as error:
        inner = error.problem
        problem = PackProblem(inner.line + lines if inner.line else 0, inner.field, inner.fault, inner.mend)
        raise ImportRefusedError(name, (problem,)) from error
    if not isinstance(lined.data, dict):
        raise ImportRefusedError(name, (PackProblem(lines + 1, "", worded("this is no pack of claims"), _MEND),))
    return lined
