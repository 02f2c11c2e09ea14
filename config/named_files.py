"""Files that somebody names on a command line or in a setting."""

import os
import sys
from io import BufferedReader
from pathlib import Path
from typing import cast

_STANDARD = Path("-")


def open_named(path: Path) -> BufferedReader:
    """Open a file to read its bytes; of a pipe into which nobody writes comes nothing, in place of an endless wait.

    A pipe that somebody writes into is read like a file, such as what a shell makes of `<(...)`; `-` is standard input.
    Raises OSError.
    """
    if path == _STANDARD:
        return cast("BufferedReader", sys.stdin.buffer)
    return open(path, "rb", opener=_without_waiting)


def _without_waiting(name: str, flags: int) -> int:
    number = os.open(name, flags | getattr(os, "O_NONBLOCK", 0))
    if hasattr(os, "O_NONBLOCK"):
        os.set_blocking(number, True)
    return number
