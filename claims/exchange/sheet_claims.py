"""From the rows of a sheet to claims in the form of a pack."""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from claims.exchange.sheet_layout import ROWS, split_texts
from claims.exchange.sheet_rows import Cells
from claims.pack_yaml import DECIMAL, WHOLE, Place
from config.errors import PackProblem
from config.faults import worded

Data = dict[str, Any]


def _empty() -> Data:
    return {"pack": None, "documents": [], "claims": []}


@dataclass(slots=True)
class SheetClaims:
    """The claims of a sheet, the line of each part, and, by claim, what is wrong with rows."""

    data: Any = field(default_factory=_empty)
    faults: dict[str, list[PackProblem]] = field(default_factory=lambda: defaultdict(list))
    _lines: dict[Place, int] = field(default_factory=dict[Place, int])
    _numbers: dict[str, int] = field(default_factory=dict[str, int])
    _points: dict[tuple[int, str], Data] = field(default_factory=dict[tuple[int, str], Data])

    def line(self, place: Place) -> int:
        """Return the line of a part, or of the nearest part around it."""
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place, 1)

    def take(self, line: int, cells: Cells) -> None:
        """Put a row where it belongs; the rows come in the order of `claims.exchange.sheet_order`."""
        name, row = cells["claim"].strip(), cells["row"].strip()
        if row not in ROWS:
            mend = worded("Choose one of: {known}.", known=", ".join(ROWS))
            self._refuse(name, line, "row", worded("{row!r} is no kind of row", row=row), mend)
        elif row == "claim":
            self._take_claim(name, line, cells)
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
        optional = {key: cells[key].strip() for key in ("status", "review_by", "exported_state") if cells[key].strip()}
        self.data["claims"].append(
            {
                "id": name,
                "kind": cells["kind"].strip(),
                "title": _both(cells),
                "as_of": cells["as_of"].strip(),
                "wordings": {"en": [], "zh": []},
                "not_wordings": {"en": [], "zh": []},
                "denials": {"en": [], "zh": []},
                "figures": [],
                "points": [],
                **optional,
            }
        )

    def _take_part(self, row: str, number: int, line: int, cells: Cells) -> None:
        claim: Data = self.data["claims"][number]
        place: Place = ("claims", number)
        match row:
            case "wording" | "not_wording" | "denial":
                self._take_wording(claim, f"{row}s", place, line, cells)
            case "figure":
                self._append(claim["figures"], _figure(cells), (*place, "figures"), line)
            case "point":
                point = _point(cells)
                count = cells["number"].strip()
                if (number, count) in self._points:
                    fault = worded("a second point has the number {number}", number=count)
                    self._refuse(claim["id"], line, "number", fault, worded("Number them anew."))
                self._points[number, count] = point
                self._append(claim["points"], point, (*place, "points"), line)
            case _:
                self._take_citation(claim, number, line, cells)

    def _take_wording(self, claim: Data, key: str, place: Place, line: int, cells: Cells) -> None:
        texts = {language: text for language, text in _both(cells).items() if text}
        if len(texts) != 1:
            fault, mend = (
                worded("a wording stands either in text_en or in text_zh"),
                worded("Make it two rows, or fill one."),
            )
            self._refuse(claim["id"], line, "text_en", fault, mend)
            return
        [(language, text)] = texts.items()
        self._append(claim[key][language], text, (*place, key, language), line)

    def _take_citation(self, claim: Data, number: int, line: int, cells: Cells) -> None:
        point = self._points.get((number, cells["number"].strip()))
        if point is None:
            fault = worded("there is no point with the number {number!r}", number=cells["number"])
            self._refuse(
                claim["id"], line, "number", fault, worded("Write the number of the point that it belongs to.")
            )
            return
        place = {"start": _number(cells["start"]), "end": _number(cells["end"])}
        citation = {"document": cells["document"].strip(), **place, "sha256": cells["sha256"].strip()}
        index = next(n for n, each in enumerate(claim["points"]) if each is point)
        self._append(point["citations"], citation, ("claims", number, "points", index, "citations"), line)

    def _append(self, parts: list[Any], part: object, place: Place, line: int) -> None:
        self._lines[*place, len(parts)] = line
        parts.append(part)


def _both(cells: Cells, column: str = "text") -> dict[str, str]:
    return {language: cells[f"{column}_{language}"] for language in ("en", "zh")}


def _number(cell: str) -> object:
    """Return the number in a cell, or the cell as it is, which the schema then refuses."""
    text = cell.strip()
    if WHOLE.fullmatch(text):
        return int(text)
    number = float(text) if DECIMAL.fullmatch(text) else math.inf
    return number if math.isfinite(number) else text


def _figure(cells: Cells) -> Data:
    low, high, bound = _number(cells["low"]), _number(cells["high"]), cells["bound"].strip()
    single = bound != "range" and (low == high or high == "")
    values: Data = {"value": low} if single else {"low": low, "high": high}
    role = {"role": cells["role"].strip()} if cells["role"].strip() else {}
    return {**values, "unit": cells["unit"].strip(), "bound": bound, **role, "subject": _both(cells)}


def _point(cells: Cells) -> Data:
    return {
        "role": cells["role"].strip(),
        "speaker": _both(cells, "speaker"),
        "date": cells["date"].strip(),
        "text": _both(cells),
        "numbers": split_texts(cells["numbers"]),
        "citations": [],
    }
