"""The regular expressions of the reader, built from the unit table; each is tried at one place of a text only."""

import re
from dataclasses import dataclass

from checks.figures.phrases import alternatives
from checks.figures.units import UnitTable

# At most 15 digits: more are no quantity, and a float would not hold them.
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,9}|点\d{1,9})?|\.\d{1,9}"
# Speech recognition splits 0.5 % into "0. 5 %" and 2019 年 into "201 9年".
_SPLIT = r"\d{1,3}(?: \. ?|\. )\d{1,3}(?=\s?(?:%|倍|万|亿|个|成))|(?:20 ?\d ?\d|20\d ?\d)(?= ?年)"


@dataclass(frozen=True, slots=True)
class Patterns:
    """Compiled expressions; see `build` for what each is for."""

    start: re.Pattern[str]
    words: frozenset[str]
    word: re.Pattern[str]
    start_with_words: re.Pattern[str]
    skip: re.Pattern[str]
    token: re.Pattern[str]
    phrase: re.Pattern[str]
    digits: re.Pattern[str]
    chinese: re.Pattern[str]
    english: re.Pattern[str]
    fraction: re.Pattern[str]
    over_part: re.Pattern[str]
    multiplier: re.Pattern[str]
    money_letter: re.Pattern[str]
    middle: re.Pattern[str]
    unit: re.Pattern[str]
    after: re.Pattern[str]
    per: re.Pattern[str]
    year_follows: re.Pattern[str]
    per_before: re.Pattern[str]
    earnings: re.Pattern[str]
    frequency: re.Pattern[str]
    no_amount_follows: re.Pattern[str]


def build_patterns(table: UnitTable) -> Patterns:
    """Compile the expressions for a unit table."""
    numerals = table.numerals
    digits, scales = "".join(numerals.chinese), "".join(numerals.chinese_scales)
    phrase_starts = "".join(sorted({word[0] for word in table.phrases if not word.isascii()}))
    phrase_words = {word.split()[0] for word in table.phrases if word.isascii()}
    triggers = phrase_words.union(numerals.english, numerals.english_parts, ("hundred", "a", "an"))
    start = rf"[\d{digits}{scales}半{phrase_starts}]|\.\d"
    return Patterns(
        start=re.compile(start),
        words=frozenset(triggers - {"a", "an"}).union(("couple",), numerals.english_scales),
        word=re.compile(r"[a-z]+"),
        start_with_words=re.compile(rf"{start}|(?<![a-z]){alternatives(triggers)}"),
        skip=re.compile(_skip(table)),
        token=re.compile(rf"\d[\d,.]*(?:[a-z]\w*)?|[{digits}{scales}]+|[a-z]+|."),
        phrase=re.compile(alternatives(table.phrases)),
        **_numbers(table, digits, scales),
        **_surroundings(table),
    )


def _numbers(table: UnitTable, digits: str, scales: str) -> dict[str, re.Pattern[str]]:
    """Compile what numbers are made of."""
    # 千克, 千瓦 and 兆瓦 are units: there 千 and 兆 do not belong to the number.
    scale = f"(?:[{scales.replace('千', '').replace('兆', '')}]|千(?![瓦克米])|兆(?![瓦赫]))"
    more = rf"(?:(?:\d{{1,4}}|[{digits}]){scale}{{1,6}}){{0,6}}"
    attached, words = alternatives(table.multipliers.attached), alternatives(table.multipliers.words)
    return {
        "digits": re.compile(rf"(?P<plain>{_SPLIT}|{_DIGITS})(?P<scaled>\s?{scale}{{1,6}}{more})?"),
        "chinese": re.compile(rf"半|(?:[{digits}]|{scale}){{1,24}}(?:点[{digits}]{{1,9}}{scale}{{0,6}})?"),
        "english": re.compile(_english(table)),
        "fraction": re.compile(r"([1-9])/([2-9]|10)(?![\d/])(?!\s?[年月])"),
        "over_part": re.compile(rf"分之({_DIGITS}|(?:[{digits}]|{scale}){{1,12}}(?:点[{digits}]{{1,9}})?)"),
        "multiplier": re.compile(rf"{attached}|[ -]?{words}"),
        "money_letter": re.compile(rf" ?{alternatives(table.multipliers.money)}"),
        "middle": re.compile(rf"(?P<hedge>{alternatives(table.hedges.middle)})(?P<scales>{scale}{{0,4}})"),
    }


def _surroundings(table: UnitTable) -> dict[str, re.Pattern[str]]:
    """Compile what stands on a number, and right before or after it."""
    barred = {word: unit.not_before for word, unit in table.words.items() if unit.not_before and not word.isascii()}
    units = alternatives(table.words, barred)
    masses = alternatives(word for word, unit in table.words.items() if unit.name in table.per_mass)
    return {
        "unit": re.compile(rf"(?:[ -]|\s?个)?(?P<word>{units})(?:(?<=[年倍吨斤])(?P<half>半))?"),
        "after": re.compile(rf" ?(?P<word>{alternatives(table.hedges.after)})"),
        "per": re.compile(rf"(?:\s?(?:/|每|一|1)\s?| (?:per|an?|each|the) )(?P<word>{masses})"),
        "per_before": re.compile(rf"(?:每|per |an |/)(?P<word>{masses})[^\d,;。]{{0,8}}$"),
        "year_follows": re.compile(rf" ?年(?={alternatives(table.year_parts)})"),
        "earnings": re.compile(alternatives(table.earnings)),
        "frequency": re.compile(rf" {alternatives(table.frequency)}"),
        "no_amount_follows": re.compile(rf"\s?{alternatives(table.not_amounts['before'])}|-?[a-z]|:\d"),
    }


def _skip(table: UnitTable) -> str:
    """Dates, times, telephone numbers, versions, fractions of a list, and the phrases that only look like amounts."""
    return "|".join(
        (
            r"(?P<date>(?:19|20)\d\d(?=[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)))[-/.]\d{1,2}[-/.]\d{1,2}",
            r"\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m)?",
            r"\d{2,4}[- ]\d{3,4}[- ]\d{4}(?!\d)",
            r"1[3-9]\d{9}(?!\d)",
            r"\d+(?:\.\d+){2,}",
            r"\d{1,3}(?:/\d{1,3}){2,3}(?!\d)",
            r"\d{16,}",
            r"(?m:^)\d{1,2}[.)](?!\s?\d)",
            alternatives(table.not_amounts["phrases"]),
        )
    )


def _english(table: UnitTable) -> str:
    numerals = table.numerals
    small, scales, parts = (
        alternatives(words) for words in (numerals.english, numerals.english_scales, numerals.english_parts)
    )
    article = rf"an?(?= (?:{scales}|half|quarter|third))"
    more = rf"(?:[ -](?:and )?(?:{small}|{scales}|point(?= {small})|{parts}|{article})){{0,12}}"
    of_part = rf"(?:{parts})(?: of)?(?: an?| the)?(?= {scales})"
    return rf"(?:{of_part}|half|{small}|hundred(?= {scales})|an?(?= (?:{scales}|{parts})(?![a-z])))(?:{more})(?![a-z])"
