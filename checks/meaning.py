"""What an embedder adds: how near a message, and each stretch of it, comes in meaning to every claim."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from checks.base import IndexedBase
from checks.embedders.embedder import MeaningSource, Vector, Vectors
from checks.lexicon import Analysis
from checks.model import KnownClaim
from checks.text import ClaimTexts, Span, Stretches, is_han, stretches_of
from checks.words import Flags

Rows = npt.NDArray[np.int64]
EmbedWordings = Callable[[Sequence[str]], Vectors | None]
Measures = dict[str, float]
_Said = tuple[Vectors | None, ...]

_THREE = 3
_SMALL = 1e-6
_FEW_TEXTS = 2_000
# Of more wordings, only those of claims that come near in outline are compared with a message in full.
_MANY_TEXTS = 20_000
# So many claims that are near in outline hold 99 in 100 of the eight that are nearest to a tweet.
_AXES, _LEARNED_FROM, _NEAR_IN_OUTLINE = 128, 8_000, 200
# The mean and the spread of claims with about so many wordings stand for those of all claims.
_SAMPLED = 2_000


@dataclass(frozen=True, slots=True)
class Outline:
    """Very many vectors along the axes that tell them apart best: a fourth of the numbers, and most of the nearness.

    `places` has a column for each text; `sample` numbers claims, evenly chosen, that stand for all.
    """

    axes: Vectors
    places: Vectors
    sample: Rows

    @classmethod
    def of(cls, vectors: Vectors, claims: int) -> Self:
        """Learn the axes from some thousand vectors."""
        chosen = vectors[:: max(1, len(vectors) // _LEARNED_FROM)]
        # Ascending: what tells most apart stands last.
        axes = np.ascontiguousarray(np.linalg.eigh(chosen.T @ chosen)[1][:, -_AXES:].T, dtype=np.float32)
        sample = np.arange(0, claims, max(1, len(vectors) // _SAMPLED), dtype=np.int64)
        return cls(axes, axes @ vectors.T, sample)


@dataclass(frozen=True, slots=True)
class EmbeddedTexts:
    """Texts of all claims, one unit row each; `rows[claim]` numbers those of a claim, filled up with `len(texts)`."""

    texts: tuple[str, ...]
    vectors: Vectors
    rows: Rows
    outline: Outline | None = None

    @classmethod
    def build(
        cls, by_claim: Sequence[Sequence[str]], embed: EmbedWordings, most: float = math.inf
    ) -> "EmbeddedTexts | None":
        """Embed the texts of each claim, in the order of their numbers; None where `embed` gives None.

        Of more than `most` texts an outline is made.
        """
        texts = tuple(text for each in by_claim for text in each)
        vectors = embed(texts) if texts else np.zeros((0, 0), dtype=np.float32)
        if vectors is None:
            return None
        rows = np.full((len(by_claim), max(map(len, by_claim), default=0) or 1), len(texts), dtype=np.int64)
        first = 0
        for claim, each in enumerate(by_claim):
            rows[claim, : len(each)] = np.arange(first, first + len(each))
            first += len(each)
        outline = Outline.of(vectors, len(by_claim)) if len(texts) > most else None
        return cls(texts, vectors, rows, outline)

    def similarities(self, vectors: Vectors) -> Vectors:
        """Return the cosine of every text (by row) with each vector (by column), and a last row of -infinity."""
        found = np.full((len(self.texts) + 1, len(vectors)), -np.inf, dtype=np.float32)
        if self.texts:
            np.matmul(self.vectors, vectors.T, out=found[:-1])
            np.clip(found[:-1], -1.0, 1.0, out=found[:-1])
        return found

    def near(self, claim: int, vectors: Vectors) -> Vectors:
        """Return the cosine of one claim's texts (by row) with each of the vectors (by column)."""
        rows = self.rows[claim]
        own = rows[rows < len(self.texts)]
        return self.vectors[own] @ vectors.T if len(own) else np.zeros((0, len(vectors)), dtype=np.float32)

    def nearest(self, similarities: Vectors, count: int = 1) -> Vectors:
        """Return, for every claim and column, the mean of its `count` most similar texts; -1 where it has none."""
        return _nearest(similarities[self.rows], count)

    def held(self, claims: Rows, vectors: Vectors) -> Vectors:
        """Return the cosines of some claims' texts with each of the vectors, and -infinity where the rows end."""
        rows = self.rows[claims]
        there = rows < len(self.texts)
        found = np.full((*rows.shape, len(vectors)), -np.inf, dtype=np.float32)
        if there.any():
            found[there] = np.clip(self.vectors[rows[there]] @ vectors.T, -1.0, 1.0)
        return found

    def near_in_outline(self, outline: Outline, vectors: Vectors) -> tuple[Rows, Vector]:
        """Return the claims that have texts, and how near in outline: the message (the first vector) and a stretch."""
        there = np.flatnonzero(self.rows[:, 0] < len(self.texts))
        first = self.rows[there, 0]
        said = vectors @ outline.axes.T @ outline.places
        return there, np.maximum.reduceat(said[0], first) + np.maximum.reduceat(said[1:].max(axis=0), first)


