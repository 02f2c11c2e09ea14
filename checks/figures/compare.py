"""Comparing: do the quantities of a message agree with what a claim documents, differ, or speak of something else?"""

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import groupby

from checks.figures.fit import Fit
from checks.figures.notation import notation
from checks.figures.places import TextPlaces
from checks.figures.quantity import Quantity
from checks.figures.reader import FigureReader
from checks.figures.readings import DocumentedFigure, SaidFigure
from checks.figures.subjects import Subjects
from checks.finding import FigureFinding
from checks.known import KnownFigure

# Beside "a thousand servers" a mass is that of all of them.
_CROWD = 10
_CONTRADICTS = 2
_MOST_FIGURES = 8192


class FigureComparer:
    """Compares a message's quantities with a claim's figures."""

    def __init__(self, reader: FigureReader) -> None:
        """Take over the reader's unit table."""
        self._reader = reader
        self._subjects = Subjects(reader.units)
        self._fit = Fit(self._subjects)
        self._documented = lru_cache(maxsize=_MOST_FIGURES)(self._document)

    def compare(self, said: Sequence[Quantity], figures: Sequence[KnownFigure], text: str) -> tuple[FigureFinding, ...]:
        """Return a finding for each quantity that agrees with a figure, and each that differs from one it means.

        `text` is the text that `said` was read from. A quantity that visibly speaks of something else is left out.
        """
        if not said or not figures:
            return ()
        known = [self._documented(figure) for figure in figures]
        places = TextPlaces(self._reader.fold(text))
        groups = [SaidFigure(tuple(group), places, self._subjects) for _, group in groupby(said, key=_span)]
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

    def _agreement(self, said: SaidFigure, known: Sequence[DocumentedFigure]) -> DocumentedFigure | None:
        """Return the figure that the quantity agrees with, the claim's own first, then context."""
        for one in sorted(known, key=lambda k: not k.is_claim):
            meant = (reading for raw in said.readings for reading in self._fit.meant(said, raw, one))
            agrees = any(reading.meets(one.quantity) for reading in meant)
            if agrees and (one.is_claim or not self._contradicts(said, one, known)):
                return one
        return None

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
                if (fit := self._fit.of(group, one, known, second=one.quantity.dimension in seen)) is not None:
                    offers.append((fit, i, one))
        return _assign(offers)


def _span(quantity: Quantity) -> tuple[int, int]:
    return quantity.start, quantity.end


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
