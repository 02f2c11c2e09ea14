"""The form of a pack, as plain data and as YAML: read into claims for import, and written.

A fault refuses its own claim, not the whole file.
"""

import hashlib
import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any, cast

import yaml

from claims.exchange.formats import ExportedPack, Incoming, IncomingClaim, IncomingPack, RefusedClaim, Source
from claims.moderation.edits import STATUSES
from claims.packs.handwritten import Completed, Shelf, completed
from claims.packs.plain import (
    plain_claim,
    plain_document,
    plain_pack,
    read_claim,
    read_documents,
    read_head,
    read_schema,
)
from claims.packs.schema import (
    DECIMAL,
    SHOWN_BY_EXPORT,
    UNFIT,
    WHOLE,
    WORDS,
    Lined,
    LinedYaml,
    PartPath,
    YamlRefusedError,
    field_name,
    schema_problems,
)
from config.errors import ImportRefusedError, PackProblem, worded
from config.languages import CODES

Broken = tuple[PartPath, str, str]

STATE = "^s[0-9a-f]{16}$"


def exchange_schema() -> dict[str, Any]:
    """Return the JSON Schema: packs, but with fewer wordings and points, one language, a status and a state mark."""
    schema = read_schema()
    parts, kinds = schema["properties"], schema["$defs"]
    parts["pack"]["type"] = ["object", "null"]
    for name in ("documents", "claims"):
        parts[name].pop("minItems", None)
        parts[name].pop("maxItems", None)
    kinds["text"]["properties"] = _each({"type": "string", "maxLength": kinds["line"]["maxLength"]})
    kinds["longText"]["properties"] = _each({"type": "string", "maxLength": kinds["sentence"]["maxLength"]})
    kinds["wordings"].pop("minProperties", None)
    for texts in kinds["wordings"]["properties"].values():
        texts["minItems"] = 0
    claim = kinds["claim"]["properties"]
    claim["status"] = {"enum": list(STATUSES)}
    claim["exported_state"] = {"type": "string", "pattern": STATE}
    claim["points"]["minItems"] = 0
    kinds["point"]["properties"]["citations"]["minItems"] = 0
    citation, document = kinds["citation"]["properties"], kinds["document"]["properties"]
    citation["end"]["minimum"] = 0
    document["author"] = document["publisher"] = {"type": "string", "maxLength": kinds["line"]["maxLength"]}
    # A source of a server's own is cited as a whole: there is no file of which to take a digest.
    document["sha256"] = {"type": "string", "pattern": "^([0-9a-f]{64})?$(?!\\n)"}
    return schema


def _each(text: dict[str, Any]) -> dict[str, Any]:
    return dict.fromkeys(CODES, text)


# A file with more faults than this is another kind of file, and nobody mends them one by one.
MAX_PROBLEMS = 1_000
MOST_TOLD = 20
_OF_CLAIM = re.compile(r"claims\[(\d+)\]")
_OF_DOCUMENT = re.compile(r"documents\[(\d+)\]")
_LONGEST_ID = 64


def read_pack_data(name: str, lined: Lined, sha256: str, seen: set[str], *, whole: bool = False) -> IncomingPack:
    """Read one pack; `seen` are the ids that stood in the file before, and gets those of this pack.

    `whole`: the pack has to fit the schema of packs itself, and cite documents of its own only. Raises
    ImportRefusedError where the file's form, or what all claims share, is at fault.
    """
    problems = schema_problems(lined, read_schema() if whole else exchange_schema(), MAX_PROBLEMS)
    of_claims: dict[int, list[PackProblem]] = defaultdict(list)
    shared: list[PackProblem] = []
    for problem in problems:
        found = _OF_CLAIM.match(problem.field)
        (of_claims[int(found[1])] if found else shared).append(problem)
    data: Any = lined.data
    shared = shared or _problems(lined, _doubled(data["documents"]))
    if shared or len(problems) >= MAX_PROBLEMS:
        raise ImportRefusedError(name, tuple(_as_written(each, lined) for each in (shared or problems)[:MOST_TOLD]))
    pack = read_head(data["pack"]) if data["pack"] else None
    documents = read_documents(data)
    citable = {document.id for document in documents} if whole else None
    claims: list[IncomingClaim | RefusedClaim] = []
    for number, claim in enumerate(data["claims"]):
        place: PartPath = ("claims", number)
        faults = of_claims[number] or _problems(lined, _broken(claim, place, citable, seen))
        line = lined.line(place)
        if faults:
            told = tuple(sorted(faults, key=lambda each: each.line))
            claims.append(RefusedClaim(_name(claim, place), line, told))
        else:
            seen.add(claim["id"])
            record = read_claim(claim, pack.id if pack else "")
            cited = tuple(
                tuple(lined.line((*place, "points", n, "citations", c)) for c in range(len(point.citations)))
                for n, point in enumerate(record.points)
            )
            claims.append(IncomingClaim(record, line, claim.get("exported_state"), cited))
    return IncomingPack(pack, sha256, documents, tuple(claims))


