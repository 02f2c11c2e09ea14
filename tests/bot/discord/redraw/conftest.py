"""A bot whose corrections do not rest between two cards, and a chief who changes claims."""

from datetime import timedelta

import pytest
from discord import ui

from bot.discord import create_bot
from bot.discord.redraw import Pace
from claims.moderation.edits import EditTexts, SetStatus
from claims.moderation.rights import Actor


def quick_bot(settings, touchstone, look=60.0, pause=0.0, retry=60.0):
    """Return a bot that looks at the base at its start, and then as often as it is told."""
    return create_bot(settings, touchstone, Pace(look, pause, retry))


@pytest.fixture
def simcord_bot(settings, touchstone):
    return quick_bot(settings, touchstone)


class Desk:
    """What the chief does with claims, and how cards get into the answer book without any check."""

    def __init__(self, world) -> None:
        self.world, self.touchstone = world, world.touchstone
        self.chief = Actor(world.chief.id, world.guild.id, can_manage_server=True)

    def retitle(self, claim="crane-built-1920", title="The crane is of 1954", title_zh="吊车建于1954年"):
        self.touchstone.moderation.editor.edit(self.chief, claim, None, EditTexts({"en": title, "zh": title_zh}))

    def set_status(self, status, claim="crane-built-1920"):
        self.touchstone.moderation.editor.edit(self.chief, claim, None, SetStatus(status))

    async def post(self, *claims: str, language="en", channel=None):
        """Let the bot post something that stands in the answer book as a card on these claims."""
        said = await self.world.alice.send(channel or self.world.channel, "hm")
        place = self.world.env.bot.get_channel((channel or self.world.channel).id)
        card = await place.send(view=_blank())
        answers = self.touchstone.answers
        answers.take(self.world.guild.id, card.channel.id, said.id, self.world.alice.id, claims, timedelta(0))
        answers.posted(card.channel.id, said.id, card.id, language)
        return card

    async def run(self):
        """Let the corrections run, and give back the paths of the edits that were asked for, in their order."""
        before = len(self.edits())
        await self.world.env.bot.get_cog("CorrectionRuns").run()
        return self.edits()[before:]

    def edits(self):
        return [
            seen.path for seen in self.world.env.http_requests if seen.method == "PATCH" and "/messages/" in seen.path
        ]

    def waiting(self):
        return len(self.touchstone.moderation.corrections.pending())


def _blank():
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay("as it was"))
    view.stop()
    return view


@pytest.fixture
def desk(world):
    return Desk(world)
