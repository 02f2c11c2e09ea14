"""The reader: from a text to the quantities it names, its ranges and compound measures as one; and back to notation."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from math import isclose, log10

from checks.figures.amounts import PriceReader, TermDecorator
from checks.figures.numbers import Endings, NumberBeginnings, Scanner, build_patterns
from checks.figures.units import OwnUnit, Quantity, Term, Unit, UnitTable, alternatives, is_own, spellings
from checks.model import KnownFigure
from checks.text import ADDRESS
from config.errors import UnknownUnitError

_LONGEST_CONNECTOR = 16
_CENTURY, _TENS = 100, 10
_NUMERALS = ("digits", "english")
# "The three-hour one" is no 3:01.
_PARTS = {"hour": (10, 60), "foot": (1, 12)}
# "Three of ten" are a share, three of the seven may be anything.
_ROUND = (10.0, 100.0)
# One in five years is no share of them.
_NEVER_COUNTED = ("years", "year", "hours", "percent", "times", "points")
_COMPOUND = ("kg", "metre", "years", "hours", "litre", "USD", "CNY")


class TermJoiner:
    """Joins neighbouring terms of a text that together are one figure."""

    def __init__(self, table: UnitTable) -> None:
        """Compile what stands between the parts of a range, and before a tolerance."""
        self._connector = re.compile(rf"\s?(?:{alternatives(table.ranges)})\s?")
        self._words = table.joining
        self._percent = table.units["percent"]
        self._tolerances = Endings(dict.fromkeys(table.tolerances, True))

    def join(self, terms: Sequence[Term], text: str) -> list[Term]:
        """Return the terms with their parts joined; what is then no sure number (1,2 alone; ± 5 %) is left out."""
        joined: list[Term] = []
        for term in terms:
            before = joined[-1] if joined else None
            between = text[before.end : term.start] if before else ""
            near = before is not None and len(between) <= _LONGEST_CONNECTOR
            if before is not None and near and self._joined(before, term, between, text):
                continue
            if not self._tolerances.before(text, term.start):
                joined.append(term)
        return [term for term in joined if not term.unsure or term.unit or term.prefix or term.scale > 1.0]

    def _joined(self, before: Term, term: Term, between: str, text: str) -> bool:
        of_round = between == " of " and term.low in _ROUND
        if (between in self._words["one_in"] or of_round) and self._share(before, term):
            return True
        if between in self._words["compound"] and (
            _add(before, term) or (not between.strip() and _add_rest(before, term))
        ):
            return True
        if between and self._tolerances.before(text, term.start):
            return between.strip() == between.strip(" ") and _widen(before, term)
        return self._connects(between, text, before) and _join(before, term)

    def _share(self, part: Term, whole: Term) -> bool:
        """Read "one in two hundred" as a percentage."""
        counted = part.prefix is whole.prefix is None and (not part.unit or part.unit.dimension == "count")
        counted = counted and (not whole.unit or whole.unit.dimension not in _NEVER_COUNTED)
        plain = part.kind in _NUMERALS and whole.kind in _NUMERALS and part.unit is None
        if not counted or not plain or not 0 < part.high < whole.low or whole.low != whole.high or part.part:
            return False
        part.low, part.high, part.end = part.low / whole.low * 100, part.high / whole.low * 100, whole.end
        part.unit, part.scale, part.part = self._percent, 1.0, True
        return True

    def _connects(self, between: str, text: str, before: Term) -> bool:
        if self._connector.fullmatch(between):
            return True
        if between.strip() not in self._words["between_and"]:
            return False
        word = next((word for word in self._words["between"] if text.endswith(word, 0, before.start)), None)
        if word:
            before.start -= len(word)
        return word is not None


def _add(first: Term, second: Term) -> bool:
    """Add the smaller measure to the larger (1 kg 200 g), where it is less than one of those."""
    if first.unit is None or second.unit is None or first.unit.dimension not in _COMPOUND:
        return False
    fits = first.unit.dimension == second.unit.dimension and first.kind != "year" != second.kind
    smaller = second.unit.factor < first.unit.factor and second.high * second.unit.factor < first.unit.factor
    whole = first.low % 1 == 0 or first.written.isdecimal()
    if not fits or not smaller or not whole or first.per or second.bound not in ("exactly", "over", "odd"):
        return False
    # Sixteen ounces are a pound and sixteen 兩 a 台斤, by the smaller of their two measures; ten 两 are a 斤.
    small = second.unit.least if first.unit.name in ("lb", "catty") else second.unit.factor
    first.low += second.low * small / first.unit.factor
    first.high += second.high * small / first.unit.factor
    first.end, first.per, first.also, first.alternative = second.end, second.per, None, None
    if second.bound != "exactly":
        first.bound = second.bound
    return True


def _add_rest(first: Term, second: Term) -> bool:
    """Add a number without a unit to the hours or feet before it: one hour thirty, 五呎十一."""
    least, parts = _PARTS.get(first.unit.name, (0, 0)) if first.unit else (0, 0)
    exact = first.bound == second.bound == "exactly" and first.low % 1 == 0
    bare = second.unit is None and second.prefix is None and second.kind != "year" and second.scale == 1.0
    if not bare or not exact or not least <= second.low < parts:
        return False
    first.add(second.low / parts, second.end)
    return True


def _widen(first: Term, second: Term) -> bool:
    """Widen a value by how far it may be off; a percentage of another measure is a share of the value."""
    if "year" in (first.kind, second.kind) or first.bound == "range":
        return False
    share = _dimension(second) == "percent" != _dimension(first)
    if first.unit is None and first.prefix is None and not share:
        first.unit, first.prefix = second.unit, second.prefix
        if second.scale > 1.0 == first.scale:
            first.multiply(second.scale)
    off = second.high * (first.high / 100 if share else _factor(second) / _factor(first) if _dimension(second) else 1.0)
    first.low, first.high, first.end = first.low - off, first.high + off, second.end
    first.per, first.bound = first.per or second.per, "range"
    return True


def _join(first: Term, second: Term) -> bool:
    """Widen `first` to reach to `second`; False where they are two figures (which then share the unit)."""
    if "year" in (first.kind, second.kind):
        return _join_years(first, second)
    if first.bound == "range" or second.bound == "range" or first.negative or "phrase" in (first.kind, second.kind):
        return False
    if first.unit is None and second.unit is not None and not first.prefix:
        first.unit, first.prefix, first.alternative = second.unit, second.prefix, None
    elif first.unit is None and first.prefix is None:
        first.prefix = second.prefix
    elif second.unit is None and second.prefix is None:
        second.unit, second.prefix = first.unit, first.prefix
    if _dimension(first) != _dimension(second):
        return False
    # 二十三、四 are 23 or 24.
    if second.low < _TENS <= first.low and second.kind == "chinese" and second.low == first.low % _TENS + 1:
        second.low = second.high = first.low + 1
    if first.scale == 1.0 and second.scale > 1.0 and first.low < second.mantissa:
        first.multiply(second.scale)
    if first.low * _factor(first) >= second.high * _factor(second):
        return False
    ratio = _factor(first) / _factor(second)
    first.low, first.high, first.unit, first.prefix = first.low * ratio, second.high, second.unit, second.prefix
    first.end, first.bound, first.per = second.end, "range", second.per or first.per
    first.alternative = None
    return True


def _join_years(first: Term, second: Term) -> bool:
    if first.kind == "digits" and not (first.unit or first.prefix) and len(first.written) == 2:
        first.kind, first.low = "year", first.low + second.low // _CENTURY * _CENTURY
        first.high = first.low
    if second.kind == "digits" and not (second.unit or second.prefix) and len(second.written) == 2:
        second.kind, second.low = "year", second.low + first.low // _CENTURY * _CENTURY
    if first.kind != "year" or second.kind != "year" or first.low >= second.low:
        return False
    first.high, first.end = max(second.low, second.high), second.end
    return True


def _dimension(term: Term) -> str:
    unit = term.unit or term.prefix
    return unit.dimension if unit else ""


def _factor(term: Term) -> float:
    unit = term.unit or term.prefix
    return unit.factor if unit else 1.0


def _bound(term: Term) -> str:
    """Return the bound of a term; from a limit that is a half or a power of ten a value may lie far away."""
    if term.bound != "over" or term.low <= 0:
        return term.bound
    if term.low == _HALF and _dimension(term) == "percent":
        return "over half"
    tens = log10(term.low)
    return "over round" if isclose(tens, round(tens), abs_tol=1e-9) else term.bound


def _last_place(value: float) -> float:
    """Return what the last digit of a value counts: 40多 lies below 50, and 1.2多 below 1.3."""
    return float(Decimal(1).scaleb(int(Decimal(repr(value)).normalize().as_tuple().exponent)))


_HALF, _WHOLE = 50.0, 100.0
# Degrees Fahrenheit at which water freezes, and how much of a degree Celsius one is.
_FREEZING, _DEGREE = 32.0, 5 / 9
_HIDDEN = re.compile(rf"(?:https?://|www\.){ADDRESS}|<[@#:/ta][^>\s]{{0,80}}>|@\w+", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u0300-\u036f\u180e\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_NEVER_GROUPED = ("percent", "times", "pe", "year")
_OUNCE_KG = 0.0311035
_LEAST_BARE_CHINESE = 1e4


class FigureReader:
    """Reads quantities; holds compiled tables only, so one reader serves all threads."""

    def __init__(self, units: UnitTable) -> None:
        """Take over the unit table; it is compiled with the first text that may hold a number, which takes 0.1 s."""
        self.units = units
        self._beginnings = NumberBeginnings.of(units)
        self._joiner = TermJoiner(units)

    @cached_property
    def _tools(self) -> tuple[Scanner, TermDecorator, PriceReader]:
        patterns = build_patterns(self.units)
        return Scanner(self.units, patterns), TermDecorator(self.units, patterns), PriceReader(self.units, patterns)

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

    def may_name_numbers(self, text: str) -> bool:
        """Tell whether there is anything in a text by which a number may begin; without it `read` finds nothing."""
        return bool(_INVISIBLE.search(text)) or self._beginnings.are_in(self.fold(text))

    def read(self, text: str, own: OwnUnit | None = None) -> tuple[Quantity, ...]:
        """Return the quantities of a text in order, at most 64 numbers.

        A figure that can be read two ways (1.4T: trillion or tonnes) comes twice, with the same span. `own` is a unit
        that one claim has of its own.
        """
        if _INVISIBLE.search(text):
            return self._read_visible(text, own)
        folded = self.fold(text)
        if not self._beginnings.are_in(folded):
            return ()
        scanner, decorator, prices = self._tools
        terms = scanner.terms(self._without_addresses(text, folded))
        if not terms:
            return ()
        decorated: list[Term] = []
        for term in terms:
            before = decorated[-1].end if decorated else 0
            if term.start >= before and decorator.decorate(term, folded, decorated, own):
                decorated.append(term)
        joined = self._joiner.join(decorated, folded)
        prices.share(joined, folded)
        return tuple(quantity for term in joined for quantity in self._quantities(term, text))

    def _without_addresses(self, text: str, folded: str) -> str:
        """Return the folded text with nothing to read in its links and mentions; folding makes their end unknown."""
        if "://" in folded or "@" in folded or "<" in folded or "www." in folded:
            return self.fold(_HIDDEN.sub(lambda match: "\x00" * len(match.group()), text))
        return folded

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
            if term.kind in ("chinese", "english") and term.high < _LEAST_BARE_CHINESE and not term.negative:
                return []
            bare, also = self._widened(term, 1.0, 1.0), term.also
            share = also.factor / term.scale if also else 0.0
            others = ((also.dimension, bare[0] * share, bare[1] * share),) if also else ()
            found = [Quantity("count", *bare, "", said, term.start, term.end, term.bound, bare=True, others=others)]
        else:
            found = [self._with_unit(term, unit, said)]
        if term.alternative:
            other = term.alternative
            low, high = (value / term.scale for value in self._widened(term, other.factor, other.factor))
            found.append(Quantity(other.dimension, low, high, other.name, said, term.start, term.end, term.bound))
        return found

    def _with_unit(self, term: Term, unit: Unit, said: str) -> Quantity:
        low, high = self._widened(term, unit.least, unit.factor)
        dimension, name = unit.dimension, unit.name
        others: list[tuple[str, float, float]] = []
        if name == "fahrenheit":
            dimension, low, high = "degree", (low - _FREEZING) * _DEGREE, (high - _FREEZING) * _DEGREE
        elif name == "discount":
            others.append((dimension, _WHOLE - high, _WHOLE - low))
        if term.per and dimension in ("USD", "CNY"):
            factor = _OUNCE_KG / term.per.factor
            low, high, dimension, name = low * factor, high * factor, f"{dimension}/oz", f"{name}/{term.per.name}"
        loose = tuple(f"{each}/oz" for each in unit.loose) if term.per else unit.loose
        if term.also:
            others.append((term.also.dimension, *self._widened(term, term.also.least, term.also.factor)))
        if term.thousands and dimension not in _NEVER_GROUPED:
            others.append((dimension, low * 1000, high * 1000))
        return Quantity(
            dimension, low, high, name, said, term.start, term.end, term.bound, loose=loose, others=tuple(others)
        )

    def _widened(self, term: Term, least: float, factor: float) -> tuple[float, float]:
        below, above = self.units.bounds.get(_bound(term), (1.0, 1.0))
        if term.bound == "odd" and term.low > 0:
            above = 1 + _last_place(term.low) / term.low
        ends = sorted((term.low * least * below, term.high * factor * above))
        return (-ends[1], -ends[0]) if term.negative else (ends[0], ends[1])


_WRITTEN_SCALES = ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"))
_SIGNS = {"over": "> ", "under": "< "}
_MONEY = {"USD": "$", "CNY": "¥"}
_UNITS = {
    "percent": "%",
    "times": "×",
    "years": " years",
    "month": " months",
    "pe": "× earnings",
    "litre": " litres",
    "year": "",
    "count": "",
}


def notation(figure: KnownFigure) -> str:
    """Return a documented figure in plain English notation, with its bound as a sign."""
    own = spellings(figure.unit) if is_own(figure.unit) else ()
    unit, _, per = (_own_name(own), "", "") if own else figure.unit.partition("/")
    spread = [figure.low] if figure.low == figure.high else [figure.low, figure.high]
    if unit in _MONEY:
        written = _money(spread, unit)
    else:
        numbers = "–".join(f"{value:.0f}" if unit == "year" else _plain(value) for value in spread)
        written = numbers + _UNITS.get(unit, f" {unit}")
    sign = _SIGNS.get(figure.bound, "")
    return f"{sign}{written}{f'/{per}' if per else ''}"


def source_notation(figure: KnownFigure) -> str:
    """Return what the source gives for a figure, in plain notation; "" where it gives nothing else."""
    if figure.documented_low is None or figure.documented_high is None:
        return ""
    low, high, bound = figure.documented_low, figure.documented_high, figure.documented_bound
    return notation(replace(figure, low=low, high=high, bound=bound))


def _own_name(names: tuple[str, ...]) -> str:
    """Return the first spelling in Latin letters, else the first."""
    return next((name for name in names if name.isascii()), names[0])


def _money(spread: list[float], unit: str) -> str:
    size, name = next(((size, name) for size, name in _WRITTEN_SCALES if spread[-1] >= size), (1.0, ""))
    numbers = "–".join(_plain(value / size) for value in spread)
    return f"{_MONEY[unit]}{numbers}{name}"


def _plain(value: float) -> str:
    return f"{round(value, 4):,.10g}"
