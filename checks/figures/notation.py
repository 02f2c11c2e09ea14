"""Notation: a claim's figure as the machine output writes it; what people read is the front end's affair."""

from dataclasses import replace

from checks.figures.own_units import is_own, spellings
from checks.model import KnownFigure

_SCALES = ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"))
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
    size, name = next(((size, name) for size, name in _SCALES if spread[-1] >= size), (1.0, ""))
    numbers = "–".join(_plain(value / size) for value in spread)
    return f"{_MONEY[unit]}{numbers}{name}"


def _plain(value: float) -> str:
    return f"{round(value, 4):,.10g}"
