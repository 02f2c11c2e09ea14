"""The one type of all interactions: Discord's, with our bot as its client."""

from typing import TYPE_CHECKING, TypeAlias

import discord

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

    BotInteraction: TypeAlias = discord.Interaction[TouchstoneBot]
else:
    BotInteraction = discord.Interaction
