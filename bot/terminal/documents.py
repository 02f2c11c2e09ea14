"""`touchstone documents` and `sources`: source documents taken in, listed, shown, taken away; their pages checked."""

import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from bot.reply import display_date
from bot.terminal.check import json_line, write
from bot.terminal.console import JsonOption, Terminal, complain, server_option
from bot.terminal.document_candidates import candidates, extract, review
from bot.texts import Texts, msgid
from bot.wording import left_out_line, read_parts
from claims.documents.loading import DocumentReport, SourceState
from claims.moderation.rights import Actor
from config.errors import DocumentRefusedError, DocumentTextError, WordedError
from config.named_files import STANDARD

if TYPE_CHECKING:
    from bot.service import Touchstone
    from claims.documents.intake import DocumentFacts, Intake
    from claims.moderation.sources import ShelfEntry

_ID = msgid("The document's id, as the list shows it.")
_OWNER = msgid("Its own documents of this Discord server, given by its id.")
_PLACE = msgid("A file, an address (https://…), or - for standard input.")
OwnerOption = Annotated[int | None, server_option(_OWNER)]
_FIELDS = {
    "title": msgid("Title"),
    "author": msgid("Author"),
    "publisher": msgid("Publisher"),
    "published": msgid("Date"),
    "language": msgid("Language"),
}


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help=msgid("The documents that claims cite."), no_args_is_help=True)
    group.command("list", help=msgid("List all documents, and whether their passages can be shown."))(list_documents)
    group.command("add", help=msgid("Take in a text, page, PDF or subtitles as a document that claims can cite."))(add)
    group.command("show", help=msgid("Show a document as it is read, with what was left out marked."))(show)
    group.command("remove", help=msgid("Take away a document that no claim cites, with its text."))(remove)
    group.command(
        "load", help=msgid("Read files or folders, and keep those that claims cite, to show their passages.")
    )(load)
    about = msgid("Print the sentences of documents that may become claims; put them into a server's queue.")
    group.command("candidates", help=about)(candidates)
    about = msgid("Let a language model look through a document; what it finds waits in a queue, marked, for a person.")
    group.command("extract", help=about)(extract)
    about = msgid(
        "Go through the candidates that wait: publish, keep, edit or dismiss each with a key; undo; go on later."
    )
    group.command("review", help=about)(review)
    app.add_typer(group, name="documents")
    sources = typer.Typer(help=msgid("The pages that the documents come from."), no_args_is_help=True)
    about = msgid(
        "Check that pages are still there, and still say what claims cite: those that are due, or those named."
    )
    sources.command("check", help=about)(check_sources)
    app.add_typer(sources, name="sources")


