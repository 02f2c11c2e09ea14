"""The form of a new source: an article or a paper that no pack brings, so that points can cite it."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from discord import ui

from bot.discord.bot import BotInteraction
from bot.discord.cards import draw_lines
from bot.discord.editor.screen import done, done_line, draw_desk, moderator, read_sight
from bot.discord.editor.wordings import near_lines
from bot.discord.forms.form import Form, FormField, FormName, choice, line
from bot.discord.markdown import escape
from bot.discord.person import texts_for
from bot.texts import Texts
from checks.text import TextFolder, language_of
from claims.moderation.edits import KINDS, EditTexts
from claims.moderation.sources import NewSource
from claims.record import ClaimRecord
from config.errors import ConflictError, InvalidEditError
from config.faults import FieldDifference, FieldFault

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


_TITLES = ("title_en", "title_zh")
_OPEN = "open"


class TextsForm:
    """About a claim's id."""

    kind = "texts"

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form with what the claim says now."""
        texts, claim = texts_for(interaction), (await read_sight(interaction, about[0])).claim
        review_by = claim.review_by.isoformat() if claim.review_by else ""
        as_typed = EditTexts(claim.title_en, claim.title_zh, claim.kind, claim.as_of.isoformat(), review_by)
        return Form(FormName(self.kind, about, claim.version_tag), texts("Edit the claim"), _fields(as_typed, texts))

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Write it, and return the card."""
        texts, before = texts_for(interaction), (await read_sight(interaction, name.about[0])).claim
        edit = self.bot.touchstone.moderation.editor.edit
        new = EditTexts(**typed)
        edited = await asyncio.to_thread(edit, moderator(interaction), before.id, name.edition or None, new)
        remarks = [done_line(changed=edited.changed, texts=texts)]
        remarks += await near_lines(interaction, before.id, _new_titles(before, edited.claim), texts)
        return draw_desk(await read_sight(interaction, before.id), texts, remarks)


class NewForm:
    """About nothing: a claim of the server's own begins as a draft."""

    kind = "new"

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form, empty but for today's day; asks for the right."""
        texts, actor, touchstone = texts_for(interaction), moderator(interaction), self.bot.touchstone
        await asyncio.to_thread(touchstone.moderation.rights.permit, actor, "claim.edit")
        today = touchstone.base.clock().date().isoformat()
        fields = _fields(EditTexts("", "", KINDS[0], today, ""), texts)
        return Form(FormName(self.kind, about), texts("New claim"), fields)

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:  # noqa: ARG002
        """Begin the draft, and return its card."""
        texts, create = texts_for(interaction), self.bot.touchstone.moderation.editor.create
        begun = (await asyncio.to_thread(create, moderator(interaction), EditTexts(**typed))).claim
        if begun is None:
            raise RuntimeError("a claim that was begun is gone")
        remarks = [done(texts("The draft is there. Now add wordings, and points with their sources."))]
        remarks += await near_lines(interaction, begun.id, _new_titles(None, begun), texts)
        return draw_desk(await read_sight(interaction, begun.id), texts, remarks)


class CutOffForm:
    """About a claim's id; its edition is the cut-off itself, because what a server sets is no part of a claim."""

    kind = "cutoff"

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form with the claim's own cut-off."""
        texts, now = texts_for(interaction), (await read_sight(interaction, about[0])).sight.cut_off
        hint = texts("A probability from 0 to 1; empty: as for all claims.")
        field = line("cut_off", "" if now is None else _plain(now), texts, hint)
        return Form(FormName(self.kind, about, _plain(now)), texts("Cut-off of this claim"), (field,))

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Set it, and return the card."""
        texts, claim_id = texts_for(interaction), name.about[0]
        wanted, now = _cut_off(typed["cut_off"]), (await read_sight(interaction, claim_id)).sight.cut_off
        if name.edition not in {"", _plain(now)} and wanted != now:
            raise ConflictError(claim_id, (FieldDifference("cut_off", wanted, now),), current=_plain(now))
        set_cut_off = self.bot.touchstone.moderation.claim_settings.set_cut_off
        written = await asyncio.to_thread(set_cut_off, moderator(interaction), claim_id, wanted)
        remarks = [done_line(changed=bool(written.changes), texts=texts)]
        return draw_desk(await read_sight(interaction, claim_id), texts, remarks)


def _fields(typed: EditTexts, texts: Texts) -> tuple[FormField, ...]:
    day = texts("Write it as 2026-01-23.")
    return (
        line("title_en", typed.title_en or "", texts),
        line("title_zh", typed.title_zh or "", texts),
        choice("kind", typed.kind or KINDS[0], KINDS, texts),
        line("as_of", typed.as_of or "", texts, day, required=True),
        line("review_by", typed.review_by or "", texts, day),
    )


def _new_titles(before: ClaimRecord | None, after: ClaimRecord | None) -> list[str]:
    """Return the titles that the claim did not have before, each once."""
    if after is None:
        return []
    return list(dict.fromkeys(
        title for field in _TITLES if (title := getattr(after, field)) != (before and getattr(before, field))
    ))  # fmt: skip


def _plain(cut_off: float | None) -> str:
    return _OPEN if cut_off is None else f"{cut_off:g}"


def _cut_off(typed: str) -> float | None:
    text = typed.strip()
    try:
        return float(text) if text else None
    except ValueError:
        fault = FieldFault("cut_off", "{value} is no figure.", "Give a probability from 0 to 1.", {"value": text[:60]})
        raise InvalidEditError((fault,)) from None


class SourceForm:
    """About nothing; the source's language is that of its title."""

    kind = "source"

    def __init__(self, bot: "TouchstoneBot", folder: TextFolder) -> None:
        self.bot = bot
        self._folder = folder

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form, empty; asks for the right."""
        texts, actor = texts_for(interaction), moderator(interaction)
        await asyncio.to_thread(self.bot.touchstone.moderation.rights.permit, actor, "source.add")
        fields = (
            line("title", "", texts, required=True),
            line("author", "", texts),
            line("publisher", "", texts, required=True),
            line("published", "", texts, texts("Write it as 2026-01-23, 2026-01 or 2026."), required=True),
            line("address", "", texts, texts("Write it as https://…")),
        )
        return Form(FormName(self.kind, about), texts("New source"), fields)

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:  # noqa: ARG002
        """Add it, and say by which name points cite it."""
        texts, add = texts_for(interaction), self.bot.touchstone.moderation.sources.add
        source = NewSource(**typed, language=language_of(typed["title"], self._folder))
        known = await asyncio.to_thread(add, moderator(interaction), source)
        lines = [
            done(texts("The source is there: {title}", title=escape(source.title))),
            texts("Points cite it as {name}.", name=f"`{known}`"),
        ]
        return draw_lines(lines, texts)