def _nearest(held: Vectors, count: int = 1) -> Vectors:
    """Return the mean of the `count` largest along the second axis, where all that is infinite is filled up.

    The mean of three names the right claim more often than the nearest text alone, which one odd text can be.
    """
    own = np.isfinite(held[:, :, :1]).sum(axis=1)
    if count == 1:
        return np.where(own > 0, held.max(axis=1), np.float32(-1.0))
    if count < held.shape[1]:
        held = -np.partition(-held, count - 1, axis=1)[:, :count]
    sums = np.where(np.isneginf(held), np.float32(0.0), held).sum(axis=1)
    return np.where(own > 0, sums / np.clip(own, 1, count), -1.0).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Cosines:
    """How near a message (first column) and its stretches come to some claims (`numbers`), a row each.

    By one wording, three in the mean, and a point, always the nearest. The mean of the `counted` stands for all.
    """

    numbers: Rows
    counted: Flags
    one: Vectors
    three: Vectors
    points: Vectors

    @classmethod
    def together(cls, parts: "Sequence[_Cosines]") -> "_Cosines":
        """Return the claims of all parts."""
        return cls(*(np.concatenate([getattr(each, name) for each in parts]) for name in cls.__slots__))


@dataclass(frozen=True, slots=True)
class EmbeddedClaims:
    """The vectors of one segment: of those who make its claims, of those who dispute them, and of what the sources say.

    `cohesion` tells how near the wordings of a claim come to each other in the mean, `chinese` whether it has wordings
    in Chinese (True), in other languages (False) or both.
    """

    claims: tuple[KnownClaim, ...]
    says: EmbeddedTexts
    denies: EmbeddedTexts
    points: EmbeddedTexts
    cohesion: Vector
    chinese: tuple[frozenset[bool], ...]

    @classmethod
    def of(cls, claims: tuple[KnownClaim, ...], texts: Sequence[ClaimTexts], embed: EmbedWordings) -> Self | None:
        """Embed all texts of the claims; None where `embed` gives None."""
        says = EmbeddedTexts.build([each.says for each in texts], embed, _MANY_TEXTS)
        denies = EmbeddedTexts.build([each.denies for each in texts], embed)
        points = EmbeddedTexts.build([each.points for each in texts], embed)
        if says is None or denies is None or points is None:
            return None
        chinese = tuple(frozenset(map(is_han, each.says)) for each in texts)
        return cls(claims, says, denies, points, _cohesion(says), chinese)

    def cosines(self, first: int, vectors: Vectors, said: Vectors | None, alive: Flags | None) -> _Cosines:
        """Return how near the claims come, whose numbers go on from `first`; of very many, those near in outline.

        `said` are the similarities of all wordings, where these were worked out.
        """
        if said is not None:
            numbers, counted = np.arange(len(self.claims)), np.ones(len(self.claims), dtype=bool)
            points = self.points.nearest(self.points.similarities(vectors))
            return _Cosines(numbers + first, counted, self.says.nearest(said), self.says.nearest(said, _THREE), points)
        assert self.says.outline is not None  # noqa: S101  else all are compared
        there, near = self.says.near_in_outline(self.says.outline, vectors)
        if alive is not None:
            near[~alive[there]] = -np.inf
        if len(there) > _NEAR_IN_OUTLINE:
            there = there[np.argpartition(-near, _NEAR_IN_OUTLINE)[:_NEAR_IN_OUTLINE]]
        stands, looked = np.zeros((2, len(self.claims)), dtype=bool)
        stands[self.says.outline.sample] = looked[there] = True
        claims = np.flatnonzero(stands | looked)
        return self.cosines_of(first, claims, vectors, stands[claims])

    def cosines_of(self, first: int, claims: Rows, vectors: Vectors, counted: Flags) -> _Cosines:
        """Return how near some of the claims come."""
        held, points = self.says.held(claims, vectors), self.points.held(claims, vectors)
        return _Cosines(claims + first, counted, _nearest(held), _nearest(held, _THREE), _nearest(points))


