"""`touchstone documents`: the source documents, and the reading of their files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

from bot.terminal.check import json_line, write
from bot.terminal.console import Terminal
from bot.texts import Texts, msgid
from claims.documents.loading import DocumentReport
from claims.moderation.rights import Actor
from config.errors import DocumentTextError

if TYPE_CHECKING:
    from claims.documents.candidates import Candidate


_ID = msgid("The document's id, as the list shows it.")
_SERVER = msgid("Put them into the queue of this Discord server, given by its id.")
_DRY_RUN = msgid("Only print them.")
_JSON = msgid("Print JSON.")
_SIGNALS: Mapping[str, str] = {
    "figure": msgid("a figure"),
    "cause": msgid("a cause"),
    "absolute": msgid("an absolute"),
}


def _register_candidates(group: typer.Typer) -> None:
    """Add the command to the group `documents`."""
    about = msgid("Print the sentences of a loaded document that may become claims; put them into a server's queue.")
    group.command("candidates", help=about)(candidates_candidates)


def candidates_candidates(
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


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help=msgid("The documents that claims cite."), no_args_is_help=True)
    group.command("list", help=msgid("List all documents, and whether their passages can be shown."))(list_documents)
    group.command(
        "load", help=msgid("Read files or folders, and keep those that claims cite, to show their passages.")
    )(load)
    _register_candidates(group)
    app.add_typer(group, name="documents")


def list_documents(context: typer.Context) -> None:
    """List the documents."""
    terminal = Terminal.of(context)
    texts = terminal.texts
    with terminal.open() as touchstone:
        documents = touchstone.base.documents()
    table = Table(box=None, header_style="bold")
    for heading in (texts("Id"), texts("Title"), texts("Publisher"), texts("Date"), texts("Text")):
        table.add_column(heading)
    for document in documents:
        loaded = texts("loaded") if document.loaded else texts("not loaded")
        table.add_row(document.id, document.title, document.publisher, document.published, loaded)
    terminal.out.print(table)


def load(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help=msgid("Files, or folders of files."))],
) -> None:
    """Load the files, and say of each what became of it; the exit code is 1 where one could not be used."""
    terminal = Terminal.of(context)
    with terminal.open() as touchstone:
        reports = touchstone.base.load_documents(paths)
    for report in reports:
        terminal.print(f"{report.path}: {outcome(report, terminal.texts)}")
    if not reports or any(report.outcome in {"unknown", "unreadable"} for report in reports):
        raise typer.Exit(1)


def outcome(report: DocumentReport, texts: Texts) -> str:
    """Say what became of a file."""
    match report.outcome:
        case "loaded":
            return texts("loaded as {document}.", document=report.document)
        case "unchanged":
            return texts("{document} was loaded before.", document=report.document)
        case "unknown":
            return texts(
                "no claim cites this file: it is another document, or was changed. Load the file as it was published."
            )
        case "unreadable":
            return texts("cannot be read ({reason}).", reason=report.reason)
