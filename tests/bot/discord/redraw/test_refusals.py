"""What Discord's refusals mean for a run, and what moderators see of it."""

import logging

import discord
import pytest

from tests.bot.discord.redraw.conftest import quick_bot
from tests.bot.discord.world import text_of


@pytest.fixture
async def two(desk):
    """Two cards whose claim has changed."""
    cards = [await desk.post("crane-built-1920") for _ in range(2)]
    desk.retitle()
    return cards


async def test_a_deleted_card_is_given_up(world, desk, two):
    # As while the bot was away: otherwise it knows already.
    await world.env.bot.remove_cog("Watch")
    await world.env.bot.get_channel(world.channel.id).get_partial_message(two[1].id).delete()
    assert len(await desk.run()) == 2
    assert desk.waiting() == 0


@pytest.mark.usefixtures("two")
async def test_where_the_bot_is_refused_it_asks_once_and_the_cards_wait_until_it_may_write_again(world, desk, caplog):
    elsewhere = await desk.post("ferry-closed-2030", channel=world.guild.create_text_channel("quay"))
    desk.retitle("ferry-closed-2030", "The ferry stays")
    world.env.inject_error("PATCH", f"/channels/{world.channel.id}/messages/*", status=403, code=50001)
    with caplog.at_level(logging.WARNING):
        edits = await desk.run()
    assert len(edits) == 2
    assert edits[0].endswith(str(elsewhere.id))
    assert "Discord refused a message in channel" in caplog.text
    assert desk.waiting() == 2
    assert await desk.run() == []
    world.env.bot.backoff.answered(world.channel.id)
    assert len(await desk.run()) == 2
    assert desk.waiting() == 0


@pytest.mark.usefixtures("two")
async def test_a_correction_makes_no_pause_longer(world, desk):
    backoff, now = world.env.bot.backoff, [0.0]
    backoff.clock = lambda: now[0]
    backoff.refused(world.channel.id, "not here")
    assert await desk.run() == []
    now[0] = 5 * 60.0 + 1
    world.env.inject_error("PATCH", f"/channels/{world.channel.id}/messages/*", status=403, code=50001)
    assert len(await desk.run()) == 1
    assert not backoff.holds(world.channel.id)
    assert len(await desk.run()) == 2


async def test_after_an_error_of_discords_the_card_waits_for_the_next_run(world, desk, two):
    world.env.inject_error("PATCH", f"/channels/*/messages/{two[1].id}", status=503)
    assert len(await desk.run()) == 2
    assert desk.waiting() == 1
    assert len(await desk.run()) == 1
    assert desk.waiting() == 0


async def test_a_card_that_discord_will_not_take_is_given_up(world, desk, two, caplog):
    world.env.inject_error("PATCH", f"/channels/*/messages/{two[1].id}", status=400, code=50035)
    await desk.run()
    assert desk.waiting() == 0
    assert f"Card {two[1].id} cannot be edited" in caplog.text


async def test_a_card_in_a_thread_that_is_archived_waits_until_somebody_speaks_there(world, desk, two):
    world.env.inject_error("PATCH", f"/channels/*/messages/{two[1].id}", status=400, code=50083)
    assert len(await desk.run()) == 1
    assert desk.waiting() == 2
    await desk.run()
    assert desk.waiting() == 0


async def test_an_archived_thread_is_asked_once_and_keeps_no_other_card_waiting(world, desk, two, monkeypatch):
    now = [0.0]
    monkeypatch.setattr("bot.discord.redraw.monotonic", lambda: now[0])
    elsewhere = await desk.post("crane-built-1920", channel=world.guild.create_text_channel("quay"))
    await desk.run()
    cog = world.env.bot.get_cog("CorrectionRuns")
    world.env.inject_error("PATCH", f"/channels/{world.channel.id}/messages/*", status=400, code=50083, times=None)
    for number in range(7):
        desk.retitle(title=f"The crane, {number}")
        assert len(await desk.run()) == 2
    assert desk.waiting() == len(two)
    world.env.inject_error("PATCH", f"/channels/*/messages/{elsewhere.id}", status=503)
    desk.retitle(title="The crane at last")
    await cog.look()
    assert desk.waiting() == len(two) + 1
    now[0] += 61
    await cog.look()
    assert desk.waiting() == len(two)


@pytest.mark.usefixtures("two")
async def test_status_counts_what_waits_and_what_was_edited_in_this_server(world, desk):
    says = "Cards to correct: {} waiting, {} edited in the latest run."
    assert says.format(2, 0) in text_of(await world.chief.slash(world.channel, "status"))
    await desk.run()
    assert says.format(0, 2) in text_of(await world.chief.slash(world.channel, "status"))


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("locale", "says"),
    [(discord.Locale.chinese, "待更正的卡片：2张等候"), (discord.Locale.taiwan_chinese, "待更正的卡片：2張等候")],
)
async def test_status_says_so_in_the_language_of_the_client(world, in_language, locale, says):
    in_language(locale)
    assert says in text_of(await world.chief.slash(world.channel, "status"))


@pytest.mark.usefixtures("two")
async def test_start_and_end_are_logged(desk, caplog):
    with caplog.at_level(logging.INFO):
        await desk.run()
    assert "Corrections: 2 cards to edit" in caplog.text
    assert "Corrections: 2 cards edited, 0 gone, 0 left for later" in caplog.text


async def test_a_change_is_noticed_by_itself(world, desk):
    await desk.post("crane-built-1920")
    desk.retitle()
    await world.env.advance_time(61)
    assert desk.waiting() == 0


async def test_what_failed_is_tried_again_by_itself(world, desk, settings):
    await world.env.restart_bot(quick_bot(settings, world.touchstone, retry=0.0))
    await desk.post("crane-built-1920")
    world.env.inject_error("PATCH", "/channels/*/messages/*", status=503)
    desk.retitle()
    await world.env.advance_time(61)
    assert desk.waiting() == 1
    await world.env.advance_time(60)
    assert desk.waiting() == 0


async def test_a_card_of_another_application_is_given_up_and_holds_no_other_up(world, desk, two, caplog):
    world.env.inject_error("PATCH", f"/channels/*/messages/{two[1].id}", status=403, code=50005)
    assert len(await desk.run()) == 2
    assert desk.waiting() == 0
    assert not world.env.bot.backoff.refusing
    assert "is of another application" in caplog.text
