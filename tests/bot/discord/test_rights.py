"""The whole matrix: every command, menu, button and form × everybody, in their own server.

The rights themselves are tried in `tests/claims/moderation/test_rights.py`, with the actors of other servers.
"""

from typing import Any

import discord
import pytest
from discord import app_commands, ui
from simcord.backend.errors import SetupError

from bot.discord.app import create_bot
from bot.discord.forms import Forms
from bot.discord.routes import Router
from claims.moderation.examples import KeptMessage
from claims.moderation.rights import LEVELS, NEEDED, Actor
from claims.record import fingerprint_at
from config.errors import NotAllowedError
from config.settings import Settings
from tests.bot.discord.rights_table import COMMANDS, CRANE_ID, FORMS, LAMP_ID, MENUS, OPEN_TO_ALL, USES, Use
from tests.bot.discord.world import ADMINISTRATORS_ONLY, MODERATORS_ONLY, hand_in, text_of
from tests.claims.people import administrator

REFUSALS = {"moderator": MODERATORS_ONLY, "administrator": ADMINISTRATORS_ONLY}
PARTS = create_bot(Settings(shard_count=1)).parts
ROUTES = next(part for part in PARTS if isinstance(part, Router)).routes
KINDS = next(part for part in PARTS if isinstance(part, Forms)).kinds


def level_for(custom_id: str) -> str:
    """Return the level that the declaration of a button or menu asks for."""
    (route,) = (route for route in ROUTES if route.read(custom_id) is not None)
    return "member" if route.act is None else NEEDED[route.act]


def form_level(kind: str) -> str:
    return NEEDED[KINDS[kind].act]


class People:
    """Everybody there can be in a server, with the level that each has before and after a role was chosen."""

    def __init__(self, world) -> None:
        self.world = world
        everything = discord.Permissions(administrator=True)
        guild, env = world.guild, world.env
        admin = guild.add_member(env.create_user("admin"), roles=[guild.create_role("admin", permissions=everything)])
        self.role = guild.create_role("checkers")
        checker = guild.add_member(env.create_user("checker"), roles=[self.role])
        elsewhere = env.create_guild("elsewhere")
        stranger = env.create_user("stranger")
        elsewhere.add_member(stranger, roles=[elsewhere.create_role("owner", permissions=everything)])
        self.before = {
            world.alice: "member",
            world.mod: "member",
            checker: "member",
            guild.add_member(stranger): "member",
            world.chief: "moderator",
            admin: "administrator",
        }
        self.after = self.before | {checker: "moderator", world.chief: "member"}

    def choose_role(self) -> None:
        self.world.touchstone.moderation.setup.change(
            administrator(self.world.guild.id), moderator_roles=(self.role.id,)
        )


@pytest.fixture
async def people(world):
    world.touchstone.moderation.setup.set_channel_mode(administrator(world.guild.id), world.channel.id, "off")
    world.said = await world.alice.send(world.channel, "the old crane")
    return People(world)


@pytest.fixture
def everything_waits(world):
    """One item in the queue and one example, which buttons and forms are about."""
    moderation, actor = world.touchstone.moderation, Actor(1, world.guild.id, is_administrator=True)
    moderation.queue.propose(actor, "the harbour is haunted")
    moderation.examples.keep(actor, KeptMessage(1, 2, 99, "the old crane", CRANE_ID, makes_claim=True))


def commands_of(bot) -> set[str]:
    found = bot.tree.walk_commands(type=discord.AppCommandType.chat_input)
    return {command.qualified_name for command in found if isinstance(command, app_commands.Command)}


def menus_of(bot) -> set[str]:
    kinds = (discord.AppCommandType.message, discord.AppCommandType.user)
    return {menu.name for kind in kinds for menu in bot.tree.get_commands(type=kind)}


async def test_whatever_the_bot_has_stands_in_the_tables(world):
    bot = world.env.bot
    assert commands_of(bot) == set(COMMANDS)
    assert menus_of(bot) == set(MENUS)
    assert set(KINDS) == set(FORMS)
    ids = [*(use.custom_id for use in USES), *OPEN_TO_ALL]
    assert {route for route in ROUTES for each in ids if route.read(each) is not None} == set(ROUTES)
    assert {level_for(custom_id) for custom_id in OPEN_TO_ALL} == {"member"}


@pytest.mark.parametrize("name", COMMANDS)
async def test_each_command_serves_those_who_may_and_refuses_the_others(world, people, name):
    command = COMMANDS[name]

    async def use(person):
        return await person.slash(world.channel, name, **command.options(world))

    await try_everybody(world, people, command.level, use)


@pytest.mark.parametrize("name", MENUS)
async def test_each_menu_of_a_message_serves_those_who_may_and_refuses_the_others(world, people, name):
    async def use(person):
        return await person.context_menu(world.channel, name, world.said)

    await try_everybody(world, people, MENUS[name], use)


