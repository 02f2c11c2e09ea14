"""A chief at the desk of a claim, and short ways over it."""

import discord
import pytest

from bot.discord.editor.screen import draw_claim, screen_of
from claims.moderation.rights import Actor
from tests.bot.discord.world import hand_in, shown_by, text_of
from tests.claims.people import administrator

CRANE_ID = "crane-built-1920"
LAMP_ID = "lighthouse-40-kw"
FERRY_ID = "ferry-closed-2030"


class AtDesk:
    """What the chief clicks; each way returns the message as it reads then."""

    def __init__(self, world) -> None:
        self.world = world
        self.moderation = world.touchstone.moderation
        self.other = Actor(99, world.guild.id, is_administrator=True)

    async def open(self, claim=CRANE_ID, person=None):
        """Open the card of a claim."""
        shown = await (person or self.world.chief).slash(self.world.channel, "claims find", claim=claim)
        assert text_of(shown)
        return shown_by(shown)

    async def put_up(self, claim=CRANE_ID):
        """Put the card where everybody sees it, as nobody ever should; simcord lets nobody click what he cannot see."""
        view = draw_claim(screen_of(self.world.touchstone, self.other, claim), self.world.touchstone.texts("en"))
        return await self.post(view)

    async def post(self, view):
        """Put a view into the channel."""
        await self.world.env.bot.get_channel(self.world.channel.id).send(view=view)
        return self.world.cards()[-1]

    async def press(self, message, *labels: str, person=None):
        """Press buttons, one after the other, each on what the one before has shown."""
        for label in labels:
            done = await (person or self.world.chief).click(message, label=label)
            message = _answer(done)
        return message

    async def choose(self, message, menu, *values: str, person=None):
        """Choose from the menu whose id has this part."""
        (custom_id,) = [each.custom_id for each in menus_of(message) if menu in each.custom_id]
        done = await (person or self.world.chief).select(message, list(values), custom_id=custom_id)
        return _answer(done)

    async def form(self, message, label, person=None):
        """Press a button that opens a form."""
        return await (person or self.world.chief).click(message, label=label)

    async def hand_in(self, form, person=None, **changed):
        """Hand a form in with some fields changed."""
        done = await hand_in(person or self.world.chief, form, **changed)
        assert text_of(done)
        return shown_by(done)

    def claim(self, claim_id=CRANE_ID):
        """Return the claim as the server sees it."""
        return self.moderation.claims.one(self.other, claim_id).claim

    def edit(self, edit, claim_id=CRANE_ID):
        """Let another moderator make an edit."""
        self.moderation.editor.edit(self.other, claim_id, None, edit)

    def take_the_right_away(self):
        """Choose another role than the chief's to moderate."""
        self.world.touchstone.moderation.setup.change(administrator(self.world.guild.id), moderator_roles=(7,))


def _answer(done):
    """Return what a click shows: a message of its own, else the one that was clicked, as it reads then."""
    assert done.acknowledged
    message = done.followups[-1].message if done.followups else done.response.message
    assert message.flags.ephemeral
    return message


def menus_of(message):
    """Return the menus of a message."""
    return [item for item in _walk(message.components) if isinstance(item, discord.SelectMenu)]


def _walk(components):
    for component in components:
        yield component
        yield from _walk(getattr(component, "children", []))


@pytest.fixture
def desk(world):
    return AtDesk(world)
