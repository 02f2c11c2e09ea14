"""A loopback Discord, a prepared database, and the bot as a process of its own."""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.service import Touchstone
from config.settings import Settings
from tests.claims.people import administrator
from tests.discord_server import payloads
from tests.discord_server.server import PATIENCE, LoopbackDiscord
from tests.templates import EMBEDDED

ROOT = Path(__file__).parents[2]
ENTRY = ROOT / "tests" / "discord_server" / "entry.py"
LEFT = "LEFT THE LOOPBACK"


def pytest_collection_modifyitems(items):
    """Mark everything here: it starts processes and opens sockets."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.protocol)


@dataclass
class Bot:
    """The bot's process; `log` is what it has written to standard error."""

    environment: dict[str, str]
    process: asyncio.subprocess.Process | None = None
    log: str = ""
    _reader: asyncio.Task[None] | None = field(default=None, repr=False)

    async def start(self) -> None:
        """Start the process."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, str(ENTRY), env=self.environment, stderr=asyncio.subprocess.PIPE, cwd=ROOT
        )
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        while line := await self.process.stderr.readline():
            self.log += line.decode()

    async def ended(self, seconds: float = PATIENCE) -> int:
        """Wait for the end of the process; returns its exit code."""
        async with asyncio.timeout(seconds):
            code = await self.process.wait()
            await self._reader
        return code

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the end."""
        self.process.send_signal(number)
        return await self.ended()

    @property
    def is_running(self) -> bool:
        """Tell whether the process lives."""
        return self.process is not None and self.process.returncode is None


@pytest.fixture
async def discord():
    """A loopback Discord that listens; nothing unknown may have been asked of it in the end."""
    server = LoopbackDiscord()
    await server.start()
    yield server
    await server.stop()
    assert server.unknown == []


@pytest.fixture
def database(tmp_path, templates):
    """The address of a database with the harbour's claims, in which the channel is switched on."""
    address = templates.copy(EMBEDDED, tmp_path / "touchstone.db")
    with Touchstone.open(Settings(database_url=address, hash_key="key of the tests")) as touchstone:
        touchstone.moderation.setup.set_channel_mode(administrator(payloads.GUILD_ID), payloads.CHANNEL_ID, "on")
    return address


@pytest.fixture
async def bot(discord, database):
    """The bot, not started yet; killed in the end if it still runs. It must never have left the loopback interface."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHSTONE_")}
    given = {
        "LOOPBACK_DISCORD": discord.address,
        "TOUCHSTONE_DATABASE_URL": database,
        "TOUCHSTONE_DISCORD_TOKEN": "a.loopback.token",
        "TOUCHSTONE_HASH_KEY": "key of the tests",
        "TOUCHSTONE_HEALTH_ADDRESS": "none",
    }
    bot = Bot(plain | given)
    yield bot
    if bot.is_running:
        bot.process.kill()
        await bot.ended()
    assert LEFT not in bot.log


@pytest.fixture
async def ready(discord, bot):
    """The bot, started and connected."""
    await bot.start()
    await discord.until(lambda: "Ready as" in bot.log)
    return bot
