"""A quantity: an interval in the base unit of its dimension."""

from dataclasses import dataclass
from typing import Literal

Bound = Literal["exactly", "about", "nearly", "over", "under", "upto", "range"]

SLACK = 0.05
# Percentages near zero (0.1 %) have no useful relative slack.
_LEAST_SLACK = {"percent": 0.1}
_EXACT = {"year", "pe"}
_RANGE_RATIO = 1.02
# "From 4 to 12 years" says nothing about 6 years.
_WIDEST_RANGE = 2.5


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity as a text names it: `low` ≤ value ≤ `high` in the base unit of `dimension`.

    `text` is the span `start`–`end` as written; `unit` the name of the unit that was used ("" for a bare number).
    `loose` names another dimension that the author may have meant (块 for dollars); `bare` numbers have no unit at all.
    Two quantities with the same span are two readings of one figure.
    """

    dimension: str
    low: float
    high: float
    unit: str = ""
    text: str = ""
    start: int = 0
    end: int = 0
    bound: Bound = "exactly"
    bare: bool = False
    loose: str = ""

    @property
    def middle(self) -> float:
        """Return the value that stands for the interval where two figures are held side by side."""
        if self.bound == "over":
            return self.low
        return self.high if self.bound in ("nearly", "under", "upto") else (self.low + self.high) / 2

    @property
    def is_range(self) -> bool:
        """Tell whether two different ends were named."""
        return self.bound == "range" and self.high > self.low * _RANGE_RATIO

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
        slack = 0.0 if self.dimension in _EXACT else SLACK
        least = _LEAST_SLACK.get(self.dimension, 0.0)
        gap = max(self.low, other.low) - min(self.high, other.high)
        return gap <= max(slack * max(abs(self.middle), abs(other.middle)), least)
