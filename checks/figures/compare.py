"""Comparing: do the quantities of a message agree with what a claim documents, differ, or speak of something else?"""

from collections.abc import Sequence
from functools import cache
from itertools import groupby

from checks.figures.notation import notation
from checks.figures.quantity import Quantity
from checks.figures.reader import FigureReader
from checks.figures.readings import LEAST_BARE_MONEY, DocumentedFigure, SaidFigure, distance, moved, ratio, readings_as
from checks.figures.subjects import Subjects, place_of
from checks.finding import FigureFinding
from checks.known import KnownFigure

# How many points of evidence (`Subjects.evidence`) a quantity needs before it may contradict a figure of its dimension.
_NEEDED = {"percent": 1, "years": 1, "year": 2, "USD": 0, "CNY": 2, "count": 4, "pe": 0}
_NEEDED_SECOND = 2
_NEEDED_CONTEXT = 3
# "100 %" is mostly emphasis.
_WHOLE, _NEEDED_WHOLE = 100.0, 6
_NEEDED_SHARE = 2
# Values further apart than this factor are different things.
_MOST_RATIO = 2e3
_MOST_RATIOS = {"percent": 60.0, "years": 30.0}
# Beside "a thousand servers" a mass is that of all of them.
_CROWD = 10
_CONTRADICTS = 2


