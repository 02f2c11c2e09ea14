"""The form where a member proposes a claim, or one more wording of a claim."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.discord.actor import actor_of
from bot.discord.cards import draw_lines
from bot.discord.forms.form import LONGEST_FIELD, Form, FormField, FormName
from bot.discord.interaction import BotInteraction
from bot.discord.private import texts_for
from bot.discord.queue.message import read_message
from bot.field_names import field_name
from claims.form_reading import LINE
from config.errors import NotAllowedError

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


class ProposeForm:
    """About a claim, or about a channel and a message in it, or about nothing yet."""

    kind = "prop"

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form; the text of a message stands in it whole, so that the member can shorten it."""
        texts = texts_for(interaction)
        if interaction.guild_id is None:
            raise NotAllowedError("This works in a server only.")
        words = await _words(interaction, about)
        hint = texts("One line of at most {most} characters.", most=LINE)
        fields = (
            FormField("text", texts("What is claimed"), words, hint, long=True, required=True),
            FormField("note", field_name("note", texts), "", texts("For the moderators, if you like."), most=LINE),
        )
        title = texts("Propose a wording") if len(about) == 1 and about[0] else texts("Propose a claim")
        return Form(FormName(self.kind, about), title, fields)

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Put the proposal into the queue, and say that it waits."""
        actor, texts, about = actor_of(interaction), texts_for(interaction), name.about
        place = (int(about[0]), int(about[1])) if is_message(about) else None
        claim = None if place else about[0] or None
        propose = self.bot.touchstone.moderation.queue.propose
        is_new = await asyncio.to_thread(propose, actor, typed["text"], claim, place, typed["note"])
        told = (
            texts("Thank you. It waits for the moderators of this server.")
            if is_new
            else texts("The same proposal waits already, or the moderators have decided on it.")
        )
        return draw_lines([told], texts)


def is_message(about: tuple[str, ...]) -> bool:
    """Tell whether a proposal is about a message: channel and message."""
    return len(about) > 1


async def _words(interaction: BotInteraction, about: tuple[str, ...]) -> str:
    """Return the text of the message; Discord hands it over with the menu, later it is fetched."""
    if not is_message(about):
        return ""
    data: Any = interaction.data or {}
    handed = data.get("resolved", {}).get("messages", {}).get(about[1])
    if handed is not None:
        return str(handed.get("content") or "")[:LONGEST_FIELD]
    try:
        return (await read_message(interaction, int(about[0]), int(about[1])))[:LONGEST_FIELD]
    except discord.HTTPException:
        # Without the message the member can still type.
        return ""
