"""Claims that come near a new one, so that nobody adds the same claim twice."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checks.analysis import analyse
from checks.base import IndexedBase
from checks.lexicon import Lexicon
from checks.tuning import Tuning
from claims.record import ClaimRecord

# From here on it is more likely than not that the new title makes the known claim. A warning costs a glance, and
# nothing is refused for it; a claim that stands twice costs two cards for one message. Rewordings of shipped claims
# reach 0.5 to 1, titles on other topics stay below 0.1; what is warned of in vain is about the same thing.
NEAR_FROM = 0.5
MOST_NEAR = 3


@dataclass(frozen=True, slots=True)
class NearClaim:
    """A claim that may be the same as a new one; `likeness` is a probability (0–1)."""

    claim: str
    title_en: str
    title_zh: str
    likeness: float


class NearFinder:
    """Holds the claims of a base and, apart from them, new ones of the same file, and tells which are near to one.

    They are apart because the checks weigh differently in a base with many wordings a claim and in one with few.
    """

    def __init__(
        self, known: Iterable[ClaimRecord], new: Iterable[ClaimRecord], lexicon: Lexicon, tuning: Tuning
    ) -> None:
        """Index the claims; some milliseconds for each."""
        self._lexicon = lexicon
        self._bases = [IndexedBase.of((claim.known for claim in claims), lexicon, tuning) for claims in (known, new)]

    def near(self, claim: ClaimRecord) -> tuple[NearClaim, ...]:
        """Return the claims that one of the claim's titles seems to make, likeliest first, and not itself."""
        found = [each for title in (claim.title_en, claim.title_zh) for each in self._candidates(title)]
        likely = sorted(found, key=lambda each: -each.likeness)
        first = {each.claim: each for each in reversed(likely) if each.claim != claim.id and each.likeness >= NEAR_FROM}
        return tuple(sorted(first.values(), key=lambda each: -each.likeness))[:MOST_NEAR]

    def _candidates(self, title: str) -> Iterator[NearClaim]:
        reading = analyse(title, self._lexicon)
        for base in self._bases:
            scorer = base.scorer
            if scorer is None or not reading.words:
                continue
            for candidate in scorer.candidates(reading):
                claim = base.claims[candidate.claim].claim
                likeness = scorer.model.probability(candidate.evidence.features())
                yield NearClaim(claim.id, claim.title_en, claim.title_zh, round(likeness, 3))
