"""The bot's process: it starts, begins again after a fall, stops when it is told to, and says how it is.

Whoever watches over it asks `/health` (JSON) and `/metrics` (as Prometheus reads them): nothing there leads to a member
or a message, and by default only this machine can ask.
"""

import asyncio
import contextlib
import gc
import json
import logging
import math
import random
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from time import monotonic

import discord

from bot import STOPPING
from bot.discord.app import create_bot
from bot.discord.bot import TouchstoneBot
from bot.discord.errors import FAILED_REQUEST
from bot.discord.lanes import Lanes, take_lane
from bot.discord.setup_command import RIGHTS
from bot.service import Touchstone
from config.errors import StartError, TouchstoneError, msgid, version, worded
from config.settings import Settings, shown_database

_log = logging.getLogger(__name__)

_FIRST_WAIT = 1.0
_LONGEST_WAIT = 60.0
_STEADY = 300.0

_TOKEN = re.compile(r"[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+){2}")
_NOT_AUTHENTICATED = 4004
NEEDED = discord.Permissions(**dict.fromkeys(RIGHTS, True))

REFUSED = worded(
    "Discord does not accept the bot's token. Make a new one in Discord's developer portal (your application → Bot → "
    "Reset Token) and set TOUCHSTONE_DISCORD_TOKEN to it."
)
NOT_SET = worded(
    "No token for Discord: set TOUCHSTONE_DISCORD_TOKEN (or discord_token in touchstone.toml) to the bot's token."
)
UNLIKELY = worded(
    "What TOUCHSTONE_DISCORD_TOKEN holds is no token: a bot's token has three parts with dots between them, and no "
    "blanks. Copy it again from Discord's developer portal (your application → Bot → Reset Token)."
)
READ_ONLY = msgid(
    "The claim base {place} can only be read here, and the bot has to write to it. Give Touchstone the right to write "
    "to the file and its folder."
)
MISSING_INTENT = worded(
    "Discord refuses the connection because the Message Content Intent is off. Switch it on in Discord's developer "
    "portal (your application → Bot → Privileged Gateway Intents → Message Content Intent) and start again."
)


def run(settings: Settings) -> None:
    """Run the bot until SIGTERM, SIGINT, SIGHUP or Ctrl-C.

    Raises:
        StartError: no token, one that Discord refuses, a missing intent, or an unfit key file; its text says how to
            mend it.
    """
    token = settings.discord_token.get_secret_value().strip() if settings.discord_token else ""
    if not token:
        raise StartError(NOT_SET)
    _look_at(token)
    touchstone = Touchstone.open(settings)
    try:
        if touchstone.base.database.is_read_only:
            raise StartError(worded(READ_ONLY, place=touchstone.base.database.place))
        if touchstone.base.upgraded:
            _log.info("%s", touchstone.base.upgraded)
        claims = len(touchstone.base.claims())
        _log.info("Touchstone %s, %d claims in %s", version(), claims, shown_database(settings.database_url))
        with short_turns(), short_searches():
            asyncio.run(_run_until_stopped(settings, touchstone, token))
    finally:
        touchstone.close()


# A thread that computes lets others on after so many seconds; of itself Python waits ten times as long.
_TURN = 0.0005


