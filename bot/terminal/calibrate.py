"""`touchstone calibrate`: fit weights and cut-offs to the base and the chat of a server."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from bot.terminal.console import Terminal
from bot.terminal.evaluate import track
from bot.texts import msgid
from config.errors import TuningError

if TYPE_CHECKING:
    from checks.calibration import Calibration, Sample
    from checks.checker import Checker

_MESSAGES = msgid('Labelled messages: JSON lines {"id", "text", "claims", "stance"}.')
_CHAT = msgid("Ordinary chat of the server, one message a line; say it again for more files.")
_BUDGET = msgid("Which share of chat may be answered by mistake: 1/2000.")
_OUT = msgid("The tuning file to write.")
_WORK = msgid("Where measurements are kept, so that a run that was broken off goes on.")

OUTCOMES = {
    "replied": msgid("answered rightly"),
    "replied_or_offered": msgid("answered or offered rightly"),
    "wrong": msgid("answered with another claim"),
    "false": msgid("answered where there is no claim"),
    "false_offer": msgid("answered or offered where there is no claim"),
    "chat_replies": msgid("chat answered"),
    "chat_offers": msgid("chat answered or offered"),
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    about = msgid("Fit weights and cut-offs to your claims and your chat, for a budget of false alarms.")
    app.command(help=about)(calibrate)


def calibrate(
    context: typer.Context,
    messages: Annotated[Path, typer.Option("--messages", metavar="FILE", help=_MESSAGES)],
    chat: Annotated[list[Path], typer.Option("--chat", metavar="FILE", help=_CHAT)],
    budget: Annotated[str, typer.Option("--budget", help=_BUDGET)] = "1/2000",
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help=_OUT)] = Path("touchstone-tuning.json"),
    work: Annotated[Path, typer.Option("--work", metavar="FILE", help=_WORK)] = Path("touchstone-calibration.jsonl"),
) -> None:
    """Measure, fit, show before and after, and write the file."""
    from checks.calibration import calibrate as fit  # noqa: PLC0415  as in Terminal.open

    terminal = Terminal.of(context)
    share = read_budget(budget, terminal)
    checker = _checker(terminal)
    samples = _measure(terminal, checker, messages, chat, work)
    scorer, claims = checker.base.scorer, len(checker.base.claims)
    if scorer is None:
        raise typer.BadParameter(terminal.texts("The base holds no claim."))
    count = sum(not sample.chat for sample in samples)
    provenance = (
        f"Fitted by `touchstone calibrate` on {datetime.now(UTC).date()}: {count} labelled messages, "
        f"{len(samples) - count} lines of chat, budget {budget}; 10-fold cross-validated."
    )
    found = fit(samples, scorer.model, claims, share, provenance)
    _show(terminal, found)
    tuning = checker.tuning
    few = scorer.model is tuning.few
    changed = replace(tuning, few=found.model) if few else replace(tuning, many=found.model)
    _write(out, changed.as_json())
    terminal.print(terminal.texts("Written to {file}. Set TOUCHSTONE_TUNING_FILE={file} to use it.", file=out))


def read_budget(text: str, terminal: Terminal) -> float:
    """Return the share that `1/2000` or `0.0005` means; above 0 and at most 0.1."""
    try:
        share = float(Fraction(text))
    except (ValueError, ZeroDivisionError):
        share = 0.0
    if not 0 < share <= 0.1:
        raise typer.BadParameter(terminal.texts("{budget} is no budget. Write a share such as 1/2000.", budget=text))
    return share


def _checker(terminal: Terminal) -> "Checker":
    from checks.checker import Checker  # noqa: PLC0415
    from checks.lexicon import Lexicon  # noqa: PLC0415
    from checks.tuning import Tuning  # noqa: PLC0415

    with terminal.open() as touchstone:
        known = [claim.known for claim in touchstone.base.claims()]
    return Checker(known, Lexicon.load(), Tuning.load(terminal.settings.tuning_file))


def _measure(terminal: Terminal, checker: "Checker", messages: Path, chat: list[Path], work: Path) -> list["Sample"]:
    from checks.calibration import Measurer  # noqa: PLC0415
    from checks.evaluate.files import read_chat, read_labelled  # noqa: PLC0415

    rows = read_labelled(messages)
    lines = [line.text for file in chat for line in read_chat(file)]
    measurer = Measurer(checker, work)
    measurer.measure([*(row.text for row in rows), *lines], lambda texts: track(terminal, texts))
    return [*map(measurer.labelled, rows), *map(measurer.chat, lines)]


def _show(terminal: Terminal, found: "Calibration") -> None:
    texts = terminal.texts
    table = Table(box=None, header_style="bold")
    for heading in (texts("Before any guard"), texts("before"), texts("after")):
        table.add_column(heading)
    for field in fields(found.before):
        before, after = getattr(found.before, field.name), getattr(found.after, field.name)
        table.add_row(texts(OUTCOMES[field.name]), f"{before:.4f}", f"{after:.4f}")
    terminal.out.print(table)
    cut_offs = {"reply": f"{found.cut_offs.reply:.3f}", "offer": f"{found.cut_offs.offer:.3f}"}
    terminal.print(texts("Cut-offs: reply from {reply}, offer from {offer}.", **cut_offs))


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise TuningError(f"{file}: cannot be written ({error}). Name another file with --out.") from error
