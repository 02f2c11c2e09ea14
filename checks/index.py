"""The index: what the wordings of many claims say, as arrays of numbers in place of words.

A segment never changes. A base is one large segment, a small one with what has changed since, and for a server one
with its own claims: a change makes a small segment and copies nothing of the large one.
"""

import zlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.lexicon import Analysis, Counts, TermWeights, Vocabulary
from checks.model import KnownClaim
from checks.text import is_han
from checks.words import Flags, Floats, Numbers, Shares


@dataclass(frozen=True, slots=True)
class FoldedTexts:
    """Folded texts one after another, as bytes."""

    written: bytes
    ends: Numbers

    def __getitem__(self, row: int) -> str:
        return self.written[int(self.ends[row - 1]) if row else 0 : int(self.ends[row])].decode()

    @classmethod
    def of(cls, texts: Iterable[str]) -> "FoldedTexts":
        """Write the texts."""
        written = [text.encode() for text in texts]
        return cls(b"".join(written), np.cumsum([len(each) for each in written], dtype=np.int64))

    def only(self, rows: Flags) -> "FoldedTexts":
        """Return the texts of some of the rows."""
        if rows.all():
            return self
        starts = np.concatenate([[0], self.ends[:-1]])[rows]
        spans = zip(starts.tolist(), self.ends[rows].tolist(), strict=True)
        written = b"".join(self.written[start:end] for start, end in spans)
        return FoldedTexts(written, np.cumsum(self.ends[rows] - starts))