@contextlib.contextmanager
def short_turns(seconds: float = _TURN) -> Iterator[None]:
    """Have threads that compute make way sooner for one that waits for its turn, while the body runs.

    A check hands its turn over dozens of times: at each call of numpy that takes a while. It would wait for each next
    one while changed claims are joined in the background.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(seconds)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


# While Python searches for objects that hold each other in a circle and are of no use, nothing else runs: a search that
# takes so many seconds is felt.
_FELT = 0.02
# All is searched once so many objects have come (the product). In 5,000 checks against 14,000 claims, with 25 changes,
# small searches took 4 ms at most and the full ones 8, but for the first of all (135), which comes while the claims are
# read, before the bot listens; together 1.3 in 100 of the processor time without that one. With 2,000 or 5,000 in place
# of 700 it was 1.1, but 9 and 12 ms at once.
_OFTEN = 700, 10, 3
_OLDEST = 2
_DAY = 86_400.0


class _Searches:
    """Keeps searches for such circles short: what a long one has left is not looked at by the next ones.

    Thousands of claims, and what was read of them, would be gone through every few minutes. They go when nothing uses
    them any more; for circles among what is not looked at, all is looked at again once a day.
    """

    def __init__(self, felt: float, day: float) -> None:
        self._felt, self._day = felt, day
        self._began = self._thorough = monotonic()

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        now = monotonic()
        if phase == "start":
            self._began = now
        elif info["generation"] == _OLDEST and now - self._began > self._felt:
            if now - self._thorough < self._day:
                gc.freeze()
            else:
                self._thorough = now
                gc.unfreeze()


@contextlib.contextmanager
def short_searches(felt: float = _FELT, day: float = _DAY) -> Iterator[None]:
    """Keep Python's searches for garbage short while the body runs: those that take more than `felt` seconds."""
    searches, before = _Searches(felt, day), gc.get_threshold()
    gc.callbacks.append(searches)
    gc.set_threshold(*_OFTEN)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(searches)


async def _run_until_stopped(settings: Settings, touchstone: Touchstone, token: str) -> None:
    asyncio.get_running_loop().set_default_executor(Lanes())
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
        StartError: Discord refuses the token or an intent, or the key file is unfit; trying again would not help.
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
        living = asyncio.create_task(_live(bot, token))
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
    if isinstance(fall, StartError):
        raise fall
    # Any other fall is mended by a new connection: discord.py ends with bare AttributeErrors and KeyErrors too.
    return fall


async def _live(bot: TouchstoneBot, token: str) -> None:
    """Log in, read the claims, and only then listen: what is said meanwhile would be answered too late."""
    await bot.login(token)
    try:
        await asyncio.to_thread(_make_books, bot.touchstone)
    except TouchstoneError as fault:
        # The key file as a rule, which somebody has to mend.
        raise StartError(*fault.args) from fault
    try:
        await asyncio.to_thread(bot.touchstone.warm)
    except TouchstoneError as fault:
        # Whoever checks first finds out how things stand then.
        _log.warning("The claims could not be read ahead: %s", fault)
    else:
        _log.info("The claims are read; listening")
    await bot.connect()


def _make_books(touchstone: Touchstone) -> None:
    """Make all books now: of two threads that ask for one at the same moment, each would make its own."""
    for name, part in vars(Touchstone).items():
        if isinstance(part, cached_property):
            getattr(touchstone, name)


@contextlib.contextmanager
def _stopping_on_signals(stop: asyncio.Event) -> Iterator[None]:
    """Set `stop` on SIGTERM, SIGINT and a closed terminal while the body runs; `nohup` has the last of them ignored."""
    loop = asyncio.get_running_loop()
    signals = [each for each in STOPPING if signal.getsignal(each) != signal.SIG_IGN]
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
        except FAILED_REQUEST as error:
            raise StartError(
                worded("Discord cannot be reached ({reason}). Look at this machine's connection.", reason=error)
            ) from error
        flags = client.application_flags
        reads = flags.gateway_message_content or flags.gateway_message_content_limited
        return Identity(str(client.user), client.user.id if client.user else 0, reads)