def _as_written(problem: PackProblem, lined: Lined) -> PackProblem:
    """Name what was written, where a document was made of a point's source."""
    found = _OF_DOCUMENT.match(problem.field)
    if not found or not isinstance(lined, Completed):
        return problem
    place = field_name(lined.written(("documents", int(found[1]))))
    return replace(problem, field=f"{place}{problem.field[found.end() :]}")


def _problems(lined: Lined, broken: Iterable[Broken]) -> list[PackProblem]:
    return [PackProblem(lined.line(place), field_name(place), fault, mend) for place, fault, mend in broken]


def _doubled(documents: Any) -> Iterator[Broken]:  # noqa: ANN401  the schema has vouched for the form (as below)
    seen: set[str] = set()
    for index, document in enumerate(documents):
        if document["id"] in seen:
            fault = worded("the id {id!r} stands in this file twice", id=document["id"])
            yield ("documents", index, "id"), fault, worded("Give one of them another id.")
        seen.add(document["id"])


def _name(claim: Any, place: PartPath) -> str:  # noqa: ANN401  here nothing has vouched for the form
    found = cast("dict[str, object]", claim).get("id") if isinstance(claim, dict) else None
    return found[:_LONGEST_ID] if isinstance(found, str) else field_name(place)


def _broken(claim: Any, place: PartPath, citable: Collection[str] | None, seen: set[str]) -> Iterator[Broken]:  # noqa: ANN401
    yield from _claim_rules(claim, place, citable)
    if claim["id"] in seen:
        fault = worded("the id {id!r} stands in this file twice", id=claim["id"])
        yield (*place, "id"), fault, worded("Keep one of the two.")
    in_one = worded("Write it in English or in Chinese.")
    if not any(text.strip() for text in claim["title"].values()):
        yield (*place, "title"), worded("the claim has no title"), in_one
    yield from _unfit_to_publish(claim, place)
    for number, point in enumerate(claim["points"]):
        if not any(text.strip() for text in point["text"].values()):
            yield (*place, "points", number, "text"), worded("the point has no text"), in_one
    if any(UNFIT.search(text) for text in _strings(claim)):
        yield place, worded("the text holds a control character or half a character"), worded("Take it out.")


def _claim_rules(
    claim: Any,  # noqa: ANN401  the schema has vouched for the form
    place: PartPath,
    documents: Collection[str] | None = None,
) -> list[Broken]:
    """Return what is wrong within one claim: where, what, and its mend.

    `documents` are the ids that it may cite, span by span; None: any, also as a whole, by an empty span.
    """
    return [*_citations(claim, place, documents), *_figures(claim, place), *_wordings(claim, place)]


def _citations(claim: Any, place: PartPath, documents: Collection[str] | None) -> Iterator[Broken]:  # noqa: ANN401
    for number, point in enumerate(claim["points"]):
        for count, citation in enumerate(point["citations"]):
            here = (*place, "points", number, "citations", count)
            name = citation["document"]
            if documents is not None and name not in documents:
                known = ", ".join(sorted(documents)) or worded("none")
                fault = worded("{name!r} is no document of this pack", name=name)
                yield (*here, "document"), fault, worded("Known: {known}; or add it to documents.", known=known)
            cited_whole = citation["start"] == citation["end"] == 0
            if citation["start"] > citation["end"] - (documents is not None) and not cited_whole:
                yield (*here, "start"), worded("the span ends before it starts"), worded("Make start less than end.")


def _figures(claim: Any, place: PartPath) -> Iterator[Broken]:  # noqa: ANN401
    for number, figure in enumerate(claim.get("figures", [])):
        here = (*place, "figures", number)
        yield from _values(figure, here)
        if "documented" in figure:
            low = "low" in figure["documented"]
            yield from _values({"bound": "range" if low else "exactly"} | figure["documented"], (*here, "documented"))


