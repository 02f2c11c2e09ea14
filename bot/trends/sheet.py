"""The trends as CSV: one row for each day and claim."""

import csv
import io
from collections.abc import Mapping

from claims.exchange.sheet_layout import guard_cell
from claims.trends import Trends

COLUMNS = ("day", "claim", "title", "seen", "asserted", "asked", "debunked")


def trends_csv(trends: Trends, titles: Mapping[str, str]) -> bytes:
    """Return the sheet, in UTF-8 with the mark by which Excel knows it; what looks like a formula is made harmless."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for (day, claim), tally in sorted(trends.tallies.items()):
        cells = (guard_cell(claim), guard_cell(titles.get(claim, "")))
        writer.writerow((day.isoformat(), *cells, tally.seen, tally.asserted, tally.asked, tally.debunked))
    return text.getvalue().encode("utf-8-sig")
