"""The button "Hide the card": for the author of the answered message, and for whoever may tidy up."""

import asyncio
import contextlib
import re
from typing import Any, Self

import discord
from discord import ui

from bot.discord.actor import may_tidy
from bot.discord.button import Lasting, label_of
from bot.discord.interaction import BotInteraction
from bot.discord.private import respond, texts_for
from bot.texts import Texts
from claims.answers import AnswerRecord
from config.errors import NotAllowedError


class HideButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:hide:(?P<card>\d+)"):
    """Takes a card away; the right to do so is asked again when it is pressed."""

    def __init__(self, card: int, label: str) -> None:
        super().__init__(ui.Button(label=label, custom_id=f"ts:hide:{card}", style=discord.ButtonStyle.danger))
        self.card = card

    @classmethod
    def of(cls, card: int, texts: Texts) -> Self:
        """Return the button for a card in a language."""
        return cls(card, texts("Hide the card"))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the card from the id of a button that was sent earlier."""
        return cls(int(match["card"]), label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Delete the card from the channel and remember that it is hidden."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        answers = interaction.client.touchstone.answers
        record = await asyncio.to_thread(answers.card, self.card)
        if record is None or not await may_hide(interaction, record):
            raise NotAllowedError("Only the message's author or a moderator may hide a card.")
        channel = interaction.client.get_partial_messageable(record.channel, guild_id=record.server)
        with contextlib.suppress(discord.NotFound):
            await channel.get_partial_message(self.card).delete()
        await asyncio.to_thread(answers.hide, self.card)
        texts = texts_for(interaction)
        await respond(interaction, texts("The card is hidden."))


async def may_hide(interaction: BotInteraction, record: AnswerRecord) -> bool:
    """Tell whether the person wrote the answered message, or may tidy up in its server."""
    if interaction.guild_id != record.server:
        return False
    is_author = interaction.client.touchstone.answers.is_author
    return await asyncio.to_thread(is_author, record, interaction.user.id) or await may_tidy(interaction)
