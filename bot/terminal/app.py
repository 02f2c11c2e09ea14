"""The `touchstone` command: its parts, and how its failures are told."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from types import ModuleType
from typing import Annotated, Any, Literal

import typer
from rich.text import Text

from bot import Stop
from bot.terminal.console import BAD_INPUT, STOPPED, FlowingText, Terminal, complain
from bot.texts import Texts, msgid
from config.errors import (
    ConflictError,
    ImportRefusedError,
    InvalidEditError,
    StartError,
    TouchstoneError,
    version,
)
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


def shape_help(command: Any, texts: Texts) -> None:  # noqa: ANN401  typer keeps the classes of its commands to itself
    """Put the texts of the catalogue in place of the library's English, in a command and in all commands below it.

    What takes no value shows none, where the library writes `<bool>` beside a switch, and a name is said once. What
    takes one names it, where the library writes `<str>` or `<int range> [1<=x<=366]`.
    """
    helps = command.get_help_option(typer.Context(command, help_option_names=HELP_NAMES))
    for place in (command, *command.params, helps):
        if getattr(place, "help", None):
            place.help = texts(place.help)
        if getattr(place, "is_flag", False):
            place.metavar = ""
        elif place is not helps and getattr(place, "param_type_name", "") == "option":
            _name_value(place, texts)
        elif getattr(place, "metavar", None) and place.param_type_name == "argument":
            place.display_type_rich = lambda **_: None
            pieces = [place.metavar if place.required else f"[{place.metavar}]"]
            place.get_usage_pieces = lambda *_, pieces=pieces: pieces
    command.options_metavar = texts("[OPTIONS]")
    command.context_class = _context(command.context_class, texts("Usage:"))
    children = getattr(command, "commands", {})
    if children:
        command.subcommand_metavar = texts("COMMAND [ARGS]...")
    for child in children.values():
        shape_help(child, texts)


def _name_value(option: Any, texts: Texts) -> None:  # noqa: ANN401  typer's own classes, as above
    """Name the value of an option that has no name for it by the option's own, as the manual does, with its bounds."""
    bounds: str | None = None
    if option.metavar is None and not option.type_descriptor.choices:
        option.metavar = option.name.lstrip("_").upper()
        if option.min is not None and option.max is not None:
            bounds = texts("{least} to {most}", least=option.min, most=option.max)
        elif option.min is not None:
            bounds = texts("{least} or more", least=option.min)
    # What is called an id or a file says enough; and the library asks nowhere else.
    option._get_number_range_help_str = lambda: bounds  # noqa: SLF001


def _context(kind: Any, prefix: str) -> Any:  # noqa: ANN401  typer's own classes, as above
    """Return a kind of context like this one, whose usage lines begin with the prefix."""

    class Formatter(kind.formatter_class):
        def write_usage(self, prog: str, args: str = "", _prefix: str | None = None) -> None:
            super().write_usage(prog, args, f"{prefix} ")

    class Context(kind):
        formatter_class = Formatter

    return Context


