"""From plain data in the form of a pack to claims for import; a fault refuses its own claim, not the whole file."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, cast

from claims.exchange.formats import IncomingClaim, IncomingPack, RefusedClaim
from claims.moderation.edits import STATUSES
from claims.packs.lines import UNFIT, Lined, Place, field_name
from claims.packs.plain import read_claim, read_documents, read_head
from claims.packs.schema import broken_claim_rules, read_schema, schema_problems
from claims.record import PackRecord
from config.errors import ImportRefusedError, PackProblem
from config.faults import worded

STATE = "^s[0-9a-f]{16}$"


def exchange_schema() -> dict[str, Any]:
    """Return the JSON Schema: packs, but with fewer wordings and points, one language, a status and a state mark."""
    schema = read_schema()
    parts, kinds = schema["properties"], schema["$defs"]
    parts["pack"]["type"] = ["object", "null"]
    for name in ("documents", "claims"):
        parts[name].pop("minItems", None)
        parts[name].pop("maxItems", None)
    kinds["text"]["properties"] = _both({"type": "string", "maxLength": kinds["line"]["maxLength"]})
    kinds["longText"]["properties"] = _both({"type": "string", "maxLength": kinds["sentence"]["maxLength"]})
    kinds["wordings"]["required"] = []
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


def _both(text: dict[str, Any]) -> dict[str, Any]:
    return {"en": text, "zh": text}


# A file with more faults than this is another kind of file, and nobody mends them one by one.
MAX_PROBLEMS = 1_000
_OF_CLAIM = re.compile(r"claims\[(\d+)\]")
_LONGEST_ID = 64


def read_pack_data(name: str, lined: Lined, sha256: str, seen: set[str]) -> IncomingPack:
    """Read one pack; `seen` are the ids that stood in the file before, and gets those of this pack.

    Raises ImportRefusedError where the file's form, or what all claims share, is at fault.
    """
    problems = schema_problems(lined, exchange_schema(), MAX_PROBLEMS)
    of_claims: dict[int, list[PackProblem]] = defaultdict(list)
    shared: list[PackProblem] = []
    for problem in problems:
        found = _OF_CLAIM.match(problem.field)
        (of_claims[int(found[1])] if found else shared).append(problem)
    if shared or len(problems) >= MAX_PROBLEMS:
        raise ImportRefusedError(name, tuple((shared or problems)[:20]))
    data: Any = lined.data
    pack = read_head(data["pack"]) if data["pack"] else None
    claims = [_claim(lined, claim, n, of_claims[n], pack, seen) for n, claim in enumerate(data["claims"])]
    return IncomingPack(pack, sha256, read_documents(data), tuple(claims))


def _claim(
    lined: Lined,
    claim: Any,  # noqa: ANN401
    number: int,
    problems: Sequence[PackProblem],
    pack: PackRecord | None,
    seen: set[str],
) -> IncomingClaim | RefusedClaim:
    place: Place = ("claims", number)
    line = lined.line(place)
    name = _name(claim, place)
    faults = list(problems) or [
        PackProblem(lined.line(where), field_name(where), fault, mend)
        for where, fault, mend in [
            *broken_claim_rules(claim, place, _cited(claim), whole=True),
            *_more_rules(claim, place, seen),
        ]
    ]
    if faults:
        return RefusedClaim(name, line, tuple(faults))
    seen.add(name)
    return IncomingClaim(read_claim(claim, pack.id if pack else ""), line, claim.get("exported_state"))


def _name(claim: Any, place: Place) -> str:  # noqa: ANN401  here nothing has vouched for the form
    found = cast("dict[str, object]", claim).get("id") if isinstance(claim, dict) else None
    return found[:_LONGEST_ID] if isinstance(found, str) else field_name(place)


def _cited(claim: Any) -> set[str]:  # noqa: ANN401
    return {cited["document"] for point in claim["points"] for cited in point["citations"]}


def _more_rules(claim: Any, place: Place, seen: set[str]) -> list[tuple[Place, str, str]]:  # noqa: ANN401
    found: list[tuple[Place, str, str]] = []
    if claim["id"] in seen:
        fault = worded("the id {id!r} stands in this file twice", id=claim["id"])
        found.append(((*place, "id"), fault, worded("Keep one of the two.")))
    if not any(text.strip() for text in claim["title"].values()):
        found.append(
            ((*place, "title"), worded("the claim has no title"), worded("Write it in English or in Chinese."))
        )
    if claim.get("status", "published") == "published":
        found += _unfit_to_publish(claim, place)
    for number, point in enumerate(claim["points"]):
        if not any(text.strip() for text in point["text"].values()):
            where = (*place, "points", number, "text")
            found.append((where, worded("the point has no text"), worded("Write it in English or in Chinese.")))
    if any(UNFIT.search(text) for text in _strings(claim)):
        found.append((place, worded("the text holds a control character or half a character"), worded("Take it out.")))
    return found


def _unfit_to_publish(claim: Any, place: Place) -> Iterator[tuple[Place, str, str]]:  # noqa: ANN401
    if not any(claim["wordings"].values()):
        mend = worded("Add a way in which people say it, or make it a draft (status: draft).")
        yield (*place, "wordings"), worded("a published claim has no wording"), mend
    if not claim["points"]:
        mend = worded("Add what is documented of it, or make it a draft (status: draft).")
        yield (*place, "points"), worded("a published claim has no point"), mend
    for number, point in enumerate(claim["points"]):
        if not point["citations"]:
            mend = worded("Name its source, or make it a draft (status: draft).")
            yield (*place, "points", number), worded("a point of a published claim cites nothing"), mend


def _strings(value: Any) -> list[str]:  # noqa: ANN401
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return _strings(list(cast("dict[str, Any]", value).values()))
    return [text for each in cast("list[Any]", value) for text in _strings(each)] if isinstance(value, list) else []
