"""Channels where the bot only counts, and what it keeps of messages that dispute a claim."""

import pytest
from sqlmodel import select

from bot.answering import is_dispute
from checks.model import Finding, Match
from claims.moderation.digest import TrendBook
from claims.moderation.rights import Actor
from claims.store.tables import ShadowMatch
from tests.bot.discord.world import CRANE, CRANE_ZH
from tests.claims.people import administrator

DENIAL = "It is not true that the old harbour crane was built in 1920"


async def test_in_shadow_nothing_is_said_and_what_would_be_said_is_counted(world):
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), world.channel.id, "shadow")
    said = await world.alice.send(world.channel, CRANE)
    await world.alice.send(world.channel, "good morning")
    assert world.cards() == []
    actor = Actor(world.chief.id, world.guild.id, can_manage_server=True)
    report = world.touchstone.moderation.shadow.report(actor, [world.channel.id])
    assert (report.messages, report.replies) == (2, 1)
    assert report.would_say[0].message == said.id
    assert CRANE not in str(report)


async def test_in_shadow_a_claim_in_a_spoiler_counts_as_a_hint(world):
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), world.channel.id, "shadow")
    await world.alice.send(world.channel, f"||{CRANE}||")
    actor = Actor(world.chief.id, world.guild.id, can_manage_server=True)
    report = world.touchstone.moderation.shadow.report(actor)
    assert (report.messages, report.replies, report.offers) == (1, 0, 1)


async def test_small_talk_that_is_edited_is_counted_once(world):
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), world.channel.id, "shadow")
    said = await world.alice.send(world.channel, "good morning")
    actor = Actor(world.chief.id, world.guild.id, can_manage_server=True)
    assert world.touchstone.moderation.shadow.report(actor).messages == 1
    await world.alice.edit(said, "good evening")
    assert world.touchstone.moderation.shadow.report(actor).messages == 1


@pytest.mark.parametrize("is_written", [True, False])
async def test_a_message_that_is_edited_is_counted_once_whatever_it_said_and_says(world, is_written):
    shadow = world.touchstone.moderation.shadow
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), world.channel.id, "shadow")
    into, still, within = [
        await world.alice.send(world.channel, text) for text in ("good morning", DENIAL, "good evening")
    ]
    actor = Actor(world.chief.id, world.guild.id, can_manage_server=True)
    if is_written:
        shadow.flush()
    await world.alice.edit(into, CRANE)
    await world.alice.edit(still, f"{DENIAL}, they say")
    await world.alice.edit(within, CRANE_ZH)
    report = shadow.report(actor)
    assert (report.messages, report.replies) == (3, 2)
    assert world.env.bot.metrics.seen(world.guild.id) == 3


async def test_an_edit_gives_no_room_in_a_budget(world):
    budgets, server = world.touchstone.budgets, world.guild.id
    world.touchstone.moderation.setup.change(administrator(server), budget=1)
    assert budgets.spend(server, 1)
    budgets.read(server, 998)
    said = await world.alice.send(world.channel, DENIAL)
    await world.alice.edit(said, f"{DENIAL}, they say")
    assert budgets.is_used_up(server, 1)
    await world.alice.send(world.channel, "good morning")
    assert not budgets.is_used_up(server, 1)


async def test_other_channels_are_not_counted_as_shadow(world):
    await world.alice.send(world.channel, CRANE)
    with world.touchstone.base.database.reading() as session:
        assert session.scalars(select(ShadowMatch)).all() == []


async def test_a_message_that_disputes_a_claim_is_not_answered_but_counted_in_the_trends(world):
    await world.alice.send(world.channel, DENIAL)
    assert world.cards() == []
    actor = Actor(world.chief.id, world.guild.id, can_manage_server=True)
    ((claim, tally),) = TrendBook(world.touchstone.base).read(actor, 1).by_claim()
    assert (claim, tally.debunked, tally.asserted) == ("crane-built-1920", 1, 0)


def test_only_a_likely_dispute_counts():
    assert is_dispute(finding(0.9, "denies"))
    assert not is_dispute(finding(0.3, "denies"))
    assert not is_dispute(finding(0.9, "asserts"))
    assert not is_dispute(Finding("", "en", "silent"))


def finding(score: float, stance) -> Finding:
    return Finding("", "en", "silent", (Match("crane-built-1920", score, stance, ""),))
