"""Nobody's work waits behind another lane's; chat that comes too fast is let go by rule; a lock loses no answer."""

import asyncio
import logging
import sqlite3
from threading import Event, current_thread
from time import monotonic

import pytest

from bot.discord.lanes import Lanes, WaitingRoom, take_lane
from config.errors import DatabaseError, DatabaseUnavailableError
from tests.bot.discord.world import CRANE, FERRY, SEALS


@pytest.fixture
async def lanes():
    """Have the loop's threads in lanes."""
    made = Lanes()
    asyncio.get_running_loop().set_default_executor(made)
    return made


async def in_lane(name, work, until=0.0):
    take_lane(name, until)
    return await asyncio.to_thread(work)


@pytest.mark.parametrize("full", ["chat", "answers", "chores"])
@pytest.mark.usefixtures("lanes")
async def test_people_are_served_while_another_lane_is_full(full):
    held = Event()
    waiting = [asyncio.create_task(in_lane(full, held.wait)) for _ in range(100)]
    try:
        async with asyncio.timeout(30):
            assert await asyncio.create_task(in_lane("people", lambda: "served")) == "served"
    finally:
        held.set()
        await asyncio.gather(*waiting)


@pytest.mark.usefixtures("lanes")
async def test_work_goes_to_the_lane_that_its_task_has_taken():
    names = {
        name: await asyncio.create_task(in_lane(name, lambda: current_thread().name)) for name in ("chat", "chores")
    }
    assert names["chat"].startswith("chat")
    assert names["chores"].startswith("chores")
    assert (await asyncio.to_thread(lambda: current_thread().name)).startswith("people")


@pytest.mark.usefixtures("lanes")
async def test_what_meets_a_lock_is_told_and_tried_again_until_its_time_is_over(caplog):
    tries = []

    def locked_twice():
        tries.append(1)
        if len(tries) < 3:
            raise DatabaseUnavailableError("locked")
        return len(tries)

    assert await asyncio.create_task(in_lane("answers", locked_twice, monotonic() + 30)) == 3
    assert caplog.messages == ["locked"]

    def always():
        tries.append(1)
        raise DatabaseUnavailableError("locked")

    with pytest.raises(DatabaseUnavailableError):
        await asyncio.create_task(in_lane("answers", always, monotonic() + 0.5))
    tries.clear()
    with pytest.raises(DatabaseUnavailableError):
        await asyncio.create_task(in_lane("answers", always))
    assert len(tries) == 1


@pytest.mark.usefixtures("lanes")
async def test_what_no_other_try_mends_is_told_at_once():
    def damaged():
        raise DatabaseError("damaged")

    with pytest.raises(DatabaseError, match="damaged"):
        await asyncio.create_task(in_lane("answers", damaged, monotonic() + 30))


class Clock:
    """A clock that is moved by hand."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


async def crowd(room, kinds):
    """Let the only place be taken while all of these come; return which of them got in, in which order."""
    let_in, go_on = [], asyncio.Event()

    async def first():
        async with room.turn(may_reply=True):
            await go_on.wait()

    async def come(number, kind):
        async with room.turn(may_reply=kind == "r") as is_in:
            if is_in:
                let_in.append(number)

    holding = asyncio.create_task(first())
    await asyncio.sleep(0)
    coming = [asyncio.create_task(come(number, kind)) for number, kind in enumerate(kinds)]
    await asyncio.sleep(0)
    pressed = room.is_pressed
    go_on.set()
    await asyncio.gather(holding, *coming)
    return let_in, pressed


async def test_messages_are_read_in_the_order_in_which_they_came():
    assert await crowd(WaitingRoom(at_once=1, most=6), "rhrhrh") == ([0, 1, 2, 3, 4, 5], True)


async def test_above_its_bound_the_oldest_that_can_only_be_hints_are_let_go_first():
    assert (await crowd(WaitingRoom(at_once=1, most=3), "rhhrr"))[0] == [0, 3, 4]


async def test_where_all_may_be_replies_the_oldest_are_let_go():
    assert (await crowd(WaitingRoom(at_once=1, most=2), "rrrrr"))[0] == [3, 4]


async def test_a_hint_does_not_push_a_reply_out():
    assert (await crowd(WaitingRoom(at_once=1, most=2), "rrh"))[0] == [0, 1]


async def test_only_a_room_that_is_half_full_presses():
    assert await crowd(WaitingRoom(at_once=1, most=6), "rrr") == ([0, 1, 2], False)


async def test_the_log_is_told_once_a_minute(caplog):
    clock = Clock()
    room = WaitingRoom(at_once=1, most=2, clock=clock)
    with caplog.at_level(logging.WARNING):
        await crowd(room, "rrrrr")
        await crowd(room, "rrrr")
        room.give_up_hint()
        assert [record.getMessage() for record in caplog.records] == [
            "Chat came faster than it can be read: 3 messages and 0 hints were let go"
        ]
        clock.now += 61
        await crowd(room, "r")
    assert caplog.records[1].getMessage().endswith("2 messages and 1 hints were let go")


async def test_whoever_gives_up_waiting_leaves_the_place_to_others():
    room = WaitingRoom(at_once=1)
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def hold():
        async with room.turn(may_reply=True):
            inside.set()
            await go_on.wait()

    async def come():
        async with room.turn(may_reply=True) as is_in:
            return is_in

    holding = asyncio.create_task(hold())
    await inside.wait()
    gone, stays = asyncio.create_task(come()), asyncio.create_task(come())
    await asyncio.sleep(0)
    gone.cancel()
    go_on.set()
    assert await stays
    await holding
    assert gone.cancelled() or await asyncio.gather(gone, return_exceptions=True)
    async with asyncio.timeout(30), room.turn(may_reply=True) as is_in:
        assert is_in


@pytest.mark.usefixtures("lanes")
async def test_no_reply_is_lost_while_another_program_writes(world, settings, monkeypatch):
    # A tenth of the usual bound, so that the lock is met several times within this test.
    world.touchstone.base.database.engine.dispose()
    monkeypatch.setattr("claims.store.database.PRAGMAS", ("PRAGMA busy_timeout = 100", "PRAGMA foreign_keys = ON"))
    writer = sqlite3.connect(settings.database_url.removeprefix("sqlite:///"), isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    loop = asyncio.get_running_loop()
    loop.call_later(2.0, lambda: (writer.execute("ROLLBACK"), writer.close()))
    for text in (CRANE, FERRY, SEALS):
        await world.alice.send(world.channel, text)
    await world.env.settle()
    assert len(world.cards()) == 3
