"""`touchstone trends`: which claims were seen, over days, as a table, a picture or a sheet."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from bot.terminal.console import Terminal
from bot.texts import msgid

if TYPE_CHECKING:
    from claims.moderation.trends import Trends

_DAYS = msgid("How many days back, today included.")
_OUT = msgid("Draw the picture into this file (PNG).")
_CSV = msgid("Write the sheet into this file (CSV): a row for each day and claim.")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(help=msgid("Say which claims were seen in chat, and how they were spoken of: counts only."))(trends)


def trends(
    context: typer.Context,
    days: Annotated[int, typer.Option("--days", min=1, max=366, help=_DAYS)] = 30,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.png", help=_OUT, dir_okay=False)] = None,
    sheet: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help=_CSV, dir_okay=False)] = None,
) -> None:
    """Sum up the sightings of all servers; without a file, as a table on the screen."""
    # With the database and the picture behind them, which help does without.
    from bot.trends_picture import trends_csv, trends_png  # noqa: PLC0415
    from claims.moderation.rights import Actor  # noqa: PLC0415
    from claims.moderation.trends import TrendBook  # noqa: PLC0415

    terminal = Terminal.of(context)
    with terminal.open() as touchstone:
        found = TrendBook(touchstone.base).read(Actor.operator(), days)
        titles = {claim.id: terminal.texts.pick(claim.title_en, claim.title_zh) for claim in touchstone.base.claims()}
    if out is not None:
        _write(terminal, out, trends_png(found, titles, terminal.texts), "--out")
    if sheet is not None:
        _write(terminal, sheet, trends_csv(found, titles), "--csv")
    if out is None and sheet is None:
        _show(terminal, found)


def _show(terminal: Terminal, trends: "Trends") -> None:
    texts = terminal.texts
    claims = trends.by_claim()
    if not claims:
        terminal.print(texts("No claim was seen."))
        return
    headings = (texts("Claim"), texts("seen"), texts("stated"), texts("asked about"), texts("disputed"))
    table = Table(*headings, box=None, header_style="bold")
    for claim, tally in claims:
        table.add_row(claim, str(tally.seen), str(tally.asserted), str(tally.asked), str(tally.debunked))
    terminal.out.print(table)


def _write(terminal: Terminal, file: Path, data: bytes, option: str) -> None:
    try:
        file.write_bytes(data)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = terminal.texts("{path} cannot be written ({reason}).", path=file, reason=reason)
        raise typer.BadParameter(message, param_hint=option) from error
    terminal.print(terminal.texts("Written: {file}", file=file))
