"""Files that somebody names on a command line or in a setting, and files that are named once they are whole."""

import errno
import os
import secrets
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from config.errors import worded

# What a file is called that is standard input or output.
STANDARD = Path("-")
# The rights on a file that its owner alone may read.
PRIVATE = 0o600


def open_named(path: Path) -> BufferedReader:
    """Open a file to read its bytes; of a pipe into which nobody writes comes nothing, in place of an endless wait.

    A pipe that somebody writes into is read like a file, such as what a shell makes of `<(...)`; `-` is standard input.
    Raises OSError.
    """
    if path == STANDARD:
        return cast("BufferedReader", sys.stdin.buffer)
    return open(path, "rb", opener=_without_waiting)


def open_own(path: Path, mark: bytes) -> BufferedReader:
    """Open a file that an earlier run has written, of lines that begin with a mark, to read its bytes.

    Raises OSError, also where it holds something and no such line, so that nobody's own file is written into.
    """
    file = path.open("rb")
    if not file.peek(1) or any(line.startswith(mark) for line in file):
        file.seek(0)
        return file
    file.close()
    raise FileExistsError(errno.EEXIST, worded("it holds something else"), str(path))


@contextmanager
def written_whole(file: Path, *, is_new: bool = False) -> Generator[Path]:
    """Yield an empty private file that gets the name of `file` once the body has ended well and all is on the disk.

    Else it goes. Raises OSError, and where it `is_new` FileExistsError if something stands under that name by then.
    """
    half = file.with_name(f"{file.name}.{secrets.token_hex(4)}.half")
    try:
        os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE))
        yield half
        to_the_disk(half)
        if is_new:
            give_name(half, file)
        else:
            half.replace(file)
    finally:
        with suppress(OSError):
            half.unlink()


def to_the_disk(file: Path) -> None:
    """Return once all that was written into a file is on the disk; raises OSError."""
    descriptor = os.open(file, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def give_name(file: Path, name: Path) -> None:
    """Give a whole file a name under which nothing stands yet: a second one, or its only one where links are refused.

    Raises FileExistsError where something stands there, so that of several programs the first one is not overwritten.
    """
    try:
        name.hardlink_to(file)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if name.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(name)) from None
        file.rename(name)


def encoding_of(start: bytes) -> str:
    """Return the encoding that the first bytes of a text tell: UTF-16 by its mark, else UTF-8, with a mark or without.

    Windows' own programs write UTF-16 where nobody tells them otherwise.
    """
    return "utf-16" if start.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"


def coding_ahead(file: BinaryIO) -> str:
    """Return the encoding of a file of which nothing has been read; UTF-8 where it cannot be looked ahead."""
    return encoding_of(file.peek(2)) if isinstance(file, BufferedReader) else encoding_of(b"")


def _without_waiting(name: str, flags: int) -> int:
    number = os.open(name, flags | getattr(os, "O_NONBLOCK", 0))
    if hasattr(os, "O_NONBLOCK"):
        os.set_blocking(number, True)
    return number
