"""Dates as people, spreadsheets and web pages write them; what can be read in two ways is never guessed."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml

# Behind the date the day of the week may stand, and a moment, of which the day is kept as it is written.
_WEEKDAY = r"(?:\s*\(?(?:星期|[週周])?[一二三四五六日天]\)?)?"
_MOMENT = rf"{_WEEKDAY}(?:[T ,]\s*(?:[上下]午|오[전후])?\s*\d{{1,2}}[:.h]\d{{2}}.*|T.*|Z|[+-]\d{{2}}:\d{{2}})?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})(?:([-/.])\s?(\d{{1,2}})(?:\2\s?(\d{{1,2}}))?)?\.?{_MOMENT}", re.DOTALL)
_COMPACT = re.compile(rf"(\d{{4}})(\d{{2}})(\d{{2}}){_MOMENT}", re.DOTALL)
_MONTH_FIRST = re.compile(r"(\d{1,2})[-/.](\d{4})")
_HAN = re.compile(r"(民[国國])?\s*(\d{2,4})\s*年(?:\s*(\d{1,2})\s*月(?:\s*(\d{1,2})\s*[日号號])?)?.*", re.DOTALL)
# A numeral is begun once and taken whole: a file may hold one of any length, with nothing behind it.
_HAN_NUMERAL = re.compile(r"(?<![〇零○一二三四五六七八九十百])[〇零○一二三四五六七八九十百]++(?=\s*[年月日号號])")
_HAN_DIGITS = {digit: str(worth) for worth, digits in enumerate(["〇零○", *"一二三四五六七八九"]) for digit in digits}
# Taiwan's spreadsheets count years from 1912; no other year has three digits.
_TAIWAN = re.compile(rf"(?:民[国國])?\s*(1\d{{2}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_MOMENT}", re.DOTALL)
_YEAR_LAST = re.compile(rf"(\d{{1,4}})([-/.])\s?(\d{{1,2}})\2\s?(\d{{4}}|\d{{2}}){_MOMENT}", re.DOTALL)
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_DAY_MARKS = frozenset({
    "st", "nd", "rd", "th", "of", "de", "del", "le", "the", "t", "z", "on", "at", "à", "las", "um", "г", "r", "den",
    "published", "updated", "posted", "last",
})  # fmt: skip
# Behind the time of day the year may stand, as in `Thu May 2 10:00:00 +0000 2024`.
_CLOCK = re.compile(r"\s*\bT?\d{1,2}[:h]\d{2}.*?(?:(?<![-+\d])(\d{4})\s*)?$", re.DOTALL)
_YEAR = re.compile(r"\d{4}")
_LONGEST = 100
_MINGUO, _MINGUO_YEARS = 1911, range(100, 200)
_CENTURY = 2000
_TWO_DIGITS = 100
_YEARS = range(1000, 2200)
# Spreadsheets count days; these are 1954 to 2064.
_SERIAL, _FIRST_SERIAL, _LAST_SERIAL = date(1899, 12, 30), 20_000, 60_000
_SECONDS, _MILLISECONDS = range(10**8, 10**10), range(10**11, 10**13)

ORDERS = ("ymd", "dmy", "mdy")


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """All that a text can mean: days, months or years as 2026-01-23, 2026-01 or 2026, by the order read in.

    Where the order is plain there is one reading, under ``""``; an empty mapping means that it is no date.
    """

    readings: dict[str, str]

    def within(self, orders: Iterable[str] = ORDERS) -> tuple[str, ...]:
        """Return the different readings that these orders allow, the certain one first."""
        return tuple(dict.fromkeys(self.readings[each] for each in ("", *orders) if each in self.readings))

    @property
    def orders(self) -> frozenset[str]:
        """The orders in which this is a date; all of them where the order is plain, or it is none."""
        return frozenset(self.readings) if self.readings and "" not in self.readings else frozenset(ORDERS)


def read_date(text: str) -> WrittenDate:
    """Read one date; of a moment its day is kept, as it is written there."""
    text = unicodedata.normalize("NFKC", text).strip()
    for reading in (_plain(text), _worded(text)):
        if reading:
            return WrittenDate({"": reading})
    found = _YEAR_LAST.fullmatch(text)
    if found is None:
        return WrittenDate({})
    numbers = (int(found[1]), int(found[3]), int(found[4]))
    readings = dict(_in_orders(numbers, whole_year=len(found[4]) == len("2026")))
    # Nobody puts full stops behind a month that comes first.
    certain = found[2] == "." and "dmy" in readings and len(found[4]) == len("2026")
    return WrittenDate({"dmy": readings["dmy"]} if certain else readings)


def read_serial(text: str) -> str:
    """Return the day that a spreadsheet's number stands for, or nothing."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) == len(str(_LAST_SERIAL)) else 0
    return (_SERIAL + timedelta(number)).isoformat() if _FIRST_SERIAL <= number <= _LAST_SERIAL else ""


