"""The index over all wordings: which wordings share terms with a message, and how much of both they share."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.analysis import Analysis
from checks.lexicon import Lexicon
from checks.postings import Floats, Postings, Rows
from checks.rarity import TermWeights

Shares = npt.NDArray[np.floating[Any]]

# So many postings are read at most for one message, those of its rarest terms first.
_POSTINGS_BUDGET = 30_000
_SMALL = 1e-6


@dataclass(frozen=True, slots=True)
class IndexedWording:
    """One wording as the index holds it; `claim` is the claim's number in the base."""

    claim: int
    reading: Analysis
    raw: str
    negative: bool


@dataclass(frozen=True, slots=True)
class Overlap:
    """What a message shares with every wording: Dice and share of the wording, by words and by concepts (all 0–1)."""

    dice: Shares
    share: Shares
    concept_dice: Shares
    concept_share: Shares


class WordingIndex:
    """An immutable inverted index over wordings, grouped by claim."""

    def __init__(self, wordings: Sequence[IndexedWording], claims: int, weight: TermWeights) -> None:
        """Index `wordings`, which must be ordered by claim number; every claim has at least one."""
        self.wordings = wordings
        self.weight = weight
        self.claim_of: Rows = np.array([w.claim for w in wordings], dtype=np.int64)
        self.negative = np.array([w.negative for w in wordings], dtype=bool)
        self._for, self._against = (~self.negative).astype(np.float32), self.negative.astype(np.float32)
        self.first_row: Rows = np.searchsorted(self.claim_of, np.arange(claims))
        words, concepts = [w.reading.words for w in wordings], [w.reading.concepts for w in wordings]
        self._word_mass, self._concept_mass = self._masses(words), self._masses(concepts)
        self._words = Postings({term: weight(term) for term in each} for each in words)
        self._concepts = Postings({term: weight(term) for term in each} for each in concepts)

    def _masses(self, terms: Sequence[frozenset[str]]) -> Shares:
        return np.array([sum(map(self.weight, each)) + _SMALL for each in terms], dtype=np.float32)

    def rows_of(self, claim: int) -> range:
        """Return the rows of a claim's wordings."""
        last = self.first_row[claim + 1] if claim + 1 < len(self.first_row) else len(self.wordings)
        return range(int(self.first_row[claim]), int(last))

    def overlap(self, message: Analysis) -> Overlap:
        """Return what the message shares with every wording."""
        words, concepts = self._by_rarity(message.words), self._by_rarity(message.concepts)
        # Half the width of the sums is enough here, and halves the time that large bases take.
        shared = self._words.sums(dict.fromkeys(words, 1.0), _POSTINGS_BUDGET).astype(np.float32)
        alike = self._concepts.sums(dict.fromkeys(concepts, 1.0), _POSTINGS_BUDGET).astype(np.float32)
        return Overlap(
            dice=np.float32(2) * shared / (self._word_mass + np.float32(sum(words.values()))),
            share=shared / self._word_mass,
            concept_dice=np.float32(2) * alike / (self._concept_mass + np.float32(sum(concepts.values()))),
            concept_share=alike / self._concept_mass,
        )

    def _by_rarity(self, terms: frozenset[str]) -> dict[str, float]:
        weights = {term: self.weight(term) for term in terms}
        return {term: weights[term] for term in sorted(weights, key=lambda term: (-weights[term], term))}

    def best_by_claim(self, values: Shares | Floats, *, negative: bool = False) -> Floats:
        """Return each claim's greatest value over its positive (or negative) wordings; 0 where it has none."""
        counted = values * (self._against if negative else self._for)
        return np.maximum.reduceat(counted, self.first_row).astype(np.float64)


def count_holders(wordings: Sequence[IndexedWording], lexicon: Lexicon) -> TermWeights:
    """Return the weights of terms over these wordings and the background."""
    holders: Counter[str] = Counter()
    for wording in wordings:
        holders.update(wording.reading.words)
        holders.update(wording.reading.concepts)
    return TermWeights(lexicon, holders, len(wordings))
