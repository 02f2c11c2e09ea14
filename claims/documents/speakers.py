"""Who says a sentence of a document, and which days its words mean."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, cast

from opencc import OpenCC
from pydantic import BaseModel, ConfigDict

from claims.documents.cleaning import documents_file

Unit = Literal["year", "half", "quarter", "month", "week", "day"]


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    en: tuple[str, ...]
    zh: tuple[str, ...]


class _Relative(_Words):
    unit: Unit
    by: int
    part: int = 0


class _Says(_Words):
    bare: tuple[str, ...]


class _Attribution(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    somebody: tuple[str, ...]
    told: tuple[str, ...]
    after: tuple[str, ...]
    pronoun: tuple[str, ...]


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    attribution: _Attribution
    reporters: _Words
    says: _Says
    pronouns: _Words
    relative: tuple[_Relative, ...]
    not_relative: _Words


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who a sentence says it is from; `end` is where the words begin that are theirs, 0 where that does not show.

    `who` is empty where it is somebody who was named before, and where `is_hearsay`: "it is said that".
    """

    who: str
    is_named: bool
    end: int = 0
    is_hearsay: bool = False


@dataclass(frozen=True, slots=True)
class ToldTime:
    """A time told from the day of publication, at `start`–`end` of a sentence; `means` is an ISO day, month or year.

    A range has its first and its last with a stroke between.
    """

    start: int
    end: int
    text: str
    means: str


class SpeechReader:
    """Reads attributions and relative times; holds tables only, so that all threads share one."""

    def __init__(self) -> None:
        """Read and compile the shipped table."""
        file = _File.model_validate(documents_file())
        self.plain: Callable[[str], str] = _same_length(
            cast("Callable[[str], str]", OpenCC("tw2s").convert)  # pyright: ignore[reportUnknownMemberType]
        )
        self._bare = re.compile(rf"\s(?:{_either(file.says.bare)})\s$", re.IGNORECASE)
        words = {
            "ZH_WHO": _either(file.reporters.zh),
            "ZH_SAYS": _either(file.says.zh),
            "EN_WHO": _either(file.reporters.en),
            "EN_SAYS": _either(file.says.en),
            "PRONOUNS": _either((*file.pronouns.zh, *file.pronouns.en)),
        }
        self._somebody = _compiled(file.attribution.somebody, words)
        self._told = _compiled(file.attribution.told, words)
        self._after = _compiled(file.attribution.after, words)
        self._pronoun = _compiled(file.attribution.pronoun, words)
        self._times = tuple(
            (
                re.compile(
                    rf"(?<![\w]){re.escape(word)}(?![\w])" if word.isascii() else re.escape(word), re.IGNORECASE
                ),
                entry,
            )
            for entry in file.relative
            for word in (*entry.en, *entry.zh)
        )
        self._not_times = re.compile(_either((*file.not_relative.en, *file.not_relative.zh)), re.IGNORECASE)

    def attribution(self, text: str) -> Attribution | None:
        """Return who a sentence names as the one who says it; `who` is as the sentence writes it."""
        plain = self.plain(text)
        for pattern in self._pronoun:
            if found := pattern.search(plain):
                return Attribution("", is_named=False, end=found.end())
        for patterns, is_named in ((self._somebody, False), (self._told, True), (self._after, True)):
            for pattern in patterns:
                if found := pattern.search(plain):
                    start, end = found.span("who")
                    rest = found.end() if found.start() == 0 and not self._bare.search(found.group()) else 0
                    if text[start:end].strip().lower() == "it":
                        return Attribution("", is_named=False, end=rest, is_hearsay=bool(_PASSIVE.search(plain)))
                    who = text[start:end].strip()
                    return Attribution(who if text[end:].strip() else _STOP.sub("", who), is_named, rest)
        return None

    def times(self, text: str, published: str) -> tuple[ToldTime, ...]:
        """Return the times told from the day of publication; none that would need a day more exact than is known."""
        day, precision = _published(published)
        if day is None:
            return ()
        plain = self.plain(text)
        found: list[ToldTime] = []
        if self._not_times.search(plain):
            return ()
        for pattern, entry in self._times:
            try:
                means = _meant(day, precision, entry.unit, entry.by, entry.part)
            except OverflowError:  # before the first year, or after the last
                continue
            for hit in pattern.finditer(plain) if means else ():
                if all(hit.end() <= each.start or hit.start() >= each.end for each in found):
                    found.append(ToldTime(hit.start(), hit.end(), text[hit.start() : hit.end()], means))
        return tuple(sorted(found, key=lambda each: each.start))


# What ends the sentence and not the name; a shorter word before it may be an abbreviation, as in "Jr.".
_STOP = re.compile(r"(?<=[^\W\d_]{3})\.$")
_PASSIVE = re.compile(r"^it\s(?:is|was|has been)\b", re.IGNORECASE)


def _compiled(patterns: Sequence[str], words: Mapping[str, str]) -> tuple[re.Pattern[str], ...]:
    """Return the patterns with the words put in for their names."""
    found: list[re.Pattern[str]] = []
    for pattern in patterns:
        for name, alternatives in words.items():
            pattern = pattern.replace(name, alternatives)  # noqa: PLW2901
        found.append(re.compile(pattern))
    return tuple(found)


def _either(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _same_length(convert: Callable[[str], str]) -> Callable[[str], str]:
    """Return a conversion that leaves each character at its place."""

    def converted(text: str) -> str:
        if text.isascii():
            return text
        whole = convert(text)
        return whole if len(whole) == len(text) else "".join(_one(character) for character in text)

    def _one(character: str) -> str:
        found = convert(character)
        return found if len(found) == 1 else character

    return converted


_LENGTHS = {4: "year", 7: "month", 10: "day"}
_NEEDED: dict[Unit, tuple[str, ...]] = {
    "year": ("year", "month", "day"),
    "half": ("year", "month", "day"),
    "quarter": ("month", "day"),
    "month": ("month", "day"),
    "week": ("day",),
    "day": ("day",),
}


def _published(published: str) -> tuple[date | None, str]:
    try:
        return date.fromisoformat((published + "-01-01")[:10]), _LENGTHS.get(len(published), "")
    except ValueError:
        return None, ""


def _meant(day: date, precision: str, unit: Unit, by: int, part: int) -> str:
    """Return the time `by` units from that of the day, or the part of its year; "" where the day is too vague."""
    if precision not in _NEEDED[unit] and not (part and precision == "year"):
        return ""
    match unit:
        case "year":
            return f"{day.year + by:04}"
        case "half":
            return _months(day.year + by, 6 * part - 5, 6)
        case "quarter":
            year, quarter = (day.year + by, part - 1) if part else divmod(day.year * 4 + (day.month - 1) // 3 + by, 4)
            return _months(year, quarter * 3 + 1, 3)
        case "month":
            year, month = divmod(day.year * 12 + day.month - 1 + by, 12)
            return f"{year:04}-{month + 1:02}"
        case "week":
            monday = day - timedelta(days=day.weekday()) + timedelta(weeks=by)
            return f"{monday.isoformat()}/{(monday + timedelta(days=6)).isoformat()}"
        case "day":
            return (day + timedelta(days=by)).isoformat()


def _months(year: int, first: int, count: int) -> str:
    return f"{year:04}-{first:02}/{year:04}-{first + count - 1:02}"
