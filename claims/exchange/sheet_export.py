"""Claims as a sheet in CSV; `claims.exchange.sheet_layout` says what its rows and columns mean."""

import csv
import io
from collections.abc import Iterable, Iterator

from checks.known import KnownWording
from claims.exchange.contents import ExportedClaim, ExportedPack
from claims.exchange.plain import plain_number
from claims.exchange.sheet_layout import COLUMNS, guard_cell, join_texts
from claims.record import ClaimRecord

BYTE_ORDER_MARK = "\ufeff"
Row = dict[str, object]


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


def _rows(exported: ExportedClaim) -> Iterator[Row]:
    claim = exported.record
    yield {
        "row": "claim",
        "text_en": claim.title_en,
        "text_zh": claim.title_zh,
        "kind": claim.kind,
        "status": claim.status,
        "as_of": claim.as_of.isoformat(),
        "review_by": claim.review_by.isoformat() if claim.review_by else "",
        "pack": claim.pack,
        "exported_state": exported.state,
    }
    yield from _wordings("wording", (w for w in claim.wordings if w.says))
    yield from _wordings("not_wording", (w for w in claim.wordings if w.negative))
    yield from _wordings("denial", (w for w in claim.wordings if w.denies))
    yield from _figures(claim)
    yield from _points(claim)


def _wordings(row: str, wordings: Iterable[KnownWording]) -> Iterator[Row]:
    for number, wording in enumerate(wordings, start=1):
        yield {"row": row, "number": number, f"text_{wording.language}": wording.text}


def _figures(claim: ClaimRecord) -> Iterator[Row]:
    for number, figure in enumerate(claim.figures, start=1):
        yield {
            "row": "figure",
            "number": number,
            "text_en": figure.subject_en,
            "text_zh": figure.subject_zh,
            "role": figure.role,
            "low": plain_number(figure.low),
            "high": plain_number(figure.high),
            "unit": figure.unit,
            "bound": figure.bound,
        }


def _points(claim: ClaimRecord) -> Iterator[Row]:
    for number, point in enumerate(claim.points, start=1):
        yield {
            "row": "point",
            "number": number,
            "text_en": point.text_en,
            "text_zh": point.text_zh,
            "role": point.role,
            "speaker_en": point.speaker_en,
            "speaker_zh": point.speaker_zh,
            "date": point.date,
            "numbers": join_texts(point.numbers),
        }
        for cited in point.citations:
            place: Row = {"document": cited.document, "start": cited.start, "end": cited.end, "sha256": cited.sha256}
            yield {"row": "citation", "number": number} | place
