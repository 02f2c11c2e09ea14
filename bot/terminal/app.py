"""The `touchstone` command: its parts, and how its failures are told."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from types import ModuleType
from typing import Annotated, Any, Literal

import typer
from rich.text import Text

from bot.terminal.console import STOPPED, FlowingText, Terminal, complain, operator_language
from bot.texts import Texts, msgid
from config.errors import StartError, TouchstoneError, version
from config.languages import FIRST_SHOWN
from config.logging import set_up_logging

_SHELL = msgid("For which shell; its script goes into the shell's start file.")


def completion(
    shell: Annotated[Literal["bash", "zsh", "fish", "powershell"], typer.Argument(metavar="SHELL", help=_SHELL)],
) -> None:
    """Print the script; `--install-completion` puts it in place."""
    # Nothing else needs it.
    from typer.completion import (  # noqa: PLC0415
        get_completion_script,  # pyright: ignore[reportPrivateImportUsage]
    )

    variable = f"_{COMMAND.upper()}_COMPLETE"
    typer.echo(get_completion_script(prog_name=COMMAND, complete_var=variable, shell=shell))


def translate_help(command: Any, texts: Texts) -> None:  # noqa: ANN401  typer keeps the classes of its commands to itself
    """Put the texts of the catalogue in place of the English help of a command and of all commands below it."""
    helps = command.get_help_option(typer.Context(command, help_option_names=HELP_NAMES))
    for place in (command, *command.params, helps):
        if getattr(place, "help", None):
            place.help = texts(place.help)
    for child in getattr(command, "commands", {}).values():
        translate_help(child, texts)


def let_help_flow() -> None:
    """Let texts of help break between Chinese characters, where rich would cut them off."""
    # Comes with much that only help needs.
    from typer import rich_utils  # noqa: PLC0415

    class Flowing(rich_utils.OptionHighlighter):
        def __call__(self, text: str | Text) -> Text:
            coloured = super().__call__(text)
            return FlowingText(coloured.plain, coloured.style, spans=coloured.spans)

    rich_utils.highlighter = Flowing()


def run(context: typer.Context) -> None:
    """Start the bot."""
    terminal = Terminal.of(context)
    settings = terminal.settings
    set_up_logging(settings)
    terminal.agree_to_folder()
    # Everything else in the terminal does without Discord's library, which takes long to import.
    from bot.discord.supervise import run as run_bot  # noqa: PLC0415

    run_bot(settings)


FAILURE = 1
NOT_STARTED = 2
COMMAND = "touchstone"
HELP_NAMES = ["-h", "--help"]

# Each file with commands, and which these are: for one of them the others need not be read, which takes a second.
PARTS: Mapping[str, tuple[str, ...]] = {
    "check": ("check", "chat", "demo"),
    "claims": ("claims",),
    "documents": ("documents", "sources"),
    "packs": ("packs",),
    "doctor": ("doctor", "backup", "restore", "db"),
    "evaluate": ("evaluate",),
    "calibrate": ("calibrate",),
    "backtest": ("backtest", "trends"),
}
_OWN = ("run", "completion")

_ABOUT = msgid("Recognises known claims in chat and answers with what the documents say.")
# typer's own texts: named here so that the catalogue has them.
_TYPERS = (
    msgid("Show this message and exit."),
    msgid("Install completion for the current shell."),
    msgid("Show completion for the current shell, to copy it or customize the installation."),
)


def main(arguments: list[str] | None = None) -> None:
    """Run the command, and leave with its code: 0 done, 1 not done, 2 wrong input or a bot that cannot start."""
    open_streams()
    given = sys.argv[1:] if arguments is None else arguments
    command = typer.main.get_command(build_app(*given[:1]))
    language = operator_language()
    if language != FIRST_SHOWN:
        translate_help(command, Texts.open(language))
        let_help_flow()
    with _told():
        try:
            command(args=arguments, prog_name=COMMAND, obj=Terminal())
        finally:
            # Here, where a full disk can still be told, and not when the interpreter ends.
            sys.stdout.flush()


@contextmanager
def _told() -> Iterator[None]:
    """Say in a sentence what ended the command, and leave with its code."""
    try:
        yield
    except TouchstoneError as error:
        complain(str(error))
        sys.exit(NOT_STARTED if isinstance(error, StartError) else FAILURE)
    except BrokenPipeError:
        # Whoever read our output has enough; the interpreter must not try to flush the rest.
        sys.stderr.close()
        sys.exit(FAILURE)
    except KeyboardInterrupt:
        complain("stopped.")
        sys.exit(STOPPED)
    except ValueError as error:
        if "int_max_str_digits" not in str(error):
            raise
        complain("there is a whole number of more than 4,300 digits in the input. Take it out.")
        sys.exit(FAILURE)
    except RecursionError:
        complain("something in the input is nested too deeply. Take it apart.")
        sys.exit(FAILURE)
    except OSError as error:
        place = f"{_short(str(error.filename))}: " if error.filename else ""
        complain(f"{place}{error.strerror or type(error).__name__}. Look at the disk and at the rights there.")
        _give_up_output()
        sys.exit(FAILURE)


_LONGEST_PATH = 200


def _short(path: str) -> str:
    """Return a path, without its middle where it is longer than any line."""
    half = _LONGEST_PATH // 2
    return path if len(path) <= _LONGEST_PATH else f"{path[:half]}…{path[-half:]}"


def _give_up_output() -> None:
    """Close an output that takes nothing any more, lest the interpreter fail on it when it ends."""
    try:
        sys.stdout.flush()
    except OSError:
        with suppress(OSError):
            sys.stdout.close()


def open_streams() -> None:
    """Let output go anywhere: signs that a terminal's code page lacks are replaced, and closed streams are as empty."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115  for the whole process
    for stream, instead in ((sys.stdin, "replace"), (sys.stdout, "replace"), (sys.stderr, "backslashreplace")):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors=instead)


def build_app(asked: str = "") -> typer.Typer:
    """Put the command together from its parts; where one of its words is asked for, from what has that word."""
    names = {"help_option_names": HELP_NAMES}
    app = typer.Typer(help=_ABOUT, no_args_is_help=True, pretty_exceptions_enable=False, context_settings=names)
    app.callback()(root)
    for part in parts_for(asked):
        part.register(app)
    app.command(help=msgid("Run the bot in Discord until it is stopped; needs TOUCHSTONE_DISCORD_TOKEN."))(run)
    app.command(help=msgid("Print a shell's script that completes this command's words."))(completion)
    return app


def parts_for(asked: str = "") -> list[ModuleType]:
    """Import the files that have a word of the command; all of them for a word that none has."""
    is_known = asked in _OWN or any(asked in words for words in PARTS.values())
    wanted = (part for part, words in PARTS.items() if asked in words or not is_known)
    return [import_module(f"bot.terminal.{part}") for part in wanted]


def root(
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            "-V",
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
        typer.echo(f"{COMMAND} {version()}")
        raise typer.Exit
