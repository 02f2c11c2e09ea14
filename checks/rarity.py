"""How much a term says: rare in ordinary writing and rare in the claim base means much."""

import math
from collections.abc import Mapping

from checks.analysis import CONCEPT_MARK
from checks.lexicon import Lexicon

# The background counts as this many texts of this many words, beside the wordings of the base.
_BACKGROUND_TEXTS = 20_000
_WORDS_PER_TEXT = 15
_LEAST = 0.05


class TermWeights:
    """Inverse document frequency of terms over background and base together; natural logarithm, at least 0.05."""

    def __init__(self, lexicon: Lexicon, holders: Mapping[str, int], wordings: int) -> None:
        """Count from `holders` (in how many of the base's `wordings` a term stands) and the lexicon's background."""
        self._lexicon = lexicon
        self._holders = holders
        self._texts = _BACKGROUND_TEXTS + wordings + 1
        self._known: dict[str, float] = {}

    def background(self, term: str) -> float:
        """Return the share of background texts that hold the term (0–1)."""
        if term.startswith(CONCEPT_MARK):
            share = self._lexicon.concepts.shares.get(term[len(CONCEPT_MARK) :], 1e-7)
        else:
            share = 10 ** -self._lexicon.frequencies.rarity(term)
        return min(1.0, share * _WORDS_PER_TEXT)

    def __call__(self, term: str) -> float:
        """Return the weight of a term."""
        weight = self._known.get(term)
        if weight is None:
            held = _BACKGROUND_TEXTS * self.background(term) + self._holders.get(term, 0) + 0.5
            weight = max(_LEAST, math.log(self._texts / held))
            if len(self._known) < 200_000:
                self._known[term] = weight
        return weight
