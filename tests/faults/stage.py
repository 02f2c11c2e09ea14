"""A loopback Discord that measures and misbehaves, a claim base, and the bot as a process of its own."""

import asyncio
import os
import random
import re
import socket
import statistics
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import aiohttp
from aiohttp import web

from bot.service import Touchstone
from config.settings import Settings
from tests.claims.people import administrator
from tests.discord_server import payloads
from tests.discord_server.server import LoopbackDiscord, answer
from tests.protocol.conftest import LEFT, Bot
from tests.templates import Templates

KEY = "key of the tests"
CLAIMS = (
    "The old harbour crane was built in 1920",
    "The seals on the breakwater are dying out",
    "The island ferry will be closed down by 2030",
)
# Three seconds is what Discord gives; so long a click may take at most.
CLICK_SECONDS = 3.0
_LET_GO = re.compile(r"(\d+) messages and (\d+) hints were let go")
_SMALL_TALK = (
    "anyone up for a round tonight",
    "I will be late, start without me",
    "that sunset yesterday was something else",
    "who took the last of the coffee",
    "今晚有人一起玩吗",
    "明天下午我可能会晚一点到",
    "lol same here",
    "can somebody send me the link again",
)


@dataclass
class Figures:
    """What was measured, and which promises were broken.

    `too_slow`: promises about times, which a busy machine breaks as well; the tests do not ask for them.
    """

    told: dict[str, Any] = field(default_factory=dict[str, Any])
    broken: list[str] = field(default_factory=list[str])
    too_slow: list[str] = field(default_factory=list[str])

    def promise(self, name: str, holds: object) -> None:
        """Note a promise that does not hold."""
        if not holds:
            self.broken.append(name)

    def in_time(self, name: str, holds: object) -> None:
        """Note a promise about times that does not hold."""
        if not holds:
            self.too_slow.append(name)


