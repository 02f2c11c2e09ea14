"""Amounts: what is written on a number, from unit and hedges to the mass of a price; and what a number alone may be."""

import re
from collections.abc import Sequence
from dataclasses import replace

from checks.figures.numbers import Endings, Patterns
from checks.figures.numerals import NumeralReader
from checks.figures.units import OwnUnit, Quantity, Term, UnitTable, alternatives, moved

_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_FIRST_SHORT_YEAR, _LAST_SHORT_YEAR = 22, 29
_NINETEENTH, _TEN = 80, 10


class CalendarReader:
    """Tells whether a number is a calendar year."""

    def __init__(self, table: UnitTable, patterns: Patterns) -> None:
        """Take over the table and its expressions."""
        self._table = table
        self._patterns = patterns
        self._fiscal = Endings(dict.fromkeys(table.joining["fiscal"], True))

    def read(self, term: Term, text: str, core: int) -> bool:
        """Tell whether the number written at `core` is a year; a two-digit year is completed in the term."""
        written, plain = term.written, term.scale == 1.0 and not term.prefix and not term.unit
        if not plain or term.bound == "range" or term.kind not in ("digits", "chinese"):
            return False
        written = written.replace(" ", "") if text.startswith(("年", " 年"), term.end) else written
        unit = self._patterns.unit.match(text, term.end)
        chinese_year = text.startswith(("年", " 年"), term.end)
        if written.isdecimal() and len(written) == 4 and _FIRST_YEAR <= int(written) <= _LAST_YEAR:
            return chinese_year or not unit or unit["word"] in ("s", "h", "e")
        if len(written) != 2:
            return False
        value = self._short_year(term)
        fiscal = written.isdecimal() and bool(self._fiscal.before(text, core)) and core > 0 and text[core - 1] != " "
        dated = chinese_year and (
            written[0] in "0零〇"
            or bool(self._patterns.year_follows.match(text, term.end))
            or _FIRST_SHORT_YEAR <= value <= _LAST_SHORT_YEAR
            or value >= _NINETEENTH
        )
        if fiscal or dated:
            term.low = term.high = value + (1900 if value >= _NINETEENTH else 2000)
        return fiscal or dated

    def _short_year(self, term: Term) -> float:
        if term.written.isdecimal():
            return float(term.written)
        digits = [self._table.numerals.chinese.get(character, -1.0) for character in term.written]
        return digits[0] * 10 + digits[1] if all(0 <= digit < _TEN for digit in digits) else -1.0


_MOST_AGE, _NEAR_IT = 120, 4.0
_AGE_DIGITS = "[一二三四五六七八九十]{1,3}"


class LoneReader:
    """Reads numbers alone that can only be of what a claim measures: "past forty" of an age, "below ninety" of heat."""

    def __init__(self, table: UnitTable) -> None:
        """Compile the words of the table."""
        self._numerals = NumeralReader(table.numerals)
        numerals, cues = table.numerals, table.alone
        word = alternatives((*numerals.english, *numerals.english_scales))
        measured = alternatives(word for word in table.words if not word.isascii())
        number = rf"(?P<english>\d[\d,]*|(?:an? )?{word}(?:[ -](?:and )?{word}){{0,6}})(?![\d%-]|[.,:]\d)"
        end = rf"(?= ?[^\sa-z'$€£]|$| {alternatives(cues['after'])})"
        no_age = rf"(?![\d%一二三四五六七八九十多几来余点分百千万〇零]|[.,:]\d|{measured})"
        chinese = rf"{alternatives(cues['chinese'])}(?P<chinese>\d{{1,3}}|{_AGE_DIGITS}){no_age}"
        few = "(?:(?:about|around|roughly|just|only) )?"
        of_ages = alternatives((*cues["before"], *cues["before_ages"]))
        self._ages = re.compile(rf"(?<![a-z]){of_ages} {few}{number}{end}|{chinese}")
        self._any = re.compile(rf"(?<![a-z]){alternatives(cues['before'])} {few}{number}{end}")

    def ages(self, folded: str, text: str) -> list[Quantity]:
        """Return the ages of a text; `folded` is the text as the reader folds it."""
        return [each for each in self._read(self._ages, folded, text) if 0 < each.low <= _MOST_AGE]

    def of(self, meant: Quantity, value: float, folded: str, text: str) -> list[Quantity]:
        """Return the numbers near a claim's value, in what it is measured in (`meant`)."""
        found = [each for each in self._read(self._any, folded, text) if 1 / _NEAR_IT < each.low / value < _NEAR_IT]
        factor = meant.middle / value
        found = [moved(each, each.low * factor, each.high * factor, meant.dimension) for each in found]
        return [replace(each, bare=False) for each in found] if meant.dimension == "count" else found

    def _read(self, pattern: re.Pattern[str], folded: str, text: str) -> list[Quantity]:
        found: list[Quantity] = []
        for match in pattern.finditer(folded):
            written, (start, end) = match["english"] or match["chinese"], match.span(match.lastgroup or 0)
            if written[0].isdecimal():
                value = self._numerals.digits(written)
            elif match["english"]:
                value = self._numerals.english(self._numerals.one_number(written).replace("-", " ").split())
            else:
                value = self._numerals.chinese(written)
            found.append(Quantity("age", value, value, "", text[start:end], start, end, bare=True))
        return found