@dataclass(frozen=True, slots=True)
class Postings:
    """Which wordings (`rows`) and which claims (`owners`) hold each term, those of one term together.

    Attributes:
        terms: the terms, ascending.
        row_starts: where the rows of each term begin, and their number.
        rows: rows of wordings, ascending for each term.
        owner_starts: where the owners of each term begin, and their number.
        owners: claims that hold the term in a positive wording, ascending for each term.
        held: in how many positive wordings of the claim.
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
        first = np.flatnonzero(np.diff(sorted_terms, prepend=-1))
        terms, row_starts = sorted_terms[first], np.append(first, len(rows))
        place = np.repeat(np.arange(len(terms), dtype=np.int64), np.diff(row_starts))
        claims = int(claim_of[-1]) + 1 if len(claim_of) else 1
        positive = ~negative[rows]
        keys = place[positive] * claims + claim_of[rows[positive]]
        start = np.flatnonzero(np.diff(keys, prepend=-1))
        pairs = keys[start]
        counted = np.zeros(len(pairs), dtype=np.uint16)
        # What stands in a claim's text stands in one of its positive wordings.
        counted[np.searchsorted(pairs, np.searchsorted(terms, times[0]) * claims + times[1])] = times[2]
        held_by = np.diff(np.append(start, len(keys))).astype(np.uint16)
        owner_starts = np.searchsorted(pairs, np.arange(len(terms) + 1) * claims).astype(np.int32)
        return cls(
            terms=terms.astype(np.int32),
            row_starts=row_starts.astype(np.int32),
            rows=rows.astype(np.int32),
            owner_starts=owner_starts,
            owners=(pairs % claims).astype(np.int32),
            held=held_by,
            times=counted,
            positive=_sums(held_by, owner_starts).astype(np.int32),
        )

    def counted(self, alive: Flags | None, claim_of: Numbers) -> tuple[Numbers, Numbers]:
        """Return in how many wordings of living claims each term stands, and in how many positive ones."""
        if alive is None:
            return np.diff(self.row_starts), self.positive
        living = alive[claim_of[self.rows]]
        return _sums(living, self.row_starts), _sums(self.held * alive[self.owners], self.owner_starts)

    def find(self, numbers: Numbers) -> tuple[Numbers, Flags]:
        """Return the places of terms, and which of them are there at all."""
        if not len(self.terms):
            return np.zeros(len(numbers), dtype=np.int64), np.zeros(len(numbers), dtype=bool)
        places = np.minimum(np.searchsorted(self.terms, numbers), len(self.terms) - 1)
        return places, self.terms[places] == numbers


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
        wanted = np.uint32(zlib.crc32(bare.encode()))
        low = int(np.searchsorted(self.sums, wanted))
        if low == len(self.sums) or self.sums[low] != wanted:
            return []
        high = np.searchsorted(self.sums, wanted, side="right")
        return [row for row in self.summed[low:high].tolist() if not self.negative[row]]

    def living_rows(self, alive: Flags | None) -> int:
        """Return the number of wordings of living claims."""
        return self.rows if alive is None else int(np.diff(self.first_row)[alive].sum())

    def in_scripts(self, alive: Flags | None) -> tuple[bool, bool]:
        """Tell whether all living claims have wordings in Chinese, and whether all have some in another script."""
        scripts = self.scripts if alive is None else self.scripts[alive]
        return bool((scripts & _IN_HAN > 0).all()), bool((scripts & _IN_LATIN > 0).all())


# The wordings of one claim as readings, each with whether it must never match; one at least is positive.
Wordings = Sequence[tuple[Analysis, bool]]


def index_claims(
    claims: Iterable[tuple[KnownClaim, Wordings]], vocabulary: Vocabulary, bare: Callable[[str], str]
) -> Segment:
    """Return the claims as a segment."""
    known: list[KnownClaim] = []
    counts, negative = array("i"), array("b")
    terms, held = array("i"), array("i")
    words, owners, times = array("i"), array("i"), array("i")
    sizes, lengths, scripts = array("i"), array("i"), array("b")
    written, ends, sums = bytearray(), array("q"), array("I")
    for number, (claim, readings) in enumerate(claims):
        known.append(claim)
        positive = [reading for reading, is_negative in readings if not is_negative]
        for reading, is_negative in readings:
            terms.extend(vocabulary.number(term) for part in (reading.words, reading.concepts) for term in part)
            held.append(len(reading.words) + len(reading.concepts))
            written += reading.text.encode()
            ends.append(len(written))
            sums.append(zlib.crc32(bare(reading.text).encode()))
            negative.append(is_negative)
        counts.append(len(readings))
        count = _document(positive)
        words.extend(map(vocabulary.number, count))
        owners.extend([number] * len(count))
        times.extend(count.values())
        sizes.append(len(positive))
        lengths.append(max(1, count.total()))
        scripts.append(sum({_IN_HAN if is_han(reading.text) else _IN_LATIN for reading in positive}))
    return _segment(
        known,
        held=(np.array(terms), np.repeat(np.arange(len(held), dtype=np.int32), held)),
        times=(np.array(words), np.array(owners), np.array(times)),
        counts=np.array(counts),
        negative=np.array(negative, dtype=bool),
        facts=(np.array(sizes), np.array(lengths), np.array(scripts, dtype=np.uint8)),
        texts=FoldedTexts(bytes(written), np.array(ends, dtype=np.int64)),
        sums=np.array(sums, dtype=np.uint32),
    )


def _document(readings: Sequence[Analysis]) -> Counter[str]:
    """Count the words of all wordings as one text, without those wordings that another one contains."""
    text = ""
    for reading in sorted(readings, key=lambda each: -len(each.text)):
        if reading.text.strip() not in text:
            text = f"{text}\n{reading.text}"
    return Counter(readings[0].lexicon.tokenizer.forms(text))


def _segment(
    known: Sequence[KnownClaim],
    *,
    held: tuple[Numbers, Numbers],
    times: tuple[Numbers, Numbers, Numbers],
    counts: Numbers,
    negative: Flags,
    facts: tuple[Numbers, Numbers, Numbers],
    texts: FoldedTexts,
    sums: Numbers,
) -> Segment:
    claim_of = np.repeat(np.arange(len(known), dtype=np.int32), counts)
    summed = np.argsort(sums, kind="stable").astype(np.int32)
    return Segment(
        claims=tuple(known),
        numbers={claim.id: number for number, claim in enumerate(known)},
        first_row=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        claim_of=claim_of,
        negative=negative,
        postings=Postings.of(held, times, claim_of, negative),
        sizes=facts[0],
        lengths=facts[1],
        scripts=facts[2],
        texts=texts,
        sums=sums[summed],
        summed=summed,
    )


def joined(parts: Sequence[tuple[Segment, Flags]]) -> Segment:
    """Return one segment with those claims of all parts that are alive, in order."""
    rows = [alive[segment.claim_of] for segment, alive in parts]
    claim_numbers, row_numbers = _renumbered([alive for _, alive in parts]), _renumbered(rows)
    texts = [segment.texts.only(living) for (segment, _), living in zip(parts, rows, strict=True)]
    offsets = np.cumsum([0, *(len(each.written) for each in texts)])[:-1]
    held: list[tuple[Numbers, Numbers]] = []
    times: list[tuple[Numbers, Numbers, Numbers]] = []
    for (segment, _), claims, living in zip(parts, claim_numbers, row_numbers, strict=True):
        postings = segment.postings
        row, owner = living[postings.rows], claims[postings.owners]
        kept, counted = row >= 0, (owner >= 0) & (postings.times > 0)
        held.append((np.repeat(postings.terms, np.diff(postings.row_starts))[kept], row[kept]))
        words = np.repeat(postings.terms, np.diff(postings.owner_starts))[counted]
        times.append((words, owner[counted], postings.times[counted]))

    def through(each: Iterable[npt.NDArray[Any]]) -> npt.NDArray[Any]:
        return np.concatenate([*each])

    sums = [np.empty_like(segment.sums) for segment, _ in parts]
    for (segment, _), found in zip(parts, sums, strict=True):
        found[segment.summed] = segment.sums
    return _segment(
        [
            claim
            for segment, alive in parts
            for claim, lives in zip(segment.claims, alive.tolist(), strict=True)
            if lives
        ],
        held=(through(each for each, _ in held), through(each for _, each in held)),
        times=(through(t for t, _, _ in times), through(o for _, o, _ in times), through(n for _, _, n in times)),
        counts=through(np.diff(segment.first_row)[alive] for segment, alive in parts),
        negative=through(segment.negative[living] for (segment, _), living in zip(parts, rows, strict=True)),
        facts=(
            through(segment.sizes[alive] for segment, alive in parts),
            through(segment.lengths[alive] for segment, alive in parts),
            through(segment.scripts[alive] for segment, alive in parts),
        ),
        texts=FoldedTexts(
            b"".join(each.written for each in texts),
            through(each.ends + offset for each, offset in zip(texts, offsets, strict=True)),
        ),
        sums=through(each[living] for each, living in zip(sums, rows, strict=True)),
    )


def _renumbered(alive: Sequence[Flags]) -> list[Numbers]:
    """Return the new number of each owner of each part, -1 for those that are left out."""
    whole = np.concatenate(alive)
    numbers = np.where(whole, np.cumsum(whole) - 1, -1).astype(np.int32)
    return np.split(numbers, np.cumsum([len(each) for each in alive])[:-1])


_K1, _B = 1.5, 0.75
# Half a wording is added to every count, so that one stray word does not decide.
_SMOOTHING = 0.5
_BACKGROUND_SHARE, _FULL_WEIGHT, _SMALL = 0.5, 6.0, 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One segment of a base with what its terms weigh there.

    Attributes:
        segment: the claims.
        alive: which of them count; None: all.
        word_mass: summed weight of the words of each wording, and (`concept_mass`) of its concepts.
        says: two numbers for each owner of each term. How much more often its wordings hold the term than all others
            and ordinary writing do: the logarithm of that ratio (pointwise mutual information), at least 0, scaled down
            for terms that say little anywhere. And its saturated count of the term in its text, times the weight.
    """

    segment: Segment
    alive: Flags | None
    word_mass: Shares
    concept_mass: Shares
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
    held = [
        segment.postings.counted(None if place in keep else alive, segment.claim_of)
        for place, (segment, alive) in enumerate(parts)
    ]
    rows = sum(segment.living_rows(alive) for segment, alive in parts)
    sizes = [segment.sizes if alive is None else segment.sizes[alive] for segment, alive in parts]
    lengths = [segment.lengths if alive is None else segment.lengths[alive] for segment, alive in parts]
    everything = int(sum(each.sum() for each in sizes))
    mean = float(sum(each.sum() for each in lengths)) / (sum(map(len, lengths)) or 1) or 1.0
    fresh = [place for place in range(len(parts)) if place not in keep]
    totals = {place: _totals(parts, place, held) for place in fresh}
    if counts is not None and not any(keep):
        counts = replace(counts, beside={})
    weight = TermWeights(vocabulary, _counts(parts, totals, counts), rows, most_kept)
    made = [
        _weighed(parts[place], vocabulary, weight, totals[place], everything, mean)
        if place in totals
        else replace(keep[place], alive=alive)
        for place, (_, alive) in enumerate(parts)
    ]
    return made, weight