@pytest.mark.usefixtures("everything_waits")
@pytest.mark.parametrize("part", USES, ids=lambda use: use.custom_id)
async def test_each_button_and_menu_asks_for_the_right_when_it_is_used(world, people, part):
    needed = level_for(part.custom_id)
    assert needed != "member"
    message = await put_up(world, part)
    before = world.touchstone.base.revision
    for person, level in people.before.items():
        if LEVELS.index(level) < LEVELS.index(needed):
            assert REFUSALS[needed] in said(await use_part(person, message, part)), person.name
    assert world.touchstone.base.revision == before


@pytest.mark.usefixtures("everything_waits")
@pytest.mark.parametrize("name", [name for name in FORMS if form_level(name) != "member"])
async def test_each_form_asks_for_the_right_when_it_opens_and_when_it_is_handed_in(world, people, without_rights, name):
    level, written = form_level(name), FORMS[name]
    part = Use(f"ts:fo:{marked(world, written)}")
    message = await put_up(world, part)
    before = world.touchstone.base.revision
    for person, held in people.before.items():
        if held == "member":
            refused = await use_part(person, message, part)
            assert refused.modal is None
            assert REFUSALS[level] in said(refused), person.name
    form = await use_part(world.chief, message, part)
    assert form.modal is not None
    with without_rights():
        assert REFUSALS[level] in said(await hand_in(world.chief, form, **typed(form)))
    assert world.touchstone.base.revision == before


async def try_everybody(world, people: People, needed: str, use) -> None:
    """Let everybody use it, before and after a role was chosen that moderates."""
    for chosen, everybody in ((False, people.before), (True, people.after)):
        if chosen:
            people.choose_role()
        for person, level in everybody.items():
            may = LEVELS.index(level) >= LEVELS.index(needed)
            before = world.touchstone.base.revision
            assert await is_served(use, person) == may, f"{person.name}, a {level}"
            assert may or world.touchstone.base.revision == before
    assert {type(getattr(error, "original", error)) for error in world.env.errors} <= {NotAllowedError}


async def is_served(use, person) -> bool:
    try:
        done = await use(person)
    except SetupError as hidden:
        if "not visible to this user" not in str(hidden):
            raise
        return False
    assert done.acknowledged
    return not any(refusal in said(done) for refusal in REFUSALS.values())


def said(done) -> str:
    """Return all that was answered, whether or not in place of something shown before; a form says nothing."""
    assert done.acknowledged
    return "\n".join(text_of(each.message) for each in (done.response, *done.followups) if each is not None)


def marked(world, written: str) -> str:
    crane, lamp = map(world.touchstone.base.claim, (CRANE_ID, LAMP_ID))
    fingerprints = {"point": fingerprint_at(crane.points, 0), "figure": fingerprint_at(lamp.figures, 0)}
    for part, fingerprint in fingerprints.items():
        written = written.replace(f"<fingerprint of the {part}>", fingerprint)
    return written


def typed(form) -> dict[str, object]:
    """Return something right for each field in which nothing stands yet."""
    controls = [each["component"] for each in form.modal["components"]]
    return {control["custom_id"]: _something(control) for control in controls if not _is_filled(control)}


def _is_filled(control: dict[str, Any]) -> bool:
    return bool(control.get("value")) or any(option.get("default") for option in control.get("options", ()))


def _something(control: dict[str, Any]) -> object:
    if options := control.get("options"):
        return [options[0]["value"]]
    return {"address": "https://harbour.example", "published": "2026", "date": "2026"}.get(control["custom_id"], "1")


async def put_up(world, part: Use) -> discord.Message:
    """Put a button or menu where everybody sees it, as it never should be; nobody can click what is private."""
    view = ui.View(timeout=None)
    view.add_item(_item(part))
    view.stop()
    sent = await world.env.bot.get_channel(world.channel.id).send("here", view=view)
    return next(message for message in world.channel.history() if message.id == sent.id)


def _item(part: Use) -> ui.Item[Any]:
    if part.of == "roles":
        return ui.RoleSelect(custom_id=part.custom_id, min_values=0)
    if part.of == "channels":
        return ui.ChannelSelect(custom_id=part.custom_id, min_values=0)
    if part.values:
        options = [discord.SelectOption(label=value, value=value) for value in part.values]
        return ui.Select(custom_id=part.custom_id, options=options)
    return ui.Button(label="Press", custom_id=part.custom_id)


async def use_part(person, message: discord.Message, part: Use):
    if part.values or part.of != "words":
        return await person.select(message, list(part.values), custom_id=part.custom_id)
    return await person.click(message, custom_id=part.custom_id)
