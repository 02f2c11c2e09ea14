"""Documented figures: a claim's figure in every form in which a message may say it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from checks.figures.intervals import IntervalReader
from checks.figures.own_units import ANY_NOUN, OwnUnit, is_own, own_unit, spellings
from checks.figures.reading import FigureReader
from checks.figures.subjects import Subjects
from checks.figures.units import Quantity
from checks.model import KnownFigure

_MOST_WORDINGS = 40
# A count may stand in millions (21, of "million bitcoins").
_SCALES = (1.0, 1e3, 1e4, 1e6, 1e8, 1e9, 1e12)


@dataclass(frozen=True, slots=True)
class DocumentedFigure:
    """A claim's figure in base units, with what its subject speaks of.

    `forms`: the same value in the other dimensions that the claim's wordings, or its unit's spellings, give it (60 is
    60 fps, 600 is 600 GB). `own`: the unit of its own that is looked for in messages. `counts`: any noun may follow.
    `periodic`: it is an interval, so that messages may say how often.
    """

    figure: KnownFigure
    quantity: Quantity
    words: frozenset[str]
    growth: bool
    subject: str
    kinds: frozenset[str]
    forms: tuple[Quantity, ...]
    own: OwnUnit | None = None
    counts: bool = False
    periodic: bool = False

    @property
    def is_claim(self) -> bool:
        """Tell whether this is what the claim itself says (not context beside it)."""
        return self.figure.role == "claim"


class FigureDocumenter:
    """Brings a claim's figures into the forms that messages are compared with."""

    def __init__(self, reader: FigureReader, subjects: Subjects, intervals: IntervalReader) -> None:
        """Take over what reads wordings."""
        self._reader = reader
        self._subjects = subjects
        self._intervals = intervals
        self._not_nouns = frozenset(reader.units.not_nouns)

    def document(self, figure: KnownFigure, wordings: Sequence[str]) -> DocumentedFigure:
        """Return the figure in base units with its forms; `wordings` are the claim's own, the first forty count.

        Raises:
            UnknownUnitError: the pack uses a unit that the table lacks.
        """
        subject = f"{figure.subject_en} {figure.subject_zh}".lower()
        quantity, first = self._reader.documented(figure), wordings[:_MOST_WORDINGS]
        own, forms = None, [quantity]
        if is_own(figure.unit):
            own = own_unit(spellings(figure.unit)[0], spellings(figure.unit))
            forms += self._as_table_units(figure, spellings(figure.unit))
        elif figure.unit == "count" and figure.role == "claim":
            measured = self._measured(figure, first)
            words = () if measured else self._nouns(figure, first)
            own = own_unit(words[0], words) if words else None
            forms += measured or ([replace(quantity, dimension=own.dimension)] if own else [])
        intervals = self._as_intervals(figure, quantity, first)
        if intervals and quantity.dimension != "years":
            forms += intervals
        return DocumentedFigure(
            figure,
            quantity,
            self._subjects.words(figure),
            self._subjects.says_growth(subject),
            subject,
            self._subjects.kinds(subject),
            tuple(forms),
            own,
            counts=figure.unit == "count" and figure.role == "claim" and len(forms) <= 1 + (own is not None),
            periodic=bool(intervals),
        )

    def _as_table_units(self, figure: KnownFigure, words: Sequence[str]) -> list[Quantity]:
        """Return the figure in the table's units that some spellings of its own unit are (BTC, GB)."""
        units = {word.name: word for each in words if (word := self._reader.units.words.get(each.lower()))}
        return list(
            {
                unit.dimension: self._reader.documented(replace(figure, unit=name)) for name, unit in units.items()
            }.values()
        )

    def _measured(self, figure: KnownFigure, wordings: Sequence[str]) -> list[Quantity]:
        """Return a count in the units that its value has in the claim's wordings."""
        found: dict[str, Quantity] = {}
        for text in wordings:
            for said in self._reader.read(text):
                unit = self._reader.units.units.get(said.unit)
                if said.bare or unit is None or unit.dimension in ("count", "year", "times"):
                    continue
                number = replace(said, low=said.low / unit.factor, high=said.high / unit.factor, dimension="count")
                for scale in _SCALES:
                    if number.meets(self._times(figure, scale)):
                        found.setdefault(unit.dimension, self._times(replace(figure, unit=unit.name), scale))
        return list(found.values())

    def _times(self, figure: KnownFigure, scale: float) -> Quantity:
        return self._reader.documented(replace(figure, low=figure.low * scale, high=figure.high * scale))

    def _nouns(self, figure: KnownFigure, wordings: Sequence[str]) -> tuple[str, ...]:
        """Return the nouns that follow a count's value in the claim's wordings."""
        quantity = self._reader.documented(figure)
        nouns: dict[str, None] = {}
        for text in wordings:
            for said in self._reader.read(text, ANY_NOUN):
                if said.dimension != ANY_NOUN.dimension or said.unit in self._not_nouns:
                    continue
                if replace(said, dimension="count").meets(quantity):
                    nouns[said.unit] = None
        return tuple(nouns)

    def _as_intervals(self, figure: KnownFigure, quantity: Quantity, wordings: Sequence[str]) -> list[Quantity]:
        """Return the interval that the claim's wordings say for this figure, where they say one."""
        if figure.role != "claim" or quantity.dimension not in ("years", "count", "times"):
            return []
        for text in wordings:
            for said in self._intervals.read(self._reader.fold(text), text):
                if quantity.dimension == "years" and said.meets(quantity):
                    return [quantity]
                times = replace(said, low=said.times, high=said.times, dimension=quantity.dimension)
                if quantity.dimension != "years" and said.times and times.meets(quantity):
                    return [replace(said, text="", start=0, end=0)]
        return []
