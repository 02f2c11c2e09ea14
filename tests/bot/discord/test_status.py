"""`/status`: what moderators see of how the bot is doing."""

import discord
import pytest

from claims.store.tables import ClaimOverride
from config.errors import NotAllowedError
from tests.bot.discord.world import CRANE, MODERATORS_ONLY, text_of


async def test_counts_speed_revision_and_channels_are_shown(world):
    card = await world.card()
    await world.alice.send(world.channel, "good morning")
    await world.bob.click(card, label="Not what I said")
    shown = text_of(await world.chief.slash(world.channel, "status"))
    assert ": 2." in shown
    assert "Last 7 days: replies 1, offers 0, reports by members 1." in shown
    assert f"Claim base: revision {world.touchstone.base.revision}, 4 claims." in shown
    assert f"- <#{world.channel.id}>: answers" in shown
    assert " ms, Discord's answer" in shown
    assert "No claim is paused." in shown


async def test_paused_claims_are_named(world):
    with world.touchstone.base.database.writing() as session:
        now = world.touchstone.base.clock()
        session.add(ClaimOverride(server=world.guild.id, claim="crane-built-1920", paused=True, changed_at=now))
    shown = text_of(await world.chief.slash(world.channel, "status"))
    assert f"Paused after reports by members:\n- {CRANE}" in shown


async def test_a_channel_that_was_deleted_is_no_longer_listed(world):
    await world.env.bot.get_channel(world.channel.id).delete()
    await world.env.settle()
    elsewhere = world.guild.create_text_channel("elsewhere")
    shown = text_of(await world.chief.slash(elsewhere, "status"))
    assert "I read along in no channel." in shown
    assert str(world.channel.id) not in shown


async def test_members_are_refused(world):
    shown = await world.alice.slash(world.channel, "status")
    assert text_of(shown) == MODERATORS_ONLY
    assert [type(error.original) for error in world.env.errors] == [NotAllowedError]


@pytest.mark.parametrize(
    ("locale", "says"),
    [(discord.Locale.chinese, "没有暂停的说法。"), (discord.Locale.taiwan_chinese, "沒有暫停的說法。")],
)
async def test_the_answer_is_in_the_language_of_the_client(world, in_language, locale, says):
    in_language(locale)
    assert says in text_of(await world.chief.slash(world.channel, "status"))
