"""`touchstone backtest` and `trends`: what the bot would have said in a channel's past, and which claims it saw."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from bot.terminal.calibrate import read_budget
from bot.terminal.console import (
    JsonOption,
    ProcessesOption,
    ReadingBar,
    SchedulerOption,
    Terminal,
    WorkOption,
    complain,
    reading_bar,
    size_of,
)
from bot.terminal.evaluate import FiguresFile, refuse_standard
from bot.texts import Texts, msgid
from config.errors import ExportError
from config.named_files import STANDARD, encoding_of

if TYPE_CHECKING:
    from bot.backtest import Backtest, BacktestReport, PastMessage, WouldSay
    from bot.bulk import Bulk, Part
    from bot.chat_export import ExportCount
    from claims.moderation.digest import Trends

_EXPORT = msgid("Channels exported with DiscordChatExporter in the format JSON: files, folders of them, or -.")
_BUDGET = msgid("Which share of the messages may be answered: 1/2000.")
_LABEL = msgid("Ask of each reply whether it is right, and add the labels to this file, for `touchstone calibrate`.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(help=msgid("Read an exported channel and say what the bot would have answered there."))(backtest)
    app.command(help=msgid("Say which claims were seen in chat, and how they were spoken of: counts only."))(trends)


def backtest(
    context: typer.Context,
    exports: Annotated[list[Path], typer.Argument(metavar="EXPORT.json...", help=_EXPORT)],
    budget: Annotated[str, typer.Option("--budget", metavar="SHARE", help=_BUDGET)] = "1/2000",
    as_json: JsonOption = False,
    out: FiguresFile = None,
    label: Annotated[Path | None, typer.Option("--label", metavar="FILE", help=_LABEL, dir_okay=False)] = None,
    processes: ProcessesOption = None,
    scheduler: SchedulerOption = None,
    work: WorkOption = None,
) -> None:
    """Check all messages of the exports; Ctrl-C ends it early with what has been counted so far.

    Exit code 1 where an export of a folder breaks off, or none of its files is one.
    """
    from bot.backtest import Backtest  # noqa: PLC0415  as in Terminal.open
    from bot.bulk import BulkChoice, BulkRun  # noqa: PLC0415
    from bot.chat_export import ExportCount, find_exports  # noqa: PLC0415

    terminal = Terminal.of(context)
    refuse_standard(terminal, label, "--label")
    refuse_standard(terminal, work, "--work")
    texts, write = terminal.texts, terminal.figures_to(out, as_json=as_json)
    share = float(1000 * read_budget(budget, terminal))
    choice = BulkChoice(processes, scheduler, work)
    with terminal.open() as touchstone, BulkRun(choice, "backtest") as opened:
        run, count = Backtest(touchstone.check, keep_texts=True), ExportCount()
        try:
            files = list(find_exports(exports, but=(out, label, work)))
            bulk = opened.bulk(touchstone, text_of, sum(size_of(path) for path, _ in files))
            whole = read_all(terminal, run, files, bulk, count)
        except ExportError as error:
            raise typer.BadParameter(texts.of_error(error), param_hint="EXPORT.json") from error
    if count.unread == len(files):
        raise typer.Exit(1)
    report = run.report(share)
    if not whole:
        terminal.print(texts("Broken off; this is what had been read until then."), style="bold")
        if work is not None:
            terminal.print(texts("The same command goes on where this ended."))
    show(terminal, report)
    if count.lacks_texts:
        terminal.print()
        terminal.print(_say_blank(count, texts), style="yellow")
    write(report_json(report, whole=whole))
    if label is not None:
        _label(terminal, report, label)
    if not whole:
        raise typer.Exit(terminal.stop.code)
    if count.cut:
        raise typer.Exit(1)


def _label(terminal: Terminal, report: "BacktestReport", file: Path) -> None:
    """Ask of each reply that is not in the file yet whether it is right; say what all labels of the file speak for."""
    from bot.backtest import label_row, proposal_lines  # noqa: PLC0415  as in Terminal.open
    from checks.evaluation_files import read_labelled  # noqa: PLC0415
    from claims.moderation.labels import propose_cut_off  # noqa: PLC0415

    texts = terminal.texts
    if terminal.out.quiet:
        # The figures have gone to standard output, and who is asked still has to see what.
        terminal.speak_aside()
    with terminal.writing(file, "--label"):
        if size_of(file) and encoding_of(file.read_bytes()[:2]) == "utf-16":
            # Rows in UTF-8 would make it a file that nothing reads.
            raise typer.BadParameter(texts("This file is in UTF-16. Save it as UTF-8."), param_hint="--label")
        known = {row.id for row in read_labelled(file)} if size_of(file) else set[str]()
        # The last row of a file that somebody has made by hand may lack its end.
        begun = size_of(file) > 0 and not file.read_bytes().endswith(b"\n")
        with file.open("a", encoding="utf-8") as out:
            out.write("\n" if begun else "")
            for reply in report.sample:
                name = reply.message.link or reply.message.id
                if name in known:
                    continue
                terminal.print()
                _show_reply(terminal, reply)
                answer = _ask(terminal)
                if answer is None:
                    break
                if answer != "s":
                    row = label_row(name, reply.message.text, reply.claim, reply.stance, is_right=answer == "r")
                    out.write(json.dumps(row | {"score": reply.score}, ensure_ascii=False) + "\n")
                    out.flush()
        # As `read_labelled` does: a text may hold what else ends lines, such as U+2028.
        rows = [json.loads(line) for line in file.read_text("utf-8-sig").split("\n") if line.strip()]
    labels = [(float(row["score"]), bool(row["claims"])) for row in rows if isinstance(row.get("score"), int | float)]
    terminal.print()
    for line in proposal_lines(propose_cut_off(labels), texts):
        terminal.print(line)
    if rows:
        fits = texts("`touchstone calibrate --messages {file} --chat FILE` fits the checks to them.", file=file)
        terminal.print(fits)


def _ask(terminal: Terminal) -> str | None:
    """Return r (right), w (wrong) or s (neither); None where nobody answers any more."""
    question = terminal.texts("[r]ight, [w]rong, [s]kip, [q]uit?")
    while True:
        try:
            answer = terminal.out.input(f"{question} ", markup=False).strip().casefold()
        except (EOFError, KeyboardInterrupt):
            # As in `ask` of the chat: to be shut down is another thing than to have labelled enough.
            if not terminal.stop.is_key:
                raise
            return None
        if answer == "q":
            return None
        if answer in {"r", "w", "s"}:
            return answer
        if answer:
            terminal.print(terminal.texts("{key} is no answer here. Type r, w, s or q.", key=answer))


def _say_blank(count: "ExportCount", texts: Texts) -> str:
    return texts.plural(
        "{count} message of members has no text at all: it was exported by a bot without the Message Content Intent."
        " Switch that on in Discord's developer portal, and export again.",
        "{count} messages of members have no text at all: they were exported by a bot without the Message Content"
        " Intent. Switch that on in Discord's developer portal, and export again.",
        count.blank,
    )


Read = tuple[Path, "PastMessage"]


def text_of(read: Read) -> str:
    """Return what is checked of a message and its file."""
    return read[1].text


def read_all(
    terminal: Terminal, run: "Backtest", files: Sequence[tuple[Path, bool]], bulk: "Bulk[Read]", count: "ExportCount"
) -> bool:
    """Check the messages of all files, each once; returns whether it came to the end. Raises ExportError.

    A file of a folder that is no export is named and passed over.
    """
    from bot.bulk import Part, Seen  # noqa: PLC0415
    from bot.chat_export import ExportCount, read_export  # noqa: PLC0415

    def rows(part: "Part[Read]", bar: ReadingBar, *, is_named: bool) -> "Iterator[Read]":
        within = ExportCount()
        try:
            yield from ((part.path, message) for message in read_export(part.path, bar.move, within))
        except ExportError as error:
            part.is_whole = False
            if is_named:
                raise
            complain(terminal.texts.of_error(error))
            count.unread += 1
            count.cut += within.written > 0
        count.add(within)
        bar.finish(part.path)

    def parts(bar: ReadingBar) -> "Iterator[Part[Read]]":
        for path, is_named in files:
            part: Part[Read] = Part(path, ())
            part.rows = rows(part, bar, is_named=is_named)
            yield part

    seen = Seen() if len(files) > 1 else None
    try:
        with reading_bar(terminal, [path for path, _ in files]) as bar:
            for (path, message), finding in bulk.checked(parts(bar)):
                # Exports of one channel may overlap.
                if seen is None or seen.is_new(message.link or str(path), message.id, message.text):
                    run.count(message, finding)
    except KeyboardInterrupt:
        # The report tells it.
        terminal.stop.answer()
        return False
    return True


def show(terminal: Terminal, report: "BacktestReport") -> None:
    """Print the report; texts of messages stand on the screen and nowhere else."""
    from bot.backtest import summary_lines  # noqa: PLC0415  as above

    texts = terminal.texts
    for line in summary_lines(report, texts):
        terminal.print(line)
    if report.claims:
        table = Table(texts("Claim"), texts("Replies"), texts("Offers"), box=None, header_style="bold")
        for count in report.claims:
            table.add_row(count.claim, str(count.replies), str(count.offers))
        terminal.print()
        terminal.out.print(table)
    if report.sample:
        shown, total = len(report.sample), report.replies
        heading = texts("What I would have answered")
        if total > shown:
            heading = texts("What I would have answered ({count} of {total}, by chance)", count=shown, total=total)
        terminal.print()
        terminal.print(heading, style="bold")
        for reply in report.sample:
            _show_reply(terminal, reply)


def _show_reply(terminal: Terminal, reply: "WouldSay") -> None:
    message = reply.message
    # A link that is broken over lines cannot be followed.
    terminal.out.print(f"{reply.score:.2f}  {reply.claim}  {message.link or message.id}", soft_wrap=True)
    terminal.print(f"       {' '.join(message.text.split())}")


def report_json(report: "BacktestReport", *, whole: bool) -> dict[str, Any]:
    """Return the report without any text of a message."""
    return {
        "complete": whole,
        "messages": report.messages,
        "replies": report.replies,
        "offers": report.offers,
        "replies_per_thousand": report.per_thousand(report.replies),
        "offers_per_thousand": report.per_thousand(report.offers),
        "budget_per_thousand": report.budget,
        "replies_within_budget": report.within,
        "claims": [{"claim": each.claim, "replies": each.replies, "offers": each.offers} for each in report.claims],
        "sample": [
            {"message": each.message.id, "link": each.message.link, "claim": each.claim, "score": each.score}
            for each in report.sample
        ],
    }


_DAYS = msgid("How many days back, today included.")
_OUT = msgid("Draw the picture into this file (PNG); - is standard output.")
_DARK = msgid("With --out: light letters on a dark ground.")
_CSV = msgid("Write the sheet into this file (CSV): a row for each day and claim; - is standard output.")


def trends(
    context: typer.Context,
    days: Annotated[int, typer.Option("--days", min=1, max=366, help=_DAYS)] = 30,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.png", help=_OUT, dir_okay=False)] = None,
    dark: Annotated[bool, typer.Option("--dark", help=_DARK)] = False,
    sheet: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help=_CSV, dir_okay=False)] = None,
) -> None:
    """Sum up the sightings of all servers; without a file, as a table on the screen."""
    # With the database and the picture behind them, which help does without.
    from bot.trends_picture import trends_csv, trends_png  # noqa: PLC0415
    from claims.moderation.digest import TrendBook  # noqa: PLC0415
    from claims.moderation.rights import Actor  # noqa: PLC0415

    terminal = Terminal.of(context)
    if out == sheet == STANDARD:
        both = terminal.texts("Standard output takes one of the two. Name a file for the other.")
        raise typer.BadParameter(both, param_hint="--out, --csv")
    if out is not None and sheet is not None and out.resolve() == sheet.resolve():
        one = terminal.texts("One file cannot be picture and sheet. Name another one for one of them.")
        raise typer.BadParameter(one, param_hint="--out, --csv")
    if STANDARD in {out, sheet}:
        terminal.speak_aside()
    with terminal.open() as touchstone:
        found = TrendBook(touchstone.base).read(Actor.operator(), days)
        titles = {claim.id: terminal.texts.pick(claim.title) for claim in touchstone.base.claims()}
    if out is not None:
        _write(terminal, out, trends_png(found, titles, terminal.texts, "dark" if dark else "light"), "--out")
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
    if terminal.keep(file, data, option):
        terminal.print(terminal.texts("Written: {file}", file=file))
