"""Claims as a sheet (CSV), out and in; each row says in `row` what it is, and in `claim` to which claim it belongs.

- `claim`: the claim itself. `text_en` and `text_zh` are its title; with `kind`, `status`, `as_of`, `review_by`, and,
  not to be changed, `pack` (for reading only) and `exported_state` (how the claim was when it was exported).
- `wording`, `denial` and `not_wording`: one way to say or dispute it, in `text_en` or in `text_zh`; a `not_wording`
  is never matched.
- `figure`: `low` and `high` (the same for a single value), `unit`, `bound`, `role`; the texts are its subject.
- `point`: `role`, `speaker_en`, `speaker_zh`, `date`, the two texts, and `numbers` with ` | ` between them.
- `citation`: `document`, `start`, `end`, `sha256`; its `number` is that of the point it belongs to.

A claim without `exported_state` is one that somebody has written: what its rows leave out is filled in as in a pack,
and in place of citations its points may have a `source` (its title) and the `address` of that.

`number` counts the rows of a kind within a claim, so that a sorted sheet can be read back; new rows may go without.
"""

import csv
import hashlib
import io
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from claims.exchange.formats import (
    MAX_BYTES,
    ExportedClaim,
    ExportedPack,
    Incoming,
    IncomingClaim,
    IncomingPack,
    RefusedClaim,
    Source,
)
from claims.exchange.reading import read_pack_data
from claims.exchange.sheet_cells import (
    BY_HAND,
    COLUMNS,
    EXPORT,
    MOST_ROWS,
    Cells,
    Country,
    Doubt,
    SheetRows,
    columns_of,
    guard_cell,
    join_texts,
    named_cells,
    split_texts,
)
from claims.packs.handwritten import NO_SHA256, completed
from claims.packs.plain import plain_claim, read_documented, write_documented
from claims.packs.schema import DECIMAL, WHOLE, PartPath
from config.errors import ImportRefusedError, PackProblem, worded
from config.languages import CODES, GIVEN, by_field

ROWS = ("claim", "wording", "not_wording", "denial", "figure", "point", "citation")
# What stands in the form of packs as a text in each language, by the columns that take it.
_TEXTS = {
    "claim": {"text": "title"},
    "figure": {"text": "subject"},
    "point": {"text": "text", "speaker": "speaker"},
    "citation": {},
}
# The columns that are named as in the form of packs; those that may be empty are left out there.
_CELLS = {
    "claim": ("kind", "status", "as_of", "review_by"),
    "figure": ("unit", "bound", "role"),
    "point": ("role", "date"),
    "citation": ("document", "start", "end", "sha256"),
}
_OPTIONAL = {("claim", "status"), ("claim", "review_by"), ("figure", "role")}
# What is filled in, where somebody has written the claim.
_FILLED = {("claim", "kind"), ("claim", "as_of"), ("figure", "bound"), ("point", "role"), ("point", "date")}
_NUMBERS = {"start", "end"}


# With fewer rows a claim on average, a sheet holds more claims than memory for them, or time to write them.
_LEAST_ROWS = 5
_UNKNOWN = len(ROWS)
_LAST = 10**9

# Where a row belongs among the others (claim, kind, number), its line, and its place in the text.
Spot = tuple[int, int, int, int, int]


@dataclass(slots=True)
class _Numbers:
    """The last number of each kind of row within one claim, and the claim's place in the sheet."""

    place: int
    last: dict[str, int] = field(default_factory=dict[str, int])

    def of(self, cells: Cells) -> int:
        """Return the row's number; a row without one follows the row above, a citation belongs to the point above."""
        row, given = cells["row"].strip(), cells["number"].strip()
        if given.isascii() and given.isdigit() and len(given) < len(str(_LAST)):
            number = int(given)
        elif given:
            return _LAST
        else:
            number = self.last.get("point", 0) if row == "citation" else self.last.get(row, 0) + 1
        self.last[row] = number
        return number


