"""`touchstone check`, `chat` and `demo`: what the bot would do with a message, with those typed, and with samples."""

import json
import shutil
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import resources
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
import yaml
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from bot.reply import LIKELY, answered
from bot.terminal.console import BAD_INPUT, EmbedderOption, LineError, Terminal, complain, draw_card, is_somebody_there
from bot.texts import Texts, msgid
from checks.model import Finding, Match
from config.errors import worded
from config.named_files import coding_ahead, encoding_of
from config.settings import load_settings

if TYPE_CHECKING:
    from bot.service import Touchstone


def decision_line(finding: Finding, texts: Texts) -> str:
    """Say what the bot would do in a channel, and, where it stays silent, why."""
    if finding.action == "reply":
        return texts("The bot would reply with this card.")
    if finding.action == "offer":
        return texts("The bot would only add a small reaction, and show this card to whoever clicks it.")
    best = finding.best
    if best is not None and best.stance == "denies":
        if best.score >= LIKELY:
            return texts("The bot would stay silent: the message itself disputes the claim.")
        # The score is that of making the claim, which is low for whoever disputes it: the topic tells.
        if all(guard.passed for guard in best.guards if guard.name == "topic"):
            return texts("The bot would stay silent: the message seems to dispute a known claim.")
    # Beside a claim that is hardly meant, a further one may be: it gets a card, and is known.
    if not answered(finding, requested=True):
        return texts("The bot would stay silent: no known claim here.")
    return texts("The bot would stay silent: something speaks against an answer.")


MOST_MATCHES = 3


def finding_json(finding: Finding, message_id: object = None) -> dict[str, Any]:
    """Return the finding as the object that `--json` and `--jsonl` print; of the message it holds only the figures."""
    matches = [_match_json(match) for match in finding.matches[:MOST_MATCHES]]
    return {"id": message_id, "action": finding.action, "matches": matches}


