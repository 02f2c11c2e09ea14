"""The index over all wordings: which wordings share terms with a message, and how much of both they share."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from checks.analysis import Analysis
from checks.lexicon import Lexicon
from checks.rarity import TermWeights

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

# Terms that stand in more wordings than this are read only while a message has touched few rows (see `_overlap`).
_ROW_BUDGET = 60_000
_SMALL = 1e-9


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

    dice: Floats
    share: Floats
    concept_dice: Floats
    concept_share: Floats
    message_weight: float
    concept_weight: float


class WordingIndex:
    """An immutable inverted index over wordings, grouped by claim."""

    def __init__(self, wordings: Sequence[IndexedWording], claims: int, lexicon: Lexicon) -> None:
        """Index `wordings`, which must be ordered by claim number; every claim has at least one."""
        self.wordings = wordings
        holders: Counter[str] = Counter()
        for wording in wordings:
            holders.update(wording.reading.words)
            holders.update(wording.reading.concepts)
        self.weight = TermWeights(lexicon, holders, len(wordings))
        self.claim_of: Rows = np.array([w.claim for w in wordings], dtype=np.int64)
        self.negative = np.array([w.negative for w in wordings], dtype=bool)
        self.first_row: Rows = np.searchsorted(self.claim_of, np.arange(claims))
        self._word_mass = self._masses([w.reading.words for w in wordings])
        self._concept_mass = self._masses([w.reading.concepts for w in wordings])
        self._rows = self._postings()

    def _masses(self, terms: Sequence[frozenset[str]]) -> Floats:
        return np.array([sum(map(self.weight, each)) for each in terms], dtype=np.float64)

    def _postings(self) -> dict[str, Rows]:
        rows: dict[str, list[int]] = {}
        for row, wording in enumerate(self.wordings):
            for term in wording.reading.words | wording.reading.concepts:
                rows.setdefault(term, []).append(row)
        return {term: np.array(each, dtype=np.int64) for term, each in rows.items()}

    def rows_of(self, claim: int) -> range:
        """Return the rows of a claim's wordings."""
        last = self.first_row[claim + 1] if claim + 1 < len(self.first_row) else len(self.wordings)
        return range(int(self.first_row[claim]), int(last))

    def _shared(self, terms: frozenset[str]) -> tuple[Floats, float]:
        """Return the shared weight for every row, and the weight of all terms; common terms only while cheap."""
        shared = np.zeros(len(self.wordings))
        total, touched = 0.0, 0
        weighted = sorted(((self.weight(term), term) for term in terms), reverse=True)
        for weight, term in weighted:
            total += weight
            rows = self._rows.get(term)
            if rows is None or touched > _ROW_BUDGET:
                continue
            touched += len(rows)
            shared[rows] += weight
        return shared, total

    def overlap(self, message: Analysis) -> Overlap:
        """Return what the message shares with every wording."""
        words, weight = self._shared(message.words)
        concepts, concept_weight = self._shared(message.concepts)
        return Overlap(
            dice=2 * words / (weight + self._word_mass + _SMALL),
            share=words / (self._word_mass + _SMALL),
            concept_dice=2 * concepts / (concept_weight + self._concept_mass + _SMALL),
            concept_share=concepts / (self._concept_mass + _SMALL),
            message_weight=weight,
            concept_weight=concept_weight,
        )

    def best_by_claim(self, values: Floats, *, negative: bool = False) -> Floats:
        """Return each claim's greatest value over its positive (or negative) wordings; 0 where it has none."""
        masked = np.where(self.negative == negative, values, 0.0)
        return np.maximum.reduceat(masked, self.first_row)
