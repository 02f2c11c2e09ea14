"""`touchstone run`: the bot in Discord."""

import typer

from bot.terminal.console import Terminal
from bot.texts import msgid
from config.logging import set_up_logging


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(help=msgid("Run the bot in Discord until it is stopped; needs TOUCHSTONE_DISCORD_TOKEN."))(run)


def run(context: typer.Context) -> None:
    """Start the bot."""
    settings = Terminal.of(context).settings
    set_up_logging(settings)
    # Everything else in the terminal does without Discord's library, which takes long to import.
    from bot.discord.supervise import run as run_bot  # noqa: PLC0415

    run_bot(settings)
