"""The `touchstone` command: its parts, and how its failures are told."""

import sys
from importlib import metadata
from typing import Annotated, Any

import typer

from bot.terminal import backtest, calibrate, check, claims, demo, doctor, documents, evaluate, packs, trends
from bot.terminal.console import Terminal, complain, terminal_language
from bot.texts import Texts, msgid
from config.errors import StartError, TouchstoneError
from config.logging import set_up_logging


def translate_help(command: Any, texts: Texts) -> None:  # noqa: ANN401  typer keeps the classes of its commands to itself
    """Put the texts of the catalogue in place of the English help of a command and of all commands below it."""
    for place in (command, *command.params):
        if getattr(place, "help", None):
            place.help = texts(place.help)
    for child in getattr(command, "commands", {}).values():
        translate_help(child, texts)


def run(context: typer.Context) -> None:
    """Start the bot."""
    settings = Terminal.of(context).settings
    set_up_logging(settings)
    # Everything else in the terminal does without Discord's library, which takes long to import.
    from bot.discord.supervise import run as run_bot  # noqa: PLC0415

    run_bot(settings)


FAILURE = 1
NOT_STARTED = 2

_ABOUT = msgid("Recognises known claims in chat and answers with what the documents say.")


def main(arguments: list[str] | None = None) -> None:
    """Run the command, and leave with its code: 0 done, 1 not done, 2 wrong input or a bot that cannot start."""
    command = typer.main.get_command(build_app())
    language = terminal_language()
    if language != "en":
        translate_help(command, Texts.open(language))
    try:
        command(args=arguments, prog_name="touchstone", obj=Terminal())
    except TouchstoneError as error:
        complain(str(error))
        sys.exit(NOT_STARTED if isinstance(error, StartError) else FAILURE)
    except BrokenPipeError:
        # Whoever read our output has enough; the interpreter must not try to flush the rest.
        sys.stderr.close()
        sys.exit(FAILURE)


def build_app() -> typer.Typer:
    """Put the command together from its parts."""
    app = typer.Typer(help=_ABOUT, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
    app.callback()(root)
    for part in (check, demo, claims, documents, doctor, evaluate, calibrate, backtest, trends, packs):
        part.register(app)
    app.command(help=msgid("Run the bot in Discord until it is stopped; needs TOUCHSTONE_DISCORD_TOKEN."))(run)
    return app


def root(
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            help=msgid("Show the version and leave."),
            is_eager=True,
            callback=lambda on: show_version(wanted=on),
        ),
    ] = False,
) -> None:
    """Take the options that belong to no command."""


def show_version(*, wanted: bool) -> None:
    """Print the version and leave, where that is wanted."""
    if wanted:
        typer.echo(f"touchstone {metadata.version('touchstone-bot')}")
        raise typer.Exit
