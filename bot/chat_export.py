"""Chat exported with DiscordChatExporter as JSON, read message by message, however large the file is."""

import codecs
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from bot.backtest import PastMessage
from bot.texts import msgid
from config.errors import ExportError
from config.named_files import encoding_of, open_named

_PIECE = 1 << 16
_SPACE = " \t\r\n"
# One message has some 100 KB at the most, whoever reacted to it; what is larger is no message.
_LARGEST = 1 << 22
# The longest of the words and escapes that a text can break off in: `-Infinity`.
_LONGEST_WORD = 9


class BrokenStreamError(ValueError):
    """What stands there is no JSON."""


class UnfinishedStreamError(BrokenStreamError):
    """The file ends before its JSON does."""


class JsonStream:
    """A reader that goes forward only; raises BrokenStreamError where a file is no JSON in UTF-8 or (marked) UTF-16."""

    def __init__(self, file: BinaryIO, on_bytes: Callable[[int], object]) -> None:
        """Start at the beginning of the file; `on_bytes` is told how many bytes have been read so far."""
        self._file = file
        self._on_bytes = on_bytes
        self._bytes = 0
        self._decode: codecs.IncrementalDecoder | None = None
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
            if len(self._text) - self._at > _LARGEST:
                raise BrokenStreamError("larger than any message")
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
        if self._decode is None:
            self._decode = codecs.getincrementaldecoder(encoding_of(piece))()
        try:
            more = self._decode.decode(piece, final=self._ended)
        except UnicodeError as error:
            raise BrokenStreamError("not UTF-8") from error
        self._text = self._text[self._at :] + more
        self._at = 0
        self._on_bytes(self._bytes)


# What members write themselves; everything else is a line of Discord's, such as a join or a pinned message.
_WRITTEN = frozenset({"Default", "Reply", "0", "19"})
_ADDRESS = "https://discord.com/channels/{server}/{channel}/{message}"
# The exporter's number for the server of direct messages, and what stands in a link in its place.
_NO_SERVER, _DIRECT = "0", "@me"

_NO_FILES = msgid("{file} holds no JSON file. Name the folder into which DiscordChatExporter has written.")
_UNREADABLE = msgid("{file} cannot be read ({reason}). Name the JSON file that DiscordChatExporter has written.")
_NO_JSON = msgid("{file} is no JSON. Export the channel again with DiscordChatExporter and choose the format JSON.")
_NO_MESSAGES = msgid(
    "{file} holds no list “messages”. Export the channel again with DiscordChatExporter and choose the format JSON."
)
_BROKEN_OFF = msgid("{file} ends in the middle of message {number}: the export was broken off. Export it again.")
_BROKEN = msgid("{file}: the JSON is broken after {number} messages. Export the channel again.")
_FAULTY = msgid(
    "{file}, message {number}: “{field}” is missing or of the wrong kind. Export the channel again as JSON."
)


@dataclass(slots=True)
class ExportCount:
    """How many messages members have written, and how many of these have nothing in them at all.

    `unread` are files of a folder that could not be read to their end, and `cut` those among them that are exports.
    """

    written: int = 0
    blank: int = 0
    unread: int = 0
    cut: int = 0

    def add(self, other: "ExportCount") -> None:
        """Count in what another file has, where that file lacks its texts."""
        if other.lacks_texts:
            self.written += other.written
            self.blank += other.blank

    @property
    def lacks_texts(self) -> bool:
        """Whether most are blank: so they come to a bot without the Message Content Intent."""
        return 2 * self.blank > self.written


def find_exports(paths: Iterable[Path], but: Iterable[Path | None] = ()) -> Iterator[tuple[Path, bool]]:
    """Yield the files to read, each with whether it was named; of a folder all `.json` files, by name.

    `but`: files that the same command writes, which may lie in the folder and are no exports.
    Raises ExportError for a folder without any.
    """
    own = {path.resolve() for path in but if path is not None}
    for path in paths:
        if not path.is_dir():
            yield path, True
            continue
        # Beside an export the exporter keeps what it has downloaded, in a folder of its own.
        every = (each for each in path.rglob("*.*") if each.suffix.lower() == ".json")
        named = (each for each in every if each.resolve() not in own)
        files = ((each, each.relative_to(path).parent.parts) for each in named)
        found = sorted(each for each, within in files if not any(part.endswith("_Files") for part in within))
        if not found:
            raise ExportError(_NO_FILES, file=path)
        yield from ((each, False) for each in found)


