"""Intervals: how often something happens, as the time between two times of it (twice a year: half a year)."""

import re

from checks.figures.numerals import NumeralReader
from checks.figures.units import Quantity, UnitTable, alternatives

_FEW_ENGLISH = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_FEW_CHINESE = "[一二两三四五六七八九十]{1,3}"

_PER = " per| each| every"


class IntervalReader:
    """Reads intervals; only a claim that says how often asks for them."""

    def __init__(self, table: UnitTable) -> None:
        """Compile the words of the table."""
        self._numerals = NumeralReader(table.numerals)
        self._units, self._adverbs = table.intervals["units"], table.intervals["adverbs"]
        self._counts = table.intervals["counts"]
        units = alternatives(self._units)
        span = rf"半|\d{{1,3}}|{_FEW_CHINESE}"
        counts, few = alternatives(self._counts), rf"\d{{1,3}}|{_FEW_ENGLISH}"
        self._pattern = re.compile(
            "|".join(
                (
                    rf"(?<![a-z])(?:(?P<counted>{counts})|(?P<times>{few}) times)(?: an?|{_PER}) (?P<a>{units})",
                    rf"(?<![a-z])(?:every|each) (?:(?P<other>other|second) |(?P<few>{few}) )?(?P<b>{units})",
                    rf"(?<![a-z])(?P<adverb>{alternatives(self._adverbs)})",
                    rf"每隔?(?P<each>半|\d{{1,3}}|{_FEW_CHINESE})?(?P<c>{units})",
                    rf"(?P<span>{span})(?P<d>{units})[一-鿿]{{0,6}}?(?P<often>\d{{1,2}}|{_FEW_CHINESE})[次回遍]",
                )
            )
        )

    def read(self, folded: str, text: str) -> tuple[Quantity, ...]:
        """Return the intervals of a text in years; `folded` is the text as the reader folds it."""
        found: list[Quantity] = []
        for match in self._pattern.finditer(folded):
            years, times = self._years(match), self._times(match)
            if years > 0:
                said = text[match.start() : match.end()]
                found.append(Quantity("years", years, years, "years", said, match.start(), match.end(), times=times))
        return tuple(found)

    def _years(self, match: re.Match[str]) -> float:
        if match["adverb"]:
            return self._adverbs[match["adverb"]]
        if match["a"]:
            return self._units[match["a"]] / (self._counts.get(match["counted"] or "") or self._number(match["times"]))
        if match["b"]:
            return self._units[match["b"]] * (2.0 if match["other"] else self._number(match["few"]))
        if match["c"]:
            return self._units[match["c"]] * self._number(match["each"])
        return self._units[match["d"]] * self._number(match["span"]) / (self._number(match["often"]) or 1.0)

    def _times(self, match: re.Match[str]) -> float:
        if match["a"]:
            return self._counts.get(match["counted"] or "") or self._number(match["times"])
        return self._number(match["often"]) if match["often"] else 0.0

    def _number(self, written: str | None) -> float:
        if not written:
            return 1.0
        if written == "半":
            return 0.5
        if written.isdecimal():
            return float(written)
        return self._numerals.english([written]) if written.isascii() else self._numerals.chinese(written)
