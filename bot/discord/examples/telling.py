"""How the author of a kept message hears of it: by direct message, else below the message itself, without a ping."""

import asyncio
import logging

import discord

from bot.discord.cards import draw_lines
from bot.discord.escape import escape, quote
from bot.discord.examples.forget_button import ForgetExampleButton
from bot.discord.fitting import shorten
from bot.discord.interaction import BotInteraction
from bot.discord.languages import chosen_language, language_of
from bot.texts import Texts
from claims.examples import KeptMessage

_log = logging.getLogger(__name__)
_MOST_SHOWN = 600


async def tell_author(
    interaction: BotInteraction, message: discord.Message, kept: KeptMessage, number: int, title: str
) -> bool:
    """Tell the author what was kept and how to delete it; False where Discord lets no word through."""
    server = interaction.guild_id or 0
    settings = await asyncio.to_thread(interaction.client.touchstone.servers.settings, server)
    spoken = language_of(interaction.guild_locale) if interaction.guild_locale else "en"
    texts = interaction.client.texts(
        chosen_language(settings.language, interaction.client.settings.language, otherwise=spoken)
    )
    lines = _lines(interaction, message, kept, title, texts)
    button = ForgetExampleButton.of(server, number, texts)
    try:
        await message.author.send(view=draw_lines(lines, texts, [button]))
    except discord.HTTPException as closed:
        _log.info("The author of an example cannot be reached directly: %s", closed)
    else:
        return True
    try:
        await message.reply(view=draw_lines(lines, texts, [button]), mention_author=False)
    except discord.HTTPException as refusal:
        _log.info("The author of an example cannot be told in its channel: %s", refusal)
        return False
    return True


def _lines(
    interaction: BotInteraction, message: discord.Message, kept: KeptMessage, title: str, texts: Texts
) -> list[str]:
    place = escape(interaction.guild.name) if interaction.guild else ""
    head = texts(
        "A moderator of {server} has kept a message of yours to try me on: {link}", server=place, link=message.jump_url
    )
    if not kept.claim:
        label = texts("It is kept as a message that makes none of the claims I know.")
    elif kept.makes_claim:
        label = texts("It is kept as a message that makes the claim “{claim}”.", claim=escape(title))
    else:
        label = texts("It is kept as a message that does not make the claim “{claim}”.", claim=escape(title))
    end = texts("Only the moderators of that server see it. You can delete it here at any time, or with /forget-me.")
    return [head, quote(shorten(kept.text, _MOST_SHOWN)), label, end]
