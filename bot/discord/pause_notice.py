"""One line for the moderators when members' reports have paused a claim."""

import asyncio
import logging

import discord

from bot.discord.escape import escape
from bot.discord.interaction import BotInteraction
from bot.discord.languages import chosen_language, language_of
from config.errors import UnknownClaimError

_log = logging.getLogger(__name__)


async def announce_pause(interaction: BotInteraction, server: int, claim: str) -> None:
    """Post in the channel of the digest, where one is chosen; the item in the queue is there without it.

    Nobody is pinged, and a refusal of Discord's is only logged: the member's report has been kept.
    """
    bot = interaction.client
    settings = await asyncio.to_thread(bot.touchstone.servers.settings, server)
    if settings.digest_channel is None:
        return
    spoken = language_of(interaction.guild_locale) if interaction.guild_locale else "en"
    texts = bot.texts(chosen_language(settings.language, bot.settings.language, otherwise=spoken))
    try:
        known = await asyncio.to_thread(bot.touchstone.base.claim, claim, server)
        title = texts.pick(known.title_en, known.title_zh)
    except UnknownClaimError:
        title = claim
    line = texts(
        "Members' reports have paused the claim “{claim}”: I do not answer it here by myself until you decide. /queue",
        claim=escape(title),
    )
    try:
        await bot.get_partial_messageable(settings.digest_channel, guild_id=server).send(line)
    except discord.HTTPException as refusal:
        _log.info("A pause could not be announced in channel %s: %s", settings.digest_channel, refusal)
