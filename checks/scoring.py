"""Score the claims for a message: all wordings cheaply, the best few closely."""

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import accumulate, pairwise

import numpy as np

from checks.features import NOT_MEASURED, RATIOS, Evidence, Reader, likeness
from checks.index import Part, Segment
from checks.lexicon import Analysis, TermWeights, Vocabulary
from checks.text import is_han
from checks.tuning import ROUNDED, Gates, Model, Tuning
from checks.words import Flags, Floats, Numbers, Rows, Shares, begins, largest, reached

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

# What a wording shares with a message in words and in concepts, and the share of it that this is, count together so.
_BY_CONCEPTS, _BY_SHARE = 0.7, 0.3
_COMBINED = {"dice": 1.0, "concept_dice": _BY_CONCEPTS, "share": _BY_SHARE}
# Where the terms of a message come seldomer, to look at all wordings that hold any takes no longer.
_FEW = 4_000

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

    numbers: Sequence[int]
    weights: Sequence[float]
    mass: float
    root: float

    @classmethod
    def of(cls, terms: Collection[str], weight: TermWeights, known: Callable[[str], int | None]) -> "_Terms":
        numbers, weights = [*map(known, terms)], [*map(weight, terms)]
        found = [number for number in numbers if number is not None]
        held = [each for number, each in zip(numbers, weights, strict=True) if number is not None]
        return cls(found, held, sum(weights), math.sqrt(len(weights) + 3))