def _values(figure: Any, here: PartPath) -> Iterator[Broken]:  # noqa: ANN401
    keys = {"value", "low", "high"} & set(figure)
    if keys not in ({"value"}, {"low", "high"}):
        yield here, worded("a figure has either a value, or low and high"), worded("Give one of the two.")
    elif "low" in keys and figure["low"] > figure["high"]:
        yield (*here, "low"), worded("low is above high"), worded("Swap them.")
    elif (figure["bound"] == "range") != ("low" in keys):
        fault = worded("low and high go with the bound 'range', a value with any other")
        yield (*here, "bound"), fault, worded("Change the one or the other.")


def _wordings(claim: Any, place: PartPath) -> Iterator[Broken]:  # noqa: ANN401
    for language, texts in claim.get("not_wordings", {}).items():
        wordings = {text.casefold() for text in claim["wordings"].get(language, [])}
        for number, text in enumerate(texts):
            if text.casefold() in wordings:
                here = (*place, "not_wordings", language, number)
                yield (
                    here,
                    worded("the same text is a wording of this claim"),
                    worded("Keep it in one of the two lists."),
                )


def _unfit_to_publish(claim: Any, place: PartPath) -> Iterator[Broken]:  # noqa: ANN401
    # Its figures may be at fault themselves, and are not asked for.
    record = read_claim({**claim, "figures": []}, "")
    for field, number in record.lacks_to_publish() if record.status == "published" else ():
        match field:
            case "wordings":
                mend = worded("Add a way in which people say it, or make it a draft (status: draft).")
                yield (*place, field), worded("a published claim has no wording"), mend
            case "points":
                mend = worded("Add what is documented of it, or make it a draft (status: draft).")
                yield (*place, field), worded("a published claim has no point"), mend
            case "citations":
                mend = worded("Name its source, or make it a draft (status: draft).")
                yield (*place, "points", number), worded("a point of a published claim cites nothing"), mend


def _strings(value: Any) -> list[str]:  # noqa: ANN401
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return _strings(list(cast("dict[str, Any]", value).values()))
    return [text for each in cast("list[Any]", value) for text in _strings(each)] if isinstance(value, list) else []


_SEPARATOR = "---\n"
# The C library writes ten times as fast; both write the same data.
_Dumper: type[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_NUMBER = re.compile(f"{WHOLE.pattern}|{DECIMAL.pattern}")
_WIDE = 2_000


class PackDumper(_Dumper):
    """Writes plain data so that `claims.packs.schema` reads the same: what it would take for a number is quoted."""


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
# A line that is neither empty nor a comment, and no directive, such as %YAML.
_CONTENT = re.compile(r"(?:^|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])[^\S\n\r]*+[^\s#%]")
_SEPARATOR_LINE = re.compile(r"^---[ \t]*\r?\n", re.MULTILINE)


def read_yaml(
    source: Source, *, whole: bool = False, today: date | None = None, shelf: Shelf | None = None
) -> Incoming:
    """Read all packs of the text (`whole`: as they are shipped); raises ImportRefusedError where it is no such YAML."""
    seen: set[str] = set()
    packs: list[IncomingPack] = []
    for text, line in _documents(source):
        digest = hashlib.sha256(text.encode()).hexdigest()
        lined = completed(_lined(source.name, text, line), today, shelf)
        packs.append(_without_quotes(lined, read_pack_data(source.name, lined, digest, seen, whole=whole)))
    return Incoming(source.name, source.format, tuple(packs), whole=whole, code_page=source.code_page)


def _without_quotes(lined: Lined, pack: IncomingPack) -> IncomingPack:
    """Refuse the claims that quote what their documents do not say."""
    faults: dict[int, list[PackProblem]] = defaultdict(list)
    for place, quote in lined.unfound.items() if isinstance(lined, Completed) else ():
        fault = worded("the document does not have these words: {quote}", quote=quote[:60])
        mend = worded("Copy them from the document, or take quote out.")
        faults[int(place[1])].append(PackProblem(lined.line(place), field_name(place), fault, mend))
    claims = tuple(
        RefusedClaim(claim.record.id, claim.line, tuple(faults[number]))
        if number in faults and isinstance(claim, IncomingClaim)
        else claim
        for number, claim in enumerate(pack.claims)
    )
    return replace(pack, claims=claims) if faults else pack


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
        if _CONTENT.search(text):
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
        problem = PackProblem(lines + 1, "", worded("this is no pack of claims"), SHOWN_BY_EXPORT)
        raise ImportRefusedError(name, (problem,))
    return lined
