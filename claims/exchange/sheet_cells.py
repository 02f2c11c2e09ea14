"""The cells of a sheet: its rows in bounded memory, and days and numbers as a spreadsheet of any country saves them."""

import csv
import difflib
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from claims.exchange.formats import SEPARATOR, Source
from claims.exchange.written_dates import ORDERS, orders_of, read_date, read_serial
from config.errors import ImportRefusedError, PackProblem, Worded, worded
from config.languages import CODES, GIVEN, by_field

Cells = dict[str, str]

COLUMNS = (
    "claim", "row", "number", *by_field("text").values(), "kind", "status", "as_of", "review_by", "role",
    *by_field("speaker").values(), "date", "numbers", "low", "high", "unit", "bound", "document", "start", "end",
    "sha256", "pack", "exported_state", "documented",
)  # fmt: skip
# Columns of sheets that people make: a point's source by its title, and where it stands.
BY_HAND = ("source", "address")
# What such a sheet has to have; the rest may be left out, as in a pack.
_LEAST = ("claim", "row", "text_en")
# Sheets from before these columns are still read.
_LATER = ("documented", *(f"{stem}_{code}" for stem in ("text", "speaker") for code in CODES if code not in GIVEN))

EXPORT = worded("An export as CSV is a sheet with all columns.")
# So many headings of an export in one row are no chance; how many rows are looked at for them.
_HEADINGS, _LOOKED = 3, 1_000
_NO_WORD, _ALIKE = re.compile(r"[\W_]+"), 0.7
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_WORDS = ("row", "kind", "status", "role", "bound")
_BARE = (
    *("claim", "number", "as_of", "review_by", "date", "low", "high", "unit", "document", "start", "end"),
    *("sha256", "pack", "exported_state", *_WORDS),
)


def columns_of(row: list[str], line: int, sheet: "SheetRows") -> list[str]:
    """Return the names of the columns; raises ImportRefusedError where one is missing, unknown or doubled."""
    name, columns = sheet.source.name, _headings(row)
    while columns and not columns[-1]:
        columns.pop()
    if not set(columns) & set(COLUMNS):
        fault, mend = worded("the first row does not name the columns of an export"), EXPORT
        if below := _heading_below(sheet):
            # What stands above may be claims, such as in a sheet that was sorted with its headings.
            mend = worded("Line {line} does: put it first, and take out what is no claim above it.", line=below)
        raise ImportRefusedError(name, (PackProblem(line, "", fault, mend),))
    exported = [each for each in COLUMNS if each not in _LATER]
    # An export that has lost columns would empty what stands in them; none has those of sheets that people make.
    is_export = 2 * len(set(exported) & set(columns)) > len(exported) and not set(BY_HAND) & set(columns)
    missing = [each for each in (exported if is_export else _LEAST) if each not in columns]
    if not is_export and set(by_field("text").values()) & set(columns):
        missing = [each for each in missing if each != "text_en"]
    faults = [
        *(PackProblem(line, each, worded("the column is missing"), EXPORT) for each in missing),
        *(_unknown(line, each) for each in columns[: 2 * len(COLUMNS)] if each and each not in (*COLUMNS, *BY_HAND)),
        *(
            PackProblem(line, each, worded("the column stands here twice"), worded("Keep one."))
            for each in (*COLUMNS, *BY_HAND)
            if columns.count(each) > 1
        ),
    ]
    if faults:
        raise ImportRefusedError(name, tuple(faults[: len(COLUMNS)]))
    return columns


def _headings(row: list[str]) -> list[str]:
    """Return the names of columns as an export has them, also where people write `Text (EN)` or `As of`."""
    return [_NO_WORD.sub("_", cell.casefold()).strip("_") or cell.strip() for cell in row]


def _unknown(line: int, column: str) -> PackProblem:
    known = (*COLUMNS, *BY_HAND)
    meant = min(difflib.get_close_matches(column, known, 3, _ALIKE), key=known.index, default="")
    mend = worded("Write {key} in its place.", key=meant) if meant else worded("Take it out.")
    return PackProblem(line, column[:60], worded("the column is unknown"), mend)


def _heading_below(rows: Iterable[tuple[int, int, list[str]]]) -> int:
    """Return the line of the first of some rows that names columns of an export; 0 where none does."""
    looked = islice(rows, _LOOKED)
    return next((line for line, _, row in looked if len(set(_headings(row)) & set(COLUMNS)) >= _HEADINGS), 0)


def named_cells(name: str, columns: list[str], cells: list[str], line: int) -> Cells:
    """Return the cells of a row by their columns; raises ImportRefusedError where one stands beside the columns."""
    if any(cells[len(columns) :]):
        fault, mend = (
            worded("the row has more cells than there are columns"),
            worded("Quote the cells that hold commas."),
        )
        raise ImportRefusedError(name, (PackProblem(line, "", fault, mend),))
    if any(cell.strip() for column, cell in zip(columns, cells, strict=False) if not column):
        fault = worded("a cell stands in a column that the first row does not name")
        raise ImportRefusedError(name, (PackProblem(line, "", fault, worded("Empty the column, or name it.")),))
    return _tidy(dict.fromkeys((*COLUMNS, *BY_HAND), "") | dict(zip(columns, map(unguard_cell, cells), strict=False)))


