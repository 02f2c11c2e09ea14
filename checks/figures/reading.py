"""The reader: from a text to the quantities it names."""

import re
from dataclasses import replace

from checks.figures.amounts import PriceReader, TermDecorator
from checks.figures.joining import TermJoiner
from checks.figures.numbers import Scanner, build_patterns
from checks.figures.own_units import OwnUnit, is_own, spellings
from checks.figures.units import Quantity, Term, Unit, UnitTable
from checks.model import KnownFigure
from config.errors import UnknownUnitError

_INVISIBLE = re.compile("[\u00ad\u0300-\u036f\u180e\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_NEVER_GROUPED = ("percent", "times", "pe", "year")
_OUNCE_KG = 0.0311035
_LEAST_BARE_CHINESE = 1e4


class FigureReader:
    """Reads quantities; holds compiled tables only, so one reader serves all threads."""

    def __init__(self, units: UnitTable) -> None:
        """Compile the unit table; some milliseconds, once."""
        self.units = units
        patterns = build_patterns(units)
        self._start = patterns.start
        self._words, self._word = patterns.words, patterns.word
        self._scanner = Scanner(units, patterns)
        self._prices = PriceReader(units, patterns)
        self._decorator = TermDecorator(units, patterns)
        self._joiner = TermJoiner(units)

    @classmethod
    def load(cls) -> "FigureReader":
        """Build a reader over the shipped unit table."""
        return cls(UnitTable.load())

    def fold(self, text: str) -> str:
        """Return the text as the tables hold it, each character at its place; folded text comes back unchanged."""
        folded = text.lower()
        if len(folded) != len(text):
            folded = "".join(low if len(low := character.lower()) == 1 else character for character in text)
        return folded if folded.isascii() else folded.translate(self.units.variants)

    def read(self, text: str, own: OwnUnit | None = None) -> tuple[Quantity, ...]:
        """Return the quantities of a text in order, at most 64 numbers.

        A figure that can be read two ways (1.4T: trillion or tonnes) comes twice, with the same span. `own` is a unit
        that one claim has of its own.
        """
        if _INVISIBLE.search(text):
            return self._read_visible(text, own)
        folded = self.fold(text)
        if not self._start.search(folded) and self._words.isdisjoint(self._word.findall(folded)):
            return ()
        terms = self._scanner.terms(folded)
        if not terms:
            return ()
        decorated: list[Term] = []
        for term in terms:
            before = decorated[-1].end if decorated else 0
            if term.start >= before and self._decorator.decorate(term, folded, decorated, own):
                decorated.append(term)
        joined = self._joiner.join(decorated, folded)
        self._prices.share(joined, folded)
        return tuple(quantity for term in joined for quantity in self._quantities(term, text))

    def _read_visible(self, text: str, own: OwnUnit | None) -> tuple[Quantity, ...]:
        """Read a text without the characters that nobody sees; places and spellings are those of the whole text."""
        places = [place for place, character in enumerate(text) if not _INVISIBLE.match(character)]
        moved: list[Quantity] = []
        for each in self.read("".join(text[place] for place in places), own):
            start, end = places[each.start], places[each.end - 1] + 1
            moved.append(replace(each, text=text[start:end], start=start, end=end))
        return tuple(moved)

    def documented(self, figure: KnownFigure) -> Quantity:
        """Return a documented figure in base units.

        Raises:
            UnknownUnitError: the pack uses a unit that the table lacks.
        """
        if is_own(figure.unit) and (names := spellings(figure.unit)):
            return self._in(figure, f"own {names[0].lower()}", 1.0, 1.0)
        name, _, per = figure.unit.partition("/")
        unit, mass = self.units.units.get(name), self.units.units.get(per) if per else None
        if unit is None or (per and (mass is None or per not in self.units.per_mass)):
            raise UnknownUnitError(figure.unit, tuple(self.units.units))
        if mass:
            return self._in(figure, "USD/oz", unit.factor, _OUNCE_KG / mass.factor)
        return self._in(figure, unit.dimension, unit.factor, 1.0)

    def _in(self, figure: KnownFigure, dimension: str, factor: float, after: float) -> Quantity:
        """Return the figure in a dimension, its bound applied between both factors."""
        widen = self.units.documented_bounds.get(figure.bound, (1.0, 1.0)) if dimension != "year" else (1.0, 1.0)
        ends = sorted((figure.low * factor * widen[0] * after, figure.high * factor * widen[1] * after))
        bound = "range" if figure.bound == "about" and figure.low != figure.high else figure.bound
        return Quantity(dimension, ends[0], ends[1], figure.unit, bound=bound)

    def _quantities(self, term: Term, text: str) -> list[Quantity]:
        """Apply unit, sign and bound to a term; nothing where it turns out to be no amount."""
        said = text[term.start : term.end]
        if term.kind == "year":
            return [
                Quantity(
                    "year",
                    term.low,
                    term.high,
                    "year",
                    said,
                    term.start,
                    term.end,
                    "range" if term.low != term.high else "exactly",
                )
            ]
        unit = term.unit or term.prefix
        if unit is None:
            if term.kind in ("chinese", "english") and term.high < _LEAST_BARE_CHINESE:
                return []
            bare, also = self._widened(term, 1.0, 1.0), term.also
            share = also.factor / term.scale if also else 0.0
            others = ((also.dimension, bare[0] * share, bare[1] * share),) if also else ()
            found = [Quantity("count", *bare, "", said, term.start, term.end, term.bound, bare=True, others=others)]
        else:
            found = [self._with_unit(term, unit, said)]
        if term.alternative:
            low, high = (value / term.scale * term.alternative.factor for value in (term.low, term.high))
            other = term.alternative
            found.append(Quantity(other.dimension, low, high, other.name, said, term.start, term.end, term.bound))
        return found

    def _with_unit(self, term: Term, unit: Unit, said: str) -> Quantity:
        low, high = self._widened(term, unit.least, unit.factor)
        dimension, name = unit.dimension, unit.name
        if term.per and dimension in ("USD", "CNY"):
            factor = _OUNCE_KG / term.per.factor
            low, high, dimension, name = low * factor, high * factor, f"{dimension}/oz", f"{name}/{term.per.name}"
        loose = f"{unit.loose}/oz" if unit.loose and term.per else unit.loose
        others: list[tuple[str, float, float]] = []
        if term.also:
            others.append((term.also.dimension, *self._widened(term, term.also.least, term.also.factor)))
        if term.thousands and dimension not in _NEVER_GROUPED:
            others.append((dimension, low * 1000, high * 1000))
        return Quantity(
            dimension, low, high, name, said, term.start, term.end, term.bound, loose=loose, others=tuple(others)
        )

    def _widened(self, term: Term, least: float, factor: float) -> tuple[float, float]:
        below, above = self.units.bounds.get(term.bound, (1.0, 1.0))
        ends = sorted((term.low * least * below, term.high * factor * above))
        return (-ends[1], -ends[0]) if term.negative else (ends[0], ends[1])
