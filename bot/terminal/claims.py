"""`touchstone claims`: what the claim base holds, and files of claims out of it and into it."""

import secrets
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.table import Table

from bot.terminal.check import json_line, write
from bot.terminal.console import Terminal, draw_card
from bot.texts import msgid
from checks.model import KnownWording
from claims.record import ClaimRecord

if TYPE_CHECKING:
    from claims.exchange.plan import ImportPlan


def draw_plan(plan: "ImportPlan", terminal: Terminal) -> None:
    """Print each claim under what would become of it; those that stay the same are only counted."""
    # With the database behind it, which help does without.
    from bot.import_plan import SHOWN, detail_lines, heading, title_of, unchanged_line  # noqa: PLC0415

    texts = terminal.texts
    for outcome, mark in SHOWN:
        entries = plan.of(outcome)
        if entries:
            terminal.print(f"{heading(outcome, texts, drafts=plan.drafts)} ({len(entries)})", style="bold")
        for entry in entries:
            terminal.print(f"  {mark} {title_of(entry, texts)}")
            for line in detail_lines(entry, texts):
                terminal.print(f"      {line}", style="yellow" if entry.near else None)
    terminal.print(unchanged_line(plan, texts), style="dim")


_FORMAT = msgid("yaml: packs, with everything; csv: a sheet; claimreview: JSON-LD for other fact checkers.")
_OUT = msgid("Write to this file; without it, to standard output.")
_BOM = msgid("Begin a csv with a byte order mark, by which Excel knows UTF-8.")
_SERVER = msgid("The claims as one Discord server sees them, by its id.")
_YES = msgid("Write without asking.")
_FILE = msgid("A pack (YAML), a sheet (CSV) or ClaimReview (JSON).")


def _register_exchange(group: typer.Typer) -> None:
    """Add the commands to the group `claims`."""
    group.command("export", help=msgid("Write the claims to a file: packs, a sheet, or ClaimReview."))(export)
    group.command("import", help=msgid("Say what a file would change in the claims; write it after a yes."))(import_)


def export(
    context: typer.Context,
    file_format: Annotated[Literal["yaml", "csv", "claimreview"], typer.Option("--format", help=_FORMAT)] = "yaml",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help=_OUT, show_default=False)] = None,
    bom: Annotated[bool, typer.Option("--bom", help=_BOM)] = False,
    server: Annotated[int | None, typer.Option("--server", metavar="ID", help=_SERVER, show_default=False)] = None,
) -> None:
    """Write all shared claims, or those of a server; a file is put in place when it is whole."""
    # With the database behind it, which help does without (as below).
    from claims.exchange.export import export_claims  # noqa: PLC0415

    terminal = Terminal.of(context)
    with terminal.open() as touchstone:
        pieces = export_claims(touchstone.base, file_format, server, byte_order_mark=bom)
        if out is None:
            for piece in pieces:
                write(piece.encode())
            return
        try:
            _write_file(out, pieces)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            message = terminal.texts("{path} cannot be written ({reason}).", path=out, reason=reason)
            raise typer.BadParameter(message, param_hint="--out") from error


def import_(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help=_FILE)],
    yes: Annotated[bool, typer.Option("--yes", help=_YES)] = False,
) -> None:
    """Import into the shared claims; the exit code is 1 where a claim was refused."""
    from claims.exchange.importing import import_claims, plan_import, read_import  # noqa: PLC0415
    from claims.moderation.rights import Actor  # noqa: PLC0415

    terminal = Terminal.of(context)
    texts = terminal.texts
    with terminal.open() as touchstone:
        incoming = read_import(path, touchstone.base.clock().date())
        plan = plan_import(touchstone.base, incoming)
        draw_plan(plan, terminal)
        if not plan.writes:
            terminal.print(texts("There is nothing to write."))
        elif yes or _agreed(terminal):
            report = import_claims(touchstone.base, incoming, Actor.operator())
            written = len(report.plan.of("new")) + len(report.plan.of("changed"))
            terminal.print(
                texts.plural(
                    "{count} claim written, as revision {revision}.",
                    "{count} claims written, as revision {revision}.",
                    written,
                    revision=report.revision,
                )
            )
        else:
            terminal.print(texts("Nothing was written. Add --yes to write it."))
    if plan.of("refused"):
        raise typer.Exit(1)


