"""The check of one message: clean, find candidates, score, read stance and figures, decide."""

from collections.abc import Iterable

from rapidfuzz import fuzz

from checks.finding import Finding, Match
from checks.known import KnownClaim


class Checker:
    """Checks messages against the claims it holds (provisional: replaced in the next step)."""

    def __init__(self, claims: Iterable[KnownClaim]) -> None:
        """Build the index over all wordings of the claims."""
        self._claims = {claim.id: claim for claim in claims}

    def check(self, text: str) -> Finding:
        """Return the finding for one message."""
        scored = [
            (max((fuzz.token_set_ratio(text, w.text) / 100 for w in c.wordings), default=0.0), c.id) for c in self._claims.values()
        ]
        matches = tuple(Match(claim, score, "asserts", "") for score, claim in sorted(scored, reverse=True)[:3])
        action = "reply" if matches and matches[0].score > 0.8 else "silent"  # noqa: PLR2004
        return Finding(text, "en", action, matches)

    def update(self, claim: KnownClaim) -> None:
        """Add the claim, or replace it where it is known."""
        self._claims[claim.id] = claim

    def remove(self, claim_id: str) -> None:
        """Forget the claim; unknown ids are ignored."""
        self._claims.pop(claim_id, None)
