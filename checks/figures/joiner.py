"""Joining of ranges: 50 到 100 吉瓦, $5–7 trillion, between 2 and 3 years."""

import re
from collections.abc import Sequence
from functools import lru_cache

from checks.figures.phrases import alternatives
from checks.figures.terms import Term

_LONGEST_CONNECTOR = 6
_CENTURY = 100


def join_ranges(terms: Sequence[Term], text: str, connectors: tuple[str, ...]) -> list[Term]:
    """Return the terms with neighbours joined where a connector stands between them and they measure the same."""
    connector = _connector(connectors)
    joined: list[Term] = []
    for term in terms:
        before = joined[-1] if joined else None
        between = text[before.end : term.start] if before else ""
        if (
            before is None
            or len(between) > _LONGEST_CONNECTOR
            or not _connects(connector, between, text, before)
            or not _join(before, term)
        ):
            joined.append(term)
    return joined


@lru_cache(maxsize=4)
def _connector(connectors: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\s?(?:{alternatives(connectors)})\s?")


def _connects(connector: re.Pattern[str], between: str, text: str, before: Term) -> bool:
    if connector.fullmatch(between):
        return True
    return between.strip() in ("and", "和", "与") and text.endswith(
        ("between ", "介于", "在", "between $"), 0, before.start
    )


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
