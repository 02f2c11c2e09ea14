"""`touchstone documents candidates`: the sentences of a document that may become claims."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from bot.terminal.check import write
from bot.terminal.console import Terminal
from bot.terminal.jsonl import json_line
from bot.texts import Texts, msgid
from claims.rights import Actor
from config.errors import DocumentTextError

if TYPE_CHECKING:
    from claims.documents.candidate import Candidate

_ID = msgid("The document's id, as the list shows it.")
_SERVER = msgid("Put them into the queue of this Discord server, given by its id.")
_DRY_RUN = msgid("Only print them.")
_JSON = msgid("Print JSON.")
_SIGNALS: Mapping[str, str] = {
    "figure": msgid("a figure"),
    "cause": msgid("a cause"),
    "absolute": msgid("an absolute"),
}


def register(group: typer.Typer) -> None:
    """Add the command to the group `documents`."""
    about = msgid("Print the sentences of a loaded document that may become claims; put them into a server's queue.")
    group.command("candidates", help=about)(candidates)


def candidates(
    context: typer.Context,
    document: Annotated[str, typer.Argument(metavar="ID", help=_ID)],
    server: Annotated[
        int | None, typer.Option("--server", metavar="ID", min=1, help=_SERVER, show_default=False)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_DRY_RUN)] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_JSON)] = False,
) -> None:
    """Find them as the server sees the base, or as it is shared; without a server nothing is written."""
    terminal = Terminal.of(context)
    texts = terminal.texts
    actor = Actor(0, server, is_operator=True)
    with terminal.open() as touchstone:
        desk = touchstone.moderation.candidates
        try:
            with _progress(terminal) as moved:
                found = desk.look(actor, document, moved)
        except DocumentTextError as error:
            raise typer.BadParameter(texts(error.fault, **error.values), param_hint="ID") from error
        new = desk.add(actor, found) if server is not None and not dry_run else None
    if as_json:
        write(json_line([_candidate_json(candidate) for candidate in found]))
        return
    _show(terminal, found)
    if new is not None:
        told = texts.plural(
            "{count} is new in the queue of server {server}.",
            "{count} are new in the queue of server {server}.",
            new,
            server=server,
        )
        terminal.print(told, style="bold")


@contextmanager
def _progress(terminal: Terminal) -> "Iterator[Callable[[int, int], None]]":
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(terminal.texts("Reading"), total=None)
        yield lambda done, whole: progress.update(task, completed=done, total=whole)


def _show(terminal: Terminal, found: "Sequence[Candidate]") -> None:
    texts = terminal.texts
    for candidate in found:
        terminal.print(candidate.text)
        terminal.print(f"    {_facts(candidate, texts)}", style="dim")
    terminal.print(texts.plural("{count} candidate", "{count} candidates", len(found)), style="dim")


def _facts(candidate: "Candidate", texts: Texts) -> str:
    signals = " · ".join(texts(_SIGNALS[signal]) for signal in candidate.signals)
    place = texts("characters {start}–{end}", start=candidate.start, end=candidate.end)
    return f"{place} · {signals} · {texts('score {score}', score=candidate.score)}"


def _candidate_json(candidate: "Candidate") -> dict[str, Any]:
    return {
        "document": candidate.document,
        "start": candidate.start,
        "end": candidate.end,
        "language": candidate.language,
        "text": candidate.text,
        "score": candidate.score,
        "signals": list(candidate.signals),
    }
