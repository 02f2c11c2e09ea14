"""`touchstone check`: one message as a card or as JSON, or many messages as lines of JSON."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bot.terminal.cards import draw_card
from bot.terminal.console import EmbedderOption, Terminal, complain
from bot.terminal.decision import decision_line
from bot.terminal.errors import BAD_INPUT, LineError
from bot.terminal.jsonl import finding_json, json_line, read_messages
from bot.texts import msgid

if TYPE_CHECKING:
    from bot.service import Touchstone

_TEXT = msgid("The message; several words need no quotes. Without it, the message is read from standard input.")
_JSON = msgid("Print one JSON object in place of the card.")
_JSONL = msgid('Read {"id", "text"} lines from standard input and write one JSON object a line, in the same order.')


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(help=msgid("Check a message: which claim is it, and what would the bot do and say?"))(check)


def check(
    context: typer.Context,
    text: Annotated[list[str] | None, typer.Argument(help=_TEXT, show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_JSON)] = False,
    as_jsonl: Annotated[bool, typer.Option("--jsonl", help=_JSONL)] = False,
    _embedder: EmbedderOption = None,
) -> None:
    """Check one message or a stream of them."""
    terminal = Terminal.of(context)
    if as_json and as_jsonl:
        raise typer.BadParameter(terminal.texts("Choose one of --json and --jsonl."))
    if as_jsonl and text:
        raise typer.BadParameter(terminal.texts("With --jsonl the messages come from standard input."))
    with terminal.open() as touchstone:
        if as_jsonl:
            raise typer.Exit(check_lines(touchstone))
        message = " ".join(text) if text else sys.stdin.read()
        if as_json:
            write(json_line(finding_json(touchstone.check(message))))
        else:
            show(terminal, touchstone, message)


def check_lines(touchstone: "Touchstone") -> int:
    """Answer each line of standard input with one on standard output; return the exit code.

    A line that is no message is told on standard error and left out; the others are still answered.
    """
    code = 0
    for message in read_messages(sys.stdin.buffer):
        if isinstance(message, LineError):
            complain(str(message))
            code = BAD_INPUT
        else:
            message_id, text = message
            write(json_line(finding_json(touchstone.check(text), message_id)))
    return code


def show(terminal: Terminal, touchstone: "Touchstone", message: str) -> None:
    """Print what the bot would do, and the card that answers the message, where there is one."""
    finding = touchstone.check(message)
    terminal.print(decision_line(finding, terminal.texts), style="bold")
    reply = touchstone.compose(finding, requested=finding.action == "silent")
    if reply is not None:
        terminal.out.print(draw_card(reply, touchstone.texts(reply.language)))


def write(line: bytes) -> None:
    """Write bytes to standard output at once, so that a program at the other end of a pipe can go on."""
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
