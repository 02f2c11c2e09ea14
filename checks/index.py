"""The index: what the wordings of many claims say, as arrays of numbers in place of words.

A segment never changes. A base is one large segment, a few small ones with what has changed since, and for a server one
with its own claims: a change makes a small segment and copies nothing of the large one.
"""

import operator
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import accumulate, compress
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.lexicon import Analysis, Counts, TermWeights, Vocabulary
from checks.model import KnownClaim
from checks.text import is_han
from checks.words import Flags, Floats, FoldedTexts, Numbers, Shares, begins


@dataclass(frozen=True, slots=True)
class Postings:
    """Which wordings (`rows`) and which claims (`owners`) hold each term, those of one term together.

    Attributes:
        terms: the terms, ascending.
        row_starts: where the rows of each term begin, and their number.
        rows: rows of wordings, ascending for each term.
        owner_starts: where the owners of each term begin, and their number.
        owners: claims that hold the term in a wording, ascending for each term.
        held: in how many positive wordings of the claim; 0 where only negative ones hold it.
        times: how often in the claim's text.
        positive: in how many positive wordings each term stands.
    """

    terms: Numbers
    row_starts: Numbers
    rows: Numbers
    owner_starts: Numbers
    owners: Numbers
    held: Numbers
    times: Numbers
    positive: Numbers

    @classmethod
    def of(
        cls, held: tuple[Numbers, Numbers], times: tuple[Numbers, Numbers, Numbers], claim_of: Numbers, negative: Flags
    ) -> "Postings":
        """Sort pairs of term and row, and how often (in pairs of term and claim) each stands in a claim's text."""
        order = np.argsort(held[0], kind="stable")
        sorted_terms, rows = held[0][order], held[1][order]
        first = begins(sorted_terms).nonzero()[0]
        terms, row_starts = sorted_terms[first], np.append(first, len(rows))
        place = np.repeat(np.arange(len(terms), dtype=np.int64), np.diff(row_starts))
        del order, sorted_terms
        claims = int(claim_of[-1]) + 1 if len(claim_of) else 1
        keys = place * claims + claim_of[rows]
        start = begins(keys).nonzero()[0]
        pairs = keys[start]
        counted = np.zeros(len(pairs), dtype=np.uint16)
        # What stands in a claim's text stands in one of its positive wordings.
        counted[np.searchsorted(pairs, np.searchsorted(terms, times[0]) * claims + times[1])] = times[2]
        # Few wordings are negative. To add up the others would keep other threads waiting, in numpy, for 30 ms.
        held_by = np.diff(np.append(start, len(rows)))
        held_by -= np.bincount(start.searchsorted(negative[rows].nonzero()[0], "right") - 1, minlength=len(start))
        owner_starts = np.searchsorted(pairs, np.arange(len(terms) + 1) * claims)
        return cls(
            terms=terms.astype(np.int32),
            row_starts=_narrow(row_starts),
            rows=_narrow(rows),
            owner_starts=_narrow(owner_starts),
            owners=_narrow(pairs % claims),
            held=_narrow(held_by),
            times=_narrow(counted),
            positive=_narrow(_sums(held_by, owner_starts)),
        )

    def counted(self, alive: Flags | None, claim_of: Numbers, places: Numbers | None = None) -> tuple[Numbers, Numbers]:
        """Return in how many wordings of living claims each term (of some places) stands, and in how many positive."""
        at = np.arange(len(self.terms)) if places is None else places
        if alive is None:
            return (self.row_starts[at + 1] - self.row_starts[at]).astype(np.int32), self.positive[at].astype(np.int32)
        living = alive[claim_of[self.rows]]
        return _sums(living, self.row_starts)[at], _sums(self.held * alive[self.owners], self.owner_starts)[at]

    def find(self, numbers: Numbers) -> tuple[Numbers, Flags]:
        """Return the places of terms, and which of them are there at all."""
        if not len(self.terms):
            return np.zeros(len(numbers), dtype=np.int64), np.zeros(len(numbers), dtype=bool)
        places = np.minimum(self.terms.searchsorted(numbers), len(self.terms) - 1)
        return places, self.terms[places] == numbers


