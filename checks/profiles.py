"""Claim profiles: which terms speak for which claim, learned from all wordings of a claim together."""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from checks.postings import Floats, Postings
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

    def __init__(self, holders: Sequence[Counter[str]], sizes: Sequence[int], weight: TermWeights) -> None:
        """Take, for every claim, in how many of its wordings each term stands, and how many wordings it has."""
        self._postings = Postings(_weights(holders, sizes, weight))

    def evidence(self, terms: Collection[str]) -> Floats:
        """Return, for every claim, the summed weight of the terms that speak for it, per root of their number."""
        return self._postings.sums(dict.fromkeys(terms, 1.0)) / math.sqrt(len(terms) + 3)


def _weights(holders: Sequence[Counter[str]], sizes: Sequence[int], weight: TermWeights) -> Iterator[dict[str, float]]:
    total: Counter[str] = Counter()
    for count in holders:
        total.update(count)
    everything = sum(sizes)
    for count, size in zip(holders, sizes, strict=True):
        speaking: dict[str, float] = {}
        for term, times in count.items():
            elsewhere = (total[term] - times + _SMOOTHING) / (everything - size + 1)
            usual = elsewhere + _BACKGROUND_SHARE * weight.background(term)
            speaks = math.log((0.9 * times / max(1, size) + 0.1 * usual) / usual)
            if speaks > 0:
                speaking[term] = speaks * min(1.0, weight(term) / _FULL_WEIGHT)
        yield speaking
