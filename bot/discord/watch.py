"""Read along where moderators have switched the bot on: check each message, then reply, offer or stay silent."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic
from typing import Any

import discord
from discord.ext import commands

from bot.discord.bot import TouchstoneBot, chosen_language
from bot.discord.card_buttons import card_buttons
from bot.discord.cards import draw_card
from bot.reply import LIKELY, Reply
from checks.model import Action, Finding, Match
from claims.answering.answers import AnswerKind
from claims.store.server_settings import ServerSettings


@dataclass(frozen=True, slots=True)
class Location:
    """A server, the channel or thread of a message, and its `home`: a thread's channel, else the channel itself."""

    server: int
    channel: int
    home: int


def location_of(message: discord.Message) -> Location | None:
    """Return where a member's message stands; None for bots, webhooks, system lines, direct messages, empty texts."""
    is_own = message.type in (discord.MessageType.default, discord.MessageType.reply)
    if message.author.bot or message.webhook_id or message.guild is None or not is_own or not message.content:
        return None
    home = message.channel.parent_id if isinstance(message.channel, discord.Thread) else message.channel.id
    return Location(message.guild.id, message.channel.id, home)


_log = logging.getLogger(__name__)

# The mark of an offer, and what members click to take it up.
OFFER = "🔎"

# From this status on, Discord may have taken the message although it answered with an error.
_UNCERTAIN = 500


@dataclass(frozen=True, slots=True)
class Answering:
    """Writes in the answer book first and to Discord second, so that no crash can make a double answer."""

    bot: TouchstoneBot

    async def reply(self, message: discord.Message, location: Location, finding: Finding) -> bool:
        """Post the card for a finding, unless the message was answered before or its claims are cooling down."""
        settings = await self._settings(location)
        claims = await self._take(message, location, finding, settings, "reply")
        reply = await self._compose(_only(finding, claims), settings) if claims else None
        return reply is not None and await self._post(message, location, reply)

    async def offer(self, message: discord.Message, location: Location, finding: Finding) -> bool:
        """Leave the mark of an offer under the message."""
        if not await self._take(message, location, finding, await self._settings(location), "offer"):
            return False
        return await self._write(message, location, lambda: message.add_reaction(OFFER))

    async def accept(self, location: Location, message_id: int) -> bool:
        """Turn an offer into a card, once; the message is fetched and checked anew, because no text is kept."""
        touchstone = self.bot.touchstone
        if not await asyncio.to_thread(touchstone.answers.accept_offer, location.channel, message_id):
            return False
        message = await self._fetch(location, message_id)
        if message is None:
            return False
        finding = await asyncio.to_thread(touchstone.check, message.content, location.server)
        reply = await self._compose(finding, await self._settings(location))
        return reply is not None and await self._post(message, location, reply)

    async def _fetch(self, location: Location, message_id: int) -> discord.Message | None:
        """Fetch a message; None where it is gone, or where Discord refuses, which gives the offer back."""
        channel = self.bot.get_partial_messageable(location.channel, guild_id=location.server)
        try:
            return await channel.fetch_message(message_id)
        except discord.NotFound:
            return None
        except discord.Forbidden as refusal:
            await asyncio.to_thread(self.bot.touchstone.answers.release, location.channel, message_id)
            self.bot.backoff.refused(location.channel, refusal.text)
            return None

    async def _settings(self, location: Location) -> ServerSettings:
        return await asyncio.to_thread(self.bot.touchstone.servers.settings, location.server)

    async def _take(
        self, message: discord.Message, location: Location, finding: Finding, settings: ServerSettings, kind: AnswerKind
    ) -> tuple[str, ...]:
        """Take the message for one answer; returns the claims that may be answered now."""
        reply = await self._compose(finding, settings)
        if reply is None:
            return ()
        hours = self.bot.settings.cooldown_hours if settings.cooldown_hours is None else settings.cooldown_hours
        claims = tuple(entry.claim_id for entry in reply.entries)
        take = self.bot.touchstone.answers.take
        taken = (location.server, location.channel, message.id, message.author.id, claims, timedelta(hours=hours))
        return await asyncio.to_thread(take, *taken, kind=kind)

    async def _compose(self, finding: Finding, settings: ServerSettings) -> Reply | None:
        language = chosen_language(settings.language, self.bot.settings.language, otherwise=finding.language)
        return await asyncio.to_thread(self.bot.touchstone.compose, finding, language, server=settings.server)

    async def _post(self, message: discord.Message, location: Location, reply: Reply) -> bool:
        texts = self.bot.texts(reply.language)
        card = draw_card(reply, texts, card_buttons([entry.claim_id for entry in reply.entries], texts))

        async def send() -> None:
            sent = await message.reply(view=card, mention_author=False)
            posted = self.bot.touchstone.answers.posted
            await asyncio.to_thread(posted, location.channel, message.id, sent.id, reply.language)

        return await self._write(message, location, send)

    async def _write(self, message: discord.Message, location: Location, act: Callable[[], Awaitable[None]]) -> bool:
        """Write to Discord; returns whether it was taken. After a 5xx nobody knows: it stays taken, and is raised."""
        try:
            await act()
        except discord.HTTPException as refusal:
            if refusal.status >= _UNCERTAIN:
                raise
            await asyncio.to_thread(self.bot.touchstone.answers.release, location.channel, message.id)
            if isinstance(refusal, discord.Forbidden):
                self.bot.backoff.refused(location.channel, refusal.text)
            else:
                _log.info("Message %s could not be answered: %s", message.id, refusal)
            return False
        self.bot.backoff.answered(location.channel)
        return True