_PRICE_WINDOW = 24
_EARNINGS_WINDOW = 14


def may_be_money(term: Term) -> bool:
    """Tell whether a term is an amount of money, or could be."""
    unit = term.unit or term.prefix
    return term.kind != "year" and (unit is None or unit.dimension in ("USD", "CNY"))


class PriceReader:
    """Reads what makes an amount a price."""

    def __init__(self, table: UnitTable, patterns: Patterns) -> None:
        """Take over the table and its expressions."""
        self._table = table
        self._patterns = patterns

    def share(self, terms: list[Term], text: str) -> None:
        """Give each price the mass it is quoted for (每盎司99美元), and drop such a mass (一盎司) from the terms."""
        for term in terms:
            if may_be_money(term) and not term.per and (term.unit or term.prefix):
                before = text[max(0, term.start - _PRICE_WINDOW) : term.start]
                if match := self._patterns.per_before.search(before):
                    term.per = self._table.words[match["word"]]
        self._drop_masses(terms, text)

    def _drop_masses(self, terms: list[Term], text: str) -> None:
        """Drop the mass a price is quoted for (一盎司99美元) from the terms, and give it to the price."""
        for mass in [t for t in terms if t.unit and t.unit.dimension == "kg" and t.low == 1]:
            price = next((t for t in terms if 0 <= t.start - mass.end <= _PRICE_WINDOW and may_be_money(t)), None)
            if price and "," not in text[mass.end : price.start]:
                price.per = price.per or mass.unit
                price.prefix = price.prefix or (None if price.unit else self._table.units["USD"])
                terms.remove(mass)

    def earnings(self, term: Term, text: str) -> None:
        """Make a factor beside "P/E" or 市盈率 a multiple of earnings."""
        if (term.unit is not None and term.unit.dimension != "times") or term.prefix or term.kind == "phrase":
            return
        window = text[max(0, term.start - _EARNINGS_WINDOW) : term.start]
        if self._patterns.earnings.search(window) or (
            term.unit and self._patterns.earnings.search(text, term.end, term.end + 6)
        ):
            term.unit = self._table.units["pe"]


_TENTHS = ("tenth", "jin", "kg", "metre", "kuai")
_NO_TAIL = r"(?!\d|[.,]\d|[%个只斤两克万亿千百十年倍成月天一二三四五六七八九点人位次元块刀美港台$])"
_TAIL_DIGIT = re.compile(rf"[1-9一二三四五六七八九]{_NO_TAIL}")
_TAIL_DIGITS = re.compile(rf"[1-9一二三四五六七八九][0-9零一二三四五六七八九]{_NO_TAIL}")
_AND_A_HALF = "个半"
# 五块一 are 5.1, but 一块一度 is the price of one: of what a character says that is no small word.
_OF_ONE = re.compile(r"[1一][一-鿿](?<![的了吧啊呢吗嘛呀呗哦左上多以而就也都还才是在到至和与或毛角])")
_INCHES = re.compile(r" ?(1[01]|[1-9])(?: ?(?P<named>inches|inch|in|\"|”))?(?![\d%a-z]|[.,]\d)(?! ?[%$])")
# 分 are minutes after hours (1小时30分), and before seconds (1分30秒).
_MINUTES_BEFORE = re.compile(r"(?:小时|钟头)零?$")
_MINUTES = re.compile(r"分(?![钟之])(?P<seconds>零?(?:\d{1,2}|[一二三四五六七八九十]{1,3})秒)?")
_MINUTES_WINDOW = 3
_INCHES_A_FOOT = 12
_POINT = " point"
# Half asleep, a half-truth and a third option are no shares.
# A third year is none of its parts, unlike a quarter mile.
_ORDINALS = (*(f"a {part}" for part in ("third", "fourth", "fifth", "sixth", "seventh", "ninth", "tenth")), "an eighth")
_LONE_PARTS = ("half", "a half", "a quarter", *_ORDINALS)
_OF_A = re.compile(r" of (?:an?|one|the)(?= )")
_DIVIDED = ("W", "Wh", "kg", "byte", "litre", "years", "percent", "metre", "hours")
_COUNTED = ("count", "years", "hours", "times")
_NO_SIGN_AFTER = frozenset("abcdefghijklmnopqrstuvwxyz0123456789%)")
_LEAST_TONNES = 100
_MULTIPLIERS, _WAN = 2, 1e4
_LEAST_ELECTRICITY, _ELECTRICITY_WINDOW, _CLAUSE = 1000, 8, 60
_LONE_T = re.compile(r" ?t(?![\w])", re.ASCII)