def _narrow(counts: Numbers) -> Numbers:
    """Return the same numbers in as few bytes as the greatest of them needs; they must not be added up so."""
    return counts.astype(np.min_scalar_type(int(counts.max(initial=0))))


def _sums(values: Numbers | Flags, starts: Numbers) -> Numbers:
    return np.diff(np.concatenate([[0], np.cumsum(values, dtype=np.int64)])[starts])


# What the wordings of a claim say it in, as bits.
_IN_HAN, _IN_LATIN = 1, 2


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Segment:
    """Claims and their wordings (by row, without denials), immutable.

    Attributes:
        claims: the claims, by number.
        numbers: their numbers, by id.
        first_row: the first row of each claim, and the number of rows.
        claim_of: the claim of each row.
        negative: which rows must never match.
        postings: which rows and claims hold each word and concept.
        sizes: number of positive wordings of each claim.
        lengths: number of words of each claim's text: its positive wordings without those that another one contains.
        scripts: in which scripts each claim has wordings.
        texts: the folded wordings.
        sums: checksums of the folded wordings without spaces and punctuation, ascending.
        summed: the row of each of them.
    """

    claims: tuple[KnownClaim, ...]
    numbers: dict[str, int]
    first_row: Numbers
    claim_of: Numbers
    negative: Flags
    postings: Postings
    sizes: Numbers
    lengths: Numbers
    scripts: Numbers
    texts: FoldedTexts
    sums: Numbers
    summed: Numbers

    @property
    def rows(self) -> int:
        """Return the number of wordings."""
        return len(self.claim_of)

    def rows_of(self, claim: int) -> range:
        """Return the rows of a claim's wordings."""
        return range(int(self.first_row[claim]), int(self.first_row[claim + 1]))

    def said(self, bare: str) -> list[int]:
        """Return the rows of positive wordings whose checksum is that of a bare text, in order."""
        # For one number among many, numpy's own search takes four times as long.
        sums, wanted = self.sums.data, zlib.crc32(bare.encode())
        low = bisect_left(sums, wanted)
        if low == len(sums) or sums[low] != wanted:
            return []
        return [row for row in self.summed[low : bisect_right(sums, wanted, low)].tolist() if not self.negative[row]]

    def living_rows(self, alive: Flags | None) -> int:
        """Return the number of wordings of living claims."""
        return self.rows if alive is None else int(np.diff(self.first_row)[alive].sum())

    def in_scripts(self, alive: Flags | None) -> tuple[bool, bool]:
        """Tell whether all living claims have wordings in Chinese, and whether all have some in another script."""
        scripts = self.scripts if alive is None else self.scripts[alive]
        return bool((scripts & _IN_HAN > 0).all()), bool((scripts & _IN_LATIN > 0).all())


# The wordings of one claim as readings, each with whether it must never match; one at least is positive.
Wordings = Sequence[tuple[Analysis, bool]]
# Segments with those of their claims that are alive.
Parts = Sequence[tuple[Segment, Flags]]


