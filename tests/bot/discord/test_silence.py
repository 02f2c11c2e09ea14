"""Whom the bot leaves alone, where it is quiet for a while, and that moderators see why."""

import discord
import pytest

from claims.store.server_settings import MessageRules
from tests.bot.discord.world import CRANE, CRANE_TW, FERRY, MODERATORS_ONLY, SEALS, text_of
from tests.claims.people import administrator

MENU = "Check this message"


async def why(world, said, channel=None) -> str:
    return text_of(await world.chief.context_menu(channel or world.channel, MENU, said))


async def test_a_member_who_does_not_want_to_be_answered_is_left_alone_until_that_is_taken_back(world):
    shown = text_of(await world.alice.slash(world.channel, "ignore-me"))
    assert shown.startswith("I no longer answer you")
    said = await world.alice.send(world.channel, CRANE)
    assert not world.cards()
    assert not world.touchstone.base.database.file.read_bytes().count(str(said.id).encode())
    assert "who has asked for it" in await why(world, said)
    await world.bob.send(world.channel, SEALS)
    assert len(world.cards()) == 1
    await world.alice.slash(world.channel, "ignore-me", ignore="no")
    await world.alice.send(world.channel, CRANE)
    assert len(world.cards()) == 2


async def test_the_wish_outlives_that_the_member_is_forgotten(world):
    await world.alice.slash(world.channel, "ignore-me")
    await world.alice.slash(world.channel, "forget-me")
    await world.alice.send(world.channel, CRANE)
    assert not world.cards()


async def test_an_edit_into_a_claim_is_left_alone_too(world):
    await world.alice.slash(world.channel, "ignore-me")
    said = await world.alice.send(world.channel, "good morning everybody, coffee is ready")
    await world.alice.edit(said, CRANE)
    assert not world.cards()


async def test_moderators_leave_a_member_alone_and_see_how_many(world):
    shown = text_of(await world.chief.slash(world.channel, "touchstone exempt", who=world.alice))
    assert f"I now leave the messages of <@{world.alice.id}> alone" in shown
    assert "Members whom I leave alone: 1." in shown
    said = await world.alice.send(world.channel, CRANE)
    assert not world.cards()
    assert "because moderators have said so" in await why(world, said)
    again = text_of(await world.chief.slash(world.channel, "touchstone exempt", who=world.alice))
    assert f"I answer <@{world.alice.id}> again." in again
    await world.alice.send(world.channel, CRANE)
    assert len(world.cards()) == 1


async def test_moderators_leave_a_role_alone(world):
    role = world.guild.create_role("guests")
    guest = world.guild.add_member(world.env.create_user("guest"), roles=[role])
    shown = text_of(await world.chief.slash(world.channel, "touchstone exempt", who=role))
    assert f"Roles that I leave alone: <@&{role.id}>." in shown
    said = await guest.send(world.channel, CRANE)
    assert not world.cards()
    assert "by a role" in await why(world, said)
    assert f"- Roles that I leave alone: <@&{role.id}>" in text_of(
        await world.chief.slash(world.channel, "touchstone settings")
    )
    await world.chief.slash(world.channel, "touchstone exempt", who=role)
    assert world.touchstone.servers.settings(world.guild.id).exempt_roles == ()


async def test_of_two_moderators_who_leave_roles_alone_at_once_neither_undoes_the_other(world, monkeypatch):
    first, second = (world.guild.create_role(name).id for name in ("guests", "poets"))
    servers, setup = world.touchstone.servers, world.touchstone.moderation.setup
    plain, waiting = servers.settings, [second]

    def meanwhile(server):
        found = plain(server)
        if waiting:
            roles = (*found.exempt_roles, waiting.pop())
            setup.change(administrator(server), exempt_roles=roles)
        return found

    monkeypatch.setattr(servers, "settings", meanwhile)
    await world.chief.slash(world.channel, "touchstone exempt", who=world.guild.roles["guests"])
    assert set(plain(world.guild.id).exempt_roles) == {first, second}


async def test_who_is_left_alone_can_be_looked_up_and_members_may_not(world):
    shown = text_of(await world.chief.slash(world.channel, "touchstone exempt"))
    assert shown.splitlines()[:2] == ["Roles that I leave alone: nobody.", "Members whom I leave alone: 0."]
    refused = await world.alice.slash(world.channel, "touchstone exempt", who=world.bob)
    assert text_of(refused) == MODERATORS_ONLY
    assert world.touchstone.moderation.exemptions.count(world.guild.id) == 0
    assert world.env.errors


