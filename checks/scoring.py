"""Score the claims for a message: all wordings cheaply, the best few closely, and whose words a text has."""

import json
import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import resources
from itertools import accumulate
from typing import Any

import numpy as np

from checks.features import Evidence, Reader, likeness
from checks.index import Part, Segment
from checks.lexicon import CONCEPT_MARK, Analysis, TermWeights, Vocabulary
from checks.text import Span, is_han
from checks.tuning import Gates, Model, Tuning
from checks.words import Floats, Numbers, Rows, Shares

# How many claims are looked at closely, and how many wordings of each.
_CLAIMS_CLOSELY = 10
_WORDINGS_CLOSELY = 3
# None is looked at closely where so many of the first are far by words and concepts alone; where one is near, these are
# looked at, and of the others those that are near themselves.
_CLAIMS_FIRST = 3
# Where an embedder proposes claims too, so many are looked at that words propose.
_CLAIMS_BY_WORDS = 8
# So many rows are read at most for one message, those of its rarest terms first.
_MOST_ROWS = 30_000
_FEW_ROWS = 20_000

# Half of ordinary chat scores less by profiles and BM25, and one in a hundred messages about a claim. The best of more
# claims scores higher by chance: each tenfold of a small base raises the gate.
_HOPELESS, _HOPELESS_TENFOLD, _SMALL_BASE = 1.2, 0.26, 50


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claim (by number) with its evidence, and the wording that comes nearest (`row`: its place in the claim)."""

    claim: int
    row: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class _Terms:
    """The terms of a message: those that any claim holds, by number with their weights.

    `mass` is the weight of all terms, also of those that no claim holds, and `root` the root of how many these are.
    """

    numbers: Numbers
    weights: Shares
    mass: float
    root: float

    @classmethod
    def of(cls, terms: Collection[str], weight: TermWeights, known: Callable[[str], int | None]) -> "_Terms":
        weights = [weight(term) for term in terms]
        numbers = [known(term) for term in terms]
        found = [number for number in numbers if number is not None]
        held = [each for number, each in zip(numbers, weights, strict=True) if number is not None]
        root = math.sqrt(len(weights) + 3)
        return cls(np.array(found, dtype=np.int32), np.array(held, dtype=np.float32), sum(weights), root)


@dataclass(frozen=True, slots=True)
class _Found:
    """Which terms of one part are in a message, with their weights, and what they say of which claims (`owners`)."""

    places: Numbers
    weights: Shares
    owners: Numbers
    says: Shares

    @classmethod
    def of(cls, part: Part, terms: _Terms) -> "_Found":
        postings = part.segment.postings
        places, there = postings.find(terms.numbers)
        places, weights = places[there], terms.weights[there]
        spans = _spans(postings.owner_starts, places)
        if not spans:
            return cls(places, weights, postings.owners[:0], part.says[:0])
        owners = np.concatenate([postings.owners[span] for span in spans])
        return cls(places, weights, owners, np.concatenate([part.says[span] for span in spans]))

    def shared(self, segment: Segment) -> Shares:
        """Return the weight of the terms that each row holds."""
        postings, places, weights = segment.postings, self.places, self.weights
        lengths = postings.row_starts[places + 1] - postings.row_starts[places]
        if int(lengths.sum()) > _MOST_ROWS:
            order = np.lexsort((places, -weights))
            read = np.cumsum(lengths[order]) - lengths[order]
            order = order[read <= _MOST_ROWS]
            places, weights, lengths = places[order], weights[order], lengths[order]
        spans = _spans(postings.row_starts, places)
        if not spans:
            return np.zeros(segment.rows, dtype=np.float32)
        rows = np.concatenate([postings.rows[span] for span in spans])
        # Half the width of the sums is enough here, and halves the time that large bases take.
        return np.bincount(rows, np.repeat(weights, lengths), segment.rows).astype(np.float32)


def _spans(starts: Numbers, places: Numbers) -> list[slice]:
    return [slice(*each) for each in zip(starts[places].tolist(), starts[places + 1].tolist(), strict=True)]


@dataclass(frozen=True, slots=True)
class Glance:
    """What one message shares with all claims by their profiles and documents, which costs the least."""

    message: Analysis
    words: _Terms
    concepts: _Terms
    found: Sequence[tuple[_Found, _Found]]
    totals: Floats

    @property
    def nearest(self) -> float:
        """Return the greatest total."""
        return float(self.totals.max())


class _Seen:
    """What one message shares with the claims and wordings of one part.

    Attributes:
        words: what the words say of each claim by its profile.
        concepts: what the concepts say of it.
        documents: BM25 of its text, as a share of the most that the message's words could score (0–1).
    """

    def __init__(self, part: Part, heard: Glance, words: _Found, concepts: _Found) -> None:
        segment = self.segment = part.segment
        claims = len(segment.claims)
        self.words = np.bincount(words.owners, words.says[:, 0], claims) / heard.words.root
        self.concepts = np.bincount(concepts.owners, concepts.says[:, 0], claims) / heard.concepts.root
        self.documents = np.bincount(words.owners, words.says[:, 1], claims) / (heard.words.mass or 1.0)
        self._part, self._masses = part, (np.float32(heard.words.mass), np.float32(heard.concepts.mass))
        self._shared = words.shared(segment), concepts.shared(segment)
        # Of few wordings all are measured at once, of many only those that are asked for.
        self._all = self._measure(slice(None)) if segment.rows <= _FEW_ROWS else None

    def measured(self, rows: slice | Numbers) -> Sequence[Shares]:
        """Return Dice and share of some rows by words, the same by concepts, and all of it combined (0–2)."""
        return self._measure(rows) if self._all is None else [each[rows] for each in self._all]

    def _measure(self, rows: slice | Numbers) -> Sequence[Shares]:
        shared, alike = self._shared[0][rows], self._shared[1][rows]
        words, concepts = self._part.word_mass[rows], self._part.concept_mass[rows]
        dice = np.float32(2) * shared / (words + self._masses[0])
        share = shared / words
        concept_dice = np.float32(2) * alike / (concepts + self._masses[1])
        combined = dice + np.float32(0.7) * concept_dice + np.float32(0.3) * share
        return dice, share, concept_dice, alike / concepts, combined

    def best(self) -> Floats:
        """Return the combined overlap of each claim's best positive wording; 0 where none shares anything."""
        segment = self.segment
        if self._all is not None and segment.rows:
            return np.maximum.reduceat(self._all[4] * ~segment.negative, segment.first_row[:-1]).astype(np.float64)
        hit = np.flatnonzero((self._shared[0] + self._shared[1] > 0) & ~segment.negative)
        found = np.zeros(len(segment.claims))
        if len(hit):
            claims = segment.claim_of[hit]
            first = np.flatnonzero(np.diff(claims, prepend=-1))
            found[claims[first]] = np.maximum.reduceat(self._measure(hit)[4], first)
        return found


