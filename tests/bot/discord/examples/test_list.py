"""`/touchstone examples`: pages, deleting, and the file."""

import discord
import pytest

from bot.discord import create_bot
from checks.evaluation_files import read_labelled
from claims.moderation.examples import KeptMessage
from claims.moderation.rights import Actor
from config.errors import NotAllowedError
from tests.bot.discord.world import MODERATORS_ONLY, text_of

COMMAND = "touchstone examples"


@pytest.fixture
def keep(world):
    """Keep messages, as a moderator would."""
    moderator = Actor(1, world.guild.id, is_administrator=True)

    def put(message: int, text: str, claim: str = "", *, makes: bool = False, server: int | None = None) -> int:
        actor = moderator if server is None else Actor(1, server, is_administrator=True)
        kept = KeptMessage(world.channel.id, message, world.alice.id, text, claim, makes_claim=makes)
        return world.touchstone.moderation.examples.keep(actor, kept).number

    return put


async def test_where_none_is_kept_it_says_how_to_keep_one(world):
    assert "No message is kept." in text_of(await world.chief.slash(world.channel, COMMAND))


async def test_examples_are_shown_with_label_words_and_link_a_page_at_a_time(world, keep):
    keep(11, "the *crane* is from 1920", "crane-built-1920", makes=True)
    for number in range(5):
        keep(20 + number, f"good morning {number}")
    shown = await world.chief.slash(world.channel, COMMAND)
    text = text_of(shown)
    assert text.startswith("### 6 examples\n-# Page 1 of 2")
    assert "**1** Makes it: The old harbour crane was built in 1920\n> the \\*crane\\* is from 1920" in text
    assert f"https://discord.com/channels/{world.guild.id}/{world.channel.id}/11" in text
    turned = await world.chief.click(shown.response.message, label="Next")
    assert "good morning 4" in text_of(turned.response.message)
    assert "crane" not in text_of(turned.response.message)


async def test_words_of_a_channel_are_for_those_who_may_read_it(world, keep):
    keep(11, "words of the board")
    channel = world.env.bot.get_channel(world.channel.id)
    elsewhere, chief = world.guild.create_text_channel("elsewhere"), world.guild.roles["chief"].id
    await channel.set_permissions(channel.guild.get_role(chief), view_channel=False)
    told = "-# 1 example is not listed: you may not read its channel."
    assert text_of(await world.chief.slash(elsewhere, COMMAND)) == told
    await channel.set_permissions(channel.guild.get_role(chief), overwrite=None)
    assert "words of the board" in text_of(await world.chief.slash(elsewhere, COMMAND))


async def test_the_file_has_no_words_of_channels_that_the_person_may_not_read(world, keep):
    keep(11, "words of all")
    elsewhere = world.guild.create_text_channel("elsewhere")
    shown = await world.chief.slash(elsewhere, COMMAND)
    channel = world.env.bot.get_channel(world.channel.id)
    await channel.set_permissions(channel.guild.default_role, view_channel=False)
    sent = await world.chief.click(shown.response.message, label="As a file")
    (attachment,) = sent.response.message.attachments
    assert await attachment.read() == b""
    assert "1 example is not listed" in text_of(sent)


async def test_another_servers_examples_are_not_there(world, keep):
    keep(11, "words of elsewhere", server=77)
    assert "No message is kept." in text_of(await world.chief.slash(world.channel, COMMAND))


async def test_one_is_deleted_and_the_page_shown_again_also_after_a_restart(world, keep, settings):
    keep(11, "one")
    keep(12, "two")
    shown = await world.chief.slash(world.channel, COMMAND)
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    after = await world.chief.click(shown.response.message, label="Delete 1")
    assert "### 1 example\n" in text_of(after.response.message)
    assert "**2** None of the known claims\n> two" in text_of(after.response.message)


async def test_the_file_is_what_an_evaluation_reads(world, keep, tmp_path):
    keep(11, "吊车建于1920年", "crane-built-1920", makes=True)
    keep(11, "吊车建于1920年", "lighthouse-40-kw")
    keep(12, "the lamp again", "lighthouse-40-kw")
    shown = await world.chief.slash(world.channel, COMMAND)
    sent = await world.chief.click(shown.response.message, label="As a file")
    assert "touchstone evaluate messages" in text_of(sent)
    (attachment,) = sent.response.message.attachments
    file = tmp_path / attachment.filename
    file.write_bytes(await attachment.read())
    first, second = read_labelled(file)
    assert (first.id, first.text, first.language) == ("11", "吊车建于1920年", "zh")
    assert (first.claims, first.stance) == ({"crane-built-1920"}, "asserts")
    assert (second.claims, second.stance) == (frozenset(), "none")


async def test_members_are_refused_and_the_right_is_asked_again_at_every_button(world, keep, without_rights):
    keep(11, "one")
    assert text_of(await world.mod.slash(world.channel, COMMAND)) == MODERATORS_ONLY
    assert [type(error.original) for error in world.env.errors] == [NotAllowedError]
    for number in range(5):
        keep(20 + number, "more")
    shown = await world.chief.slash(world.channel, COMMAND)
    for label in ("Delete 1", "Next", "As a file"):
        with without_rights():
            refused = await world.chief.click(shown.response.message, label=label)
        answers = [each.message for each in (refused.response, *refused.followups) if each]
        assert MODERATORS_ONLY in [answer.content for answer in answers]
    assert "### 6 examples" in text_of(await world.chief.slash(world.channel, COMMAND))


@pytest.mark.parametrize(
    ("locale", "says"), [(discord.Locale.chinese, "1个例子"), (discord.Locale.taiwan_chinese, "1個範例")]
)
async def test_the_list_is_in_the_language_of_the_client(world, keep, in_language, locale, says):
    keep(11, "one")
    in_language(locale)
    assert says in text_of(await world.chief.slash(world.channel, COMMAND))
