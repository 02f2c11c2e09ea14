"""The wordings of a base as vectors: how near a message is to each of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from checks.embedders.embedder import Vector, Vectors

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