@dataclass(slots=True)
class Sheet:
    """The rows of a sheet, by claim (in the order in which the claims first appear), kind and number.

    Only where each row stands is kept; its cells are read anew when they are asked for.
    """

    source: Source
    _rows: SheetRows
    _names: list[str]
    _country: Country
    _spots: list[Spot]
    _places: dict[int, int] = field(default_factory=dict[int, int])  # by line, once a cell is asked for

    @classmethod
    def of(cls, source: Source) -> "Sheet":
        """Look through the sheet; raises ImportRefusedError where it is no CSV, or not one with our columns."""
        rows, most = SheetRows(source), MOST_ROWS * (len(source.text) // MAX_BYTES + 1)
        country, names, spots = Country(rows.delimiter), list[str](), list[Spot]()
        claims: dict[str, _Numbers] = {}
        for line, place, row in rows:
            if not any(map(str.strip, row)):
                continue
            if not names:
                names = columns_of(row, line, SheetRows(source))
                continue
            cells = named_cells(source.name, names, row, line)
            country.learn(cells)
            kind = cells["row"].strip()
            numbers = claims.setdefault(cells["claim"].strip(), _Numbers(len(claims)))
            known = ROWS.index(kind) if kind in ROWS else _UNKNOWN
            spots.append((numbers.place, known, numbers.of(cells), line, place))
            if len(spots) > most or len(claims) * _LEAST_ROWS > most:
                fault = worded("it has more than {most:,} rows", most=most)
                if len(spots) <= most:
                    fault = worded("it has more than {most:,} claims", most=most // _LEAST_ROWS)
                problem = PackProblem(line, "", fault, worded("Split it into several files."))
                raise ImportRefusedError(source.name, (problem,))
        if not names:
            raise ImportRefusedError(source.name, (PackProblem(0, "", worded("it has no rows"), EXPORT),))
        spots.sort()
        return cls(source, rows, names, country, spots)

    def __iter__(self) -> Iterator[tuple[int, Cells, list[Doubt]]]:
        """Yield the line and the cells of each row, all numbered, and which of its cells can be read in two ways.

        Formulas are as they were before the export, days and numbers as packs write them.
        """
        for *_, number, line, place in self._spots:
            cells = self._cells(place)
            doubts = self._country.plain(cells)
            yield line, cells if number == _LAST else cells | {"number": str(number)}, doubts

    def cell(self, line: int, column: str) -> str:
        """Return what stands in a cell, as it was typed."""
        if not self._places:
            self._places = {spot[3]: spot[4] for spot in reversed(self._spots)}
        place = self._places.get(line)
        return "" if place is None else self._cells(place).get(column, "")

    def _cells(self, place: int) -> Cells:
        return named_cells(self.source.name, self._names, self._rows.at(place), 0)


Data = dict[str, Any]


def _empty() -> Data:
    return {"pack": None, "documents": [], "claims": []}


@dataclass(slots=True)
class SheetClaims:
    """The claims of a sheet, the line of each part, and, by claim, what is wrong with rows."""

    data: Any = field(default_factory=_empty)
    faults: dict[str, list[PackProblem]] = field(default_factory=lambda: defaultdict(list))
    _lines: dict[PartPath, int] = field(default_factory=dict[PartPath, int])
    _numbers: dict[str, int] = field(default_factory=dict[str, int])
    # By claim and number: the point, and where it stands among the claim's.
    _points: dict[tuple[int, str], tuple[Data, int]] = field(default_factory=dict[tuple[int, str], tuple[Data, int]])

    def line(self, place: PartPath) -> int:
        """Return the line of a part, or of the nearest part around it."""
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place, 1)

    @property
    def strays(self) -> tuple[int, ...]:
        """The lines of rows that belong to no claim of the sheet."""
        return tuple(
            problem.line for name, faults in self.faults.items() if name not in self._numbers for problem in faults
        )

    def take(self, line: int, cells: Cells, doubts: Iterable[Doubt] = ()) -> None:
        """Put a row where it belongs; the rows come by claim, kind and number."""
        name, row = cells["claim"].strip(), cells["row"].strip()
        for doubt in doubts:
            self._refuse(name, line, doubt.column, doubt.fault, doubt.mend)
        if row not in ROWS:
            mend = worded("Choose one of: {known}.", known=", ".join(ROWS))
            self._refuse(name, line, "row", worded("{row!r} is no kind of row", row=row), mend)
        elif row == "claim":
            self._take_claim(name, line, cells)
        elif not name:
            fault = worded("the row does not say to which claim it belongs")
            self._refuse(name, line, "claim", fault, worded("Write the claim's id."))
        elif name not in self._numbers:
            fault = worded("there is no row of the kind 'claim' for {name!r}", name=name)
            self._refuse(name, line, "claim", fault, worded("Add it."))
        else:
            self._take_part(row, self._numbers[name], line, cells)

    def _refuse(self, claim: str, line: int, column: str, fault: str, mend: str) -> None:
        self.faults[claim].append(PackProblem(line, column, fault, mend))

    def _take_claim(self, name: str, line: int, cells: Cells) -> None:
        if name in self._numbers:
            fault = worded("a second row of the kind 'claim' stands here for {name!r}", name=name)
            self._refuse(name, line, "claim", fault, worded("Keep one."))
            return
        number = self._numbers[name] = len(self.data["claims"])
        self._lines["claims", number] = line
        lists: Data = {key: {language: [] for language in CODES} for key in ("wordings", "not_wordings", "denials")}
        state = {"exported_state": cells["exported_state"].strip()} if cells["exported_state"].strip() else {}
        part = _part("claim", cells, new=not state)
        self.data["claims"].append({"id": name, **part, **lists, "figures": [], "points": [], **state})

    def _take_part(self, row: str, number: int, line: int, cells: Cells) -> None:
        claim: Data = self.data["claims"][number]
        place: PartPath = ("claims", number)
        new = "exported_state" not in claim
        match row:
            case "wording" | "not_wording" | "denial":
                self._take_wording(claim, f"{row}s", place, line, cells)
            case "figure":
                self._append(claim["figures"], _figure(cells, new=new), (*place, "figures"), line)
            case "point":
                point = _part(row, cells, new=new) | {"numbers": split_texts(cells["numbers"])}
                point |= _sourced(point, cells) if new else {"citations": []}
                count = cells["number"].strip()
                if (number, count) in self._points:
                    fault = worded("a second point has the number {number}", number=count)
                    self._refuse(claim["id"], line, "number", fault, worded("Number them anew."))
                self._points[number, count] = point, len(claim["points"])
                self._append(claim["points"], point, (*place, "points"), line)
            case _:
                self._take_citation(claim, number, line, cells)

    def _take_wording(self, claim: Data, key: str, place: PartPath, line: int, cells: Cells) -> None:
        texts = {language: text for language, text in _both(cells).items() if text}
        if len(texts) != 1:
            fault, mend = (
                worded("a wording stands in one of these: {columns}", columns=", ".join(by_field("text").values())),
                worded("Make it two rows, or fill one."),
            )
            self._refuse(claim["id"], line, "text_en", fault, mend)
            return
        [(language, text)] = texts.items()
        self._append(claim[key][language], text, (*place, key, language), line)

    def _take_citation(self, claim: Data, number: int, line: int, cells: Cells) -> None:
        found = self._points.get((number, cells["number"].strip()))
        if found is None:
            fault = worded("there is no point with the number {number!r}", number=cells["number"])
            self._refuse(
                claim["id"], line, "number", fault, worded("Write the number of the point that it belongs to.")
            )
            return
        if not cells["document"].strip():
            fault = worded("the citation names no document")
            mend = worded("Write its id; in a new claim, give the point the title as its `source` instead.")
            self._refuse(claim["id"], line, "document", fault, mend)
            return
        point, index = found
        place = ("claims", number, "points", index, "citations")
        cited = _part("citation", cells)
        if "exported_state" not in claim and not cited["start"] and not cited["end"] and not cited["sha256"]:
            cited |= {"start": 0, "end": 0, "sha256": NO_SHA256}
        self._append(point.setdefault("citations", []), cited, place, line)

    def _append(self, parts: list[Any], part: object, place: PartPath, line: int) -> None:
        self._lines[*place, len(parts)] = line
        parts.append(part)


def _both(cells: Cells, column: str = "text") -> dict[str, str]:
    cell = {language: cells[name] for language, name in by_field(column).items()}
    return {language: text for language, text in cell.items() if text or language in GIVEN}


def _sourced(point: Data, cells: Cells) -> Data:
    """Return of a new point where it is from; what it leaves empty is filled in."""
    if not any(point["speaker"].values()):
        del point["speaker"]
    title, address = cells["source"].strip(), cells["address"].strip()
    facts = {"title": title or address, "address": address} if address else {"title": title}
    return {"source": facts} if title or address else {}


def _part(row: str, cells: Cells, *, new: bool = False) -> Data:
    """Return what the cells of a row say, in the form of packs."""
    data: Data = {key: _both(cells, column) for column, key in _TEXTS[row].items()}
    for name in _CELLS[row]:
        if cells[name].strip() or (row, name) not in (_OPTIONAL | _FILLED if new else _OPTIONAL):
            data[name] = _number(cells[name]) if name in _NUMBERS else cells[name].strip()
    return data


def _number(cell: str) -> object:
    """Return the number in a cell, or the cell as it is, which the schema then refuses."""
    text = cell.strip()
    if WHOLE.fullmatch(text):
        return int(text)
    number = float(text) if DECIMAL.fullmatch(text) else math.inf
    return number if math.isfinite(number) else text


def _figure(cells: Cells, *, new: bool) -> Data:
    data = _part("figure", cells, new=new)
    low, high = _number(cells["low"]), _number(cells["high"])
    single = data.get("bound") != "range" and (low == high or high == "")
    documented = read_documented(cells["documented"])
    source: Data = {"documented": documented} if documented else {}
    return data | ({"value": low} if single else {"low": low, "high": high}) | source


BYTE_ORDER_MARK = "\ufeff"


def write_sheet(packs: Iterable[ExportedPack], *, bom: bool = False) -> Iterator[str]:
    """Yield the lines of the sheet; all its rows, however many. `bom` leads it with a byte order mark, for Excel."""
    yield (BYTE_ORDER_MARK if bom else "") + _line(COLUMNS)
    for pack in packs:
        for claim in pack.claims:
            for row in _rows(claim):
                row["claim"] = claim.record.id
                yield _line([guard_cell(str(row.get(column, ""))) for column in COLUMNS])


def _line(cells: Iterable[str]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()


def _rows(exported: ExportedClaim) -> Iterator[Data]:
    """Yield what stands in the cells of each row of a claim; the same part of a pack is read from them."""
    status: Data = {"status": exported.record.status}
    claim = plain_claim(exported.record, exported.state) | status
    yield _cells("claim", claim) | {"pack": exported.record.pack, "exported_state": exported.state}
    for row in ("wording", "not_wording", "denial"):
        texts = [(language, text) for language, found in claim.get(f"{row}s", {}).items() for text in found]
        for number, (language, text) in enumerate(texts, start=1):
            yield {"row": row, "number": number, f"text_{language}": text}
    for number, (figure, known) in enumerate(zip(claim.get("figures", ()), exported.record.figures, strict=True), 1):
        values = {name: figure.get(name, figure.get("value")) for name in ("low", "high")}
        source = {"unit": known.unit, "documented": write_documented(known)}
        yield _cells("figure", figure) | {"number": number} | values | source
    for number, point in enumerate(claim["points"], start=1):
        yield _cells("point", point) | {"number": number, "numbers": join_texts(point.get("numbers", ()))}
        for citation in point["citations"]:
            yield _cells("citation", citation) | {"number": number}


def _cells(row: str, part: Data) -> Data:
    texts = {f"{column}_{each}": text for column, key in _TEXTS[row].items() for each, text in part[key].items()}
    return {"row": row, **texts, **{name: part.get(name, "") for name in _CELLS[row]}}


def read_sheet(source: Source, today: date) -> Incoming:
    """Read all rows; raises ImportRefusedError where this is no sheet, or one without the columns of an export.

    The claims belong to no pack of the file; those that the base knows stay in their packs. New ones are as of `today`
    where they do not say of when.
    """
    sheet, made = Sheet.of(source), SheetClaims()
    for line, cells, doubts in sheet:
        made.take(line, cells, doubts)
    strays = made.strays
    digest = hashlib.sha256(source.text.encode()).hexdigest()
    try:
        read = read_pack_data(source.name, completed(made, today), digest, set())
    except ImportRefusedError as error:
        told = tuple(_told_problem(each, sheet) for each in error.problems)
        raise ImportRefusedError(source.name, told) from None
    claims = [_with_rows(each, made) for each in read.claims]
    claims += (RefusedClaim(claim, faults[0].line, tuple(faults)) for claim, faults in made.faults.items())
    told = tuple(_told(claim, sheet) if isinstance(claim, RefusedClaim) else claim for claim in claims)
    packs = (IncomingPack(None, digest, read.documents, told),)
    return Incoming(source.name, source.format, packs, strays=strays, code_page=source.code_page)


def _with_rows(claim: IncomingClaim | RefusedClaim, sheet: SheetClaims) -> IncomingClaim | RefusedClaim:
    """Refuse the claim where one of its rows could not be read."""
    name = claim.claim if isinstance(claim, RefusedClaim) else claim.record.id
    faults = sheet.faults.pop(name, None)
    if faults is None:
        return claim
    # What the schema says of a cell that cannot be read is no news.
    lines = {fault.line for fault in faults}
    more = claim.problems if isinstance(claim, RefusedClaim) else ()
    return RefusedClaim(name, claim.line, (*faults, *(each for each in more if each.line not in lines)))


_INDEX = re.compile(r"\[\d+\]")
_MISSING = re.compile(r"'(\w+)' is missing")


def _told(claim: RefusedClaim, sheet: Sheet) -> RefusedClaim:
    """Name the sheet, the column and the value of each fault, in place of its field in the form of packs."""
    return replace(claim, problems=tuple(_told_problem(each, sheet) for each in claim.problems))


def _told_problem(problem: PackProblem, sheet: Sheet) -> PackProblem:
    missing = _MISSING.search(problem.fault)
    column = _column(f"{problem.field}.{missing[1]}" if missing else problem.field)
    if missing and column:
        problem = replace(problem, mend=worded("Write it into this column."))
    if not column:
        return replace(problem, field=sheet.source.name)
    value = sheet.cell(problem.line, column)
    field_name = (
        worded("{sheet}, column {column}, “{value}”", sheet=sheet.source.name, column=column, value=value[:60])
        if value
        else worded("{sheet}, column {column}, empty", sheet=sheet.source.name, column=column)
    )
    return replace(problem, field=field_name)


def _column(place: str) -> str:
    """Return the column of a part in the form of packs (`claims[0].points[2].speaker.zh`), or nothing."""
    *around, last = _INDEX.sub("", place).split(".")
    if last in CODES:
        return f"{'speaker' if 'speaker' in around else 'text'}_{last}"
    if "documented" in around:
        return "documented"
    return {"id": "claim", "value": "low"}.get(last, last if last in (*COLUMNS, *BY_HAND) else "")
