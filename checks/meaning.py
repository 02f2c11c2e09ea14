"""What an embedder adds: how near a message comes in meaning to those who make a claim, and to those who dispute it."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Protocol

import numpy as np

from checks.base import IndexedBase
from checks.embedders.embedder import Vector, Vectors
from checks.embedders.wordings import EmbeddedWordings
from checks.tuning import CutOffs

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
