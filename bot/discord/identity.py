"""Ask Discord who a token belongs to, without connecting to the gateway."""

import asyncio
from dataclasses import dataclass

import aiohttp
import discord

from bot.discord.supervise import REFUSED
from config.errors import StartError


@dataclass(frozen=True, slots=True)
class Identity:
    """The bot behind a token; `message_content` tells whether the Message Content Intent is switched on for it."""

    name: str
    id: int
    message_content: bool


def read_identity(token: str) -> Identity:
    """Return the bot's identity.

    Raises:
        StartError: Discord refuses the token or cannot be reached.
    """
    return asyncio.run(_read(token))


async def _read(token: str) -> Identity:
    async with discord.Client(intents=discord.Intents.none()) as client:
        try:
            await client.login(token)
        except discord.LoginFailure:
            raise StartError(REFUSED) from None
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            raise StartError(f"Discord cannot be reached ({error}). Look at this machine's connection.") from error
        flags = client.application_flags
        reads = flags.gateway_message_content or flags.gateway_message_content_limited
        return Identity(str(client.user), client.user.id if client.user else 0, reads)
