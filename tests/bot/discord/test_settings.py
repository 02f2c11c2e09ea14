"""`/touchstone settings`: everything at one look, changes as one revision, for moderators."""

import discord
import pytest

from config.errors import InvalidEditError, NotAllowedError
from tests.bot.discord.world import MODERATORS_ONLY, text_of, typed_commands
from tests.claims.people import administrator

COMMAND = "touchstone settings"


@pytest.fixture
def chosen(world):
    return lambda: world.touchstone.servers.settings(world.guild.id)


async def test_it_shows_what_is_set_and_what_counts_otherwise(world):
    world.touchstone.moderation.setup.change(administrator(world.guild.id), language="en", budget=2)
    shown = text_of(await world.chief.slash(world.channel, COMMAND)).splitlines()
    assert shown == [
        "### Settings of this server",
        "- Language: English",
        "- Roles that moderate: whoever may manage the server (default)",
        "- Packs of claims: Claims about a harbour",
        "- Cool-down in hours: 6 (default)",
        "- Cut-off: as fitted (default)",
        "- Budget: 2 in 1,000 messages",
        "- Reports that pause a claim: 3 (default)",
        "- Days in which cards are corrected: 14 (default)",
        "- Form of cards: short (default)",
        "- Cards a channel and hour: 6 (default)",
        "- Channel for moderators: none",
        "- Channel of the weekly digest: none",
        f"- <#{world.channel.id}>: answers",
    ]


async def test_it_shows_whether_every_answer_is_reported(world):
    setup, desk = world.touchstone.moderation.setup, world.guild.create_text_channel("desk")
    setup.change(administrator(world.guild.id), moderators_channel=desk.id)
    assert "- Report of every answer: no" in text_of(await world.chief.slash(world.channel, COMMAND))
    setup.change(administrator(world.guild.id), answer_log=True)
    assert "- Report of every answer: yes" in text_of(await world.chief.slash(world.channel, COMMAND))


async def test_channels_that_are_deleted_are_not_listed(world):
    old = world.guild.create_text_channel("old")
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), old.id, "hint")
    assert f"<#{old.id}>" in text_of(await world.chief.slash(world.channel, COMMAND))
    await world.env.bot.get_channel(old.id).delete()
    await world.env.settle()
    shown = text_of(await world.chief.slash(world.channel, COMMAND))
    assert f"<#{old.id}>" not in shown
    assert f"- <#{world.channel.id}>: answers" in shown


async def test_what_is_given_is_written_as_one_change(world, chosen):
    desk = world.guild.create_text_channel("desk")
    before = world.touchstone.base.revision
    given = {"cooldown_hours": 1.5, "cut_off": 0.9, "budget": 1.0, "pause_reports": 5, "correction_days": 30}
    shown = text_of(await world.chief.slash(world.channel, COMMAND, **given, digest_channel=desk))
    assert world.touchstone.base.revision == before + 1
    assert {name: getattr(chosen(), name) for name in given} == given
    assert chosen().digest_channel == desk.id
    assert "- Cut-off: 0.9\n" in shown
    assert typed_commands(shown).endswith("It stands as you said; /history can take back what has changed.")


async def test_a_server_may_have_the_full_card(world, chosen):
    given = {"card_form": "full", "cards_per_hour": 9}
    await world.chief.slash(world.channel, COMMAND, **given)
    assert {name: getattr(chosen(), name) for name in given} == given
    assert "### The old harbour crane was built in 1920" in text_of(await world.card())


async def test_a_setting_goes_back_to_its_default(world, chosen):
    world.touchstone.moderation.setup.change(administrator(world.guild.id), cut_off=0.9, pause_reports=9)
    await world.chief.slash(world.channel, COMMAND, back_to_default="cut_off")
    assert (chosen().cut_off, chosen().pause_reports) == (None, 9)


async def test_a_value_out_of_range_is_refused_with_its_field_and_nothing_is_written(world, chosen):
    shown = text_of(await world.chief.slash(world.channel, COMMAND, cut_off=2.0, correction_days=3))
    assert shown == "Cut-off: 2.0 is out of range. Give a probability from 0 to 1."
    assert chosen().correction_days is None
    assert [type(error.original) for error in world.env.errors] == [InvalidEditError]


async def test_rights_that_the_bot_lacks_in_the_digests_channel_are_named(world):
    desk = world.guild.create_text_channel("desk")
    channel = world.env.bot.get_channel(desk.id)
    await channel.set_permissions(channel.guild.me, send_messages=False)
    shown = text_of(await world.chief.slash(world.channel, COMMAND, digest_channel=desk))
    assert f"In <#{desk.id}> I lack rights: Send Messages." in shown


async def test_members_neither_see_nor_change_them(world, chosen):
    for given in ({}, {"cut_off": 0.1}):
        assert text_of(await world.mod.slash(world.channel, COMMAND, **given)) == MODERATORS_ONLY
    assert chosen().cut_off is None
    assert [type(error.original) for error in world.env.errors] == [NotAllowedError] * 2


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        (discord.Locale.chinese, "- 门槛：拟合所得（默认）"),
        (discord.Locale.taiwan_chinese, "- 門檻：擬合所得（預設）"),
    ],
)
async def test_they_are_shown_in_the_language_of_the_client(world, in_language, locale, says):
    in_language(locale)
    assert says in text_of(await world.chief.slash(world.channel, COMMAND))
