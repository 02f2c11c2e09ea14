"""Claim profiles: which terms speak for which claim, learned from all wordings of a claim together."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from checks.index import Floats, IndexedWording, Rows
from checks.rarity import TermWeights

# Half a wording is added to every count, so that one stray word does not decide.
_SMOOTHING = 0.5
_BACKGROUND_SHARE = 0.5
_FULL_WEIGHT = 6.0


class ClaimProfiles:
    """For every term, how much more often the wordings of a claim hold it than all others and ordinary writing do.

    The weight is the logarithm of that ratio (pointwise mutual information), at least 0, scaled down for terms that say
    little anywhere.
    """

    def __init__(self, wordings: Sequence[IndexedWording], claims: int, weight: TermWeights) -> None:
        """Count the terms of the positive wordings, claim by claim."""
        self._claims = claims
        counts: list[Counter[str]] = [Counter() for _ in range(claims)]
        sizes = [0] * claims
        for wording in wordings:
            if not wording.negative:
                counts[wording.claim].update(wording.reading.words | wording.reading.concepts)
                sizes[wording.claim] += 1
        total: Counter[str] = Counter()
        for count in counts:
            total.update(count)
        everything = sum(sizes)
        columns: dict[str, tuple[list[int], list[float]]] = {}
        for claim, count in enumerate(counts):
            for term, times in count.items():
                share = times / max(1, sizes[claim])
                elsewhere = (total[term] - times + _SMOOTHING) / (everything - sizes[claim] + 1)
                usual = elsewhere + _BACKGROUND_SHARE * weight.background(term)
                speaks = math.log((0.9 * share + 0.1 * usual) / usual) * min(1.0, weight(term) / _FULL_WEIGHT)
                if speaks > 0:
                    claims_of, weights = columns.setdefault(term, ([], []))
                    claims_of.append(claim)
                    weights.append(speaks)
        self._columns: dict[str, tuple[Rows, Floats]] = {
            term: (np.array(claims_of, dtype=np.int64), np.array(weights))
            for term, (claims_of, weights) in columns.items()
        }

    def evidence(self, terms: Iterable[str]) -> Floats:
        """Return, for every claim, the summed weight of the terms that speak for it, per root of their number."""
        summed = np.zeros(self._claims)
        number = 0
        for term in terms:
            number += 1
            column = self._columns.get(term)
            if column is not None:
                summed[column[0]] += column[1]
        return summed / math.sqrt(number + 3)
