"""A chief who has changed a few things, and short ways through the history."""

import pytest

from claims.moderation.edits import EditTexts
from claims.moderation.rights import Actor
from tests.bot.discord.world import shown_by, text_of

CLAIM = "crane-built-1920"


class Past:
    """What the chief has done, and what the history says of it."""

    def __init__(self, world) -> None:
        self.world = world
        self.moderation = world.touchstone.moderation
        self.chief = Actor(world.chief.id, world.guild.id, can_manage_server=True)

    def edit(self, edit, claim=CLAIM, reason=""):
        return self.moderation.editor.edit(self.chief, claim, None, edit, reason).revision

    def retitle(self, title, reason="", claim=CLAIM):
        return self.edit(EditTexts({"en": title}), claim, reason)

    @property
    def title(self):
        return self.world.touchstone.base.claim(CLAIM, self.world.guild.id).title["en"]

    async def open(self, claim=None, person=None):
        given = {"claim": claim} if claim else {}
        shown = await (person or self.world.chief).slash(self.world.channel, "history", **given)
        assert text_of(shown)
        return shown.response.message

    async def look(self, number, page=None, person=None):
        """Open a revision from a page, or from the newest one; returns the message as it reads then."""
        message = page or await self.open(person=person)
        (menu,) = [item.custom_id for item in _walk(message.components) if "ts:history:open" in (item.custom_id or "")]
        return shown_by(await (person or self.world.chief).select(message, [str(number)], custom_id=menu))

    async def click(self, message, label, person=None):
        return shown_by(await (person or self.world.chief).click(message, label=label))


def _walk(components):
    for component in components:
        if hasattr(component, "custom_id"):
            yield component
        yield from _walk(getattr(component, "children", []))


@pytest.fixture
def past(world):
    return Past(world)
