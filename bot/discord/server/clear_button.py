"""The button that drops what was collected in shadow mode."""

import asyncio
import re
from typing import Any, Self

import discord
from discord import ui

from bot.discord.actor import actor_of
from bot.discord.button import Lasting, label_of
from bot.discord.interaction import BotInteraction
from bot.discord.private import respond, texts_for
from bot.texts import Texts


class ClearShadowButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:shadow-clear:(?P<channel>\d+)"):
    """Clears one channel, or (0) the whole server; the right to do so is asked again when it is pressed."""

    def __init__(self, channel: int, label: str) -> None:
        button = ui.Button[Any](label=label, custom_id=f"ts:shadow-clear:{channel}", style=discord.ButtonStyle.danger)
        super().__init__(button)
        self.channel = channel

    @classmethod
    def of(cls, channel: int | None, texts: Texts) -> Self:
        """Return the button for a channel (None: all) in a language."""
        return cls(channel or 0, texts("Delete these counts"))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the channel from the id of a button that was sent earlier."""
        return cls(int(match["channel"]), label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Delete the counts."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        clear = interaction.client.touchstone.moderation.shadow.clear
        await asyncio.to_thread(clear, actor_of(interaction), self.channel or None)
        texts = texts_for(interaction)
        await respond(interaction, texts("Deleted. Counting begins anew."))
