"""Notation: a claim's figure as the card and the machine output write it."""

from dataclasses import replace
from typing import Literal

from checks.figures.own_units import is_own, spellings
from checks.model import KnownFigure

_ENGLISH_SCALES = ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"))
_CHINESE_SCALES = ((1e12, "万亿"), (1e8, "亿"), (1e4, "万"))
_SIGNS = {"over": "> ", "under": "< "}
_MONEY = {"en": {"USD": "$", "CNY": "¥"}, "zh": {"USD": "美元", "CNY": "元"}}
_UNITS = {
    "en": {
        "percent": "%",
        "times": "×",
        "years": " years",
        "month": " months",
        "pe": "× earnings",
        "litre": " litres",
        "year": "",
        "count": "",
    },
    "zh": {
        "percent": "%",
        "times": "倍",
        "years": "年",
        "month": "个月",
        "pe": "倍市盈率",
        "litre": "升",
        "year": "年",
        "count": "",
    },
}


def notation(figure: KnownFigure, language: Literal["en", "zh"] = "en") -> str:
    """Return a documented figure in plain notation, with its bound as a sign."""
    own = spellings(figure.unit) if is_own(figure.unit) else ()
    unit, _, per = (_own_name(own, language), "", "") if own else figure.unit.partition("/")
    spread = [figure.low] if figure.low == figure.high else [figure.low, figure.high]
    if unit in ("USD", "CNY"):
        written = _money(spread, unit, language)
    else:
        numbers = "–".join(f"{value:.0f}" if unit == "year" else _plain(value) for value in spread)
        written = numbers + _UNITS[language].get(unit, f" {unit}")
    sign = _SIGNS.get(figure.bound, "")
    return f"{sign}{written}{f'/{per}' if per else ''}"


def source_notation(figure: KnownFigure, language: Literal["en", "zh"] = "en") -> str:
    """Return what the source gives for a figure, in plain notation; "" where it gives nothing else."""
    if figure.documented_low is None or figure.documented_high is None:
        return ""
    low, high, bound = figure.documented_low, figure.documented_high, figure.documented_bound
    return notation(replace(figure, low=low, high=high, bound=bound), language)


def _own_name(names: tuple[str, ...], language: Literal["en", "zh"]) -> str:
    """Return the first spelling of the language, else the first."""
    return next((name for name in names if name.isascii() == (language == "en")), names[0])


def _money(spread: list[float], unit: str, language: Literal["en", "zh"]) -> str:
    scales = _ENGLISH_SCALES if language == "en" else _CHINESE_SCALES
    size, name = next(((size, name) for size, name in scales if spread[-1] >= size), (1.0, ""))
    numbers = "–".join(_plain(value / size) for value in spread)
    sign = _MONEY[language][unit]
    return f"{sign}{numbers}{name}" if language == "en" else f"{numbers}{name}{sign}"


def _plain(value: float) -> str:
    return f"{round(value, 4):,.10g}"
