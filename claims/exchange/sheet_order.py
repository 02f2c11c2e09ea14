"""The order of a sheet's rows: by claim, kind and number, so that it may have been sorted by any column."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from claims.exchange.sheet_layout import ROWS
from claims.exchange.sheet_rows import Cells

_UNKNOWN = len(ROWS)
_LAST = 10**9

Row = tuple[int, Cells]


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


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Return the rows by claim (in the order in which the claims first appear), kind and number, all rows numbered."""
    claims: dict[str, _Numbers] = {}
    keyed: list[tuple[tuple[int, int, int], Row]] = []
    for line, cells in rows:
        row = cells["row"].strip()
        numbers = claims.setdefault(cells["claim"].strip(), _Numbers(len(claims)))
        number = numbers.of(cells)
        kind = ROWS.index(row) if row in ROWS else _UNKNOWN
        written = cells if number == _LAST else cells | {"number": str(number)}
        keyed.append(((numbers.place, kind, number), (line, written)))
    keyed.sort(key=lambda each: each[0])
    return [row for _, row in keyed]
