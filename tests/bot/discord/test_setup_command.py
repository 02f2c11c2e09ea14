"""`/setup`: step by step, written at once, resumed where it was left, for administrators only."""

import discord
import pytest
import simcord.interactions
from simcord.backend.errors import SetupError

from bot.discord import setup_command
from claims.store.tables import Pack
from config.errors import NotAllowedError
from tests.bot.discord.world import ADMINISTRATORS_ONLY, CRANE, labels_of, text_of, typed_commands
from tests.claims.people import administrator
from tests.templates import load_shipped_packs


@pytest.fixture
def admin(world):
    role = world.guild.create_role("admin", permissions=discord.Permissions(administrator=True))
    return world.guild.add_member(world.env.create_user("admin"), roles=[role])


@pytest.fixture
def chosen(world):
    return lambda: world.touchstone.servers.settings(world.guild.id)


async def opened(world, admin, step: str | None = None):
    """Open the set-up, at a step."""
    if step is not None:
        world.touchstone.moderation.setup.change(administrator(world.guild.id), setup_step=step)
    shown = await admin.slash(world.channel, "setup")
    return shown.response.message


async def test_it_begins_with_the_language_and_goes_to_the_end(world, admin, chosen):
    message = await opened(world, admin)
    seen = []
    while "Next step" in labels_of(message):
        seen.append(text_of(message).splitlines()[0])
        message = (await admin.click(message, label="Next step")).response.message
    assert seen == [
        "### Language",
        "### Moderators",
        "### Channel for moderators",
        "### Channels",
        "### Packs of claims",
        "### Budget",
    ]
    assert text_of(message).startswith("### Done")
    assert chosen().setup_step is None


async def test_a_step_is_no_page_in_chinese_either(world, admin, in_language):
    in_language(discord.Locale.taiwan_chinese)
    assert labels_of(await opened(world, admin, "roles"))[:2] == ["上一步", "下一步"]


async def test_it_can_be_left_and_goes_on_where_it_was(world, admin, chosen):
    message = await opened(world, admin)
    await admin.click(message, label="Next step")
    assert chosen().setup_step == "roles"
    assert text_of(await opened(world, admin)).startswith("### Moderators")


async def test_language_and_budget_are_written_at_once(world, admin, chosen):
    message = await opened(world, admin, "language")
    await admin.select(message, ["zh-Hant"], custom_id="ts:setup:language")
    message = await opened(world, admin, "budget")
    await admin.select(message, ["2"], custom_id="ts:setup:budget")
    assert (chosen().language, chosen().budget) == ("zh-Hant", 2.0)


async def test_chosen_roles_moderate(world, admin, chosen):
    role = world.guild.create_role("checkers")
    await admin.select(await opened(world, admin, "roles"), [role], custom_id="ts:setup-roles")
    assert chosen().moderator_roles == (role.id,)
    await admin.select(await opened(world, admin), [], custom_id="ts:setup-roles")
    assert chosen().moderator_roles == ()


async def test_channels_get_their_mode_and_those_taken_out_are_off(world, admin):
    quay = world.guild.create_text_channel("quay")
    await admin.select(await opened(world, admin, "channels"), [quay], custom_id="ts:setup-channels:on")
    assert world.touchstone.servers.channels(world.guild.id) == {quay.id: "on"}
    before = world.touchstone.base.revision
    await admin.select(await opened(world, admin), [quay, world.channel], custom_id="ts:setup-channels:shadow")
    assert world.touchstone.base.revision == before + 1
    assert set(world.touchstone.servers.channels(world.guild.id).values()) == {"shadow"}
    await world.alice.send(quay, CRANE)
    assert world.cards(quay) == []


async def test_a_menu_of_long_ago_changes_only_what_is_changed_in_it(world, admin):
    setup, me = world.touchstone.moderation.setup, administrator(world.guild.id)
    quay, pier = world.guild.create_text_channel("quay"), world.guild.create_text_channel("pier")
    setup.set_channel_mode(me, pier.id, "on")
    older, old = [await opened(world, admin, "channels") for _ in range(2)]
    setup.set_channel_mode(me, quay.id, "on")
    setup.set_channel_mode(me, pier.id, "hint")
    await admin.select(older, [world.channel], custom_id="ts:setup-channels:on")
    here = {world.channel.id: "on", quay.id: "on", pier.id: "hint"}
    assert world.touchstone.servers.channels(world.guild.id) == here
    await admin.select(old, [], custom_id="ts:setup-channels:on")
    del here[world.channel.id]
    assert world.touchstone.servers.channels(world.guild.id) == here


