"""Units of a claim's own: spelled by its author (BTC, glasses, 次), or the noun that its wordings count."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from checks.figures.numbers import alternatives
from checks.figures.units import Unit

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


def own_unit(name: str, words: Iterable[str]) -> OwnUnit | None:
    """Return the unit that is written in one of these ways (singular and plural alike), or None where none is left."""
    folded = {word.strip().lower() for word in words} - {""}
    latin = {word for word in folded if word[-1].isascii() and word[-1].isalpha() and len(word) >= _PLURAL}
    folded |= {f"{word}s" for word in latin if not word.endswith("s")}
    folded |= {word.removesuffix(end) for word in latin for end in ("s", "es") if not word.endswith("ss")}
    if not folded:
        return None
    unit = Unit(name, f"own {name.lower()}", 1.0, 1.0)
    return OwnUnit(unit, re.compile(rf"(?:[ -]|\s?[个枚块]?)?(?P<word>{alternatives(folded)})"))
