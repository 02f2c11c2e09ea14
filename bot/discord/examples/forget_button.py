"""The button "Delete it" below what the author of a kept message is told."""

import asyncio
import re
from typing import Any, Self

import discord
from discord import ui

from bot.discord.actor import actor_of
from bot.discord.button import Lasting, label_of
from bot.discord.cards import draw_lines
from bot.discord.interaction import BotInteraction
from bot.discord.private import texts_for
from bot.texts import Texts
from claims.rights import Actor
from config.errors import UnknownEntryError


class ForgetExampleButton(
    Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:example:forget:(?P<server>\d+):(?P<number>\d+)"
):
    """Deletes an example of a server, also from a direct message, where the author is a plain member of it."""

    def __init__(self, server: int, number: int, label: str) -> None:
        custom_id = f"ts:example:forget:{server}:{number}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, style=discord.ButtonStyle.danger))
        self.server = server
        self.number = number

    @classmethod
    def of(cls, server: int, number: int, texts: Texts) -> Self:
        """Return the button for an example in a language."""
        return cls(server, number, texts("Delete it"))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read server and number from the id of a button that was sent earlier."""
        return cls(int(match["server"]), int(match["number"]), label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Delete the example, and take its words out of the message that the button is on."""
        await interaction.response.defer()
        is_here = interaction.guild_id == self.server
        actor = actor_of(interaction) if is_here else Actor(interaction.user.id, self.server)
        texts = texts_for(interaction)
        line = texts("Deleted: the message is no longer kept.")
        try:
            await asyncio.to_thread(interaction.client.touchstone.moderation.examples.delete, actor, self.number)
        except UnknownEntryError:
            line = texts("The message is not kept any more.")
        await interaction.edit_original_response(view=draw_lines([line], texts))
