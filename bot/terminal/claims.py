"""`touchstone claims`: what the claim base holds, and files of claims out of it and into it.

An import is all or asks: exit code 1 where something was refused, or where nobody was there to say yes; 3 where claims
were changed here since the export.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bot.terminal.check import json_line, write
from bot.terminal.claim_history import YesOption, operator, register_history, say_how_to_undo
from bot.terminal.console import (
    JsonOption,
    ServerOption,
    Terminal,
    complain,
    draw_card,
    is_agreed,
    is_somebody_there,
    put,
)
from bot.terminal.packs import try_claim
from bot.texts import msgid
from checks.model import KnownWording
from claims.record import ClaimRecord, fields_by_language
from config.named_files import STANDARD

if TYPE_CHECKING:
    from bot.reply import Reply
    from bot.service import Touchstone
    from claims.exchange.plan import ImportPlan


def draw_plan(plan: "ImportPlan", terminal: Terminal) -> None:
    """Print each claim under what would become of it; those that stay the same are only counted."""
    # With the database behind it, which help does without.
    from bot.import_plan import (  # noqa: PLC0415
        SHOWN,
        code_page_lines,
        detail_lines,
        document_lines,
        heading,
        title_of,
        unchanged_line,
    )

    texts = terminal.texts
    for line in code_page_lines(plan, texts):
        terminal.print(line, style="dim")
    for outcome, mark in SHOWN:
        entries = plan.of(outcome)
        if entries:
            named = heading(outcome, texts, drafts=plan.drafts)
            terminal.print(texts("{name} ({count})", name=named, count=len(entries)), style="bold")
        for entry in entries:
            terminal.print(f"  {mark} {title_of(entry, texts)}")
            for line in detail_lines(entry, texts):
                terminal.print(f"      {line}", style="yellow" if entry.near or entry.warnings else None)
    for line in document_lines(plan, texts):
        terminal.print(line)
    terminal.print(unchanged_line(plan, texts), style="dim")


_FORMAT = msgid("yaml: packs, with everything; csv: a sheet; claimreview: JSON-LD for other fact checkers.")
_OUT = msgid("Write to this file; without it, or as -, to standard output.")
_BOM = msgid("Begin a csv with a byte order mark, by which Excel knows UTF-8.")
_FILE = msgid("A pack (YAML), a sheet (CSV) or ClaimReview (JSON, JSON Lines, a web page); - is standard input.")
_PARTIAL = msgid("Write what can be written, and leave the rest of the file out.")
_THEIRS = msgid("Where claims were changed here since the export, take the file's version.")
_OURS = msgid("Where claims were changed here since the export, keep what stands here.")
_PUBLISHER = msgid("Who publishes the claimreview.")
_URL = msgid(
    "Where the claimreview is published: an address, in which {id} and {language} stand for those of each claim."
)
_ONLY = msgid("Only these claims, by their ids, such as to correct one; all where none is named.")
ExportedIds = Annotated[list[str] | None, typer.Argument(metavar="ID...", help=_ONLY, show_default=False)]
CONFLICT = 3


def _register_exchange(group: typer.Typer) -> None:
    """Add the commands to the group `claims`."""
    group.command("export", help=msgid("Write the claims to a file: packs, a sheet, or ClaimReview."))(export)
    group.command("import", help=msgid("Say what a file would change in the claims; write it after a yes."))(import_)


def export(
    context: typer.Context,
    ids: ExportedIds = None,
    file_format: Annotated[Literal["yaml", "csv", "claimreview"], typer.Option("--format", help=_FORMAT)] = "yaml",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help=_OUT, show_default=False)] = None,
    bom: Annotated[bool, typer.Option("--bom", help=_BOM)] = False,
    server: ServerOption = None,
    publisher: Annotated[str, typer.Option("--publisher", metavar="NAME", help=_PUBLISHER)] = "Touchstone",
    url: Annotated[str, typer.Option("--url", metavar="ADDRESS", help=_URL, show_default=False)] = "",
) -> None:
    """Write all shared claims, or those of a server; a file is put in place when it is whole."""
    # With the database behind it, which help does without (as below).
    from bot.service import whole_characters  # noqa: PLC0415
    from claims.exchange.claimreview import Publishing  # noqa: PLC0415
    from claims.exchange.importing import export_claims  # noqa: PLC0415

    terminal = Terminal.of(context)
    if url and not url.startswith(("https://", "http://")):
        raise typer.BadParameter(terminal.texts("An address begins with https://."), param_hint="--url")
    publishing = Publishing(whole_characters(publisher.strip() or "Touchstone"), whole_characters(url.strip()))
    with terminal.open() as touchstone:
        pieces = export_claims(
            touchstone.base, file_format, server, only=ids or (), byte_order_mark=bom, publishing=publishing
        )
        if out is None or out == STANDARD:
            for piece in pieces:
                write(piece.encode())
            return
        with terminal.writing(out, "--out"):
            put(out, (piece.encode() for piece in pieces))


def import_(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help=_FILE)],
    yes: YesOption = False,
    partial: Annotated[bool, typer.Option("--partial", help=_PARTIAL)] = False,
    theirs: Annotated[bool, typer.Option("--theirs", help=_THEIRS)] = False,
    ours: Annotated[bool, typer.Option("--ours", help=_OURS)] = False,
    server: ServerOption = None,
) -> None:
    """Import all of a file or nothing of it, unless told otherwise; the exit code says what was left out."""
    from claims.exchange.importing import import_claims, plan_import, read_import  # noqa: PLC0415

    terminal = Terminal.of(context)
    texts = terminal.texts
    if theirs and ours:
        raise typer.BadParameter(texts("Give one of the two."), param_hint="--theirs, --ours")
    with terminal.open() as touchstone:
        incoming = read_import(path, touchstone.base.clock().date())
        with terminal.waiting():
            plan = plan_import(touchstone.base, incoming, server, theirs=theirs)
        draw_plan(plan, terminal)
        open_conflicts = () if ours else plan.of("conflicting")
        held = None if partial else _held_back(plan, bool(open_conflicts), terminal)
        if held and plan.writes and not yes and is_agreed(texts("Write the rest?")):
            held = None
            yes = True
        if held:
            terminal.print(held, style="bold")
        elif not plan.writes:
            terminal.print(texts("There is nothing to write."))
        elif yes or is_agreed(texts("Write this?")):
            report = import_claims(touchstone.base, incoming, operator(server), plan.fingerprint, theirs=theirs)
            terminal.print(
                texts.plural(
                    "{count} claim written, as revision {revision}.",
                    "{count} claims written, as revision {revision}.",
                    report.plan.written,
                    revision=report.revision,
                )
            )
            say_how_to_undo(terminal, report.revision, server)
        elif is_somebody_there():
            terminal.print(texts("Nothing was written."))
        else:
            terminal.print(texts("Nothing was written. Add --yes to write it."))
            raise typer.Exit(1)
    if plan.of("refused"):
        raise typer.Exit(1)
    if open_conflicts:
        raise typer.Exit(CONFLICT)


def _held_back(plan: "ImportPlan", has_conflicts: bool, terminal: Terminal) -> str | None:
    """Say why nothing is written, and what to do; None where nothing stands in the way."""
    texts = terminal.texts
    if plan.of("refused"):
        return texts("Nothing was written: mend what is refused, or add --partial to write the rest without it.")
    if has_conflicts:
        return texts(
            "Nothing was written: some claims were changed here since the file was exported. Add --theirs to take the"
            " file's version of them, --ours to keep what stands here, or export again and make the changes anew."
        )
    return None


_STATUS = msgid("Which claims: published, draft, withdrawn, or all.")
_MOST_SHOWN = 8
_ALL = msgid("Show all wordings; without it a terminal shows some of each kind.")


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help=msgid("Look at the claims of the base."), no_args_is_help=True)
    group.command("list", help=msgid("List all published claims."))(list_claims)
    group.command("show", help=msgid("Show everything that is known of one claim."))(show_claim)
    group.command("try", help=msgid("Type messages, and see what a claim would answer, before it is published."))(
        try_claim
    )
    _register_exchange(group)
    register_history(group)
    app.add_typer(group, name="claims")


def list_claims(
    context: typer.Context,
    as_json: JsonOption = False,
    server: ServerOption = None,
    status: Annotated[Literal["published", "draft", "withdrawn", "all"], typer.Option("--status", help=_STATUS)] = (
        "published"
    ),
) -> None:
    """List claims, a line each: its id whole, its counts, and as much of its title as fits; all of it in a pipe."""
    terminal = Terminal.of(context)
    with terminal.open() as touchstone:
        claims = _claims(touchstone, server, status)
    summaries = [_summary(claim) for claim in claims]
    texts = terminal.texts
    if as_json:
        given = [
            each if status == "published" else each | {"status": c.status}
            for each, c in zip(summaries, claims, strict=True)
        ]
        write(json_line(given))
        return
    counted = texts.plural("{count} claim", "{count} claims", len(claims))
    headings = (texts("Id"), texts("Wordings"), texts("Points"), texts("Claim"))
    rows = [
        (claim.id, str(each["wordings"]), str(each["points"]), texts.pick(claim.title))
        for claim, each in zip(claims, summaries, strict=True)
    ]
    terminal.list(headings, rows)
    if terminal.out.is_terminal:
        terminal.print(counted, style="dim")
    else:
        complain(counted)


def _claims(touchstone: "Touchstone", server: int | None, status: str) -> tuple[ClaimRecord, ...]:
    if status == "published":
        return touchstone.base.claims(server)
    from claims.moderation.editor import ClaimView  # noqa: PLC0415

    found = ClaimView(touchstone.base).all(operator(server))
    return tuple(claim for claim in found if status in {"all", claim.status})


def show_claim(
    context: typer.Context,
    claim_id: Annotated[str, typer.Argument(metavar="ID", help=msgid("The claim's id, as the list shows it."))],
    as_json: JsonOption = False,
    server: ServerOption = None,
    everything: Annotated[bool, typer.Option("--all", help=_ALL)] = False,
) -> None:
    """Show one claim of any status as its card, with its wordings."""
    terminal = Terminal.of(context)
    with terminal.open() as touchstone:
        claim = touchstone.base.claim(claim_id, server)
        if as_json:
            write(json_line(_whole(claim)))
            return
        texts = terminal.texts
        if claim.status != "published":
            _print_status(claim, terminal)
        reply = _reply(touchstone, claim, terminal, server)
        terminal.out.print(draw_card(reply, texts))
        cited = [(source.number, touchstone.base.passage(source.citation).text) for source in reply.sources]
    if passages := [(number, " ".join(text.split())) for number, text in cited if text]:
        terminal.print(texts("The words that are cited"), style="bold")
        for number, passage in passages:
            terminal.print(f"  [{number}] {passage}")
    kinds = (
        (texts("Wordings"), [w for w in claim.wordings if w.says]),
        (texts("How people dispute it"), [w for w in claim.wordings if w.denies]),
        (texts("Never to be matched"), [w for w in claim.wordings if w.negative]),
    )
    for heading, wordings in kinds:
        _print_wordings(terminal, heading, wordings, everything=everything or not terminal.out.is_terminal)


def _print_status(claim: ClaimRecord, terminal: Terminal) -> None:
    from bot.wording import value_text  # noqa: PLC0415

    status = value_text("status", claim.status, terminal.texts)
    terminal.print(terminal.texts.named(claim.id, status), style="bold")


def _reply(touchstone: "Touchstone", claim: ClaimRecord, terminal: Terminal, server: int | None) -> "Reply":
    if claim.status == "published":
        return touchstone.claim_reply(claim.id, terminal.texts.language, server)
    from bot.reply import Composer  # noqa: PLC0415

    base = touchstone.base
    documents = {document.id: document for document in base.documents(server)}
    composer = Composer(
        {claim.id: claim}, documents, terminal.texts, lambda cited: base.passage(cited).text, base.clock().date()
    )
    return composer.describe(claim.id)


def _print_wordings(terminal: Terminal, heading: str, wordings: Sequence[KnownWording], *, everything: bool) -> None:
    """Print the wordings; on a terminal only some, lest they push the card out of sight."""
    if wordings:
        terminal.print(heading, style="bold")
    shown = wordings if everything or len(wordings) <= _MOST_SHOWN + 1 else wordings[:_MOST_SHOWN]
    for wording in shown:
        terminal.print(f"  {wording.language}  {wording.text}")
    if left := len(wordings) - len(shown):
        told = terminal.texts("{count} more: --all shows them.", count=left)
        terminal.print(f"      {told}", style="dim")


def _summary(claim: ClaimRecord) -> dict[str, Any]:
    return {
        "id": claim.id,
        "kind": claim.kind,
        "title": claim.title.plain,
        "wordings": sum(wording.says for wording in claim.wordings),
        "points": len(claim.points),
        "citations": sum(len(point.citations) for point in claim.points),
    }


def _whole(claim: ClaimRecord) -> dict[str, Any]:
    record = fields_by_language(asdict(replace(claim, wordings=tuple(claim.wordings))))
    parts = {part: [fields_by_language(each) for each in record[part]] for part in ("figures", "points")}
    days = {
        name: day.isoformat() if day else None for name, day in (("as_of", claim.as_of), ("review_by", claim.review_by))
    }
    return record | parts | days
