"""The scanner: finds the numbers of a folded text, one after another, in time linear in its length."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from checks.figures.numerals import (
    COUPLE,
    PLAIN_DIGITS,
    RAISED,
    SMALL_PARTS,
    TENS,
    DigitNotation,
    NumeralReader,
    english_pattern,
    small_part,
)
from checks.figures.units import Term, UnitTable, alternatives, is_letter

T = TypeVar("T")


class Endings(Generic[T]):
    """Tells which phrase of a table a text ends with at some place; words must begin at a word's beginning."""

    def __init__(self, table: Mapping[str, T]) -> None:
        """Take over the table; keys are folded phrases."""
        self._table = dict(table)
        self._lengths = sorted({len(phrase) for phrase in table}, reverse=True)
        self._longest = self._lengths[0] if self._lengths else 0

    def before(self, text: str, end: int) -> tuple[str, T] | None:
        """Return the longest phrase that stands directly before `end` (blanks between are skipped), with its value."""
        tail = text[max(0, end - self._longest - 2) : end].rstrip(" ")
        for length in self._lengths:
            phrase = tail[-length:] if length <= len(tail) else ""
            if phrase in self._table and not _inside_word(tail, len(tail) - length):
                return phrase, self._table[phrase]
        return None


def _inside_word(text: str, start: int) -> bool:
    return start > 0 and is_letter(text[start]) and is_letter(text[start - 1])


@dataclass(frozen=True, slots=True)
class Patterns:
    """Compiled expressions; see `build` for what each is for."""

    beginnings: "NumberBeginnings"
    start_with_words: re.Pattern[str]
    skip: re.Pattern[str]
    token: re.Pattern[str]
    phrase: re.Pattern[str]
    scaled: re.Pattern[str]
    chinese: re.Pattern[str]
    english: re.Pattern[str]
    fraction: re.Pattern[str]
    in_ten: re.Pattern[str]
    over_part: re.Pattern[str]
    compact: re.Pattern[str]
    multiplier: re.Pattern[str]
    wan: re.Pattern[str]
    money_letter: re.Pattern[str]
    middle: re.Pattern[str]
    single: re.Pattern[str]
    unit: re.Pattern[str]
    after: re.Pattern[str]
    per: re.Pattern[str]
    year_follows: re.Pattern[str]
    per_before: re.Pattern[str]
    earnings: re.Pattern[str]
    whole_follows: re.Pattern[str]
    frequency: re.Pattern[str]
    no_amount_follows: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class NumberBeginnings:
    """What a number may begin with, by which a text without one is known at once: a sign, or one of some words."""

    sign: re.Pattern[str]
    triggers: frozenset[str]
    words: frozenset[str]

    @classmethod
    def of(cls, table: UnitTable) -> "NumberBeginnings":
        """Collect the beginnings of the numbers that a unit table knows."""
        numerals = table.numerals
        signs = "".join(sorted({word[0] for word in table.phrases if not word.isascii()}))
        phrases = {word.split()[0] for word in table.phrases if word.isascii()}
        triggers = phrases.union(numerals.english, numerals.english_parts, numerals.english_scales, ("a", "an", COUPLE))
        chinese = "".join((*numerals.chinese, *numerals.chinese_scales))
        return cls(
            re.compile(rf"[\d{chinese}{SMALL_PARTS}半{signs}]|\.\d"),
            frozenset(triggers),
            frozenset(triggers - {"a", "an"}).union(table.joining["single"], table.joining["stressed"]),
        )

    def are_in(self, folded: str) -> bool:
        """Tell whether a folded text may hold a number."""
        return bool(self.sign.search(folded)) or self.has_words(folded)

    def has_words(self, folded: str) -> bool:
        """Tell whether a folded text has a word by which English numbers are known."""
        return not self.words.isdisjoint(_WORD.findall(folded))


_WORD = re.compile(r"[a-z]+")


def build_patterns(table: UnitTable) -> Patterns:
    """Compile the expressions for a unit table."""
    beginnings = NumberBeginnings.of(table)
    numerals = table.numerals
    digits, scales = "".join(numerals.chinese), "".join(numerals.chinese_scales)
    return Patterns(
        beginnings=beginnings,
        start_with_words=re.compile(rf"{beginnings.sign.pattern}|(?<![a-z]){alternatives(beginnings.triggers)}"),
        skip=re.compile(_skip(table)),
        token=re.compile(rf"\d(?:[\d,.]|'(?=\d))*(?:\^\S*|[a-z]\w*)?|[{digits}{scales}]+|[a-z]+|."),
        phrase=re.compile(alternatives(table.phrases, table.not_phrases)),
        **_numbers(table, digits, scales),
        **_surroundings(table),
    )


