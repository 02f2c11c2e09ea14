"""Joining: ranges (50 到 100 吉瓦), compound measures (1 kg 200 g) and tolerances (1.2 ± 0.1 kg) become one term."""

import re
from collections.abc import Sequence

from checks.figures.numbers import Endings, alternatives
from checks.figures.units import Term, UnitTable

_LONGEST_CONNECTOR = 16
_CENTURY = 100
_ONE_IN = (" in ", " out of ", " in every ")
_NUMERALS = ("digits", "english")
_COMPOUND = ("kg", "metre", "years", "hours", "litre", "USD", "CNY")
_COMPOUND_BETWEEN = ("", " ", ",", ", ", " and ", "零", "又", "、")


class TermJoiner:
    """Joins neighbouring terms of a text that together are one figure."""

    def __init__(self, table: UnitTable) -> None:
        """Compile what stands between the parts of a range, and before a tolerance."""
        self._connector = re.compile(rf"\s?(?:{alternatives(table.ranges)})\s?")
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
        if between in _ONE_IN and self._share(before, term):
            return True
        if between in _COMPOUND_BETWEEN and _add(before, term):
            return True
        if between and self._tolerances.before(text, term.start):
            return between.strip() == between.strip(" ") and _widen(before, term)
        return self._connects(between, text, before) and _join(before, term)

    def _share(self, part: Term, whole: Term) -> bool:
        """Read "one in two hundred" as a percentage."""
        counted = all(
            term.prefix is None and (not term.unit or term.unit.dimension == "count") for term in (part, whole)
        )
        plain = part.kind in _NUMERALS and whole.kind in _NUMERALS and part.unit is None
        if not counted or not plain or not 0 < part.high < whole.low or whole.low != whole.high or part.part:
            return False
        part.low, part.high, part.end = part.low / whole.low * 100, part.high / whole.low * 100, whole.end
        part.unit, part.scale, part.part = self._percent, 1.0, True
        return True

    def _connects(self, between: str, text: str, before: Term) -> bool:
        if self._connector.fullmatch(between):
            return True
        return between.strip() in ("and", "和", "与") and text.endswith(
            ("between ", "介于", "在", "between $"), 0, before.start
        )


def _add(first: Term, second: Term) -> bool:
    """Add the smaller measure to the larger (1 kg 200 g), where it is less than one of those."""
    if first.unit is None or second.unit is None or first.unit.dimension not in _COMPOUND:
        return False
    fits = first.unit.dimension == second.unit.dimension and first.kind != "year" != second.kind
    smaller = second.unit.factor < first.unit.factor and second.high * second.unit.factor < first.unit.factor
    if not fits or not smaller or first.low % 1 != 0 or first.per or second.bound not in ("exactly", "over"):
        return False
    # Sixteen ounces are a pound and sixteen 兩 a 台斤, by the smaller of their two measures; ten 两 are a 斤.
    small = second.unit.least if first.unit.name in ("lb", "catty") else second.unit.factor
    first.low += second.low * small / first.unit.factor
    first.high += second.high * small / first.unit.factor
    first.end, first.per, first.also, first.alternative = second.end, second.per, None, None
    if second.bound != "exactly":
        first.bound = second.bound
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