def list_documents(
    context: typer.Context,
    server: OwnerOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the documents."""
    terminal = Terminal.of(context)
    texts = terminal.texts
    with terminal.open() as touchstone:
        entries = touchstone.moderation.shelf.entries(server)
    if as_json:
        write(json_line([_entry_json(entry) for entry in entries]))
        return
    headings = (texts("Id"), texts("Date"), texts("Text"), texts("Cited"), texts("Title"))
    rows = [
        (
            entry.document.id,
            entry.document.published,
            texts("loaded") if entry.document.loaded else texts("not loaded"),
            str(entry.citations),
            _title(entry, texts),
        )
        for entry in entries
    ]
    terminal.list(headings, rows)


def _title(entry: "ShelfEntry", texts: Texts) -> str:
    title = " · ".join(texts.quoted(part) for part in (entry.document.title, entry.document.publisher) if part)
    return title if entry.in_force else texts("(pack left out) {title}", title=title)


def _entry_json(entry: "ShelfEntry") -> dict[str, Any]:
    document = entry.document
    return {
        "id": document.id,
        "title": document.title,
        "author": document.author,
        "publisher": document.publisher,
        "published": document.published,
        "language": document.language,
        "address": document.address,
        "sha256": document.sha256,
        "loaded": document.loaded,
        "own": entry.own,
        "citations": entry.citations,
        "claims": list(entry.claims),
        "in_force": entry.in_force,
    }


def add(
    context: typer.Context,
    place: Annotated[str, typer.Argument(metavar="PATH|URL|-", help=_PLACE)],
    title: Annotated[str, typer.Option("--title", help=msgid("Its title."))] = "",
    author: Annotated[str, typer.Option("--author", help=msgid("Who wrote or said it."))] = "",
    publisher: Annotated[str, typer.Option("--publisher", help=msgid("Who published it."))] = "",
    date: Annotated[str, typer.Option("--date", help=msgid("When: 2026-01-23, 2026-01 or 2026."))] = "",
    language: Annotated[
        str, typer.Option("--language", help=msgid("Its language, such as en, zh-Hans or zh-Hant."))
    ] = "",
    server: OwnerOption = None,
) -> None:
    """Take in a document; what its text does not say is asked for on a terminal."""
    terminal = Terminal.of(context)
    texts = terminal.texts
    actor = Actor.operator(server)
    from claims.documents.intake import DocumentFacts  # noqa: PLC0415  as in Terminal.open

    given = DocumentFacts(title, author, publisher, date, language)
    with terminal.open() as touchstone:
        try:
            intake = _take(touchstone, place)
            known = touchstone.moderation.shelf.edition(actor, intake)
            facts = given.or_else(intake.facts)
            if known is None:
                facts = _asked(terminal, given, facts, place)
            done = touchstone.moderation.shelf.add(actor, intake, facts)
        except DocumentRefusedError as error:
            raise _refusal(terminal, error) from error
        match done.outcome:
            case "added":
                terminal.print(texts("Added as {document}: {title}", document=done.document, title=facts.title))
            case "loaded":
                known_now = texts("This is {document}, which was known; its text is kept now.", document=done.document)
                terminal.print(known_now)
            case "known":
                terminal.print(texts("This is {document}, which is here already.", document=done.document))
                _describe(terminal, touchstone, actor, done.document, given)


def _describe(
    terminal: Terminal, touchstone: "Touchstone", actor: Actor, document: str, given: "DocumentFacts"
) -> None:
    """Write what the options say of a document that is here, such as what its text did not say the first time."""
    (known,) = (each for each in touchstone.base.documents(actor.server) if each.id == document)
    stands = {name: getattr(known, name) for name in asdict(given)}
    told = {name: said for name, said in asdict(given).items() if said and said != stands[name]}
    if not told:
        return
    try:
        touchstone.moderation.shelf.describe(actor, document, replace(given, **stands | told))
    except DocumentTextError:
        complain(terminal.texts("It belongs to all servers: what the options say of it is left out."))
    else:
        terminal.print(terminal.texts("What the options say of it is written."))


def _take(touchstone: "Touchstone", place: str) -> "Intake":
    """Read a file, an address or standard input; raises DocumentRefusedError."""
    from claims.documents.decoding import read_file  # noqa: PLC0415  as in Terminal.open

    shelf = touchstone.moderation.shelf
    if place == str(STANDARD):
        return shelf.read(read_file(STANDARD))
    if "://" in place:
        from claims.documents.fetching import PageReader  # noqa: PLC0415  as in Terminal.open

        page = PageReader().fetch(place)
        return shelf.read(page.data, page.name, page.charset, page.address)
    return shelf.read(read_file(Path(place)), Path(place).name)


def _asked(terminal: Terminal, given: "DocumentFacts", facts: "DocumentFacts", place: str) -> "DocumentFacts":
    """Ask for what the text does not say; away from a terminal it stays empty, and is told."""
    texts = terminal.texts
    missing = [field for field in _FIELDS if not getattr(facts, field)]
    if place != "-" and sys.stdin.isatty():
        for field, label in _FIELDS.items():
            if not getattr(given, field):
                proposed = getattr(facts, field)
                answer = typer.prompt(texts(label), default=proposed, show_default=bool(proposed))
                facts = replace(facts, **{field: answer.strip()})
        return facts
    if missing:
        names = texts.listed(texts(_FIELDS[field]) for field in missing)
        complain(texts("The text does not say: {names}. Give it with the options (see --help).", names=names))
    return facts


def show(
    context: typer.Context,
    document: Annotated[str, typer.Argument(metavar="ID", help=_ID)],
    server: OwnerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the text as it is read; what was left out stands in brackets, with the reason."""
    terminal = Terminal.of(context)
    texts = terminal.texts
    with terminal.open() as touchstone:
        try:
            record, clean = touchstone.moderation.shelf.shown(Actor.operator(server), document)
        except DocumentTextError as error:
            raise _refusal(terminal, error) from error
        entry = next(each for each in touchstone.moderation.shelf.entries(server) if each.document.id == record.id)
    view = clean.view
    if as_json:
        dropped = [{"start": each.start, "end": each.end, "reason": each.reason} for each in view.dropped]
        write(json_line(_entry_json(entry) | {"text": view.text, "dropped": dropped}))
        return
    terminal.print(texts.quoted(record.title), style="bold")
    who = (texts.quoted(each) for each in (record.author, record.publisher))
    facts = (*who, display_date(record.published, texts), record.language)
    terminal.print(" · ".join(part for part in facts if part))
    for line in (record.address, f"SHA-256 {record.sha256}"):
        if line:
            terminal.print(line, style="dim")
    if entry.claims:
        terminal.print(texts("Cited by: {claims}", claims=texts.listed(entry.claims)), style="dim")
    terminal.print()
    text = Text()
    for words, is_left_out in read_parts(view, texts):
        text.append(words, style="dim strike" if is_left_out else "")
    terminal.out.print(text, soft_wrap=True)
    if told := left_out_line(view, texts):
        terminal.print(told, style="dim")


def remove(
    context: typer.Context,
    document: Annotated[str, typer.Argument(metavar="ID", help=_ID)],
    server: OwnerOption = None,
) -> None:
    """Take a document away."""
    terminal = Terminal.of(context)
    with terminal.open() as touchstone:
        try:
            waiting = touchstone.moderation.shelf.remove(Actor.operator(server), document)
        except (DocumentRefusedError, DocumentTextError) as error:
            raise _refusal(terminal, error) from error
    terminal.print(terminal.texts("{document} is gone.", document=document))
    if waiting:
        told = terminal.texts.plural(
            "{count} candidate that waited went with it.", "{count} candidates that waited went with it.", waiting
        )
        terminal.print(told, style="dim")


def _refusal(terminal: Terminal, error: WordedError) -> typer.Exit:
    complain(terminal.texts.of_error(error))
    return typer.Exit(1)


def load(
    context: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help=msgid("Files, or folders of files; - is standard input."))
    ],
) -> None:
    """Load the files, and say of each what became of it; the exit code is 1 where one could not be used."""
    terminal = Terminal.of(context)
    with terminal.open() as touchstone:
        reports = touchstone.base.load_documents(paths)
    for report in reports:
        terminal.print(terminal.texts.named(str(report.path), outcome(report, terminal.texts)))
    if not reports:
        complain(terminal.texts("There is no file in it."))
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
                "no claim cites this file: it is another document, or was changed. Load the file as it was published,"
                " or add it as a new one: touchstone documents add FILE"
            )
        case "unreadable":
            fault = report.fault
            reason = fault and fault.values.get("reason")
            return texts("cannot be read ({reason}).", reason=reason) if reason or not fault else texts.of_error(fault)


