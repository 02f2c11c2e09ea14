"""The cells of a sheet: its rows in bounded memory, and days and numbers as a spreadsheet of any country saves them."""

import csv
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from claims.exchange.formats import Source
from claims.exchange.written_dates import ORDERS, orders_of, read_date, read_serial
from config.errors import ImportRefusedError, PackProblem, Worded, worded

Cells = dict[str, str]

# A row of an export has at most some 20,000 characters; what is longer is no sheet, or a quote that is never closed.
LONGEST_ROW, MOST_CELLS, MOST_ROWS = 200_000, 1_000, 100_000
_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n)?")
_BLANK = re.compile(r"[\r\n]++")
_SEPARATOR = re.compile(r'"?sep=(.)"?[ \t,;]*(?:\r\n|\r|\n)', re.IGNORECASE)
_DELIMITERS = ",;\t|"


@dataclass(slots=True)
class SheetRows:
    """The rows of a sheet in order, each read anew whenever it is asked for."""

    source: Source
    delimiter: str = ""
    start: int = 0
    _skipped: int = 0

    def __post_init__(self) -> None:
        text = self.source.text
        # Spreadsheets write and read a first line that names the delimiter.
        found = _SEPARATOR.match(text)
        self.start, self._skipped = (found.end(), 1) if found else (0, 0)
        heading = text[self.start : self.start + LONGEST_ROW].partition("\n")[0]
        self.delimiter = found[1] if found else max(_DELIMITERS, key=heading.count)
        if found and self.delimiter not in heading:
            self.delimiter = max(_DELIMITERS, key=heading.count)

    def __iter__(self) -> Iterator[tuple[int, int, list[str]]]:
        """Yield the line (from 1), the place in the text, and the cells of each row; raises ImportRefusedError."""
        lines = _Lines(self.source, self.start, 1 + self._skipped)
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        while True:
            lines.begin()
            line, place = lines.line, lines.place
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                fault = worded("this is no valid CSV: {detail}", detail=str(error))
                raise _refused(self.source, line, fault, worded("Save the sheet as CSV anew.")) from error
            yield line, place, row

    def at(self, place: int) -> list[str]:
        """Return the cells of the row that begins at a place of the text."""
        return next(csv.reader(_Lines(self.source, place, 1), delimiter=self.delimiter, strict=True))


class _Lines:
    """Hands out the text line by line; a row that grows beyond all measure is refused before it is taken apart."""

    def __init__(self, source: Source, place: int, line: int) -> None:
        self._source, self.place, self.line = source, place, line
        self._row, self._begun = 0, line

    def begin(self) -> None:
        """Begin a new row, behind empty lines."""
        if blank := _BLANK.match(self._source.text, self.place):
            self.place = blank.end()
            self.line += blank[0].count("\n") or blank[0].count("\r")
        self._row, self._begun = 0, self.line

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        text = self._source.text
        if self.place >= len(text):
            raise StopIteration
        found = _LINE.match(text, self.place)
        end = found.end() if found else len(text)
        self._row += end - self.place
        if self._row > LONGEST_ROW or sum(text.count(mark, self.place, end) for mark in _DELIMITERS) > MOST_CELLS * 20:
            fault = worded("the row is longer than a sheet of claims has any")
            mend = worded("Export the claims as CSV to see the form, and look for a quote that is not closed.")
            raise _refused(self._source, self._begun, fault, mend)
        line, self.place = text[self.place : end], end
        self.line += 1
        return line


def _refused(source: Source, line: int, fault: str, mend: str) -> ImportRefusedError:
    return ImportRefusedError(source.name, (PackProblem(line, "", fault, mend),))


DATES = ("as_of", "review_by", "date")
NUMBERS = ("low", "high", "start", "end")
_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_PLAIN = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?")
_EXPONENT = re.compile(r"[eE][-+]?\d{1,3}$")
_GROUPS = re.compile(r"[\s\u00a0\u202f'’]")
_MINUS = str.maketrans("\u2212\uff0d\u2013", "---")


@dataclass(slots=True)
class Doubt:
    """A cell that cannot be read for sure: its column, and what is wrong with it."""

    column: str
    fault: Worded
    mend: Worded


