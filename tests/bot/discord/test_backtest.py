"""`/backtest`: who may run it, and what it reports."""

from types import SimpleNamespace

import discord
import pytest

from bot.discord import ticking
from bot.texts import Texts
from config.errors import NotAllowedError
from tests.bot.discord.world import CRANE, CRANE_ZH, MODERATORS_ONLY, labels_of, text_of
from tests.claims.people import administrator


@pytest.fixture
async def past(world):
    """A channel that is switched off, with twenty lines of chat and three of the claim."""
    channel = world.guild.create_text_channel("past")
    for number in range(20):
        await world.alice.send(channel, f"good morning number {number}")
    for text in (CRANE, CRANE_ZH, CRANE):
        await world.bob.send(channel, text)
    return channel


async def test_the_report_names_counts_claims_and_links_but_no_text(world, past):
    shown = await world.chief.slash(world.channel, "backtest", channel=past, days=3)
    text = text_of(shown)
    assert "23 messages of members read." in text
    assert "Replies: 3, 130.43 per 1,000 messages." in text
    assert "- The old harbour crane was built in 1920: 3 replies, 0 offers" in text
    assert "**What I would have answered**" in text
    said = [message for message in past.history() if "1920" in message.content]
    for message in said:
        assert f"https://discord.com/channels/{world.guild.id}/{past.id}/{message.id} The old harbour crane" in text
    assert "good morning" not in text
    assert CRANE_ZH not in text
    assert world.cards(past) == []


async def test_right_replies_are_no_alarms_and_no_cut_off_is_proposed(world, past):
    """Three right answers, far over any budget: what they are is for the moderator to say."""
    world.touchstone.moderation.setup.change(administrator(world.guild.id), budget=0.5)
    shown = await world.chief.slash(world.channel, "backtest", channel=past)
    assert labels_of(shown.response.message) == ["Tick right or wrong"]
    text = text_of(shown)
    assert "cut-off" not in text
    assert "The budget of 0.5 per 1,000 messages would have made hints of 2 of them." in text


async def test_a_channel_with_a_cut_off_of_its_own_is_read_with_it(world, past):
    await world.bob.send(past, "The harbour crane dates from 1920")
    assert "Replies: 3" in text_of(await world.chief.slash(world.channel, "backtest", channel=past))
    world.touchstone.moderation.setup.change_channel(administrator(world.guild.id), past.id, cut_off=0.3)
    assert "Replies: 4" in text_of(await world.chief.slash(world.channel, "backtest", channel=past))


async def test_what_is_said_in_a_spoiler_would_only_be_hinted_at(world, past):
    await world.bob.send(past, f"||{CRANE}||")
    text = text_of(await world.chief.slash(world.channel, "backtest", channel=past))
    assert "- The old harbour crane was built in 1920: 3 replies, 1 offer" in text


async def test_nobody_is_read_who_is_to_be_left_alone(world, past):
    await world.bob.slash(world.channel, "ignore-me")
    text = text_of(await world.chief.slash(world.channel, "backtest", channel=past))
    assert "20 messages of members read." in text
    assert "Replies: 0" in text
    assert "discord.com" not in text
    await world.bob.slash(world.channel, "ignore-me", ignore="no")
    await world.chief.slash(world.channel, "touchstone exempt", who=world.bob)
    assert "Replies: 0" in text_of(await world.chief.slash(world.channel, "backtest", channel=past))


async def test_nobody_is_read_who_has_a_role_that_is_left_alone(world, past):
    role = world.guild.create_role("guests")
    guest = world.guild.add_member(world.env.create_user("guest"), roles=[role])
    await guest.send(past, CRANE)
    assert "Replies: 4" in text_of(await world.chief.slash(world.channel, "backtest", channel=past))
    await world.chief.slash(world.channel, "touchstone exempt", who=role)
    assert "Replies: 3" in text_of(await world.chief.slash(world.channel, "backtest", channel=past))


