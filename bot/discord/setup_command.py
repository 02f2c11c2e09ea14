"""`/setup`: language, moderators, channels, packs and budget, step by step; for administrators of the server."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Unpack, cast

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.actor import actor_of
from bot.discord.interaction import BotInteraction
from bot.discord.languages import language_of
from bot.discord.private import respond, texts_for
from bot.discord.setup_steps import Step, step_of
from bot.discord.setup_view import SetupState, draw_step, shown_channels
from bot.texts import msgid
from claims.rights import Actor
from claims.server_settings import SettingsChange
from claims.servers import ChannelMode, ServerLanguage
from config.errors import NotAllowedError

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


class SetupCommand(commands.Cog):
    """Keeps nothing between two clicks: what is chosen is written at once, and where it was left, too."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    @app_commands.command(
        name=locale_str(msgid("setup")), description=locale_str(msgid("Set me up in this server, step by step"))
    )
    @app_commands.default_permissions(administrator=True)
    @app_commands.guild_only()
    async def setup(self, interaction: BotInteraction) -> None:
        """Show the step where the set-up was left."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._require(interaction)
        state = await self._state(interaction)
        await respond(interaction, draw_step(step_of(state.settings.setup_step), state, texts_for(interaction)))

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Leave one hint in the system channel, where the bot may write there; nobody is pinged."""
        channel = guild.system_channel
        if channel is None or not channel.permissions_for(guild.me).send_messages:
            return
        texts = self.bot.texts(language_of(guild.preferred_locale))
        await channel.send(texts("I stay silent until an administrator of this server sets me up with /setup."))

    async def change(self, interaction: BotInteraction, step: Step, **changes: Unpack[SettingsChange]) -> None:
        """Write settings as one change, and show the step."""
        actor = await self._require(interaction)
        await asyncio.to_thread(lambda: self.bot.touchstone.moderation.setup.change(actor, **changes))
        await self._show(interaction, step)

    async def choose(self, interaction: BotInteraction, step: Step, values: tuple[str, ...]) -> None:
        """Write what was chosen in the menu of a step."""
        if step == "language":
            await self.change(interaction, step, language=cast("ServerLanguage", values[0]), setup_step=step)
        elif step == "budget":
            await self.change(interaction, step, budget=float(values[0]), setup_step=step)
        else:
            known = await asyncio.to_thread(self.bot.touchstone.base.packs)
            # All of them means: those to come as well.
            packs = None if {pack.id for pack in known} <= set(values) else values
            await self.change(interaction, step, packs=packs, setup_step=step)

    async def place(self, interaction: BotInteraction, mode: str, chosen: Sequence[int]) -> None:
        """Give the channels their mode, switch off those taken out of the menu, and show the step."""
        actor = await self._require(interaction)
        state = await self._state(interaction)
        dropped = set(shown_channels(state.guild, state.channels, mode)) - set(chosen)
        modes: dict[int, ChannelMode] = dict.fromkeys(dropped, "off")
        modes |= {each: cast("ChannelMode", mode) for each in chosen if state.channels.get(each) != mode}
        for channel, new in modes.items():
            await asyncio.to_thread(self.bot.touchstone.moderation.setup.set_channel_mode, actor, channel, new)
            self.bot.watch.quiet.answered(channel)
        await self._show(interaction, "channels")

    async def _require(self, interaction: BotInteraction) -> Actor:
        """Return the person, an administrator at this moment; raises NotAllowedError."""
        actor = actor_of(interaction)
        require = self.bot.touchstone.moderation.rights.require
        await asyncio.to_thread(require, actor, actor.server, "administrator")
        return actor

    async def _show(self, interaction: BotInteraction, step: Step) -> None:
        view = draw_step(step, await self._state(interaction), texts_for(interaction))
        await interaction.edit_original_response(view=view)

    async def _state(self, interaction: BotInteraction) -> SetupState:
        if interaction.guild is None:
            raise NotAllowedError("This works in a server only.")
        touchstone, guild = self.bot.touchstone, interaction.guild
        settings = await asyncio.to_thread(touchstone.servers.settings, guild.id)
        channels = await asyncio.to_thread(touchstone.servers.channels, guild.id)
        return SetupState(guild, settings, channels, await asyncio.to_thread(touchstone.base.packs))
