"""The daily round, and what else a long life needs."""

import asyncio
import gc
import sys
import weakref
from datetime import timedelta

import numpy as np
import pytest

from bot.discord import create_bot
from bot.discord.supervise import _make_books, short_searches, short_turns, supervise
from claims.base import utc_now
from claims.moderation.rights import Actor
from claims.store.vectors import KeptVectors
from config.errors import DatabaseError, StartError
from tests.bot.discord.world import CRANE
from tests.claims.people import administrator


@pytest.mark.parametrize("failure", [DatabaseError("disk full"), ValueError("out of order")])
async def test_old_sightings_go_at_the_start_and_every_day_even_after_a_failure(
    world, settings, monkeypatch, caplog, failure
):
    rounds = []

    def purge(older_than):
        rounds.append(older_than)
        raise failure

    monkeypatch.setattr(world.touchstone.traces, "purge", purge)
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    await world.env.advance_time(2 * 24 * 3600 + 60)
    assert rounds == [timedelta(days=30)] * 3
    assert len([line for line in caplog.messages if line.startswith("What is old could not be deleted")]) == 3


async def test_vectors_of_a_model_that_is_not_in_use_go_with_what_is_old(world, settings):
    kept = KeptVectors(world.touchstone.base.database)
    kept.save("older", {"silver": np.array([1, 2], dtype=np.float32)})
    for encoder, left in (("", {"silver"}), ("newer", set())):
        world.touchstone.encoder = encoder
        await world.env.restart_bot(create_bot(settings, world.touchstone))
        await world.env.advance_time(60)
        assert set(kept.load("older", ["silver"])) == left


def test_all_books_are_made_before_threads_can_ask_for_them(touchstone):
    _make_books(touchstone)
    assert {"moderation", "budgets", "answers", "servers"} <= vars(touchstone).keys()


class Held:
    """Something that holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def _thawed():
    yield
    gc.unfreeze()


def test_turns_of_threads_are_short_while_the_bot_runs_and_no_longer():
    before = sys.getswitchinterval()
    with short_turns():
        assert sys.getswitchinterval() < before
    assert sys.getswitchinterval() == before


@pytest.mark.usefixtures("_thawed")
def test_what_a_long_search_for_garbage_has_left_is_not_searched_again_until_the_next_day():
    gc.unfreeze()
    held = Held()
    seen = weakref.ref(held)
    with short_searches(felt=0.0):
        gc.collect()
        assert gc.get_freeze_count() > 0
        del held
        gc.collect()
        assert seen() is not None
    with short_searches(felt=0.0, day=0.0):
        gc.collect()
        assert gc.get_freeze_count() == 0
        gc.collect()
        assert seen() is None


@pytest.mark.usefixtures("_thawed")
def test_what_a_short_search_has_left_is_searched_again():
    gc.unfreeze()
    with short_searches(felt=60.0):
        gc.collect()
    assert gc.get_freeze_count() == 0
    assert not any(type(each).__name__ == "_Searches" for each in gc.callbacks)


async def test_an_empty_key_file_ends_the_start_in_its_own_words(touchstone, settings, tmp_path, monkeypatch):
    (tmp_path / "touchstone.key").touch()
    monkeypatch.setattr(touchstone, "settings", settings.model_copy(update={"hash_key": None}))
    monkeypatch.setattr("bot.service.base_folder", lambda _: tmp_path)

    async def login(*_: object) -> None:
        """Be let in."""

    monkeypatch.setattr("discord.Client.login", login)
    with pytest.raises(StartError, match=r"The key file .* is empty"):
        async with asyncio.timeout(20):
            await supervise(lambda: create_bot(settings, touchstone), "a.b.c", asyncio.Event())


async def test_what_shadow_mode_counted_goes_with_the_sightings(world, settings, monkeypatch):
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), world.channel.id, "shadow")
    await world.alice.send(world.channel, CRANE)
    chief = Actor(1, world.guild.id, is_administrator=True)
    assert world.touchstone.moderation.shadow.report(chief).would_say != ()
    later = utc_now() + timedelta(days=31)
    monkeypatch.setattr(world.touchstone.traces, "_clock", lambda: later)
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    assert world.touchstone.moderation.shadow.report(chief, days=90).would_say == ()
