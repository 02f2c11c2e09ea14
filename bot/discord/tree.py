"""The command tree: discord.py's, with failures answered in one place."""

from typing import Any

import discord
from discord import app_commands

from bot.discord.errors import answer_failure


class TouchstoneTree(app_commands.CommandTree[Any]):
    """Hands every failed command to `answer_failure`."""

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError) -> None:
        """Answer and log the failure."""
        await answer_failure(interaction, error)