class Scorer:
    """Scores messages against the claims of some parts, numbered through; dead ones are never found."""

    def __init__(self, parts: Sequence[Part], vocabulary: Vocabulary, reader: Reader, tuning: Tuning) -> None:
        """Take weighed parts (`weigh`) with at least one living claim; `reader` weighs by the same weights."""
        self.weight = reader.weight
        self._parts, self._vocabulary, self._reader = parts, vocabulary, reader
        self._first = [0, *accumulate(len(part.segment.claims) for part in parts)]
        self._dead = (
            np.flatnonzero(~np.concatenate([part.living for part in parts]))
            if any(part.alive is not None for part in parts)
            else None
        )
        self.size = self._first[-1] - (0 if self._dead is None else len(self._dead))
        counted = (p.segment.sizes if p.alive is None else p.segment.sizes[p.alive] for p in parts)
        self._wordings_a_claim = int(sum(sizes.sum() for sizes in counted)) / self.size
        self.model: Model = tuning.model_for(self._wordings_a_claim)
        self._gate = _HOPELESS + _HOPELESS_TENFOLD * math.log10(max(self.size, _SMALL_BASE) / _SMALL_BASE)

    def hear(self, message: Analysis) -> Glance:
        """Return what the message shares with all claims at a glance."""
        words = _Terms.of(message.words, self.weight, self._vocabulary.known)
        concepts = _Terms.of(message.concepts, self.weight, self._vocabulary.known)
        found = [(_Found.of(part, words), _Found.of(part, concepts)) for part in self._parts]
        by_word = np.array([0.25 / words.root, 12 / (words.mass or 1.0)], dtype=np.float32)
        by_concept = np.array([0.25 / concepts.root, 0.0], dtype=np.float32)
        totals = [
            np.bincount(word.owners, word.says @ by_word, len(part.segment.claims))
            + np.bincount(concept.owners, concept.says @ by_concept, len(part.segment.claims))
            for part, (word, concept) in zip(self._parts, found, strict=True)
        ]
        # Counts of nothing are whole numbers, which cannot be infinite.
        heard = Glance(message, words, concepts, found, np.concatenate(totals).astype(np.float64, copy=False))
        if self._dead is not None:
            heard.totals[self._dead] = -np.inf
        return heard

    def is_far(self, heard: Glance, gates: Gates) -> bool:
        """Tell by words and concepts alone whether a message is far from every claim, by each one's own wordings."""
        nearest = heard.nearest
        if nearest < gates.few or nearest >= gates.many:
            return nearest < gates.few
        return not np.any(heard.totals[self.sizes < gates.many_from] >= gates.few)

    @cached_property
    def sizes(self) -> Numbers:
        """Return how many wordings each claim has."""
        return np.concatenate([part.segment.sizes for part in self._parts])

    def candidates(self, message: Analysis) -> list[Candidate]:
        """Return the candidates, best first; none where the message comes near no claim."""
        heard = self.hear(message)
        if heard.nearest < self._gate:
            return []
        seen = self._sight(heard)
        rough = self._rough(heard, seen)
        chosen = self._worth_a_look(heard, seen, _largest(rough, min(self.size, _CLAIMS_CLOSELY)))
        return self._looked_at(heard, seen, chosen[rough[chosen] > 0].tolist())

    def close_look(self, message: Analysis, also: Sequence[int], heard: Glance | None = None) -> list[Candidate]:
        """Return the claims that come near by words and those in `also`, all looked at closely; best first.

        `heard` is what `hear` has found in the message, where it has been asked already.
        """
        heard = heard or self.hear(message)
        seen = self._sight(heard)
        chosen = _largest(self._rough(heard, seen), min(_CLAIMS_BY_WORDS, self.size)).tolist()
        return self._looked_at(heard, seen, list(dict.fromkeys([*chosen, *also])))

    def _sight(self, heard: Glance) -> list[_Seen]:
        return [_Seen(part, heard, *found) for part, found in zip(self._parts, heard.found, strict=True)]

    def _rough(self, heard: Glance, seen: Sequence[_Seen]) -> Floats:
        """Return the likeness of every claim by which some are chosen for a close look."""
        return heard.totals + np.concatenate([each.best() for each in seen])

    def _looked_at(self, heard: Glance, seen: Sequence[_Seen], chosen: Sequence[int]) -> list[Candidate]:
        if not chosen:
            return []
        message = heard.message
        [said], han = self._reader.taken_apart([message.text], message.lexicon), is_han(message.text)
        looks = [self._by_words(seen, claim) for claim in chosen]
        parts = self._reader.wordings([rows for rows, _, _ in looks], message.lexicon)
        found: list[Candidate] = []
        for claim, (_, row, measures), closely in zip(chosen, looks, likeness(said, parts), strict=True):
            evidence = Evidence(**measures, **closely, words=len(message.words), concepts=len(message.concepts))
            rank = self.model.rank(evidence.features(), han=han)
            found.append(Candidate(claim, row, replace(evidence, rank=rank)))
        found.sort(key=lambda candidate: -candidate.evidence.rank)
        return _with_margin(found)

    def _worth_a_look(self, heard: Glance, seen: Sequence[_Seen], chosen: Rows) -> Rows:
        """Return the chosen claims that are near, beside the first ones; none where none of the first is near."""
        first, others = chosen[:_CLAIMS_FIRST], chosen[_CLAIMS_FIRST:]
        if not any(self._is_near(heard, seen, claim) for claim in first.tolist()):
            return first[:0]
        near = [claim for claim in others.tolist() if self._is_near(heard, seen, claim)]
        return np.array([*first, *near], dtype=np.int64)

    def _is_near(self, heard: Glance, seen: Sequence[_Seen], claim: int) -> bool:
        """Tell by words and concepts whether the claim is worth a close look; most chat is not, and is spared it."""
        place, own = self._place(claim)
        rows = seen[place].segment.rows_of(own)
        dice, share, concept_dice, _, _ = seen[place].measured(slice(rows.start, rows.stop))
        measures = {
            "share": float(share.max()),
            "dice": float(dice.max()),
            "concept_dice": float(concept_dice.max()),
            "bm25": float(seen[place].documents[own]),
            "profile": float(seen[place].words[own]),
            "words": math.log1p(len(heard.message.words)),
        }
        return self.model.is_near(measures)

    def _by_words(self, seen: Sequence[_Seen], claim: int) -> tuple[tuple[Segment, list[int]], int, dict[str, float]]:
        """Return the rows of a claim's nearest wordings, the fullest first, the nearest's place, and its measures."""
        place, own = self._place(claim)
        sight, segment = seen[place], seen[place].segment
        span = segment.rows_of(own)
        dice, share, concept_dice, concept_share, combined = sight.measured(slice(span.start, span.stop))
        negative = segment.negative[span.start : span.stop]
        positive, against = np.flatnonzero(~negative), np.flatnonzero(negative)
        order = positive[np.argsort(-combined[positive], kind="stable")]
        measures = {
            "dice": float(dice[positive].max()),
            "share": float(share[order[:8]].max()),
            "concept_dice": float(concept_dice[positive].max()),
            "concept_share": float(concept_share[order[:8]].max()),
            "profile": float(sight.words[own]),
            "concept_profile": float(sight.concepts[own]),
            "bm25": float(sight.documents[own]),
            "best": float(combined[order[0]]),
            "best_three": float(combined[order[:3]].mean()),
            "negative": float(combined[against].max()) if len(against) else 0.0,
        }
        closely = order[:_WORDINGS_CLOSELY] + span.start
        fullest_first = np.argsort(-self._parts[place].word_mass[closely], kind="stable")
        return (segment, closely[fullest_first].tolist()), int(order[0]), measures

    def _place(self, claim: int) -> tuple[int, int]:
        """Return the place of the part in which a claim stands, and its number there."""
        place = next(n for n, first in enumerate(self._first[1:]) if claim < first)
        return place, claim - self._first[place]


