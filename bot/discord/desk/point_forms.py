"""The forms of the points: a new one, the text of one, and its source."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from discord import ui

from bot.discord.desk.entry_view import draw_entry
from bot.discord.desk.fields import choice, line, long
from bot.discord.desk.marks import place_now
from bot.discord.desk.sight import moderator, read_sight
from bot.discord.desk.words import done_line
from bot.discord.forms.form import Form, FormField, FormName
from bot.discord.interaction import BotInteraction
from bot.discord.private import texts_for
from bot.texts import Texts
from claims.citing import citation_line
from claims.point_edits import ROLES, EditPoint
from claims.record import PointRecord

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


class NewPointForm:
    """About a claim's id. It only adds, so that nobody else's change can be lost."""

    kind = "pnew"

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form, empty."""
        texts = texts_for(interaction)
        await read_sight(interaction, about[0])
        fields = (
            long("text_en", "", texts),
            long("text_zh", "", texts),
            line("speaker_en", "", texts),
            _date("", texts),
            _citations("", texts),
        )
        return Form(FormName(self.kind, about), texts("New point"), fields)

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Add it, and return it."""
        return await _write(self.bot, interaction, name, _point(typed), None)


class _PointForm:
    """About a claim's id, the place of one of its points, and what stands for that point."""

    kind = ""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form with what the point says now, wherever it stands now."""
        claim_id, place, mark = about
        texts, claim = texts_for(interaction), (await read_sight(interaction, claim_id)).claim
        point = claim.points[place_now(claim.points, int(place), mark)]
        title = texts("Text of the point") if self.kind == PointTextForm.kind else texts("Source of the point")
        return Form(FormName(self.kind, about, claim.edition), title, self._fields(point, texts))

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Write the point, and return it."""
        claim_id, written, mark = name.about
        points = (await read_sight(interaction, claim_id)).claim.points
        place = place_now(points, int(written), mark)
        return await _write(self.bot, interaction, name, replace(_point(typed), place=place), place)

    def _fields(self, point: PointRecord, texts: Texts) -> tuple[FormField, ...]:
        raise NotImplementedError


class PointTextForm(_PointForm):
    """What a point says, and whether that is for the claim or against it."""

    kind = "ptext"

    def _fields(self, point: PointRecord, texts: Texts) -> tuple[FormField, ...]:
        return (
            choice("role", point.role, ROLES, texts),
            long("text_en", point.text_en, texts),
            long("text_zh", point.text_zh, texts),
        )


class PointSourceForm(_PointForm):
    """Who says it, when, and where that is written."""

    kind = "psrc"

    def _fields(self, point: PointRecord, texts: Texts) -> tuple[FormField, ...]:
        cited = "\n".join(map(citation_line, point.citations))
        return (
            line("speaker_en", point.speaker_en, texts),
            line("speaker_zh", point.speaker_zh, texts),
            _date(point.date, texts),
            _citations(cited, texts),
            line("numbers", "; ".join(point.numbers), texts, texts("As the source writes them, with ; between.")),
        )


async def _write(
    bot: "TouchstoneBot", interaction: BotInteraction, name: FormName, edit: EditPoint, place: int | None
) -> ui.LayoutView:
    """Write the point at the place (None: at the end), and return it."""
    texts, write = texts_for(interaction), bot.touchstone.moderation.editor.edit
    done = await asyncio.to_thread(write, moderator(interaction), name.about[0], name.edition or None, edit)
    sight = await read_sight(interaction, name.about[0])
    at = len(sight.claim.points) - 1 if place is None else min(place, len(sight.claim.points) - 1)
    return draw_entry(sight, "points", at, texts, [done_line(changed=done.changed, texts=texts)])


def _point(typed: Mapping[str, str]) -> EditPoint:
    """Return a point with the fields of a form; those that the form lacks are left as they are."""
    said = typed.get
    speaker, text = (said("speaker_en"), said("speaker_zh")), (said("text_en"), said("text_zh"))
    return EditPoint(None, said("role"), *speaker, said("date"), *text, said("citations"), said("numbers"))


def _date(value: str, texts: Texts) -> FormField:
    return line("date", value, texts, texts("Write it as 2026-01-23, 2026-01 or 2026."), required=True)


def _citations(value: str, texts: Texts) -> FormField:
    hint = texts('One a line: source, source 120-180, or source "its very words". New ones: /claims source')
    return long("citations", value, texts, hint)
