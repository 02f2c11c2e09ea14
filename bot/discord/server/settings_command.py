"""`/touchstone settings`: all settings of the server at one look, and a change of those that are given."""

import asyncio
from typing import TYPE_CHECKING, Any, cast

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.discord.actor import actor_of
from bot.discord.cards import draw_lines
from bot.discord.interaction import BotInteraction
from bot.discord.joining import Joining, Subcommand
from bot.discord.private import respond, texts_for
from bot.discord.server.settings_view import ServerState, settings_lines
from bot.discord.setup_steps import missing_rights
from bot.texts import Texts, msgid
from claims.rights import Actor
from claims.servers import SettingsChange

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

# What is taken back to its default by name; the set-up has the rest.
_BACK = {
    "cooldown_hours": msgid("Cool-down in hours"),
    "cut_off": msgid("Cut-off"),
    "budget": msgid("Budget"),
    "pause_reports": msgid("Reports that pause a claim"),
    "correction_days": msgid("Days in which cards are corrected"),
    "digest_channel": msgid("Channel of the weekly digest"),
}


class SettingsCommand(Joining):
    """Answers moderators privately; whatever is given together is one change."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot
        command: Subcommand = app_commands.Command(
            name=locale_str(msgid("settings")),
            description=locale_str(msgid("See all settings of this server, or change some")),
            callback=self.settings,
        )
        self.join(bot.manage, (command,))

    @app_commands.rename(
        cooldown_hours=locale_str(msgid("cooldown_hours")),
        cut_off=locale_str(msgid("cut_off")),
        budget=locale_str(msgid("budget")),
        pause_reports=locale_str(msgid("pause_reports")),
        correction_days=locale_str(msgid("correction_days")),
        digest_channel=locale_str(msgid("digest_channel")),
        back=locale_str(msgid("back_to_default")),
    )
    @app_commands.describe(
        cooldown_hours=locale_str(msgid("Hours before I answer the same claim in the same channel again")),
        cut_off=locale_str(msgid("The probability, from 0 to 1, from which on I answer")),
        budget=locale_str(msgid("Replies that you want at most, per 1,000 messages")),
        pause_reports=locale_str(msgid("Reports of members within a day that pause a claim")),
        correction_days=locale_str(msgid("How many days back I correct my cards when a claim changes")),
        digest_channel=locale_str(msgid("Where I post the weekly digest, and tell you when a claim is paused")),
        back=locale_str(msgid("Take one setting back to its default")),
    )
    @app_commands.choices(
        back=[app_commands.Choice(name=locale_str(label), value=name) for name, label in _BACK.items()]
    )
    async def settings(
        self,
        interaction: BotInteraction,
        cooldown_hours: float | None = None,
        cut_off: float | None = None,
        budget: float | None = None,
        pause_reports: int | None = None,
        correction_days: int | None = None,
        digest_channel: discord.TextChannel | None = None,
        back: str | None = None,
    ) -> None:
        """Write what was given, and show everything."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        given = {
            "cooldown_hours": cooldown_hours,
            "cut_off": cut_off,
            "budget": budget,
            "pause_reports": pause_reports,
            "correction_days": correction_days,
            "digest_channel": digest_channel.id if digest_channel else None,
        }
        changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if back in _BACK:
            changes[back] = None
        actor, texts = actor_of(interaction), texts_for(interaction)
        state = await asyncio.to_thread(self._apply, actor, cast("SettingsChange", changes))
        head = texts("Settings of this server")
        lines = [f"### {head}", *settings_lines(state, texts), *_remarks(digest_channel, texts)]
        if changes:
            lines.append(texts("Changed as you said; /history can take it back."))
        await respond(interaction, draw_lines(lines, texts))

    def _apply(self, actor: Actor, changes: SettingsChange) -> ServerState:
        """Write the changes, or only ask for the right where there is none; return what is set now."""
        touchstone = self.bot.touchstone
        if changes:
            touchstone.moderation.setup.change(actor, **changes)
        else:
            touchstone.moderation.rights.require(actor, actor.server, "moderator")
        server = actor.server or 0
        settings, channels = touchstone.servers.settings(server), touchstone.servers.channels(server)
        return ServerState(settings, channels, touchstone.base.packs(), self.bot.settings)


def _remarks(digest: discord.TextChannel | None, texts: Texts) -> list[str]:
    """Name the rights that the bot lacks in the channel that was chosen."""
    rights = ", ".join(missing_rights(digest, "digest", texts)) if digest else ""
    if digest is None or not rights:
        return []
    return [texts("In {channel} I lack rights: {rights}.", channel=digest.mention, rights=rights)]