async def test_a_snoozed_channel_says_nothing_and_counts_on(world):
    other = world.guild.create_text_channel("other")
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), other.id, "on")
    shown = text_of(await world.chief.slash(world.channel, "touchstone snooze", hours=2, channel=world.channel))
    assert f"I say nothing in <#{world.channel.id}> until <t:" in shown
    said = await world.alice.send(world.channel, CRANE)
    await world.alice.send(other, SEALS)
    assert (len(world.cards()), len(world.reactions()), len(world.cards(other))) == (0, 0, 1)
    assert "I am snoozed here until " in await why(world, said)
    assert "quiet until <t:" in text_of(await world.chief.slash(world.channel, "status"))
    await world.chief.slash(world.channel, "touchstone snooze", hours=0, channel=world.channel)
    await world.alice.send(world.channel, FERRY)
    assert len(world.reactions()) + len(world.cards()) == 1


async def test_a_whole_server_is_snoozed_and_status_says_so(world):
    await world.chief.slash(world.channel, "touchstone snooze", hours=1.5)
    await world.alice.send(world.channel, CRANE)
    assert not world.cards()
    assert "I am quiet in the whole server until <t:" in text_of(await world.chief.slash(world.channel, "status"))
    rules = world.touchstone.servers.rules(world.guild.id, world.channel.id, world.alice.id)
    assert rules.heard_as == "snoozed"
    assert rules != MessageRules("on")


async def test_hours_out_of_range_are_refused_with_the_field(world):
    shown = text_of(await world.chief.slash(world.channel, "touchstone snooze", hours=1000))
    assert shown == "Hours: 1000 is out of range. Give 0 to 720 hours; 0 ends it."
    assert world.env.errors


async def test_a_channel_has_a_cut_off_of_its_own(world):
    shown = text_of(
        await world.chief.slash(
            world.channel, "touchstone settings", channel=world.channel, cut_off=1, cooldown_hours=2
        )
    )
    assert f"- <#{world.channel.id}>: answers · cool-down 2 hours · cut-off 1" in shown
    await world.alice.send(world.channel, f"somebody told me that {CRANE.lower()} or so, I think")
    assert not world.cards()
    settings = world.touchstone.servers.settings(world.guild.id)
    assert (settings.cut_off, settings.cooldown_hours) == (None, None)
    await world.chief.slash(world.channel, "touchstone settings", channel=world.channel, back_to_default="cut_off")
    assert world.touchstone.servers.channel_settings(world.guild.id)[world.channel.id].cut_off is None
    await world.bob.send(world.channel, f"somebody told me that {CRANE.lower()} or so, I think")
    assert len(world.cards()) == 1


async def test_a_channel_has_a_cool_down_of_its_own(world):
    await world.chief.slash(world.channel, "touchstone settings", channel=world.channel, cooldown_hours=0)
    await world.alice.send(world.channel, CRANE)
    await world.bob.send(world.channel, CRANE)
    assert len(world.cards()) == 2


async def test_what_a_channel_cannot_have_is_refused_in_words(world):
    shown = text_of(await world.chief.slash(world.channel, "touchstone settings", channel=world.channel, budget=2.0))
    assert shown == "A channel has a cool-down and a cut-off of its own, and nothing else."
    assert world.touchstone.servers.settings(world.guild.id).budget is None


async def test_moderators_are_told_how_long_the_bot_is_quiet_and_which_right_it_lacks(world):
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, times=None)
    said = await world.alice.send(world.channel, CRANE)
    channel = world.env.bot.get_channel(world.channel.id)
    await channel.set_permissions(channel.guild.me, send_messages_in_threads=False)
    shown = await why(world, said)
    assert "Discord has refused my messages in this channel; I am quiet until " in shown
    assert "I lack rights in this channel: Send Messages in Threads." in shown
    status = text_of(await world.chief.slash(world.channel, "status"))
    assert f"Discord has refused me in <#{world.channel.id}>: I am quiet there until <t:" in status
    assert "  - I lack rights there: Send Messages in Threads." in status


async def test_in_a_thread_the_settings_of_its_channel_are_in_force_and_the_rights_of_threads_are_asked(world):
    thread = await world.thread()
    said = await world.alice.send(thread, CRANE)
    channel = world.env.bot.get_channel(world.channel.id)
    await channel.set_permissions(channel.guild.me, send_messages=False)

    async def shown():
        return text_of(await world.chief.context_menu(thread, "Check this message", said))

    assert "the card stands" in await shown()
    assert "I lack rights" not in await shown()
    await channel.set_permissions(channel.guild.me, send_messages_in_threads=False)
    assert "I lack rights in this channel: Send Messages in Threads." in await shown()
    await world.archive(thread)
    assert "I do not read along" not in await shown()
    await world.chief.slash(world.channel, "touchstone watch", mode="off")
    assert "I do not read along" in await shown()


