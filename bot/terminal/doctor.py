"""`touchstone doctor`: is everything there, and how to mend what is not."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from bot.terminal.check import write
from bot.terminal.console import Terminal
from bot.terminal.jsonl import json_line
from bot.texts import msgid

_COLOURS = {"ok": "green", "warning": "yellow", "wrong": "red"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        help=msgid("Look at settings, database, claims and optional parts, and say how to mend what is amiss.")
    )(doctor)


def doctor(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help=msgid("Print a JSON array."))] = False
) -> None:
    """Print one line a part; the exit code is 1 where a part is wrong."""
    # Looks at everything, and so imports everything.
    from bot.terminal.diagnosis import diagnose  # noqa: PLC0415

    terminal = Terminal.of(context)
    texts = terminal.texts
    diagnoses = list(diagnose(texts))
    if as_json:
        write(json_line([asdict(diagnosis) for diagnosis in diagnoses]))
    else:
        words = {"ok": texts("ok"), "warning": texts("warning"), "wrong": texts("wrong")}
        table = Table(box=None, show_header=False, pad_edge=False)
        for diagnosis in diagnoses:
            state = Text(words[diagnosis.state], style=_COLOURS[diagnosis.state])
            table.add_row(
                state,
                Text(diagnosis.part, style="bold"),
                Text(" ".join(filter(None, [diagnosis.says, diagnosis.mend]))),
            )
        terminal.out.print(table)
    if any(diagnosis.state == "wrong" for diagnosis in diagnoses):
        raise typer.Exit(1)