def _numbers(table: UnitTable, digits: str, scales: str) -> dict[str, re.Pattern[str]]:
    """Compile what numbers are made of."""
    # 千克, 千瓦 and 兆瓦 are units: there 千 and 兆 do not belong to the number.
    scale = f"(?:[{scales.replace('千', '').replace('兆', '')}]|千(?![瓦克米])|兆(?![瓦赫]))"
    # 五个亿 are five times a hundred million, 五个亿万富翁 are five of them.
    many = "个(?=亿(?!万富|[级吨]|元户))"
    more = rf"(?:(?:\d{{1,4}}|[{digits}]){scale}{{1,6}}){{0,6}}"
    # 二十四两 ends with a unit: inside a run 两 is a number only before scales and what is counted.
    counted = table.units["liang"].not_before
    numeral = rf"(?:[{digits.replace('两', '')}]|(?<![{digits}{scales}])两|两(?=[{counted}]))"
    attached, words = alternatives(table.multipliers.attached), alternatives(table.multipliers.words)
    return {
        # 1万2 is 12,000.
        "scaled": re.compile(
            rf"(?:\s?{many})?\s?(?P<scales>{scale}{{1,6}}{more})(?P<tail>(?<=[百千万亿])[1-9](?![\d.,%]|{scale}))?"
        ),
        "chinese": re.compile(
            rf"半|(?:{numeral}|{scale}){{1,24}}(?:点[{digits}]{{1,9}}{scale}{{0,6}})?(?:{many}{scale}{{1,4}})?"
        ),
        "english": re.compile(english_pattern(table)),
        "fraction": re.compile(r"([1-9])/([2-9]|10)(?![\d/])(?!\s?[年月])"),
        # 十个里有八个, 十笔有八笔: eight of ten, by the same measure word; 十个八个 are some.
        "in_ten": re.compile(
            rf"(?:十|10)(?P<each>[^\W\d_块元点天月日号岁分秒时米斤])[一-鿿]{{0,5}}?[有里中的头]面?,?(?P<share>[{digits}1-9])(?:(?P=each)|成)(?![{digits}{scales}])"
        ),
        "over_part": re.compile(rf"分之({PLAIN_DIGITS}|(?:[{digits}]|{scale}){{1,12}}(?:点[{digits}]{{1,9}})?)"),
        "compact": re.compile(_COMPACT),
        "wan": re.compile(rf"w(?=\+?{alternatives(table.multipliers.wan)})"),
        "multiplier": re.compile(rf"{attached}|[ -]?{words}"),
        "money_letter": re.compile(rf" ?{alternatives(table.multipliers.money)}"),
        "middle": re.compile(
            rf"(?!\+/?-)(?P<hedge>{alternatives(table.hedges.middle)})(?:{many})?(?P<scales>{scale}{{0,4}})"
        ),
    }


def _surroundings(table: UnitTable) -> dict[str, re.Pattern[str]]:
    """Compile what stands on a number, and right before or after it."""
    barred = {word: unit.not_before for word, unit in table.words.items() if unit.not_before and not word.isascii()}
    # In $2T-$3T the second sign belongs to the second number.
    barred |= {word: "0123456789." for word in table.words if word[-1] in _MONEY_SIGNS}
    units = alternatives(table.words, barred)
    masses = alternatives(word for word, unit in table.words.items() if unit.name in table.per_mass)
    # 10 H100 servers are ten servers.
    model = rf"[ -][a-z]{{1,4}}\d{{2,4}}[a-z]? (?={alternatives(table.not_amounts['machines'])})"
    stressed = alternatives(table.joining["stressed"])
    single = rf" (?P<stressed>{stressed} )?{alternatives(table.joining['single'])}(?! and a half)"
    half = "(?:(?<=[年倍成吨斤两克里米升天时元块瓦度])(?P<half>半)| and a (?P<half_after>half)(?![a-z]))?"
    return {
        "single": re.compile(single),
        "unit": re.compile(rf"(?:{model}| {stressed} |[ -]|\s?个(?P<half_before>半)?)?(?P<word>{units}){half}"),
        "after": re.compile(rf" ?(?!\+/?-)(?P<word>{alternatives(table.hedges.after)})"),
        "per": re.compile(rf"(?:\s?(?:/|每|一|1)\s?| (?:per|an?|each|the) )(?P<word>{masses})"),
        "per_before": re.compile(rf"(?:每|per |an |/)(?P<word>{masses})[^\d,;。]{{0,8}}$"),
        "year_follows": re.compile(rf" ?年(?={alternatives(table.year_parts)})"),
        "earnings": re.compile(alternatives(table.earnings)),
        "whole_follows": re.compile(
            rf"\s*(?:$|\n|[^\sa-z0-9-]|-(?![a-z])|-?ish(?![a-z])|{alternatives(table.joining['whole'])}|[a-z]+'s? )"
        ),
        "frequency": re.compile(rf" {alternatives(table.frequency)}"),
        "no_amount_follows": re.compile(rf"\s?{alternatives(table.not_amounts['before'])}|-?[a-z]|:\d"),
    }


