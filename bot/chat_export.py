"""Chat exported with DiscordChatExporter as JSON, read message by message, however large the file is."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from bot.backtest import PastMessage
from bot.json_stream import BrokenStreamError, JsonStream, UnfinishedStreamError
from bot.texts import msgid
from config.errors import ExportError

# What members write themselves; everything else is a line of Discord's, such as a join or a pinned message.
_WRITTEN = frozenset({"Default", "Reply", "0", "19"})
_ADDRESS = "https://discord.com/channels/{server}/{channel}/{message}"

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


def read_export(path: Path, on_bytes: Callable[[int], object]) -> Iterator[PastMessage]:
    """Yield the members' messages of an export: no bots, no webhooks, no lines of Discord's own, no empty texts.

    `on_bytes` is told how many bytes of the file have been read so far. Raises ExportError.
    """
    number = 0
    place: dict[str, str] = {}
    try:
        with path.open("rb") as file:
            stream = JsonStream(file, on_bytes)
            for name in stream.names():
                if name == "messages":
                    for number, value in enumerate(_items(stream, path), 1):
                        yield from _message(value, place, path, number)
                    return
                if name in {"guild", "channel"}:
                    place[name] = _id(stream.value())
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


def _message(value: object, place: Mapping[str, str], path: Path, number: int) -> Iterator[PastMessage]:
    """Yield the message where a member wrote it."""
    row = _object(value, "messages", path, number)
    author = _object(row.get("author"), "author", path, number)
    text = row.get("content")
    if not isinstance(text, str):
        raise ExportError(_FAULTY, file=path, number=number, field="content")
    if author.get("isBot") or str(row.get("type", "Default")) not in _WRITTEN or not text.strip():
        return
    message = str(row.get("id", number))
    server, channel = place.get("guild"), place.get("channel")
    link = _ADDRESS.format(server=server, channel=channel, message=message) if server and channel else ""
    yield PastMessage(message, text, link)


def _object(value: object, field: str, path: Path, number: int) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ExportError(_FAULTY, file=path, number=number, field=field)
    return cast("Mapping[str, Any]", value)


def _id(value: object) -> str:
    """Return the id of a server or a channel; empty where there is none that could stand in a link."""
    found = str(cast("Mapping[str, Any]", value).get("id", "")) if isinstance(value, dict) else ""
    return found if found.isascii() and found.isdigit() else ""