def _totals(parts: Sequence[_Living], place: int, held: Sequence[tuple[Numbers, Numbers]]) -> tuple[Numbers, Numbers]:
    """Return in how many wordings of the whole base the terms of a part stand, and in how many positive ones."""
    terms = parts[place][0].postings.terms
    all_, positive = held[place]
    for other, (segment, _) in enumerate(parts):
        if other != place and len(segment.postings.terms):
            at, there = segment.postings.find(terms)
            all_ = all_ + np.where(there, held[other][0][at], 0)
            positive = positive + np.where(there, held[other][1][at], 0)
    return all_, positive


def _counts(parts: Sequence[_Living], totals: Mapping[int, tuple[Numbers, Numbers]], before: Counts | None) -> Counts:
    beside = dict(before.beside) if before is not None else {}
    held = before.held if before is not None else np.zeros(0, dtype=np.int32)
    for place, (counted, _) in totals.items():
        terms = parts[place][0].postings.terms
        if place:
            beside.update(zip(terms.tolist(), counted.tolist(), strict=True))
        elif len(terms):
            held = np.zeros(int(terms[-1]) + 1, dtype=np.int32)
            held[terms] = counted
    return Counts(held, beside)


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

    owned = np.diff(postings.owner_starts)
    held, size = postings.held.astype(np.float64), segment.sizes[postings.owners]
    # Claims that are gone count nowhere, and are held against the others all the same.
    others = np.maximum(np.repeat(totals[1], owned) - held, 0)
    elsewhere = (others + _SMOOTHING) / np.maximum(everything - size + 1, 1)
    usual = elsewhere + np.repeat(_BACKGROUND_SHARE * vocabulary.backgrounds(postings.terms), owned)
    speaks = np.log((0.9 * held / np.maximum(1, size) + 0.1 * usual) / usual)
    times = postings.times.astype(np.float64)
    telling = np.repeat(np.minimum(1.0, weights / _FULL_WEIGHT), owned)
    damping = _K1 * (1 - _B + _B * segment.lengths / mean)
    saturated = times / (times + damping[postings.owners]) * np.repeat(weights, owned)
    return Part(
        segment=segment,
        alive=alive,
        word_mass=mass(np.where(is_concept, 0.0, weights)),
        concept_mass=mass(np.where(is_concept, weights, 0.0)),
        says=np.column_stack([np.maximum(speaks, 0.0) * telling, saturated]).astype(np.float32),
    )
