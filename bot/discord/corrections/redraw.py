"""Edit one card: drawn anew from its claims, in its own language, with its buttons, and without a ping."""

import asyncio
import logging
from typing import TYPE_CHECKING, Literal, cast

import aiohttp
import discord

from bot.discord.buttons import card_buttons
from bot.discord.cards import draw_card
from bot.discord.languages import chosen_language
from bot.texts import LANGUAGES
from checks.finding import Language
from claims.corrections import Correction

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

_log = logging.getLogger(__name__)

Outcome = Literal["edited", "gone", "refused", "later"]

# Discord's own limit for edits of messages older than an hour comes as this too, after the library has given up.
_TOO_MANY = 429
_UNCERTAIN = 500


async def edit_card(bot: "TouchstoneBot", correction: Correction) -> Outcome:
    """Edit the card and write down what became of it.

    Returns:
        "edited"; "gone" for a card that was deleted or cannot be edited for another lasting reason; "refused" where
        the bot may not write in the channel; "later" where trying again may help: the card stays pending.
    """
    outcome = await _try(bot, correction)
    corrections = bot.touchstone.moderation.corrections
    if outcome == "edited":
        await asyncio.to_thread(corrections.done, correction)
    elif outcome != "later":
        await asyncio.to_thread(corrections.gone, correction.card_message)
    return outcome


async def _try(bot: "TouchstoneBot", correction: Correction) -> Outcome:
    channel = bot.get_partial_messageable(correction.channel, guild_id=correction.server)
    card = channel.get_partial_message(correction.card_message)
    try:
        await card.edit(view=await _draw(bot, correction), allowed_mentions=discord.AllowedMentions.none())
    except discord.NotFound:
        return "gone"
    except discord.Forbidden as refusal:
        bot.watch.quiet.refused(correction.channel, refusal.text)
        return "refused"
    except discord.HTTPException as failure:
        if failure.status == _TOO_MANY or failure.status >= _UNCERTAIN:
            _log.info("Card %s is edited later: %s", correction.card_message, failure)
            return "later"
        _log.warning("Card %s cannot be edited: %s", correction.card_message, failure)
        return "gone"
    except (aiohttp.ClientError, OSError) as failure:
        _log.info("Card %s is edited later: %r", correction.card_message, failure)
        return "later"
    return "edited"


async def _draw(bot: "TouchstoneBot", correction: Correction) -> discord.ui.LayoutView:
    language = correction.language
    if language not in LANGUAGES:
        settings = await asyncio.to_thread(bot.touchstone.servers.settings, correction.server)
        language = chosen_language(settings.language, bot.settings.language, otherwise="en")
    reply = await asyncio.to_thread(bot.touchstone.corrected_reply, correction, cast("Language", language))
    texts = bot.texts(reply.language)
    return draw_card(reply, texts, card_buttons(correction.claims, texts))