class FigureComparer:
    """Compares a message's quantities with a claim's figures."""

    def __init__(self, reader: FigureReader) -> None:
        """Take over the reader's unit table."""
        self._reader = reader
        self._subjects = Subjects(reader.units)
        self._documented = cache(self._document)

    def compare(self, said: Sequence[Quantity], figures: Sequence[KnownFigure], text: str) -> tuple[FigureFinding, ...]:
        """Return a finding for each quantity that agrees with a figure, and each that differs from one it means.

        `text` is the text that `said` was read from. A quantity that visibly speaks of something else is left out.
        """
        if not said or not figures:
            return ()
        known = [self._documented(figure) for figure in figures]
        folded = self._reader.fold(text)
        groups = [self._said(folded, tuple(readings)) for _, readings in groupby(said, key=lambda q: (q.start, q.end))]
        agreeing = {i: match for i, group in enumerate(groups) if (match := self._agreement(group, known))}
        differing = self._differences(groups, known, agreeing)
        found = [(i, _finding(groups[i], match, agrees=True)) for i, match in agreeing.items()]
        found += [(i, _finding(groups[i], match, agrees=False)) for i, match in differing.items()]
        return tuple(finding for _, finding in sorted(found, key=lambda pair: pair[0]))

    def _document(self, figure: KnownFigure) -> DocumentedFigure:
        subjects = self._subjects
        subject = f"{figure.subject_en} {figure.subject_zh}".lower()
        quantity = self._reader.documented(figure)
        return DocumentedFigure(
            figure, quantity, subjects.words(figure), subjects.says_growth(subject), subject, subjects.kinds(subject)
        )

    def _said(self, text: str, readings: tuple[Quantity, ...]) -> SaidFigure:
        place = place_of(text, readings[0])
        return SaidFigure(
            readings, place, self._subjects.elsewhere(place, readings[0]), self._subjects.kinds(place.segment)
        )

    def _agreement(self, said: SaidFigure, known: Sequence[DocumentedFigure]) -> DocumentedFigure | None:
        """Return the figure that the quantity agrees with, the claim's own first, then context."""
        for one in sorted(known, key=lambda k: not k.is_claim):
            meant = (reading for raw in said.readings for reading in self._meant(said, raw, one))
            agrees = any(reading.meets(one.quantity) for reading in meant)
            if agrees and (one.is_claim or not self._contradicts(said, one, known)):
                return one
        return None

    def _meant(self, said: SaidFigure, raw: Quantity, one: DocumentedFigure) -> list[Quantity]:
        """Return the readings of a quantity in the figure's dimension; "idle" turns a share round."""
        if raw.dimension == "percent" == one.quantity.dimension and self._subjects.is_opposite(said.place):
            return [moved(raw, 100 - raw.high, 100 - raw.low, "percent")]
        return readings_as(raw, one)

    def _contradicts(self, said: SaidFigure, context: DocumentedFigure, known: Sequence[DocumentedFigure]) -> bool:
        """Tell whether the place speaks of a claim's own figure rather than of this context figure."""
        dimension = context.quantity.dimension
        rivals = [k for k in known if k.is_claim and k.quantity.dimension == dimension]
        if not rivals:
            return False
        shared = context.words
        here = self._subjects.evidence(said.place, context.words - frozenset().union(*(r.words for r in rivals)))
        return here == 0 and max(self._subjects.evidence(said.place, r.words - shared) for r in rivals) >= _CONTRADICTS

    def _differences(
        self, groups: Sequence[SaidFigure], known: Sequence[DocumentedFigure], agreeing: dict[int, DocumentedFigure]
    ) -> dict[int, DocumentedFigure]:
        """Give each figure that nothing agrees with the quantity that fits it best, where one fits well enough."""
        settled = {one.figure for one in agreeing.values()}
        seen = {one.quantity.dimension for one in agreeing.values() if one.is_claim}
        crowd = any(
            q.dimension == "count" and not q.bare and q.low >= _CROWD for group in groups for q in group.readings
        )
        offers: list[tuple[float, int, DocumentedFigure]] = []
        for i, group in enumerate(groups):
            if i in agreeing or (crowd and group.readings[0].dimension == "kg"):
                continue
            for one in known:
                if one.figure in settled or (one.quantity.dimension == "year" and "year" in seen):
                    continue
                if (fit := self._fit(group, one, known, second=one.quantity.dimension in seen)) is not None:
                    offers.append((fit, i, one))
        return _assign(offers)

    def _fit(
        self, said: SaidFigure, one: DocumentedFigure, known: Sequence[DocumentedFigure], *, second: bool
    ) -> float | None:
        """Return how well a differing quantity fits a figure, or None where it does not speak of it."""
        if said.elsewhere and said.elsewhere not in one.subject:
            return None
        if said.kinds and one.kinds and not said.kinds & one.kinds:
            return None
        readings = [
            reading
            for raw in said.readings
            for reading in self._meant(said, raw, one)
            if self._may_differ(raw, one, reading)
        ]
        if not readings:
            return None
        dimension = one.quantity.dimension
        evidence = self._subjects.evidence(said.place, one.words)
        alone = sum(k.is_claim and k.quantity.dimension == dimension for k in known) == 1
        evidence += alone and dimension == "years" and self._subjects.says_when(said.place)
        needed = max(_NEEDED.get(dimension, 0), _NEEDED_SECOND if second else 0)
        if dimension == "percent" and said.readings[0].middle == _WHOLE:
            needed = _NEEDED_WHOLE
        elif dimension == "percent" and said.readings[0].dimension == "times" and not one.growth:
            needed = _NEEDED_SHARE
        if not one.is_claim:
            rivals = any(k.is_claim and k.quantity.dimension == dimension for k in known)
            needed = 99 if rivals else _NEEDED_CONTEXT
        return (
            None
            if evidence < needed
            else evidence + (50 if one.is_claim else 0) - min(distance(reading, one.quantity) for reading in readings)
        )

    def _may_differ(self, raw: Quantity, one: DocumentedFigure, reading: Quantity) -> bool:
        """Tell whether a differing quantity of this make may be held against the figure at all."""
        if raw.loose and raw.dimension != one.quantity.dimension:
            return False
        if raw.bare and (raw.low < LEAST_BARE_MONEY or one.quantity.dimension not in ("USD", "CNY")):
            return False
        if (raw.dimension, one.quantity.dimension) == ("percent", "times"):
            return False
        if (
            (raw.dimension, one.quantity.dimension) == ("times", "percent")
            and self._subjects.says_growth(raw.text)
            and not one.growth
        ):
            return False
        most = _MOST_RATIOS.get(one.quantity.dimension, _MOST_RATIO)
        return 1 / most < ratio(reading, one.quantity) < most


def _assign(offers: list[tuple[float, int, DocumentedFigure]]) -> dict[int, DocumentedFigure]:
    taken: set[KnownFigure] = set()
    best: dict[int, DocumentedFigure] = {}
    for _, i, one in sorted(offers, key=lambda offer: -offer[0]):
        if i not in best and one.figure not in taken:
            best[i] = one
            taken.add(one.figure)
    return best


def _finding(said: SaidFigure, one: DocumentedFigure, *, agrees: bool) -> FigureFinding:
    figure = one.figure
    return FigureFinding(said.readings[0].text, notation(figure), agrees, figure.subject_en, figure.subject_zh)


@cache
def _shipped() -> FigureComparer:
    return FigureComparer(FigureReader.load())


def compare(said: Sequence[Quantity], figures: Sequence[KnownFigure], text: str) -> tuple[FigureFinding, ...]:
    """Compare by the shipped unit table; see `FigureComparer.compare`."""
    return _shipped().compare(said, figures, text)
