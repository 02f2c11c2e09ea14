"""Every command, menu, button and form, in the language of the client: no English is left in what it answers."""

import re
from functools import cache

import discord
import pytest

from bot.texts import read_catalogue
from claims.moderation.examples import KeptMessage
from claims.moderation.rights import Actor
from tests.bot.discord.rights_table import COMMANDS, CRANE_ID, FORMS, MENUS, USES, Use
from tests.bot.discord.test_rights import form_level, marked, put_up, use_part
from tests.bot.discord.world import labels_of, text_of
from tests.claims.people import administrator

HAN = re.compile(r"[\u4e00-\u9fff]")
# Shorter ones, and those with placeholders, also stand in names and ids.
TELLING = 12


@pytest.fixture(params=[discord.Locale.chinese, discord.Locale.taiwan_chinese], ids=["zh-CN", "zh-TW"])
async def admin(request, world, in_language):
    """An administrator with a Chinese client; a message, an item of the queue and an example are there."""
    in_language(request.param)
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), world.channel.id, "off")
    world.said = await world.alice.send(world.channel, "the old crane")
    moderation, actor = world.touchstone.moderation, Actor(1, world.guild.id, is_administrator=True)
    moderation.queue.propose(actor, "the harbour is haunted")
    moderation.examples.keep(actor, KeptMessage(1, 2, 99, "the old crane", CRANE_ID, makes_claim=True))
    role = world.guild.create_role("admin", permissions=discord.Permissions(administrator=True))
    return world.guild.add_member(world.env.create_user("admin"), roles=[role])


def shown_in(done) -> str:
    """Return all words of an answer: its texts, its labels, and those of a form."""
    assert done.acknowledged
    if done.modal is not None:
        fields = [f"{each['label']} {each.get('description') or ''}" for each in done.modal["components"]]
        return "\n".join([done.modal["title"], *fields])
    messages = [each.message for each in (done.response, *done.followups) if each is not None]
    return "\n".join(part for message in messages for part in (text_of(message), *filter(None, labels_of(message))))


@cache
def english() -> list[str]:
    """Return the English texts of the catalogue that can be told from names."""
    known = [message.id for message in read_catalogue("zh-Hans") if isinstance(message.id, str)]
    return [text for text in known if len(text) > TELLING and "{" not in text and " " in text]


def check(done) -> None:
    shown = shown_in(done)
    assert [text for text in english() if text in shown] == []
    assert not shown or HAN.search(shown)


@pytest.mark.parametrize("name", COMMANDS)
async def test_each_command_answers_in_it(world, admin, name):
    check(await admin.slash(world.channel, name, **COMMANDS[name].options(world)))


@pytest.mark.parametrize("name", MENUS)
async def test_each_menu_of_a_message_answers_in_it(world, admin, name):
    check(await admin.context_menu(world.channel, name, world.said))


@pytest.mark.parametrize("part", USES, ids=lambda use: use.custom_id)
async def test_each_button_and_menu_answers_in_it(world, admin, part):
    check(await use_part(admin, await put_up(world, part), part))


@pytest.mark.parametrize("name", [name for name in FORMS if form_level(name) != "member"])
async def test_each_form_is_labelled_in_it(world, admin, name):
    part = Use(f"ts:fo:{marked(world, FORMS[name])}")
    check(await use_part(admin, await put_up(world, part), part))