async def test_an_archived_thread_is_read(world, past):
    thread = await world.thread(past)
    await world.bob.send(thread, CRANE)
    await world.archive(thread)
    assert "Replies: 1" in text_of(await world.chief.slash(world.channel, "backtest", channel=thread))


async def test_a_kept_budget_is_said(world, past):
    world.touchstone.moderation.setup.change(administrator(world.guild.id), budget=500)
    shown = await world.chief.slash(world.channel, "backtest", channel=past)
    assert "That keeps the budget of 500 per" in text_of(shown)


async def test_without_a_budget_none_is_spoken_of(world, past):
    assert "budget" not in text_of(await world.chief.slash(world.channel, "backtest", channel=past))


async def test_members_are_refused_and_holders_of_a_chosen_role_are_not(world, past):
    for person in (world.alice, world.mod):
        assert text_of(await person.slash(world.channel, "backtest", channel=past)) == MODERATORS_ONLY
    assert [type(error.original) for error in world.env.errors] == [NotAllowedError] * 2
    role = world.guild.create_role("checkers")
    checker = world.guild.add_member(world.env.create_user("checker"), roles=[role])
    world.touchstone.moderation.setup.change(administrator(world.guild.id), moderator_roles=(role.id,))
    assert "23 messages" in text_of(await checker.slash(world.channel, "backtest", channel=past))


async def test_the_right_that_the_bot_lacks_is_named(world, past):
    channel = world.env.bot.get_channel(past.id)
    await channel.set_permissions(channel.guild.me, read_message_history=False)
    shown = text_of(await world.chief.slash(world.channel, "backtest", channel=past))
    assert shown == "I lack rights there: Read Message History."


async def test_nobody_gets_a_report_on_what_they_may_not_read(world, past):
    channel = world.env.bot.get_channel(past.id)
    await channel.set_permissions(channel.guild.get_role(world.guild.roles["chief"].id), read_message_history=False)
    shown = text_of(await world.chief.slash(world.channel, "backtest", channel=past))
    assert shown == f"You cannot read <#{past.id}> yourself, so I do not report on it."


async def test_nobody_gets_a_report_on_a_private_thread_that_they_are_not_in(world, past):
    thread = await world.env.bot.get_channel(past.id).create_thread(
        name="quiet", type=discord.ChannelType.private_thread
    )
    await world.env.settle()
    chief = await world.env.bot.get_guild(world.guild.id).fetch_member(world.chief.id)
    asked = SimpleNamespace(texts=Texts.open("en"), interaction=SimpleNamespace(user=chief))
    assert ticking._refusal(asked, thread) == f"You cannot read <#{thread.id}> yourself, so I do not report on it."


async def test_progress_is_shown_on_the_way(world, past, monkeypatch):
    monkeypatch.setattr(ticking, "PROGRESS_EVERY", 0.0)
    monkeypatch.setattr(ticking, "_AT_ONCE", 10)
    await world.chief.slash(world.channel, "backtest", channel=past)
    edits = [str(seen.json) for seen in world.env.http_requests if seen.method == "PATCH"]
    assert sum("% of the time" in edit for edit in edits) == 2


async def test_a_run_that_takes_too_long_says_that_it_stopped(world, past, monkeypatch):
    monkeypatch.setattr(ticking, "LONGEST", -1.0)
    shown = text_of(await world.chief.slash(world.channel, "backtest", channel=past))
    assert "these are the newest messages" in shown
    assert "1 message of members read." in shown


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        (discord.Locale.chinese, "已读取成员消息23条。"),
        (discord.Locale.taiwan_chinese, "已讀取成員訊息23則。"),
    ],
)
async def test_the_report_is_in_the_language_of_the_client(world, past, in_language, locale, says):
    in_language(locale)
    assert says in text_of(await world.chief.slash(world.channel, "backtest", channel=past))