def index_claims(
    claims: Iterable[tuple[KnownClaim, Wordings]],
    vocabulary: Vocabulary,
    bare: Callable[[str], str],
    beside: Parts = (),
) -> Segment:
    """Return the claims as a segment, behind those of other parts that are alive."""
    known: list[KnownClaim] = []
    counts, sizes, lengths, terms, held, words, owners, times = (array("i") for _ in range(8))
    negative, scripts, written, ends, sums = array("b"), array("b"), bytearray(), array("q"), array("I")
    for number, (claim, readings) in enumerate(claims):
        known.append(claim)
        positive = [reading for reading, is_negative in readings if not is_negative]
        count = _document(positive)
        numbers = vocabulary.numbers({*count}.union(*(each.words | each.concepts for each, _ in readings)))
        for reading, is_negative in readings:
            for part in (reading.words, reading.concepts):
                terms.extend(map(numbers.__getitem__, part))
            held.append(len(reading.words) + len(reading.concepts))
            written += reading.text.encode()
            ends.append(len(written))
            sums.append(zlib.crc32(bare(reading.text).encode()))
            negative.append(is_negative)
        counts.append(len(readings))
        words.extend(map(numbers.__getitem__, count))
        owners.extend([number] * len(count))
        times.extend(count.values())
        sizes.append(len(positive))
        lengths.append(max(1, count.total()))
        scripts.append(sum({_IN_HAN if is_han(reading.text) else _IN_LATIN for reading in positive}))
    found = {"terms": terms, "words": words, "owners": owners, "times": times, "counts": counts, "sizes": sizes}
    columns: dict[str, Numbers] = {name: np.asarray(each) for name, each in (found | {"lengths": lengths}).items()}
    columns |= {"scripts": np.array(scripts, dtype=np.uint8), "sums": np.array(sums, dtype=np.uint32)}
    columns["rows"] = np.repeat(np.arange(len(held), dtype=np.int32), held)
    texts = FoldedTexts(bytes(written), np.array(ends, dtype=np.int64))
    return joined(beside, _Material(known, texts, negative=np.array(negative, dtype=bool), **columns))


def _document(readings: Sequence[Analysis]) -> Counter[str]:
    """Count the words of all wordings as one text, without those wordings that another one contains."""
    text = ""
    for reading in sorted(readings, key=lambda each: -len(each.text)):
        if reading.text.strip() not in text:
            text = f"{text}\n{reading.text}"
    return Counter(readings[0].lexicon.tokenizer.forms(text))


@dataclass(frozen=True, slots=True)
class _Material:
    """What a segment is made of: its claims, the texts of its rows, and columns of numbers in the order of the claims.

    `rows` hold the `terms`, `owners` the `words`, each so many `times`; `sums` are those of the rows, in order.
    """

    claims: Sequence[KnownClaim]
    texts: FoldedTexts
    rows: Numbers
    terms: Numbers
    words: Numbers
    owners: Numbers
    times: Numbers
    counts: Numbers
    sizes: Numbers
    lengths: Numbers
    negative: Flags
    scripts: Numbers
    sums: Numbers

    @classmethod
    def left(cls, segment: Segment, alive: Flags) -> "_Material":
        """Return what of a segment is alive."""
        postings, living = segment.postings, alive[segment.claim_of]
        row, owner = _renumbered(living)[postings.rows], _renumbered(alive)[postings.owners]
        kept, counted = row >= 0, (owner >= 0) & (postings.times > 0)
        sums = np.empty_like(segment.sums)
        sums[segment.summed] = segment.sums
        return cls(
            claims=[*compress(segment.claims, alive.tolist())],
            texts=segment.texts.only(living),
            rows=row[kept],
            terms=np.repeat(postings.terms, np.diff(postings.row_starts))[kept],
            words=np.repeat(postings.terms, np.diff(postings.owner_starts))[counted],
            owners=owner[counted],
            times=postings.times[counted],
            counts=np.diff(segment.first_row)[alive],
            sizes=segment.sizes[alive],
            lengths=segment.lengths[alive],
            negative=segment.negative[living],
            scripts=segment.scripts[alive],
            sums=sums[living],
        )

    @classmethod
    def together(cls, parts: "Sequence[_Material]") -> "_Material":
        """Return the claims of all parts, in order."""
        if len(parts) == 1:
            return parts[0]
        texts = [each.texts for each in parts]
        first = {
            "rows": accumulate((len(each.negative) for each in parts), initial=0),
            "owners": accumulate((len(each.claims) for each in parts), initial=0),
            "ends": accumulate((len(each.written) for each in texts), initial=0),
        }

        def through(name: str, of: Sequence[object]) -> npt.NDArray[Any]:
            columns = [getattr(each, name) for each in of]
            shifts = first.get(name)
            return np.concatenate([*map(operator.add, columns, shifts)] if shifts else columns)

        whole = FoldedTexts(b"".join(each.written for each in texts), through("ends", texts))
        columns = {each.name: through(each.name, parts) for each in fields(cls)[2:]}
        return cls([claim for each in parts for claim in each.claims], whole, **columns)