def let_help_flow(texts: Texts) -> None:
    """Let texts of help break between Chinese characters, where rich would cut them off, under translated headings."""
    # Comes with much that only help needs.
    from typer import rich_utils  # noqa: PLC0415

    for name, text in _HEADINGS.items():
        setattr(rich_utils, name, texts(text))

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
    terminal.agree_to_folder(settings.database_url)
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
_HEADINGS = {
    "ARGUMENTS_PANEL_TITLE": msgid("Arguments"),
    "OPTIONS_PANEL_TITLE": msgid("Options"),
    "COMMANDS_PANEL_TITLE": msgid("Commands"),
    "ERRORS_PANEL_TITLE": msgid("Error"),
    "DEFAULT_STRING": msgid("[default: {}]"),
    "REQUIRED_LONG_STRING": msgid("[required]"),
    "RICH_HELP": msgid("Try '{command_path} {help_option}' for help."),
}
# What the library says of a command line that it cannot use, and how it is said here.
_FAULTS = tuple(
    (re.compile(pattern, re.DOTALL), template)
    for pattern, template in (
        (r"No such command '(?P<name>.*?)'\.?(?: Did you mean (?P<near>.*)\?)?", msgid("There is no command {name}.")),
        (r"No such option: (?P<name>\S*)(?: \(Possible options: (?P<near>.*)\))?", msgid("There is no option {name}.")),
        (r"Option '(?P<name>.*)' requires an argument\.", msgid("{name} needs a value.")),
        (r"Option '(?P<name>.*)' does not take a value\.", msgid("{name} takes no value.")),
        (r"Missing (?:argument|option|parameter) (?P<name>.*?)\.", msgid("{name} is missing.")),
        (r"Missing command\.", msgid("Name a command.")),
        (r"Got unexpected extra argument\(s\) \((?P<words>.*)\)", msgid("That is more than this takes: {words}")),
        (r"Invalid value for (?P<name>.+?): (?P<reason>.*)", msgid("{name}: {reason}")),
        (r"Value error, (?P<value>.*) is not one of (?P<choices>.*)\.", msgid("{value} is none of {choices}.")),
        (r"Input should be a valid integer.*", msgid("This has to be a whole number.")),
        (r"Unable to parse input string as an integer.*", msgid("This number is too large.")),
        (r"Input should be a valid number.*", msgid("This has to be a number.")),
        (r"Input should be greater than or equal to (?P<least>.*)", msgid("This has to be {least} or more.")),
        (r"Input should be less than or equal to (?P<most>.*)", msgid("This has to be {most} or less.")),
        (r"(?:file|path|dir) (?P<path>.*) is a directory\.", msgid("{path} is a folder.")),
        (r"(?:file|path|dir) (?P<path>.*) is a file\.", msgid("{path} is no folder.")),
        (r"(?:file|path|dir) (?P<path>.*) does not exist\.", msgid("There is no {path}.")),
        (
            r"(?:file|path|dir) (?P<path>.*) is not readable\.",
            msgid("You may not read {path}."),
        ),
        (
            r"(?:file|path|dir) (?P<path>.*) is not writable\.",
            msgid("You may not write {path}."),
        ),
    )
)


def main(arguments: list[str] | None = None, stop: Stop | None = None) -> None:
    """Run the command, and leave with its code: 0 done, 1 not done, 2 wrong input or a bot that cannot start.

    128 and its number, as shells have it, where a signal has ended it.
    """
    open_streams()
    given = sys.argv[1:] if arguments is None else arguments
    terminal = Terminal(stop=stop)
    with _told(terminal):
        terminal.stop.heed()
        command: Any = typer.main.get_command(build_app(*given[:1]))
        shape_help(command, terminal.texts)
        # Where an earlier call in this process has left its headings there, too.
        if terminal.texts.language != FIRST_SHOWN or "typer.rich_utils" in sys.modules:
            let_help_flow(terminal.texts)
        try:
            code = command.main(args=arguments, prog_name=COMMAND, obj=terminal, standalone_mode=False)
        except SystemExit as left:
            # The library makes a failure of an output that nobody reads any more.
            if isinstance(left.__context__, BrokenPipeError):
                raise left.__context__ from None
            raise
        finally:
            # Here, where a full disk can still be told, and not when the interpreter ends.
            sys.stdout.flush()
        if code == STOPPED:
            # The library has made it a code, without a word.
            raise KeyboardInterrupt
    sys.exit(code if isinstance(code, int) else 0)