@dataclass(frozen=True, slots=True)
class _Found:
    """Which terms of one part are in a message, with their weights, and what they say of which claims (`owners`)."""

    places: Numbers
    weights: Shares
    owners: Numbers
    says: Shares

    @classmethod
    def of(cls, part: Part, words: _Terms, concepts: _Terms) -> "tuple[_Found, _Found]":
        """Find words and concepts at once: of few terms, calls of numpy take longer than what they do."""
        postings = part.segment.postings
        places, there = postings.find(np.array([*words.numbers, *concepts.numbers], dtype=np.int32))
        places, weights = places[there], np.array([*words.weights, *concepts.weights], dtype=np.float32)[there]
        cut, spans = int(np.count_nonzero(there[: len(words.numbers)])), _spans(postings.owner_starts, places)
        owners = np.concatenate([postings.owners[:0], *(postings.owners[span] for span in spans)])
        says = np.concatenate([part.says[:0], *(part.says[span] for span in spans)])
        end = sum(span.stop - span.start for span in spans[:cut])
        return (
            cls(places[:cut], weights[:cut], owners[:end], says[:end]),
            cls(places[cut:], weights[cut:], owners[end:], says[end:]),
        )

    def says_of(self, places: Numbers, most: int) -> tuple[Floats, Floats]:
        """Return the sums of what the terms say of some claims, each at the place that it has (-1: none)."""
        at = places[self.owners]
        here = np.flatnonzero(at >= 0)
        at, says = at[here], self.says[here]
        profile, document = np.bincount(at, says[:, 0], most), np.bincount(at, says[:, 1], most)
        return profile.astype(np.float64, copy=False), document.astype(np.float64, copy=False)

    def held(self, segment: Segment) -> Shares:
        """Return the weight of its term for each of the owners."""
        starts = segment.postings.owner_starts
        return np.repeat(self.weights, starts[self.places + 1] - starts[self.places])

    def rows(self, segment: Segment, near: Flags | None) -> tuple[Numbers, Shares]:
        """Return the rows (of claims that are near) that hold the terms, term by term, each with the term's weight."""
        postings, places, weights = segment.postings, self.places, self.weights
        lengths = postings.row_starts[places + 1] - postings.row_starts[places]
        if int(lengths.sum()) > _MOST_ROWS:
            order = np.lexsort((places, -weights))
            order = order[np.cumsum(lengths[order]) - lengths[order] <= _MOST_ROWS]
            places, weights, lengths = places[order], weights[order], lengths[order]
        spans = _spans(postings.row_starts, places)
        rows = np.concatenate([postings.rows[span] for span in spans]) if spans else postings.rows[:0]
        kept, held = slice(None) if near is None else near[segment.claim_of[rows]], np.repeat(weights, lengths)
        return rows[kept], held[kept]


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
    """What one message shares with the wordings of one part: with those rows that share anything, ascending.

    Only wordings of claims that are `near` are looked at; None: all.
    """

    def __init__(self, part: Part, heard: Glance, words: _Found, concepts: _Found, near: Flags | None) -> None:
        self._part, self._heard, self._found = part, heard, (words, concepts)
        (read, weights), (more, others) = (each.rows(part.segment, near) for each in (words, concepts))
        rows = np.concatenate([read, more])
        # The rows of each term ascend: merged, as a stable sort does, they are in order in a third of the time.
        order = np.argsort(rows, kind="stable")
        fresh = begins(rows[order])
        places = np.empty(len(rows), dtype=np.int64)
        places[order] = np.cumsum(fresh) - 1
        self._rows = rows[order[fresh]].astype(np.int64)
        # Half the width of the sums is enough.
        shared = np.bincount(places[: len(read)], weights, len(self._rows)).astype(np.float32)
        alike = np.bincount(places[len(read) :], others, len(self._rows)).astype(np.float32)
        self._measured = self._measure(shared, alike)

    def best(self) -> tuple[Numbers, Shares]:
        """Return the claims of which a positive wording shares something, and the combined overlap of the best one."""
        claims = self._part.segment.claim_of[self._rows]
        first = begins(claims).nonzero()[0]
        combined = np.where(self._part.segment.negative[self._rows], np.float32(0), self._measured[4])
        return claims[first], np.maximum.reduceat(combined, first) if len(first) else combined

    def _measure(self, shared: Shares, alike: Shares) -> Shares:
        """Return Dice and share of the rows by words, the same by concepts, and all of it combined (0–2), a line each.

        Of all other rows each is 0.
        """
        words, concepts = self._part.word_mass[self._rows], self._part.concept_mass[self._rows]
        found = np.empty((5, len(self._rows)), dtype=np.float32)
        dice, share, concept_dice, concept_share, combined = found
        np.divide(np.float32(2) * shared, words + np.float32(self._heard.words.mass), out=dice)
        np.divide(shared, words, out=share)
        np.divide(np.float32(2) * alike, concepts + np.float32(self._heard.concepts.mass), out=concept_dice)
        np.divide(alike, concepts, out=concept_share)
        np.add(dice + np.float32(_BY_CONCEPTS) * concept_dice, np.float32(_BY_SHARE) * share, out=combined)
        return found

    def sight(self, first: int, chosen: Rows) -> "_Sight":
        """Return what there is to say of some claims of the part, numbered through: its `first` one is 0 there."""
        claims = chosen - first
        segment, heard, (words, concepts) = self._part.segment, self._heard, self._found
        starts = segment.first_row[claims].astype(np.int64)
        sizes = segment.first_row[claims + 1] - starts
        rows = _ranges(starts, sizes)
        low = self._rows.searchsorted(starts)
        held = self._rows.searchsorted(starts + sizes) - low
        hits = _ranges(low, held)
        there = self._rows[hits] - np.repeat(starts - (np.cumsum(sizes) - sizes), held)
        measured = np.zeros((5, len(rows)), dtype=np.float32)
        measured[:, there] = self._measured[:, hits]
        places = np.full(len(segment.claims), -1, dtype=np.int32)
        places[claims] = np.arange(len(claims))
        said = words.says_of(places, len(claims)), concepts.says_of(places, len(claims))
        return _Sight(
            chosen,
            said[0][0] / heard.words.root,
            said[1][0] / heard.concepts.root,
            said[0][1] / (heard.words.mass or 1.0),
            sizes,
            rows,
            segment.negative[rows],
            self._part.word_mass[rows],
            *measured,
        )


