"""Units: those of the table and a claim's own, and what is measured in them: terms of a text, and quantities."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from math import isclose
from typing import Any, Literal

import yaml

from checks.text import PLAIN_LETTERS

Hedge = Literal["exactly", "about", "nearly", "over", "odd", "under", "upto", "range", "bit over"]

SLACK = 0.05
# Percentages are written with one decimal: 1.8 % and 1.9 % are one figure, but 0.1 % and 0.01 % or 0.2 % are not.
_LEAST_SLACK = {"percent": 0.1}
_MOST_SLACK = 0.1
_ROUNDING = 1e-9
_SAME = 0.01
_EXACT = {"year", "pe"}
# 二十几 ends before thirty, and "about" is wide enough.
_HEDGED_SLACK = 0.02
# 95 % leave fifty times what 99.9 % leave.
_WHOLE = 100.0
# 39 °C are not 40 °C, and 28 is not 27 years old.
_SLACKS = {"degree": 0.02, "age": 0.02}
_RANGE_RATIO = 1.02
# "From 4 to 12 years" says nothing about 6 years.
_WIDEST_RANGE = 2.5


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity as a text names it: `low` ≤ value ≤ `high` in the base unit of `dimension`.

    `text` is the span `start`–`end` as written; `unit` the name of the unit that was used ("" for a bare number).
    `loose` names other dimensions that the author may have meant (块 for dollars); `bare` numbers have no unit at all.
    `times`: how often in a whole number of units, where the author said how often (twice a year).
    `others`: the dimension, low and high of what the spelling may also stand for (600 gigs: bytes or watts).
    Two quantities with the same span are two readings of one figure.
    """

    dimension: str
    low: float
    high: float
    unit: str = ""
    text: str = ""
    start: int = 0
    end: int = 0
    bound: Hedge = "exactly"
    bare: bool = False
    loose: tuple[str, ...] = ()
    others: tuple[tuple[str, float, float], ...] = ()
    times: float = 0.0

    @property
    def middle(self) -> float:
        """Return the value that stands for the interval where two figures are held side by side."""
        if self.bound in ("over", "odd", "bit over"):
            return self.low
        return self.high if self.bound in ("nearly", "under", "upto") else (self.low + self.high) / 2

    @property
    def is_range(self) -> bool:
        """Tell whether two different ends were named."""
        return self.bound == "range" and self.high > self.low * _RANGE_RATIO

    def is_same(self, other: "Quantity") -> bool:
        """Tell whether both name the same value in the same dimension."""
        ends = ((self.low, other.low), (self.high, other.high))
        return self.dimension == other.dimension and all(isclose(*pair, rel_tol=_SAME) for pair in ends)

    def meets(self, other: "Quantity") -> bool:
        """Tell whether both intervals overlap within 5 %; two ranges must share more than half of the shorter one."""
        if self.is_range and other.is_range and self.dimension != "year":
            shared = min(self.high, other.high) - max(self.low, other.low)
            return shared > min(self.high - self.low, other.high - other.low) / 2
        if (
            any(one.is_range and one.high > one.low * _WIDEST_RANGE > 0 for one in (self, other))
            and self.dimension != "year"
        ):
            return False
        slack = 0.0 if self.dimension in _EXACT else _SLACKS.get(self.dimension, SLACK)
        if {self.bound, other.bound} & {"odd", "about"}:
            slack = min(slack, _HEDGED_SLACK)
        least = _LEAST_SLACK.get(self.dimension, 0.0)
        gap = max(self.low, other.low) - min(self.high, other.high)
        largest = max(abs(self.middle), abs(other.middle))
        most = max(slack * largest, min(least, _MOST_SLACK * largest))
        rest = _WHOLE - min(self.middle, other.middle)
        if self.dimension == "percent" and largest < _WHOLE and rest < _WHOLE / 2:
            most = min(most, max(rest / 2, least))
        return gap <= most + _ROUNDING * largest


def moved(said: Quantity, low: float, high: float, dimension: str) -> Quantity:
    """Return the quantity in another dimension."""
    return replace(said, dimension=dimension, low=low, high=high)


LEAST_BARE_MONEY = 1e6
_MONEY = ("USD", "CNY", "TWD", "HKD")


