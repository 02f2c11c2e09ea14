"""Checking on request: `/check` and the message menu."""

import discord
import pytest

from claims.moderation.editor import NewClaim
from claims.moderation.rights import Actor
from tests.bot.discord.world import CRANE, CRANE_TW, CRANE_ZH, SEALS, text_of, typed_commands

MENU = "Check this message"


async def test_check_answers_privately_with_claim_points_and_reasons(world):
    shown = text_of(await world.alice.slash(world.channel, "check", text=CRANE))
    assert "The old harbour crane was built in 1920" in shown
    assert "The yearbook dates the crane to 1954" in shown
    assert "Certainty:" in shown
    assert not world.cards()


async def test_check_says_when_it_knows_nothing(world):
    answer = await world.alice.slash(world.channel, "check", text="good morning everybody, coffee is ready")
    nothing, onward = typed_commands(text_of(answer)).splitlines()
    assert nothing == "I see no claim here that I know."
    assert onward == "-# /browse shows what I know; with /propose you put a claim to the moderators."


@pytest.mark.parametrize(
    ("locale", "said", "heading", "nothing"),
    [
        (discord.Locale.chinese, CRANE_ZH, "港口的老吊车建于1920年", "这里没有我认识的说法。"),
        (discord.Locale.taiwan_chinese, CRANE_TW, "港口的老吊車建於1920年", "這裡沒有我認識的說法。"),
    ],
)
async def test_check_answers_in_the_language_of_the_client(world, in_language, locale, said, heading, nothing):
    in_language(locale)
    assert heading in text_of(await world.alice.slash(world.channel, "check", text=said))
    shown = text_of(await world.alice.slash(world.channel, "check", text="good morning, coffee is ready"))
    assert shown.startswith(f"{nothing}\n-# </browse:")


async def test_the_menu_checks_somebody_elses_message_even_where_the_bot_is_off(world):
    other = world.guild.create_text_channel("other")
    said = await world.alice.send(other, CRANE)
    shown = text_of(await world.bob.context_menu(other, MENU, said))
    assert "The old harbour crane was built in 1920" in shown
    assert not world.cards(other)


async def test_the_menu_copes_with_a_message_without_text(world):
    said = await world.alice.send(world.channel, "", attachments=[("cat.png", b"\x89PNG")])
    assert "I see no claim" in text_of(await world.bob.context_menu(world.channel, MENU, said))


async def test_check_works_in_direct_messages(world):
    user = world.env.create_user("carol")
    assert "The old harbour crane" in text_of(await user.slash("check", text=CRANE))


async def test_the_sources_of_a_private_answer_can_be_opened(world):
    answer = await world.alice.slash(world.channel, "check", text=CRANE)
    shown = text_of(await world.alice.click(answer.response.message, label="More"))
    assert "From the harbour's yearbook" in shown


async def test_claims_that_more_has_no_room_for_are_named(world):
    chief = Actor(world.chief.id, world.guild.id, can_manage_server=True)
    titles = (
        "Every gull steals chips from tourists who sit outside cafes",
        "The fishermen of the northern coast pay no dues at all",
    )
    for title in titles:
        new = NewClaim(title, "", "It is not so.", "https://harbour.example/book", publish=True)
        assert len(world.touchstone.moderation.editor.begin(chief, new).claim.id) > 40
    gulls, fishermen = titles
    answer = await world.alice.slash(world.channel, "check", text=f"{gulls}.\n\n{fishermen}.")
    assert "“More” has no room for: The fishermen" in text_of(answer)
    more = text_of(await world.alice.click(answer.response.message, label="More"))
    assert "Every gull" in more
    assert "fishermen" not in more
    alone = text_of(await world.alice.slash(world.channel, "check", text=gulls))
    assert "no room for" not in alone


async def test_check_and_menu_can_be_installed_by_a_single_user(world):
    registered = {command["name"]: command for command in world.env.backend.commands[None].values()}
    for name in ("check", MENU, "about", "privacy", "forget-me", "browse", "propose", "ignore-me"):
        assert registered[name]["integration_types"] == [0, 1]
        assert registered[name]["contexts"] == [0, 1, 2]


async def test_moderators_are_told_which_rule_kept_the_bot_silent_and_members_are_not(world):
    await world.alice.send(world.channel, CRANE)
    again = await world.bob.send(world.channel, CRANE)
    shown = text_of(await world.chief.context_menu(world.channel, MENU, again))
    assert "it cools down until " in shown
    assert "I have taken this message once and said nothing" in shown
    assert "cools down" not in text_of(await world.bob.context_menu(world.channel, MENU, again))


async def test_moderators_are_told_of_channels_that_are_off_and_of_claims_that_are_muted(world):
    other = world.guild.create_text_channel("other")
    said = await world.alice.send(other, CRANE)
    assert "I do not read along in this channel" in text_of(await world.chief.context_menu(other, MENU, said))
    actor = Actor(world.chief.id, world.guild.id, can_manage_server=True)
    world.touchstone.moderation.claim_settings.mute(actor, "crane-built-1920")
    assert "The claim is muted" in text_of(await world.chief.slash(world.channel, "check", text=CRANE))


async def test_a_forwarded_message_is_checked_by_the_menu(world):
    other = world.guild.create_text_channel("other")
    forwarded = await world.bob.forward(await world.alice.send(other, CRANE), other)
    shown = text_of(await world.bob.context_menu(other, MENU, forwarded))
    assert "The old harbour crane was built in 1920" in shown


async def test_moderators_are_told_that_messages_of_bots_are_not_read(world):
    robot = world.guild.add_member(world.env.create_user("robot", bot=True))
    said = await robot.send(world.channel, CRANE)
    assert not world.cards()[1:], "only the robot's own message"
    told = "I read only what members write themselves, and nothing of bots and webhooks."
    assert told in text_of(await world.chief.context_menu(world.channel, MENU, said))
    own = await world.alice.send(world.channel, SEALS)
    assert told not in text_of(await world.chief.context_menu(world.channel, MENU, own))


async def test_an_administrator_may_ask_where_the_bot_is_not(world):
    other = world.guild.create_text_channel("other")
    said = await world.alice.send(other, CRANE)
    bot, server = world.env.bot, world.guild.id
    bot._connection._remove_guild(bot.get_guild(server))
    world.env.inject_error("GET", f"/guilds/{server}/members/*", status=403, code=50001, times=None)
    assert "The old harbour crane was built in 1920" in text_of(await world.chief.context_menu(other, MENU, said))
    assert "The old harbour crane was built in 1920" in text_of(await world.chief.slash(other, "check", text=CRANE))
