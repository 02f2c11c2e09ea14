"""JSON read piece by piece: the members of a large object, and the items of a list in it, without holding them all."""

import codecs
import json
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

_PIECE = 1 << 16
_SPACE = " \t\r\n"
# The longest of the words and escapes that a text can break off in: `-Infinity`.
_LONGEST_WORD = 9


class BrokenStreamError(ValueError):
    """What stands there is no JSON."""


class UnfinishedStreamError(BrokenStreamError):
    """The file ends before its JSON does."""


class JsonStream:
    """A reader that goes forward only; raises BrokenStreamError where the file is not JSON in UTF-8."""

    def __init__(self, file: BinaryIO, on_bytes: Callable[[int], object]) -> None:
        """Start at the beginning of the file; `on_bytes` is told how many bytes have been read so far."""
        self._file = file
        self._on_bytes = on_bytes
        self._bytes = 0
        self._decode = codecs.getincrementaldecoder("utf-8-sig")()
        self._json = json.JSONDecoder()
        self._text = ""
        self._at = 0
        self._ended = False

    def names(self) -> Iterator[str]:
        """Yield the names of the object that comes next; the caller reads each value before going on."""
        self._expect("{")
        if self._take("}"):
            return
        while True:
            name = self.value()
            if not isinstance(name, str):
                raise BrokenStreamError("a name that is no string")
            self._expect(":")
            yield name
            if not self._take(","):
                self._expect("}")
                return

    def opens(self, mark: str) -> bool:
        """Tell whether a list (`[`) or an object (`{`) comes next."""
        return self._next() == mark

    def items(self) -> Iterator[Any]:
        """Yield the items of the list that comes next."""
        self._expect("[")
        if self._take("]"):
            return
        while True:
            yield self.value()
            if not self._take(","):
                self._expect("]")
                return

    def value(self) -> Any:  # noqa: ANN401  JSON of any shape
        """Read one value whole."""
        self._next()
        while True:
            try:
                value, end = self._json.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                # Where the text simply ends, the rest may make it whole; a fault well inside stays one.
                if self._ended or not self._is_cut_off(error):
                    raise self._fault(error) from error
            except RecursionError as error:
                raise BrokenStreamError("nested too deeply") from error
            else:
                # A number at the very end may go on: behind `1` may stand a part of `.5` or `e+5`.
                if end + _LONGEST_WORD < len(self._text) or self._ended:
                    self._at = end
                    return value
            # As much again as there is: a long value then costs no more than twice its length.
            self._read(max(_PIECE, len(self._text) - self._at))

    def _is_cut_off(self, error: json.JSONDecodeError) -> bool:
        """Tell a value that goes on behind the text read so far from one that is broken where it stands."""
        return error.pos >= len(self._text) - _LONGEST_WORD or error.msg.startswith("Unterminated")

    def _fault(self, error: json.JSONDecodeError) -> BrokenStreamError:
        kind = UnfinishedStreamError if self._is_cut_off(error) else BrokenStreamError
        return kind(str(error))

    def _expect(self, mark: str) -> None:
        if not self._take(mark):
            raise BrokenStreamError(f"no {mark!r} where one belongs")

    def _take(self, mark: str) -> bool:
        if self._next() != mark:
            return False
        self._at += 1
        return True

    def _next(self) -> str:
        """Return the next character that is no space, without taking it."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                raise UnfinishedStreamError("the file ends here")
            self._read(_PIECE)

    def _read(self, size: int) -> None:
        piece = self._file.read(size)
        self._ended = not piece
        self._bytes += len(piece)
        try:
            more = self._decode.decode(piece, final=self._ended)
        except UnicodeDecodeError as error:
            raise BrokenStreamError("not UTF-8") from error
        self._text = self._text[self._at :] + more
        self._at = 0
        self._on_bytes(self._bytes)