def readings_as(said: Quantity, form: Quantity, *, growth: bool) -> list[Quantity]:
    """Return the quantity as it could be meant in the dimension of one form of a figure; `growth`: of a change."""
    target = form.dimension
    values = (said.low, said.high)
    other = [moved(said, low, high, target) for dimension, low, high in said.others if dimension == target]
    if target in (said.dimension, *said.loose):
        return [said, *other]
    if (said.unit, target) == ("bp", "points") or (said.dimension, form.unit) == ("points", "bp"):
        return [moved(said, *values, target)]
    if other:
        return other
    if (said.dimension, target) == ("times", "percent"):
        return [
            moved(said, (said.low - lost) * 100, (said.high - lost) * 100, target)
            for lost in ((1, 0) if growth else (0,))
        ]
    if (said.dimension, target) == ("percent", "times"):
        return [moved(said, said.low / 100 + gained, said.high / 100 + gained, target) for gained in (0, 1)]
    if target == "USD/oz" and (said.bare or "USD" in (said.dimension, *said.loose)):
        return [moved(said, *values, target)]
    large = said.low >= LEAST_BARE_MONEY or form.high < LEAST_BARE_MONEY
    # "Growth would have been minus 0.4" names no unit either.
    fits = target in ("pe", "count", "times") or (target in _MONEY and large) or (target == "percent" and said.low < 0)
    return [moved(said, *values, target)] if said.bare and fits else []


def ratio(first: Quantity, second: Quantity) -> float:
    """Return how many times the second the first is, whatever their signs; 1 where either is nothing."""
    return abs(first.middle) / abs(second.middle) if second.middle and first.middle else 1.0