def read_timestamp(number: float) -> str:
    """Return the day (UTC) of a moment in seconds or milliseconds since 1970, or nothing."""
    seconds = number if int(number) in _SECONDS else number / 1000 if int(number) in _MILLISECONDS else None
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).date().isoformat()


def orders_of(dates: Iterable[WrittenDate]) -> tuple[str, ...]:
    """Return the orders in which all of these are dates: those that one hand, or one country's settings, wrote."""
    left = set(ORDERS)
    for each in dates:
        left &= each.orders
    return tuple(order for order in ORDERS if order in left)


def _plain(text: str) -> str:
    if found := _YEAR_FIRST.fullmatch(text):
        return _joined(found[1], found[3], found[4])
    if found := _COMPACT.fullmatch(text):
        return _joined(found[1], found[2], found[3])
    if found := _MONTH_FIRST.fullmatch(text):
        return _joined(found[2], found[1], None)
    if found := _TAIWAN.fullmatch(text):
        return _joined(str(int(found[1]) + _MINGUO), found[3], found[4])
    if found := _HAN.fullmatch(_HAN_NUMERAL.sub(_in_digits, text)):
        year = int(found[2])
        year += _MINGUO if found[1] or year in _MINGUO_YEARS else 0
        return _joined(str(year), found[3], found[4])
    return ""


def _in_digits(numeral: re.Match[str]) -> str:
    """Return a numeral of Han characters in digits: 二〇二六, 二十三, 一百一十五."""
    hundreds, _, rest = numeral[0].rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    if not hundreds and not ten:
        return _digits(ones)
    return str(100 * int(_digits(hundreds)) + (10 * int(_digits(tens or "一")) if ten else 0) + int(_digits(ones)))


def _digits(numeral: str) -> str:
    return "".join(_HAN_DIGITS.get(character, "") for character in numeral) or "0"


def _worded(text: str) -> str:
    """Read a date with the month as a word: May 2, 2024; 2. Mai 2024; Thu, 02 May 2024 10:00:00 GMT; Jan-26."""
    if len(text) > _LONGEST:
        return ""
    if clock := _CLOCK.search(text):
        day = text[: clock.start()]
        text = day if _YEAR.search(day) else f"{day} {clock[1] or ''}"
    months = _month_names()
    words = [word.casefold() for word in _WORDS.findall(text)]
    named = [months[word] for word in words if word in months]
    numbers = [word for word in words if word.isdecimal()]
    strange = [w for w in words if not w.isdecimal() and w not in months and w not in _DAY_MARKS and not _is_weekday(w)]
    if len(named) != 1 or strange or len(numbers) not in {1, 2}:
        return ""
    years = [word for word in numbers if len(word) == len("2024")]
    if len(numbers) == 1:
        # Before the month it is a day, of which nobody has written the year.
        is_year = len(numbers[0]) == len("26") and words[0] != numbers[0]
        year = years[0] if years else f"{_CENTURY + int(numbers[0])}" if is_year else ""
        return _joined(year, str(named[0]), None)
    year = years[0] if len(years) == 1 else f"{_CENTURY + int(numbers[1])}" if len(numbers[1]) == len("26") else ""
    day = numbers[1] if years and numbers[0] == years[0] else numbers[0]
    return _joined(year, str(named[0]), day)


def _is_weekday(word: str) -> bool:
    return any(word.startswith(day) for day in _words()["weekdays"])


def _in_orders(numbers: tuple[int, int, int], *, whole_year: bool) -> Iterator[tuple[str, str]]:
    for order in ORDERS:
        parts = dict(zip(order, numbers, strict=True))
        year = parts["y"]
        if whole_year == (year >= _TWO_DIGITS):
            day = _joined(str(year if whole_year else _CENTURY + year), str(parts["m"]), str(parts["d"]))
            if day:
                yield order, day


def _joined(year: str, month: str | None, day: str | None) -> str:
    """Return the parts as 2026-01-23, 2026-01 or 2026, or nothing where there is no such day."""
    try:
        whole = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return ""
    if whole.year not in _YEARS:
        return ""
    return whole.isoformat()[: len("2026-01-23") if day else len("2026-01") if month else len("2026")]


@cache
def _words() -> dict[str, Any]:
    return yaml.load((resources.files("claims") / "exchange" / "dates.yaml").read_text("utf-8"), yaml.CSafeLoader)


@cache
def _month_names() -> dict[str, int]:
    """Return the numbers of the months by all their names and short forms."""
    months: dict[str, list[str]] = _words()["months"]
    names = {name: number for each in months.values() for number, name in enumerate(each, start=1)}
    short = {name[:3]: number for number, name in enumerate(months["en"], start=1)}
    return names | short | {"sept": 9} | dict(_words()["short"])


def first_day(text: str) -> date:
    """Return the first day of a day, month or year as `read_date` gives it."""
    return date.fromisoformat((text + "-01-01")[:10])
