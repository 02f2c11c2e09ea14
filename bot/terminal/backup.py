"""`touchstone backup` and `touchstone restore`: a copy of the claim base while it is in use, and its way back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.terminal.console import Terminal
from bot.texts import Texts, msgid

if TYPE_CHECKING:
    from claims.store.copying import Backup

_TARGET = msgid("The copy: a new file, or a folder; without it, a file with the time in its name, in this folder.")
_COPY = msgid("The copy that `touchstone backup` has written, or one that an upgrade has kept.")
_FORCE = msgid("Put it in the place of the base that stands there, which is kept under another name.")


def register(app: typer.Typer) -> None:
    """Add the commands `backup` and `restore`."""
    app.command(help=msgid("Copy the claim base, also while the bot runs; the copy's hash is kept beside it."))(backup)
    app.command(help=msgid("Put a copy of the claim base back, after looking whether it is whole."))(restore)


def backup(
    context: typer.Context,
    target: Annotated[Path | None, typer.Argument(metavar="FILE", help=_TARGET, show_default=False)] = None,
) -> None:
    """Copy the base and say what the copy holds; nothing is upgraded or loaded on the way."""
    from claims.store.copying import back_up  # noqa: PLC0415  the database, which help does without

    terminal = Terminal.of(context)
    texts = terminal.texts
    made = back_up(terminal.settings.database_url, target)
    terminal.print(texts("Written: {file}", file=made.file), style="bold")
    terminal.print(_holds(made, texts))
    if terminal.settings.hash_key is None:
        # A copy that is lost must not tell who the members are.
        terminal.print(texts("The key of the members' hashes (touchstone.key) is not in it: keep it in another place."))


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_COPY)],
    force: Annotated[bool, typer.Option("--force", help=_FORCE)] = False,
) -> None:
    """Verify the copy, put it in place, and say where the former base is."""
    from claims.store.copying import restore as put_back  # noqa: PLC0415

    terminal = Terminal.of(context)
    texts = terminal.texts
    terminal.agree_to_folder()
    done = put_back(terminal.settings.database_url, file, force=force)
    terminal.print(texts("Put back: {file}", file=done.file), style="bold")
    terminal.print(_holds(done.backup, texts))
    if done.kept is not None:
        terminal.print(texts("The base that stood there is kept: {file}", file=done.kept))
    if not done.backup.is_hashed:
        terminal.print(texts("There was no hash beside the copy: only its pages and tables were looked at."))


def _holds(backup: "Backup", texts: Texts) -> str:
    count = texts.plural("{count} claim", "{count} claims", backup.claims)
    return texts("{claims}, tables of step {step}, SHA-256 {hash}", claims=count, step=backup.step, hash=backup.sha256)