def _tidy(cells: Cells) -> Cells:
    """Return the cells without what nobody sees in them, and the words of a sheet as an export writes them."""
    for name in _BARE:
        cell = cells[name]
        # A bar parts the spellings of a unit of somebody's own, which may have any sign in them.
        if cell and "|" not in cell:
            bare = (cell if cell.isascii() else _UNSEEN.sub("", cell)).strip().lstrip("'")
            # So programs write what a spreadsheet shall take for text.
            cells[name] = bare[2:-1] if bare.startswith('="') and bare.endswith('"') else bare
    for name in _WORDS:
        cells[name] = cells[name].casefold()
    return cells


# A row of an export has at most some 20,000 characters; what is longer is no sheet, or a quote that is never closed.
LONGEST_ROW, MOST_CELLS, MOST_ROWS = 200_000, 1_000, 100_000
_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n)?")
_BLANK = re.compile(r"[\r\n]++")
_DELIMITERS = ",;\t|"


@dataclass(slots=True)
class SheetRows:
    """The rows of a sheet in order, each read anew whenever it is asked for."""

    source: Source
    delimiter: str = ""
    start: int = 0
    _skipped: int = 0
    _spaced: bool = False

    def __post_init__(self) -> None:
        text = self.source.text
        found = SEPARATOR.match(text)
        self.start, self._skipped = (found.end(), 1) if found else (0, 0)
        heading = text[self.start : self.start + LONGEST_ROW].partition("\n")[0]
        self.delimiter = found[1] if found else max(_DELIMITERS, key=heading.count)
        if found and self.delimiter not in heading:
            self.delimiter = max(_DELIMITERS, key=heading.count)
        # People put a blank behind each comma; a quote that begins behind one is otherwise none.
        self._spaced = heading.count(self.delimiter) == heading.count(f"{self.delimiter} ") > 0

    def __iter__(self) -> Iterator[tuple[int, int, list[str]]]:
        """Yield the line (from 1), the place in the text, and the cells of each row; raises ImportRefusedError."""
        lines = _Lines(self.source, self.start, 1 + self._skipped)
        reader = self._reader(lines)
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
            yield line, place, self._parted(row)

    def at(self, place: int) -> list[str]:
        """Return the cells of the row that begins at a place of the text."""
        return self._parted(next(self._reader(_Lines(self.source, place, 1))))

    def _parted(self, row: list[str]) -> list[str]:
        """Return the cells of a row that stands in one of them: so a spreadsheet saves rows that it has not parted."""
        if not row or self.delimiter not in row[0] or any(row[1:]):
            return row
        return next(csv.reader([row[0]], delimiter=self.delimiter), row)

    def _reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=self.delimiter, skipinitialspace=self._spaced, strict=True)


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
_WHOLE = ("start", "end")
# What a program adds that keeps whole numbers as decimals, or days with their time.
_NO_PART = re.compile(r"(?<=^\d{4})[.,]0+$|(?<=^\d{5})[.,]\d+$")
_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_PLAIN = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?")
_NUMBER = re.compile(r"\d(?:[\d.,'’]|[\u00a0\u202f](?=\d))*(?:[eE][-+]?\d+)?")
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
        given, _ = _sourced(cells["documented"])
        for text in (cells["low"].strip(), cells["high"].strip(), *(found[0] for found in _NUMBER.finditer(given))):
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
        if cells["documented"]:
            given, place = _sourced(cells["documented"])
            cells["documented"] = _NUMBER.sub(lambda found: self._number(found[0], "documented", doubts), given) + place
        return doubts

    def _day(self, text: str, column: str, doubts: list[Doubt]) -> str:
        bare = _NO_PART.sub("", text)
        if _DAY.fullmatch(bare):
            return bare
        written = read_date(bare)
        readings = written.within(self._orders_of(bare)) or written.within()
        if not readings and (serial := read_serial(bare)):
            return serial
        if len(readings) > 1:
            one, other = ", ".join(readings[:-1]), readings[-1]
            fault = worded(
                "{value!r} is {one} or {other}: nothing in the sheet tells which", value=text, one=one, other=other
            )
            doubts.append(Doubt(column, fault, worded("Write it as {one} or as {other}.", one=one, other=other)))
        return readings[0] if len(readings) == 1 else text

    def _orders_of(self, text: str) -> tuple[str, ...]:
        """Return the orders in which the sheet's country writes such a day."""
        comma = self._marks == {","}
        # Where numbers have a comma nobody puts the month first, and points stand behind the day.
        points = "." in text and (comma or self.delimiter == ";")
        likely = {"dmy"} if points else {"dmy", "ymd"} if comma else set(ORDERS)
        return tuple(each for each in ORDERS if each in self._orders & likely)

    def _number(self, text: str, column: str, doubts: list[Doubt]) -> str:
        bare = _GROUPS.sub("", unicodedata.normalize("NFKC", text).translate(_MINUS))
        exponent = _EXPONENT.search(bare)
        body = bare[: exponent.start()] if exponent else bare
        readings = dict.fromkeys(value for mark in self._likely(body) if (value := _with_mark(body, mark)))
        if column in _WHOLE:
            whole = {int(float(value)) for mark in ".," if (value := _with_mark(body, mark)) and float(value) % 1 == 0}
            return str(whole.pop()) if len(whole) == 1 and not exponent else text
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


def _sourced(cell: str) -> tuple[str, str]:
    """Return the part of a cell that has numbers, and where they stand in the source, with the sign before it."""
    place = re.search("[;；]", cell)
    return (cell[: place.start()], cell[place.start() :]) if place else (cell, "")


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
