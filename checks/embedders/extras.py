"""Import a package of an optional extra, or say how to get it."""

import importlib
from types import ModuleType

from config.errors import EmbedderSetupError


def import_extra(module: str, extra: str) -> ModuleType:
    """Return the imported module; raises EmbedderSetupError with the command that installs `extra`."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise EmbedderSetupError(
            f"The embedder {extra!r} needs the package {module!r}, which cannot be imported. "
            f"Install it with: pip install 'touchstone-bot[{extra}]', or set embedder to none.",
        ) from error
