"""What an embedder adds: how near a message, and each stretch of it, comes in meaning to every claim."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from checks.base import IndexedBase
from checks.embedders.embedder import Vector, Vectors
from checks.lexicon import Analysis
from checks.scoring import is_han
from checks.text import Span, Stretches, stretches_of

Rows = npt.NDArray[np.int64]
EmbedWordings = Callable[[Sequence[str]], Vectors | None]
Measures = dict[str, float]

_THREE = 3
_SMALL = 1e-6


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
        none = np.full((1, len(vectors)), -np.inf, dtype=np.float32)
        return np.vstack([np.clip(self.vectors @ vectors.T, -1.0, 1.0), none]) if self.texts else none

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
        if count < held.shape[1]:
            held = -np.partition(-held, count - 1, axis=1)[:, :count]
        counted = np.isfinite(held)
        counts = counted.sum(axis=1)
        sums = np.where(counted, held, 0.0).sum(axis=1)
        return np.where(counts > 0, sums / np.maximum(counts, 1), -1.0).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Meaning:
    """The vectors of one base: of those who make its claims, of those who dispute them, and of what the sources say.

    `cohesion` tells how near the wordings of a claim come to each other in the mean, `chinese` whether it has wordings
    in Chinese (True), in other languages (False) or both; `encoder` is the embedder's id.
    """

    base: IndexedBase
    encoder: str
    says: EmbeddedTexts
    denies: EmbeddedTexts
    points: EmbeddedTexts
    cohesion: Vector
    chinese: tuple[frozenset[bool], ...]

    @classmethod
    def of(cls, base: IndexedBase, source: MeaningSource) -> "Meaning | None":
        """Embed all texts of the base; None while the embedder is out of order."""
        embed = source.wordings_or_none
        says = EmbeddedTexts.build([[each.text for each in read.voices.says] for read in base.claims], embed)
        denies = EmbeddedTexts.build([[each.text for each in read.voices.denies] for read in base.claims], embed)
        points = EmbeddedTexts.build([_parts(read.points) for read in base.claims], embed)
        if says is None or denies is None or points is None:
            return None
        chinese = tuple(frozenset(is_han(each.text) for each in read.voices.says) for read in base.claims)
        return cls(base, source.name, says, denies, points, _cohesion(says), chinese)

    def nearness(self, message: Analysis, source: MeaningSource) -> "Nearness | None":
        """Return how near a message and its stretches are to each claim; None while the embedder is out of order."""
        stretches = stretches_of(message.text)
        parts = [message.text[start:end] for start, end in stretches.all]
        vectors = source.embed_or_none([message.text, *parts])
        if vectors is None:
            return None
        said = self.says.similarities(vectors)
        one, three = self.says.nearest(said), self.says.nearest(said, _THREE)
        sourced = self.points.nearest(self.points.similarities(vectors))
        return Nearness(
            meaning=self,
            stretches=stretches,
            vectors=vectors,
            said=said,
            whole=one[:, 0],
            wholes=three[:, 0],
            part=one[:, 1:].max(axis=1),
            parts=three[:, 1:].max(axis=1),
            carrying=one[:, 1:].argmax(axis=1),
            sourced=sourced[:, 0] + sourced[:, 1:].max(axis=1),
        )


def _parts(readings: Sequence[Analysis]) -> list[str]:
    """Return texts of points, whole and sentence by sentence."""
    found: dict[str, None] = {}
    for each in readings:
        spans = stretches_of(each.text).sentences
        found.update(dict.fromkeys([each.text, *(each.text[start:end].strip() for start, end in spans)]))
    return [text for text in found if text]


def _cohesion(says: EmbeddedTexts) -> Vector:
    count = len(says.texts)
    means = [float(np.linalg.norm(says.vectors[own[own < count]].mean(axis=0)) ** 2) for own in says.rows]
    return np.array(means, dtype=np.float32)


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
    said: Vectors
    whole: Vector
    wholes: Vector
    part: Vector
    parts: Vector
    carrying: Rows
    sourced: Vector

    def nearest_claims(self, most: int) -> list[int]:
        """Return the numbers of the nearest claims, nearest first."""
        order = np.argsort(-(self.wholes + self.parts), kind="stable")
        return [int(claim) for claim in order[:most]]

    def span(self, claim: int) -> Span:
        """Return the stretch of the message that carries the claim, if any does."""
        return self.stretches.all[int(self.carrying[claim])]

    def vector(self, claim: int) -> Vector:
        """Return the unit vector of that stretch."""
        return self.vectors[1 + int(self.carrying[claim])]

    def row(self, claim: int) -> int:
        """Return the row (among the wordings that say a claim) that is nearest to that stretch."""
        rows = self.meaning.says.rows[claim]
        return int(rows[int(np.argmax(self.said[rows, 1 + int(self.carrying[claim])]))])

    def measures(self, claim: int) -> Measures:
        """Return the claim's standing: cosines, distances to the next claim, and standard deviations above the mean.

        Cosines of different models have different scales; deviations have none.
        """
        both = self.wholes + self.parts
        return {
            "meaning_whole": float(self.whole[claim]),
            "meaning_wholes": float(self.wholes[claim]),
            "meaning_part": float(self.part[claim]),
            "meaning_parts": float(self.parts[claim]),
            "lead_whole": _lead(self.whole, claim),
            "lead_part": _lead(self.part, claim),
            "lead_both": _lead(both, claim),
            "above_whole": _above(self.wholes, claim),
            "above_part": _above(self.parts, claim),
            "above_both": _above(both, claim),
            "cohesion": float(self.meaning.cohesion[claim]),
            "sourced": float(self.sourced[claim]),
            "above_sourced": _above(self.sourced, claim),
        }

    def dispute(self, claim: int) -> Measures:
        """Return how near the message comes to what sources and disputers say, beside the claim itself."""
        column = 1 + int(self.carrying[claim])
        both = self.vectors[[0, column]]
        points = self.meaning.points.near(claim, both)
        denials = self.meaning.denies.near(claim, both)
        own = _three_nearest(self.said[self.meaning.says.rows[claim]][:, [0, column]])
        near = points.max(axis=0) if len(points) else np.zeros(2, dtype=np.float32)
        beyond = _three_nearest(denials) - own if len(denials) else np.zeros(2, dtype=np.float32)
        return {
            "point_whole": float(near[0]),
            "point_part": float(near[1]),
            "points_whole": float(_three_nearest(points)[0] - self.wholes[claim]) if len(points) else 0.0,
            "beyond_whole": float(near[0] - self.whole[claim]) if len(points) else 0.0,
            "beyond_part": float(near[1] - self.part[claim]) if len(points) else 0.0,
            "has_denials": float(len(denials) > 0),
            "denial_whole": float(beyond[0]),
            "denial_part": float(beyond[1]),
        }


def _three_nearest(similarities: Vectors) -> Vector:
    """Return, for every column, the mean of its three largest finite values."""
    kept = -np.sort(-similarities, axis=0)[:_THREE]
    counted = np.isfinite(kept)
    return np.asarray(np.where(counted, kept, 0.0).sum(axis=0) / np.maximum(counted.sum(axis=0), 1), dtype=np.float32)


def _lead(values: Vector, claim: int) -> float:
    others = np.delete(values, claim)
    return float(values[claim] - (others.max() if len(others) else 0.0))


def _above(values: Vector, claim: int) -> float:
    return float((values[claim] - np.mean(values)) / (np.std(values) + _SMALL))
