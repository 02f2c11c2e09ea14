"""`touchstone documents candidates` and `extract`: what documents propose, by rules and by a language model."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from bot.terminal.check import json_line, write
from bot.terminal.console import Terminal, complain
from bot.texts import Texts, msgid
from bot.wording import attitude_text
from claims.moderation.rights import Actor
from config.errors import DocumentRefusedError, DocumentTextError, ExtractionError

if TYPE_CHECKING:
    from bot.service import Touchstone
    from claims.documents.candidates import Candidate, SourceText

_WHICH = msgid("Ids of documents, as the list shows them, or files; all loaded documents where none is named.")
_SERVER = msgid("Put them into the queue of this Discord server, given by its id.")
_DRY_RUN = msgid("Only print them.")
_JSON = msgid("Print JSON.")
_MOST = msgid("How many to print at most.")
_ALONE = msgid("Read as if no claim were known: none is near, and no passage is cited already.")
_SHOWN = 20
SIGNALS: Mapping[str, str] = {
    "figure": msgid("a figure"),
    "cause": msgid("a cause"),
    "compare": msgid("a comparison"),
    "trend": msgid("a change"),
    "absolute": msgid("an absolute"),
    "predicts": msgid("a forecast"),
    "reports": msgid("a report"),
    "rejects": msgid("a denial"),
    "judgement": msgid("a judgement"),
}
_OFFERS: Mapping[str, str] = {
    "wording": msgid("a wording for {claim}"),
    "point": msgid("a further point for {claim}"),
}


def candidates(
    context: typer.Context,
    which: Annotated[list[str] | None, typer.Argument(metavar="[ID|FILE]...", help=_WHICH, show_default=False)] = None,
    server: Annotated[
        int | None, typer.Option("--server", metavar="ID", min=1, help=_SERVER, show_default=False)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_DRY_RUN)] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_JSON)] = False,
    most: Annotated[int | None, typer.Option("--most", metavar="N", min=1, help=_MOST, show_default=False)] = None,
    alone: Annotated[bool, typer.Option("--without-claims", help=_ALONE)] = False,
) -> None:
    """Find them as the server sees the base, or as it is shared; without a server nothing is written."""
    terminal = Terminal.of(context)
    actor = Actor(0, server, is_operator=True)
    with terminal.open() as touchstone:
        desk = touchstone.moderation.candidates
        sources = _sources(terminal, touchstone, actor, which or [])
        limit = most or (None if as_json else _SHOWN)
        with _progress(terminal) as moved:
            found = desk.across(actor, sources, moved, beside_claims=not alone, **({"most": limit} if limit else {}))
        new = None
        if server is not None and not dry_run:
            kept = {source.document for source in sources if _is_kept(touchstone, actor, source.document)}
            new = desk.add(actor, tuple(each for each in found if each.document in kept))
    if as_json:
        write(json_line([candidate_json(candidate) for candidate in found]))
        return
    _show(terminal, found)
    if new is not None:
        told = terminal.texts.plural(
            "{count} is new in the queue of server {server}.",
            "{count} are new in the queue of server {server}.",
            new,
            server=server,
        )
        terminal.print(told, style="bold")


_DOCUMENT = msgid("The document's id, as the list shows it.")
_QUEUE = msgid("Into the queue of this Discord server; else into the operator's, for touchstone documents review.")
_AGAIN = msgid("Ask about all of it, also what was looked through before.")
_STOPPED = 130


def extract(
    context: typer.Context,
    document: Annotated[str, typer.Argument(metavar="ID", help=_DOCUMENT)],
    server: Annotated[
        int | None, typer.Option("--server", metavar="ID", min=1, help=_QUEUE, show_default=False)
    ] = None,
    again: Annotated[bool, typer.Option("--again", help=_AGAIN)] = False,
) -> None:
    """Ask chunk by chunk; whatever ends it, the same command goes on where it ended."""
    terminal = Terminal.of(context)
    texts, actor = terminal.texts, Actor(0, server, is_operator=True)
    last, new, dropped, tokens, faults = None, 0, 0, 0, 0
    code = 0
    with terminal.open() as touchstone:
        desk = touchstone.moderation.extraction
        try:
            with _progress(terminal) as moved:
                for last in desk.run(actor, document, again=again):
                    moved(last.done, last.chunks)
                    new, dropped, tokens = new + last.new, dropped + last.dropped, tokens + last.tokens
                    if last.fault:
                        faults += 1
                        complain(texts("A part gave nothing: {fault}.", fault=last.fault))
        except KeyboardInterrupt:
            code = _STOPPED
        except (DocumentTextError, ExtractionError) as error:
            complain(texts(error.fault, **error.values))
            code = 1
        cost = desk.extractor.address.cost(tokens) if desk.is_set_up else 0.0
    if last is None:
        raise typer.Exit(code)
    terminal.print(
        texts.plural(
            "{count} is new in the queue; {dropped} did not stand in the document and were dropped.",
            "{count} are new in the queue; {dropped} did not stand in the document and were dropped.",
            new,
            dropped=dropped,
        )
    )
    told = texts(
        "{done} of {chunks} parts are read, for {tokens} tokens.", done=last.done, chunks=last.chunks, tokens=tokens
    )
    terminal.print(told + (" " + texts("That cost {cost}.", cost=f"{cost:.4f}") if cost else ""), style="dim")
    if last.done < last.chunks:
        terminal.print(texts("The same command goes on where this ended."))
    raise typer.Exit(code or (1 if faults else 0))


def _is_kept(touchstone: "Touchstone", actor: Actor, document: str) -> bool:
    return any(each.id == document for each in touchstone.base.documents(actor.server))


def _sources(terminal: Terminal, touchstone: "Touchstone", actor: Actor, which: Sequence[str]) -> "list[SourceText]":
    from claims.documents.candidates import SourceText  # noqa: PLC0415  as in Terminal.open

    desk, shelf = touchstone.moderation.candidates, touchstone.moderation.shelf
    known = {each.id: each for each in touchstone.base.documents(actor.server)}
    if not which:
        return [desk.source(actor, name) for name, record in known.items() if record.loaded]
    sources: list[SourceText] = []
    for name in which:
        path = Path(name)
        try:
            if name in known or not path.exists():
                sources.append(desk.source(actor, name))
                continue
            from claims.documents.decoding import read_file  # noqa: PLC0415  as in Terminal.open

            intake = shelf.read(read_file(path), path.name)
            document, text = shelf.edition(actor, intake) or (path.name, intake.text)
            published = known[document].published if document in known else intake.facts.published
            sources.append(SourceText(document, text, published))
        except (DocumentTextError, DocumentRefusedError) as error:
            fault = f"{name}: {terminal.texts(error.fault, **error.values)}"
            raise typer.BadParameter(fault, param_hint="ID|FILE") from error
    return sources


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
        if candidate.counterpoint is not None:
            terminal.print("    " + texts("against it: {text}", text=candidate.counterpoint.text), style="dim")
        for near in candidate.near:
            terminal.print("    " + texts(_OFFERS[near.offer], claim=near.claim), style="dim")
    terminal.print(texts.plural("{count} candidate", "{count} candidates", len(found)), style="dim")


def _facts(candidate: "Candidate", texts: Texts) -> str:
    place = texts("characters {start}–{end}", start=candidate.start, end=candidate.end)
    parts = [
        candidate.document,
        place,
        candidate.speaker,
        attitude_text(candidate.attitude, texts),
        *(texts(SIGNALS[signal]) for signal in candidate.signals),
        *(f"{time.text} = {time.means}" for time in candidate.times),
        texts("score {score}", score=f"{candidate.score:g}"),
    ]
    return " · ".join(part for part in parts if part)


def candidate_json(candidate: "Candidate") -> dict[str, Any]:
    """Return a candidate as one object; places are those of the raw text, the end exclusive."""
    counter = candidate.counterpoint
    return {
        "document": candidate.document,
        "start": candidate.start,
        "end": candidate.end,
        "text": candidate.text,
        "speaker": candidate.speaker or None,
        "attitude": candidate.attitude,
        "score": candidate.score,
        "counterpoint": {"start": counter.start, "end": counter.end, "text": counter.text} if counter else None,
        "near": [{"claim": each.claim, "score": each.score, "offer": each.offer} for each in candidate.near],
        "language": candidate.language,
        "signals": list(candidate.signals),
        "times": [{"text": each.text, "means": each.means} for each in candidate.times],
        "also": list(candidate.also),
    }
