"""`touchstone claims export` and `touchstone claims import`: the claims as files."""

import secrets
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.terminal.check import write
from bot.terminal.console import Terminal
from bot.terminal.plan import draw_plan
from bot.texts import msgid

_FORMAT = msgid("yaml: packs, with everything; csv: a sheet; claimreview: JSON-LD for other fact checkers.")
_OUT = msgid("Write to this file; without it, to standard output.")
_BOM = msgid("Begin a csv with a byte order mark, by which Excel knows UTF-8.")
_SERVER = msgid("The claims as one Discord server sees them, by its id.")
_YES = msgid("Write without asking.")
_FILE = msgid("A pack (YAML), a sheet (CSV) or ClaimReview (JSON).")


def register(group: typer.Typer) -> None:
    """Add the commands to the group `claims`."""
    group.command("export", help=msgid("Write the claims to a file: packs, a sheet, or ClaimReview."))(export)
    group.command("import", help=msgid("Say what a file would change in the claims; write it after a yes."))(import_)


def export(
    context: typer.Context,
    form: Annotated[Literal["yaml", "csv", "claimreview"], typer.Option("--format", help=_FORMAT)] = "yaml",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help=_OUT, show_default=False)] = None,
    bom: Annotated[bool, typer.Option("--bom", help=_BOM)] = False,
    server: Annotated[int | None, typer.Option("--server", metavar="ID", help=_SERVER, show_default=False)] = None,
) -> None:
    """Write all shared claims, or those of a server; a file is put in place when it is whole."""
    # With the database behind it, which help does without (as below).
    from claims.exchange.export import export_claims  # noqa: PLC0415

    terminal = Terminal.of(context)
    with terminal.open() as touchstone:
        pieces = export_claims(touchstone.base, form, server, byte_order_mark=bom)
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
    from claims.rights import Actor  # noqa: PLC0415

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
