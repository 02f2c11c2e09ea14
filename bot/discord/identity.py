"""Who the bot's token belongs to, asked over Discord's own API; for `touchstone doctor`."""

import asyncio
from dataclasses import dataclass

import discord

from bot.discord.supervise import REFUSED
from config.errors import StartError


@dataclass(frozen=True, slots=True)
class Identity:
    """The bot behind a token, and what its application may do."""

    name: str
    id: int
    servers: int | None
    message_content: bool


def read_identity(token: str) -> Identity:
    """Ask Discord; raises StartError where the token is refused or Discord cannot be reached."""
    try:
        return asyncio.run(_ask(token))
    except discord.LoginFailure as error:
        raise StartError(REFUSED) from error
    except (discord.HTTPException, OSError) as error:
        raise StartError(
            f"Discord cannot be asked ({type(error).__name__}). Check the network, and try again."
        ) from error


async def _ask(token: str) -> Identity:
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(token)
        application = await client.application_info()
        assert client.user is not None  # noqa: S101  set by a login that succeeded
        flags = application.flags
        return Identity(
            name=str(client.user),
            id=client.user.id,
            servers=application.approximate_guild_count,
            message_content=flags.gateway_message_content or flags.gateway_message_content_limited,
        )