def _agreed(terminal: Terminal) -> bool:
    """Ask, where somebody is there to answer."""
    return sys.stdin.isatty() and typer.confirm(terminal.texts("Write this?"))


def _write_file(path: Path, pieces: Iterable[str]) -> None:
    """Write beside the file and put it in its place at the end, so that no half export stays behind."""
    target = path.resolve()
    if target.exists() and not target.is_file():
        # A device or a pipe: nothing may be put in its place.
        with target.open("wb") as file:
            file.writelines(piece.encode() for piece in pieces)
        return
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with temporary.open("xb") as file:
            file.writelines(piece.encode() for piece in pieces)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


_JSON = msgid("Print JSON.")


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help=msgid("Look at the claims of the base."), no_args_is_help=True)
    group.command("list", help=msgid("List all published claims."))(list_claims)
    group.command("show", help=msgid("Show everything that is known of one claim."))(show_claim)
    _register_exchange(group)
    app.add_typer(group, name="claims")


def list_claims(context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help=_JSON)] = False) -> None:
    """List the published claims."""
    terminal = Terminal.of(context)
    with terminal.open() as touchstone:
        claims = touchstone.base.claims()
    if as_json:
        write(json_line([_summary(claim) for claim in claims]))
        return
    texts = terminal.texts
    table = Table(box=None, header_style="bold")
    for heading in (texts("Id"), texts("Kind"), texts("Claim"), texts("Wordings"), texts("Points")):
        table.add_column(heading, justify="right" if heading in {texts("Wordings"), texts("Points")} else "left")
    for claim in claims:
        title = texts.pick(claim.title_en, claim.title_zh)
        table.add_row(claim.id, _kind(claim, terminal), title, str(len(claim.wordings)), str(len(claim.points)))
    terminal.out.print(table)
    terminal.print(texts.plural("{count} claim", "{count} claims", len(claims)), style="dim")


def show_claim(
    context: typer.Context,
    claim_id: Annotated[str, typer.Argument(metavar="ID", help=msgid("The claim's id, as the list shows it."))],
    as_json: Annotated[bool, typer.Option("--json", help=_JSON)] = False,
) -> None:
    """Show one claim as its card, with its wordings."""
    terminal = Terminal.of(context)
    with terminal.open() as touchstone:
        claim = touchstone.base.claim(claim_id)
        if as_json:
            write(json_line(_whole(claim)))
            return
        texts = terminal.texts
        terminal.out.print(draw_card(touchstone.claim_reply(claim.id, texts.language), texts))
    _print_wordings(terminal, texts("Wordings"), [w for w in claim.wordings if w.says])
    _print_wordings(terminal, texts("How people dispute it"), [w for w in claim.wordings if w.denies])
    _print_wordings(terminal, texts("Never to be matched"), [w for w in claim.wordings if w.negative])


def _print_wordings(terminal: Terminal, heading: str, wordings: Sequence[KnownWording]) -> None:
    if wordings:
        terminal.print(heading, style="bold")
    for wording in wordings:
        terminal.print(f"  {wording.language}  {wording.text}")


def _kind(claim: ClaimRecord, terminal: Terminal) -> str:
    texts = terminal.texts
    return {"contested": texts("contested"), "context": texts("context"), "outlook": texts("outlook")}[claim.kind]


def _summary(claim: ClaimRecord) -> dict[str, Any]:
    return {
        "id": claim.id,
        "kind": claim.kind,
        "title": {"en": claim.title_en, "zh": claim.title_zh},
        "wordings": sum(wording.says for wording in claim.wordings),
        "points": len(claim.points),
        "citations": sum(len(point.citations) for point in claim.points),
    }


def _whole(claim: ClaimRecord) -> dict[str, Any]:
    record = asdict(claim)
    days = {
        name: day.isoformat() if day else None for name, day in (("as_of", claim.as_of), ("review_by", claim.review_by))
    }
    return record | days