def json_line(value: object) -> bytes:
    """Return one line of JSON in UTF-8; half a character (a lone surrogate) is written as JSON's escape for it."""
    return (json.dumps(value, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")


def read_messages(lines: Iterable[bytes]) -> Iterator[tuple[object, str] | LineError]:
    """Yield the id and text of each line, and in place of a line that is no message, what is wrong with it.

    Empty lines are passed over, but counted.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _read_message(number, line)


_NO_JSON = msgid("this is no JSON ({what}). Write one object a line: {form}")
_FORM = '{"id": …, "text": …}'


def _read_message(number: int, line: bytes) -> tuple[object, str] | LineError:
    try:
        message = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return LineError(number, worded("this is not UTF-8. Save the file as UTF-8"))
    except RecursionError:
        return LineError(number, worded(_NO_JSON, what=worded("nested too deeply"), form=_FORM))
    # A number of thousands of digits is a plain ValueError.
    except ValueError as error:
        what = error.msg if isinstance(error, json.JSONDecodeError) else worded("a number has too many digits")
        return LineError(number, worded(_NO_JSON, what=what, form=_FORM))
    if not isinstance(message, dict):
        return LineError(number, worded("this is no JSON object. Write {form}", form=_FORM))
    if "id" not in message:
        return LineError(number, worded("the key `{name}` is missing", name="id"))
    if not isinstance(message.get("text"), str):
        return LineError(number, worded("the key `{name}` is missing or no string", name="text"))
    return message["id"], message["text"]


def _match_json(match: Match) -> dict[str, Any]:
    figures = [{"said": f.said, "documented": f.documented, "agrees": f.agrees} for f in match.figures]
    return {
        "claim": match.claim,
        "score": match.score,
        "stance": match.stance,
        "figures": figures,
        "wording": match.wording,
        "why": match.why,
    }


_TEXT = msgid(
    "The message; several words need no quotes. Without it, or as -, the message is read from standard input."
)
_CARD = msgid(
    "Print the text of the card as it would be posted there, markup and all, also where the bot stays silent."
)
_FULL = msgid("With --card: the long form, which a server may choose.")
_JSON = msgid("Print one JSON object in place of the card.")
_JSONL = msgid('Read {"id", "text"} lines from standard input and write one JSON object a line, in the same order.')


def register(app: typer.Typer) -> None:
    """Add the commands `check`, `chat` and `demo`."""
    app.command(help=msgid("Check a message: which claim is it, and what would the bot do and say?"))(check)
    app.command(help=msgid("Type messages and see what the bot would do and say."))(chat)
    app.command(help=msgid("Show what the bot does with ten sample messages, on a database of its own."))(demo)


def check(
    context: typer.Context,
    text: Annotated[list[str] | None, typer.Argument(metavar="TEXT...", help=_TEXT, show_default=False)] = None,
    card: Annotated[Literal["discord"] | None, typer.Option("--card", help=_CARD)] = None,
    full: Annotated[bool, typer.Option("--full", help=_FULL)] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_JSON)] = False,
    as_jsonl: Annotated[bool, typer.Option("--jsonl", help=_JSONL)] = False,
    _embedder: EmbedderOption = None,
) -> None:
    """Check one message or a stream of them."""
    terminal = Terminal.of(context)
    if as_json and as_jsonl:
        raise typer.BadParameter(terminal.texts("Choose one of --json and --jsonl."))
    if card and (as_json or as_jsonl):
        raise typer.BadParameter(terminal.texts("Choose one of --card, --json and --jsonl."))
    if full and not card:
        raise typer.BadParameter(terminal.texts("--full belongs to --card."))
    if as_jsonl and text:
        raise typer.BadParameter(terminal.texts("With --jsonl the messages come from standard input."))
    with terminal.open() as touchstone:
        if as_jsonl:
            raise typer.Exit(check_lines(touchstone, terminal.texts))
        message = " ".join(text) if text and text != ["-"] else read_standard(terminal)
        if card:
            raise typer.Exit(print_card(terminal, touchstone, message, full=full))
        if as_json:
            write(json_line(finding_json(touchstone.check(message))))
        else:
            show(terminal, touchstone, message)


def read_standard(terminal: Terminal) -> str:
    """Return all of standard input; somebody who sits there is told that it is waited for."""
    if is_somebody_there():
        terminal.hint(terminal.texts("Type the message; Ctrl-D on a line of its own ends it."))
    data = sys.stdin.buffer.read()
    try:
        return data.decode(encoding_of(data))
    except UnicodeDecodeError:
        # Typed or piped in the terminal's own code page, such as GBK or Big5.
        return data.decode(sys.stdin.encoding, "replace")


def check_lines(touchstone: "Touchstone", texts: Texts) -> int:
    """Answer each line of standard input with one on standard output; return the exit code.

    A line that is no message is told on standard error and left out; the others are still answered.
    """
    code = 0
    for message in read_messages(_standard_lines()):
        if isinstance(message, LineError):
            complain(texts("line {number}: {fault}.", number=message.number, fault=texts.say(message.fault)))
            code = BAD_INPUT
        else:
            message_id, text = message
            write(json_line(finding_json(touchstone.check(text), message_id)))
    return code


def _standard_lines() -> Iterable[bytes]:
    """Return the lines of standard input in UTF-8, whatever it is in."""
    lines = sys.stdin.buffer
    # UTF-8 is left to the reader of each line, which names the line that is none.
    if (encoding := coding_ahead(lines)) != "utf-16":
        return lines
    return (line.encode() for line in TextIOWrapper(lines, encoding, "replace"))


def show(terminal: Terminal, touchstone: "Touchstone", message: str) -> None:
    """Print what the bot would do, and the card that answers the message, where there is one."""
    finding = touchstone.check(message)
    terminal.print(decision_line(finding, terminal.texts), style="bold")
    reply = touchstone.compose(finding, requested=finding.action == "silent")
    if reply is not None:
        terminal.out.print(draw_card(reply, touchstone.texts(reply.language)))


def print_card(terminal: Terminal, touchstone: "Touchstone", message: str, *, full: bool) -> int:
    """Print the text of the card that answers the message in Discord; return 1 where no claim is in sight."""
    # Discord's library takes a second to import.
    from bot.discord.cards import card_text, draw_public  # noqa: PLC0415

    finding = touchstone.check(message)
    reply = touchstone.compose(replace(finding, action="reply" if finding.action == "silent" else finding.action))
    if reply is None:
        complain(terminal.texts("no known claim is near this text"))
        return 1
    text = card_text(draw_public(reply, touchstone.texts(reply.language), (), "full" if full else "short"))
    write((text + "\n").encode("utf-8", "backslashreplace"))
    return 0


def write(line: bytes) -> None:
    """Write bytes to standard output at once, so that a program at the other end of a pipe can go on."""
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


def chat(context: typer.Context, _embedder: EmbedderOption = None) -> None:
    """Check one typed line after another, until an empty line or the end of input."""
    terminal = Terminal.of(context)
    with terminal.open() as touchstone, ThreadPoolExecutor(1) as beside:
        # While the first message is being typed.
        beside.submit(touchstone.warm)
        terminal.print(terminal.texts("Type a message as in a channel; an empty line ends."), style="dim")
        while message := ask(terminal):
            show(terminal, touchstone, message)


def ask(terminal: Terminal) -> str:
    """Return the next typed line, which can be edited and called back, empty at the end of input."""
    with suppress(ImportError):  # there is none on Windows, whose console edits by itself
        import readline  # noqa: F401, PLC0415  its import alone lets `input` edit
    if sys.stdin.closed:  # what was to be tried has come that way itself
        return ""
    try:
        return input("> ").strip()
    except (EOFError, KeyboardInterrupt):
        # Whoever presses Ctrl-C here has seen enough; to be shut down is another thing.
        if not terminal.stop.is_key:
            raise
        terminal.print()
        return ""


FOLDER = Path("demo")

ABOUT = {
    "claim": msgid("A claim"),
    "figure": msgid("A claim with a figure that differs"),
    "question": msgid("A question"),
    "forecast": msgid("A claim that is somebody's forecast"),
    "denial": msgid("A message that disputes the claim itself"),
    "neighbour": msgid("The same words, but no claim"),
    "small-talk": msgid("Small talk"),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A message of the demonstration: what it is an example of (a key of ABOUT), and what the bot does with it."""

    text: str
    about: str
    action: str
    claim: str | None = None


def demo() -> None:
    """Load the claim base into ./demo, check the samples, and say how to go on."""
    file = FOLDER / "touchstone.db"
    FOLDER.mkdir(exist_ok=True)
    terminal = Terminal(load_settings(database_url=f"sqlite:///{file}", language="auto"))
    texts = terminal.texts
    with terminal.open() as touchstone:
        count = len(touchstone.base.claims())
        terminal.print(texts.plural("{count} claim in {file}.", "{count} claims in {file}.", count, file=file))
        for number, sample in enumerate(read_samples(), 1):
            terminal.print()
            present(terminal, touchstone, number, sample)
    terminal.print()
    terminal.out.print(ways_on(texts, command_name()))


def present(terminal: Terminal, touchstone: "Touchstone", number: int, sample: Sample) -> None:
    """Print a sample and what becomes of it."""
    terminal.out.print(Rule(Text(f"{number}. {terminal.texts(ABOUT[sample.about])}"), align="left", style="dim"))
    terminal.out.print(Text(sample.text), style="cyan")
    show(terminal, touchstone, sample.text)


def read_samples() -> list[Sample]:
    """Return the samples that are shipped beside this file."""
    text = (resources.files("bot") / "terminal" / "demo.yaml").read_text("utf-8")
    rows: list[dict[str, Any]] = yaml.load(text, yaml.CSafeLoader)["samples"]
    return [Sample(**row) for row in rows]


def ways_on(texts: Texts, command: str) -> Table:
    """Return the lines that say how to go on."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(overflow="fold")
    table.add_row(texts("Try messages of your own:"), f"{command} chat")
    table.add_row(texts("See what the base knows:"), f"{command} claims list")
    table.add_row(texts("Run it in your own Discord server:"), f"{command} run")
    return table


def command_name() -> str:
    """Return how this very command can be called again from here."""
    if shutil.which("touchstone"):
        return "touchstone"
    called = Path(sys.argv[0])
    return str(called.relative_to(Path.cwd())) if called.is_relative_to(Path.cwd()) else str(called)
