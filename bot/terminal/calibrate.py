"""`touchstone calibrate`: weights and cut-offs fitted to labelled messages, ticks of moderators, and chat."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from bot.terminal.console import EmbedderOption, Terminal, going_on
from bot.terminal.evaluate import name_unknown, refuse_standard, track
from bot.texts import msgid
from config.named_files import STANDARD

if TYPE_CHECKING:
    from checks.calibration import Calibration, MeaningCalibration, Sample
    from checks.checker import Checker
    from checks.evaluation_files import LabelledMessage
    from checks.tuning import Tuning

_MESSAGES = msgid(
    'Labelled messages: JSON lines {"id", "text", "claims", "stance"}. The stance is asserts, denies or asks; and none,'
    " without claims, where a message at most mentions one."
)
_CHAT = msgid("Ordinary chat of the server, one message a line; say it again for more files.")
_LABELS = msgid("Count what moderators have ticked as right or wrong, too; needs an embedder.")
_BUDGET = msgid("Which share of chat may be answered by mistake: 1/2000.")
_READ = msgid("Read: {messages} labelled messages, {ticks} ticks of moderators, {chat} lines of chat.")
_OUT = msgid("The tuning file to write; - is standard output.")
_ANEW = msgid("Since {file} was written, claims or the way to read a message have changed: all is measured anew.")
_WORK = msgid("Where measurements are kept, so that a run that was broken off goes on.")

_DOUBTFUL = msgid(
    "⚠ Cut-offs this low have messages answered, or hinted at, that are most likely something else than the claim."
    " Labels that are wrong lead to that: look through them again before you use this file."
)
# Answered though it is as likely something else, or hinted at though it is nine times in ten.
_LEAST_REPLY, _LEAST_OFFER = 0.5, 0.1

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
    messages: Annotated[Path | None, typer.Option("--messages", metavar="FILE", help=_MESSAGES)] = None,
    chat: Annotated[list[Path] | None, typer.Option("--chat", metavar="FILE", help=_CHAT)] = None,
    labels: Annotated[bool, typer.Option("--labels", help=_LABELS)] = False,
    budget: Annotated[str, typer.Option("--budget", metavar="SHARE", help=_BUDGET)] = "1/2000",
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help=_OUT)] = Path("touchstone-tuning.json"),
    work: Annotated[Path, typer.Option("--work", metavar="FILE", help=_WORK)] = Path("touchstone-calibration.jsonl"),
    _embedder: EmbedderOption = None,
) -> None:
    """Measure, fit, show before and after, and write the file."""
    terminal = Terminal.of(context)
    refuse_standard(terminal, work, "--work")
    if out == STANDARD:
        terminal.speak_aside()
    # With the database and the checks behind it, which help does without (as below).
    from checks.calibration import check_input  # noqa: PLC0415

    share = read_budget(budget, terminal)
    checker, ticked, known = _checker(terminal, labels)
    rows, lines = _read(terminal, known, messages, chat or ())
    check_input(rows, len(lines), len(ticked), share, by_meaning=bool(checker.encoder))
    samples = [*_measure(terminal, checker, rows, lines, work), *ticked]
    counts = {"messages": len(rows), "ticks": len(ticked), "chat": len(lines)}
    terminal.print(terminal.texts(_READ, **counts))
    provenance = (
        f"Fitted by `touchstone calibrate` on {datetime.now(UTC).date()}: {len(samples) - len(lines)} labels, "
        f"{len(lines)} lines of chat, budget {budget}; 10-fold cross-validated."
    )
    tuning = (_by_meaning if checker.encoder else _by_words)(terminal, checker, samples, share, provenance)
    if terminal.keep(out, tuning.as_json().encode(), "--out"):
        terminal.print(terminal.texts("Written to {file}. Set TOUCHSTONE_TUNING_FILE={file} to use it.", file=out))


def _by_meaning(
    terminal: Terminal, checker: "Checker", samples: Sequence["Sample"], budget: Fraction, provenance: str
) -> "Tuning":
    from checks.calibration import calibrate_meaning  # noqa: PLC0415  as in Terminal.open
    from checks.decision import DecisionModel  # noqa: PLC0415

    found = calibrate_meaning(samples, DecisionModel.load().cut_offs, budget)
    show_calibration(terminal, found)
    return replace(checker.tuning, meaning=found.tuning(provenance))


def _by_words(
    terminal: Terminal, checker: "Checker", samples: Sequence["Sample"], budget: Fraction, provenance: str
) -> "Tuning":
    from checks.calibration import calibrate as fit  # noqa: PLC0415

    scorer, tuning = checker.base.scorer, checker.tuning
    if scorer is None:
        raise typer.BadParameter(terminal.texts("The base holds no claim."))
    found = fit(samples, scorer.model, checker.base.size, budget, provenance)
    show_calibration(terminal, found)
    return replace(tuning, few=found.model) if scorer.model is tuning.few else replace(tuning, many=found.model)


def read_budget(text: str, terminal: Terminal) -> Fraction:
    """Return the share that `1/2000` or `0.0005` means; above 0 and at most 0.1."""
    try:
        share = Fraction(text)
    except (ValueError, ZeroDivisionError):
        share = Fraction()
    if not 0 < share <= Fraction("0.1"):
        raise typer.BadParameter(terminal.texts("{budget} is no budget. Write a share such as 1/2000.", budget=text))
    return share


def _checker(terminal: Terminal, labels: bool) -> tuple["Checker", Sequence["Sample"], Sequence[str]]:
    """Return a checker with the shipped decision, what moderators have ticked, where that is wanted, and all ids."""
    from bot.service import base_folder  # noqa: PLC0415
    from checks.calibration import ticked  # noqa: PLC0415
    from checks.checker import Checker  # noqa: PLC0415
    from checks.embedders import open_safe_embedder  # noqa: PLC0415
    from checks.lexicon import Lexicon  # noqa: PLC0415
    from checks.tuning import Tuning  # noqa: PLC0415
    from claims.packs.shipped_vectors import ShippedVectors  # noqa: PLC0415

    with terminal.open() as touchstone:
        folder = base_folder(touchstone.base)
        known = [claim.known for claim in touchstone.base.claims()]
        ticks = touchstone.moderation.labels.ticks() if labels else ()
    tuning = replace(Tuning.load(terminal.settings.tuning_file), meaning=None)
    embedder = open_safe_embedder(terminal.settings, ShippedVectors(), folder)
    checker = Checker(known, Lexicon.load(), tuning, embedder)
    if labels and not checker.encoder:
        raise typer.BadParameter(terminal.texts("--labels needs an embedder."))
    return checker, [ticked(score, right) for score, right in ticks], [claim.id for claim in known]


def _read(
    terminal: Terminal, known: Sequence[str], messages: Path | None, chat: Sequence[Path]
) -> tuple[Sequence["LabelledMessage"], Sequence[str]]:
    from checks.evaluation_files import read_chat, read_labelled  # noqa: PLC0415

    rows = [] if messages is None else read_labelled(messages)
    name_unknown(terminal, known, rows)
    return rows, [line.text for file in chat for line in read_chat(file)]


def _measure(
    terminal: Terminal, checker: "Checker", rows: Sequence["LabelledMessage"], lines: Sequence[str], work: Path
) -> list["Sample"]:
    from checks.calibration import Measurer  # noqa: PLC0415

    measurer = Measurer(checker, work)
    if measurer.begins_anew:
        terminal.hint(terminal.texts(_ANEW, file=work))
    with going_on(terminal, work):
        measurer.measure([*(row.text for row in rows), *lines], lambda texts: track(terminal, texts))
    return [*map(measurer.labelled, rows), *map(measurer.chat, lines)]


def show_calibration(terminal: Terminal, found: "Calibration | MeaningCalibration") -> None:
    """Print what is answered before and after, the cut-offs, and a warning where these are doubtful."""
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
    if found.cut_offs.reply < _LEAST_REPLY or found.cut_offs.offer < _LEAST_OFFER:
        terminal.print(texts(_DOUBTFUL), style="yellow")
