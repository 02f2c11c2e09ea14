"""What a card shows of its claims, as digests: equal ones need no correction."""

import hashlib
import json
from collections.abc import Iterable

from sqlmodel import Session

from claims.claim_reading import read_claims
from claims.claim_state import claim_state

GONE = "gone"
# What only the checks use; a card looks the same whatever these say.
_UNSEEN = ("wordings", "review_by", "status")


def card_digests(session: Session, server: int, claims: Iterable[str]) -> dict[str, str]:
    """Return a digest for each claim as the server sees it; GONE for one that it does not (any more) publish."""
    return {name: _digest(session, server, name) for name in claims}


def _digest(session: Session, server: int, claim: str) -> str:
    found = read_claims(session, server, claim)
    if not found or found[0].status != "published":
        return GONE
    shown = {name: value for name, value in claim_state(found[0]).items() if name not in _UNSEEN}
    text = json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