@dataclass(slots=True)
class Country:
    """How the sheet's country writes days and numbers, as far as its cells tell."""

    delimiter: str
    _orders: frozenset[str] = frozenset(ORDERS)
    _marks: set[str] = field(default_factory=set[str])

    def learn(self, cells: Mapping[str, str]) -> None:
        """Look at the cells of one row."""
        for name in DATES:
            text = cells[name].strip()
            if text and not _DAY.fullmatch(text):
                # Where the cells contradict each other, none of them decides.
                self._orders &= frozenset(orders_of([read_date(text)]))
        for name in ("low", "high"):
            text = cells[name].strip()
            if text and (mark := _decimal_mark(text)):
                self._marks.add(mark)

    def plain(self, cells: Cells) -> list[Doubt]:
        """Write the days and numbers of a row as packs do; returns the cells that can be read in two ways."""
        doubts: list[Doubt] = []
        for name in DATES:
            if (text := cells[name].strip()) and not _DAY.fullmatch(text):
                cells[name] = self._day(text, name, doubts)
        for name in NUMBERS:
            if (text := cells[name].strip()) and not (text.isascii() and text.isdigit()):
                cells[name] = self._number(text, name, doubts)
        return doubts

    def _day(self, text: str, column: str, doubts: list[Doubt]) -> str:
        written = read_date(text)
        orders = self._orders or ORDERS
        readings = written.within(each for each in ORDERS if each in orders)
        if not readings and (serial := read_serial(text)):
            return serial
        if len(readings) > 1:
            one, other = readings[:2]
            fault = worded(
                "{value!r} is {one} or {other}: nothing in the sheet tells which", value=text, one=one, other=other
            )
            doubts.append(Doubt(column, fault, worded("Write it as {one} or as {other}.", one=one, other=other)))
        return readings[0] if len(readings) == 1 else text

    def _number(self, text: str, column: str, doubts: list[Doubt]) -> str:
        bare = _GROUPS.sub("", text.translate(_MINUS))
        exponent = _EXPONENT.search(bare)
        body = bare[: exponent.start()] if exponent else bare
        readings = dict.fromkeys(value for mark in self._likely(body) if (value := _with_mark(body, mark)))
        if not readings:
            return text
        first, *others = readings
        if others and not math.isclose(float(first), float(others[0])):
            fault = worded(
                "{value!r} is {one} or {other}: nothing in the sheet tells which",
                value=text,
                one=first,
                other=others[0],
            )
            doubts.append(Doubt(column, fault, worded("Write it as {one} or as {other}.", one=first, other=others[0])))
            return text
        return first + (exponent[0] if exponent else "")

    def _likely(self, body: str) -> Iterable[str]:
        """Return the decimal marks that it may have: what the sheet shows, else what goes with its delimiter."""
        if len(self._marks) == 1:
            return tuple(self._marks)
        if self._marks:
            return (".", ",")
        # Where the comma parts the cells, a number without one is as the export wrote it.
        return (".",) if self.delimiter == "," and "," not in body else (".", ",")


def _decimal_mark(text: str) -> str:
    """Return the mark that can only be a decimal one in this number, or nothing."""
    body = _EXPONENT.sub("", _GROUPS.sub("", text.translate(_MINUS)))
    found = [mark for mark in ".," if _with_mark(body, mark)]
    return found[0] if len(found) == 1 and set(body) & {".", ","} else ""


def _with_mark(body: str, mark: str) -> str:
    """Return the number with a point, where it is one with this decimal mark and the other one between groups."""
    other = "," if mark == "." else "."
    whole, _, part = body.partition(mark)
    sign = whole[:1] if whole[:1] in {"-", "+"} else ""
    groups = whole[len(sign) :].split(other)
    fit = len(groups) == 1 or (
        1 <= len(groups[0]) <= 3 and groups[0] != "0" and all(len(each) == 3 for each in groups[1:])
    )
    digits = "".join(groups)
    written = f"{sign.replace('+', '')}{digits}{'.' + part if part else ''}"
    return written if fit and other not in part and _PLAIN.fullmatch(written) else ""


# A spreadsheet takes a cell that begins so for a formula, some also behind full-width signs or a line break.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_PART = re.compile(r"(?:[^\\|]|\\.)+", re.DOTALL)


def guard_cell(text: str) -> str:
    """Return the text so that no spreadsheet computes it: an apostrophe is put before what looks like a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguard_cell(text: str) -> str:
    """Return what `guard_cell` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def join_texts(texts: Iterable[str]) -> str:
    """Write several texts into one cell, with ` | ` between them; that sign within a text is marked."""
    return " | ".join(text.replace("\\", "\\\\").replace("|", "\\|") for text in texts)


def split_texts(cell: str) -> list[str]:
    """Return the texts that stand in one cell."""
    # Only the spaces that `join_texts` put around its sign are taken away: further ones belong to the texts.
    parts = _PART.findall(f" {cell} ") if cell else []
    texts = [part.removeprefix(" ").removesuffix(" ") for part in parts]
    return [re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL) for text in texts if text]
