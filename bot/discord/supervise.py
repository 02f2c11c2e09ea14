"""The bot's process: it starts, says who and where it is, begins again after a fall, and stops when it is told to."""

import asyncio
import contextlib
import logging
import random
import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic

import aiohttp
import discord

from bot.discord.app import create_bot
from bot.discord.bot import TouchstoneBot
from bot.discord.health import Health
from bot.service import Touchstone
from config.errors import StartError, version
from config.settings import Settings, shown_database

_log = logging.getLogger(__name__)

_FIRST_WAIT = 1.0
_LONGEST_WAIT = 60.0
_STEADY = 300.0

_TOKEN = re.compile(r"[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+){2}")
_NOT_AUTHENTICATED = 4004
NEEDED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    read_message_history=True,
    add_reactions=True,
)

REFUSED = (
    "Discord does not accept the bot's token. Make a new one in Discord's developer portal (your application → Bot → "
    "Reset Token) and set TOUCHSTONE_DISCORD_TOKEN to it."
)
NOT_SET = "No token for Discord: set TOUCHSTONE_DISCORD_TOKEN (or discord_token in touchstone.toml) to the bot's token."
UNLIKELY = (
    "What TOUCHSTONE_DISCORD_TOKEN holds is no token: a bot's token has three parts with dots between them, and no "
    "blanks. Copy it again from Discord's developer portal (your application → Bot → Reset Token)."
)
READ_ONLY = (
    "The claim base {place} can only be read here, and the bot has to write to it. Give Touchstone the right to write "
    "to the file and its folder."
)
MISSING_INTENT = (
    "Discord refuses the connection because the Message Content Intent is off. Switch it on in Discord's developer "
    "portal (your application → Bot → Privileged Gateway Intents → Message Content Intent) and start again."
)


def run(settings: Settings) -> None:
    """Run the bot until SIGTERM, SIGINT or Ctrl-C.

    Raises:
        StartError: no token, a token that Discord refuses, or a missing intent; its text says how to mend it.
    """
    token = settings.discord_token.get_secret_value().strip() if settings.discord_token else ""
    if not token:
        raise StartError(NOT_SET)
    _look_at(token)
    touchstone = Touchstone.open(settings)
    try:
        if touchstone.base.database.is_read_only:
            raise StartError(READ_ONLY.format(place=touchstone.base.database.place))
        claims = len(touchstone.base.claims())
        _log.info("Touchstone %s, %d claims in %s", version(), claims, shown_database(settings.database_url))
        asyncio.run(_run_until_stopped(settings, touchstone, token))
    finally:
        touchstone.close()


async def _run_until_stopped(settings: Settings, touchstone: Touchstone, token: str) -> None:
    stop, health = asyncio.Event(), Health(touchstone)

    def make_bot() -> TouchstoneBot:
        health.bot = _introduced(create_bot(settings, touchstone))
        return health.bot

    with _stopping_on_signals(stop):
        async with health.served(settings.health_address):
            await supervise(make_bot, token, stop)


def _introduced(bot: TouchstoneBot) -> TouchstoneBot:
    """Let the bot say at its start where it is, and how it gets to other places."""

    async def introduce() -> None:
        _log.info(
            "Servers: %d. To invite the bot to another one, open %s", len(bot.guilds), invitation(bot.application_id)
        )

    bot.add_listener(introduce, "on_ready")
    return bot


def invitation(application: int | None) -> str:
    """Return the link by which somebody brings the bot into a server, with the least rights that it needs."""
    return discord.utils.oauth_url(application or 0, permissions=NEEDED, scopes=("bot", "applications.commands"))


def _look_at(token: str) -> None:
    """Refuse what cannot be a token before it goes online; raises StartError."""
    if not _TOKEN.fullmatch(token):
        raise StartError(UNLIKELY)


async def supervise(make_bot: Callable[[], TouchstoneBot], token: str, stop: asyncio.Event) -> None:
    """Run one bot after another until `stop` is set, waiting longer after each fall that comes soon after a start.

    Raises:
        StartError: Discord refuses the token or an intent; trying again would not help.
    """
    wait = _FIRST_WAIT
    while not stop.is_set():
        started = monotonic()
        fall = await _one_life(make_bot(), token, stop)
        if stop.is_set():
            return
        wait = _FIRST_WAIT if monotonic() - started > _STEADY else wait
        why = str(fall) or type(fall).__name__
        _log.warning("The connection to Discord ended (%s); starting again in %.0f s", why, wait)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait * random.uniform(0.8, 1.2))  # noqa: S311  spreads restarts, no secret
        wait = min(wait * 2, _LONGEST_WAIT)


async def _one_life(bot: TouchstoneBot, token: str, stop: asyncio.Event) -> BaseException | None:
    """Run the bot until it falls or `stop` is set; returns what it fell from."""
    async with bot:
        living = asyncio.create_task(bot.start(token))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({living, stopping}, return_when=asyncio.FIRST_COMPLETED)
        await bot.close()
        stopping.cancel()
        living.cancel()
        (fall,) = await asyncio.gather(living, return_exceptions=True)
    if isinstance(fall, discord.LoginFailure) or (
        isinstance(fall, discord.ConnectionClosed) and fall.code == _NOT_AUTHENTICATED
    ):
        raise StartError(REFUSED)
    if isinstance(fall, discord.PrivilegedIntentsRequired):
        raise StartError(MISSING_INTENT)
    # Any other fall is mended by a new connection: discord.py ends with bare AttributeErrors and KeyErrors too.
    return fall


@contextlib.contextmanager
def _stopping_on_signals(stop: asyncio.Event) -> Iterator[None]:
    """Set `stop` on SIGTERM and SIGINT while the body runs."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        # Windows has no such handlers; there Ctrl-C cancels the main task, which closes the bot on its way out.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in signals:
            with contextlib.suppress(NotImplementedError):
                loop.remove_signal_handler(number)


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
    _look_at(token)
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
