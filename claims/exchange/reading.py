"""From plain data in the form of a pack to claims for import; a fault refuses its own claim, not the whole file."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any, cast

from claims.exchange.formats import IncomingClaim, IncomingPack, RefusedClaim
from claims.moderation.edits import STATUSES
from claims.packs.lines import UNFIT, Lined, PartPath, field_name
from claims.packs.plain import read_claim, read_documents, read_head
from claims.packs.schema import Broken, broken_claim_rules, read_schema, schema_problems
from config.errors import ImportRefusedError, PackProblem, worded
from config.languages import CODES

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
    kinds["point"]["properties"]["date"] = {"type": "string", "format": "date-or-none"}
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
        raise ImportRefusedError(name, tuple((shared or problems)[:MOST_TOLD]))
    pack = read_head(data["pack"]) if data["pack"] else None
    documents = read_documents(data)
    citable = {document.id for document in documents} if whole else None
    claims: list[IncomingClaim | RefusedClaim] = []
    for number, claim in enumerate(data["claims"]):
        place: PartPath = ("claims", number)
        faults = of_claims[number] or _problems(lined, _broken(claim, place, citable, seen))
        line = lined.line(place)
        if faults:
            claims.append(RefusedClaim(_name(claim, place), line, tuple(faults)))
        else:
            seen.add(claim["id"])
            record = read_claim(claim, pack.id if pack else "")
            cited = tuple(
                tuple(lined.line((*place, "points", n, "citations", c)) for c in range(len(point.citations)))
                for n, point in enumerate(record.points)
            )
            claims.append(IncomingClaim(record, line, claim.get("exported_state"), cited))
    return IncomingPack(pack, sha256, documents, tuple(claims))


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
    yield from broken_claim_rules(claim, place, citable)
    if claim["id"] in seen:
        fault = worded("the id {id!r} stands in this file twice", id=claim["id"])
        yield (*place, "id"), fault, worded("Keep one of the two.")
    in_one = worded("Write it in English or in Chinese.")
    if not any(text.strip() for text in claim["title"].values()):
        yield (*place, "title"), worded("the claim has no title"), in_one
    yield from _unfit_to_publish(claim, place)
    for number, point in enumerate(claim["points"]):
        if not point["date"] and claim.get("status", "published") == "published":
            mend = worded("Say when it was said, or make it a draft (status: draft).")
            yield (*place, "points", number, "date"), worded("a point of a published claim has no date"), mend
        if not any(text.strip() for text in point["text"].values()):
            yield (*place, "points", number, "text"), worded("the point has no text"), in_one
    if any(UNFIT.search(text) for text in _strings(claim)):
        yield place, worded("the text holds a control character or half a character"), worded("Take it out.")


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