class _KnownTexts:
    """Asks the embedder only for texts of which no earlier vector is at hand.

    Where few are wanted, large parts are not gone through: the embedder has a store of its own.
    """

    def __init__(self, before: "Meaning | None", embed: EmbedWordings, wanted: int) -> None:
        self._embed = embed
        self._known: dict[str, Vector] = {}
        for part in before.parts if before else ():
            for texts in (part.says, part.denies, part.points):
                if len(texts.texts) <= max(_FEW_TEXTS, 2 * wanted):
                    self._known.update(zip(texts.texts, texts.vectors, strict=True))

    def __call__(self, texts: Sequence[str]) -> Vectors | None:
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        if missing:
            vectors = self._embed(missing)
            if vectors is None:
                return None
            self._known.update(zip(missing, vectors, strict=True))
        return np.stack([self._known[text] for text in texts])


@dataclass(frozen=True, slots=True)
class Meaning:
    """The vectors of one base, segment by segment; `encoder` is the embedder's id."""

    base: IndexedBase
    encoder: str
    parts: tuple[EmbeddedClaims, ...]

    @classmethod
    def of(cls, base: IndexedBase, source: MeaningSource, before: "Meaning | None" = None) -> "Meaning | None":
        """Embed all texts of the base; None while the embedder is out of order.

        From the meaning of a base `before` is taken what both share.
        """
        kept = {id(part.claims): part for part in before.parts} if before else {}
        embed: _KnownTexts | None = None
        parts: list[EmbeddedClaims] = []
        for segment in (part.segment for part in base.parts):
            part = kept.get(id(segment.claims))
            if part is None:
                embed = embed or _KnownTexts(before, source.wordings_or_none, segment.rows)
                part = EmbeddedClaims.of(segment.claims, base.texts_of(segment), embed)
            if part is None:
                return None
            parts.append(part)
        return cls(base, source.name, tuple(parts))

    def nearness(self, message: Analysis, source: MeaningSource) -> "Nearness | None":
        """Return how near a message and its stretches are to each claim; None while the embedder is out of order."""
        stretches = stretches_of(message.text)
        cut = [message.text[start:end] for start, end in stretches.all]
        vectors = source.embed_or_none([message.text, *cut])
        if vectors is None:
            return None
        said = tuple(None if part.says.outline else part.says.similarities(vectors) for part in self.parts)
        # The last of `first` is the end of all.
        both = zip(self.parts, said, self.base.parts, self.base.first, strict=False)
        found = [part.cosines(first, vectors, near, piece.alive) for part, near, piece, first in both]
        return Nearness.of(self, stretches, vectors, said, _Cosines.together(found))


