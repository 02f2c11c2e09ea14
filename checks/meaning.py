"""What an embedder adds: how near a message comes in meaning to those who make a claim, and to those who dispute it."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from checks.base import IndexedBase
from checks.embedders.embedder import Vector, Vectors
from checks.tuning import CutOffs

EmbedWordings = Callable[[Sequence[str]], Vectors | None]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class EmbeddedWordings:
    """A matrix with one unit row for each wording; `claims[row]` is the number of the claim that the row belongs to.

    Immutable: a change of the base makes a new one with `rebuild`.
    """

    texts: tuple[str, ...]
    claims: Rows
    vectors: Vectors

    @classmethod
    def build(cls, texts: Sequence[str], claims: Sequence[int], embed: EmbedWordings) -> "EmbeddedWordings | None":
        """Embed all texts, of which row *i* belongs to claim `claims[i]`; None where `embed` gives None."""
        empty = cls((), np.zeros(0, dtype=np.int64), np.zeros((0, 0), dtype=np.float32))
        return empty.rebuild(texts, claims, embed)

    def rebuild(self, texts: Sequence[str], claims: Sequence[int], embed: EmbedWordings) -> "EmbeddedWordings | None":
        """Return the matrix for other wordings; only texts new here are embedded. None where `embed` gives None."""
        if len(texts) != len(claims):
            raise ValueError(f"{len(texts)} wordings, but {len(claims)} claims for them")
        known = {text: row for row, text in enumerate(self.texts)}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        fresh = embed(new) if new else self.vectors[:0]
        if fresh is None:
            return None
        known.update({text: len(self.texts) + row for row, text in enumerate(new)})
        pool = np.concatenate([self.vectors, fresh]) if len(self.texts) and new else fresh if new else self.vectors
        vectors = pool[[known[text] for text in texts]] if texts else self.vectors[:0]
        return EmbeddedWordings(tuple(texts), np.asarray(claims, dtype=np.int64), vectors)

    def similarities(self, message: Vector) -> Vector:
        """Return the cosine (-1 to 1) between a message's unit vector and every wording, in the order of the rows."""
        if not self.texts:
            return np.zeros(0, dtype=np.float32)
        return np.clip(self.vectors @ message, -1.0, 1.0)

    def by_claim(self, similarities: Vector, claims: int, nearest: int = 1) -> Vector:
        """Return, for each of `claims` claims, the mean similarity of its `nearest` wordings; -1 where it has none.

        The mean of three names the right claim more often than the nearest wording alone, which one odd text can be.
        """
        order = np.lexsort((-similarities, self.claims))
        owner = self.claims[order]
        rank = np.arange(len(owner)) - np.searchsorted(owner, owner)
        kept = rank < nearest
        sums = np.bincount(owner[kept], weights=similarities[order][kept], minlength=claims)
        counts = np.bincount(owner[kept], minlength=claims)
        return np.where(counts > 0, sums / np.maximum(counts, 1), -1.0).astype(np.float32)


_NEAREST = 3
_SMALL = 1e-6


class MeaningSource(Protocol):
    """An embedder that never raises: it gives vectors, or None while it is out of order."""

    def embed_or_none(self, texts: Sequence[str]) -> Vectors | None:
        """Embed messages."""
        ...

    def wordings_or_none(self, texts: Sequence[str]) -> Vectors | None:
        """Embed wordings, which are kept."""
        ...


@dataclass(frozen=True, slots=True)
class MeaningTuning:
    """Fitted weights on top of the model without an embedder, and the cut-offs that go with them."""

    lexical: float
    nearness: float
    bias: float
    dispute: float
    dispute_bias: float
    reply: float
    offer: float

    def probability(self, lexical: float, standing: float) -> float:
        """Return the probability (0–1) from the one without an embedder and the claim's standing in meaning."""
        kept = min(max(lexical, 1e-9), 1 - 1e-9)
        odds = self.lexical * math.log(kept / (1 - kept)) + self.nearness * standing + self.bias
        return 1 / (1 + math.exp(-max(-40.0, min(40.0, odds))))

    def cut_offs(self, near: float) -> CutOffs:
        """Return the cut-offs with an embedder."""
        return CutOffs(self.reply, self.offer, near)

    @classmethod
    def load(cls) -> "MeaningTuning":
        """Read the shipped weights."""
        data: dict[str, Any] = json.loads((resources.files("config") / "lexicon" / "meaning.json").read_text("utf-8"))
        return cls(**{name: float(value) for name, value in data.items() if name != "provenance"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """The vectors of one base's wordings: row by claim, those who make the claims apart from those who dispute them."""

    base: IndexedBase
    says: EmbeddedWordings
    denies: EmbeddedWordings

    @classmethod
    def of(cls, base: IndexedBase, source: MeaningSource) -> "Meaning | None":
        """Embed all wordings of the base; None while the embedder is out of order."""
        says = [(r.text, n) for n, read in enumerate(base.claims) for r in read.voices.says]
        denies = [(r.text, n) for n, read in enumerate(base.claims) for r in read.voices.denies]
        made = EmbeddedWordings.build([t for t, _ in says], [n for _, n in says], source.wordings_or_none)
        against = EmbeddedWordings.build([t for t, _ in denies], [n for _, n in denies], source.wordings_or_none)
        return None if made is None or against is None else cls(base, made, against)

    def nearness(self, message: Vector) -> "Nearness":
        """Return how near a message is to each claim."""
        claims = len(self.base.claims)
        says = self.says.by_claim(self.says.similarities(message), claims, _NEAREST)
        denies = self.denies.by_claim(self.denies.similarities(message), claims, _NEAREST)
        return Nearness(says, denies)


@dataclass(frozen=True, slots=True)
class Nearness:
    """Mean cosine to the nearest wordings on both sides, claim by claim; -1 where a claim has none."""

    says: Vector
    denies: Vector

    def standing(self, claim: int) -> float:
        """Return by how many standard deviations the claim is nearer than the base's claims are on average.

        Cosines of different models have different scales; this has none.
        """
        return float((self.says[claim] - np.mean(self.says)) / self._spread)

    def dispute(self, claim: int) -> float:
        """Return by how many standard deviations the disputing wordings are nearer than the asserting ones.

        0 where the claim has no disputing wordings.
        """
        return float((self.denies[claim] - self.says[claim]) / self._spread) if self.denies[claim] > -1 else 0.0

    @property
    def _spread(self) -> float:
        return float(np.std(self.says)) + _SMALL
