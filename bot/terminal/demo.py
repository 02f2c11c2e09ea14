"""`touchstone demo`: ten messages, and what the bot would do and say."""

import shutil
import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
import yaml
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from bot.terminal.check import show
from bot.terminal.console import Terminal
from bot.texts import Texts, msgid
from config.settings import load_settings

if TYPE_CHECKING:
    from bot.service import Touchstone

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


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(help=msgid("Show what the bot does with ten sample messages, on a database of its own."))(demo)


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
    rows: list[dict[str, Any]] = yaml.safe_load(text)["samples"]
    return [Sample(**row) for row in rows]


def ways_on(texts: Texts, command: str) -> Table:
    """Return the lines that say how to go on."""
    table = Table(box=None, show_header=False, pad_edge=False)
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
