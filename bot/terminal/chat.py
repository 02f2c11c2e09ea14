"""`touchstone chat`: type messages, see what the bot would do."""

import typer

from bot.terminal.check import show
from bot.terminal.console import EmbedderOption, Terminal
from bot.texts import msgid


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(help=msgid("Type messages and see what the bot would do and say."))(chat)


def chat(context: typer.Context, _embedder: EmbedderOption = None) -> None:
    """Check one typed line after another, until an empty line or the end of input."""
    terminal = Terminal.of(context)
    with terminal.open() as touchstone:
        terminal.print(terminal.texts("Type a message as in a channel; an empty line ends."), style="dim")
        while message := ask(terminal):
            show(terminal, touchstone, message)


def ask(terminal: Terminal) -> str:
    """Return the next typed line, empty at the end of input."""
    try:
        return terminal.out.input("> ").strip()
    except (EOFError, KeyboardInterrupt):
        terminal.print()
        return ""
