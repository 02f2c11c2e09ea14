"""`touchstone evaluate`: how good the checks are on labelled files."""

import gc
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import track as rich_track
from rich.table import Table

from bot.terminal.console import (
    EmbedderOption,
    JsonOption,
    ProcessesOption,
    ReadingBar,
    SchedulerOption,
    Terminal,
    WorkOption,
    complain,
    going_on,
    reading_bar,
    size_of,
)
from bot.texts import Texts, msgid
from config.errors import BulkError
from config.named_files import STANDARD

if TYPE_CHECKING:
    from checks.checker import Checker
    from checks.evaluation import ChatReport, MessageReport, Portion, RetrievalReport, Threshold
    from checks.evaluation_files import ChatLine, LabelledMessage, Query


def messages_json(report: "MessageReport") -> dict[str, Any]:
    """Return the report on labelled messages."""
    worst = [
        {"id": row.message.id, "fault": row.fault, "action": row.action, "claim": row.claim, "score": row.score}
        for row in report.worst
    ]
    return {
        "rows": report.rows,
        "figures": dict(report.figures),
        "by_language": {language: dict(figures) for language, figures in report.by_language.items()},
        "worst": worst,
        "confusion": [{"right": right, "found": found, "count": count} for right, found, count in report.confusion],
    }


def chat_json(report: "ChatReport") -> dict[str, Any]:
    """Return the report on chat."""
    alarms = [
        ({"file": each.line.file} if each.line.file else {})
        | {"line": each.line.number, "action": each.action, "claim": each.claim, "score": each.score}
        for each in report.alarms
    ]
    return {
        "lines": report.lines,
        "replies": report.count("reply"),
        "offers": report.count("offer"),
        "replies_per_1000": report.per_thousand("reply"),
        "offers_per_1000": report.per_thousand("offer"),
        "alarms": alarms,
    }


def retrieval_json(report: "RetrievalReport") -> dict[str, Any]:
    """Return the report on one file of a retrieval set."""
    return {
        "claims": report.claims,
        "rows": len(report.ranked),
        "figures": report.figures,
        "milliseconds": report.milliseconds,
        "milliseconds_elapsed": report.elapsed,
        "missed": [each.query.id for each in report.missed],
    }


_SHORT = 90
_MOST_PAIRS = 10
_MOST_UNKNOWN = 20

FIGURES = {
    "top1": msgid("the right claim on top"),
    "replied": msgid("answered rightly"),
    "replied_or_offered": msgid("answered or offered rightly"),
    "wrong": msgid("answered with another claim"),
    "false": msgid("answered where there is no claim"),
    "false_offer": msgid("answered or offered where there is no claim"),
    "lectured": msgid("a debunker answered"),
    "denies_seen": msgid("denials seen"),
    "asks_seen": msgid("questions seen"),
    "conflict_seen": msgid("differing figures seen"),
    "conflict_false": msgid("figures wrongly found to differ"),
}
FAULTS = {
    "false reply": msgid("reply where there is no claim"),
    "wrong reply": msgid("reply with another claim"),
    "lectured": msgid("reply to a debunker"),
    "false offer": msgid("offer where there is no claim"),
    "another claim on top": msgid("another claim on top"),
    "nothing found": msgid("nothing found"),
    "left unanswered": msgid("left unanswered"),
}
ACTIONS = {"reply": msgid("reply"), "offer": msgid("offer"), "silent": msgid("silence")}


def show_messages(terminal: Terminal, report: "MessageReport", worst: int) -> None:
    """Print the figures by language, the worst rows and the confused claims."""
    texts = terminal.texts
    table = _table(texts("Figure"), texts("all"), *report.by_language)
    for name, share in report.figures.items():
        shares = [figures.get(name) for figures in report.by_language.values()]
        table.add_row(texts(FIGURES[name]), f"{share:.3f}", *("" if one is None else f"{one:.3f}" for one in shares))
    terminal.out.print(table)
    rows = _table(texts("Row"), texts("What went wrong"), texts("Found"), texts("Score"), texts("Message"))
    for row in report.worst[:worst]:
        fault = texts(FAULTS[row.fault])
        rows.add_row(row.message.id, fault, row.claim or "", f"{row.score:.2f}", _short(row.message.text))
    _show_if_any(terminal, rows)
    pairs = _table(texts("Right claim"), texts("Found"), texts("Times"))
    for right, found, count in report.confusion[:_MOST_PAIRS]:
        pairs.add_row(right, found, str(count))
    _show_if_any(terminal, pairs)


