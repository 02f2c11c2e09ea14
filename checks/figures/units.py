"""The unit table: numerals, multipliers, units and hedges, read from the lexicon."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import yaml

from checks.figures.quantity import Bound


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit and its factor to the base unit; `least` is the smaller factor where one word names two units."""

    name: str
    dimension: str
    factor: float
    least: float
    loose: str = ""
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
    """Multipliers written on a number (`attached`), after it (`words`), or, beside money, as one letter."""

    attached: Mapping[str, float]
    words: Mapping[str, float]
    money: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Hedges:
    """Words beside a number that open or widen it, by the side they stand on."""

    before: Mapping[str, Bound]
    middle: Mapping[str, Bound]
    after: Mapping[str, Bound]
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
    phrases: Mapping[str, tuple[str, float, float, Bound]]
    bounds: Mapping[str, tuple[float, float]]
    documented_bounds: Mapping[str, tuple[float, float]]
    hedges: Hedges
    ranges: tuple[str, ...]
    not_amounts: Mapping[str, tuple[str, ...]]
    elsewhere: Mapping[str, tuple[str, ...]]
    subject_stop_words: frozenset[str]
    subject_stop_characters: str
    kinds: Mapping[str, tuple[str, ...]]
    opposites: tuple[str, ...]
    growth: tuple[str, ...]
    earnings: tuple[str, ...]
    frequency: tuple[str, ...]
    year_parts: tuple[str, ...]
    variants: Mapping[int, int]

    @classmethod
    def load(cls) -> "UnitTable":
        """Read the shipped table."""
        text = (resources.files("config") / "lexicon" / "units.yaml").read_text("utf-8")
        return cls.from_data(yaml.safe_load(text))

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
            multipliers=Multipliers(**{name: dict(table) for name, table in data["multipliers"].items()}),
            numerals=Numerals(**{name: dict(table) for name, table in data["numerals"].items()}),
            phrases={
                word: (str(d), float(low), float(high), bound)
                for word, (d, low, high, bound) in data["phrases"].items()
            },
            bounds={name: (float(low), float(high)) for name, (low, high) in data["bounds"].items()},
            documented_bounds={
                name: (float(low), float(high)) for name, (low, high) in data["documented_bounds"].items()
            },
            hedges=_hedges(data["hedges"]),
            ranges=_words(data["ranges"]),
            not_amounts={name: _words(words) for name, words in data["not_amounts"].items()},
            elsewhere={name: _words(words) for name, words in data["elsewhere"].items()},
            subject_stop_words=frozenset(data["subject_stop_words"]),
            subject_stop_characters=str(data["subject_stop_characters"]),
            kinds={name: _words(words) for name, words in data["kinds"].items()},
            opposites=_words(data["opposites"]),
            growth=_words(data["growth"]),
            earnings=_words(data["earnings"]),
            frequency=_words(data["frequency"]),
            year_parts=_words(data["year_parts"]),
            variants=str.maketrans(data["variants"]["from"], data["variants"]["to"]),
        )


def _unit(name: str, entry: Mapping[str, Any]) -> Unit:
    factor = float(entry["factor"])
    return Unit(
        name,
        str(entry["dimension"]),
        factor,
        float(entry.get("least", factor)),
        str(entry.get("loose", "")),
        str(entry.get("not_before", "")),
    )


def _words(words: Iterable[Any]) -> tuple[str, ...]:
    return tuple(str(word) for word in words)


def _hedges(data: Mapping[str, Any]) -> Hedges:
    sides: dict[str, dict[str, Bound]] = {
        side: {str(word): bound for bound, words in data[side].items() for word in words}
        for side in ("before", "middle", "after")
    }
    return Hedges(**sides, fillers=_words(data["fillers"]))
