"""Write the manual page of the command from the command itself. Run it as `python -m docs.manual`, or `make manual`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from bot.terminal.app import COMMAND, build_app

PAGE = Path(__file__).parent / f"{COMMAND}.1"
_CODES = (
    ("0", "The work is done."),
    ("1", "It could not be done; a sentence on standard error says why, and how to mend it."),
    ("2", "The input or an option is wrong, or the bot cannot start until its operator mends something."),
    ("130", "Ctrl-C has ended it."),
)


def roff(text: str) -> str:
    """Return a text as it stands in a manual page: nothing in it is taken for a request."""
    plain = " ".join(re.sub(r"`([^`]*)`", r"\1", text).split())
    quoted = plain.replace("\\", "\\e").replace("-", "\\-")
    quoted = "".join(sign if sign.isascii() else f"\\[u{ord(sign):04X}]" for sign in quoted)
    return f"\\&{quoted}" if quoted.startswith((".", "'")) else quoted


def page() -> str:
    """Return the manual page."""
    command: Any = typer.main.get_command(build_app())
    lines = [
        f'.TH {COMMAND.upper()} 1 "" "Touchstone" "User Commands"',
        ".SH NAME",
        f"{COMMAND} \\- {roff(command.help)}",
        ".SH SYNOPSIS",
        f".B {COMMAND}",
        "[\\fIoption\\fR]... \\fIcommand\\fR [\\fIargument\\fR]...",
        ".SH COMMANDS",
        *_described(COMMAND, command),
        ".SH SETTINGS",
        "Every setting is a variable of the environment, such as",
        "\\fBTOUCHSTONE_DATABASE_URL\\fR, or a line of the file",
        "\\fBtouchstone.toml\\fR in the current folder. The README lists all of them.",
        ".SH EXIT STATUS",
        *(line for code, meaning in _CODES for line in (".TP", f".B {code}", roff(meaning))),
    ]
    return "\n".join([*lines, ""])


def _described(name: str, command: Any) -> Iterator[str]:  # noqa: ANN401  a class of typer's own
    children = getattr(command, "commands", None)
    if children:
        for child, each in sorted(children.items()):
            yield from _described(f"{name} {child}", each)
        return
    yield from (".SS", roff(_usage(name, command)), roff(command.help or ""))
    for param in command.params:
        told = getattr(param, "help", None)
        if not told or getattr(param, "hidden", False):
            continue
        spelt = ", ".join([*param.opts, *param.secondary_opts]) if param.param_type_name == "option" else _shown(param)
        yield from (".TP", f".B {roff(spelt)}", roff(told))


def _usage(name: str, command: Any) -> str:  # noqa: ANN401
    given = [_shown(param) for param in command.params if param.param_type_name == "argument"]
    return " ".join([name, "[OPTION]...", *given])


def _shown(param: Any) -> str:  # noqa: ANN401
    return (param.metavar or param.name.upper()) if param.required else f"[{param.metavar or param.name.upper()}]"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
