"""The rows of a CSV file: whatever its delimiter, by the names of their columns, with the lines where they begin."""

import csv
import io
from collections.abc import Iterator

from claims.exchange.sheet_layout import COLUMNS, unguard_cell
from claims.exchange.source import Source
from config.errors import ImportRefusedError, PackProblem
from config.faults import worded

_DELIMITERS = ",;\t"
_EXPORT = worded("An export as CSV is a sheet with all columns.")

Cells = dict[str, str]


def read_rows(source: Source) -> Iterator[tuple[int, Cells]]:
    """Yield the line and the cells of each row that is not empty; formulas are as they were before the export.

    Raises ImportRefusedError where a column is missing, unknown or doubled, or where the file is no CSV.
    """
    heading = source.text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=heading.count)
    reader = csv.reader(io.StringIO(source.text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] | None = None
    line = 1
    try:
        for row in reader:
            cells = [unguard_cell(cell) for cell in row]
            if columns is None:
                columns = _columns(source.name, row)
            elif any(cells):
                yield line, _named(source.name, columns, cells, line)
            line = reader.line_num + 1
    except csv.Error as error:
        fault, mend = worded("this is no valid CSV: {detail}", detail=str(error)), worded("Save the sheet as CSV anew.")
        raise ImportRefusedError(source.name, (PackProblem(line, "", fault, mend),)) from error


def _columns(name: str, row: list[str]) -> list[str]:
    columns = [cell.strip() for cell in row]
    while columns and not columns[-1]:
        columns.pop()
    faults = [
        *(PackProblem(1, each, worded("the column is missing"), _EXPORT) for each in COLUMNS if each not in columns),
        *(
            PackProblem(1, each, worded("the column is unknown"), worded("Take it out."))
            for each in columns
            if each not in COLUMNS
        ),
        *(
            PackProblem(1, each, worded("the column stands here twice"), worded("Keep one."))
            for each in COLUMNS
            if _twice(columns, each)
        ),
    ]
    if faults:
        raise ImportRefusedError(name, tuple(faults[: len(COLUMNS)]))
    return columns


def _twice(columns: list[str], name: str) -> bool:
    return columns.count(name) > 1


def _named(name: str, columns: list[str], cells: list[str], line: int) -> Cells:
    if any(cells[len(columns) :]):
        fault, mend = (
            worded("the row has more cells than there are columns"),
            worded("Quote the cells that hold commas."),
        )
        raise ImportRefusedError(name, (PackProblem(line, "", fault, mend),))
    return dict.fromkeys(COLUMNS, "") | dict(zip(columns, cells, strict=False))
