"""How well a differing quantity of a message fits a documented figure: is it said of the same thing at all?"""

from collections.abc import Sequence

from checks.figures.quantity import Quantity
from checks.figures.readings import LEAST_BARE_MONEY, DocumentedFigure, SaidFigure, distance, moved, ratio, readings_as
from checks.figures.subjects import Subjects

# How many points of evidence (`Subjects.evidence`) a quantity needs before it may contradict a figure of its dimension.
_NEEDED = {"percent": 1, "years": 1, "year": 2, "USD": 0, "CNY": 2, "count": 4, "pe": 0}
_NEEDED_SECOND = 2
_NEEDED_CONTEXT = 3
_NEVER = 99
# A claim's own figure comes before all context.
_CLAIM_FIRST = 50.0
# "100 %" is mostly emphasis.
_WHOLE, _NEEDED_WHOLE = 100.0, 6
_NEEDED_SHARE = 2
# Values further apart than this factor are different things.
_MOST_RATIO = 2e3
_MOST_RATIOS = {"percent": 60.0, "years": 30.0}


class Fit:
    """Weighs quantities against documented figures."""

    def __init__(self, subjects: Subjects) -> None:
        """Take over what weighs places against subjects."""
        self._subjects = subjects

    def meant(self, said: SaidFigure, raw: Quantity, one: DocumentedFigure) -> list[Quantity]:
        """Return the readings of a quantity in the figure's dimension; "idle" turns a share round."""
        if raw.dimension == "percent" == one.quantity.dimension and self._subjects.is_opposite(said.place):
            return [moved(raw, 100 - raw.high, 100 - raw.low, "percent")]
        return readings_as(raw, one)

    def of(
        self, said: SaidFigure, one: DocumentedFigure, known: Sequence[DocumentedFigure], *, second: bool
    ) -> float | None:
        """Return how well a differing quantity fits a figure, or None where it does not speak of it.

        `second` says that another quantity of this dimension already agrees with the claim.
        """
        meant = [(raw, reading) for raw in said.readings for reading in self.meant(said, raw, one)]
        apart = [distance(reading, one.quantity) for raw, reading in meant if self._may_differ(raw, one, reading)]
        if not apart or (said.elsewhere and said.elsewhere not in one.subject):
            return None
        if said.kinds and one.kinds and not said.kinds & one.kinds:
            return None
        rivals = [k for k in known if k.is_claim and k.quantity.dimension == one.quantity.dimension]
        evidence = self._evidence(said, one, rivals)
        if evidence < self._needed(said, one, rivals, second=second):
            return None
        return evidence + (_CLAIM_FIRST if one.is_claim else 0.0) - min(apart)

    def _evidence(self, said: SaidFigure, one: DocumentedFigure, rivals: Sequence[DocumentedFigure]) -> int:
        evidence = self._subjects.evidence(said.place, one.words)
        lasting = len(rivals) == 1 and one.quantity.dimension == "years" and self._subjects.says_when(said.place)
        return evidence + lasting

    def _needed(
        self, said: SaidFigure, one: DocumentedFigure, rivals: Sequence[DocumentedFigure], *, second: bool
    ) -> int:
        dimension, first = one.quantity.dimension, said.readings[0]
        if not one.is_claim:
            return _NEVER if rivals else _NEEDED_CONTEXT
        if dimension == "percent" and first.middle == _WHOLE:
            return _NEEDED_WHOLE
        if dimension == "percent" and first.dimension == "times" and not one.growth:
            return _NEEDED_SHARE
        return max(_NEEDED.get(dimension, 0), _NEEDED_SECOND if second else 0)

    def _may_differ(self, raw: Quantity, one: DocumentedFigure, reading: Quantity) -> bool:
        """Tell whether a differing quantity of this make may be held against the figure at all."""
        target = one.quantity.dimension
        if raw.loose and raw.dimension != target:
            return False
        if raw.bare and (raw.low < LEAST_BARE_MONEY or target not in ("USD", "CNY")):
            return False
        if (raw.dimension, target) == ("percent", "times"):
            return False
        if (raw.dimension, target) == ("times", "percent") and not one.growth and self._subjects.says_growth(raw.text):
            return False
        most = _MOST_RATIOS.get(target, _MOST_RATIO)
        return 1 / most < ratio(reading, one.quantity) < most