async def test_of_a_hint_that_went_with_its_claim_moderators_are_told_that_there_is_no_second_one(world):
    said = await world.alice.send(world.channel, f"||{CRANE}||")
    await world.alice.edit(said, "good morning everybody, coffee is ready")
    await world.alice.edit(said, f"||{CRANE}||")
    assert len(world.reactions()) == 1
    assert "I left a hint under this message and took it away with the claim" in await why(world, said)


async def test_a_forum_that_refuses_is_not_told_that_it_is_answered_now(world):
    forum = world.guild.create_forum_channel("forum")
    channel = world.env.bot.get_channel(forum.id)
    await channel.set_permissions(channel.guild.me, send_messages_in_threads=False, send_messages=False)
    shown = text_of(await world.chief.slash(world.channel, "touchstone watch", mode="on", channel=forum))
    assert "I now answer" not in shown
    assert "I lack rights there: Send Messages in Threads." in shown


async def test_a_text_that_is_denied_names_its_words(world):
    denied = text_of(await world.chief.slash(world.channel, "check", text=f"No, that is false: {CRANE}"))
    assert "It is read as disputing the claim" in denied


async def test_moderators_read_the_words_of_a_denial_in_their_script_and_with_its_marks(world, in_language):
    in_language(discord.Locale.taiwan_chinese)
    shown = text_of(await world.chief.slash(world.channel, "check", text=f"不對，說{CRANE_TW}是假的"))
    assert "依據是「不對" in shown
    assert "共同的詞：港口、吊車、" in shown
    assert "不对" not in shown
    assert "（英文）" in shown


async def test_moderators_are_told_that_reports_have_made_the_bot_more_careful(world):
    await world.bob.click(await world.card(), label="Not what I said")
    other = world.guild.create_text_channel("other")
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), other.id, "on")
    said = await world.alice.send(other, CRANE)
    shown = await why(world, said, other)
    assert "By its text I would only leave a hint." in shown
    assert "After reports by members I am more careful about the claim in this server: </queue:" in shown


@pytest.mark.parametrize("name", ["touchstone", "claims", "queue", "history", "status", "trends", "backtest", "digest"])
async def test_discord_shows_moderators_commands_to_those_who_may_manage_the_server(world, name):
    registered = {command["name"]: command for command in world.env.backend.commands[None].values()}
    assert int(registered[name]["default_member_permissions"]) == discord.Permissions(manage_guild=True).value


async def test_members_see_only_their_commands(world):
    elsewhere = world.env.create_guild("elsewhere")
    channel = elsewhere.create_text_channel("general")
    member = elsewhere.add_member(world.env.create_user("member"))
    assert set(member.available_commands(channel)) == {
        "about", "browse", "check", "forget-me", "ignore-me", "privacy", "propose"
    }  # fmt: skip
    manager = elsewhere.add_member(
        world.env.create_user("manager"),
        roles=[elsewhere.create_role("managers", permissions=discord.Permissions(manage_guild=True))],
    )
    assert {"touchstone exempt", "claims find", "status"} <= set(manager.available_commands(channel))


async def test_commands_in_texts_can_be_clicked(world, in_language):
    registered = {command["name"]: command for command in world.env.backend.commands[None].values()}
    number = registered["touchstone"]["id"]
    shown = text_of(await world.chief.slash(world.channel, "touchstone snooze", hours=1))
    assert f"</touchstone snooze:{number}> with 0 hours" in shown
    in_language(discord.Locale.taiwan_chinese)
    shown = text_of(await world.chief.slash(world.channel, "touchstone snooze", hours=1))
    assert f"</touchstone snooze:{number}>（/試金石 暫停發言）" in shown


async def test_forms_show_commands_as_they_are_typed(world):
    form = await world.chief.slash(world.channel, "claims new")
    assert "</" not in str(form.modal)


async def test_moderators_see_that_the_budget_is_used_up(world):
    world.touchstone.moderation.setup.change(administrator(world.guild.id), budget=0.1)
    await world.alice.send(world.channel, CRANE)
    said = await world.alice.send(world.channel, SEALS)
    assert (len(world.cards()), len(world.reactions())) == (1, 1)
    assert "The budget of 0.1 per 1,000 messages is used up" in await why(world, said)
    world.touchstone.moderation.setup.change(administrator(world.guild.id), budget=500)
    assert "budget" not in await why(world, said)


async def test_moderators_see_that_a_claim_stands_in_a_spoiler(world):
    hidden = await world.alice.send(world.channel, f"||{CRANE}||")
    shown = await world.alice.send(world.channel, f"{SEALS} ||and more||")
    assert "It says the claim in a spoiler: a hint at most." in await why(world, hidden)
    assert "spoiler" not in await why(world, shown)


async def test_moderators_see_which_claim_a_silent_message_came_near(world):
    said = await world.alice.send(world.channel, "old harbour, 1920")
    assert "The nearest claim: “The old harbour crane was built in 1920”." in await why(world, said)