def _only(finding: Finding, claims: tuple[str, ...]) -> Finding:
    return replace(finding, matches=tuple(match for match in finding.matches if match.claim in claims))


_LONGEST_FAREWELL = 3.0


class Watch(commands.Cog):
    """Listens to new messages and to clicks on offers; edits are never looked at."""

    def __init__(self, bot: TouchstoneBot) -> None:
        self.bot = bot
        self.answering = Answering(bot)
        self._running: set[asyncio.Task[Any]] = set()

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Check a member's message in a channel that is switched on."""
        location = location_of(message)
        if location is None or self.bot.backoff.holds(location.channel):
            return
        async with self._counted():
            mode = await asyncio.to_thread(self.bot.touchstone.servers.channel_mode, location.server, location.home)
            if mode != "off":
                await self._check(message, location, mode)

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, click: discord.RawReactionActionEvent) -> None:
        """Post the card of an offer that a member has taken up."""
        is_member = click.member is not None and not click.member.bot
        if (
            click.guild_id is None
            or not is_member
            or str(click.emoji) != OFFER
            or self.bot.backoff.holds(click.channel_id)
        ):
            return
        async with self._counted():
            if await asyncio.to_thread(self.bot.touchstone.answers.is_offered, click.channel_id, click.message_id):
                location = Location(click.guild_id, click.channel_id, click.channel_id)
                await self.answering.accept(location, click.message_id)

    async def cog_unload(self) -> None:
        """Let answers that are under way go out before the bot leaves Discord."""
        await self.finish()

    async def finish(self) -> None:
        """Wait a few seconds for answers that are being written."""
        if self._running:
            await asyncio.wait(self._running, timeout=_LONGEST_FAREWELL)

    async def _check(self, message: discord.Message, location: Location, mode: str) -> None:
        started = monotonic()
        finding = await asyncio.to_thread(self.bot.touchstone.check, message.content, location.server)
        self.bot.metrics.note(location.server, monotonic() - started)
        action = action_in(mode, finding.action)
        if mode == "shadow":
            note = self.bot.touchstone.moderation.shadow.note
            await asyncio.to_thread(note, location.server, location.channel, message.id, message.author.id, finding)
        if finding.action != "silent" or is_dispute(finding):
            await self._note(message, location, finding, action)
        elif near := finding.near_miss(self.bot.settings.near_miss_share):
            await self._note_near(message, location, near)
        if action == "reply":
            await self.answering.reply(message, location, finding)
        elif action == "offer":
            await self.answering.offer(message, location, finding)

    async def _note(self, message: discord.Message, location: Location, finding: Finding, action: Action) -> None:
        """Keep a sighting: ids and scores, no text."""
        record = self.bot.touchstone.sightings.record
        await asyncio.to_thread(
            record, location.server, location.channel, message.id, message.author.id, finding, action
        )

    async def _note_near(self, message: discord.Message, location: Location, near: Match) -> None:
        """Put a near miss into the moderators' queue: by the message's link, no text."""
        note, author = self.bot.touchstone.moderation.queue.note_near_miss, message.author.id
        await asyncio.to_thread(note, location.server, location.channel, message.id, author, near.claim, near.score)

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