def distance(first: Quantity, second: Quantity) -> float:
    """Return 0–1: how far apart two values lie, on a logarithmic scale."""
    times = ratio(first, second)
    return min(1.0, abs(times - 1) / (times + 1))


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit and its factor to the base unit; `least` is the smaller factor where one word names two units."""

    name: str
    dimension: str
    factor: float
    least: float
    loose: tuple[str, ...] = ()
    not_before: str = ""


@dataclass(frozen=True, slots=True)
class Numerals:
    """The values of numeral words and characters, and of the scales that multiply them."""

    chinese: Mapping[str, float]
    chinese_scales: Mapping[str, float]
    english: Mapping[str, float]
    english_scales: Mapping[str, float]
    english_parts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Multipliers:
    """Multipliers written on a number (`attached`), after it (`words`), or, beside money, as one letter.

    `wan`: before what a `w` is ten thousand.
    """

    attached: Mapping[str, float]
    words: Mapping[str, float]
    wan: tuple[str, ...]
    money: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Hedges:
    """Words beside a number that open or widen it, by the side they stand on."""

    before: Mapping[str, Hedge]
    middle: Mapping[str, Hedge]
    after: Mapping[str, Hedge]
    fillers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitTable:
    """All of `units.yaml`; `words` and `prefixes` lead from a written form to its unit."""

    units: Mapping[str, Unit]
    words: Mapping[str, Unit]
    prefixes: Mapping[str, Unit]
    per_mass: frozenset[str]
    multipliers: Multipliers
    numerals: Numerals
    phrases: Mapping[str, tuple[str, float, float, Hedge]]
    not_phrases: Mapping[str, str]
    bounds: Mapping[str, tuple[float, float]]
    documented_bounds: Mapping[str, tuple[float, float]]
    hedges: Hedges
    ranges: tuple[str, ...]
    tolerances: tuple[str, ...]
    vague_over: Mapping[str, str]
    joining: Mapping[str, tuple[str, ...]]
    also: Mapping[str, Unit]
    multiplier_or_unit: Mapping[str, Unit]
    least: Mapping[str, float]
    electricity: tuple[str, ...]
    speed: tuple[str, ...]
    denied: tuple[str, ...]
    alone: Mapping[str, tuple[str, ...]]
    not_nouns: tuple[str, ...]
    measures: Mapping[str, str]
    intervals: Mapping[str, Mapping[str, float]]
    not_amounts: Mapping[str, tuple[str, ...]]
    elsewhere: Mapping[str, tuple[str, ...]]
    subject_stop_words: frozenset[str]
    subject_stop_characters: str
    kinds: Mapping[str, tuple[str, ...]]
    opposites: tuple[str, ...]
    aspects: Mapping[str, tuple[str, ...]]
    paid: Mapping[str, float]
    growth: tuple[str, ...]
    earnings: tuple[str, ...]
    frequency: tuple[str, ...]
    year_parts: tuple[str, ...]
    variants: Mapping[int, int]

    @classmethod
    def load(cls) -> "UnitTable":
        """Read the shipped table."""
        text = (resources.files("config") / "lexicon" / "units.yaml").read_text("utf-8")
        return cls.from_data(yaml.load(text, yaml.CSafeLoader))

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "UnitTable":
        """Build the table from the plain data of the YAML file."""
        units = {name: _unit(name, entry) for name, entry in data["units"].items()}
        return cls(
            units=units,
            words={str(word): units[name] for name, entry in data["units"].items() for word in entry["words"]},
            prefixes={
                str(word): units[name] for name, entry in data["units"].items() for word in entry.get("prefixes", ())
            },
            per_mass=frozenset(data["per_mass"]),
            multipliers=_multipliers(data["multipliers"]),
            numerals=Numerals(**{name: dict(table) for name, table in data["numerals"].items()}),
            phrases={
                word: (str(d), float(low), float(high), bound)
                for word, (d, low, high, bound) in data["phrases"].items()
            },
            not_phrases=dict(data["not_phrases"]),
            bounds={name: (float(low), float(high)) for name, (low, high) in data["bounds"].items()},
            documented_bounds={
                name: (float(low), float(high)) for name, (low, high) in data["documented_bounds"].items()
            },
            hedges=_hedges(data["hedges"]),
            ranges=_words(data["ranges"]),
            tolerances=_words(data["tolerances"]),
            vague_over={name: str(characters) for name, characters in data["vague_over"].items()},
            joining={name: _words(words) for name, words in data["joining"].items()},
            not_nouns=_words(data["not_nouns"]),
            measures=dict(data["measures"]),
            intervals={
                name: {str(word): float(value) for word, value in words.items()}
                for name, words in data["intervals"].items()
            },
            also={str(word): units[name] for word, name in data["also"].items()},
            multiplier_or_unit={word: units[name] for word, name in data["multiplier_or_unit"].items()},
            least={word: float(value) for word, value in data["least"].items()},
            electricity=_words(data["electricity"]),
            speed=_words(data["speed"]),
            denied=_words(data["denied"]),
            alone={name: _words(words) for name, words in data["alone"].items()},
            not_amounts={name: _words(words) for name, words in data["not_amounts"].items()},
            elsewhere={name: _words(words) for name, words in data["elsewhere"].items()},
            subject_stop_words=frozenset(data["subject_stop_words"]),
            subject_stop_characters=str(data["subject_stop_characters"]),
            kinds={name: _words(words) for name, words in data["kinds"].items()},
            opposites=_words(data["opposites"]),
            aspects={name: _words(words) for name, words in data["aspects"].items()},
            paid={str(word): float(years) for word, years in data["paid"].items()},
            growth=_words(data["growth"]),
            earnings=_words(data["earnings"]),
            frequency=_words(data["frequency"]),
            year_parts=_words(data["year_parts"]),
            variants=_fancy() | str.maketrans(data["variants"]["from"], data["variants"]["to"]),
        )


_STYLED = (range(0x1D400, 0x1D800), range(0xFF01, 0xFF5F), range(0x1F130, 0x1F14A), range(0x24B6, 0x24EA))


def _fancy() -> dict[int, int]:
    """Return the plain character for each letter and digit that is only a style of one (𝟏.𝟐 𝐤𝐠)."""
    plain = {code: unicodedata.normalize("NFKC", chr(code)).lower() for block in _STYLED for code in block}
    styles = {code: ord(character) for code, character in plain.items() if len(character) == 1}
    return styles | {code: ord(letter) for code, letter in PLAIN_LETTERS.items()}


def _unit(name: str, entry: Mapping[str, Any]) -> Unit:
    factor = float(entry["factor"])
    return Unit(
        name,
        str(entry["dimension"]),
        factor,
        float(entry.get("least", factor)),
        _words(entry.get("loose", ())),
        str(entry.get("not_before", "")),
    )


_MULTIPLIERS = ("attached", "words", "money")


def _words(words: Iterable[Any]) -> tuple[str, ...]:
    return tuple(str(word) for word in words)


def _multipliers(data: Mapping[str, Any]) -> Multipliers:
    attached, words, money = ({str(word): float(value) for word, value in data[key].items()} for key in _MULTIPLIERS)
    return Multipliers(attached, words, _words(data["wan"]), money)


def _hedges(data: Mapping[str, Any]) -> Hedges:
    sides: dict[str, dict[str, Hedge]] = {
        side: {str(word): bound for bound, words in data[side].items() for word in words}
        for side in ("before", "middle", "after")
    }
    return Hedges(**sides, fillers=_words(data["fillers"]))


TermKind = Literal["digits", "chinese", "english", "phrase", "year"]


@dataclass(slots=True)
class Term:
    """One number as written: `low`–`high` before units, `scale` the multiplier in it, `written` the bare numeral."""

    kind: TermKind
    start: int
    end: int
    low: float
    high: float
    written: str = ""
    scale: float = 1.0
    unit: Unit | None = None
    prefix: Unit | None = None
    per: Unit | None = None
    bound: Hedge = "exactly"
    part: bool = False
    alternative: Unit | None = None
    negative: bool = False
    unsure: bool = False
    pair: tuple[float, float] | None = None
    also: Unit | None = None
    thousands: bool = False

    @property
    def mantissa(self) -> float:
        """Return the number as it stands before its multiplier."""
        return self.low / self.scale if self.scale else self.low

    def multiply(self, factor: float) -> None:
        """Apply a multiplier."""
        self.low, self.high, self.scale = self.low * factor, self.high * factor, self.scale * factor

    def add(self, more: float, end: int | None = None) -> None:
        """Add what is written behind the unit, up to `end`."""
        self.low, self.high, self.end = self.low + more, self.high + more, self.end if end is None else end


def is_letter(character: str) -> bool:
    """Tell whether this is a Latin letter, folded."""
    return "a" <= character <= "z"


def alternatives(words: Iterable[str], not_before: Mapping[str, str] | None = None) -> str:
    """Return a regular expression for any of the words, longest first, grouped by first character and end for speed.

    No Latin letter or digit may follow a word that ends with one; `not_before`: which else may not follow some words.
    """
    groups: dict[str, list[tuple[str, list[str]]]] = {}
    for word in sorted(set(words), key=lambda w: (-len(w), w)):
        barred = (not_before or {}).get(word, "")
        tail = "(?![a-z0-9²³])" if is_letter(word[-1]) or word[-1].isdecimal() else f"(?![{barred}])" if barred else ""
        rests = groups.setdefault(word[0], [])
        if not rests or rests[-1][0] != tail:
            rests.append((tail, []))
        rests[-1][1].append(re.escape(word[1:]))
    ends = {first: "|".join(f"(?:{'|'.join(each)}){tail}" for tail, each in rests) for first, rests in groups.items()}
    return "(?:" + "|".join(f"{re.escape(first)}(?:{rest})" for first, rest in ends.items()) + ")"


SPELLINGS = "|"
_PLURAL = 3
_NOUN = re.compile(r"(?:[ -]|\s?个)?(?P<word>[a-z]{2,24}(?![a-z])|[\u4e00-\u9fff])")


@dataclass(frozen=True, slots=True)
class OwnUnit:
    """A unit beside the table's: the pattern that finds it after a number, and what it is called.

    `first`: it comes before the table's units; else it is looked for only where the table has none.
    """

    unit: Unit
    pattern: re.Pattern[str]
    first: bool = True

    @property
    def dimension(self) -> str:
        """Return the dimension that quantities with this unit have."""
        return self.unit.dimension


ANY_NOUN = OwnUnit(Unit("", "any noun", 1.0, 1.0), _NOUN, first=False)


def is_own(unit: str) -> bool:
    """Tell whether a claim's unit is one of its own: spellings with a bar between, the first of which names it."""
    return SPELLINGS in unit