class TroubledDiscord(LoopbackDiscord):
    """Notes when what was said and answered; answers as slowly or wrongly as it is told to.

    `refusals`: the share of cards that it refuses, some of them after it has taken them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[int, float] = {}
        self.answers: dict[int, float] = {}
        self.acknowledged: dict[str, float] = {}
        self.seconds = 0.0
        self.refusals = 0.0
        self.chance = random.Random(1)

    async def say(self, content: str, channel: int = payloads.CHANNEL_ID, **fields: Any) -> int:  # noqa: ANN401  parts of a payload
        """Let a member write a message, and note when."""
        now = monotonic()
        number = await super().say(content, channel, **fields)
        self.said[number] = now
        return number

    async def click(self, number: int) -> str:
        """Hand in a form; return the token by which its acknowledgement is known."""
        token = f"click-{number}"
        form = payloads.submitted("ts:f:prop||", token, text=f"proposed {number}", note="")
        await self.gateway.emit("INTERACTION_CREATE", form)
        return token

    def waited(self) -> list[float]:
        """Return how long each card took that has come, sorted."""
        return sorted(self.answers[number] - self.said[number] for number in self.answers if number in self.said)

    def twice(self) -> int:
        """Return how many messages carry more than one card."""
        cards = Counter(int(card["message_reference"]["message_id"]) for card in self.delivered())
        return sum(count - 1 for count in cards.values())

    async def _post_message(self, path: str, body: Any) -> web.Response:  # noqa: ANN401  JSON
        if self.seconds:
            await asyncio.sleep(self.seconds)
        if self.chance.random() < self.refusals:
            status = self.chance.choice((429, 500, 502, 503))
            if status == 502:  # taken, and the answer is lost on the way
                await super()._post_message(path, body)
            limited = {"message": "You are being rate limited.", "retry_after": 0.3, "global": False}
            return answer(limited if status == 429 else {}, status, {"Via": "1.1 loopback"})
        response = await super()._post_message(path, body)
        self.answers.setdefault(int(body["message_reference"]["message_id"]), monotonic())
        return response

    async def _acknowledge(self, path: str, body: Any) -> web.Response:  # noqa: ANN401  JSON
        self.acknowledged.setdefault(path.split("/")[3], monotonic())
        return await super()._acknowledge(path, body)


@dataclass
class Stage:
    """All that takes part; `folder` is gone in the end."""

    discord: TroubledDiscord
    bot: Bot
    folder: Path
    database: str
    health: int

    async def checked(self) -> int:
        """Return how many messages the bot has checked."""
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{self.health}/metrics") as told:
            found = re.search(r"^touchstone_messages_checked_total (\d+)", await told.text(), re.MULTILINE)
        return int(found[1]) if found else 0

    def let_go(self) -> tuple[int, int, int]:
        """Return how many messages and hints the log says were let go, and in how many lines."""
        lines = _LET_GO.findall(self.bot.log)
        return sum(int(messages) for messages, _ in lines), sum(int(hints) for _, hints in lines), len(lines)

    def memory(self) -> float:
        """Return how many megabytes of memory the bot's process holds."""
        assert self.bot.process is not None
        status = Path(f"/proc/{self.bot.process.pid}/status").read_text()
        return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024

    def processor_seconds(self) -> float:
        """Return how much processor time the bot's process has taken."""
        assert self.bot.process is not None
        fields = Path(f"/proc/{self.bot.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def click_seconds(self, number: int) -> float:
        """Hand in a form; return how long its acknowledgement took."""
        began = monotonic()
        token = await self.discord.click(number)
        await self.discord.until(lambda: token in self.discord.acknowledged, 60.0)
        return self.discord.acknowledged[token] - began


@asynccontextmanager
async def stage(database: Callable[[Path], str] | None = None) -> AsyncIterator[Stage]:
    """Set all up, and let the bot connect; nothing of it is left in the end."""
    with tempfile.TemporaryDirectory(prefix="touchstone-fault-") as name:
        folder = Path(name)
        address = (database or _database)(folder)
        with Touchstone.open(Settings(database_url=address, hash_key=KEY)) as touchstone:
            setup = touchstone.moderation.setup
            setup.set_channel_mode(administrator(payloads.GUILD_ID), payloads.CHANNEL_ID, "on")
            setup.set_channel_mode(administrator(payloads.GUILD_ID), payloads.QUIET_CHANNEL_ID, "shadow")
        discord, health = TroubledDiscord(), _free_port()
        await discord.start()
        bot = Bot(_environment(discord.address, address, health))
        try:
            await bot.start()
            await discord.until(lambda: "Ready as" in bot.log or not bot.is_running, 120.0)
            yield Stage(discord, bot, folder, address, health)
        finally:
            if bot.is_running:
                bot.process.kill()
                await bot.ended()
            await discord.stop()
        assert LEFT not in bot.log
        assert discord.unknown == []


def _database(folder: Path) -> str:
    return Templates(folder / "templates").copy("harbour", folder / "touchstone.db")


def _environment(address: str, database: str, health: int) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHSTONE_")}
    return plain | {
        "LOOPBACK_DISCORD": address,
        "TOUCHSTONE_DATABASE_URL": database,
        "TOUCHSTONE_DISCORD_TOKEN": "a.loopback.token",
        "TOUCHSTONE_HASH_KEY": KEY,
        "TOUCHSTONE_COOLDOWN_HOURS": "0",
        "TOUCHSTONE_CARDS_PER_HOUR": "1000",
        "TOUCHSTONE_HEALTH_ADDRESS": f"127.0.0.1:{health}",
        **({"TOUCHSTONE_EMBEDDER": "none"} if os.environ.get("TOUCHSTONE_EMBEDDER") == "none" else {}),
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@asynccontextmanager
async def talking(on: Stage, every: float) -> AsyncIterator[list[int]]:
    """Let claims be said while the body runs; yields the numbers of the messages."""
    said, stop = list[int](), asyncio.Event()

    async def talk() -> None:
        while not stop.is_set():
            said.append(await on.discord.say(CLAIMS[len(said) % len(CLAIMS)]))
            await asyncio.sleep(every)

    task = asyncio.create_task(talk())
    try:
        yield said
    finally:
        stop.set()
        await task


async def until(happened: Callable[[], object], seconds: float) -> None:
    """Wait until something is true, or the time is over."""
    give_up = monotonic() + seconds
    while not happened() and monotonic() < give_up:  # noqa: ASYNC110  what is waited for happens in another process
        await asyncio.sleep(0.05)


def small_talk(chance: random.Random) -> str:
    """Return something that says no claim."""
    return f"{chance.choice(_SMALL_TALK)} {chance.choice(_SMALL_TALK)}"


def share(values: Sequence[float], part: float) -> float:
    """Return the value that this part of all sorted ones do not exceed, rounded; 0 of none."""
    return round(values[min(len(values) - 1, int(len(values) * part))], 3) if values else 0.0


def middle(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)