@dataclass(frozen=True)
class _Sight:
    """What one message shares with some claims, and with their wordings.

    Attributes:
        claims: their numbers, ascending.
        words: what the words say of each claim by its profile.
        concepts: what the concepts say of it.
        documents: BM25 of its text, as a share of the most that the message's words could score (0–1).
        sizes: how many wordings each claim has; the columns that follow have one number for each of these.
        rows: their numbers in the claim's segment.
    """

    claims: Rows
    words: Floats
    concepts: Floats
    documents: Floats
    sizes: Rows
    rows: Rows
    negative: Flags
    mass: Shares
    dice: Shares
    share: Shares
    concept_dice: Shares
    concept_share: Shares
    combined: Shares

    @classmethod
    def together(cls, parts: "Sequence[_Sight]") -> "_Sight":
        """Return the claims of all parts, of which there is one at least."""
        if len(parts) == 1:
            return parts[0]
        return cls(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(cls)))

    @cached_property
    def first(self) -> Rows:
        """Return where the wordings of each claim begin."""
        return np.cumsum(self.sizes) - self.sizes

    @cached_property
    def _columns(self) -> Sequence[list[float]]:
        # The wordings of some claims are few: numbers of Python are quicker than arrays.
        shares = self.dice, self.share, self.concept_dice, self.concept_share, self.combined
        return [each.tolist() for each in (*shares, self.mass, self.negative)]

    def at_a_glance(self, words: int) -> dict[str, Floats]:
        """Return of each claim what tells whether it is worth a close look; the message has so many words."""
        greatest = {
            name: np.maximum.reduceat(each, self.first).astype(np.float64)
            for name, each in (("share", self.share), ("dice", self.dice), ("concept_dice", self.concept_dice))
        }
        counted = np.full(len(self.sizes), math.log1p(words))
        return greatest | {"bm25": self.documents, "profile": self.words, "words": counted}

    def by_words(self, claim: int) -> tuple[list[int], int, dict[str, float]]:
        """Return the rows of a claim's nearest wordings, the fullest first, the nearest's place, and its measures."""
        at = int(self.claims.searchsorted(claim))
        span = slice(int(self.first[at]), int(self.first[at] + self.sizes[at]))
        dice, share, concept_dice, concept_share, combined, mass, negative = (each[span] for each in self._columns)
        places = range(len(negative))
        order = sorted((n for n in places if not negative[n]), key=combined.__getitem__, reverse=True)
        measures = {
            "dice": max(dice[n] for n in order),
            "share": max(share[n] for n in order[:8]),
            "concept_dice": max(concept_dice[n] for n in order),
            "concept_share": max(concept_share[n] for n in order[:8]),
            "profile": float(self.words[at]),
            "concept_profile": float(self.concepts[at]),
            "bm25": float(self.documents[at]),
            "best": combined[order[0]],
            "best_three": float(sum(self.combined[span.start + n] for n in order[:3]) / len(order[:3])),
            "negative": max((combined[n] for n in places if negative[n]), default=0.0),
        }
        fullest_first = sorted(order[:_WORDINGS_CLOSELY], key=mass.__getitem__, reverse=True)
        return [int(self.rows[span.start + n]) for n in fullest_first], order[0], measures


