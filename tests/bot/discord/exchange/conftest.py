"""Files that moderators take out and bring, and what the server then has."""

from dataclasses import dataclass

import pytest

from claims.moderation.edits import EditTexts
from claims.moderation.rights import Actor
from tests.bot.discord.world import World, labels_of, text_of

CRANE_TITLE = "The old harbour crane was built in 1920"
NEW_TITLE = "The old harbour crane is from 1920"


@dataclass
class Desk:
    """What the chief does with files in one server."""

    world: World

    async def export(self, form: str = "yaml") -> bytes:
        """Return the file that the chief gets."""
        shown = await self.world.chief.slash(self.world.channel, "claims export", format=form)
        [file] = shown.response.message.attachments
        return await file.read()

    async def bring(self, raw: bytes, name: str = "claims.yaml", person=None):
        """Import a file; return the message of the dry run."""
        person = person or self.world.chief
        shown = await person.slash(self.world.channel, "claims import", file=(name, raw))
        assert text_of(shown)
        return shown.response.message

    async def write(self, message):
        """Press the button that writes; return the message after that."""
        [label] = [label for label in labels_of(message) if label.startswith("Write")]
        done = await self.world.chief.click(message, label=label)
        assert done.acknowledged
        return done.response.message

    def title(self, claim: str = "crane-built-1920") -> str:
        """Return the English title as the server sees it."""
        return self.world.touchstone.base.claim(claim, self.world.guild.id).title["en"]

    def retitle(self, title: str, claim: str = "crane-built-1920") -> None:
        """Let another moderator change a claim's title."""
        self.world.touchstone.moderation.editor.edit(self.actor, claim, None, EditTexts(title={"en": title}))

    @property
    def revisions(self):
        """The revisions that the history shows to a moderator, newest first."""
        return self.world.touchstone.moderation.history.page(self.actor).entries

    @property
    def actor(self) -> Actor:
        """A moderator at work outside Discord."""
        return Actor(4711, self.world.guild.id, can_manage_server=True)


@pytest.fixture
def desk(world):
    return Desk(world)