def _renumbered(alive: Flags) -> Numbers:
    """Return the new number of each owner, -1 for those that are left out."""
    return np.where(alive, np.cumsum(alive) - 1, -1).astype(np.int32)


def joined(parts: Parts, more: _Material | None = None) -> Segment:
    """Return one segment with those claims of all parts that are alive, in order, and what more there is."""
    parts = [(segment, alive) for segment, alive in parts if alive.any()] or parts[:1]
    if len(parts) == 1 and parts[0][1].all() and not (more and more.claims):
        return parts[0][0]
    made = _Material.together([*(_Material.left(*each) for each in parts), *([more] if more else [])])
    claim_of = np.repeat(np.arange(len(made.claims), dtype=np.int32), made.counts)
    summed = np.argsort(made.sums, kind="stable").astype(np.int32)
    return Segment(
        claims=tuple(made.claims),
        numbers={claim.id: number for number, claim in enumerate(made.claims)},
        first_row=np.concatenate([[0], np.cumsum(made.counts)]).astype(np.int32),
        claim_of=claim_of,
        negative=made.negative,
        postings=Postings.of((made.terms, made.rows), (made.words, made.owners, made.times), claim_of, made.negative),
        sizes=made.sizes,
        lengths=made.lengths,
        scripts=made.scripts,
        texts=made.texts,
        sums=made.sums[summed],
        summed=summed,
    )