# Seconds for a request to come, and for the claim base to answer; bytes that a request may have.
_PATIENCE = 3.0
_LONGEST = 8192
_TEXT = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(slots=True)
class Health:
    """What is known of the process; `bot` is the one that lives now, None before the first."""

    touchstone: Touchstone
    bot: TouchstoneBot | None = None

    async def status(self) -> tuple[bool, dict[str, object]]:
        """Return whether all is well, and what is told: connected to Discord, and the claim base can be read."""
        bot, ready = self.bot, self._is_ready
        told: dict[str, object] = {"status": "ok" if ready else "not connected to Discord", "version": version()}
        try:
            async with asyncio.timeout(_PATIENCE):
                told["revision"] = await asyncio.to_thread(self._read)
        except (TouchstoneError, TimeoutError):
            # The log says why; here it could name the database.
            return False, told | {"status": "the claim base cannot be read"}
        return ready, told | {"servers": len(bot.guilds) if bot else 0}

    def _read(self) -> int:
        """Return the revision, and read from the base: the number alone may be known from before it went away."""
        base = self.touchstone.base
        revision = base.revision
        base.touched(revision)
        return revision

    def metrics(self) -> str:
        """Return the figures of this moment."""
        bot = self.bot
        lines = [*_gauge("touchstone_info", "The version that runs.", 1, f'{{version="{version()}"}}')]
        lines += _gauge("touchstone_ready", "1 while the bot is connected to Discord.", int(self._is_ready))
        if bot is not None:
            lines += _gauge("touchstone_start_time_seconds", "When the bot began.", bot.metrics.started.timestamp())
            lines += _gauge("touchstone_servers", "Servers that the bot is in.", len(bot.guilds))
            if math.isfinite(bot.latency):
                lines += _gauge("touchstone_gateway_latency_seconds", "Latency of the gateway.", bot.latency)
            if bot.metrics.seconds is not None:
                lines += _gauge("touchstone_check_seconds", "Median of the latest checks.", bot.metrics.seconds)
            name = "touchstone_messages_checked_total"
            lines += [f"# HELP {name} Messages that were checked.", f"# TYPE {name} counter"]
            lines += [f"{name} {bot.metrics.total}"]
        return "\n".join([*lines, ""])

    @property
    def _is_ready(self) -> bool:
        return self.bot is not None and self.bot.is_ready() and not self.bot.is_closed()

    @asynccontextmanager
    async def served(self, address: str) -> AsyncIterator[None]:
        """Answer at the address while the body runs; where that cannot be, the log says so and the bot runs on."""
        if address == "none":
            yield
            return
        host, _, port = address.rpartition(":")
        try:
            server = await asyncio.start_server(self._answer, host.strip("[]"), int(port), limit=_LONGEST)
        except (OSError, UnicodeError) as error:
            # A name with two dots in a row cannot even be asked for.
            why = (isinstance(error, OSError) and error.strerror) or type(error).__name__
            mend = "Set health_address to another one, or to none"
            _log.warning("Health and metrics are not served at %s (%s). %s", address, why, mend)
            yield
            return
        _log.info("Health and metrics at http://%s", address)
        async with server:
            yield

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Whether the base can be read has nothing to do with how many people click.
        take_lane("chores")
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(_PATIENCE):
                head = await reader.readuntil(b"\r\n\r\n")
            writer.write(await self._response(head))
            async with asyncio.timeout(_PATIENCE):
                await writer.drain()
        writer.close()

    async def _response(self, head: bytes) -> bytes:
        method, path, *_ = [*head.split(b"\r\n", 1)[0].split(b" "), b"", b""]
        code, kind, body = "404 Not Found", _TEXT, "There are /health and /metrics.\n"
        if method not in {b"GET", b"HEAD"}:
            code, body = "405 Method Not Allowed", "Only GET and HEAD.\n"
        elif path == b"/metrics":
            code, body = "200 OK", self.metrics()
        elif path == b"/health":
            is_well, told = await self.status()
            code, kind = "200 OK" if is_well else "503 Service Unavailable", "application/json"
            body = json.dumps(told) + "\n"
        raw = body.encode()
        lines = [f"HTTP/1.1 {code}", f"Content-Type: {kind}", f"Content-Length: {len(raw)}", "Connection: close"]
        top = "\r\n".join([*lines, "", ""]).encode()
        return top if method == b"HEAD" else top + raw


def _gauge(name: str, about: str, value: float, labels: str = "") -> list[str]:
    return [f"# HELP {name} {about}", f"# TYPE {name} gauge", f"{name}{labels} {value:.10g}"]