def _largest(values: Floats, most: int) -> Rows:
    """Return the numbers of the largest values, the largest first; of equal ones the first ones."""
    last = len(values) - most
    part = np.flatnonzero(values >= np.partition(values, last)[last]) if last > 0 else np.arange(len(values))
    return part[np.argsort(-values[part], kind="stable")][:most]


def _with_margin(found: list[Candidate]) -> list[Candidate]:
    second = found[1].evidence.rank if len(found) > 1 else 0.0
    first = replace(found[0], evidence=replace(found[0].evidence, margin=found[0].evidence.rank - second))
    return [first, *found[1:]]


_NEAREST = 3
_CONCEPT_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class DisputeTuning:
    """Fitted weights, and the log odds from which a message is doubted (`doubt`) or read as a denial (`denies`).

    A question is read as a denial from `asked` on: people who ask use the words of both sides.
    """

    unsure: float
    nearer: float
    words: float
    bias: float
    doubt: float
    denies: float
    asked: float

    @classmethod
    def load(cls) -> "DisputeTuning":
        """Read the shipped weights."""
        data: dict[str, Any] = json.loads((resources.files("config") / "lexicon" / "dispute.json").read_text("utf-8"))
        return cls(**{name: float(value) for name, value in data.items() if name != "provenance"})


