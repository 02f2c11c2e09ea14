"""Keeping a message: the label, and its author, who is told at once and can delete it."""

import discord
import pytest
from sqlmodel import select

from bot.discord import create_bot
from claims.store.tables import Example
from config.errors import NotAllowedError
from tests.bot.discord.world import MODERATORS_ONLY, SILENT, labels_of, text_of
from tests.claims.people import administrator

MENU = "Keep as example"
SAID = "people say the old crane is from the twenties"
CLAIM = "crane-built-1920"


@pytest.fixture
def kept(world):
    """What is kept of the server."""

    def read():
        with world.touchstone.base.database.reading() as session:
            return [(row.text, row.claim, row.makes_claim) for row in session.scalars(select(Example))]

    return read


@pytest.fixture
async def said(world):
    """A message of alice's, in a channel where the bot itself stays out."""
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), world.channel.id, "off")
    return await world.alice.send(world.channel, SAID)


async def keep(world, said, label: str):
    """Choose a label in the menu of the message."""
    asked = await world.chief.context_menu(world.channel, MENU, said)
    text_of(asked)
    return await world.chief.select(asked.response.message, [label])


def letters(person) -> list[discord.Message]:
    return list(person.user.dm_channel.history())


async def test_a_forwarded_message_is_kept_with_its_words(world, said, kept):
    forwarded = await world.bob.forward(said, world.channel)
    await keep(world, forwarded, f"yes:{CLAIM}")
    assert kept() == [(SAID, CLAIM, True)]


async def test_the_claims_found_in_the_message_are_offered_and_none_of_them(world, said):
    asked = await world.chief.context_menu(world.channel, MENU, said)
    assert "Its author is told at once" in text_of(asked)
    (menu,) = [each for row in asked.response.message.components[0].children for each in getattr(row, "children", [])]
    assert [option.label for option in menu.options] == [
        "Makes it: The old harbour crane was built in 1920",
        "Does not make it: The old harbour crane was built in 1920",
        "None of the known claims",
    ]


@pytest.mark.parametrize(
    ("label", "row", "says"),
    [
        (f"yes:{CLAIM}", (SAID, CLAIM, True), "that makes the claim “The old harbour crane was built in 1920”"),
        (f"no:{CLAIM}", (SAID, CLAIM, False), "that does not make the claim “The old harbour crane was built in 1920”"),
        ("-", (SAID, "", False), "that makes none of the claims I know"),
    ],
)
async def test_it_is_kept_with_the_label_and_its_author_is_told_directly(world, said, kept, label, row, says):
    done = await keep(world, said, label)
    assert text_of(done) == "Kept as example 1. Its author has been told."
    assert kept() == [row]
    (letter,) = letters(world.alice)
    assert says in text_of(letter)
    assert said.jump_url in text_of(letter)
    assert f"> {SAID}" in text_of(letter)
    assert labels_of(letter) == ["Delete it"]
    assert world.cards() == []


async def test_the_author_deletes_it_from_the_direct_message_also_after_a_restart(world, said, kept, settings):
    await keep(world, said, "-")
    (letter,) = letters(world.alice)
    await world.env.restart_bot(create_bot(settings, world.touchstone))
    await world.alice.user.click(letter, label="Delete it")
    assert kept() == []
    (letter,) = letters(world.alice)
    assert text_of(letter) == "Deleted: the message is no longer kept."
    assert SAID not in text_of(letter)


async def test_the_button_says_so_where_a_moderator_has_deleted_it_before(world, said):
    await keep(world, said, "-")
    await world.chief.click(
        (await world.chief.slash(world.channel, "touchstone examples")).response.message, label="Delete 1"
    )
    (letter,) = letters(world.alice)
    await world.alice.user.click(letter, label="Delete it")
    assert text_of(letters(world.alice)[0]) == "The message is not kept any more."


async def test_where_direct_messages_are_closed_the_author_is_told_in_the_channel_without_a_ping(world, said, kept):
    closed(world)
    await keep(world, said, "-")
    (notice,) = world.cards()
    assert notice.reference.message_id == said.id
    assert world.sent()[-1]["allowed_mentions"] == SILENT
    for person in (world.bob, world.mod):
        (refusal,) = (await person.click(notice, label="Delete it")).followups
        assert (refusal.message.content, refusal.message.flags.ephemeral) == (MODERATORS_ONLY, True)
    assert kept()
    await world.alice.click(notice, label="Delete it")
    assert kept() == []
    assert text_of(world.cards()[0]) == "Deleted: the message is no longer kept."


async def test_where_no_word_reaches_the_author_nothing_is_kept(world, said, kept):
    closed(world)
    world.env.inject_error("POST", f"/channels/{world.channel.id}/messages", status=403, code=50013)
    assert text_of(await keep(world, said, "-")).startswith("Not kept: I could not tell its author")
    assert kept() == []


async def test_where_the_connection_is_lost_while_the_author_is_told_nothing_is_kept(world, said, kept, lose):
    lose("POST", f"/channels/{world.alice.user.dm_channel.id}/messages")
    assert text_of(await keep(world, said, "-")).startswith("Discord did not take my answer.")
    assert kept() == []