def read_export(
    path: Path, on_bytes: Callable[[int], object], count: ExportCount | None = None
) -> Iterator[PastMessage]:
    """Yield the members' messages of an export: no bots, no webhooks, no lines of Discord's own, no empty texts.

    A forwarded message has the text that was forwarded, and the first one of a forum's post its title. `on_bytes` is
    told how many bytes of the file have been read so far, and `count` counts. Raises ExportError.
    """
    count = count or ExportCount()
    number = 0
    place: dict[str, str] = {}
    try:
        with open_named(path) as file:
            stream = JsonStream(file, on_bytes)
            if stream.opens("["):
                raise ExportError(_NO_MESSAGES, file=path)
            for name in stream.names():
                if name == "messages":
                    for number, value in enumerate(_items(stream, path), 1):
                        yield from _message(value, place, path, number, count)
                    return
                if name in {"guild", "channel"}:
                    value = stream.value()
                    place |= {name: _id(value)} | ({"title": _name(value)} if name == "channel" else {})
                else:
                    stream.value()
    except OSError as error:
        raise ExportError(_UNREADABLE, file=path, reason=error.strerror or type(error).__name__) from error
    except UnfinishedStreamError as error:
        # What is no JSON at all looks as if it were going on, too.
        fault = _BROKEN_OFF if number or place else _NO_JSON
        raise ExportError(fault, file=path, number=number + 1) from error
    except BrokenStreamError as error:
        raise ExportError(_BROKEN if number or place else _NO_JSON, file=path, number=number) from error
    raise ExportError(_NO_MESSAGES, file=path)


def _items(stream: JsonStream, path: Path) -> Iterator[Any]:
    if not stream.opens("["):
        raise ExportError(_NO_MESSAGES, file=path)
    return stream.items()


def _message(
    value: object, place: Mapping[str, str], path: Path, number: int, count: ExportCount
) -> Iterator[PastMessage]:
    """Yield the message where a member wrote it."""
    row = _object(value, "messages", path, number)
    author = _object(row.get("author"), "author", path, number)
    text = row.get("content")
    if not isinstance(text, str):
        raise ExportError(_FAULTY, file=path, number=number, field="content")
    if author.get("isBot") or str(row.get("type", "Default")) not in _WRITTEN:
        return
    message, server, channel = str(row.get("id", number)), place.get("guild"), place.get("channel")
    # A post has the number of its first message.
    title = place.get("title", "") if message == channel else ""
    text = "\n".join(part for part in (title, text, *_forwarded(row)) if part.strip())
    count.written += 1
    if not text:
        count.blank += not any(row.get(part) for part in _BESIDE_TEXT)
        return
    server = _DIRECT if server == _NO_SERVER else server
    link = _ADDRESS.format(server=server, channel=channel, message=message) if server and channel else ""
    yield PastMessage(_whole(message), _whole(text), link)


_BESIDE_TEXT = ("attachments", "embeds", "stickers", "forwardedMessage", "poll")


def _forwarded(row: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts that the message forwards."""
    node = row.get("forwardedMessage")
    text = cast("Mapping[str, Any]", node).get("content") if isinstance(node, dict) else None
    if isinstance(text, str):
        yield text


def _whole(text: str) -> str:
    """Return the text with halves of characters joined where both are there, and else replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _object(value: object, field: str, path: Path, number: int) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ExportError(_FAULTY, file=path, number=number, field=field)
    return cast("Mapping[str, Any]", value)


def _name(value: object) -> str:
    found = cast("Mapping[str, Any]", value).get("name") if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _id(value: object) -> str:
    """Return the id of a server or a channel; empty where there is none that could stand in a link."""
    found = str(cast("Mapping[str, Any]", value).get("id", "")) if isinstance(value, dict) else ""
    return found if found.isascii() and found.isdigit() else ""