def show_chat(terminal: Terminal, report: "ChatReport", worst: int) -> None:
    """Print how often the bot would speak, and where."""
    texts = terminal.texts
    table = _table(texts("Action"), texts("Times"), texts("in 1,000 messages"))
    for action in ("reply", "offer"):
        table.add_row(texts(ACTIONS[action]), str(report.count(action)), f"{report.per_thousand(action):.2f}")
    terminal.out.print(table)
    terminal.print(texts.plural("{count} message", "{count} messages", report.lines), style="dim")
    rows = _table(texts("Line"), texts("Action"), texts("Found"), texts("Score"), texts("Message"))
    for alarm in report.alarms[:worst]:
        action = texts(ACTIONS[alarm.action])
        place = f"{alarm.line.file}:{alarm.line.number}" if alarm.line.file else str(alarm.line.number)
        rows.add_row(place, action, alarm.claim, f"{alarm.score:.2f}", _short(alarm.line.text))
    _show_if_any(terminal, rows)


def show_retrieval(terminal: Terminal, name: str, report: "RetrievalReport", worst: int) -> None:
    """Print how high the right claims rank, and the first messages for which none is among the first five."""
    texts = terminal.texts
    table = _table(
        texts("Set"), texts("Claims"), texts("Messages"), "MAP@5", "P@1", "S@5", texts("P@1 without itself"), "ms"
    )
    shares = [f"{share:.4f}" for share in report.figures.values()]
    table.add_row(name, str(report.claims), str(len(report.ranked)), *shares, f"{report.milliseconds:.1f}")
    terminal.out.print(table)
    rows = _table(texts("Row"), texts("Right claim"), texts("Found"), texts("Message"))
    for each in report.missed[:worst]:
        rows.add_row(each.query.id, min(each.query.right, default=""), *each.found[:1], _short(each.query.text))
    _show_if_any(terminal, rows)


def show_threshold(terminal: Terminal, claims: int, threshold: "Threshold") -> None:
    """Print what is answered when ordinary chat may raise few false alarms."""
    texts = terminal.texts
    table = _table(
        texts("Claims"), texts("Chat"), texts("False alarms"), _figure(texts, "replied"), _figure(texts, "wrong")
    )
    counts = (str(claims), str(threshold.lines), str(threshold.alarms))
    table.add_row(*counts, f"{threshold.answered:.3f}", f"{threshold.wrong:.3f}")
    terminal.out.print(table)


def _figure(texts: Texts, name: str) -> str:
    return texts(FIGURES[name])


def _table(*headings: str) -> Table:
    table = Table(box=None, header_style="bold")
    for heading in headings:
        table.add_column(heading)
    return table


def _show_if_any(terminal: Terminal, table: Table) -> None:
    if table.row_count:
        terminal.print()
        terminal.out.print(table)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 1]}…"


Row = TypeVar("Row")

_MESSAGES = msgid(
    'Files of JSON lines {"id", "text", "lang", "claims", "stance", "numbers"}, folders of them, or -. The stance is'
    " asserts, denies or asks; and none, without claims, where a message at most mentions one."
)
_SET = msgid("A folder with claims.jsonl and files of messages (dev.jsonl, train.jsonl) about them.")
_CHAT = msgid(
    'Files of ordinary chat, folders, or -: JSON lines with a "text" (.jsonl), or plain text, one message a line.'
)
_OUT = msgid("Write the figures to this file, as JSON without any text of a message; - is standard output.")
_WORST = msgid("How many of the worst rows are shown.")
_DECIDE = msgid("Ordinary chat; say it again for more. Counts what is answered when this chat may raise few alarms.")
_CLAIMS = msgid("With --decide: how many claims the base has.")

_TYPOS = msgid("Measure once more with a slip in every third longer word; the same seed makes the same slips.")

FiguresFile = Annotated[Path | None, typer.Option("--out", metavar="FILE", help=_OUT, dir_okay=False)]
Worst = Annotated[int, typer.Option("--worst", min=0, help=_WORST)]
# One false alarm in 1,000 lines of chat.
_BUDGET = 0.001


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help=msgid("Measure the checks on files of your own."), no_args_is_help=True)
    group.command("messages", help=msgid("Labelled messages: what is found, answered and answered wrongly."))(messages)
    group.command("retrieval", help=msgid("Claims and messages about them: how high the right claim ranks."))(retrieval)
    group.command("chat", help=msgid("Ordinary chat: how often the bot would speak where nobody made a claim."))(chat)
    app.add_typer(group, name="evaluate")