async def test_a_label_of_which_the_author_could_not_be_told_leaves_the_one_before(world, said, kept):
    await keep(world, said, f"yes:{CLAIM}")
    closed(world)
    world.env.inject_error("POST", f"/channels/{world.channel.id}/messages", status=403, code=50013)
    assert text_of(await keep(world, said, f"no:{CLAIM}")).startswith("Not kept: I could not tell its author")
    assert kept() == [(SAID, CLAIM, True)]


async def test_the_words_are_those_that_stand_there_when_it_is_kept(world, said, kept):
    asked = await world.chief.context_menu(world.channel, MENU, said)
    await world.alice.edit(said, "good morning")
    await world.chief.select(asked.response.message, ["-"])
    assert kept() == [("good morning", "", False)]


async def test_a_message_that_is_gone_is_not_kept(world, said, kept):
    asked = await world.chief.context_menu(world.channel, MENU, said)
    await world.alice.delete(said)
    assert text_of(await world.chief.select(asked.response.message, ["-"])) == "That message is gone."
    assert kept() == []


async def test_a_claim_that_is_not_found_in_it_is_named_in_the_command(world, said, kept):
    shown = await world.chief.slash(
        world.channel, "touchstone keep", message=said.jump_url, claim="seals", makes_claim=False
    )
    assert text_of(shown) == "Kept as example 1. Its author has been told."
    ((_, claim, makes),) = kept()
    assert claim.startswith("seals")
    assert not makes
    choices = await world.chief.autocomplete(world.channel, "touchstone keep", "claim", "seal")
    assert [choice["value"] for choice in choices] == [claim]


@pytest.mark.parametrize("link", ["", "https://example.org", "https://discord.com/channels/1/2/3"])
async def test_a_link_that_is_none_of_this_server_is_refused(world, kept, link):
    options = {"message": link or "x", "claim": "seals", "makes_claim": True}
    assert text_of(await world.chief.slash(world.channel, "touchstone keep", **options)).startswith("That is no link")
    assert kept() == []


async def test_only_members_messages_can_be_kept(world, kept):
    card = await world.card()
    options = {"message": card.jump_url, "claim": "seals", "makes_claim": True}
    shown = await world.chief.slash(world.channel, "touchstone keep", **options)
    assert text_of(shown) == "Only messages of members can be kept."
    assert kept() == []
    assert world.env.errors


async def test_only_moderators_keep_and_the_right_is_asked_again(world, said, kept, without_rights):
    assert text_of(await world.mod.context_menu(world.channel, MENU, said)) == MODERATORS_ONLY
    options = {"message": said.jump_url, "claim": "seals", "makes_claim": True}
    assert text_of(await world.alice.slash(world.channel, "touchstone keep", **options)) == MODERATORS_ONLY
    asked = await world.chief.context_menu(world.channel, MENU, said)
    with without_rights():
        assert text_of(await world.chief.select(asked.response.message, ["-"])) == MODERATORS_ONLY
    assert kept() == []
    assert letters(world.alice) == []
    assert {type(error.original) for error in world.env.errors} == {NotAllowedError}


@pytest.mark.parametrize(
    ("language", "says"), [("zh-Hans", "管理员保存了你的一条消息"), ("zh-Hant", "管理員保存了你的一則訊息")]
)
async def test_the_author_is_told_in_the_language_of_the_server(world, said, language, says):
    world.touchstone.moderation.setup.change(administrator(world.guild.id), language=language)
    await keep(world, said, "-")
    assert says in text_of(letters(world.alice)[0])


@pytest.mark.parametrize(
    ("locale", "says"),
    [(discord.Locale.chinese, "作者会立刻得到通知"), (discord.Locale.taiwan_chinese, "作者會立刻得到通知")],
)
async def test_the_moderator_is_asked_in_the_language_of_the_client(world, said, in_language, locale, says):
    in_language(locale)
    assert says in text_of(await world.chief.context_menu(world.channel, MENU, said))


async def test_forget_me_deletes_it(world, said, kept):
    await keep(world, said, "-")
    await world.alice.slash(world.channel, "forget-me")
    assert kept() == []


def closed(world) -> None:
    """Let Discord refuse direct messages to alice."""
    letter_box = world.alice.user.dm_channel.id
    world.env.inject_error("POST", f"/channels/{letter_box}/messages", status=403, code=50007, times=None)


async def test_a_link_with_another_servers_channel_is_refused_in_words(world):
    elsewhere = world.env.create_guild("elsewhere").create_text_channel("secret")
    link = f"https://discord.com/channels/{world.guild.id}/{elsewhere.id}/1456074443980800001"
    shown = await world.chief.slash(
        world.channel, "touchstone keep", message=link, claim="crane-built-1920", makes_claim=True
    )
    assert text_of(shown) == "That is no channel of this server."
    assert [type(error.original) for error in world.env.errors] == [NotAllowedError]
