"""The digest for moderators: once a week in the channel of their choice, and at any time with `/digest`."""

import asyncio
import logging
from datetime import datetime
from typing import TYPE_CHECKING

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands, tasks

from bot.discord.actor import actor_of
from bot.discord.interaction import BotInteraction
from bot.discord.languages import chosen_language, language_of
from bot.discord.private import respond, texts_for
from bot.discord.queue.digest_view import draw_digest
from bot.discord.queue.known import claims_named
from bot.texts import Texts, msgid
from claims.digest import Digest
from claims.digest_postings import WEEK
from config.errors import ClaimBaseError

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

_log = logging.getLogger(__name__)

# From this status on, Discord may have taken the message although it answered with an error.
_UNCERTAIN = 500


class DigestCog(commands.Cog):
    """Looks twice an hour whose digest is due; the claim base remembers what was posted."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Begin to look."""
        self.rounds.start()

    async def cog_unload(self) -> None:
        """Stop."""
        self.rounds.cancel()

    @app_commands.command(
        name=locale_str(msgid("digest")),
        description=locale_str(msgid("What the last seven days brought, for moderators")),
    )
    @app_commands.guild_only()
    async def digest(self, interaction: BotInteraction) -> None:
        """Show the digest privately; what is posted in the channel stays as it was planned."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        make, since = self.bot.touchstone.moderation.digests.for_moderator, self._now() - WEEK
        made = await asyncio.to_thread(make, actor_of(interaction), since)
        await respond(interaction, await self._draw(made, texts_for(interaction)))

    @tasks.loop(minutes=30)
    async def rounds(self) -> None:
        """Post what is due."""
        try:
            await self.post_due()
        except ClaimBaseError as error:
            _log.error("The weekly digests could not be made: %s", error)

    @rounds.before_loop
    async def _ready(self) -> None:
        await self.bot.wait_until_ready()

    async def post_due(self) -> None:
        """Post the digests that are due, in the servers that this process looks after."""
        moderation = self.bot.touchstone.moderation
        channels = await asyncio.to_thread(moderation.digests.channels)
        for server in await asyncio.to_thread(moderation.digest_postings.due, channels):
            guild = self.bot.get_guild(server)
            if guild is not None and not guild.unavailable:
                await self._post(guild, channels[server])

    async def _post(self, guild: discord.Guild, channel: int) -> None:
        """Post one digest. After a refusal the next comes in a week; where Discord did not answer, the next round."""
        moderation = self.bot.touchstone.moderation
        since = await asyncio.to_thread(moderation.digest_postings.take, guild.id)
        if since is None:
            return
        try:
            digest = await asyncio.to_thread(moderation.digests.digest, guild.id, since)
            view = await self._draw(digest, await self._texts(guild))
            await self.bot.get_partial_messageable(channel, guild_id=guild.id).send(view=view)
        except discord.HTTPException as refusal:
            if refusal.status >= _UNCERTAIN:
                # It may stand there already: better one digest less than two.
                _log.warning("Whether the digest of server %s was posted is not known: %s", guild.id, refusal)
            else:
                _log.warning("The digest of server %s was refused in channel %s: %s", guild.id, channel, refusal)
        except Exception:  # noqa: BLE001  whatever it is, it must not end the rounds
            _log.exception("The digest of server %s could not be posted", guild.id)
            await asyncio.to_thread(moderation.digest_postings.give_back, guild.id)

    async def _draw(self, digest: Digest, texts: Texts) -> ui.LayoutView:
        claims = await asyncio.to_thread(claims_named, self.bot.touchstone, digest.server, digest.paused)
        return draw_digest(digest, claims, self._now(), texts)

    async def _texts(self, guild: discord.Guild) -> Texts:
        settings = await asyncio.to_thread(self.bot.touchstone.servers.settings, guild.id)
        return self.bot.texts(chosen_language(settings.language, otherwise=language_of(guild.preferred_locale)))

    def _now(self) -> datetime:
        return self.bot.touchstone.base.clock()
