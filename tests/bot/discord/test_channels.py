"""What those who manage a server can set, and that nobody else can."""

import discord
import pytest
import simcord.interactions

from config.errors import NotAllowedError
from tests.bot.discord.world import CRANE, CRANE_ZH, MODERATORS_ONLY, text_of
from tests.claims.people import administrator


async def test_a_manager_switches_a_channel_on_to_hints_and_off(world):
    other = world.guild.create_text_channel("other")
    for mode, says in (
        ("on", f"I now answer known claims in <#{other.id}>."),
        ("hint", f"In <#{other.id}> I now only leave a small reaction; whoever clicks it gets the answer."),
        ("off", f"I no longer read along in <#{other.id}>."),
    ):
        assert text_of(await world.chief.slash(other, "touchstone watch", mode=mode)) == says
        assert world.touchstone.servers.channels(world.guild.id).get(other.id, "off") == mode


async def test_another_channel_can_be_named(world):
    other = world.guild.create_text_channel("other")
    await world.chief.slash(world.channel, "touchstone watch", mode="on", channel=other)
    await world.alice.send(other, CRANE)
    assert len(world.cards(other)) == 1


async def test_what_the_bot_lacks_in_the_channel_is_named(world):
    secret = world.guild.create_text_channel("secret")
    channel = world.env.bot.get_channel(secret.id)
    await channel.set_permissions(channel.guild.me, send_messages=False, add_reactions=False)
    shown = text_of(await world.chief.slash(secret, "touchstone watch", mode="on"))
    assert "I lack rights there: Send Messages, Add Reactions." in shown


async def test_watch_in_a_thread_means_its_channel(world):
    shown = text_of(await world.chief.slash(await world.thread(), "touchstone watch", mode="off"))
    assert "this holds for the channel and all of its threads" in shown
    assert world.touchstone.servers.channels(world.guild.id).get(world.channel.id, "off") == "off"


async def test_switching_on_again_ends_the_quiet_after_a_refusal(world):
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
    await world.alice.send(world.channel, CRANE)
    await world.chief.slash(world.channel, "touchstone watch", mode="on")
    await world.alice.send(world.channel, CRANE)
    assert len(world.cards()) == 1


@pytest.mark.parametrize("by_role", [False, True])
@pytest.mark.parametrize("in_thread", [False, True])
async def test_a_right_that_is_given_back_ends_the_quiet_as_well(world, by_role, in_thread):
    place = await world.thread() if in_thread else world.channel
    channel = world.env.bot.get_channel(world.channel.id)
    right = {"send_messages_in_threads" if in_thread else "send_messages": False}
    other = await channel.guild.create_role(name="loud", permissions=discord.Permissions.none())
    await channel.set_permissions(channel.guild.me, **right)
    await world.alice.send(place, CRANE)
    await channel.set_permissions(channel.guild.default_role, add_reactions=False)
    assert world.env.bot.backoff.holds(place.id)
    if by_role:
        # What is given otherwise than in the channel itself: here by a role that may do more than before.
        await other.edit(permissions=discord.Permissions(send_messages=True))
    else:
        await channel.set_permissions(channel.guild.me, overwrite=None)
    await world.env.settle()
    assert not world.env.bot.backoff.holds(place.id)


async def test_a_role_whose_rights_lie_in_the_channel_alone_ends_the_quiet_also_where_the_pause_is_over(world):
    bot, now = world.env.bot, [0.0]
    channel, told = bot.get_channel(world.channel.id), []
    other = bot.get_channel(world.guild.create_text_channel("quay").id)
    role = await channel.guild.create_role(name="speaker", permissions=discord.Permissions.none())
    await channel.set_permissions(role, send_messages=True)
    await world.env.settle()
    bot.backoff.clock = lambda: now[0]
    for each in (channel, other):
        bot.backoff.refused(each.id, "not here")
    now[0] = 24 * 3600.0
    bot.backoff.refused(other.id, "nor here")

    async def tell() -> None:
        told.append(bot.backoff.refusing)

    bot.add_listener(tell, "on_stale_card")
    me = channel.guild.me
    # Discord tells bots of their own roles without the intent for members; the loopback does not.
    update = {"guild_id": channel.guild.id, "user": me._user._to_minimal_user_json(), "roles": [role.id]}
    bot._connection.parse_guild_member_update(update)
    await world.env.settle()
    assert told == [()]


async def test_a_manager_sets_the_language_of_public_answers(world):
    await world.chief.slash(world.channel, "touchstone language", language="en")
    await world.alice.send(world.channel, CRANE_ZH)
    (card,) = world.cards()
    assert "The old harbour crane was built in 1920" in text_of(card)


async def test_members_are_refused_and_holders_of_a_chosen_role_are_not(world):
    for person in (world.alice, world.mod):
        assert text_of(await person.slash(world.channel, "touchstone watch", mode="off")) == MODERATORS_ONLY
    assert [type(error.original) for error in world.env.errors] == [NotAllowedError] * 2
    role = world.guild.create_role("checkers")
    checker = world.guild.add_member(world.env.create_user("checker"), roles=[role])
    world.touchstone.moderation.setup.change(administrator(world.guild.id), moderator_roles=(role.id,))
    shown = text_of(await checker.slash(world.channel, "touchstone watch", mode="off"))
    assert shown == f"I no longer read along in <#{world.channel.id}>."


@pytest.mark.parametrize(
    ("command", "options"), [("touchstone watch", {"mode": "off"}), ("touchstone language", {"language": "en"})]
)
async def test_the_right_is_asked_again_where_the_server_has_opened_the_command_to_all(
    world, monkeypatch, command, options
):
    plain = simcord.interactions.base_payload

    def without_rights(*args: object, **more: object):
        record, made = plain(*args, **more)
        made["member"]["permissions"] = "0"
        return record, made

    monkeypatch.setattr(simcord.interactions, "base_payload", without_rights)
    assert text_of(await world.chief.slash(world.channel, command, **options)) == MODERATORS_ONLY
    assert world.touchstone.servers.channels(world.guild.id).get(world.channel.id, "off") == "on"
    assert world.touchstone.servers.settings(world.guild.id).language is None
    assert [type(error.original) for error in world.env.errors] == [NotAllowedError]


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        (discord.Locale.chinese, "从现在起，我在本服务器用英语回答。"),
        (discord.Locale.taiwan_chinese, "從現在起，我在本伺服器用英語回答。"),
    ],
)
async def test_the_manager_is_answered_in_the_language_of_the_client(world, in_language, locale, says):
    in_language(locale)
    assert text_of(await world.chief.slash(world.channel, "touchstone language", language="en")) == says
