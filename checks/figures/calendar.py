"""Calendar years, told from durations and from plain numbers: 2030, 25年底, FY27, 07年."""

from checks.figures.patterns import Patterns
from checks.figures.phrases import Endings
from checks.figures.terms import Term
from checks.figures.units import UnitTable

_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_FIRST_SHORT_YEAR, _LAST_SHORT_YEAR = 22, 29
_NINETEENTH = 80


class CalendarReader:
    """Tells whether a number is a calendar year."""

    def __init__(self, table: UnitTable, patterns: Patterns) -> None:
        """Take over the table and its expressions."""
        self._table = table
        self._patterns = patterns
        self._fiscal = Endings(dict.fromkeys(("fy", "cy", "fy'", "'", "fiscal", "财年"), True))

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
        return -1.0 if min(digits) < 0 else digits[0] * 10 + digits[1]
