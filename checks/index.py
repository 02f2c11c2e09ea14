"""Claims as documents: all that a claim's wordings say, once."""

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.lexicon import CONCEPT_MARK, Analysis, Lexicon

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


Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


class Postings:
    """An immutable inverted index from terms to weighted owners, numbered from 0."""

    def __init__(self, holdings: Iterable[Mapping[str, float]]) -> None:
        """Pack the terms of each owner, in the order of their numbers."""
        numbers: dict[str, int] = {}
        terms, owners, weights = array("i"), array("i"), array("f")
        size = 0
        for owner, holding in enumerate(holdings):
            size += 1
            for term, weight in holding.items():
                terms.append(numbers.setdefault(term, len(numbers)))
                owners.append(owner)
                weights.append(weight)
        self.size = size
        self._numbers = numbers
        term_of = np.frombuffer(terms, dtype=np.int32) if terms else np.zeros(0, dtype=np.int32)
        order = np.argsort(term_of, kind="stable")
        self._owners = np.frombuffer(owners, dtype=np.int32)[order] if owners else np.zeros(0, dtype=np.int32)
        self._weights = np.frombuffer(weights, dtype=np.float32)[order] if weights else np.zeros(0, dtype=np.float32)
        counts = np.bincount(term_of, minlength=len(numbers))
        self._starts = [0, *np.cumsum(counts).tolist()]

    def sums(self, query: Mapping[str, float], most: int | None = None) -> Floats:
        """Return, for every owner, the sum over shared terms of its weight times the query's.

        With `most`, terms are read in the order of the query until that many postings have been touched.
        """
        owners: list[npt.NDArray[np.int32]] = []
        weights: list[npt.NDArray[np.float32]] = []
        touched = 0
        for term, weight in query.items():
            number = self._numbers.get(term)
            if number is None:
                continue
            start, stop = self._starts[number], self._starts[number + 1]
            owners.append(self._owners[start:stop])
            weights.append(self._weights[start:stop] * np.float32(weight))
            touched += stop - start
            if most is not None and touched > most:
                break
        if not owners:
            return np.zeros(self.size)
        return np.bincount(np.concatenate(owners), np.concatenate(weights), self.size).astype(np.float64, copy=False)


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


@dataclass(frozen=True, slots=True)
class ClaimDocument:
    """A claim's positive wordings taken together.

    Attributes:
        text: the wordings, without those that another one contains.
        counts: how often each word stands in that text.
        holders: in how many of all wordings each word and concept stands.
        size: number of wordings.
    """

    text: str
    counts: Counter[str]
    holders: Counter[str]
    size: int


def claim_documents(wordings: Sequence[IndexedWording], claims: int) -> list[ClaimDocument]:
    """Return the documents of all claims, in the order of their numbers."""
    by_claim: list[list[IndexedWording]] = [[] for _ in range(claims)]
    for wording in wordings:
        if not wording.negative:
            by_claim[wording.claim].append(wording)
    return [_document(each) for each in by_claim]


def _document(wordings: Sequence[IndexedWording]) -> ClaimDocument:
    text = ""
    for wording in sorted(wordings, key=lambda each: -len(each.reading.text)):
        if wording.reading.text.strip() not in text:
            text = f"{text}\n{wording.reading.text}"
    counts = Counter(wordings[0].reading.lexicon.tokenizer.forms(text))
    holders: Counter[str] = Counter()
    for wording in wordings:
        holders.update(wording.reading.words)
        holders.update(wording.reading.concepts)
    return ClaimDocument(text, counts, holders, len(wordings))