def messages(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help=_MESSAGES)],
    as_json: JsonOption = False,
    out: FiguresFile = None,
    worst: Worst = 15,
    processes: ProcessesOption = None,
    scheduler: SchedulerOption = None,
    work: WorkOption = None,
    _embedder: EmbedderOption = None,
) -> None:
    """Judge labelled messages."""
    from bot.bulk import BulkChoice, BulkRun, Part  # noqa: PLC0415
    from checks.evaluation import judge_findings  # noqa: PLC0415  as in Terminal.open
    from checks.evaluation_files import find_files, read_labelled  # noqa: PLC0415

    terminal = Terminal.of(context)
    refuse_standard(terminal, work, "--work")
    write = terminal.figures_to(out, as_json=as_json)
    read = {path: read_labelled(path) for path in find_files(files, ".jsonl", but=work)}
    run = BulkRun(BulkChoice(processes, scheduler, work), "messages")
    going = going_on(terminal, work, read)
    with terminal.open() as touchstone, run as opened, reading_bar(terminal, [*read]) as bar, going:
        name_unknown(
            terminal, (claim.id for claim in touchstone.base.claims()), [row for rows in read.values() for row in rows]
        )
        parts = (Part(path, watched(rows, path, bar)) for path, rows in read.items())
        bulk = opened.bulk(touchstone, _message_text, sum(map(size_of, read)))
        report = judge_findings(bulk.checked(parts))
    show_messages(terminal, report, worst)
    write(messages_json(report))


def _message_text(row: "LabelledMessage") -> str:
    return row.text


def _line_text(line: "ChatLine") -> str:
    return line.text


def refuse_standard(terminal: Terminal, file: Path | None, option: str) -> None:
    """Refuse standard output for what is read again; raises BadParameter."""
    if file == STANDARD:
        raise typer.BadParameter(terminal.texts("What is kept here is read again: name a file."), param_hint=option)


def name_unknown(terminal: Terminal, known: Iterable[str], rows: Sequence["LabelledMessage"]) -> None:
    """Name the claims of labels that the base does not have: every one of them counts as a miss."""
    unknown = sorted({claim for row in rows for claim in row.claims}.difference(known))
    if unknown:
        shown = terminal.texts.listed(unknown[:_MOST_UNKNOWN]) + (" …" if len(unknown) > _MOST_UNKNOWN else "")
        complain(terminal.texts("The base does not have these claims of the labels: {claims}", claims=shown))


def watched(rows: Sequence[Row], path: Path, bar: ReadingBar) -> Iterator[Row]:
    """Yield the rows of a file and move the bar."""
    for number, row in enumerate(rows):
        bar.move(size_of(path) * number // len(rows))
        yield row
    bar.finish(path)


def chat(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help=_CHAT)],
    as_json: JsonOption = False,
    out: FiguresFile = None,
    worst: Worst = 15,
    processes: ProcessesOption = None,
    scheduler: SchedulerOption = None,
    work: WorkOption = None,
    _embedder: EmbedderOption = None,
) -> None:
    """Judge ordinary chat."""
    from bot.bulk import BulkChoice, BulkRun, Part  # noqa: PLC0415
    from checks.evaluation import count_alarms  # noqa: PLC0415
    from checks.evaluation_files import find_files, stream_chat  # noqa: PLC0415

    terminal = Terminal.of(context)
    refuse_standard(terminal, work, "--work")
    write = terminal.figures_to(out, as_json=as_json)
    found = find_files(files, ".jsonl", ".txt", but=work)

    def lines(path: Path, bar: ReadingBar) -> "Iterator[ChatLine]":
        yield from stream_chat(path, bar.move, str(path) if len(found) > 1 else "")
        bar.finish(path)

    run = BulkRun(BulkChoice(processes, scheduler, work), "chat")
    going = going_on(terminal, work, found)
    with terminal.open() as touchstone, run as opened, reading_bar(terminal, found) as bar, going:
        bulk = opened.bulk(touchstone, _line_text, sum(map(size_of, found)))
        report = count_alarms(bulk.checked(Part(path, lines(path, bar)) for path in found))
    show_chat(terminal, report, worst)
    write(chat_json(report))


