"""Choose and open the embedder that the settings name."""

import httpx

from checks.embedders.caching import VectorStore
from checks.embedders.embedder import Embedder
from checks.embedders.http_embedder import HttpEmbedder
from checks.embedders.onnx_embedder import OnnxEmbedder
from checks.embedders.onnx_folder import read_folder
from checks.embedders.safe import SafeEmbedder
from checks.embedders.semantic_embedder import SemanticEmbedder
from config.settings import Settings

# A proxy of the environment is for the world outside, not for a server on the same machine.
_DIRECT = ("all://localhost", "all://127.0.0.1", "all://[::1]")


def open_embedder(settings: Settings) -> Embedder | None:
    """Return the embedder of the settings, or None for `none`.

    Raises EmbedderSetupError with the mend where an extra, a file or a setting is missing; no address is contacted yet.
    """
    match settings.embedder:
        case "none":
            return None
        case "semantic":
            return SemanticEmbedder()
        case "onnx":
            return OnnxEmbedder(read_folder(settings.onnx_folder))
        case "http":
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
