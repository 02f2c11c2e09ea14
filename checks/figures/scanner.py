"""The scanner: finds the numbers of a folded text, one after another, in time linear in its length."""

import re

from checks.figures.numerals import NumeralReader
from checks.figures.patterns import Patterns
from checks.figures.phrases import Endings
from checks.figures.terms import Term
from checks.figures.units import UnitTable

MOST_TERMS = 64
_MOST_NUMBERS = 512
# No quantity of this world; also keeps floats from overflowing.
_MOST_VALUE = 1e24
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_HIDDEN = re.compile(r"https?://\S+|www\.\S+|<[@#:/ta][^>\s]{0,80}>|@\w+")


class Scanner:
    """Finds terms; each number is read once, whatever cannot be an amount is passed over as a whole."""

    def __init__(self, table: UnitTable, patterns: Patterns) -> None:
        """Take over the table and its expressions."""
        self._table = table
        self._patterns = patterns
        self._numerals = NumeralReader(table.numerals)
        self._names = Endings(dict.fromkeys(table.not_amounts["after"], True))
        self._letters_before = Endings(
            {word: True for word in (*table.prefixes, "fy", "cy", "pe") if word[-1].isalpha()}
        )
        self._bound = frozenset(table.not_amounts["bound"])
        self._scales = "".join(table.numerals.chinese_scales)
        self._not_parts = Endings(dict.fromkeys(table.not_amounts["words_before"], True))

    def terms(self, text: str) -> list[Term]:
        """Return the terms of a folded text, in order, at most 64."""
        words = not self._patterns.words.isdisjoint(self._patterns.word.findall(text))
        search = (self._patterns.start_with_words if words else self._patterns.start).search
        if "://" in text or "@" in text or "<" in text or "www." in text:
            text = _HIDDEN.sub(lambda match: "\x00" * len(match.group()), text)
        terms: list[Term] = []
        position = 0
        for _ in range(_MOST_NUMBERS):
            match = search(text, position)
            if not match or len(terms) == MOST_TERMS:
                break
            term, position = self._at(text, match.start())
            if term:
                terms.append(term)
        return terms

    def _at(self, text: str, start: int) -> tuple[Term | None, int]:
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
        if text[start].isascii() and not text[start].isalpha():
            term = self._digits(text, start)
        elif text[start].isascii():
            term = self._english(text, start)
        else:
            term = self._chinese(text, start)
        if term is None or not term.high < _MOST_VALUE:
            token = patterns.token.match(text, start)
            return None, token.end() if token else start + 1
        return term, term.end

    def _digits(self, text: str, start: int) -> Term | None:
        if not self._may_start(text, start) or not (match := self._patterns.digits.match(text, start)):
            return None
        if part := self._patterns.fraction.match(text, start):
            share = float(part[1]) / float(part[2])
            return Term("digits", start, part.end(), share, share, part.group(), part=True)
        value = self._numerals.digits(match["plain"])
        term = Term("digits", start, match.end(), value, value, match["plain"])
        if match["scaled"]:
            total = self._numerals.chinese(match["plain"].replace(" ", "").replace("点", ".") + match["scaled"].strip())
            term.low = term.high = total
            term.scale = total / value if value else 1.0
        return self._part_of(text, term)

    def _may_start(self, text: str, start: int) -> bool:
        before = text[start - 1] if start else " "
        if before == "-" and start > 1 and "a" <= text[start - 2] <= "z":
            return _is_year(text[start : start + 4]) or text[start - 4 : start - 1] == "sub"
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
        if not match or text[max(0, start - 1) : start + 1] in self._bound or self._names.before(text, start):
            return None
        written = match.group()
        if written == "半":
            return Term("chinese", start, match.end(), 0.5, 0.5, written, part=True)
        if interval := self._numerals.chinese_interval(written):
            return Term("chinese", start, match.end(), *interval, written, bound="range")
        if len(written) == 4 and (year := self._numerals.chinese_year(written)) and _FIRST_YEAR <= year <= _LAST_YEAR:
            return Term("year", start, match.end(), year, year, written)
        value = self._numerals.chinese(written)
        term = self._part_of(text, Term("chinese", start, match.end(), value, value, written))
        vague = written[0] in self._scales[1:] and not term.part
        scales = written[len(written.rstrip(self._scales)) :]
        term.scale = self._numerals.chinese("一" + scales) if scales else 1.0
        return None if vague else term

    def _english(self, text: str, start: int) -> Term | None:
        match = self._patterns.english.match(text, start)
        if not match or self._names.before(text, start):
            return None
        words = match.group().replace("-", " ").split()
        value = self._numerals.english(words)
        numerals = self._table.numerals
        part = words[-1] in numerals.english_parts and "and" not in words
        if part and self._not_parts.before(text, start):
            return None
        scale = 1.0
        for word in words:
            scale = max(scale, numerals.english_scales.get(word, 1.0))
        return Term("english", start, match.end(), value, value, match.group(), scale=scale, part=part)


def _is_year(text: str) -> bool:
    return text.isdecimal() and len(text) == 4 and _FIRST_YEAR <= int(text) <= _LAST_YEAR
