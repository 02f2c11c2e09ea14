"""BM25 over claims: all positive wordings of a claim as one document (Robertson and Zaragoza 2009; k1 1.5, b 0.75)."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from checks.index import Floats, IndexedWording, Rows
from checks.rarity import TermWeights

_K1 = 1.5
_B = 0.75


class ClaimDocuments:
    """Saturated term counts of every claim, ready to be weighted and summed."""

    def __init__(self, wordings: Sequence[IndexedWording], claims: int, weight: TermWeights) -> None:
        """Count the terms of the positive wordings, claim by claim."""
        self._claims = claims
        self._weight = weight
        counts: list[Counter[str]] = [Counter() for _ in range(claims)]
        for wording in wordings:
            if not wording.negative:
                counts[wording.claim].update(wording.reading.words)
        lengths = np.array([max(1, count.total()) for count in counts], dtype=np.float64)
        damping = _K1 * (1 - _B + _B * lengths / lengths.mean())
        columns: dict[str, tuple[list[int], list[float]]] = {}
        for claim, count in enumerate(counts):
            for term, times in count.items():
                claims_of, values = columns.setdefault(term, ([], []))
                claims_of.append(claim)
                values.append(times / (times + damping[claim]))
        self._columns: dict[str, tuple[Rows, Floats]] = {
            term: (np.array(claims_of, dtype=np.int64), np.array(values))
            for term, (claims_of, values) in columns.items()
        }

    def evidence(self, terms: Iterable[str]) -> Floats:
        """Return, for every claim, the BM25 score as a share of the most that these terms could score (0–1)."""
        summed = np.zeros(self._claims)
        most = 0.0
        for term in terms:
            weight = self._weight(term)
            most += weight
            column = self._columns.get(term)
            if column is not None:
                summed[column[0]] += weight * column[1]
        return summed / most if most else summed
