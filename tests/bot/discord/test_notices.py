"""What moderators are told unasked: pauses, a used-up budget, and each answer with the buttons that label it."""

from datetime import timedelta

import aiohttp
import discord
import pytest
from sqlalchemy import delete
from sqlmodel import col

from bot.answering import Answerer, Report
from bot.discord.notices import log_answer
from checks.model import Finding, Match
from claims.moderation.labels import LabelledReply
from claims.store.tables import Sighting
from tests.bot.discord.world import CRANE, FERRY, LAMP, MODERATORS_ONLY, labels_of, text_of
from tests.claims.people import administrator

PAUSED = "Members' reports have paused the claim"


@pytest.fixture
def told(world):
    """A channel for moderators."""
    return world.guild.create_text_channel("moderators")


def change(world, **settings) -> None:
    world.touchstone.moderation.setup.change(administrator(world.guild.id), **settings)


def labelled(world):
    return world.touchstone.moderation.labels.labelled(administrator(world.guild.id))


def to_owner(world) -> list[dict]:
    """Return what was sent directly: what was posted outside of the channel."""
    return [
        seen.json
        for seen in world.env.http_requests
        if seen.method == "POST" and seen.path.endswith("/messages") and f"/{world.channel.id}/" not in seen.path
    ]


async def test_a_pause_is_told_in_the_moderators_channel_and_not_elsewhere(world, told):
    digest = world.guild.create_text_channel("digest")
    change(world, pause_reports=1, moderators_channel=told.id, digest_channel=digest.id)
    await world.bob.click(await world.card(), label="Not what I said")
    (notice,) = world.cards(told)
    assert notice.content.startswith(PAUSED)
    assert world.cards(digest) == []


async def test_without_a_channel_the_owner_gets_one_private_message(world):
    change(world, pause_reports=1)
    await world.bob.click(await world.card(), label="Not what I said")
    (sent,) = to_owner(world)
    assert sent["content"].startswith(PAUSED)
    assert "/setup" in sent["content"]


async def test_an_address_in_the_name_of_a_server_is_no_link_for_its_owner(world, monkeypatch):
    monkeypatch.setattr(world.env.bot.get_guild(world.guild.id), "name", "https://evil.example")
    change(world, pause_reports=1)
    await world.bob.click(await world.card(), label="Not what I said")
    (sent,) = to_owner(world)
    assert "evil.example" in sent["content"]
    assert "https://evil" not in sent["content"]


async def test_who_cannot_see_the_card_cannot_report_it(world, without_rights):
    card = await world.card()
    with without_rights():
        shown = text_of(await world.bob.click(card, label="Not what I said"))
    assert "You cannot see the card" in shown
    assert world.touchstone.base.claim("crane-built-1920", world.guild.id).raised_to == 0


async def test_each_answer_is_reported_where_moderators_want_that_and_can_be_labelled(world, told, without_rights):
    change(world, moderators_channel=told.id)
    card = await world.card()
    assert world.cards(told) == []
    change(world, answer_log=True, cooldown_hours=0)
    await world.alice.send(world.channel, LAMP)
    (line,) = world.cards(told)
    assert f"https://discord.com/channels/{world.guild.id}/{world.channel.id}/" in text_of(line)
    assert str(card.id) not in text_of(line)
    assert "The lamp of the lighthouse draws 40 kW" in text_of(line)
    assert labels_of(line) == ["Right", "Wrong"]
    with without_rights():
        refused = await world.chief.click(line, label="Wrong")
    assert MODERATORS_ONLY in text_of(refused.followups[0].message)
    await world.chief.click(line, label="Wrong")
    assert [label.right for label in labelled(world)] == [False]
    (line,) = world.cards(told)
    assert f"wrong, says <@{world.chief.id}>" in text_of(line)
    await world.chief.click(line, label="Right")
    assert [label.right for label in labelled(world)] == [True]


