"""What an embedder adds: how near a message, and each stretch of it, comes in meaning to every claim."""

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, chain, pairwise
from typing import Self

import numpy as np

from checks.base import IndexedBase
from checks.embedders.embedder import MeaningSource, Outline, Vector, Vectors
from checks.lexicon import Analysis
from checks.model import KnownClaim
from checks.text import ClaimTexts, Span, Stretches, is_han, stretches_of, with_stretches
from checks.words import Flags, Rows

EmbedWordings = Callable[[Sequence[str]], Vectors | None]
Measures = dict[str, float]

_THREE = 3
_SMALL = 1e-6
_FEW_TEXTS = 2_000
# Of more wordings, only those of claims that come near in outline are compared with a message in full.
_MANY_TEXTS = 20_000
# So many claims that are near in outline hold 99 in 100 of the eight that are nearest to a tweet.
_NEAR_IN_OUTLINE = 200
# The mean and the spread of claims with about so many wordings stand for those of all claims.
_SAMPLED = 2_000


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
        outline = Outline.of(vectors) if len(texts) > most else None
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
        # Those of a claim stand one behind another.
        own = self.vectors[rows[0] : rows[0] + np.count_nonzero(rows < len(self.texts))]
        return np.clip(own.reshape(-1, vectors.shape[1]) @ vectors.T, -1.0, 1.0)

    def only(self, claims: Rows) -> "EmbeddedTexts":
        """Return the texts of some claims."""
        rows = self.rows[claims]
        there = rows < len(self.texts)
        chosen: Rows = rows[there]
        numbers = np.full(rows.shape, len(chosen), dtype=np.int64)
        numbers[there] = np.arange(len(chosen))
        return EmbeddedTexts(tuple(map(self.texts.__getitem__, chosen)), self.vectors[chosen], numbers)

    def by_claim(self, vectors: Vectors) -> Vectors:
        """Return the cosines of each claim's texts with each of the vectors, and -infinity where the rows end."""
        return self.similarities(vectors)[self.rows]