# Measures of two units with one of them written: 1h30, 2m15s, 1m80, 5'11".
_COMPACT = (
    r"(?P<hour>\d{1,2})(?:h ?| ?hrs? )(?P<of_hour>[0-5]?\d)(?: ?m(?:ins?)?|(?<=h\d\d))(?![a-z0-9])"
    r"|(?P<minute>\d{1,2})m ?(?P<of_minute>[0-5]?\d)s(?![a-z0-9])"
    r"|(?P<metre>[0-3])m(?P<of_metre>\d\d)(?![a-z0-9])"
    r"|(?P<foot>[3-8])' ?(?P<of_foot>1[01]|\d)(?:''|[\"”″])?(?![\d'])"
)
_COMPACT_PARTS = {"hour": 60, "minute": 60, "metre": 100, "foot": 12}

# 2x32GB is sixty-four of them, or a size; 1.2x10^3 is a number.
_PRODUCT = (
    rf"\d[\d,.]{{0,12}}(?P<gap>\s?)[x×*](?P=gap)(?!10(?:\^|\*\*|[{RAISED}]|的))\d[\d,.]{{0,12}}"
    r"(?: ?[a-z]{1,3}(?![a-z]))?"
)


def _skip(table: UnitTable) -> str:
    """Dates, times, telephone numbers, versions, fractions of a list, and the phrases that only look like amounts."""
    return "|".join(
        (
            r"(?P<date>(?:19|20)\d\d(?=[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)))[-/.]\d{1,2}[-/.]\d{1,2}",
            r"\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m)?",
            _PRODUCT,
            r"\d{2,4}[- ]\d{3,4}[- ]\d{4}(?!\d)",
            r"1[3-9]\d{9}(?!\d)",
            r"(?![1-9]\d{0,2}(?:\.\d{3}){2,4}(?![\d.]\d))\d+(?:\.\d+){2,}",
            r"\d{1,3}(?:/\d{1,3}){2,3}(?!\d)",
            r"\d{16,}",
            rf"[2-6]g(?= ?{alternatives(table.not_amounts['generations'])})",
            r"(?m:^)\d{1,2}[.)](?!\s?\d)",
            alternatives(table.not_amounts["phrases"]),
        )
    )


MOST_TERMS = 64
_MOST_NUMBERS = 512
# No quantity of this world; also keeps floats from overflowing.
_MOST_VALUE = 1e24
_PERIOD_BEFORE = ("in ", "within ", "over ", "for ", "each ", "per ", "this ", "every ", "after ")
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_MONEY_SIGNS = "$€£"
_NEAR = 20
_TENS = tuple([word] for word in TENS)
# 提前半小时 are half an hour before, 前半年 the first half of a year.
_HALF_HOURS = ("小时", "个小时", "个钟", "钟头", "分钟")
_POINTING = ("这", "那", "整", "每", "几", "哪", "某")


# 5kg-6kg, 500mw-1gw and 200k-1m are ranges, gpt4o-3 and 4k-60fps are none: what stands on both ends tells.
_BOTH_ENDS = re.compile(r"(?<![a-z\d.,-])\d[\d.,]* ?([a-zµμ]+)-(?=\d[\d.,]* ?([a-zµμ]+))")

# "Between fifty and a hundred" are two numbers, "between one and a half and two" are two as well.
_SECOND_END = re.compile(r" and (?!(?:an? |one )?(?:half|quarter|third)(?![a-z]))(?![a-z-]+ and )")


