"""The forms of a figure: one that the claim has, and a new one."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from discord import ui

from bot.discord.desk.entry_view import draw_entry
from bot.discord.desk.fields import choice, line
from bot.discord.desk.marks import place_now
from bot.discord.desk.sight import moderator, read_sight
from bot.discord.desk.words import done_line
from bot.discord.forms.form import Form, FormField, FormName
from bot.discord.interaction import BotInteraction
from bot.discord.private import texts_for
from bot.texts import Texts
from checks.known import KnownFigure
from claims.figure_edits import BOUNDS, EditFigure, known_units

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

# Discord's limit for the options of a menu.
_MOST = 25


class FigureForm:
    """About a claim's id, the place of one of its figures, and what stands for that figure."""

    kind = "figure"

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form with the figure, wherever it stands now."""
        claim_id, place, mark = about
        texts, claim = texts_for(interaction), (await read_sight(interaction, claim_id)).claim
        figure = claim.figures[place_now(claim.figures, int(place), mark)]
        return Form(FormName(self.kind, about, claim.edition), texts("Edit the figure"), _fields(figure, texts))

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Write it, and return it; what it is for stays as it was."""
        claim_id, written, mark = name.about
        figures = (await read_sight(interaction, claim_id)).claim.figures
        place = place_now(figures, int(written), mark)
        edit = replace(_figure(typed), role=figures[place].role, place=place)
        return await _write(self.bot, interaction, name, edit)


class NewFigureForm:
    """About a claim's id. It only adds, so that nobody else's change can be lost."""

    kind = "fignew"

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form, empty."""
        texts = texts_for(interaction)
        await read_sight(interaction, about[0])
        return Form(FormName(self.kind, about), texts("New figure"), _fields(None, texts))

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Add it, and return it."""
        return await _write(self.bot, interaction, name, _figure(typed))


async def _write(bot: "TouchstoneBot", interaction: BotInteraction, name: FormName, edit: EditFigure) -> ui.LayoutView:
    texts, write = texts_for(interaction), bot.touchstone.moderation.editor.edit
    done = await asyncio.to_thread(write, moderator(interaction), name.about[0], name.edition or None, edit)
    sight = await read_sight(interaction, name.about[0])
    last = len(sight.claim.figures) - 1
    place = last if edit.place is None else min(edit.place, last)
    return draw_entry(sight, "figs", place, texts, [done_line(changed=done.changed, texts=texts)])


def _figure(typed: Mapping[str, str]) -> EditFigure:
    """Return a new figure as it was typed."""
    return EditFigure(typed["value"], typed["unit"], typed["bound"], "claim", typed["subject_en"], typed["subject_zh"])


def _fields(figure: KnownFigure | None, texts: Texts) -> tuple[FormField, ...]:
    units, unit = known_units(), figure.unit if figure else ""
    listed = len(units) <= _MOST
    return (
        line("value", _value(figure), texts, texts("A number, or a range such as 2 to 3."), required=True),
        choice("unit", unit, units, texts) if listed else line("unit", unit, texts, ", ".join(units), required=True),
        choice("bound", figure.bound if figure else BOUNDS[0], BOUNDS, texts),
        line("subject_en", figure.subject_en if figure else "", texts),
        line("subject_zh", figure.subject_zh if figure else "", texts),
    )


def _value(figure: KnownFigure | None) -> str:
    """Return the value as it is typed, with all its digits."""
    if figure is None:
        return ""
    low, high = (repr(each).removesuffix(".0") for each in (float(figure.low), float(figure.high)))
    return low if low == high else f"{low} to {high}"
