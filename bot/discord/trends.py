"""`/trends`: which claims were seen in the server, as a picture and a sheet; counts only."""

import asyncio
import io
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.actor import actor_of
from bot.discord.interaction import BotInteraction
from bot.discord.private import respond, texts_for
from bot.texts import Texts, msgid
from bot.trends.picture import trends_png
from bot.trends.sheet import trends_csv
from claims.rights import Actor
from claims.trends import TrendBook

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


class TrendsCommand(commands.Cog):
    """Answers moderators privately."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    @app_commands.command(
        name=locale_str(msgid("trends")), description=locale_str(msgid("See which claims circulate in this server"))
    )
    @app_commands.rename(days=locale_str(msgid("days")))
    @app_commands.describe(days=locale_str(msgid("How many days back")))
    @app_commands.guild_only()
    async def trends(self, interaction: BotInteraction, days: app_commands.Range[int, 1, 366] = 30) -> None:
        """Draw the picture and the sheet."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        texts = texts_for(interaction)
        found = await asyncio.to_thread(self._draw, actor_of(interaction), days, texts)
        if found is None:
            await respond(interaction, texts("No claim was seen."))
            return
        picture, sheet = found
        files = [discord.File(io.BytesIO(picture), "trends.png"), discord.File(io.BytesIO(sheet), "trends.csv")]
        kept = texts("Sightings are kept for {days} days.", days=self.bot.settings.sighting_days)
        await interaction.followup.send(kept, files=files, ephemeral=True)

    def _draw(self, actor: Actor, days: int, texts: Texts) -> tuple[bytes, bytes] | None:
        """Return picture and sheet, or None where nothing was seen; raises NotAllowedError."""
        base = self.bot.touchstone.base
        trends = TrendBook(base).read(actor, days)
        if not trends.tallies:
            return None
        titles = {claim.id: texts.pick(claim.title_en, claim.title_zh) for claim in base.claims(actor.server)}
        return trends_png(trends, titles, texts), trends_csv(trends, titles)