class Scanner:
    """Finds terms; each number is read once, whatever cannot be an amount is passed over as a whole."""

    def __init__(self, table: UnitTable, patterns: Patterns) -> None:
        """Take over the table and its expressions."""
        self._table = table
        self._patterns = patterns
        self._numerals = NumeralReader(table.numerals)
        self._notation = DigitNotation()
        self._names = Endings(dict.fromkeys(table.not_amounts["after"], True))
        self._letters_before = Endings(
            {word: True for word in (*table.prefixes, "fy", "cy", "pe") if word[-1].isalpha()}
        )
        self._bound = frozenset(table.not_amounts["bound"])
        self._scales = "".join(table.numerals.chinese_scales)
        self._not_parts = Endings(dict.fromkeys(table.not_amounts["words_before"], True))
        scales = (*table.multipliers.attached, *table.multipliers.words, *table.multipliers.money)
        self._measures = {word: unit.dimension for word, unit in table.words.items()} | dict.fromkeys(scales, "scale")

    def terms(self, text: str) -> list[Term]:
        """Return the terms of a folded text, in order, at most 64."""
        beginnings = self._patterns.beginnings
        search = (self._patterns.start_with_words if beginnings.has_words(text) else beginnings.sign).search
        commas = "," in text and self._notation.decimal_commas(text)
        terms: list[Term] = []
        position = 0
        for _ in range(_MOST_NUMBERS):
            match = search(text, position)
            if not match or len(terms) == MOST_TERMS:
                break
            term, position = self._at(text, match.start(), commas=commas)
            if term:
                terms.append(term)
        return terms

    def _at(self, text: str, start: int, *, commas: bool) -> tuple[Term | None, int]:
        """Return the term that starts here, if one does, and where to go on."""
        patterns = self._patterns
        if skipped := patterns.skip.match(text, start):
            year = skipped.group("date")
            value = float(year) if year else 0.0
            return (Term("year", start, start + 4, value, value) if year else None), skipped.end()
        if phrase := patterns.phrase.match(text, start):
            _, low, high, bound = self._table.phrases[phrase.group()]
            term = Term("phrase", start, phrase.end(), low, high, phrase.group(), bound=bound)
            return (None if self._not_parts.before(text, start) else term), phrase.end()
        if part := self._patterns.in_ten.match(text, start):
            return self._in_ten(start, part), part.end()
        if text[start].isascii() and not text[start].isalpha():
            term = self._digits(text, start, commas=commas)
        elif text[start].isascii():
            term = self._english(text, start)
        elif text[start] in SMALL_PARTS:
            share = small_part(text[start])
            term = Term("digits", start, start + 1, share, share, text[start], part=True)
        else:
            term = self._chinese(text, start)
        if term is None or not term.high < _MOST_VALUE:
            token = patterns.token.match(text, start)
            return None, token.end() if token else start + 1
        return term, term.end

    def _in_ten(self, start: int, part: re.Match[str]) -> Term:
        share = part["share"]
        value = 10 * (float(share) if share.isascii() else self._numerals.chinese(share))
        return Term(
            "chinese", start, part.end(), value, value, part.group(), part=True, unit=self._table.units["percent"]
        )

    def _digits(self, text: str, start: int, *, commas: bool) -> Term | None:
        if not self._may_start(text, start):
            return None
        if compact := self._patterns.compact.match(text, start):
            return self._compact(compact)
        if part := self._patterns.fraction.match(text, start):
            share = float(part[1]) / float(part[2])
            return Term("digits", start, part.end(), share, share, part.group(), part=True)
        number = self._notation.read(text, start, commas=commas)
        if number is None:
            return None
        value = number.value
        term = Term("digits", start, number.end, value, value, number.written, unsure=number.unsure, pair=number.pair)
        term.thousands = number.thousands
        if scaled := self._patterns.scaled.match(text, number.end):
            total = self._numerals.scaled(value, scaled["scales"], scaled["tail"] or "")
            term.low, term.high, term.end, term.scale = total, total, scaled.end(), total / value if value else 1.0
        return self._part_of(text, term)

    def _compact(self, match: re.Match[str]) -> Term:
        name = next(name for name in _COMPACT_PARTS if match[name])
        value = float(match[name]) + float(match[f"of_{name}"]) / _COMPACT_PARTS[name]
        unit = self._table.units[name]
        return Term("digits", match.start(), match.end(), value, value, match.group(), unit=unit)

    def _may_start(self, text: str, start: int) -> bool:
        before = text[start - 1] if start else " "
        if before == "-" and start > 1 and "a" <= text[start - 2] <= "z":
            ends = _BOTH_ENDS.finditer(text, max(0, start - _NEAR), start + _NEAR)
            kinds = {self._measures.get(word) for each in ends if each.end() == start for word in each.groups()}
            return (
                (len(kinds) == 1 and None not in kinds)
                or _is_year(text[start : start + 4])
                or text[start - 4 : start - 1] == "sub"
            )
        if "a" <= before <= "z" and not self._letters_before.before(text, start):
            return False
        return not (before in "._" or (before.isdecimal())) and not self._names.before(text, start)

    def _part_of(self, text: str, term: Term) -> Term:
        """Read 3分之1 and 百分之五: the number before is the denominator."""
        if match := self._patterns.over_part.match(text, term.end):
            written = match.group(1)
            ends = self._numerals.chinese_interval(written)
            value = self._numerals.digits(written) if written[0] in "0123456789." else self._numerals.chinese(written)
            low, high = (end / term.low * 100 if term.low else 0.0 for end in ends or (value, value))
            percent = self._table.units["percent"]
            return Term(
                "digits",
                term.start,
                match.end(),
                low,
                high,
                written,
                part=True,
                unit=percent,
                bound="range" if ends else "exactly",
            )
        return term

    def _chinese(self, text: str, start: int) -> Term | None:
        match = self._patterns.chinese.match(text, start)
        bound = text[max(0, start - 1) : start + 1] in self._bound and not text.startswith(_HALF_HOURS, start + 1)
        if not match or bound or self._names.before(text, start):
            return None
        written = match.group().replace("个", "")
        if written == "半" and text[start - 1 : start] == "个" and text[start - 2 : start - 1] not in _POINTING:
            # 个半钟 are an hour and a half.
            return Term("chinese", start - 1, match.end(), 1.5, 1.5, written)
        if written == "半":
            return Term("chinese", start, match.end(), 0.5, 0.5, written, part=True)
        if interval := self._numerals.chinese_interval(written):
            return Term("chinese", start, match.end(), *interval, written, bound="range")
        if len(written) == 4 and (year := self._numerals.chinese_year(written)) and _FIRST_YEAR <= year <= _LAST_YEAR:
            return Term("year", start, match.end(), year, year, written)
        value = self._numerals.chinese(written)
        if mixed := self._notation.mixed(text, match.end()):
            value, end = value + mixed[0], mixed[1]
            return Term("chinese", start, end, value, value, text[start:end])
        term = self._part_of(text, Term("chinese", start, match.end(), value, value, written))
        if written[0] in self._scales[1:] and not term.part:
            return self._vague(text, term)
        scales = written[len(written.rstrip(self._scales)) :]
        term.scale = self._numerals.chinese("一" + scales) if scales else 1.0
        return term

    def _vague(self, text: str, term: Term) -> Term | None:
        """Read 上千万 as ten million at least; a scale alone is no number."""
        start, cues = term.start, self._table.vague_over
        before = text[max(0, start - 2) : start]
        if before[-1:] not in tuple(cues["before"]) or before[0] in cues["not_after"]:
            return None
        term.low = term.high = term.scale = self._numerals.chinese("一" + term.written)
        if before[-1] == cues["before"][0]:
            term.start, term.bound = start - 1, "over"
        return term

    def _english(self, text: str, start: int) -> Term | None:
        match = self._patterns.english.match(text, start)
        if not match or self._names.before(text, start):
            return None
        written = match.group()
        if text.endswith(self._table.joining["between"], 0, start):
            written = _SECOND_END.split(written, maxsplit=1)[0]
        written = self._numerals.one_number(written)
        end, words = start + len(written), written.replace("-", " ").split()
        if words[-1] == "quarter" and text.endswith(_PERIOD_BEFORE, 0, start) and not text.startswith(" of", end):
            return None
        if words[-1] in ("a", "an") and not self._is_span(text, start, end):
            return None
        value = self._numerals.english(words) if words[-1] not in ("a", "an") else 1.0
        numerals = self._table.numerals
        part = words[-1] in numerals.english_parts and "and" not in words
        if part and (self._not_parts.before(text, start) or words[-2:-1] in _TENS):
            return None
        scale = 1.0
        for word in words:
            scale = max(scale, numerals.english_scales.get(word, 1.0))
        if COUPLE in words:
            return Term("english", start, end, value, value * 1.5, written, scale=scale, bound="range")
        return Term("english", start, end, value, value, written, scale=scale, part=part)

    def _is_span(self, text: str, start: int, end: int) -> bool:
        """Tell whether an article is the one of a span of time ("after an hour"), not of a rate ("once an hour")."""
        stressed = self._patterns.single.match(text, end)
        return stressed is None or bool(stressed["stressed"]) or text.endswith(self._table.joining["spans"], 0, start)


def _is_year(text: str) -> bool:
    return text.isdecimal() and len(text) == 4 and _FIRST_YEAR <= int(text) <= _LAST_YEAR
