"""Two figures side by side: what a message's quantity may mean in a documented figure's dimension."""

from dataclasses import dataclass, replace
from functools import cached_property

from checks.figures.places import Place, TextPlaces
from checks.figures.quantity import Quantity
from checks.figures.subjects import Subjects
from checks.known import KnownFigure

LEAST_BARE_MONEY = 1e6


@dataclass(frozen=True, slots=True)
class DocumentedFigure:
    """A claim's figure in base units, with what its subject speaks of."""

    figure: KnownFigure
    quantity: Quantity
    words: frozenset[str]
    growth: bool
    subject: str
    kinds: frozenset[str]

    @property
    def is_claim(self) -> bool:
        """Tell whether this is what the claim itself says (not context beside it)."""
        return self.figure.role == "claim"


@dataclass(frozen=True)
class SaidFigure:
    """One figure of the message with its readings; what stands around it is looked at only when it is asked for."""

    readings: tuple[Quantity, ...]
    places: TextPlaces
    subjects: Subjects

    @cached_property
    def place(self) -> Place:
        """Return the segment and the sentence it stands in."""
        return self.places.of(self.readings[0])

    @cached_property
    def elsewhere(self) -> str:
        """Return the cue that it speaks of something else, or ""."""
        return self.subjects.elsewhere(self.place, self.readings[0])

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Return what its segment says that amounts are amounts of."""
        return self.subjects.kinds(self.place.segment)


def readings_as(said: Quantity, one: DocumentedFigure) -> list[Quantity]:
    """Return the quantity as it could be meant in the figure's dimension."""
    target = one.quantity.dimension
    values = (said.low, said.high)
    if target in (said.dimension, said.loose):
        return [said]
    if (said.dimension, target) == ("times", "percent"):
        return [
            moved(said, (said.low - lost) * 100, (said.high - lost) * 100, target)
            for lost in ((1, 0) if one.growth else (0,))
        ]
    if (said.dimension, target) == ("percent", "times"):
        return [moved(said, said.low / 100 + gained, said.high / 100 + gained, target) for gained in (0, 1)]
    if target == "USD/oz" and (said.bare or "USD" in (said.dimension, said.loose)):
        return [moved(said, *values, target)]
    large = said.low >= LEAST_BARE_MONEY or one.quantity.high < LEAST_BARE_MONEY
    fits = target in ("pe", "count", "times") or (target in ("USD", "CNY") and large)
    return [moved(said, *values, target)] if said.bare and fits else []


def moved(said: Quantity, low: float, high: float, dimension: str) -> Quantity:
    """Return the quantity in another dimension."""
    return replace(said, dimension=dimension, low=low, high=high)


def ratio(first: Quantity, second: Quantity) -> float:
    """Return how many times the second the first is, whatever their signs; 1 where either is nothing."""
    return abs(first.middle) / abs(second.middle) if second.middle and first.middle else 1.0


def distance(first: Quantity, second: Quantity) -> float:
    """Return 0–1: how far apart two values lie, on a logarithmic scale."""
    times = ratio(first, second)
    return min(1.0, abs(times - 1) / (times + 1))
