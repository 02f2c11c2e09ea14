"""`/touchstone shadow`: what the bot would have said where it only counts."""

import asyncio
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.discord.actor import actor_of
from bot.discord.backtest import BUDGET
from bot.discord.interaction import BotInteraction
from bot.discord.joining import Joining, Subcommand
from bot.discord.private import respond, texts_for
from bot.discord.server.shadow_view import Collected, draw_shadow
from bot.texts import msgid
from claims.rights import Actor

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

Counted = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread


class ShadowCommand(Joining):
    """Answers moderators privately."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot
        command: Subcommand = app_commands.Command(
            name=locale_str(msgid("shadow")),
            description=locale_str(msgid("See what I would have said where I only count")),
            callback=self.shadow,
        )
        self.join(bot.manage, (command,))

    @app_commands.rename(channel=locale_str(msgid("channel")), days=locale_str(msgid("days")))
    @app_commands.describe(
        channel=locale_str(msgid("The channel or thread; without one, all of them")),
        days=locale_str(msgid("How many days back")),
    )
    async def shadow(
        self, interaction: BotInteraction, channel: Counted | None = None, days: app_commands.Range[int, 1, 365] = 7
    ) -> None:
        """Show the report, the cut-off that keeps the budget, and the means to begin anew."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        texts, actor = texts_for(interaction), actor_of(interaction)
        collected = await asyncio.to_thread(self._read, actor, channel.id if channel else None, days)
        claims = await asyncio.to_thread(self.bot.touchstone.base.claims, actor.server)
        titles = {claim.id: texts.pick(claim.title_en, claim.title_zh) for claim in claims}
        where = channel.mention if channel else texts("all channels")
        head = texts("Only counted in {channel}, last {days} days", channel=where, days=days)
        await respond(interaction, draw_shadow(collected, head, titles, texts))

    def _read(self, actor: Actor, channel: int | None, days: int) -> Collected:
        """Read the report; raises NotAllowedError."""
        touchstone = self.bot.touchstone
        shadow = touchstone.moderation.shadow
        report = shadow.report(actor, channel, days)
        chosen = touchstone.servers.settings(actor.server or 0).budget
        budget = BUDGET if chosen is None else chosen
        return Collected(report, budget, shadow.cut_off_for(actor, budget, channel, days), actor.server or 0, channel)
