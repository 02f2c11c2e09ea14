"""What moderators set for their server: `/touchstone watch`, `/touchstone language`."""

import asyncio
from typing import TYPE_CHECKING, cast

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.actor import actor_of
from bot.discord.interaction import BotInteraction
from bot.discord.private import respond, texts_for
from bot.discord.setup_steps import missing_rights
from bot.texts import msgid
from claims.servers import ChannelMode, ServerLanguage

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

WATCHING = {
    "on": msgid("I now answer known claims in {channel}."),
    "hint": msgid("In {channel} I now only leave a small reaction; whoever clicks it gets the answer."),
    "shadow": msgid("In {channel} I now only count what I would say, and say nothing. /touchstone shadow shows it."),
    "off": msgid("I no longer read along in {channel}."),
}
LANGUAGES = {
    "auto": msgid("In this server I now answer in the language of the message."),
    "en": msgid("In this server I now answer in English."),
    "zh-Hans": msgid("In this server I now answer in Simplified Chinese."),
    "zh-Hant": msgid("In this server I now answer in Traditional Chinese."),
}

Watched = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.ForumChannel


@app_commands.guild_only()
class Manage(
    commands.GroupCog,
    group_name=locale_str(msgid("touchstone")),
    group_description=locale_str(msgid("Settings of this server")),
):
    """Changes a server's settings; whoever moderates it may, and Discord cannot know who that is by role."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot
        super().__init__()

    @app_commands.command(
        name=locale_str(msgid("watch")), description=locale_str(msgid("Choose whether I answer in a channel"))
    )
    @app_commands.rename(mode=locale_str(msgid("mode")), channel=locale_str(msgid("channel")))
    @app_commands.describe(
        mode=locale_str(msgid("Answer, only hint with a reaction, only count, or stay out")),
        channel=locale_str(msgid("The channel; without one, this channel")),
    )
    @app_commands.choices(
        mode=[
            app_commands.Choice(name=locale_str(msgid("on")), value="on"),
            app_commands.Choice(name=locale_str(msgid("hint")), value="hint"),
            app_commands.Choice(name=locale_str(msgid("shadow")), value="shadow"),
            app_commands.Choice(name=locale_str(msgid("off")), value="off"),
        ]
    )
    async def watch(
        self, interaction: BotInteraction, mode: app_commands.Choice[str], channel: Watched | None = None
    ) -> None:
        """Set a channel's mode and say which of the bot's own rights are missing there."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        target = channel or _home(interaction.channel)
        chosen = cast("ChannelMode", mode.value)
        setup = self.bot.touchstone.moderation.setup
        await asyncio.to_thread(setup.set_channel_mode, actor_of(interaction), target.id, chosen)
        self.bot.watch.quiet.answered(target.id)
        texts = texts_for(interaction)
        lines = [texts(WATCHING[mode.value], channel=target.mention)]
        # Discord does not always tell of a channel what is needed to know the rights there.
        missing = missing_rights(target, mode.value, texts) if isinstance(target, discord.abc.GuildChannel) else []
        if missing:
            lines.append(texts("I lack rights there: {rights}.", rights=", ".join(missing)))
        await respond(interaction, "\n".join(lines))

    @app_commands.command(
        name=locale_str(msgid("language")), description=locale_str(msgid("Choose the language I answer in"))
    )
    @app_commands.rename(language=locale_str(msgid("language")))
    @app_commands.describe(language=locale_str(msgid("The language, or that of each message")))
    @app_commands.choices(
        language=[
            app_commands.Choice(name=locale_str(msgid("as the message")), value="auto"),
            app_commands.Choice(name="English", value="en"),
            app_commands.Choice(name="简体中文", value="zh-Hans"),
            app_commands.Choice(name="繁體中文", value="zh-Hant"),
        ]
    )
    async def language(self, interaction: BotInteraction, language: app_commands.Choice[str]) -> None:
        """Set the language of the server's public answers."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        chosen = cast("ServerLanguage", language.value)
        setup = self.bot.touchstone.moderation.setup
        await asyncio.to_thread(setup.change, actor_of(interaction), language=chosen)
        await respond(interaction, texts_for(interaction)(LANGUAGES[language.value]))


def _home(channel: "discord.interactions.InteractionChannel | None") -> "Watched":
    """Return the channel whose mode counts: a thread follows the channel it belongs to."""
    return channel.parent if isinstance(channel, discord.Thread) and channel.parent else channel  # type: ignore[return-value]