async def test_an_answer_about_three_claims_is_reported_with_buttons_for_each(world, told):
    claims = {claim.id: claim for claim in world.touchstone.base.claims(world.guild.id)[:3]}
    place = (world.guild.id, world.channel.id, 1, world.alice.id)
    world.touchstone.answers.take(*place, list(claims), timedelta(0))
    record = world.touchstone.answers.answer(world.channel.id, 1)
    replies = [LabelledReply(world.channel.id, 1, claim, 0.9) for claim in claims]
    await log_answer(world.env.bot, Report(record, replies, claims), told.id)
    (line,) = world.cards(told)
    assert labels_of(line) == ["Right 1", "Wrong 1", "Right 2", "Wrong 2", "Right 3", "Wrong 3"]


async def test_over_the_budget_replies_become_hints_and_moderators_are_told_once(world, told):
    change(world, budget=1, moderators_channel=told.id, cooldown_hours=0)
    for text in (CRANE, LAMP, FERRY, CRANE):
        await world.alice.send(world.channel, text)
    assert len(world.cards()) == 1
    assert len(world.reactions()) == 3
    (notice,) = world.cards(told)
    assert "The budget of 1 per 1,000 messages is used up" in notice.content


@pytest.mark.parametrize("error", [aiohttp.ServerDisconnectedError, TimeoutError])
async def test_a_card_and_a_hint_stand_also_where_moderators_cannot_be_told(world, told, lose, error):
    change(world, budget=1, moderators_channel=told.id, answer_log=True, cooldown_hours=0)
    lose("POST", f"/channels/{told.id}/messages", error=error)
    await world.alice.send(world.channel, CRANE)
    await world.alice.send(world.channel, LAMP)
    assert not world.env.errors
    assert len(world.cards()) == 1
    assert len(world.reactions()) == 1


async def test_a_button_ticks_the_claim_beside_it_also_where_less_is_kept_of_the_answer(world, told):
    change(world, moderators_channel=told.id, answer_log=True)
    first, second = sorted(claim.id for claim in world.touchstone.base.claims())[:2]
    place, touchstone = (world.guild.id, world.channel.id, 1, world.alice.id), world.touchstone
    touchstone.answers.take(*place, [first, second], timedelta(0))
    touchstone.answers.posted(world.channel.id, 1, 2)
    matches = (Match(name, 0.9, "asserts", "wording", action="reply") for name in (first, second))
    touchstone.sightings.record(*place, Finding("both", "en", "reply", tuple(matches)), "reply")
    await log_answer(world.env.bot, Answerer(touchstone).report(*place[:3]), told.id)
    (line,) = world.cards(told)
    assert labels_of(line) == ["Right 1", "Wrong 1", "Right 2", "Wrong 2"]
    with touchstone.base.database.writing() as session:
        session.connection().execute(delete(Sighting).where(col(Sighting.claim) == first))
    (gone,) = (await world.chief.click(line, label="Right 1")).followups
    assert gone.message.content == "Nothing is kept of this answer any more."
    await world.chief.click(line, label="Wrong 2")
    assert [(label.claim, label.right) for label in labelled(world)] == [(second, False)]
    (line,) = world.cards(told)
    assert labels_of(line) == ["Right 2", "Wrong 2"]
    await world.chief.click(line, label="Right 2")
    assert [(label.claim, label.right) for label in labelled(world)] == [(second, True)]


async def test_an_answer_that_was_refused_costs_no_budget(world):
    change(world, budget=1, cooldown_hours=0)
    world.env.inject_error("POST", f"/channels/{world.channel.id}/messages", status=400, code=50035)
    await world.alice.send(world.channel, CRANE)
    assert world.cards() == []
    await world.alice.send(world.channel, LAMP)
    assert len(world.cards()) == 1


async def test_the_channel_is_chosen_in_the_setup_and_the_report_with_it(world, told):
    everything = discord.Permissions(administrator=True)
    role = world.guild.create_role("admin", permissions=everything)
    admin = world.guild.add_member(world.env.create_user("admin"), roles=[role])
    change(world, setup_step="told")
    settings = world.touchstone.servers.settings
    message = (await admin.slash(world.channel, "setup")).response.message
    assert "Report every answer there" not in labels_of(message)
    message = (await admin.select(message, [told], custom_id="ts:setup-told")).response.message
    assert settings(world.guild.id).moderators_channel == told.id
    message = (await admin.click(message, label="Report every answer there")).response.message
    assert settings(world.guild.id).answer_log is True
    await admin.click(message, label="Do not report every answer there")
    assert settings(world.guild.id).answer_log is None
