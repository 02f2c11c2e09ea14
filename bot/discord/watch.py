"""Read along where moderators have switched the bot on: check each message, then reply, offer or stay silent."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

import discord
from discord.ext import commands

from bot.discord.answering import OFFER, Answering
from bot.discord.measures import Measures
from bot.discord.place import Place, place_of
from bot.discord.quiet import QuietChannels
from bot.reply import LIKELY
from checks.finding import Action, Finding, Match

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

_log = logging.getLogger(__name__)

_LONGEST_FAREWELL = 3.0


class Watch(commands.Cog):
    """Listens to new messages and to clicks on offers; edits are never looked at."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot
        self.answering = Answering(bot)
        self.measures = Measures()
        self._running: set[asyncio.Task[Any]] = set()

    @property
    def quiet(self) -> QuietChannels:
        """The channels that the bot keeps out of because Discord has refused it there."""
        return self.answering.quiet

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Check a member's message in a channel that is switched on."""
        place = place_of(message)
        if place is None or self.quiet.is_quiet(place.channel):
            return
        async with self._counted():
            mode = await asyncio.to_thread(self.bot.touchstone.servers.channel_mode, place.server, place.home)
            if mode != "off":
                await self._check(message, place, mode)

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, click: discord.RawReactionActionEvent) -> None:
        """Post the card of an offer that a member has taken up."""
        is_member = click.member is not None and not click.member.bot
        if (
            click.guild_id is None
            or not is_member
            or str(click.emoji) != OFFER
            or self.quiet.is_quiet(click.channel_id)
        ):
            return
        async with self._counted():
            if await asyncio.to_thread(self.bot.touchstone.answers.is_offered, click.message_id):
                place = Place(click.guild_id, click.channel_id, click.channel_id)
                await self.answering.accept(place, click.message_id)

    async def finish(self) -> None:
        """Wait a few seconds for answers that are being written."""
        if self._running:
            await asyncio.wait(self._running, timeout=_LONGEST_FAREWELL)

    async def _check(self, message: discord.Message, place: Place, mode: str) -> None:
        started = monotonic()
        finding = await asyncio.to_thread(self.bot.touchstone.check, message.content, place.server)
        self.measures.note(place.server, monotonic() - started)
        action = action_in(mode, finding.action)
        if mode == "shadow":
            note = self.bot.touchstone.moderation.shadow.note
            await asyncio.to_thread(note, place.server, place.channel, message.id, message.author.id, finding)
        if finding.action != "silent" or is_dispute(finding):
            await self._note(message, place, finding, action)
        elif near := finding.near_miss(self.bot.settings.near_miss_share):
            await self._note_near(message, place, near)
        if action == "reply":
            await self.answering.reply(message, place, finding)
        elif action == "offer":
            await self.answering.offer(message, place, finding)

    async def _note(self, message: discord.Message, place: Place, finding: Finding, action: Action) -> None:
        """Keep a sighting: ids and scores, no text."""
        record = self.bot.touchstone.sightings.record
        await asyncio.to_thread(record, place.server, place.channel, message.id, message.author.id, finding, action)

    async def _note_near(self, message: discord.Message, place: Place, near: Match) -> None:
        """Put a near miss into the moderators' queue: by the message's link, no text."""
        note, author = self.bot.touchstone.moderation.queue.note_near_miss, message.author.id
        await asyncio.to_thread(note, place.server, place.channel, message.id, author, near.claim, near.score)

    @asynccontextmanager
    async def _counted(self) -> AsyncIterator[None]:
        """Let `finish` know of the work in the body."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  listeners run in tasks
        self._running.add(task)
        try:
            yield
        finally:
            self._running.discard(task)


def is_dispute(finding: Finding) -> bool:
    """Tell whether the message likely disputes a claim: nothing to answer, but the trends count it."""
    return finding.best is not None and finding.best.stance == "denies" and finding.best.score >= LIKELY


def action_in(mode: str, action: Action) -> Action:
    """Return what the bot does in a channel of this mode when the finding asks for `action`."""
    if mode == "hint":
        return "silent" if action == "silent" else "offer"
    return action if mode == "on" else "silent"
