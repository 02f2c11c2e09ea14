"""Claims that come near a new one, so that nobody adds the same claim twice."""

from collections.abc import Iterable
from dataclasses import dataclass

from checks.analysis import analyse
from checks.base import IndexedBase
from checks.lexicon import Lexicon
from checks.scoring import Candidate
from checks.tuning import Model, Tuning
from claims.record import ClaimRecord

# From this probability on, the new title is taken to make the known claim, and a warning is given. With the shipped
# tuning, rewordings of a claim reach 0.95 and more, while titles of different claims on the same topic (the shipped
# pack against itself) pass 0.8 in eight of a hundred cases: few enough to look at, and nothing is refused for it.
NEAR_FROM = 0.8
MOST_NEAR = 3


@dataclass(frozen=True, slots=True)
class NearClaim:
    """A claim that may be the same as a new one; `likeness` is a probability (0–1)."""

    claim: str
    title_en: str
    title_zh: str
    likeness: float


class NearFinder:
    """Holds claims, known and new, and tells which of them are near to one."""

    def __init__(self, claims: Iterable[ClaimRecord], lexicon: Lexicon, tuning: Tuning) -> None:
        """Index the claims; some milliseconds for each."""
        self._lexicon = lexicon
        self._base = IndexedBase.of((claim.known for claim in claims), lexicon, tuning)

    def near(self, claim: ClaimRecord) -> tuple[NearClaim, ...]:
        """Return the claims that one of the claim's titles seems to make, likeliest first, and not itself."""
        best: dict[str, NearClaim] = {}
        for title in (claim.title_en, claim.title_zh):
            for found in self._candidates(title):
                if found.claim != claim.id and found.likeness > best.get(found.claim, found).likeness - 1e-9:
                    best[found.claim] = found
        likely = sorted(best.values(), key=lambda each: -each.likeness)
        return tuple(each for each in likely if each.likeness >= NEAR_FROM)[:MOST_NEAR]

    def _candidates(self, title: str) -> list[NearClaim]:
        reading = analyse(title, self._lexicon)
        if self._base.scorer is None or not reading.words:
            return []
        model = self._base.scorer.model
        return [self._told(candidate, model) for candidate in self._base.scorer.candidates(reading)]

    def _told(self, candidate: Candidate, model: Model) -> NearClaim:
        known = self._base.claims[candidate.claim].claim
        likeness = model.probability(candidate.evidence.features())
        return NearClaim(known.id, known.title_en, known.title_zh, round(likeness, 3))
