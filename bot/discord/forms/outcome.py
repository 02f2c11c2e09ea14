"""What is shown when a form could not be written: why, all that was typed, and how to go on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

import discord
from discord import ui

from bot.discord.cards import layout
from bot.discord.escape import escape
from bot.discord.fitting import ROOM, fit
from bot.discord.forms.form import FormName
from bot.discord.forms.items import DropButton, MineButton, OpenFormButton
from bot.faults import difference_lines
from bot.field_names import field_name
from bot.texts import Texts
from config.errors import ConflictError

_FILE = "typed.txt"
_FENCE = "```"
# What was typed is shown as it is up to this length, and comes as a file beyond it.
_SHOWN = 1500


@dataclass(frozen=True, slots=True)
class Outcome:
    """A view and the files that it shows."""

    view: ui.LayoutView
    files: list[discord.File] = field(default_factory=list)


def draw_failure(head: Sequence[str], name: FormName, typed: Mapping[str, str], texts: Texts) -> Outcome:
    """Return why a form was refused (`head` may be shown as it is), what was typed, and the ways on."""
    buttons = [
        OpenFormButton.of(replace(name, edition=""), texts("Try again")),
        DropButton.of(name, texts("Drop what I typed")),
    ]
    return _draw([*head, texts("Nothing was written. What you typed:")], typed, buttons, texts)


def draw_conflict(error: ConflictError, name: FormName, typed: Mapping[str, str], texts: Texts) -> Outcome:
    """Return how both versions differ, with the three ways on: mine, theirs, or once more."""
    now = replace(name, edition=error.current)
    lines = [
        texts("Somebody else has changed this meanwhile. The two versions differ:"),
        *(escape(line) for line in difference_lines(error.fields, texts)),
        texts("Nothing was written. What you typed:"),
    ]
    buttons = [
        MineButton.of(now, texts("Keep mine")),
        DropButton.of(now, texts("Keep theirs")),
        OpenFormButton.of(now, texts("Edit again")),
    ]
    return _draw(lines, typed, buttons, texts)


def _draw(lines: Sequence[str], typed: Mapping[str, str], buttons: Sequence[ui.Item[Any]], texts: Texts) -> Outcome:
    named = {field_name(name, texts): text for name, text in typed.items() if text}
    total = sum(len(label) + len(text) for label, text in named.items())
    if total > _SHOWN or any(_FENCE in text for text in named.values()):
        kept, _ = fit(lines, ROOM)
        container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join(kept)))
        container.add_item(ui.File[Any](f"attachment://{_FILE}"))
        whole = "\n\n".join(f"{label}\n{text}" for label, text in named.items())
        return Outcome(layout(container, buttons), [discord.File(BytesIO(whole.encode()), _FILE)])
    kept, _ = fit(lines, ROOM - _SHOWN - 100)
    shown = [f"{label}\n{_FENCE}\n{text}\n{_FENCE}" for label, text in named.items()]
    return Outcome(layout(ui.Container(ui.TextDisplay("\n".join([*kept, *shown]))), buttons))
