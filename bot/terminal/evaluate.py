"""`touchstone evaluate`: how good the checks are on files of labelled messages, claims or chat."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import track as rich_track

from bot.terminal.console import EmbedderOption, Terminal
from bot.terminal.evaluation_json import chat_json, messages_json, retrieval_json
from bot.terminal.evaluation_tables import show_chat, show_messages, show_retrieval, show_threshold
from bot.texts import msgid

if TYPE_CHECKING:
    from checks.base import IndexedBase
    from checks.evaluate.rows import ClaimText, Query
    from checks.lexicon import Lexicon

Row = TypeVar("Row")

_MESSAGES = msgid('JSON lines: {"id", "text", "lang", "claims", "stance", "numbers"}.')
_SET = msgid("A folder with claims.jsonl and files of messages (dev.jsonl, train.jsonl) about them.")
_CHAT = msgid('Ordinary chat: JSON lines with a "text", or plain text, one message a line.')
_JSON = msgid("Write the figures to this file, as JSON without any text of a message.")
_WORST = msgid("How many of the worst rows are shown.")
_DECIDE = msgid("Ordinary chat; say it again for more. Counts what is answered when this chat may raise few alarms.")
_CLAIMS = msgid("With --decide: how many claims the base has.")

JsonFile = Annotated[Path | None, typer.Option("--json", metavar="FILE", help=_JSON, dir_okay=False)]
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
    file: Annotated[Path, typer.Argument(help=_MESSAGES)],
    json_file: JsonFile = None,
    worst: Worst = 15,
    _embedder: EmbedderOption = None,
) -> None:
    """Judge labelled messages."""
    from checks.evaluate.messages import judge_messages  # noqa: PLC0415  as in Terminal.open
    from checks.evaluate.rows import read_labelled  # noqa: PLC0415

    terminal = Terminal.of(context)
    rows = read_labelled(file)
    with terminal.open() as touchstone:
        report = judge_messages(touchstone.check, track(terminal, rows))
    show_messages(terminal, report, worst)
    write_json(json_file, messages_json(report))


def chat(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help=_CHAT)],
    json_file: JsonFile = None,
    worst: Worst = 15,
    _embedder: EmbedderOption = None,
) -> None:
    """Judge ordinary chat."""
    from checks.evaluate.chat import judge_chat  # noqa: PLC0415
    from checks.evaluate.rows import read_chat  # noqa: PLC0415

    terminal = Terminal.of(context)
    lines = read_chat(file)
    with terminal.open() as touchstone:
        report = judge_chat(touchstone.check, track(terminal, lines))
    show_chat(terminal, report, worst)
    write_json(json_file, chat_json(report))


def retrieval(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help=_SET)],
    json_file: JsonFile = None,
    worst: Worst = 5,
    decide: Annotated[list[Path] | None, typer.Option("--decide", metavar="CHAT", help=_DECIDE)] = None,
    claims: Annotated[int, typer.Option("--claims", min=1, help=_CLAIMS)] = 500,
) -> None:
    """Judge every file of messages in the folder."""
    from checks.evaluate.retrieval import index_claims, judge_retrieval  # noqa: PLC0415
    from checks.evaluate.rows import read_claims, read_queries  # noqa: PLC0415
    from checks.lexicon import Lexicon  # noqa: PLC0415
    from checks.tuning import Tuning  # noqa: PLC0415

    terminal = Terminal.of(context)
    known = read_claims(folder)
    files = {path.stem: read_queries(path) for path in sorted(folder.glob("*.jsonl")) if path.stem != "claims"}
    if not files:
        raise typer.BadParameter(terminal.texts("{folder} holds no file of messages.", folder=folder))
    lexicon, tuning = Lexicon.load(), Tuning.load(terminal.settings.tuning_file)
    written: dict[str, Any] = {}
    base = index_claims(track(terminal, known), lexicon, tuning)
    for name, queries in files.items():
        report = judge_retrieval(base, track(terminal, queries), lexicon)
        show_retrieval(terminal, name, report, worst)
        written[name] = retrieval_json(report)
        if decide:
            chosen = _smaller_base(known, queries, claims, lexicon, terminal)
            written[name] |= {"decide": _decide(terminal, chosen, queries, decide, lexicon)}
    write_json(json_file, written)


def _smaller_base(
    known: Sequence["ClaimText"], queries: Sequence["Query"], count: int, lexicon: "Lexicon", terminal: Terminal
) -> "IndexedBase":
    from checks.evaluate.deciding import choose_claims  # noqa: PLC0415
    from checks.evaluate.retrieval import index_claims  # noqa: PLC0415
    from checks.tuning import Tuning  # noqa: PLC0415

    return index_claims(choose_claims(known, queries, count), lexicon, Tuning.load(terminal.settings.tuning_file))


def _decide(
    terminal: Terminal, base: "IndexedBase", queries: Sequence["Query"], files: Sequence[Path], lexicon: "Lexicon"
) -> dict[str, Any]:
    from checks.evaluate.deciding import LEAST_CHAT_WORDS, decide_retrieval  # noqa: PLC0415
    from checks.evaluate.rows import read_chat  # noqa: PLC0415

    texts = [line.text for file in files for line in read_chat(file)]
    said = [text for text in texts if len(text.split()) >= LEAST_CHAT_WORDS]
    threshold = decide_retrieval(base, queries, track(terminal, said), lexicon, _BUDGET)
    show_threshold(terminal, len(base.claims), threshold)
    return {"claims": len(base.claims), "answered": threshold.answered, "wrong": threshold.wrong}


def track(terminal: Terminal, rows: Sequence[Row]) -> Iterable[Row]:
    """Yield the rows and show on standard error how far it is."""
    console = Console(stderr=True)
    return rich_track(rows, terminal.texts("Measuring"), console=console, transient=True)


def write_json(file: Path | None, figures: object) -> None:
    """Write the figures, where a file is wanted."""
    if file is not None:
        file.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", "utf-8")
