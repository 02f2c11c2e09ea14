"""Files to measure with: JSON lines of labelled messages, of chat, and of claims with the messages about them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from config.errors import EvaluationError

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
    """A line of ordinary chat, with its number in the file (from 1)."""

    number: int
    text: str


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
    if path.suffix != ".jsonl":
        return [ChatLine(number, line) for number, line in _lines(path)]
    return [ChatLine(int(place.rpartition(" ")[2]), _text(row, "text", place)) for place, row in _objects(path)]


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


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path}: cannot be read ({error}). Give a file in UTF-8.") from error
    found = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not found:
        raise EvaluationError(f"{path}: the file is empty. Give one message a line.")
    yield from found


def _objects(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, line in _lines(path):
        place = f"{path}, line {number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise EvaluationError(f"{place}: this is no JSON ({error}). Write one object a line.") from error
        if not isinstance(row, dict):
            raise EvaluationError(f"{place}: this is no JSON object. Write one object a line.")
        yield place, cast("Mapping[str, Any]", row)


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
