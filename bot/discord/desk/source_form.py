"""The form of a new source: an article or a paper that no pack brings, so that points can cite it."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from discord import ui

from bot.discord.cards import draw_lines
from bot.discord.desk.fields import line
from bot.discord.desk.sight import moderator
from bot.discord.desk.words import done
from bot.discord.escape import escape
from bot.discord.forms.form import Form, FormName
from bot.discord.interaction import BotInteraction
from bot.discord.private import texts_for
from checks.text import TextFolder, language_of
from claims.sources import NewSource

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


class SourceForm:
    """About nothing; the source's language is that of its title."""

    kind = "source"

    def __init__(self, bot: "TouchstoneBot", folder: TextFolder) -> None:
        self.bot = bot
        self._folder = folder

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form, empty; asks for the right."""
        texts, actor = texts_for(interaction), moderator(interaction)
        require = self.bot.touchstone.moderation.rights.require
        await asyncio.to_thread(require, actor, actor.server, "moderator")
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