@contextmanager
def _told(terminal: Terminal) -> Iterator[None]:
    """Say in a sentence what ended the command, and leave with its code."""
    try:
        yield
    except typer.Abort as error:
        complain(terminal.texts("Given up; nothing more was done."))
        sys.exit(terminal.stop.code if isinstance(error.__context__, KeyboardInterrupt) else FAILURE)
    except typer.TyperException as error:
        _show_fault(error, terminal.texts)
        sys.exit(BAD_INPUT)
    except TouchstoneError as error:
        complain("\n".join(_error_lines(error, terminal.texts)))
        sys.exit(NOT_STARTED if isinstance(error, StartError) else FAILURE)
    except BrokenPipeError:
        # Whoever read our output has enough, which is no failure; the interpreter must not try to flush the rest.
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        if not terminal.stop.is_told:
            complain(terminal.texts("stopped."))
        sys.exit(terminal.stop.code)
    except (ValueError, RecursionError, OverflowError) as error:
        fault = _input_fault(error)
        if fault is None:
            raise
        complain(terminal.texts(fault))
        sys.exit(BAD_INPUT if isinstance(error, OverflowError) else FAILURE)
    except OSError as error:
        place = f"{_short(str(error.filename))}: " if error.filename else ""
        reason = error.strerror or type(error).__name__
        complain(place + terminal.texts("{reason}. Look at the disk and at the rights there.", reason=reason))
        _give_up_output()
        sys.exit(FAILURE)


def _show_fault(error: Any, texts: Texts) -> None:  # noqa: ANN401  typer's own classes, as above
    """Draw what is wrong with a command line as the library does, in our words."""
    from typer import rich_utils  # noqa: PLC0415  only where something is wrong

    said = usage_fault(error.format_message(), texts)
    error.format_message = lambda: said
    rich_utils.rich_format_error(error)


def usage_fault(said: str, texts: Texts) -> str:
    """Return what the library says of a command line in the language of the texts; as it is where it is not known."""
    said = said.removeprefix("Invalid value: ")
    for pattern, template in _FAULTS:
        if found := pattern.fullmatch(said):
            values = {name: value.replace("'", "") for name, value in found.groupdict().items() if value is not None}
            near = values.pop("near", "")
            if "reason" in values:
                values["reason"] = usage_fault(found["reason"], texts)
            parts = [texts(template, **values), *([texts("Did you mean {near}?", near=near)] if near else [])]
            return texts.sentences(*parts)
    return said


def _error_lines(error: TouchstoneError, texts: Texts) -> list[str]:
    """Return what an error says, in the language of the texts where it can be said in that."""
    match error:
        case ImportRefusedError():
            # With the claim base behind it, which has been read then.
            from bot.import_plan import problem_line  # noqa: PLC0415

            refused = texts("{name}: refused; nothing was written.", name=error.name)
            return [refused, *(f"  {problem_line(each, texts)}" for each in error.problems)]
        case InvalidEditError():
            from bot.wording import fault_lines  # noqa: PLC0415

            return fault_lines(error, texts)
        case ConflictError():
            from bot.wording import conflict_line  # noqa: PLC0415

            return [conflict_line(error, texts)]
        case _:
            return [texts.of_error(error)]


def _input_fault(error: Exception) -> str | None:
    """Say what is wrong with input that no reader has refused; None for what is our own fault."""
    match error:
        case RecursionError():
            return msgid("something in the input is nested too deeply. Take it apart.")
        case OverflowError():
            # Such as an id of more than 64 bits, for which no table has room.
            return msgid("a number that was given is too large. Look at ids and numbers of revisions.")
        case _ if "int_max_str_digits" in str(error):
            return msgid("there is a whole number of more than 4,300 digits in the input. Take it out.")
        case _:
            return None


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


# Lines of fewer cells hold nothing, and those of more fill the memory.
_CELLS = range(10, 10_000)


def open_streams() -> None:
    """Let output go anywhere: signs that a terminal's code page lacks are replaced, and closed streams are as empty.

    A width that no terminal has, as some that nobody looks at are said to have, counts as none.
    """
    with suppress(ValueError):
        if int(os.environ.get("COLUMNS", "")) not in _CELLS:
            del os.environ["COLUMNS"]
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
