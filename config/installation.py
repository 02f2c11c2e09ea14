"""This installation: its version, and the command that adds an optional part to it."""

import re
import shlex
import sys
from importlib import metadata, util

DISTRIBUTION = "touchstone-bot"


def version() -> str:
    """Return this version's number."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:  # run from its folder, without an installation
        return "unknown"


def install_hint(extra: str) -> str:
    """Return the sentence with the command that installs what an extra needs, into the environment that runs now."""
    # By the packages' own names: whether this one can be had by name depends on where it came from.
    wanted = _requirements(extra)
    if not wanted:
        return f"Install the extra {extra!r} of {DISTRIBUTION}."
    if util.find_spec("pip") is not None:
        command = [sys.executable, "-m", "pip", "install", *wanted]
    else:
        command = ["uv", "pip", "install", "--python", sys.executable, *wanted]
    return f"Install it with: {shlex.join(command)}"


def _requirements(extra: str) -> list[str]:
    try:
        every = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return []
    parts = (requirement.partition(";") for requirement in every)
    return [needed.strip() for needed, _, marker in parts if re.search(rf"extra\s*==\s*[\"']{extra}[\"']", marker)]
