"""What falls just under the cut-off is noted for the moderators: by the message's link, never by its words."""

import sqlite3
from contextlib import closing

import pytest

from bot.discord.forms import LONGEST_FIELD
from claims.moderation.queue import MOST_NEAR
from tests.bot.discord.queue.test_deciding import opened
from tests.bot.discord.world import CRANE, prefilled, shown_by
from tests.claims.people import administrator

NEARLY = "lighthouse lamp 40"
LAMP_CLAIM = "lighthouse-40-kw"


async def test_a_match_just_under_the_cut_off_waits(world, waiting):
    said = await world.alice.send(world.channel, NEARLY)
    (item,) = waiting.items()
    assert (item.kind, item.claim, item.channel, item.message, item.payload) == (
        "near",
        LAMP_CLAIM,
        world.channel.id,
        said.id,
        {},
    )
    assert item.score is not None
    assert 0 < item.score < 0.5
    assert world.sent() == []


async def test_its_words_are_nowhere_in_the_database(world, settings):
    await world.alice.send(world.channel, NEARLY)
    with closing(sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))) as connection:
        everything = "\n".join(connection.iterdump())
    assert 'INSERT INTO "queue_item"' in everything
    assert NEARLY not in everything


async def test_an_answered_message_and_one_about_nothing_do_not_wait(world, waiting):
    await world.alice.send(world.channel, CRANE)
    await world.alice.send(world.channel, "lovely weather at the quay")
    assert waiting.items() == ()


async def test_also_where_the_bot_only_counts(world, waiting):
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), world.channel.id, "shadow")
    await world.alice.send(world.channel, NEARLY)
    assert len(waiting.items()) == 1


async def test_not_where_the_bot_stays_out(world, waiting):
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), world.channel.id, "off")
    await world.alice.send(world.channel, NEARLY)
    assert waiting.items() == ()


@pytest.mark.parametrize("share", [0.9, 1.0])
async def test_how_near_is_a_setting(world, waiting, settings, share):
    settings.near_miss_share = share
    await world.alice.send(world.channel, NEARLY)
    assert waiting.items() == ()


async def test_fifty_of_them_are_enough(world, waiting):
    for message in range(MOST_NEAR):
        assert waiting.queue.note_near_miss(world.guild.id, world.channel.id, message, 1, LAMP_CLAIM, 0.4)
    await world.alice.send(world.channel, NEARLY)
    assert len(waiting.items()) == MOST_NEAR


@pytest.mark.parametrize("ways", [["Open as new claim"], ["Accept as wording", "Change the text"]], ids=len)
async def test_a_message_that_is_longer_than_a_field_opens_the_form_with_its_beginning(world, waiting, ways):
    said = "ferry quiet today, so it seems. " * 200
    message = await opened(world, await waiting.near(said))
    for label in ways[:-1]:
        message = shown_by(await world.chief.click(message, label=label))
    form = await world.chief.click(message, label=ways[-1])
    assert prefilled(form)["text"] == said[:LONGEST_FIELD]
