"""`touchstone documents`: the source documents, and the reading of their files."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bot.terminal import candidates
from bot.terminal.console import Terminal
from bot.texts import Texts, msgid
from claims.documents.load import DocumentReport


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help=msgid("The documents that claims cite."), no_args_is_help=True)
    group.command("list", help=msgid("List all documents, and whether their passages can be shown."))(list_documents)
    group.command(
        "load", help=msgid("Read files or folders, and keep those that claims cite, to show their passages.")
    )(load)
    candidates.register(group)
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
