"""`/touchstone shadow`: what would have been said, the way to tick it, and a new beginning."""

import discord
import pytest

from bot.discord import create_bot
from config.errors import NotAllowedError
from tests.bot.discord.world import CRANE, FERRY, LAMP, MODERATORS_ONLY, labels_of, shown_by, text_of

COMMAND = "touchstone shadow"
CLEAR = "Delete these counts"

pytestmark = pytest.mark.usefixtures("counted")


@pytest.fixture
async def counted(world):
    """A channel in shadow mode, switched there by command, with five lines of chat and three of two claims."""
    shown = await world.chief.slash(world.channel, "touchstone watch", mode="shadow")
    assert "I now only count what I would say" in text_of(shown)
    for number in range(5):
        await world.alice.send(world.channel, f"good morning number {number}")
    return [await world.alice.send(world.channel, text) for text in (CRANE, CRANE, LAMP)]


async def test_the_report_names_counts_claims_and_links_but_no_text(world, counted):
    shown = text_of(await world.chief.slash(world.channel, COMMAND, days=3))
    assert "### Only counted in all channels, last 3 days\n" in shown
    assert "8 messages of members read." in shown
    assert "Replies: 3, 375.00 per 1,000 messages." in shown
    assert "- The old harbour crane was built in 1920: 2 replies" in shown
    assert "- The lamp of the lighthouse draws 40 kW: 1 reply" in shown
    for message in counted:
        assert f"https://discord.com/channels/{world.guild.id}/{world.channel.id}/{message.id}" in shown
    assert "good morning" not in shown
    assert world.cards() == []


async def test_one_channel_can_be_named(world):
    other = world.guild.create_text_channel("other")
    shown = text_of(await world.chief.slash(world.channel, COMMAND, channel=other))
    assert "Nothing was counted." in shown
    shown = text_of(await world.chief.slash(other, COMMAND, channel=world.channel))
    assert f"### Only counted in <#{world.channel.id}>, last 7 days" in shown


async def test_its_replies_can_be_ticked_also_after_a_restart(world, settings):
    shown = await world.chief.slash(world.channel, COMMAND)
    assert labels_of(shown.response.message) == ["Tick right or wrong", CLEAR]
    assert "cut-off" not in text_of(shown)
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    ticking = await world.chief.click(shown.response.message, label="Tick right or wrong")
    assert "0 of 3 ticked" in text_of(ticking)


@pytest.mark.parametrize("named", [True, False])
async def test_the_counts_can_be_deleted(world, settings, named):
    options = {"channel": world.channel} if named else {}
    shown = await world.chief.slash(world.channel, COMMAND, **options)
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    asked = await world.chief.click(shown.response.message, label=CLEAR)
    place = f"<#{world.channel.id}>" if named else "all channels"
    assert f"I delete what was counted in {place}, for good" in text_of(asked)
    assert "8 messages" in text_of(await world.chief.slash(world.channel, COMMAND))
    done = await world.chief.click(shown_by(asked), label="Confirm")
    assert text_of(shown_by(done)) == "Deleted. Counting begins anew."
    assert "Nothing was counted." in text_of(await world.chief.slash(world.channel, COMMAND))


async def test_members_do_not_see_them_and_the_right_to_delete_them_is_asked_again(world, without_rights):
    assert text_of(await world.mod.slash(world.channel, COMMAND)) == MODERATORS_ONLY
    assert [type(error.original) for error in world.env.errors] == [NotAllowedError]
    asked = await world.chief.click(shown_by(await world.chief.slash(world.channel, COMMAND)), label=CLEAR)
    with without_rights():
        refused = await world.chief.click(shown_by(asked), label="Confirm")
    assert text_of(refused.followups[0].message) == MODERATORS_ONLY
    assert "8 messages" in text_of(await world.chief.slash(world.channel, COMMAND))


@pytest.mark.parametrize(
    ("locale", "says"),
    [(discord.Locale.chinese, "所有频道的只计数结果"), (discord.Locale.taiwan_chinese, "所有頻道的只計數結果")],
)
async def test_the_report_is_in_the_language_of_the_client(world, in_language, locale, says):
    in_language(locale)
    assert says in text_of(await world.chief.slash(world.channel, COMMAND))


async def test_of_channels_that_the_moderator_may_not_read_only_the_number_is_told(world):
    secret = world.guild.create_text_channel("secret")
    await world.chief.slash(secret, "touchstone watch", mode="shadow")
    said = await world.alice.send(secret, FERRY)
    channel = world.env.bot.get_channel(secret.id)
    shown = await world.chief.slash(world.channel, COMMAND)
    assert str(said.id) in text_of(shown)
    await channel.set_permissions(channel.guild.get_role(world.guild.roles["chief"].id), view_channel=False)
    ticking = text_of(await world.chief.click(shown.response.message, label="Tick right or wrong"))
    assert "0 of 3 ticked" in ticking
    assert str(said.id) not in ticking
    shown = text_of(await world.chief.slash(world.channel, COMMAND))
    assert "Replies: 4, 444.44 per 1,000 messages." in shown
    assert "1 reply is not listed" in shown
    assert "ferry" not in shown
    assert str(said.id) not in shown


async def test_a_channel_is_reported_ticked_and_deleted_with_its_threads_and_a_forum_with_its_posts(world):
    forum = world.guild.create_forum_channel("questions")
    await world.chief.slash(world.channel, "touchstone watch", mode="shadow", channel=forum)
    places = [await world.thread(forum), await world.thread()]
    said = [await world.bob.send(thread, text) for thread in places for text in (FERRY, "good night")]
    shown = await world.chief.slash(world.channel, COMMAND, channel=forum)
    assert "2 messages of members read.\nReplies: 1" in text_of(shown)
    ticking = text_of(await world.chief.click(shown.response.message, label="Tick right or wrong"))
    assert "0 of 1 ticked" in ticking
    assert str(said[0].id) in ticking
    shown = await world.chief.slash(world.channel, COMMAND, channel=world.channel)
    assert "10 messages of members read.\nReplies: 4" in text_of(shown)
    await world.chief.click(shown_by(await world.chief.click(shown_by(shown), label=CLEAR)), label="Confirm")
    assert "2 messages of members read.\nReplies: 1" in text_of(await world.chief.slash(world.channel, COMMAND))