def _cohesion(says: EmbeddedTexts) -> Vector:
    count = len(says.texts)
    means = [float(np.linalg.norm(says.vectors[own[own < count]].mean(axis=0)) ** 2) for own in says.rows]
    return np.array(means, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class _Standing:
    """How near a message comes to every claim by one measure, and how a single claim stands among them all."""

    values: Vector
    first: int
    best: np.float32
    second: np.float32
    mean: np.float32
    spread: np.float32

    @classmethod
    def of(cls, values: Vector, alive: Flags | None, counted: Flags | None) -> "_Standing":
        """Work out once what each claim is held against: the `alive`, and in the mean the `counted` (None: all)."""
        living = all_ = values
        if alive is not None:
            living, values = values[alive], np.where(alive, values, np.float32(-np.inf))
        first = int(values.argmax())
        second = np.partition(living, -2)[-2] if len(living) > 1 else np.float32(0.0)
        best = values[first] if len(living) > 1 else np.float32(0.0)
        stand = living if counted is None else all_[counted]
        return cls(values, first, best, second, np.mean(stand), np.std(stand))

    def lead(self, claim: int) -> float:
        """Return the distance to the nearest of the other claims; the value itself where there is no other."""
        return float(self.values[claim] - (self.second if claim == self.first else self.best))

    def above(self, claim: int) -> float:
        """Return by how many standard deviations the claim stands above the mean."""
        return float((self.values[claim] - self.mean) / (self.spread + _SMALL))


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near one message is to every claim of a base, as a whole and by the stretch that carries the claim.

    `whole` and `part` are the cosine of the nearest wording, `wholes` and `parts` the mean of the three nearest;
    `carrying` numbers the stretch that is nearest to each claim; `sourced` is how near the points come, message and
    stretch added up. Where not all claims were looked at, `places` has the place of each that was.
    """

    meaning: Meaning
    stretches: Stretches
    vectors: Vectors
    said: _Said
    cosines: _Cosines
    places: Mapping[int, int] | None
    carrying: Rows
    whole: _Standing
    wholes: _Standing
    part: _Standing
    parts: _Standing
    both: _Standing
    sourced: _Standing

    @classmethod
    def of(cls, meaning: Meaning, stretches: Stretches, vectors: Vectors, said: _Said, cosines: _Cosines) -> Self:
        """Work out the standing of all claims that were looked at."""
        one, three, points = cosines.one, cosines.three, cosines.points
        wholes, parts = three[:, 0], three[:, 1:].max(axis=1)
        sourced = points[:, 0] + points[:, 1:].max(axis=1)
        values = (one[:, 0], wholes, one[:, 1:].max(axis=1), parts, wholes + parts, sourced)
        alive, places = meaning.base.alive, None
        counted = alive
        if any(near is None for near in said):
            places = dict(zip(cosines.numbers.tolist(), range(len(cosines.numbers)), strict=True))
            alive = np.ones(len(places), dtype=bool) if alive is None else alive[cosines.numbers]
            counted = cosines.counted & alive if (cosines.counted & alive).any() else alive
        standings = (_Standing.of(each, alive, counted) for each in values)
        return cls(meaning, stretches, vectors, said, cosines, places, one[:, 1:].argmax(axis=1), *standings)

    def with_claims(self, claims: Sequence[int]) -> "Nearness":
        """Return the same with some claims that are looked at whatever their nearness: only such can be measured."""
        if self.places is None or self.places.keys() >= {*claims}:
            return self
        missing = np.array([each for each in claims if each not in self.places], dtype=np.int64)
        found = [self.cosines]
        for part, first in zip(self.meaning.parts, self.meaning.base.first, strict=False):
            own = missing[(missing >= first) & (missing < first + len(part.claims))] - first
            found.append(part.cosines_of(first, own, self.vectors, np.zeros(len(own), dtype=bool)))
        return Nearness.of(self.meaning, self.stretches, self.vectors, self.said, _Cosines.together(found))

    def nearest_claims(self, most: int) -> list[int]:
        """Return the numbers of the nearest claims, nearest first."""
        near = -self.both.values
        # Where there are many, only those that may be among the first are put in order; what is gone is infinitely far.
        last = np.partition(near, most)[most] if len(near) > most else np.inf
        chosen = np.flatnonzero((near <= last) & np.isfinite(near))
        return self.cosines.numbers[chosen[np.argsort(near[chosen], kind="stable")][:most]].tolist()

    def _at(self, claim: int) -> int:
        return claim if self.places is None else self.places[claim]

    def span(self, claim: int) -> Span:
        """Return the stretch of the message that carries the claim, if any does."""
        return self.stretches.all[int(self.carrying[self._at(claim)])]

    def vector(self, claim: int) -> Vector:
        """Return the unit vector of that stretch."""
        return self.vectors[1 + int(self.carrying[self._at(claim)])]

    def wording(self, claim: int) -> tuple[str, Vector]:
        """Return the wording (of those that say the claim) that is nearest to that stretch, folded, and its vector."""
        texts, _, own = self._of(claim)
        near = self._wordings(claim)[:, 1 + int(self.carrying[self._at(claim)])]
        row = int(texts.says.rows[own][int(np.argmax(near))])
        return texts.says.texts[row], texts.says.vectors[row]

    def is_foreign(self, claim: int, *, han: bool) -> bool:
        """Tell whether the claim has wordings in another language alone than a message in Chinese (or not) is in."""
        texts, _, own = self._of(claim)
        return han not in texts.chinese[own]

    def _of(self, claim: int) -> tuple[EmbeddedClaims, Vectors | None, int]:
        """Return the segment of a claim, the similarities of all texts there (None: an outline), its number there."""
        for texts, said in zip(self.meaning.parts, self.said, strict=True):
            if claim < len(texts.claims):
                return texts, said, claim
            claim -= len(texts.claims)
        raise IndexError(claim)

    def _wordings(self, claim: int) -> Vectors:
        texts, said, own = self._of(claim)
        return texts.says.held(np.array([own]), self.vectors)[0] if said is None else said[texts.says.rows[own]]

    def measures(self, claim: int) -> Measures:
        """Return the claim's standing: cosines, distances to the next claim, and standard deviations above the mean.

        Cosines of different models have different scales; deviations have none.
        """
        (texts, _, own), at = self._of(claim), self._at(claim)
        return {
            "meaning_whole": float(self.whole.values[at]),
            "meaning_wholes": float(self.wholes.values[at]),
            "meaning_part": float(self.part.values[at]),
            "meaning_parts": float(self.parts.values[at]),
            "lead_whole": self.whole.lead(at),
            "lead_part": self.part.lead(at),
            "lead_both": self.both.lead(at),
            "above_whole": self.wholes.above(at),
            "above_part": self.parts.above(at),
            "above_both": self.both.above(at),
            "cohesion": float(texts.cohesion[own]),
            "sourced": float(self.sourced.values[at]),
            "above_sourced": self.sourced.above(at),
        }

    def dispute(self, claim: int) -> Measures:
        """Return how near the message comes to what sources and disputers say, beside the claim itself."""
        at = self._at(claim)
        column = 1 + int(self.carrying[at])
        both = self.vectors[[0, column]]
        texts, _, number = self._of(claim)
        points = texts.points.near(number, both)
        denials = texts.denies.near(number, both)
        own = _three_nearest(self._wordings(claim)[:, [0, column]])
        near = points.max(axis=0) if len(points) else np.zeros(2, dtype=np.float32)
        beyond = _three_nearest(denials) - own if len(denials) else np.zeros(2, dtype=np.float32)
        return {
            "point_whole": float(near[0]),
            "point_part": float(near[1]),
            "points_whole": float(_three_nearest(points)[0] - self.wholes.values[at]) if len(points) else 0.0,
            "beyond_whole": float(near[0] - self.whole.values[at]) if len(points) else 0.0,
            "beyond_part": float(near[1] - self.part.values[at]) if len(points) else 0.0,
            "has_denials": float(len(denials) > 0),
            "denial_whole": float(beyond[0]),
            "denial_part": float(beyond[1]),
        }


def _three_nearest(similarities: Vectors) -> Vector:
    """Return, for every column, the mean of its three largest finite values."""
    kept = -np.sort(-similarities, axis=0)[:_THREE]
    counted = np.isfinite(kept)
    return np.asarray(np.where(counted, kept, 0.0).sum(axis=0) / np.maximum(counted.sum(axis=0), 1), dtype=np.float32)
