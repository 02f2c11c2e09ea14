"""Files to measure with: JSON lines of labelled messages, of chat, and of claims with the messages about them."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any, cast

from config.errors import EvaluationError
from config.named_files import coding_ahead, open_named

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
            raise EvaluationError(
                f"{place}, stance: {stance!r} does not go with {len(claims)} claims. Mend one of the two."
            )
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
        place = f"{path}, line {number}"
        yield ChatLine(number, _text(_object(line, place), "text", place), file)


def find_files(paths: Iterable[Path], *suffixes: str) -> list[Path]:
    """Return the files that are named, and of folders those with these endings, by name; raises EvaluationError."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(each for each in path.rglob("*") if each.suffix in suffixes) if path.is_dir() else [path]
        if not inside:
            raise EvaluationError(
                f"{path}: the folder holds no file that ends in {' or '.join(suffixes)}. Name another."
            )
        found += inside
    return found


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
        raise EvaluationError(f"{path}: cannot be read ({reason}). Check its name and who may read it.") from error
    except UnicodeError as error:
        raise EvaluationError(f"{path}: this is not UTF-8, but another code page. Save the file as UTF-8.") from error
    if not count:
        raise EvaluationError(f"{path}: the file is empty. Give one message a line.")


def _objects(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, line in _lines(path):
        place = f"{path}, line {number}"
        yield place, _object(line, place)


def _object(line: str, place: str) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise EvaluationError(f"{place}: this is no JSON ({error}). Write one object a line.") from error
    if not isinstance(row, dict):
        raise EvaluationError(f"{place}: this is no JSON object. Write one object a line.")
    return cast("Mapping[str, Any]", row)


def _text(row: Mapping[str, Any], field: str, place: str) -> str:
    value = row.get(field)
    if not isinstance(value, str):
        raise EvaluationError(f"{place}, {field}: missing, or no string. Add it.")
    return value


def _texts(row: Mapping[str, Any], field: str, place: str) -> frozenset[str]:
    value: object = row.get(field)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in cast("list[object]", value)):
        raise EvaluationError(f"{place}, {field}: missing, or no list of claim ids. Write [] for no claim.")
    return frozenset(cast("list[str]", value))


def _choice(row: Mapping[str, Any], field: str, choices: tuple[str, ...], place: str) -> str:
    value = _text(row, field, place)
    if value not in choices:
        raise EvaluationError(f"{place}, {field}: there is no {value!r}. Use one of: {', '.join(choices)}.")
    return value
