"""Optional sentence embedders: texts become vectors whose cosine tells how near their meanings are.

Lives here: the three ways to get vectors (a server over HTTP, an operator's ONNX model, a small packaged model),
their cache and their breaker, and very many vectors in outline. The one place in the checks that may use httpx.
May not live here: a decision about a message, or what vectors say about claims (`checks/meaning.py`). The setting
`embedder` chooses one; the models of the others are not loaded, and nothing is asked before the first text.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from checks.embedders.embedder import Embedder, SafeEmbedder, VectorStore
from checks.embedders.semantic import MODULE, SemanticEmbedder

# Checks are imported without settings too, and with these comes pydantic.
if TYPE_CHECKING:
    from config.settings import Settings

# A proxy of the environment is for the world outside, not for a server on the same machine.
_DIRECT = ("all://localhost", "all://127.0.0.1", "all://[::1]")


def open_embedder(settings: "Settings", folder: Path | None = None) -> Embedder | None:
    """Return the embedder of the settings, or None for `none`; it may keep files in a folder, to start sooner.

    Raises EmbedderSetupError with the mend where an extra, a file or a setting is missing; no address is contacted yet.
    """
    match settings.embedder:
        case "none":
            return None
        case "auto":
            return SemanticEmbedder(folder) if find_spec(MODULE) is not None else None
        case "semantic":
            return SemanticEmbedder(folder)
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


def open_safe_embedder(
    settings: "Settings", store: VectorStore | None = None, folder: Path | None = None
) -> SafeEmbedder | None:
    """Return the embedder of the settings with cache, store and breaker around it; else as `open_embedder`."""
    embedder = open_embedder(settings, folder)
    return None if embedder is None else SafeEmbedder(embedder, store)
