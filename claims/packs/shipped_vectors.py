"""The vectors of all texts of the shipped packs, which come with them, so that a first start need not embed thousands.

`make vectors` writes the file: for each text its hash and its vector, as the encoder of the installation made it. Each
number takes one byte, by which a cosine moves by 0.002 at most. What the file does not have is embedded and kept in
the base.
"""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from checks.embedders.embedder import Vector, VectorRows, Vectors, VectorStore

log = logging.getLogger(__name__)

# Bytes of a hash: enough that no two texts meet.
_HASH = 16
# What a vector's largest number is written as.
LARGEST = 127
# So many vectors are made at once that they stay in the processor's cache meanwhile.
_AT_ONCE = 256

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class RoundedVectors:
    """Vectors of one encoder, a byte a number: `rows[hash of a text]` is its row, whose largest number is `largest`."""

    encoder: str
    rows: Mapping[bytes, int]
    numbers: Array
    largest: Vector

    def of(self, rows: Sequence[int]) -> Vectors:
        """Return rows as vectors of unit length."""
        vectors = np.empty((len(rows), self.numbers.shape[1]), dtype=np.float32)
        # Of some thousand vectors each further array of that size would cost more than what is worked out.
        for start in range(0, len(rows), _AT_ONCE):
            some, made = rows[start : start + _AT_ONCE], vectors[start : start + _AT_ONCE]
            np.multiply(self.numbers[some], self.largest[some, None] / np.float32(LARGEST), out=made)
            lengths = np.sqrt(np.einsum("ij,ij->i", made, made))[:, None]
            np.divide(made, lengths, out=made, where=lengths > 0)
        return vectors


_NOTHING = RoundedVectors("", {}, np.zeros((0, 0), dtype=np.int8), np.zeros(0, dtype=np.float32))


class ShippedVectors:
    """The `VectorStore` of `checks.embedders` that has what is shipped, and asks the store beside it for the rest.

    The file is read when a vector is first asked for. Where it cannot be read, or another encoder made it, the other
    store has the word. Both methods raise what that one does.
    """

    def __init__(self, beside: VectorStore | None = None, file: Traversable | None = None) -> None:
        """Keep nothing where there is no store `beside`; `file` is the one that comes with Touchstone."""
        self._beside = beside
        self._file = file or shipped_file()

    def load(self, model: str, texts: Sequence[str]) -> Mapping[str, Vector]:
        """Return the vectors of those of the texts that are shipped or kept; all of them have the same length."""
        shipped = self._shipped if texts and self._shipped.encoder == model else _NOTHING
        there = [(text, row) for text in texts if (row := shipped.rows.get(hash_of(text))) is not None]
        found = VectorRows([text for text, _ in there], shipped.of([row for _, row in there]))
        missing = [text for text in texts if text not in found]
        if self._beside is None or not missing:
            return found
        kept = self._beside.load(model, missing)
        size = found.vectors.shape[1]
        return {**found, **{text: vector for text, vector in kept.items() if not there or len(vector) == size}}

    def save(self, model: str, vectors: Mapping[str, Vector]) -> None:
        """Have the other store keep the vectors."""
        if self._beside is not None:
            self._beside.save(model, vectors)

    @cached_property
    def _shipped(self) -> RoundedVectors:
        try:
            with self._file.open("rb") as opened:
                return read_vectors(opened)
        except Exception as error:  # noqa: BLE001  a damaged file raises what the damage makes of it
            log.warning("The vectors that come with the packs cannot be read; their texts are embedded. %s", error)
            return _NOTHING


def shipped_file() -> Traversable:
    """Return the file that comes with Touchstone."""
    return resources.files("claims") / "packs" / "vectors.npz"


def read_vectors(opened: IO[bytes]) -> RoundedVectors:
    """Return vectors from an open file; raises one of several errors where this is damaged."""
    with np.load(opened, allow_pickle=False) as file:
        arrays: dict[str, Array] = dict(file)
    hashes, numbers, largest = arrays["hashes"].tobytes(), arrays["numbers"], arrays["largest"]
    rows = {hashes[start : start + _HASH]: row for row, start in enumerate(range(0, len(hashes), _HASH))}
    if numbers.ndim != 2 or numbers.dtype != np.int8 or {len(numbers), len(largest)} != {len(rows)}:
        raise ValueError("Its parts do not fit together.")
    return RoundedVectors(arrays["encoder"].tobytes().decode(), rows, numbers, largest.astype(np.float32))


def hash_of(text: str) -> bytes:
    """Return the bytes by which the file has a text."""
    return hashlib.sha256(text.encode("utf-8")).digest()[:_HASH]