@dataclass(frozen=True)
class Voices:
    """The wordings of one claim by those who make it and by those who dispute it."""

    says: tuple[Analysis, ...]
    denies: tuple[Analysis, ...]

    @cached_property
    def said(self) -> Mapping[str, int]:
        """Return how many wordings of those who make the claim hold each term."""
        return _count(self.says)

    @cached_property
    def denied(self) -> Mapping[str, int]:
        """Return how many of the others do."""
        return _count(self.denies)

    def log_odds(
        self,
        words: frozenset[str],
        concepts: frozenset[str],
        weight: Callable[[str], float],
        tuning: DisputeTuning,
        *,
        sure: bool,
    ) -> float:
        """Return the log odds that a text of these terms disputes the claim, given that its cues do not say so.

        Below every threshold for a claim that ships no denials.
        """
        if not self.denies or not self.says:
            return -math.inf
        weighed = _Weighed.of(words, weight), _Weighed.of(concepts, weight)
        nearer = _nearest(*weighed, self.denies, weight) - _nearest(*weighed, self.says, weight)
        evidence = tuning.unsure * (not sure) + tuning.nearer * nearer + tuning.words * self._by_words(words, concepts)
        return evidence + tuning.bias

    def log_odds_within(
        self, message: Analysis, window: Span, weight: Callable[[str], float], tuning: DisputeTuning, *, sure: bool
    ) -> float:
        """Return the same for a window of a message; 0 for a claim that ships no denials."""
        words = frozenset(token.form for token in message.tokens if window[0] <= token.start < window[1])
        if not self.denies or not self.says or not words:
            return 0.0
        mentions = (mention for mention in message.mentions if window[0] <= mention.start < window[1])
        concepts = frozenset(CONCEPT_MARK + mention.concept for mention in mentions)
        return self.log_odds(words, concepts, weight, tuning, sure=sure)

    def _by_words(self, words: frozenset[str], concepts: frozenset[str]) -> float:
        """Return the evidence of single terms: the log ratios of how often each side uses them, summed and damped."""
        denied, said = len(self.denies) + 1, len(self.says) + 1
        summed = sum(
            math.log(((self.denied.get(term, 0) + 0.5) / denied) / ((self.said.get(term, 0) + 0.5) / said))
            for term in words | concepts
        )
        return summed / math.sqrt(len(words) + 3)


def _count(readings: Sequence[Analysis]) -> Mapping[str, int]:
    counts: Counter[str] = Counter()
    for reading in readings:
        counts.update(reading.words | reading.concepts)
    return counts


@dataclass(frozen=True, slots=True)
class _Weighed:
    """Terms of a message with the sum of their weights, which every reading is held against."""

    terms: frozenset[str]
    mass: float

    @classmethod
    def of(cls, terms: frozenset[str], weight: Callable[[str], float]) -> "_Weighed":
        return cls(terms, sum(map(weight, terms)))


def _nearest(
    words: _Weighed, concepts: _Weighed, readings: Sequence[Analysis], weight: Callable[[str], float]
) -> float:
    likeness = sorted(
        (
            _dice(words, each.words, weight) + _CONCEPT_SHARE * _dice(concepts, each.concepts, weight)
            for each in readings
        ),
        reverse=True,
    )[:_NEAREST]
    return sum(likeness) / len(likeness)


def _dice(one: _Weighed, other: frozenset[str], weight: Callable[[str], float]) -> float:
    shared = sum(map(weight, one.terms & other))
    return 2 * shared / (one.mass + sum(map(weight, other))) if shared else 0.0
