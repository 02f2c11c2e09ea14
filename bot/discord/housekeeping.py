"""Once a day: delete what has been kept for long enough: sightings, decided items, what shadow mode counted."""

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from discord.ext import commands, tasks

from config.errors import ClaimBaseError

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

_log = logging.getLogger(__name__)


class Housekeeping(commands.Cog):
    """Purges at the start and then daily; a failure is logged and tried again the next day."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Start the daily round."""
        self.purge.start()

    async def cog_unload(self) -> None:
        """Stop it."""
        self.purge.cancel()

    @tasks.loop(hours=24)
    async def purge(self) -> None:
        """Delete what is older than the setting says; where one part fails, the others still run."""
        older_than = timedelta(days=self.bot.settings.sighting_days)
        touchstone = self.bot.touchstone
        parts = {"sightings": touchstone.sightings.purge, "moderators' items": touchstone.moderation.purge}
        for what, purge in parts.items():
            try:
                await asyncio.to_thread(purge, older_than)
            except ClaimBaseError as error:
                _log.error("Old %s could not be deleted: %s", what, error)
