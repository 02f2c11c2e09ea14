"""What stands around a number: currency, multiplier, unit, hedge, sign, and the price's mass."""

import re
from collections.abc import Sequence

from checks.figures.calendar import CalendarReader
from checks.figures.patterns import Patterns
from checks.figures.phrases import Endings
from checks.figures.prices import PriceReader, may_be_money
from checks.figures.terms import Term
from checks.figures.units import UnitTable

_NO_SIGN_AFTER = frozenset("abcdefghijklmnopqrstuvwxyz0123456789%)")
_LEAST_TONNES = 100
_MULTIPLIERS = 2
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
        self._minus = Endings(dict.fromkeys(("minus", "negative", "负"), True))

    def decorate(self, term: Term, text: str, before: Sequence[Term]) -> bool:
        """Fill in the term from its surroundings and widen its span; False: drop it."""
        core = term.start
        if term.kind != "year":
            self._prefix(term, text)
            self._multiply(term, text)
            self._middle(term, text)
            if self._calendar.read(term, text, core):
                term.kind, term.unit = "year", None
            elif not self._unit(term, text, core):
                return False
        self._around(term, text, before[-1].end if before else -1)
        return True

    def _prefix(self, term: Term, text: str) -> None:
        if found := self._prefixes.before(text, term.start):
            word, term.prefix = found
            term.start = text.rindex(word[0], 0, term.start - len(word) + 1)

    def _multiply(self, term: Term, text: str) -> None:
        multipliers = self._table.multipliers
        if term.kind not in ("digits", "english") or term.unit:
            return
        for _ in range(_MULTIPLIERS):
            match = self._patterns.multiplier.match(text, term.end)
            if not match and term.prefix and term.scale == 1.0:
                match = self._patterns.money_letter.match(text, term.end)
            if not match:
                break
            word = match.group().strip(" -")
            table = multipliers.money if len(word) == 1 else {**multipliers.attached, **multipliers.words}
            term.multiply(table[word] if word in table else multipliers.attached[word])
            term.end = match.end()
        if term.scale == 1.0 and not term.prefix and (lone := _LONE_T.match(text, term.end)):
            self._lone_t(term, text, lone.end())

    def _lone_t(self, term: Term, text: str, end: int) -> None:
        """Read 1.4T: trillion or tonnes; a large number, and one "of" something, can only be tonnes."""
        if term.low < _LEAST_TONNES and not text.startswith(" of ", end):
            term.alternative = self._table.units["t"]
            term.multiply(self._table.multipliers.money["t"])
            term.end = end

    def _middle(self, term: Term, text: str) -> None:
        if term.kind not in ("digits", "chinese") or not (match := self._patterns.middle.match(text, term.end)):
            return
        unit = self._patterns.unit.match(text, match.end())
        if not unit and not match["scales"]:
            return
        term.bound, term.end = self._table.hedges.middle[match["hedge"]], match.end()
        for scale in match["scales"]:
            term.multiply(self._table.numerals.chinese_scales[scale])

    def _unit(self, term: Term, text: str, core: int) -> bool:
        """Read the unit; False where the number is a name, a frequency or an article."""
        match = None if term.unit or term.kind == "phrase" else self._patterns.unit.match(text, term.end)
        if term.kind == "phrase":
            dimension = self._table.phrases[term.written][0]
            term.unit = next(
                unit for unit in self._table.units.values() if unit.dimension == dimension and unit.factor == 1
            )
            if dimension == "times" and text.startswith("半", term.end):
                term.low, term.high, term.end = term.low + 0.5, term.high + 0.5, term.end + 1
        if match:
            term.unit, term.end = self._table.words[match["word"]], match.end()
            if match["half"]:
                term.low, term.high = term.low + 0.5, term.high + 0.5
            self._tail_digit(term, text)
            if term.written == "半" and term.unit.dimension == "count":
                term.low, term.high, term.unit = 50.0, 50.0, self._table.units["percent"]
        elif term.part and not term.unit and term.scale == 1.0:
            if term.written == "半" or text.startswith((" a ", " an "), term.end):
                return self._half_of_unit(term, text)
            term.low, term.high, term.unit = term.low * 100, term.high * 100, self._table.units["percent"]
        if term.unit is None and self._patterns.no_amount_follows.match(text, term.end):
            return bool(term.prefix)
        if term.unit is None and not term.prefix and self._names.before(text, core):
            return False
        self._prices.earnings(term, text)
        return not self._says_nothing(term, text)

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
        """Read the last digit of 六成五 and 两斤四两, a tenth of the unit before it."""
        digit = self._table.numerals.chinese.get(text[term.end : term.end + 1])
        weight = term.unit is self._table.units["jin"] and text.startswith("两", term.end + 1)
        if digit and (weight or term.unit is self._table.units["tenth"]):
            term.low, term.high, term.end = term.low + digit / 10, term.high + digit / 10, term.end + 1 + weight

    def _says_nothing(self, term: Term, text: str) -> bool:
        """Tell whether this is an article (一个) or a frequency (three times a day)."""
        if term.unit is None or term.kind == "phrase":
            return False
        article = term.written in ("一", "one", "两") and (term.unit.dimension == "count" or text[term.end - 1] == "块")
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
        if (
            end - 1 > floor
            and text[end - 1] == "-"
            and (end < 2 or text[end - 2] not in _NO_SIGN_AFTER)
            and term.kind != "year"
        ):
            term.negative, end, term.start = True, end - 1, end - 1
        elif self._minus.before(text, end):
            term.negative = True
        while filler := self._fillers.before(text, end):
            end = text.rindex(filler[0], 0, end)
        if (hedge := self._hedges.before(text, end)) and end > floor and term.bound != "range":
            term.bound = hedge[1]