_IDS = msgid("Documents to check now, by their ids; without any, all whose last check is a day old.")
_AGAIN = msgid("Check all, also what was checked today.")
_STATES = {
    "fine": msgid("as it was"),
    "moved": msgid("has moved to {address}"),
    "changed": msgid("has said something else since {date}"),
    "dead": msgid("is gone ({status})"),
    "silent": msgid("does not answer"),
    "barred": msgid("does not want to be read by programs"),
}


def check_sources(
    context: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID...", help=_IDS, show_default=False)] = None,
    again: Annotated[bool, typer.Option("--again", help=_AGAIN)] = False,
    as_json: JsonOption = False,
) -> None:
    """Check the pages, and print each as it is done; stopped with Ctrl-C, the next call goes on with the rest."""
    terminal = Terminal.of(context)
    texts = terminal.texts
    reached = [0, 0]

    def told(state: SourceState, done: int, total: int) -> None:
        reached[:] = done, total
        if not as_json:
            line = texts.named(state.document, _state_text(state, texts))
            terminal.print(f"{done}/{total}  {line}", style="bold" if state.reported else None)
            for each in state.passages:
                if each.outcome in {"changed", "lost"}:
                    terminal.print(f"    − {each.was}")
                    terminal.print(f"    + {each.now or '…'}")

    with terminal.open() as touchstone:
        _refuse_unknown(touchstone, ids or [], texts)
        try:
            found = touchstone.moderation.source_watch.run(ids or (), told, again=again)
        except KeyboardInterrupt:
            rest = msgid("{done} of {total} checked. The same command goes on with the rest.")
            anew = msgid("{done} of {total} checked. The same command checks all of them anew.")
            complain(texts(anew if again or ids else rest, done=reached[0], total=reached[1]))
            terminal.stop.answer()
            raise
    if as_json:
        write(json_line([_state_json(state) for state in found]))
    elif not found:
        terminal.print(texts("Nothing is due. --again checks all the same."))
    else:
        to_see = sum(state.reported for state in found)
        terminal.print(
            texts.plural("{count} page checked, {see} to look at.", "{count} pages checked, {see} to look at.",
                         len(found), see=to_see)
        )  # fmt: skip


def _refuse_unknown(touchstone: "Touchstone", ids: list[str], texts: Texts) -> None:
    known = touchstone.moderation.source_watch.documents()
    for each in ids:
        if each not in known:
            message = texts("There is no document {document} with an address. Pick one from the list.", document=each)
            raise typer.BadParameter(message, param_hint="ID...")


def _state_text(state: SourceState, texts: Texts) -> str:
    day = display_date(state.since.date().isoformat(), texts)
    said = texts(_STATES[state.state], address=state.found_at, status=state.status, date=day)
    reason = state.reason
    if reason is not None and state.state in {"silent", "barred"}:
        return texts.named(said, texts.of_error(reason))
    if reason is not None or (state.failures and state.state != "silent"):
        return texts("{state}; it does not answer now", state=said)
    return said


def _state_json(state: SourceState) -> dict[str, Any]:
    return {
        "document": state.document,
        "address": state.address,
        "state": state.state,
        "since": state.since.isoformat(),
        "status": state.status,
        "found_at": state.found_at,
        "to_look_at": state.reported,
        "reason": str(state.reason) if state.reason else None,
        "passages": [
            {"start": each.start, "end": each.end, "outcome": each.outcome, "was": each.was, "now": each.now}
            for each in state.passages
        ],
    }