_K1, _B = 1.5, 0.75
# Half a wording is added to every count, so that one stray word does not decide.
_SMOOTHING = 0.5
_BACKGROUND_SHARE, _FULL_WEIGHT, _SMALL = 0.5, 6.0, 1e-6
_TERMS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One segment of a base with what its terms weigh there.

    Attributes:
        segment: the claims.
        alive: which of them count; None: all.
        word_mass: summed weight of the words of each wording, and (`concept_mass`) of its concepts.
        least_mass: the least of the former among each claim's wordings.
        says: two numbers for each owner of each term. How much more often its wordings hold the term than all others
            and ordinary writing do: the logarithm of that ratio (pointwise mutual information), at least 0, scaled down
            for terms that say little anywhere. And its saturated count of the term in its text, times the weight.
    """

    segment: Segment
    alive: Flags | None
    word_mass: Shares
    concept_mass: Shares
    least_mass: Shares
    says: Shares

    @property
    def living(self) -> Flags:
        """Return which claims count."""
        return np.ones(len(self.segment.claims), dtype=bool) if self.alive is None else self.alive


_Living = tuple[Segment, Flags | None]


def weigh(
    parts: Sequence[_Living], vocabulary: Vocabulary, keep: Mapping[int, Part], counts: Counts | None, most_kept: int
) -> tuple[list[Part], TermWeights]:
    """Return the parts of a base with the weights of their terms, and the weights.

    `keep` are parts, by place, whose weights are those of the base before, with its `counts`: what has changed since
    is not counted there, which spares going through all of a large segment. `most_kept` weights are kept by term.
    """
    rows = sum(segment.living_rows(alive) for segment, alive in parts)
    sizes = [segment.sizes if alive is None else segment.sizes[alive] for segment, alive in parts]
    lengths = [segment.lengths if alive is None else segment.lengths[alive] for segment, alive in parts]
    everything = int(sum(each.sum() for each in sizes))
    mean = float(sum(each.sum() for each in lengths)) / (sum(map(len, lengths)) or 1) or 1.0
    fresh = [place for place in range(len(parts)) if place not in keep]
    totals = {place: _totals(parts, place, keep) for place in fresh}
    weight = TermWeights(vocabulary, _counts(parts, totals, counts), rows, most_kept)
    made = [
        _weighed(parts[place], vocabulary, weight, totals[place], everything, mean)
        if place in totals
        else replace(keep[place], alive=alive)
        for place, (_, alive) in enumerate(parts)
    ]
    return made, weight


def _totals(parts: Sequence[_Living], place: int, keep: Mapping[int, Part]) -> tuple[Numbers, Numbers]:
    """Return in how many wordings of the whole base the terms of a part stand, and in how many positive ones."""
    terms = parts[place][0].postings.terms
    totals = parts[place][0].postings.counted(parts[place][1], parts[place][0].claim_of)
    for other, (segment, alive) in enumerate(parts):
        if other != place and len(segment.postings.terms):
            at, there = segment.postings.find(terms)
            # What is gone of the large part still counts: to leave it out, all of the part would be gone through.
            counted = segment.postings.counted(None if other == 0 and other in keep else alive, segment.claim_of, at)
            totals = totals[0] + np.where(there, counted[0], 0), totals[1] + np.where(there, counted[1], 0)
    return totals


def _counts(parts: Sequence[_Living], totals: Mapping[int, tuple[Numbers, Numbers]], before: Counts | None) -> Counts:
    held, beside = (before.held, before.beside) if before is not None else (np.zeros(0, dtype=np.int32), ())
    found = {place: (parts[place][0].postings.terms, counted) for place, (counted, _) in totals.items()}
    if 0 in found and len(found[0][0]):
        terms, counted = found[0]
        held = np.zeros(int(terms[-1]) + 1, dtype=np.int32)
        held[terms] = counted
    return Counts(held, tuple(found[place] if place in found else beside[place - 1] for place in range(1, len(parts))))


def _weighed(
    part: _Living,
    vocabulary: Vocabulary,
    weight: TermWeights,
    totals: tuple[Numbers, Numbers],
    everything: int,
    mean: float,
) -> Part:
    segment, alive = part
    postings = segment.postings
    weights = weight.of(postings.terms, totals[0])
    is_concept = vocabulary.are_concepts(postings.terms)
    counts = np.diff(postings.row_starts)

    def mass(chosen: Floats) -> Shares:
        summed = np.bincount(postings.rows, np.repeat(chosen, counts), segment.rows)
        return (summed + _SMALL).astype(np.float32)

    others, backgrounds = totals[1].astype(np.float64), vocabulary.backgrounds(postings.terms)
    telling, damping = np.minimum(1.0, weights / _FULL_WEIGHT), _K1 * (1 - _B + _B * segment.lengths / mean)
    says = np.empty((len(postings.owners), 2), dtype=np.float32)
    # All terms at once would take ten times the room of what comes of it. Piece by piece it is about half as much: the
    # first terms are the commonest, and `mass` goes through all of them.
    for first in range(0, len(postings.terms), _TERMS_AT_ONCE):
        some, starts = slice(first, first + _TERMS_AT_ONCE), postings.owner_starts[first : first + _TERMS_AT_ONCE + 1]
        own, owned = slice(int(starts[0]), int(starts[-1])), np.diff(starts)
        owners, held, times = (each[own] for each in (postings.owners, postings.held, postings.times))
        size = segment.sizes[owners]
        # Claims that are gone count nowhere, and are held against the others all the same.
        elsewhere = np.maximum(np.repeat(others[some], owned) - held, 0)
        usual = (elsewhere + _SMOOTHING) / np.maximum(everything - size + 1, 1)
        usual += np.repeat(_BACKGROUND_SHARE * backgrounds[some], owned)
        speaks = np.log((0.9 * held.astype(np.float64) / np.maximum(1, size) + 0.1 * usual) / usual)
        says[own, 0] = np.maximum(speaks, 0.0) * np.repeat(telling[some], owned)
        counted = times.astype(np.float64)
        says[own, 1] = counted / (counted + damping[owners]) * np.repeat(weights[some], owned)
    word_mass = mass(np.where(is_concept, 0.0, weights))
    return Part(
        segment=segment,
        alive=alive,
        word_mass=word_mass,
        least_mass=np.minimum.reduceat(word_mass, segment.first_row[:-1]),
        concept_mass=mass(np.where(is_concept, weights, 0.0)),
        says=says,
    )
