"""The whole state of a claim as plain data: what revisions keep, and what a digest is made of."""

import hashlib
import json
from dataclasses import asdict
from typing import Any

from claims.record import ClaimRecord

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
        "wordings": [asdict(wording) for wording in claim.wordings],
        "figures": [asdict(figure) for figure in claim.figures],
        "points": [asdict(point) for point in claim.points],
    }


def claim_digest(claim: ClaimRecord) -> str:
    """Return the SHA-256 of the claim's state; equal states have equal digests."""
    text = json.dumps(claim_state(claim), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
