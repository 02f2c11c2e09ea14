"""`touchstone documents candidates`, `extract` and `review`: what documents propose, and what becomes of it."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from bot.short import beside
from bot.terminal.check import json_line, write
from bot.terminal.claim_history import say_how_to_undo
from bot.terminal.console import JsonOption, Terminal, complain, server_option
from bot.texts import Texts, msgid
from bot.wording import attitude_text, conflict_line, fault_lines, field_name, value_text
from claims.moderation.edits import KINDS
from claims.moderation.rights import Actor
from config.errors import (
    ConflictError,
    DocumentRefusedError,
    DocumentTextError,
    ExtractionError,
    InvalidEditError,
    NotUndoableError,
    TouchstoneError,
    UnknownClaimError,
    UnknownEntryError,
)
from config.named_files import STANDARD

if TYPE_CHECKING:
    from bot.service import Touchstone
    from claims.documents.candidates import Candidate, SourceText
    from claims.moderation.first_draft import FirstDraft
    from claims.moderation.queue import Item

_WHICH = msgid("Ids of documents, as the list shows them, or files; all loaded documents where none is named.")
_SERVER = msgid("Put them into the queue of this Discord server, given by its id.")
_OWN_QUEUE = msgid("Put them into the operator's queue, for touchstone documents review.")
_DRY_RUN = msgid("Only print them.")
_MOST = msgid("How many to print at most.")
_ALONE = msgid("Read as if no claim were known: none is near, and no passage is cited already.")
_SHOWN, _LONGEST_TRIED, _MOST_NEAR, _MOST_REVIEWED = 20, 3, 5, 1000
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
    which: Annotated[list[str] | None, typer.Argument(metavar="ID|FILE...", help=_WHICH, show_default=False)] = None,
    server: Annotated[int | None, server_option(_SERVER)] = None,
    queue: Annotated[bool, typer.Option("--queue", help=_OWN_QUEUE)] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_DRY_RUN)] = False,
    as_json: JsonOption = False,
    most: Annotated[int | None, typer.Option("--most", metavar="N", min=1, help=_MOST, show_default=False)] = None,
    alone: Annotated[bool, typer.Option("--without-claims", help=_ALONE)] = False,
) -> None:
    """Find them as the server sees the base, or as it is shared; without a server nothing is written."""
    terminal, actor = Terminal.of(context), Actor.operator(server)
    with terminal.open() as touchstone:
        desk = touchstone.moderation.candidates
        sources = _sources(terminal, touchstone, actor, which or [])
        if not sources:
            complain(terminal.texts("No document is loaded. Load or add one: touchstone documents load PATH..."))
        limit = most or (None if as_json else _SHOWN)
        with _progress(terminal) as moved:
            found = desk.across(actor, sources, moved, beside_claims=not alone, **({"most": limit} if limit else {}))
        new = None
        if (server is not None or queue) and not dry_run:
            kept = {document.id for document in touchstone.base.documents(actor.server)}
            new = desk.add(actor, tuple(each for each in found if each.document in kept))
    if as_json:
        write(json_line([candidate_json(candidate) for candidate in found]))
        return
    from claims.documents.candidates import lacks_stops  # noqa: PLC0415  as in Terminal.open

    texts = terminal.texts
    for name in () if found else (source.document for source in sources if lacks_stops(source.raw)):
        complain(texts("{document} has hardly a full stop, and is read by sentences. Put some in.", document=name))
    _show(terminal, found)
    if new is None:
        return
    if server is None:
        told = texts.plural("{count} is new in the operator's queue.", "{count} are new in the operator's queue.", new)
    else:
        told = texts.plural(
            "{count} is new in the queue of server {server}.",
            "{count} are new in the queue of server {server}.",
            new,
            server=server,
        )
    terminal.print(told, style="bold")


_DOCUMENT = msgid("The document's id, as the list shows it.")
_QUEUE = msgid("Into the queue of this Discord server; else into the operator's, for touchstone documents review.")
_AGAIN = msgid("Ask about all of it, also what was looked through before.")


def extract(
    context: typer.Context,
    document: Annotated[str, typer.Argument(metavar="ID", help=_DOCUMENT)],
    server: Annotated[int | None, server_option(_QUEUE)] = None,
    again: Annotated[bool, typer.Option("--again", help=_AGAIN)] = False,
) -> None:
    """Ask chunk by chunk; whatever ends it, the same command goes on where it ended."""
    terminal = Terminal.of(context)
    texts, actor = terminal.texts, Actor.operator(server)
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
                        complain(texts("A part gave nothing: {fault}.", fault=texts.say(last.fault)))
        except KeyboardInterrupt:
            terminal.stop.answer()
            code = terminal.stop.code
        except (DocumentTextError, ExtractionError) as error:
            complain(texts.of_error(error))
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
        on = texts("The same command goes on where this ended.")
        terminal.print(texts("Without --again the same command goes on where this ended.") if again else on)
    raise typer.Exit(code or (1 if faults else 0))


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
            if name in known or not (path == STANDARD or path.exists()):
                sources.append(desk.source(actor, name))
                continue
            from claims.documents.decoding import read_file  # noqa: PLC0415  as in Terminal.open

            intake = shelf.read(read_file(path), path.name)
            document, text = shelf.edition(actor, intake) or (path.name, intake.text)
            published = known[document].published if document in known else intake.facts.published
            sources.append(SourceText(document, text, published))
        except (DocumentTextError, DocumentRefusedError) as error:
            fault = terminal.texts.named(name, terminal.texts.of_error(error))
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


_REVIEWED = msgid("The queue of this Discord server; else the operator's own, which makes shared claims.")
_ONLY = msgid("Only candidates of this document.")
# Key → what it does. Keys are the same in every language; the line that shows them is not.
_KEYS = msgid(
    "[y] publish as it is · [d] keep as a draft · [e] edit · [w] wording of a claim · [p] point of a claim ·"
    " [x] dismiss · [s] skip · [u] undo · [q] leave"
)


def review(
    context: typer.Context,
    document: Annotated[str, typer.Argument(metavar="ID", help=_ONLY, show_default=False)] = "",
    server: Annotated[int | None, server_option(_REVIEWED)] = None,
) -> None:
    """Go through what waits, one key each; leaving loses nothing, and the same command goes on with the rest."""
    terminal = Terminal.of(context)
    with terminal.open() as touchstone:
        _Review(terminal, touchstone, Actor.operator(server)).run(document)


class _Review:
    """One sitting over the candidates of a queue; `_done` holds what can be undone: place and revision."""

    def __init__(self, terminal: Terminal, touchstone: "Touchstone", actor: Actor) -> None:
        self._terminal = terminal
        self._touchstone = touchstone
        self._moderation = touchstone.moderation
        self._actor = actor
        self._done: list[tuple[int, int]] = []
        # What was typed and could not be written.
        self._typed: dict[int, FirstDraft] = {}

    def run(self, document: str) -> None:
        texts, say = self._terminal.texts, self._terminal.print
        numbers = self._waiting(document)
        if not numbers:
            say(texts("Nothing waits for a decision."))
            return
        place = 0
        while place < len(numbers):
            try:
                item = self._moderation.decisions.item(self._actor, numbers[place])
            except (ConflictError, UnknownEntryError):
                place += 1
                continue
            draft = self._typed.get(item.id) or self._moderation.first_drafts.of(self._actor, item)
            self._show(item, draft, f"{place + 1}/{len(numbers)}")
            key = self._key()
            if key == "q":
                break
            if key == "u":
                place = self._undo(place)
                continue
            try:
                revision = self._decide(key, item, draft)
            except (ConflictError, InvalidEditError, UnknownClaimError, UnknownEntryError) as error:
                _complain(error, texts)
                continue
            if revision is not None:
                self._done.append((place, revision))
            if revision is not None or key == "s":
                place += 1
        left = self._moderation.queue.items(self._actor, kind="candidate", size=1).counts.get("candidate", 0)
        say(texts.plural("{count} waits still.", "{count} wait still.", left))
        if self._done:  # behind the last candidate no key is asked for any more
            say_how_to_undo(self._terminal, self._done[-1][1], self._actor.server)

    def _waiting(self, document: str) -> list[int]:
        """Return what waits, of one document where it is named; raises DocumentTextError where that has no text."""
        queue, size = self._moderation.queue, _MOST_REVIEWED
        waiting = queue.items(self._actor, kind="candidate", size=size, document=document).items
        if document and not waiting:
            self._moderation.candidates.source(self._actor, document)
        return [each.id for each in waiting]

    def _show(self, item: "Item", draft: "FirstDraft", place: str) -> None:
        texts, say, payload = self._terminal.texts, self._terminal.print, item.payload
        say(f"\n[{place}] {payload.get('text')}", style="bold")
        attitude = attitude_text(str(payload.get("attitude") or ""), texts)
        facts = [payload.get("source"), payload.get("speaker"), attitude]
        if payload.get("model"):
            facts.append(texts("found by a language model: {model}", model=payload["model"]))
        say("    " + " · ".join(str(each) for each in facts if each), style="dim")
        for claim, offer in payload.get("near") or ():
            say("    " + texts(_OFFERS[offer], claim=claim), style="dim")
        said = " ".join(dict.fromkeys(draft.point.text.values()))
        rows = {
            "title": " / ".join(dict.fromkeys(draft.texts.title.values())),
            "kind": value_text("kind", draft.texts.kind, texts),
            "wordings": draft.wordings.replace("\n", " | "),
            "points": texts.named(value_text("role", draft.point.role, texts), said),
            "citations": draft.point.citations or "",
            "date": draft.point.date or "",
            "figures": ", ".join(f"{each.value} {each.unit}" for each in draft.figures),
        }
        for name, value in rows.items():
            if value:
                say("    " + texts.named(field_name(name, texts), value))

    def _key(self) -> str:
        """Return the key pressed, one that does something; away from a terminal a line's first, and at its end `q`."""
        texts, say = self._terminal.texts, self._terminal.print
        say(texts(_KEYS), style="dim")
        while True:
            if sys.stdin.isatty():
                pressed = typer.getchar()
                if pressed in {"\x03", "\x04"}:
                    raise KeyboardInterrupt
            else:
                pressed = sys.stdin.readline() or "q"
            # Who types Enter behind a key sends both at once; an arrow begins with a sign that is none to show.
            key = pressed.strip()[:1].lower()
            if key and key in "ydewpxsuq":
                return key
            if key.isprintable() and key:
                say(texts("There is no key {key} here:", key=key))
                say(texts(_KEYS), style="dim")

    def _claim(self, item: "Item") -> str:
        """Ask for a claim; those that are near are listed, and can be named by their numbers."""
        found = self._touchstone.check(str(item.payload.get("text")), self._actor.server).matches
        named = [*(str(one) for one, _ in item.payload.get("near") or ()), *(m.claim for m in found if m.is_on_topic)]
        near = {str(number): claim for number, claim in enumerate([*dict.fromkeys(named)][:_MOST_NEAR], 1)}
        for number, claim in near.items():
            self._terminal.print(f"    {number}  {claim}")
        typed = self._asked(field_name("claim", self._terminal.texts), near.get("1", ""))
        return near.get(typed, typed)

    def _asked(self, label: str, default: str) -> str:
        return str(typer.prompt(label, default=default, show_default=bool(default))).strip()

    def _decide(self, key: str, item: "Item", draft: "FirstDraft") -> int | None:
        """Do what a key says, and return the revision that it made; None where nothing was written."""
        decisions = self._moderation.decisions
        match key:
            case "y" | "d" | "e":
                if key == "e":
                    draft = self._typed[item.id] = self._edited(draft)
                return self._write(item, draft, publish=key != "d")
            case "w":
                claim, said = self._claim(item), msgid("Taken as a wording of {claim}.")
                made = decisions.accept_wording(self._actor, item.id, claim)
            case "p":
                claim, said = self._claim(item), msgid("Taken as a point of {claim}.")
                made = decisions.accept_point(self._actor, item.id, claim, draft.point)
            case "x":
                claim, said, made = "", msgid("Dismissed."), decisions.dismiss(self._actor, item.id)
            case _:
                return None
        self._terminal.print(self._terminal.texts(said, claim=claim), style="bold")
        return made.revision

    def _edited(self, draft: "FirstDraft") -> "FirstDraft":
        """Ask for each field, with what is proposed; Enter keeps it."""
        texts = self._terminal.texts
        title = {
            code: self._asked(beside(field_name("title", texts), code, texts), text)
            for code, text in draft.texts.title.items()
        }
        kind = self._asked(beside(field_name("kind", texts), ", ".join(KINDS), texts), draft.texts.kind or "")
        wordings = self._asked(beside(field_name("wordings", texts), "|", texts), draft.wordings.replace("\n", " | "))
        point = {code: self._asked(field_name("text", texts), text) for code, text in draft.point.text.items()}
        date = self._asked(field_name("date", texts), draft.point.date or "")
        citations = self._asked(field_name("citations", texts), draft.point.citations or "")
        made = replace(
            draft,
            texts=replace(draft.texts, title=title, kind=kind),
            wordings="\n".join(part.strip() for part in wordings.split("|")),
            point=replace(draft.point, text=point, date=date, citations=citations),
        )
        return self._moderation.first_drafts.with_figures(made)

    def _write(self, item: "Item", draft: "FirstDraft", *, publish: bool) -> int:
        """Write the claim, published where each of its wordings is heard, else as a draft; say which."""
        texts, say = self._terminal.texts, self._terminal.print
        preview = self._moderation.first_drafts.preview(self._actor, draft)
        strength, _ = self._touchstone.strength(preview, self._actor.server)
        for text in strength.unheard[:_LONGEST_TRIED]:
            say(texts("⚠ “{text}” is not answered, said word for word.", text=text))
        publish = publish and not strength.unheard
        claim, written = self._moderation.decisions.open_claim(self._actor, item.id, replace(draft, publish=publish))
        said = msgid("Published as {claim}.") if publish else msgid("Kept as the draft {claim}.")
        say(texts(said, claim=claim), style="bold")
        return written.revision

    def _undo(self, place: int) -> int:
        """Take the last decision back, and return the place of its item."""
        texts = self._terminal.texts
        if not self._done:
            self._terminal.print(texts("There is nothing to undo in this sitting."))
            return place
        before, revision = self._done.pop()
        try:
            self._moderation.undoing.undo(self._actor, revision)
        except (ConflictError, InvalidEditError, NotUndoableError, UnknownEntryError) as error:
            _complain(error, texts)
            return place
        self._terminal.print(texts("Undone."))
        return before


def _complain(error: TouchstoneError, texts: Texts) -> None:
    told = conflict_line(error, texts) if isinstance(error, ConflictError) else texts.of_error(error)
    for line in fault_lines(error, texts) if isinstance(error, InvalidEditError) else [told]:
        complain(line)