def nearest(held: Vectors, count: int = 1) -> Vectors:
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

    By one wording, three in the mean, and a point, always the nearest.
    """

    numbers: Rows
    one: Vectors
    three: Vectors
    points: Vectors

    @classmethod
    def of(cls, numbers: Rows, says: Vectors, points: Vectors) -> Self:
        """Take the cosines of the wordings and of the points by claim."""
        return cls(numbers, nearest(says), nearest(says, _THREE), nearest(points))

    def only(self, span: slice) -> "_Cosines":
        """Return those of one message of several."""
        return _Cosines(self.numbers, self.one[:, span], self.three[:, span], self.points[:, span])

    def measured(self) -> dict[str, Vector]:
        """Return how near each claim comes to the message as a whole, and to the stretch that carries the claim.

        `whole` and `part`: by the nearest wording; `wholes` and `parts`: by the three nearest in the mean; `both` is
        the sum of these; `sourced`: by the points, message and stretch added up.
        """
        whole, wholes, sourced = self.one[:, 0], self.three[:, 0], self.points[:, 0]
        part, parts, point = (each[:, 1:].max(axis=1) for each in (self.one, self.three, self.points))
        both = {"both": wholes + parts, "sourced": sourced + point}
        return {"whole": whole, "wholes": wholes, "part": part, "parts": parts, **both}

    @classmethod
    def together(cls, parts: "Sequence[_Cosines]") -> "_Cosines":
        """Return the claims of all parts."""
        return cls(*(np.concatenate([getattr(each, name) for each in parts]) for name in cls.__slots__))


@dataclass(frozen=True, slots=True, eq=False)
class _Some:
    """Some claims of a segment, by number, with the vectors of those who make them and of what the sources say."""

    numbers: Rows
    says: EmbeddedTexts
    points: EmbeddedTexts

    def cosines(self, first: int, vectors: Vectors) -> _Cosines:
        """Return how near they come, whose numbers go on from `first`."""
        return _Cosines.of(self.numbers + first, self.says.by_claim(vectors), self.points.by_claim(vectors))


@dataclass(frozen=True, slots=True)
class EmbeddedClaims:
    """The vectors of one segment: of those who make its claims, of those who dispute them, and of what the sources say.

    `cohesion` tells how near the wordings of a claim come to each other in the mean, `chinese` whether it has wordings
    in Chinese (True), in other languages (False) or both. Of very many claims a `sample` stands for all.
    """

    claims: tuple[KnownClaim, ...]
    says: EmbeddedTexts
    denies: EmbeddedTexts
    points: EmbeddedTexts
    cohesion: Vector
    chinese: tuple[frozenset[bool], ...]
    sample: _Some

    @classmethod
    def of(cls, claims: tuple[KnownClaim, ...], texts: Sequence[ClaimTexts], embed: EmbedWordings) -> Self | None:
        """Embed all texts of the claims; None where `embed` gives None."""
        says = EmbeddedTexts.build([each.says for each in texts], embed, _MANY_TEXTS)
        denies = EmbeddedTexts.build([each.denies for each in texts], embed)
        points = EmbeddedTexts.build([each.points for each in texts], embed)
        if says is None or denies is None or points is None:
            return None
        chinese = tuple(frozenset(map(is_han, each.says)) for each in texts)
        made = cls(claims, says, denies, points, _cohesion(says), chinese, _Some(np.arange(len(claims)), says, points))
        chosen = np.arange(0, len(claims), max(1, len(says.texts) // _SAMPLED), dtype=np.int64)
        return made if says.outline is None else replace(made, sample=made.some(chosen))

    def some(self, claims: Rows) -> _Some:
        """Return some of the claims."""
        return _Some(claims, self.says.only(claims), self.points.only(claims))

    def near(self, messages: Sequence[Vectors], alive: Flags | None) -> list[_Some]:
        """Return the claims that are worth a look: all, or of very many those near in outline.

        For each message, as its vector and those of its sentences.
        """
        if self.says.outline is None:
            return [self.sample] * len(messages)
        first = self.says.rows[:, 0]
        there = np.flatnonzero(first < len(self.says.texts))
        gone = None if alive is None else ~alive[there]
        found = self.says.outline.nearest(messages, first[there], gone, _NEAR_IN_OUTLINE)
        return [self.some(there[each]) for each in found]


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
        missing = [text for text in texts if text not in self._known]
        vectors = self._embed(missing) if missing else np.empty((0, 0), dtype=np.float32)
        if vectors is None:
            return None
        self._known.update(zip(missing, vectors, strict=True))
        return vectors if len(missing) == len(texts) else np.stack([self._known[text] for text in texts])


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
        found = self.nearness_of_each([message], source)
        return found[0] if found else None

    def nearness_of_each(self, messages: Sequence[Analysis], source: MeaningSource) -> "list[Nearness] | None":
        """Return the same of some messages, held against the claims at once: of these there may be very many."""
        texts = [with_stretches(message.text) for message in messages]
        cut = [stretches_of(message.text) for message in messages]
        vectors = source.embed_or_none([*chain.from_iterable(texts)])
        if vectors is None:
            return None
        spans = [slice(*each) for each in pairwise(accumulate(map(len, texts), initial=0))]
        # A pair of sentences comes near in outline where one of them does.
        rough = [vectors[span][: 1 + max(1, len(each.sentences))] for span, each in zip(spans, cut, strict=True)]
        near = [part.near(rough, piece.alive) for part, piece in zip(self.parts, self.base.parts, strict=True)]
        all_ = tuple(part.sample for part in self.parts)
        standing = self.cosines(all_, vectors)
        found: list[Nearness] = []
        for span, stretches, some in zip(spans, cut, zip(*near, strict=True), strict=True):
            own, stand = vectors[span], standing.only(span)
            found.append(Nearness(self, stretches, own, stand if some == all_ else self.cosines(some, own), stand))
        return found

    def cosines(self, some: Sequence[_Some], vectors: Vectors) -> _Cosines:
        """Return how near some claims of each segment come."""
        return _Cosines.together([each.cosines(n, vectors) for each, n in zip(some, self.base.first, strict=False)])


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
    def of(cls, values: Vector, alive: Flags | None, stand: Vector | None) -> "_Standing":
        """Work out once what each claim is held against: the `alive`, and in the mean those that `stand` for all."""
        living = values
        if alive is not None:
            living, values = values[alive], np.where(alive, values, np.float32(-np.inf))
        first = int(values.argmax())
        second, best = np.partition(living, -2)[-2:] if len(living) > 1 else np.zeros(2, dtype=np.float32)
        stand = living if stand is None else stand
        return cls(values, first, best, second, np.mean(stand), np.std(stand))

    def lead(self, claim: int) -> float:
        """Return the distance to the nearest of the other claims; the value itself where there is no other."""
        return float(self.values[claim] - (self.second if claim == self.first else self.best))

    def above(self, claim: int) -> float:
        """Return by how many standard deviations the claim stands above the mean."""
        return float((self.values[claim] - self.mean) / (self.spread + _SMALL))


# By which measures it is told how far above the other claims one stands.
_ABOVE = {"whole": "wholes", "part": "parts", "both": "both", "sourced": "sourced"}


@dataclass(frozen=True)
class Nearness:
    """How near one message is to the claims of a base that were looked at: all, or of very many those near in outline.

    `standing` is how near those claims come that stand for all: the same, where all were looked at.
    """

    meaning: Meaning
    stretches: Stretches
    vectors: Vectors
    cosines: _Cosines
    standing: _Cosines

    @cached_property
    def places(self) -> Mapping[int, int] | None:
        """Return the place of each claim that was looked at; None where all were."""
        if self.standing is self.cosines:
            return None
        return dict(zip(self.cosines.numbers.tolist(), range(len(self.cosines.numbers)), strict=True))

    @cached_property
    def carrying(self) -> Rows:
        """Return the number of the stretch that is nearest to each claim."""
        return self.cosines.one[:, 1:].argmax(axis=1)

    @cached_property
    def _standings(self) -> Mapping[str, _Standing]:
        near, stand, alive = self.cosines.measured(), self.standing.measured(), self.meaning.base.alive
        if alive is not None:
            counted, alive = alive[self.standing.numbers], alive[self.cosines.numbers]
            stand = {name: values[counted] for name, values in stand.items()} if counted.any() else {}
        return {name: _Standing.of(values, alive, stand.get(name)) for name, values in near.items()}

    def with_claims(self, claims: Sequence[int]) -> "Nearness":
        """Return the same with some claims that are looked at whatever their nearness: only such can be measured."""
        if self.places is None or self.places.keys() >= {*claims}:
            return self
        missing = np.array([each for each in claims if each not in self.places], dtype=np.int64)
        places = np.searchsorted(self.meaning.base.first, missing, "right") - 1
        parts = enumerate(zip(self.meaning.parts, self.meaning.base.first, strict=False))
        some = [part.some(missing[places == n] - first) for n, (part, first) in parts]
        more = self.meaning.cosines(some, self.vectors)
        return replace(self, cosines=_Cosines.together([self.cosines, more]))

    def nearest_claims(self, most: int) -> list[int]:
        """Return the numbers of the nearest claims, nearest first."""
        near, alive = -self.cosines.measured()["both"], self.meaning.base.alive
        if alive is not None:
            near[~alive[self.cosines.numbers]] = np.inf
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
        texts, own = self._of(claim)
        near = texts.says.near(own, self.vector(claim)[None])[:, 0]
        row = int(texts.says.rows[own][int(np.argmax(near))])
        return texts.says.texts[row], texts.says.vectors[row]

    def is_foreign(self, claim: int, *, han: bool) -> bool:
        """Tell whether the claim has wordings in another language alone than a message in Chinese (or not) is in."""
        texts, own = self._of(claim)
        return han not in texts.chinese[own]

    def _of(self, claim: int) -> tuple[EmbeddedClaims, int]:
        """Return the segment of a claim, and its number there."""
        place = bisect_right(self.meaning.base.first, claim) - 1
        return self.meaning.parts[place], claim - self.meaning.base.first[place]

    def measures(self, claim: int) -> Measures:
        """Return the claim's standing: cosines, distances to the next claim, and standard deviations above the mean.

        Cosines of different models have different scales; deviations have none.
        """
        (texts, own), at, standings = self._of(claim), self._at(claim), self._standings
        values = {name: float(each.values[at]) for name, each in standings.items()}
        return {
            **{f"meaning_{name}": values[name] for name in ("whole", "wholes", "part", "parts")},
            **{f"lead_{name}": standings[name].lead(at) for name in ("whole", "part", "both")},
            **{f"above_{name}": standings[measure].above(at) for name, measure in _ABOVE.items()},
            "cohesion": float(texts.cohesion[own]),
            "sourced": values["sourced"],
            **self._denial(claim),
        }

    def dispute(self, claim: int) -> Measures:
        """Return how near the message comes to what sources and disputers say, beside the claim itself."""
        both, at = np.stack([self.vectors[0], self.vector(claim)]), self._at(claim)
        texts, number = self._of(claim)
        points = texts.points.near(number, both)
        near = points.max(axis=0) if len(points) else np.zeros(2, dtype=np.float32)
        whole, wholes, part = (self._standings[name].values[at] for name in ("whole", "wholes", "part"))
        return {
            "point_whole": float(near[0]),
            "point_part": float(near[1]),
            "points_whole": float(nearest(points[None], _THREE)[0, 0] - wholes) if len(points) else 0.0,
            "beyond_whole": float(near[0] - whole) if len(points) else 0.0,
            "beyond_part": float(near[1] - part) if len(points) else 0.0,
            **self._denial(claim),
        }

    def _denial(self, claim: int) -> Measures:
        """How much nearer the message and all its stretches come to the claim's denials than to those who make it."""
        names = "has_denials", "denial_whole", "denial_part", "denial_all"
        (texts, number), at = self._of(claim), self._at(claim)
        if not len(denied := texts.denies.near(number, self.vectors)):
            return dict.fromkeys(names, 0.0)
        beyond = nearest(denied[None], _THREE)[0] - self.cosines.three[at]
        part = beyond[1 + int(self.carrying[at])]
        return dict(zip(names, map(float, (1.0, beyond[0], part, beyond[1:].mean())), strict=True))
