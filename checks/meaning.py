"""What an embedder adds: how near a message, and each stretch of it, comes in meaning to every claim."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from checks.base import IndexedBase
from checks.embedders.embedder import Vector, Vectors
from checks.lexicon import Analysis
from checks.model import KnownClaim
from checks.text import ClaimTexts, Span, Stretches, is_han, stretches_of

Rows = npt.NDArray[np.int64]
EmbedWordings = Callable[[Sequence[str]], Vectors | None]
Measures = dict[str, float]

_THREE = 3
_SMALL = 1e-6
_FEW_TEXTS = 2_000


class MeaningSource(Protocol):
    """An embedder that never raises: it gives vectors, or None while it is out of order."""

    @property
    def name(self) -> str:
        """Return the embedder's id: equal ids mean comparable vectors."""
        ...

    def embed_or_none(self, texts: Sequence[str]) -> Vectors | None:
        """Embed messages."""
        ...

    def wordings_or_none(self, texts: Sequence[str]) -> Vectors | None:
        """Embed wordings, which are kept."""
        ...


@dataclass(frozen=True, slots=True)
class EmbeddedTexts:
    """Texts of all claims, one unit row each; `rows[claim]` numbers those of a claim, filled up with `len(texts)`."""

    texts: tuple[str, ...]
    vectors: Vectors
    rows: Rows

    @classmethod
    def build(cls, by_claim: Sequence[Sequence[str]], embed: EmbedWordings) -> "EmbeddedTexts | None":
        """Embed the texts of each claim, in the order of their numbers; None where `embed` gives None."""
        texts = tuple(text for each in by_claim for text in each)
        vectors = embed(texts) if texts else np.zeros((0, 0), dtype=np.float32)
        if vectors is None:
            return None
        rows = np.full((len(by_claim), max(map(len, by_claim), default=0) or 1), len(texts), dtype=np.int64)
        first = 0
        for claim, each in enumerate(by_claim):
            rows[claim, : len(each)] = np.arange(first, first + len(each))
            first += len(each)
        return cls(texts, vectors, rows)

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
        """Return, for every claim and column, the mean of its `count` most similar texts; -1 where it has none.

        The mean of three names the right claim more often than the nearest text alone, which one odd text can be.
        """
        held = similarities[self.rows]
        own = (self.rows < len(self.texts)).sum(axis=1)[:, None]
        if count == 1:
            return np.where(own > 0, held.max(axis=1), np.float32(-1.0))
        if count < held.shape[1]:
            held = -np.partition(-held, count - 1, axis=1)[:, :count]
        # Only what fills up the rows is infinite.
        sums = np.where(np.isneginf(held), np.float32(0.0), held).sum(axis=1)
        return np.where(own > 0, sums / np.clip(own, 1, count), -1.0).astype(np.float32)


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
        says = EmbeddedTexts.build([each.says for each in texts], embed)
        denies = EmbeddedTexts.build([each.denies for each in texts], embed)
        points = EmbeddedTexts.build([each.points for each in texts], embed)
        if says is None or denies is None or points is None:
            return None
        chinese = tuple(frozenset(map(is_han, each.says)) for each in texts)
        return cls(claims, says, denies, points, _cohesion(says), chinese)


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
        said = tuple(part.says.similarities(vectors) for part in self.parts)
        both = list(zip(self.parts, said, strict=True))
        one = np.concatenate([part.says.nearest(near) for part, near in both])
        three = np.concatenate([part.says.nearest(near, _THREE) for part, near in both])
        points = np.concatenate([part.points.nearest(part.points.similarities(vectors)) for part in self.parts])
        whole, wholes, part, parts = one[:, 0], three[:, 0], one[:, 1:].max(axis=1), three[:, 1:].max(axis=1)
        sourced, alive = points[:, 0] + points[:, 1:].max(axis=1), self.base.alive
        return Nearness(
            meaning=self,
            stretches=stretches,
            vectors=vectors,
            said=said,
            whole=_Standing.of(whole, alive),
            wholes=_Standing.of(wholes, alive),
            part=_Standing.of(part, alive),
            parts=_Standing.of(parts, alive),
            both=_Standing.of(wholes + parts, alive),
            carrying=one[:, 1:].argmax(axis=1),
            sourced=_Standing.of(sourced, alive),
        )


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
    def of(cls, values: Vector, alive: npt.NDArray[np.bool_] | None) -> "_Standing":
        """Work out once what each claim is held against: those that are `alive` (None: all)."""
        counted = values
        if alive is not None:
            counted, values = values[alive], np.where(alive, values, np.float32(-np.inf))
        first = int(values.argmax())
        second = np.partition(counted, -2)[-2] if len(counted) > 1 else np.float32(0.0)
        best = values[first] if len(counted) > 1 else np.float32(0.0)
        return cls(values, first, best, second, np.mean(counted), np.std(counted))

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
    stretch added up.
    """

    meaning: Meaning
    stretches: Stretches
    vectors: Vectors
    said: tuple[Vectors, ...]
    whole: _Standing
    wholes: _Standing
    part: _Standing
    parts: _Standing
    both: _Standing
    carrying: Rows
    sourced: _Standing

    def nearest_claims(self, most: int) -> list[int]:
        """Return the numbers of the nearest claims, nearest first."""
        near = -self.both.values
        # Where there are many, only those that may be among the first are put in order; what is gone is infinitely far.
        last = np.partition(near, most)[most] if len(near) > most else np.inf
        chosen = np.flatnonzero((near <= last) & np.isfinite(near))
        return [int(claim) for claim in chosen[np.argsort(near[chosen], kind="stable")][:most]]

    def span(self, claim: int) -> Span:
        """Return the stretch of the message that carries the claim, if any does."""
        return self.stretches.all[int(self.carrying[claim])]

    def vector(self, claim: int) -> Vector:
        """Return the unit vector of that stretch."""
        return self.vectors[1 + int(self.carrying[claim])]

    def wording(self, claim: int) -> tuple[str, Vector]:
        """Return the wording (of those that say the claim) that is nearest to that stretch, folded, and its vector."""
        texts, said, own = self._of(claim)
        rows = texts.says.rows[own]
        row = int(rows[int(np.argmax(said[rows, 1 + int(self.carrying[claim])]))])
        return texts.says.texts[row], texts.says.vectors[row]

    def is_foreign(self, claim: int, *, han: bool) -> bool:
        """Tell whether the claim has wordings in another language alone than a message in Chinese (or not) is in."""
        texts, _, own = self._of(claim)
        return han not in texts.chinese[own]

    def _of(self, claim: int) -> tuple[EmbeddedClaims, Vectors, int]:
        """Return the segment of a claim, the similarities of its texts, and the claim's number there."""
        for texts, said in zip(self.meaning.parts, self.said, strict=True):
            if claim < len(texts.claims):
                return texts, said, claim
            claim -= len(texts.claims)
        raise IndexError(claim)

    def measures(self, claim: int) -> Measures:
        """Return the claim's standing: cosines, distances to the next claim, and standard deviations above the mean.

        Cosines of different models have different scales; deviations have none.
        """
        texts, _, own = self._of(claim)
        return {
            "meaning_whole": float(self.whole.values[claim]),
            "meaning_wholes": float(self.wholes.values[claim]),
            "meaning_part": float(self.part.values[claim]),
            "meaning_parts": float(self.parts.values[claim]),
            "lead_whole": self.whole.lead(claim),
            "lead_part": self.part.lead(claim),
            "lead_both": self.both.lead(claim),
            "above_whole": self.wholes.above(claim),
            "above_part": self.parts.above(claim),
            "above_both": self.both.above(claim),
            "cohesion": float(texts.cohesion[own]),
            "sourced": float(self.sourced.values[claim]),
            "above_sourced": self.sourced.above(claim),
        }

    def dispute(self, claim: int) -> Measures:
        """Return how near the message comes to what sources and disputers say, beside the claim itself."""
        column = 1 + int(self.carrying[claim])
        both = self.vectors[[0, column]]
        texts, said, number = self._of(claim)
        points = texts.points.near(number, both)
        denials = texts.denies.near(number, both)
        own = _three_nearest(said[texts.says.rows[number]][:, [0, column]])
        near = points.max(axis=0) if len(points) else np.zeros(2, dtype=np.float32)
        beyond = _three_nearest(denials) - own if len(denials) else np.zeros(2, dtype=np.float32)
        return {
            "point_whole": float(near[0]),
            "point_part": float(near[1]),
            "points_whole": float(_three_nearest(points)[0] - self.wholes.values[claim]) if len(points) else 0.0,
            "beyond_whole": float(near[0] - self.whole.values[claim]) if len(points) else 0.0,
            "beyond_part": float(near[1] - self.part.values[claim]) if len(points) else 0.0,
            "has_denials": float(len(denials) > 0),
            "denial_whole": float(beyond[0]),
            "denial_part": float(beyond[1]),
        }


def _three_nearest(similarities: Vectors) -> Vector:
    """Return, for every column, the mean of its three largest finite values."""
    kept = -np.sort(-similarities, axis=0)[:_THREE]
    counted = np.isfinite(kept)
    return np.asarray(np.where(counted, kept, 0.0).sum(axis=0) / np.maximum(counted.sum(axis=0), 1), dtype=np.float32)