async def test_roles_and_packs_chosen_since_a_menu_was_drawn_stay_chosen(world, admin, chosen):
    load_shipped_packs(world.touchstone.base)
    mine, theirs = (world.guild.create_role(name) for name in ("checkers", "readers"))
    setup, me = world.touchstone.moderation.setup, administrator(world.guild.id)
    first, second, *others = [pack.id for pack in world.touchstone.base.packs()]
    roles, packs = await opened(world, admin, "roles"), await opened(world, admin, "packs")
    setup.change(me, moderator_roles=(theirs.id,), packs=(first, second))
    await admin.select(roles, [mine], custom_id="ts:setup-roles")
    assert set(chosen().moderator_roles) == {mine.id, theirs.id}
    await admin.select(packs, [second, *others], custom_id="ts:setup:packs")
    assert chosen().packs == (second,)


async def test_the_rights_that_the_bot_lacks_are_named(world, admin):
    channel = world.env.bot.get_channel(world.channel.id)
    await channel.set_permissions(channel.guild.me, send_messages=False, add_reactions=False)
    shown = text_of(await opened(world, admin, "channels"))
    assert f"In <#{world.channel.id}> I lack rights: Send Messages, Add Reactions." in shown


async def test_packs_are_chosen_and_all_of_them_include_new_ones(world, admin, chosen):
    await admin.select(await opened(world, admin, "packs"), [], custom_id="ts:setup:packs")
    assert chosen().packs == ()
    await admin.select(await opened(world, admin), ["harbour"], custom_id="ts:setup:packs")
    assert chosen().packs is None


async def test_packs_that_the_menu_has_no_room_for_stay_as_they_are(world, admin, chosen, monkeypatch):
    load_shipped_packs(world.touchstone.base)
    shown, *others = [pack.id for pack in world.touchstone.base.packs()]
    monkeypatch.setattr(setup_command, "MOST", 1)
    await admin.select(await opened(world, admin, "packs"), [], custom_id="ts:setup:packs")
    assert chosen().packs == tuple(others)
    world.touchstone.moderation.setup.change(administrator(world.guild.id), packs=())
    await admin.select(await opened(world, admin), [shown], custom_id="ts:setup:packs")
    assert chosen().packs == (shown,)


async def test_packs_can_be_chosen_after_a_chosen_one_has_gone_out_of_force(world, admin, chosen):
    base = world.touchstone.base
    load_shipped_packs(base)
    gone, kept, *_ = [pack.id for pack in base.packs()]
    world.touchstone.moderation.setup.change(administrator(world.guild.id), packs=(gone, kept))
    with base.database.changing() as session:
        session.get_one(Pack, gone).in_force = False
    await admin.select(await opened(world, admin, "packs"), [], custom_id="ts:setup:packs")
    assert chosen().packs == (gone,)


async def test_the_channel_for_moderators_goes_with_the_report_of_answers_and_else_leaves_it_alone(
    world, admin, chosen, monkeypatch
):
    setup, me = world.touchstone.moderation.setup, administrator(world.guild.id)
    message, plain = await opened(world, admin, "told"), world.touchstone.servers.settings

    def read_just_before_somebody_has_all_answers_reported(server: int):
        monkeypatch.undo()
        found = plain(server)
        setup.change(me, answer_log=True)
        return found

    monkeypatch.setattr(world.touchstone.servers, "settings", read_just_before_somebody_has_all_answers_reported)
    await admin.select(message, [world.channel], custom_id="ts:setup-told")
    assert (chosen().moderators_channel, chosen().answer_log) == (world.channel.id, True)
    await admin.select(await opened(world, admin), [], custom_id="ts:setup-told")
    assert (chosen().moderators_channel, chosen().answer_log) == (None, None)


async def test_the_end_says_what_is_set(world, admin):
    world.touchstone.moderation.setup.change(administrator(world.guild.id), language="en", budget=0.5)
    shown = text_of(await opened(world, admin, "done"))
    assert "- Language: English" in shown
    assert "- Budget: 0.5 in 1,000 messages" in shown
    assert "- Packs of claims: Claims about a harbour" in shown
    assert f"- <#{world.channel.id}>: answers" in shown


async def test_the_summary_has_the_colons_of_its_language(world, admin, in_language):
    in_language(discord.Locale.taiwan_chinese)
    shown = text_of(await opened(world, admin, "done"))
    assert f"- <#{world.channel.id}>：回覆" in shown
    assert "- 語言：未選擇" in shown


async def test_a_server_that_is_set_up_comes_back_to_its_summary_and_from_there_to_each_step(world, admin):
    world.touchstone.moderation.setup.change(administrator(world.guild.id), language="en")
    message = await opened(world, admin)
    assert "- Language: English" in text_of(message)
    steps = ["Language", "Moderators", "Channel for moderators", "Channels", "Packs of claims", "Budget"]
    assert labels_of(message) == [*steps, "Try it"]
    message = (await admin.click(message, label="Channels")).response.message
    assert text_of(message).startswith("### Channels")
    message = (await admin.click(message, label="Summary")).response.message
    assert "- Language: English" in text_of(message)


