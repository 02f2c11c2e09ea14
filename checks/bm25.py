"""BM25 over claims: all positive wordings of a claim as one document (Robertson and Zaragoza 2009; k1 1.5, b 0.75)."""

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np

from checks.postings import Floats, Postings
from checks.rarity import TermWeights

_K1 = 1.5
_B = 0.75


class ClaimDocuments:
    """Saturated term counts of every claim, ready to be weighted and summed."""

    def __init__(self, counts: Sequence[Counter[str]], weight: TermWeights) -> None:
        """Take the term counts of each claim's document."""
        self._weight = weight
        lengths = np.array([max(1, count.total()) for count in counts], dtype=np.float64)
        damping: list[float] = (_K1 * (1 - _B + _B * lengths / lengths.mean())).tolist()
        self._postings = Postings(
            {term: times / (times + damp) for term, times in count.items()}
            for count, damp in zip(counts, damping, strict=True)
        )

    def evidence(self, terms: Collection[str]) -> Floats:
        """Return, for every claim, the BM25 score as a share of the most that these terms could score (0–1)."""
        query = {term: self._weight(term) for term in terms}
        most = sum(query.values())
        return self._postings.sums(query) / (most or 1.0)
