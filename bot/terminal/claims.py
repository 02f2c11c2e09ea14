"""`touchstone claims`: what the claim base holds."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table

from bot.terminal import exchange
from bot.terminal.cards import draw_card
from bot.terminal.check import write
from bot.terminal.console import Terminal
from bot.terminal.jsonl import json_line
from bot.texts import msgid
from checks.known import KnownWording
from claims.record import ClaimRecord

_JSON = msgid("Print JSON.")


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help=msgid("Look at the claims of the base."), no_args_is_help=True)
    group.command("list", help=msgid("List all published claims."))(list_claims)
    group.command("show", help=msgid("Show everything that is known of one claim."))(show_claim)
    exchange.register(group)
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
