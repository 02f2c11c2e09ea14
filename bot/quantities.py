"""A claim's figure as people of one language write it: `1.2 kg`, `over $99 per ounce`, 每盎司超過99美元."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import MAXYEAR, date
from decimal import Decimal

from babel.dates import format_skeleton
from babel.numbers import format_compact_decimal, format_decimal

from bot.texts import Texts, msgid
from checks.figures.units import is_own, spellings
from checks.model import FigureFinding, KnownFigure
from claims.packs.plain import DocumentedWords

# What the units of the table are called. One without an entry has a symbol that is the same everywhere: GW, GB, fps.
UNIT_NAMES: Mapping[object, str] = {
    "kg": msgid("kg"),
    "t": msgid("t"),
    "g": msgid("g"),
    "mg": msgid("mg"),
    "oz": msgid("ounces"),
    "lb": msgid("pounds (weight)"),
    "USD": msgid("US dollars"),
    "USD/oz": msgid("US dollars per ounce"),
    "CNY": msgid("yuan"),
    "EUR": msgid("euros"),
    "GBP": msgid("pounds sterling"),
    "JPY": msgid("yen"),
    "TWD": msgid("New Taiwan dollars"),
    "HKD": msgid("Hong Kong dollars"),
    "percent": msgid("percent"),
    "points": msgid("percentage points"),
    "times": msgid("times"),
    "years": msgid("years"),
    "year": msgid("calendar year"),
    "month": msgid("months"),
    "week": msgid("weeks"),
    "day": msgid("days (time)"),
    "hour": msgid("hours"),
    "minute": msgid("minutes"),
    "second": msgid("seconds"),
    "litre": msgid("litres"),
    "ml": msgid("ml"),
    "metre": msgid("metres"),
    "km": msgid("km"),
    "cm": msgid("cm"),
    "mm": msgid("mm"),
    "nm": msgid("nm"),
    "mile": msgid("miles"),
    "kcal": msgid("kcal"),
    "degree": msgid("degrees"),
    "count": msgid("without a unit"),
    "pe": msgid("times earnings"),
}
# How a number stands beside its unit; the plain case is the number, then the name.
_BESIDE: Mapping[str, str] = {
    "USD": msgid("${number}"),
    "CNY": msgid("¥{number}"),
    "EUR": msgid("€{number}"),
    "GBP": msgid("£{number}"),
    "JPY": msgid("JP¥{number}"),
    "TWD": msgid("NT${number}"),
    "HKD": msgid("HK${number}"),
    "percent": msgid("{number}%"),
    "times": msgid("{number}×"),
    "pe": msgid("{number}× earnings"),
    "degree": msgid("{number}°"),
    "lb": msgid("{number} lb"),
    "oz": msgid("{number} oz"),
    "day": msgid("{number} days"),
    "count": "{number}",
}
# What a form takes besides.
_ALSO: Mapping[str, str] = {
    "%": "percent",
    "％": "percent",
    "×": "times",
    "港元": "HKD",
    "港币": "HKD",
    "港幣": "HKD",
    "元人民币": "CNY",
    "元人民幣": "CNY",
    "日元": "JPY",
}
_ONE: Mapping[str, str] = {
    "points": msgid("percentage point"),
    "years": msgid("year"),
    "month": msgid("month"),
    "week": msgid("week"),
    "hour": msgid("hour"),
    "minute": msgid("minute"),
    "second": msgid("second"),
    "litre": msgid("litre"),
    "metre": msgid("metre"),
    "mile": msgid("mile"),
}
_BOUNDS: Mapping[str, str] = {
    "over": msgid("over {amount}"),
    "under": msgid("under {amount}"),
    "about": msgid("around {amount}"),
}
# From here on a number is written with a word for its size; numbers with more digits are written out.
# Chinese counts in ten thousands, and has a word for these.
_LEAST_COMPACT = {True: 1e6, False: 1e4}
_COMPACT_DIGITS = 5
_DIGITS = 10
_SIZE = re.compile(r"\D*$")


def figure_text(figure: KnownFigure, texts: Texts) -> str:
    """Return what the claim says, with unit and bound, as people of the language write it."""
    # A unit of the claim's own may have a slash in its name.
    unit, _, per = (figure.unit, "", "") if is_own(figure.unit) else figure.unit.partition("/")
    amount = _amount(figure, unit, texts)
    if figure.bound in _BOUNDS:
        amount = texts(_BOUNDS[figure.bound], amount=amount)
    if not per:
        return amount
    return texts("{amount} per {unit}", amount=amount, unit=texts("ounce") if per == "oz" else unit_name(per, texts))


def source_text(figure: KnownFigure, texts: Texts) -> str:
    """Return what the source of a contested figure gives instead; "" where it gives nothing else."""
    if figure.documented_low is None or figure.documented_high is None:
        return ""
    low, high, bound = figure.documented_low, figure.documented_high, figure.documented_bound
    return figure_text(replace(figure, low=low, high=high, bound=bound), texts)


def documented_text(finding: FigureFinding, texts: Texts) -> tuple[str, str]:
    """Return the claim's figure and what the source gives ("" for nothing else) in words of the language."""
    if finding.figure is None:
        return finding.documented, finding.source
    return figure_text(finding.figure, texts), source_text(finding.figure, texts)