def retrieval(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_SET)],
    as_json: JsonOption = False,
    out: FiguresFile = None,
    worst: Worst = 5,
    decide: Annotated[list[Path] | None, typer.Option("--decide", metavar="CHAT", help=_DECIDE)] = None,
    claims: Annotated[int, typer.Option("--claims", min=1, help=_CLAIMS)] = 500,
    typos: Annotated[int | None, typer.Option("--typos", metavar="SEED", help=_TYPOS)] = None,
    processes: ProcessesOption = None,
    _embedder: EmbedderOption = None,
) -> None:
    """Judge every file of messages in the folder."""
    from checks.embedders import open_safe_embedder  # noqa: PLC0415
    from checks.evaluation import (  # noqa: PLC0415
        choose_claims,
        embed_claims,
        hold_claims,
        judge_retrieval,
        mistyped,
    )
    from checks.evaluation_files import read_claims, read_queries  # noqa: PLC0415
    from checks.lexicon import Lexicon  # noqa: PLC0415
    from checks.tuning import Tuning  # noqa: PLC0415

    terminal = Terminal.of(context)
    write = terminal.figures_to(out, as_json=as_json)
    known = read_claims(folder)
    files = {path.stem: read_queries(path) for path in sorted(folder.glob("*.jsonl")) if path.stem != "claims"}
    if not files:
        raise typer.BadParameter(terminal.texts("{folder} holds no file of messages.", folder=folder))
    lexicon, tuning = Lexicon.load(), Tuning.load(terminal.settings.tuning_file)
    embedder = open_safe_embedder(terminal.settings)
    written: dict[str, Any] = {}
    checker = hold_claims(track(terminal, known), lexicon, tuning, embedder)
    embed_claims(checker)
    spread = _Spread(terminal, checker, processes or os.cpu_count() or 1)
    for name, queries in files.items():
        report = judge_retrieval(checker, queries, spread)
        show_retrieval(terminal, name, report, worst)
        written[name] = retrieval_json(report)
        if typos is not None:
            slips = [replace(query, text=mistyped(query.text, typos)) for query in queries]
            report = judge_retrieval(checker, slips, spread)
            show_retrieval(terminal, terminal.texts("{name}, mistyped", name=name), report, worst)
            written[name] |= {"mistyped": retrieval_json(report)}
        if decide:
            smaller = hold_claims(choose_claims(known, queries, claims), lexicon, tuning, embedder)
            written[name] |= {"decide": _decide(terminal, smaller, queries, decide)}
    write(written)


class _Spread:
    """Ranks portions of queries by some processes that share the claims of this one, where the system forks (Linux).

    Elsewhere, and where there are few, in this process.
    """

    def __init__(self, terminal: Terminal, checker: "Checker", count: int) -> None:
        self._terminal, self._checker = terminal, checker
        self._count = count if sys.platform == "linux" else 1

    def __call__(self, portions: "Sequence[Sequence[Query]]") -> "Iterator[Portion]":
        from checks.evaluation import rank  # noqa: PLC0415

        count = min(self._count, len(portions))
        if count <= 1:
            yield from (rank(self._checker, portion) for portion in track(self._terminal, portions))
            return
        # Nothing else runs in this process yet: what is forked finds no lock held, and claims and vectors as they are.
        # Whether any of these can go is not looked for again and again: each process would copy what it looks at.
        gc.freeze()
        pool = ProcessPoolExecutor(count, get_context("fork"), _hold, (self._checker,))
        try:
            answers = [pool.submit(_rank_held, portion) for portion in portions]
            for answer in track(self._terminal, answers):
                yield answer.result()
        except BrokenProcessPool as error:
            fault = msgid("The processes that check end again and again. Ask for fewer of them, as with --processes 1.")
            raise BulkError(fault) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


# What a process that was forked ranks with.
_held: "list[Checker]" = []


def _hold(checker: "Checker") -> None:
    # Ctrl-C goes to all processes of a terminal: the one that has started the others ends them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _held[:] = [checker]


def _rank_held(queries: "Sequence[Query]") -> "Portion":
    from checks.evaluation import rank  # noqa: PLC0415

    return rank(_held[0], queries)


def _decide(
    terminal: Terminal, checker: "Checker", queries: Sequence["Query"], files: Sequence[Path]
) -> dict[str, Any]:
    from checks.evaluation import LEAST_CHAT_WORDS, decide_retrieval  # noqa: PLC0415
    from checks.evaluation_files import read_chat  # noqa: PLC0415

    texts = [line.text for file in files for line in read_chat(file)]
    said = [text for text in texts if len(text.split()) >= LEAST_CHAT_WORDS]
    threshold = decide_retrieval(checker, queries, track(terminal, said), _BUDGET)
    count = checker.base.size
    show_threshold(terminal, count, threshold)
    return {"claims": count, "answered": threshold.answered, "wrong": threshold.wrong}


def track(terminal: Terminal, rows: Sequence[Row]) -> Iterable[Row]:
    """Yield the rows and show on standard error how far it is."""
    console = Console(stderr=True)
    return rich_track(
        rows, terminal.texts("Measuring"), console=console, transient=True, disable=not console.is_terminal
    )