class Scorer:
    """Scores messages against the claims of some parts, numbered through; dead ones are never found."""

    def __init__(self, parts: Sequence[Part], vocabulary: Vocabulary, reader: Reader, tuning: Tuning) -> None:
        """Take weighed parts (`weigh`) with at least one living claim; `reader` weighs by the same weights."""
        self.weight = reader.weight
        self.reader = reader
        self._parts, self._vocabulary = parts, vocabulary
        self._first = [0, *accumulate(len(part.segment.claims) for part in parts)]
        living = np.concatenate([part.living for part in parts])
        self._dead, self.size = np.flatnonzero(~living), int(np.count_nonzero(living))
        self.model: Model = tuning.model_for(int(self.sizes[living].sum()) / self.size)
        self._weighs_ratios = not RATIOS.isdisjoint(self.model.weighed)
        self._gate = _HOPELESS + _HOPELESS_TENFOLD * math.log10(max(self.size, _SMALL_BASE) / _SMALL_BASE)

    def hear(self, message: Analysis) -> Glance:
        """Return what the message shares with all claims at a glance."""
        words = _Terms.of(message.words, self.weight, self._vocabulary.known)
        concepts = _Terms.of(message.concepts, self.weight, self._vocabulary.known)
        found = [_Found.of(part, words, concepts) for part in self._parts]
        by_word = np.array([0.25 / words.root, 12 / (words.mass or 1.0)], dtype=np.float32)
        by_concept = np.array([0.25 / concepts.root, 0.0], dtype=np.float32)
        totals: list[Floats] = []
        for part, (word, concept) in zip(self._parts, found, strict=True):
            owners = np.concatenate([word.owners, concept.owners])
            says = np.concatenate([word.says @ by_word, concept.says @ by_concept])
            total = np.bincount(owners, says, len(part.segment.claims))
            # Counts of nothing are whole numbers, which cannot be infinite.
            totals.append(total.astype(np.float64, copy=False))
        heard = Glance(message, words, concepts, found, np.concatenate(totals) if len(totals) > 1 else totals[0])
        if len(self._dead):
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

    def candidates(self, message: Analysis, *, in_full: bool = True) -> list[Candidate]:
        """Return the candidates, best first; none where the message comes near no claim.

        `in_full`: all is measured, also what the model does not weigh.
        """
        heard = self.hear(message)
        # Most messages are told so before any wording is looked at.
        if heard.nearest < self._gate or not self._may_be_worth(heard):
            return []
        seen, chosen, rough = self._seen(heard, min(self.size, _CLAIMS_CLOSELY))
        sight = self._sight(seen, chosen)
        near = self.model.are_near(sight.at_a_glance(len(message.words)))[sight.claims.searchsorted(chosen)]
        if not near[:_CLAIMS_FIRST].any():
            return []
        near[:_CLAIMS_FIRST] = True
        near &= rough > 0
        return self._looked_at(heard, sight, chosen[near].tolist(), ratios=in_full or self._weighs_ratios)

    def close_look(self, message: Analysis, also: Sequence[int], heard: Glance | None = None) -> list[Candidate]:
        """Return the claims that come near by words and those in `also`, all looked at closely; best first.

        `heard` is what `hear` has found in the message, where it has been asked already.
        """
        heard = heard or self.hear(message)
        seen, first, _ = self._seen(heard, min(_CLAIMS_BY_WORDS, self.size), also)
        chosen = list(dict.fromkeys([*first.tolist(), *also]))
        return self._looked_at(heard, self._sight(seen, np.array(chosen, dtype=np.int64)), chosen)

    def _may_be_worth(self, heard: Glance) -> bool:
        """Tell whether any claim may be worth a close look, by what its wordings can share with the message at most."""
        return self.model.may_be_near(float(self._at_most(heard, self.model.gate).max()), len(heard.message.words))

    def _seen(self, heard: Glance, most: int, also: Sequence[int] = ()) -> tuple[list[_Seen], Rows, Floats]:
        """Return what wordings share, of claims in `also` and of those that may be among the claims next named.

        And so many claims that are likest at a glance, with how much these are.
        """
        rough, seen, claims, near = heard.totals.copy(), list[_Seen](), None, self._may_be_near(heard, most)
        if near is not None:
            claims = np.flatnonzero(near)
            near[list(also)] = True
        for span, part, found in zip(pairwise(self._first), self._parts, heard.found, strict=True):
            seen.append(_Seen(part, heard, *found, None if near is None else near[slice(*span)]))
            owners, best = seen[-1].best()
            rough[owners + span[0]] += best
        chosen = largest(rough, most) if claims is None else claims[largest(rough[claims], most)]
        return seen, chosen, rough[chosen]

    def _may_be_near(self, heard: Glance, most: int) -> Flags | None:
        """Tell which claims may be among so many that are likest at a glance; None: any."""
        if min(len(heard.totals), sum(len(each.owners) for found in heard.found for each in found)) < _FEW:
            return None
        least = reached(heard.totals, most)
        return self._at_most(heard, _COMBINED) + heard.totals >= least - ROUNDED if least > 0 else None

    def _at_most(self, heard: Glance, weights: Mapping[str, float]) -> Floats:
        """Return of each claim what such measures of its wordings, weighed and added up, do not exceed.

        A wording shares at most what its claim does, and weighs at least what the claim's lightest one does.
        """
        weigh, words, concepts = defaultdict(float, weights), heard.words, heard.concepts
        claimed = np.array([weigh["profile"] / words.root, weigh["bm25"] / (words.mass or 1.0)], dtype=np.float32)
        by_concept = 2 * max(0.0, weigh["concept_dice"]) / (concepts.mass + min(concepts.weights, default=math.inf))
        mass, sums = np.float32(words.mass), list[Floats]()
        for part, (word, concept) in zip(self._parts, heard.found, strict=True):
            least = part.least_mass[word.owners]
            by_word = np.maximum(0, max(0.0, weigh["share"]) / least + 2 * weigh["dice"] / (least + mass))
            each = by_word * word.held(part.segment) + word.says @ claimed, by_concept * concept.held(part.segment)
            owners = np.concatenate([word.owners, concept.owners])
            total = np.bincount(owners, np.concatenate(each), len(part.segment.claims))
            sums.append(total.astype(np.float64, copy=False))
        return np.concatenate(sums) if len(sums) > 1 else sums[0]

    def _sight(self, seen: Sequence[_Seen], chosen: Rows) -> _Sight:
        claims = np.sort(chosen)
        cuts = claims.searchsorted(self._first).tolist()
        parts = zip(seen, self._first, pairwise(cuts), strict=False)
        return _Sight.together(
            [each.sight(first, claims[slice(*cut)]) for each, first, cut in parts if cut[0] < cut[1]]
        )

    def _looked_at(
        self, heard: Glance, sight: _Sight, chosen: Sequence[int], *, ratios: bool = True
    ) -> list[Candidate]:
        if not chosen:
            return []
        message = heard.message
        looks = [sight.by_words(claim) for claim in chosen]
        wordings = [(self._segment(claim), rows) for claim, (rows, _, _) in zip(chosen, looks, strict=True)]
        said, parts = self.reader.with_wordings(message, wordings)
        han = is_han(message.text)
        words, concepts = len(message.words), len(message.concepts)
        known = {**NOT_MEASURED, "words": math.log1p(words), "concepts": math.log1p(concepts)}
        found: list[tuple[float, int, int, dict[str, float]]] = []
        close = likeness(said, parts, self.weight, ratios=ratios)
        for claim, (_, row, measures), closely in zip(chosen, looks, close, strict=True):
            measured = {**measures, **closely}
            values = {**known, **measured, "beside_negative": measured["best"] - measured["negative"]}
            found.append((self.model.rank(values, han=han), claim, row, measured))
        found.sort(key=lambda each: -each[0])
        margins = [found[0][0] - (found[1][0] if len(found) > 1 else 0.0), *[0.0] * (len(found) - 1)]
        return [
            Candidate(claim, row, Evidence(**measured, rank=rank, margin=margin, words=words, concepts=concepts))
            for (rank, claim, row, measured), margin in zip(found, margins, strict=True)
        ]

    def _segment(self, claim: int) -> Segment:
        return next(part.segment for part, end in zip(self._parts, self._first[1:], strict=True) if claim < end)


def _ranges(starts: Rows, sizes: Rows) -> Rows:
    first: Rows = np.cumsum(sizes) - sizes
    return np.arange(int(sizes.sum())) + np.repeat(starts - first, sizes)
