"""The `touchstone` command: its parts, and how its failures are told."""

import sys
from importlib import metadata
from typing import Annotated

import typer

from bot.terminal import backtest, calibrate, chat, check, claims, demo, doctor, documents, evaluate, run, trends
from bot.terminal.console import Terminal, complain, terminal_language
from bot.terminal.helptexts import translate_help
from bot.texts import Texts, msgid
from config.errors import StartError, TouchstoneError

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
    for part in (check, chat, demo, claims, documents, doctor, evaluate, calibrate, backtest, trends, run):
        part.register(app)
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