def unit_name(unit: str, texts: Texts) -> str:
    """Return what people of the language call a unit of the table; any other as it is."""
    return texts(UNIT_NAMES[unit]) if unit in UNIT_NAMES else unit


def documented_words(texts: Texts) -> DocumentedWords:
    """Return the words by which a form of the language says what a source gives: `1 | 超過5；第12頁`."""
    if texts.spaced:
        return DocumentedWords()
    said = {bound: texts(template, amount="") for bound, template in _BOUNDS.items()}
    return DocumentedWords(**said, to="至", place="；")


def unit_named(typed: str, texts: Texts) -> str:
    """Return the table's unit that people of the language call so (公斤, %); anything else as it was typed."""
    name = typed.strip()
    named = {texts(shown).casefold(): str(unit) for unit, shown in UNIT_NAMES.items()}
    return _ALSO.get(name) or named.get(name.casefold(), typed)


def _amount(figure: KnownFigure, unit: str, texts: Texts) -> str:
    if unit == "year":
        return "–".join(dict.fromkeys(_year(value, texts) for value in (figure.low, figure.high)))
    number = _numbers(figure.low, figure.high, texts)
    if is_own(figure.unit):
        return _own(number, spellings(figure.unit), texts)
    if unit in _BESIDE:
        return texts(_BESIDE[unit], number=number)
    name = texts(_ONE[unit]) if unit in _ONE and figure.low == figure.high == 1 else unit_name(unit, texts)
    return texts("{number} {unit}", number=number, unit=name)


def _own(number: str, names: tuple[str, ...], texts: Texts) -> str:
    """Return the number with the first spelling that suits the language, else the first of all."""
    name = next((each for each in names if each.isascii() == texts.spaced), names[0])
    return texts("{number} {unit}", number=number, unit=name if name.isascii() else texts.reworded(name))


def _year(value: float, texts: Texts) -> str:
    year = round(value)
    return format_skeleton("y", date(year, 1, 1), locale=texts.locale) if 0 < year <= MAXYEAR else str(year)


def _numbers(low: float, high: float, texts: Texts) -> str:
    """Return a number or a range, whose size (million, 萬) is said once where both ends have it."""
    first, last = _number(low, texts), _number(high, texts)
    if low == high:
        return first
    size = _SIZE.search(last)
    return f"{first.removesuffix(size[0] if size else '')}–{last}"


def _number(value: float, texts: Texts) -> str:
    if abs(value) >= _LEAST_COMPACT[texts.spaced] and float(f"{value:.{_COMPACT_DIGITS}g}") == value:
        length = "long" if texts.spaced else "short"
        return format_compact_decimal(value, format_type=length, locale=texts.locale, fraction_digits=4)
    return format_decimal(Decimal(f"{value:.{_DIGITS}g}"), locale=texts.locale, decimal_quantization=False)
