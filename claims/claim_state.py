"""The whole state of a claim as plain data: what revisions keep, and what a digest is made of."""

import hashlib
import json
from dataclasses import fields
from datetime import date
from typing import Any

from checks.known import KnownFigure, KnownWording
from claims.record import CitationRecord, ClaimRecord, PointRecord

State = dict[str, Any]


def claim_state(claim: ClaimRecord) -> State:
    """Return everything that makes up the claim, fit for JSON.

    Its version, its editor and what a server sets on it are no part of its state.
    """
    return {
        "kind": claim.kind,
        "title_en": claim.title_en,
        "title_zh": claim.title_zh,
        "as_of": claim.as_of.isoformat(),
        "review_by": claim.review_by.isoformat() if claim.review_by else None,
        "status": claim.status,
        "wordings": [plain_fields(wording) for wording in claim.wordings],
        "figures": [plain_fields(figure) for figure in claim.figures],
        "points": [_point_state(point) for point in claim.points],
    }


def plain_fields(part: KnownWording | KnownFigure | PointRecord | CitationRecord) -> State:
    """Return the fields of a part of a claim by name, without the deep copies that `dataclasses.asdict` makes."""
    return {each.name: getattr(part, each.name) for each in fields(part)}


def claim_from_state(
    claim_id: str, state: State, *, server: int | None, pack: str, edited_by: str | None = None
) -> ClaimRecord:
    """Return the claim that a state describes, as version 1; `claim_state` of it is that state again."""
    return ClaimRecord(
        id=claim_id,
        kind=state["kind"],
        title_en=state["title_en"],
        title_zh=state["title_zh"],
        pack=pack,
        version=1,
        as_of=date.fromisoformat(state["as_of"]),
        review_by=date.fromisoformat(state["review_by"]) if state["review_by"] else None,
        wordings=tuple(KnownWording(**wording) for wording in state["wordings"]),
        figures=tuple(KnownFigure(**figure) for figure in state["figures"]),
        points=tuple(_point(point) for point in state["points"]),
        status=state["status"],
        server=server,
        edited_by=edited_by,
    )


def _point_state(point: PointRecord) -> State:
    # Lists as JSON gives them back, so that a state from the history equals one made here.
    parts: State = {"citations": list(map(plain_fields, point.citations)), "numbers": list(point.numbers)}
    return plain_fields(point) | parts


def _point(state: State) -> PointRecord:
    citations = tuple(CitationRecord(**citation) for citation in state["citations"])
    parts: State = {"citations": citations, "numbers": tuple(state["numbers"])}
    return PointRecord(**state | parts)


def claim_digest(claim: ClaimRecord) -> str:
    """Return the SHA-256 of the claim's state; equal states have equal digests."""
    text = json.dumps(claim_state(claim), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