class TermDecorator:
    """Reads what is written on a number; answers False where the number is no amount after all."""

    def __init__(self, table: UnitTable, patterns: Patterns) -> None:
        """Take over the table and its expressions."""
        self._table = table
        self._patterns = patterns
        self._calendar = CalendarReader(table, patterns)
        self._prices = PriceReader(table, patterns)
        self._prefixes = Endings(table.prefixes)
        self._hedges = Endings(table.hedges.before)
        self._fillers = Endings(dict.fromkeys(table.hedges.fillers, True))
        self._names = Endings(dict.fromkeys(table.not_amounts["names"], True))
        self._tolerances = Endings(dict.fromkeys(table.tolerances, True))
        self._minus = Endings(dict.fromkeys(table.joining["minus"], True))
        self._speed = re.compile(f"{alternatives(table.speed)}[^,。;!?\\d]{{0,3}}$")
        self._denied = re.compile(rf"(?<![a-z]){alternatives(table.denied)}[^,.:;!?]*$")
        self._electricity = re.compile(f"(?:{'|'.join(table.electricity)})(?!脑)[^,。;!?]*$")

    def decorate(self, term: Term, text: str, before: Sequence[Term], own: OwnUnit | None = None) -> bool:
        """Fill in the term from its surroundings and widen its span; False: drop it. `own`: a claim's own unit."""
        core = term.start
        floor = before[-1].end if before else -1
        if term.kind != "year":
            self._prefix(term, text, floor)
            self._multiply(term, text, own)
            self._middle(term, text, own)
            if self._calendar.read(term, text, core):
                term.kind, term.unit = "year", None
            elif not self._unit(term, text, core, own):
                return False
        self._around(term, text, floor)
        return True

    def _prefix(self, term: Term, text: str, floor: int) -> None:
        if not (found := self._prefixes.before(text, term.start)):
            return
        start = text.rindex(found[0][0], 0, term.start - len(found[0]) + 1)
        # 1美元7元: the word belongs to the number before it; 美元2030年: a year.
        if start >= floor and not text.startswith("年", term.end):
            term.prefix, term.start = found[1], start

    def _multiply(self, term: Term, text: str, own: OwnUnit | None) -> None:
        multipliers = self._table.multipliers
        if term.kind not in ("digits", "english") or term.unit:
            return
        if self._wan(text, term.end, own):
            term.multiply(_WAN)
            term.end += 1
            return
        for _ in range(_MULTIPLIERS):
            match = self._patterns.multiplier.match(text, term.end)
            if not match and term.prefix and term.scale == 1.0:
                match = self._patterns.money_letter.match(text, term.end)
            if not match:
                break
            word = match.group().strip(" -")
            table = multipliers.money if len(word) == 1 else {**multipliers.attached, **multipliers.words}
            alone = not term.prefix and term.scale == 1.0
            term.alternative = self._table.multiplier_or_unit.get(word) if alone else None
            term.multiply(table[word] if word in table else multipliers.attached[word])
            term.prefix = term.prefix or (self._table.units["USD"] if word == "grand" else None)
            term.end = match.end()
        if term.scale == 1.0 and not term.prefix and (lone := _LONE_T.match(text, term.end)):
            self._lone_t(term, text, lone.end())

    def _wan(self, text: str, end: int, own: OwnUnit | None) -> bool:
        """Tell whether a number is followed by the w of ten thousand: 30w美元."""
        if not text.startswith("w", end):
            return False
        owned = own and own.first and not text[end + 1 : end + 2].isascii() and own.pattern.match(text, end + 1)
        return bool(owned or self._patterns.wan.match(text, end))

    def _lone_t(self, term: Term, text: str, end: int) -> None:
        """Read 1.4T: trillion or tonnes; a large number, and one "of" something, can only be tonnes."""
        if term.low < _LEAST_TONNES and not text.startswith(" of ", end):
            term.alternative, term.also = self._table.units["t"], self._table.also.get("t")
            term.multiply(self._table.multipliers.money["t"])
            term.end = end

    def _middle(self, term: Term, text: str, own: OwnUnit | None) -> None:
        if term.kind not in ("digits", "chinese") or not (match := self._patterns.middle.match(text, term.end)):
            return
        unit = self._patterns.unit.match(text, match.end()) or (
            own is not None and own.pattern.match(text, match.end())
        )
        if not unit and not match["scales"]:
            return
        term.bound, term.end = self._table.hedges.middle[match["hedge"]], match.end()
        for scale in match["scales"]:
            term.multiply(self._table.numerals.chinese_scales[scale])
        # 十几 are up to nineteen.
        if match["hedge"] == "几" and term.low == _TEN:
            term.low, term.high, term.bound = _TEN + 1, _TEN + 9, "range"

    def _unit(self, term: Term, text: str, core: int, own: OwnUnit | None) -> bool:
        """Read the unit; False where the number is a name, a frequency or an article."""
        if self._own(term, text, own):
            return True
        match = None if term.unit or term.kind == "phrase" else self._patterns.unit.match(text, term.end)
        if term.kind == "phrase":
            self._phrase(term, text)
        if match:
            if term.low < self._table.least.get(match["word"], 0.0) or term.written in _ORDINALS:
                return False
            self._measured(term, text, match)
        elif term.part and not term.unit and term.scale == 1.0:
            if term.written == "半" or text.startswith((" a ", " an "), term.end):
                return self._half_of_unit(term, text)
            if self._part_of_unit(term, text):
                return True
            if term.written in _LONE_PARTS and not self._patterns.whole_follows.match(text, term.end):
                return False
            term.low, term.high, term.unit = term.low * 100, term.high * 100, self._table.units["percent"]
        if term.unit is None and not self._minutes(term, text, core) and not self._is_amount(term, text, core):
            return False
        self._prices.earnings(term, text)
        return self._decimal_or_two(term) and not self._says_nothing(term, text)

    def _measured(self, term: Term, text: str, match: re.Match[str]) -> None:
        """Take over the unit that stands on a number, and the half behind it; 元 is of the money named before it."""
        word, unit = match["word"], self._table.words[match["word"]]
        term.also, term.alternative = self._table.also.get(word), None
        before = text[max(0, term.start - _ELECTRICITY_WINDOW) : term.start]
        if word == "度":
            kilowatt_hours = self._table.units["kWh"]
            term.also = kilowatt_hours if term.high >= _LEAST_ELECTRICITY else None
            told = self._electricity.search(before) or text.startswith("电", match.end())
            unit = kilowatt_hours if told else unit
        term.unit, term.end = term.prefix if unit.loose and term.prefix else unit, match.end()
        if unit.dimension == "metre" and self._speed.search(before):
            term.unit = self._table.units["mph" if unit.name == "mile" else "kmh"]
        if unit.name == "discount" and term.high > _TEN:
            term.multiply(1 / _TEN)
        if match["half"] or match["half_before"] or match["half_after"] or word.startswith(_AND_A_HALF):
            term.add(0.5)
        self._tail_digit(term, text)
        if term.written == "半" and unit.dimension == "count":
            term.low, term.high, term.unit = 50.0, 50.0, self._table.units["percent"]

    def _minutes(self, term: Term, text: str, core: int) -> bool:
        """Read 分 as minutes beside hours or seconds."""
        match = _MINUTES.match(text, term.end)
        if match and (match["seconds"] or _MINUTES_BEFORE.search(text, max(0, core - _MINUTES_WINDOW), core)):
            term.unit, term.end = self._table.units["minute"], term.end + 1
        return term.unit is not None

    def _is_amount(self, term: Term, text: str, core: int) -> bool:
        """Tell whether a number without a unit is no ordinal and no part of a name."""
        if term.prefix:
            return True
        return not self._patterns.no_amount_follows.match(text, term.end) and not self._names.before(text, core)

    def _own(self, term: Term, text: str, own: OwnUnit | None) -> bool:
        """Read the unit of a claim's own."""
        if (
            own is None
            or term.unit
            or term.kind == "phrase"
            or (not own.first and self._patterns.unit.match(text, term.end))
        ):
            return False
        if match := own.pattern.match(text, term.end):
            term.unit, term.end = replace(own.unit, name=own.unit.name or match["word"]), match.end()
            term.alternative = None
            if text.startswith("半", term.end):
                term.add(0.5, term.end + 1)
        return bool(match)

    def _phrase(self, term: Term, text: str) -> None:
        dimension = self._table.phrases[term.written][0]
        term.unit = next(
            unit for unit in self._table.units.values() if unit.dimension == dimension and unit.factor == 1
        )
        if dimension == "times" and text.startswith("半", term.end):
            term.add(0.5, term.end + 1)

    def _decimal_or_two(self, term: Term) -> bool:
        """Take 2,3 of what is counted for "2 or 3"; False for 20,5 of it, which may be two numbers."""
        if not term.unsure or "," not in term.written or not term.unit or term.scale != 1.0:
            return True
        if term.pair and term.unit.dimension in _COUNTED:
            (term.low, term.high), term.bound = term.pair, "range"
            return True
        return term.unit.dimension != "count"

    def _part_of_unit(self, term: Term, text: str) -> bool:
        """Read "a third of a terawatt" and "a quarter point"; other parts are percentages."""
        if text.startswith(_POINT, term.end):
            term.unit, term.end = self._table.units["points"], term.end + len(_POINT)
            return True
        of_unit = _OF_A.match(text, term.end)
        whole = self._patterns.unit.match(text, of_unit.end()) if of_unit else None
        if whole is None or self._table.words[whole["word"]].dimension not in _DIVIDED:
            return False
        term.unit, term.end = self._table.words[whole["word"]], whole.end()
        return True

    def _half_of_unit(self, term: Term, text: str) -> bool:
        """Read "half a kilo"; a half of no known unit says nothing."""
        end = (
            term.end + 3
            if text.startswith(" an ", term.end)
            else term.end + 2
            if text.startswith(" a ", term.end)
            else term.end
        )
        match = self._patterns.unit.match(text, end)
        if match:
            term.unit, term.end = self._table.words[match["word"]], match.end()
        return match is not None

    def _tail_digit(self, term: Term, text: str) -> None:
        """Read what follows the unit as its decimals (六成五, 五块五, 1米85), and the inches of 5 ft 10."""
        inches = _INCHES.match(text, term.end) if term.unit and term.unit.name == "foot" else None
        if inches and (inches["named"] or not self._patterns.unit.match(text, inches.end())):
            term.add(float(inches[1]) / _INCHES_A_FOOT, inches.end())
        if term.unit is None or term.unit.name not in _TENTHS:
            return
        match = _TAIL_DIGITS.match(text, term.end) if term.unit.name == "metre" else None
        if term.unit.name == "kuai" and _OF_ONE.match(text, term.end):
            return
        if match := match or _TAIL_DIGIT.match(text, term.end):
            for place, written in enumerate(match.group(), start=1):
                digit = float(written) if written.isascii() else self._table.numerals.chinese[written]
                term.add(digit / 10**place, match.end())

    def _says_nothing(self, term: Term, text: str) -> bool:
        """Tell whether this is an article (一个) or a frequency (three times a day)."""
        if term.unit is None or term.kind == "phrase":
            return False
        limited = self._hedges.before(text, term.start)
        article = term.written in ("一", "one", *(() if limited else ("两",))) and (
            term.unit.dimension == "count" or text[term.end - 1] in "块刀"
        )
        return article or (term.unit.dimension == "times" and bool(self._patterns.frequency.match(text, term.end)))

    def _around(self, term: Term, text: str, floor: int) -> None:
        """Read the price's mass, hedges on both sides, and the sign."""
        patterns = self._patterns
        if may_be_money(term) and (match := patterns.per.match(text, term.end)):
            term.per, term.end = self._table.words[match["word"]], match.end()
            term.prefix = term.prefix or (None if term.unit else self._table.units["USD"])
        if match := patterns.after.match(text, term.end):
            term.bound, term.end = self._table.hedges.after[match["word"]], match.end()
        end = term.start
        if self._tolerances.before(text, end):
            return
        if (
            end - 1 > floor
            and text[end - 1] == "-"
            and (end < 2 or text[end - 2] not in _NO_SIGN_AFTER)
            and term.kind != "year"
        ):
            term.negative, end, term.start = True, end - 1, end - 1
        elif minus := self._minus.before(text, end):
            term.negative, end = True, text.rindex(minus[0], 0, end)
            term.start = end
        while filler := self._fillers.before(text, end):
            end = text.rindex(filler[0], 0, end)
        if (hedge := self._hedges.before(text, end)) and end > floor and term.bound not in ("range", "odd"):
            # What cannot be had for less than a third costs a third.
            start = text.rindex(hedge[0], 0, end)
            is_floor = hedge[1] == "under" and self._denied.search(text, max(0, start - _CLAUSE), start)
            term.bound = "exactly" if is_floor else hedge[1]