def spellings(unit: str) -> tuple[str, ...]:
    """Return the spellings of a unit, without blanks around them."""
    return tuple(spelling for each in unit.split(SPELLINGS) if (spelling := each.strip()))


def join_spellings(words: Iterable[str]) -> str:
    """Return spellings as one unit; a single one has a bar too, which tells it from the table's units."""
    named = [word.strip() for word in words]
    return SPELLINGS.join(named) if len(named) > 1 else f"{named[0]}{SPELLINGS}"


def own_unit(name: str, words: Iterable[str], not_before: Mapping[str, str] | None = None) -> OwnUnit | None:
    """Return the unit that is written in one of these ways (singular and plural alike), or None where none is left."""
    folded = {word.strip().lower() for word in words} - {""}
    latin = {word for word in folded if word[-1].isascii() and word[-1].isalpha() and len(word) >= _PLURAL}
    folded |= {f"{word}s" for word in latin if not word.endswith("s")}
    folded |= {word.removesuffix(end) for word in latin for end in ("s", "es") if not word.endswith("ss")}
    if not folded:
        return None
    unit = Unit(name, f"own {name.lower()}", 1.0, 1.0)
    return OwnUnit(unit, re.compile(rf"(?:[ -]|\s?[个枚块]?)?(?P<word>{alternatives(folded, not_before)})"))
