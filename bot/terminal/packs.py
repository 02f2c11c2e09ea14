"""`touchstone packs`: which packs are in force, and packs written by hand: begun, looked through and tried."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from bot.terminal.console import Terminal
from bot.texts import msgid

if TYPE_CHECKING:
    from claims.exchange.chosen_packs import PackState

_NAME = msgid("A pack's name, or a file.")
_ID = msgid("The pack's id, as the list shows it.")


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help=msgid("Choose the packs of claims that are in force, and write some."), no_args_is_help=True)
    group.command("list", help=msgid("List the packs, and which of them are in force."))(list_packs)
    group.command("add", help=msgid("Load a pack and bring it into force."))(add)
    group.command("remove", help=msgid("Leave a pack out; its claims stay as they are, and come back with add."))(remove)
    app.add_typer(group, name="packs")


def list_packs(context: typer.Context) -> None:
    """List all packs that can be named."""
    # With the database behind it, which help does without (as below).
    from bot.service import pack_shelf  # noqa: PLC0415
    from claims.exchange.chosen_packs import pack_states  # noqa: PLC0415

    terminal = Terminal.of(context)
    texts = terminal.texts
    with terminal.open() as touchstone:
        states = pack_states(touchstone.base, pack_shelf(touchstone.base))
    table = Table(box=None, header_style="bold")
    for heading in (texts("Id"), texts("In force"), texts("Version"), texts("Claims"), texts("Title")):
        table.add_column(heading, overflow="fold")
    for state in states:
        table.add_row(*_row(state, terminal))
    terminal.out.print(table)
    if terminal.settings.packs is not None:
        terminal.print(texts("The setting packs (TOUCHSTONE_PACKS) says which are in force."), style="dim")


def _row(state: "PackState", terminal: Terminal) -> tuple[str, ...]:
    texts, record = terminal.texts, state.record
    if record is None:
        return state.id, texts("no"), "–", "–", texts("not loaded")
    title = texts.pick(record.title_en, record.title_zh)
    return state.id, texts("yes") if state.in_force else texts("no"), str(record.version), str(state.claims), title


def add(context: typer.Context, name: Annotated[str, typer.Argument(metavar="NAME|FILE", help=_NAME)]) -> None:
    """Load a pack and bring it into force."""
    from bot.service import pack_shelf  # noqa: PLC0415
    from claims.exchange.chosen_packs import add_pack  # noqa: PLC0415

    terminal = Terminal.of(context)
    _refuse_beside_setting(terminal)
    with terminal.open() as touchstone:
        pack = add_pack(touchstone.base, pack_shelf(touchstone.base), name)
        count = sum(claim.pack == pack for claim in touchstone.base.claims())
    terminal.print(
        terminal.texts.plural(
            "{pack} is in force, with {count} claim.", "{pack} is in force, with {count} claims.", count, pack=pack
        )
    )


def remove(context: typer.Context, name: Annotated[str, typer.Argument(metavar="ID", help=_ID)]) -> None:
    """Leave a pack out."""
    from bot.service import pack_shelf  # noqa: PLC0415
    from claims.exchange.chosen_packs import leave_out_pack  # noqa: PLC0415

    terminal = Terminal.of(context)
    _refuse_beside_setting(terminal)
    with terminal.open() as touchstone:
        pack = leave_out_pack(touchstone.base, pack_shelf(touchstone.base), name)
    terminal.print(terminal.texts("{pack} is left out: its claims are neither answered nor listed.", pack=pack))


def _refuse_beside_setting(terminal: Terminal) -> None:
    """Say where the packs are set, rather than write what would have no effect."""
    if terminal.settings.packs is not None:
        text = terminal.texts("The setting packs (TOUCHSTONE_PACKS) says which packs are in force: change it there.")
        raise typer.BadParameter(text)
