"""Files to measure with: JSON lines of labelled messages, of chat, and of claims with the messages about them."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from io import FileIO, TextIOWrapper
from os import SEEK_END
from pathlib import Path
from typing import Any, cast

from config.errors import EvaluationError, msgid, worded
from config.named_files import coding_ahead, open_named, open_own

STANCES = ("asserts", "denies", "asks", "none")
NUMBERS = ("agree", "conflict", "none")


@dataclass(frozen=True, slots=True)
class LabelledMessage:
    """A message with its labels: the claims that a moderator would accept (none: no claim), stance and figures."""

    id: str
    text: str
    language: str
    claims: frozenset[str]
    stance: str
    numbers: str

    @property
    def said(self) -> bool:
        """Tell whether the message makes a claim or asks about one, so that an answer is due."""
        return bool(self.claims) and self.stance in {"asserts", "asks"}


@dataclass(frozen=True, slots=True)
class ChatLine:
    """A line of ordinary chat, with its number in the file (from 1), and the file where there are several."""

    number: int
    text: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class ClaimText:
    """A known claim of a retrieval set."""

    id: str
    text: str
    title: str


@dataclass(frozen=True, slots=True)
class Query:
    """A message of a retrieval set, with the claims that are right."""

    id: str
    text: str
    right: frozenset[str]


def read_labelled(path: Path) -> list[LabelledMessage]:
    """Read labelled messages; raises EvaluationError with line and field."""
    rows: list[LabelledMessage] = []
    for place, row in _objects(path):
        claims = _texts(row, "claims", place)
        stance = _choice(row, "stance", STANCES, place)
        if bool(claims) == (stance == "none"):
            text = msgid("{place}, stance: {stance!r} does not go with {count} claims. Mend one of the two.")
            raise EvaluationError(worded(text, place=place, stance=stance, count=len(claims)))
        numbers = _choice(row, "numbers", NUMBERS, place) if "numbers" in row else "none"
        language = str(row.get("lang", "en"))
        rows.append(
            LabelledMessage(str(row.get("id", place)), _text(row, "text", place), language, claims, stance, numbers)
        )
    return rows


def read_chat(path: Path) -> list[ChatLine]:
    """Read chat: JSON lines with a `text`, or plain text, one message a line; empty lines are passed over."""
    return list(stream_chat(path))


def stream_chat(path: Path, on_bytes: Callable[[int], object] = id, file: str = "") -> Iterator[ChatLine]:
    """Yield the lines of chat one by one, however many there are; `on_bytes` is told how many bytes have been read."""
    if path.suffix != ".jsonl":
        yield from (ChatLine(number, line, file) for number, line in _lines(path, on_bytes))
        return
    for number, line in _lines(path, on_bytes):
        place = _place(path, number)
        yield ChatLine(number, _text(_object(line, place), "text", place), file)


def find_files(paths: Iterable[Path], *suffixes: str, but: Path | None = None) -> list[Path]:
    """Return the files that are named, and of folders those with these endings, by name; raises EvaluationError.

    `but`: a file that the same command writes, which may lie in a folder and holds no messages.
    """
    found: list[Path] = []
    for path in paths:
        inside = sorted(each for each in path.rglob("*") if each.suffix in suffixes) if path.is_dir() else [path]
        if path.is_dir() and but is not None:
            inside = [each for each in inside if each.resolve() != but.resolve()]
        if not inside:
            endings = reduce(_either, suffixes)
            text = msgid("{folder}: the folder holds no file that ends in {endings}. Name another.")
            raise EvaluationError(worded(text, folder=path, endings=endings))
        found += inside
    return found


def _either(one: str, other: str) -> str:
    return worded("{one} or {other}", one=one, other=other)


def read_kept(path: Path, mark: bytes) -> list[bytes]:
    """Return the lines that an earlier run has kept, each beginning with a mark; none where no file is there yet.

    Raises EvaluationError where the file holds something else.
    """
    try:
        with open_own(path, mark) as file:
            return file.read().splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _no_work(path, error) from error


def add_kept(path: Path) -> FileIO:
    """Open a file of kept lines to add some, each of which is written at once; raises EvaluationError."""
    try:
        file = path.open("a+b", buffering=0)
        if file.seek(0, SEEK_END):
            file.seek(-1, SEEK_END)
            if file.read(1) != b"\n":
                # A line that a kill has cut off must not take the next one with it.
                file.write(b"\n")
    except OSError as error:
        raise _no_work(path, error) from error
    return file


def _no_work(path: Path, error: OSError) -> EvaluationError:
    reason = error.strerror or type(error).__name__
    text = msgid("{file} cannot be read or written ({reason}). Name another file with --work.")
    return EvaluationError(worded(text, file=path, reason=reason))


def read_claims(folder: Path) -> list[ClaimText]:
    """Read `claims.jsonl` of a retrieval set."""
    return [
        ClaimText(_text(row, "id", place), _text(row, "text", place), str(row.get("title") or ""))
        for place, row in _objects(folder / "claims.jsonl")
    ]


def read_queries(path: Path) -> list[Query]:
    """Read the messages of a retrieval set."""
    return [
        Query(str(row.get("id", place)), _text(row, "text", place), _texts(row, "rel", place))
        for place, row in _objects(path)
    ]


def _lines(path: Path, on_bytes: Callable[[int], object] = id) -> Iterator[tuple[int, str]]:
    count = 0
    try:
        with open_named(path) as raw, TextIOWrapper(raw, coding_ahead(raw)) as file:
            has_places = raw.seekable()  # a pipe has none
            for number, line in enumerate(file, 1):
                on_bytes(raw.tell() if has_places else 0)
                if line.strip():
                    count += 1
                    yield number, line.removesuffix("\n")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        text = msgid("{file}: cannot be read ({reason}). Check its name and who may read it.")
        raise EvaluationError(worded(text, file=path, reason=reason)) from error
    except UnicodeError as error:
        text = msgid("{file}: this is not UTF-8, but another code page. Save the file as UTF-8.")
        raise EvaluationError(worded(text, file=path)) from error
    if not count:
        raise EvaluationError(worded("{file}: the file is empty. Give one message a line.", file=path))


def _objects(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, line in _lines(path):
        place = _place(path, number)
        yield place, _object(line, place)


def _place(path: Path, number: int) -> str:
    return worded("{file}, line {number}", file=path, number=number)


_NO_JSON = msgid("{place}: this is no JSON ({reason}). Write one object a line.")


def _object(line: str, place: str) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
    except RecursionError as error:
        raise EvaluationError(worded(_NO_JSON, place=place, reason=worded("nested too deeply"))) from error
    # Python counts the line as the only one of its own; a number of thousands of digits is a plain ValueError.
    except ValueError as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else worded("a number has too many digits")
        raise EvaluationError(worded(_NO_JSON, place=place, reason=reason)) from error
    if not isinstance(row, dict):
        raise EvaluationError(worded("{place}: this is no JSON object. Write one object a line.", place=place))
    return cast("Mapping[str, Any]", row)


def _text(row: Mapping[str, Any], field: str, place: str) -> str:
    value = row.get(field)
    if not isinstance(value, str):
        raise EvaluationError(worded("{place}, {field}: missing, or no string. Add it.", place=place, field=field))
    return value


def _texts(row: Mapping[str, Any], field: str, place: str) -> frozenset[str]:
    value: object = row.get(field)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in cast("list[object]", value)):
        text = msgid("{place}, {field}: missing, or no list of claim ids. Write [] for no claim.")
        raise EvaluationError(worded(text, place=place, field=field))
    return frozenset(cast("list[str]", value))


def _choice(row: Mapping[str, Any], field: str, choices: tuple[str, ...], place: str) -> str:
    value = _text(row, field, place)
    if value not in choices:
        text = msgid("{place}, {field}: there is no {value!r}. Use one of: {choices}.")
        raise EvaluationError(worded(text, place=place, field=field, value=value, choices=", ".join(choices)))
    return value
