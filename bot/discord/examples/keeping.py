"""Keeping one message as an example: with its label, and never without its author's knowledge."""

import asyncio

import discord

from bot.discord.actor import actor_of
from bot.discord.examples.telling import tell_author
from bot.discord.interaction import BotInteraction
from bot.discord.private import respond, texts_for
from claims.examples import KeptMessage
from claims.rights import Actor
from config.errors import NotAllowedError


async def require_moderator(interaction: BotInteraction) -> Actor:
    """Return the person, a moderator of the server at this moment; raises NotAllowedError."""
    actor = actor_of(interaction)
    await asyncio.to_thread(interaction.client.touchstone.moderation.rights.require, actor, actor.server, "moderator")
    return actor


async def keep_message(interaction: BotInteraction, message: discord.Message, claim: str, *, makes: bool) -> None:
    """Keep the message and tell its author; where no word reaches the author, nothing is kept.

    Answers a deferred interaction. Raises NotAllowedError, InvalidEditError and UnknownClaimError.
    """
    if message.author.bot or message.webhook_id:
        raise NotAllowedError("Only messages of members can be kept.")
    texts, touchstone, actor = texts_for(interaction), interaction.client.touchstone, actor_of(interaction)
    kept = KeptMessage(message.channel.id, message.id, message.author.id, message.content, claim, makes_claim=makes)
    number = await asyncio.to_thread(touchstone.moderation.examples.keep, actor, kept)
    title = await asyncio.to_thread(touchstone.base.claim, claim, actor.server) if claim else None
    named = texts.pick(title.title_en, title.title_zh) if title else ""
    if await tell_author(interaction, message, kept, number, named):
        await respond(interaction, texts("Kept as example {number}. Its author has been told.", number=number))
        return
    await asyncio.to_thread(touchstone.moderation.examples.delete, actor, number)
    await respond(interaction, texts("Not kept: I could not tell its author, neither directly nor in the channel."))
