"""Terms: the numbers of a text with what is written on them, before ranges are joined and units applied."""

from dataclasses import dataclass
from typing import Literal

from checks.figures.quantity import Bound
from checks.figures.units import Unit

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
    bound: Bound = "exactly"
    part: bool = False
    alternative: Unit | None = None
    negative: bool = False

    @property
    def mantissa(self) -> float:
        """Return the number as it stands before its multiplier."""
        return self.low / self.scale if self.scale else self.low

    def multiply(self, factor: float) -> None:
        """Apply a multiplier."""
        self.low, self.high, self.scale = self.low * factor, self.high * factor, self.scale * factor