async def test_menus_keep_their_labels_and_counting_comes_first(world, admin):
    shown = text_of(await opened(world, admin, "channels"))
    places = [shown.index(f"**{label}") for label in ("Only count here", "Only hint with", "Answer here")]
    assert places == sorted(places)
    assert "Begin with counting" in shown


async def test_roles_that_discord_shows_no_commands_are_named(world, admin):
    role = world.guild.create_role("checkers")
    world.touchstone.moderation.setup.change(administrator(world.guild.id), moderator_roles=(role.id,))
    assert f"<@&{role.id}> see my commands once you allow it" in text_of(await opened(world, admin, "roles"))


async def test_sentences_can_be_tried_before_anything_is_answered(world, admin):
    form = await admin.click(await opened(world, admin, "done"), label="Try it")
    done = await admin.submit_modal(form, {"text": f"{CRANE}\ngood morning everybody"})
    shown = text_of(done)
    assert "By its text I would answer it with a card." in shown
    assert "No claim that this server sees is near this text." in shown
    assert "not tried" not in shown
    assert not world.cards()


async def test_of_more_sentences_than_are_tried_it_is_said_how_many_are_left(world, admin):
    form = await admin.click(await opened(world, admin, "done"), label="Try it")
    shown = text_of(await admin.submit_modal(form, {"text": "\n".join(map("good morning {}".format, range(7)))}))
    assert "2 more lines were not tried." in shown


async def test_only_administrators_see_it(world):
    for person in (world.alice, world.mod, world.chief):
        with pytest.raises(SetupError):
            await person.slash(world.channel, "setup")


@pytest.mark.parametrize(
    ("step", "press"),
    [
        ("language", lambda admin, message: admin.click(message, label="Next step")),
        ("language", lambda admin, message: admin.select(message, ["en"], custom_id="ts:setup:language")),
        ("roles", lambda admin, message: admin.select(message, [], custom_id="ts:setup-roles")),
        ("channels", lambda admin, message: admin.select(message, [], custom_id="ts:setup-channels:on")),
    ],
)
async def test_every_click_asks_for_the_right_again(world, admin, chosen, monkeypatch, step, press):
    world.touchstone.moderation.setup.change(administrator(world.guild.id), moderator_roles=(7,))
    message = await opened(world, admin, step)
    before, plain = chosen(), simcord.interactions.base_payload

    def without_rights(*args: object, **more: object):
        record, made = plain(*args, **more)
        made["member"]["permissions"] = "0"
        return record, made

    monkeypatch.setattr(simcord.interactions, "base_payload", without_rights)
    done = await press(admin, message)
    assert done.followups[0].message.content == ADMINISTRATORS_ONLY
    assert chosen() == before
    assert world.touchstone.servers.channels(world.guild.id).get(world.channel.id, "off") == "on"


async def test_a_command_opened_to_all_still_asks_for_the_right(world, admin, monkeypatch):
    plain = simcord.interactions.base_payload

    def manager_only(*args: object, **more: object):
        record, made = plain(*args, **more)
        made["member"]["permissions"] = str(discord.Permissions(manage_guild=True).value)
        return record, made

    monkeypatch.setattr(simcord.interactions, "base_payload", manager_only)
    assert text_of(await admin.slash(world.channel, "setup")) == ADMINISTRATORS_ONLY
    assert [type(error.original) for error in world.env.errors] == [NotAllowedError]


@pytest.mark.parametrize(
    ("locale", "says"),
    [(discord.Locale.chinese, "我用哪种语言回复？"), (discord.Locale.taiwan_chinese, "我用哪種語言回覆？")],
)
async def test_it_speaks_the_language_of_the_client(world, admin, in_language, locale, says):
    in_language(locale)
    assert says in text_of(await opened(world, admin))


async def test_a_new_server_gets_one_hint_in_its_system_channel(world, monkeypatch):
    guild = world.env.bot.get_guild(world.guild.id)
    monkeypatch.setattr(type(guild), "system_channel", property(lambda self: self.get_channel(world.channel.id)))
    await world.env.bot.get_cog("SetupCommand").on_guild_join(guild)
    (hint,) = world.cards()
    assert typed_commands(hint.content) == "I stay silent until an administrator of this server sets me up with /setup."
    assert world.sent()[-1]["allowed_mentions"]["parse"] == []


async def test_where_the_bot_may_not_write_there_is_no_hint(world, monkeypatch):
    guild = world.env.bot.get_guild(world.guild.id)
    channel = guild.get_channel(world.channel.id)
    await channel.set_permissions(guild.me, send_messages=False)
    monkeypatch.setattr(type(guild), "system_channel", property(lambda _: channel))
    await world.env.bot.get_cog("SetupCommand").on_guild_join(guild)
    assert world.sent() == []
