"""The run that corrects cards, over real sockets: with rate limits, and cut off in the middle."""

import itertools
import signal
from collections import Counter
from datetime import timedelta

import pytest

from bot.service import Touchstone
from claims.base import ClaimBase
from claims.moderation.edits import EditTexts, SetStatus
from claims.moderation.rights import Actor
from config.settings import Settings
from tests.discord_server import payloads
from tests.discord_server.server import Fault

pytestmark = pytest.mark.slow

CLAIM = "crane-built-1920"
LIMITED = {"message": "You are being rate limited.", "retry_after": 0.2, "global": False}


@pytest.fixture
def base(database):
    """The bot's claim base, opened a second time beside it."""
    settings = Settings(database_url=database, hash_key="key of the tests")
    with Touchstone(settings, ClaimBase.open(database)) as opened:
        yield opened


@pytest.fixture
def cards(discord, base):
    """Put so many cards into the channel and the answer book; returns their ids."""
    numbers = itertools.count(50_000)

    def put(count: int) -> list[int]:
        made = []
        for _ in range(count):
            said, card = next(numbers), next(numbers)
            discord.messages[card] = payloads.message(card, "", payloads.user(payloads.BOT_ID, "touchstone", bot=True))
            place = (payloads.GUILD_ID, payloads.CHANNEL_ID, said, payloads.MEMBER_ID)
            base.answers.take(*place, [CLAIM], timedelta(0))
            base.answers.posted(payloads.CHANNEL_ID, said, card, "en")
            made.append(card)
        return made

    return put


def change(base, edit):
    base.moderation.editor.edit(Actor(1, payloads.GUILD_ID, can_manage_server=True), CLAIM, None, edit)


def waiting(base):
    return len(base.moderation.corrections.pending())


async def test_every_card_is_edited_once_whatever_429s_come(discord, bot, base, cards):
    made = cards(12)
    change(base, EditTexts({"en": "The crane is of 1954"}))
    discord.faults += [Fault("PATCH", f"/channels/*/messages/{card}", 429, LIMITED) for card in made[::3]]
    await bot.start()
    await discord.until(lambda: not waiting(base))
    await discord.until(lambda: "12 cards edited, 0 gone, 0 left" in bot.log)
    assert discord.edited == made[::-1]
    asked = [seen for seen in discord.requests if seen.method == "PATCH"]
    assert len(asked) == 12 + 4
    assert all(seen.body["allowed_mentions"]["parse"] == [] for seen in asked)
    assert "The crane is of 1954" in str(discord.messages[made[0]]["components"])
    assert bot.is_running


async def test_stopped_between_two_cards_it_goes_on_with_the_next_after_a_restart(discord, bot, base, cards):
    made = cards(8)
    change(base, SetStatus("withdrawn"))
    await bot.start()
    await discord.until(lambda: len(discord.edited) > 2)
    assert await bot.stop() == 0
    assert "Traceback" not in bot.log
    done = len(discord.edited)
    assert waiting(base) == len(made) - done > 0
    await bot.start()
    await discord.until(lambda: not waiting(base))
    assert discord.edited == made[::-1]


async def test_killed_at_any_moment_it_edits_the_rest_and_at_most_one_card_again(discord, bot, base, cards):
    made = cards(6)
    change(base, EditTexts({"en": "The crane is of 1954"}))
    await bot.start()
    await discord.until(lambda: len(discord.edited) > 2)
    assert await bot.stop(signal.SIGKILL) == -signal.SIGKILL
    await bot.start()
    await discord.until(lambda: not waiting(base))
    assert set(discord.edited) == set(made)
    assert sum(count - 1 for count in Counter(discord.edited).values()) <= 1
