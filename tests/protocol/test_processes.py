"""Three processes on one PostgreSQL: each message is answered once, and what one changes is in force in all."""

import asyncio
import os
import signal
from collections import Counter

import pytest

from bot.service import Touchstone
from claims.moderation.editor import set_status
from claims.moderation.rights import Actor
from config.settings import Settings
from tests.claims.people import administrator
from tests.discord_server import payloads
from tests.protocol.conftest import LEFT, Bot

CRANE = "The old harbour crane was built in 1920"
SEALS = "The seals on the breakwater are dying out"
# A change of one process is in force in all others within so many seconds.
IN_FORCE = 2.0

pytestmark = pytest.mark.slow


@pytest.fixture
def shared(postgres):
    """An open application on the database that all processes share."""
    with Touchstone.open(Settings(database_url=postgres("both"), hash_key="key of the tests")) as touchstone:
        touchstone.moderation.setup.set_channel_mode(administrator(payloads.GUILD_ID), payloads.CHANNEL_ID, "on")
        yield touchstone


@pytest.fixture
async def bots(discord, shared):
    """Three processes that hear the same messages."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHSTONE_")}
    given = {
        "LOOPBACK_DISCORD": discord.address,
        "TOUCHSTONE_DATABASE_URL": shared.settings.database_url,
        "TOUCHSTONE_DISCORD_TOKEN": "a.loopback.token",
        "TOUCHSTONE_HASH_KEY": "key of the tests",
        "TOUCHSTONE_EMBEDDER": "none",
        "TOUCHSTONE_COOLDOWN_HOURS": "0",
        "TOUCHSTONE_CARDS_PER_HOUR": "1000",
        "TOUCHSTONE_HEALTH_ADDRESS": "none",
    }
    made = [Bot(plain | given) for _ in range(3)]
    for bot in made:
        await bot.start()
    for bot in made:
        await discord.until(lambda bot=bot: "Ready as" in bot.log, 120.0)
    yield made
    for bot in made:
        if bot.is_running:
            bot.process.kill()
            await bot.ended()
        assert LEFT not in bot.log


async def test_each_message_is_answered_once_also_while_one_of_them_is_killed(discord, bots):
    said = [await discord.say(SEALS) for _ in range(10)]
    await discord.until(lambda: set(said) <= set(discord.answered()), 120.0)
    for number in range(10):
        await discord.say(SEALS)
        if number == 4:
            bots[0].process.send_signal(signal.SIGKILL)
    await bots[0].ended()
    after = [await discord.say(SEALS) for _ in range(10)]
    await discord.until(lambda: set(after) <= set(discord.answered()), 120.0)
    assert set(Counter(discord.answered()).values()) == {1}


async def test_cool_downs_caps_and_changes_hold_in_all_of_them(discord, bots, shared):
    assert len(bots) == 3
    chief, setup = administrator(payloads.GUILD_ID), shared.moderation.setup

    async def answered(text, times):
        """Say something so many times at once; return how many of these messages get a card."""
        said = {await discord.say(text) for _ in range(times)}
        await discord.until(lambda: said & set(discord.answered()), 120.0)
        await asyncio.sleep(2.0)
        return len(said & set(discord.answered()))

    setup.change(chief, cooldown_hours=6)
    await asyncio.sleep(IN_FORCE)
    assert await answered(SEALS, 8) == 1
    setup.change(chief, cooldown_hours=0, cards_per_hour=4)
    await asyncio.sleep(IN_FORCE)
    assert await answered(CRANE, 12) == 3
    setup.change(chief, cards_per_hour=1000)
    set_status(shared.base, Actor.operator(), ["crane-built-1920"], "withdrawn")
    await asyncio.sleep(IN_FORCE)
    withdrawn = await discord.say(CRANE)
    assert await answered(SEALS, 1) == 1
    assert withdrawn not in discord.answered()
    assert set(Counter(discord.answered()).values()) == {1}
