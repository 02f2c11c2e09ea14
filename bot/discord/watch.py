"""Read along where moderators have switched the bot on: check each message, then reply, offer or stay silent.

A card stands as long as its message says what the card answers.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any
from weakref import WeakValueDictionary

import discord
from discord.ext import commands

from bot.answering import Answerer, Heard
from bot.discord.bot import DIRECT_MESSAGE, TouchstoneBot, tirelessly
from bot.discord.card_buttons import card_buttons
from bot.discord.cards import draw_public
from bot.discord.lanes import WaitingRoom, take_lane
from bot.discord.notices import log_answer, tell_used_up
from bot.discord.request import Location, home_of, is_open, location_of, roles_of, said_in
from bot.reply import Reply
from checks.model import Finding
from claims.answering.answers import AnswerKind, AnswerRecord
from claims.store.server_settings import ServerSettings

_log = logging.getLogger(__name__)

# The mark of an offer, and what members click to take it up.
OFFER = "🔎"

# An answer that comes later than this after its message would stand among other talk.
LATE = timedelta(seconds=30)
# How long after it was written a message that is edited into a claim is still checked.
FRESH = timedelta(minutes=10)
_MISSED = timedelta(hours=1)
_REMEMBERED = 5_000


@dataclass(frozen=True, slots=True)
class Answering:
    """Writes in the answer book first and to Discord second, so that no crash can make a double answer."""

    bot: TouchstoneBot
    clock: Callable[[], float] = monotonic

    @property
    def answerer(self) -> Answerer:
        """What decides; it does not know Discord."""
        return Answerer(self.bot.touchstone)

    def deadline(self, message: discord.Message) -> float:
        """Return until when, by the clock, an answer to a message that has just come is in time."""
        age = discord.utils.utcnow() - (message.edited_at or message.created_at)
        # Discord sends again what a lost connection has missed, but nothing that old: then a clock is wrong.
        waited = age if timedelta(0) < age < _MISSED else timedelta(0)
        return self.clock() + (LATE - waited).total_seconds()

    async def reply(self, message: discord.Message, location: Location, finding: Finding, until: float) -> None:
        """Post the card for a finding, unless the message was answered before or its claims are cooling down.

        Where it would come too late, the channel has had its cards for this hour, or the server's budget is used up, it
        becomes an offer.
        """
        settings, answerer = await self._settings(location), self.answerer
        if self.clock() >= until:
            await self._answer(message, location, finding, settings, "offer")
        elif await asyncio.to_thread(answerer.afford, settings) == "reply":
            if not await self._answer(message, location, finding, settings, "reply", until):
                await asyncio.to_thread(answerer.unsaid, settings)
        else:
            if settings.budget is not None and await asyncio.to_thread(answerer.is_news, settings):
                await tell_used_up(self.bot, location.server, settings.budget)
            await self._answer(message, location, finding, settings, "offer")

    async def offer(self, message: discord.Message, location: Location, finding: Finding) -> None:
        """Leave the mark of an offer under the message."""
        await self._answer(message, location, finding, await self._settings(location), "offer")

    async def _answer(
        self,
        message: discord.Message,
        location: Location,
        finding: Finding,
        settings: ServerSettings,
        kind: AnswerKind,
        until: float | None = None,
    ) -> bool:
        """Take the message and write what it gets; returns whether a card stands now."""
        taken = await asyncio.to_thread(self.answerer.take, heard_in(message, location), finding, settings, kind)
        if not taken.claims:
            return False
        if taken.kind == "offer":
            await self._write(message, location, lambda: message.add_reaction(OFFER))
            return False
        # Who forwards a message has not written its figures.
        is_forwarded, reply = bool(message.message_snapshots), taken.reply
        if reply is None or is_forwarded:
            reply = await self._compose(finding, settings, taken.claims, requested=is_forwarded)
        return reply is not None and await self._post(message, location, reply, until)

    async def show(self, location: Location, message_id: int) -> bool:
        """Turn an offer into a card that everybody sees, once."""
        answers = self.bot.touchstone.answers
        if not await asyncio.to_thread(answers.accept_offer, location.channel, message_id):
            return False
        message, reply = await self.read(location, message_id)
        if message is None or reply is None:
            await asyncio.to_thread(answers.stop_cooldown, location.channel, message_id)
            return False
        return await self._post(message, location, reply)

    async def read(
        self, location: Location, message_id: int, *, requested: bool = False
    ) -> tuple[discord.Message | None, Reply | None]:
        """Return a message that was offered an answer, and the answer; it is checked anew, because no text is kept.

        `requested`: the answer is for somebody else than the author.
        """
        message = await self._fetch(location, message_id)
        if message is None:
            return None, None
        finding = await asyncio.to_thread(
            self.bot.touchstone.check_in, self._home(location), said_in(message), location.server
        )
        if finding.action == "silent":
            return message, None
        return message, await self._compose(finding, await self._settings(location), requested=requested)

    async def _fetch(self, location: Location, message_id: int) -> discord.Message | None:
        """Fetch a message; None where it is gone, or where Discord refuses, which gives the offer back."""
        channel = self.bot.get_partial_messageable(location.channel, guild_id=location.server)
        try:
            return await channel.fetch_message(message_id)
        except discord.NotFound:
            return None
        except discord.Forbidden as refusal:
            answers = self.bot.touchstone.answers
            # Who only reads an offer has not taken it up: it stands as it is.
            if not await asyncio.to_thread(answers.is_offered, location.channel, message_id):
                await asyncio.to_thread(answers.release, location.channel, message_id)
            self.bot.backoff.refused(location.channel, refusal.text)
            return None

    def _home(self, location: Location) -> int:
        """Return the channel whose settings count; the record of an answer names a thread itself."""
        return home_of(self.bot.get_channel(location.channel)) or location.home

    async def _settings(self, location: Location) -> ServerSettings:
        """Return the settings that hold where the message stands."""
        return await asyncio.to_thread(self.bot.touchstone.servers.settings_in, location.server, self._home(location))

    async def _compose(
        self,
        finding: Finding,
        settings: ServerSettings,
        claims: tuple[str, ...] | None = None,
        *,
        requested: bool = False,
    ) -> Reply | None:
        compose = self.answerer.compose
        return await asyncio.to_thread(compose, finding, settings, claims, requested=requested)

    async def _post(
        self, message: discord.Message, location: Location, reply: Reply, until: float | None = None
    ) -> bool:
        """Post the card; one that would come after the deadline is given up."""
        texts = self.bot.texts(reply.language)
        buttons = card_buttons([entry.claim_id for entry in reply.entries], texts)
        settings = await self._settings(location)
        card = draw_public(reply, texts, buttons, settings.card_form)

        async def send() -> None:
            sent = await message.reply(view=card, mention_author=False, nonce=nonce_of(message.id))
            posted = self.bot.touchstone.answers.posted
            await asyncio.to_thread(posted, location.channel, message.id, sent.id, reply.language)

        posted = await self._write(message, location, send, until)
        if posted:
            place = (location.server, location.channel, message.id)
            report = await asyncio.to_thread(self.answerer.report, *place)
            if report is not None and settings.moderators_channel is not None:
                await log_answer(self.bot, report, settings.moderators_channel)
        return posted

    async def _write(
        self,
        message: discord.Message,
        location: Location,
        act: Callable[[], Awaitable[None]],
        until: float | None = None,
    ) -> bool:
        """Write to Discord until it is taken or the deadline is over; returns whether it was taken.

        What is written may arrive without our being told: it is written so that a second time does nothing.
        """
        seconds = LATE.total_seconds() if until is None else max(until - self.clock(), 0)
        try:
            # Discord's library waits as long as Discord's limits want it.
            async with asyncio.timeout(seconds):
                await tirelessly(act)
        except TimeoutError:
            # It may have arrived after all: the message stays taken, but what it says can be answered elsewhere.
            await asyncio.to_thread(self.bot.touchstone.answers.stop_cooldown, location.channel, message.id)
            _log.info("Message %s is not answered: it would have come too late", message.id)
            return False
        except discord.HTTPException as refusal:
            await asyncio.to_thread(self.bot.touchstone.answers.release, location.channel, message.id)
            if isinstance(refusal, discord.Forbidden):
                self.bot.backoff.refused(location.channel, refusal.text)
            else:
                _log.info("Message %s could not be answered: %s", message.id, refusal)
            return False
        self.bot.backoff.answered(location.channel)
        return True

    async def take_up(self, record: AnswerRecord) -> bool:
        """Post the card of a message that was taken and not answered, because the process ended between the two."""
        location = Location(record.server, record.channel, record.channel)
        message, reply = await self.read(location, record.message)
        if message is None or reply is None or not {entry.claim_id for entry in reply.entries} & set(record.claims):
            await asyncio.to_thread(self.bot.touchstone.answers.stop_cooldown, record.channel, record.message)
            return False
        age = (discord.utils.utcnow() - record.taken_at).total_seconds()
        return await self._post(message, location, reply, self.clock() + LATE.total_seconds() - age)


_NONCE = "answer"


def nonce_of(message: int) -> str:
    """Return what tells Discord that a reply to a message is the same one, tried again."""
    return f"{_NONCE}{message}"


def heard_in(message: discord.Message, location: Location) -> Heard:
    """Return what the decision has to know of a message."""
    return Heard(location.server, location.channel, message.id, message.author.id)


_LONGEST_FAREWELL = 3.0


class Watch(commands.Cog):
    """Listens to messages that come, are edited and go; each is checked once when it comes, and once when edited."""

    def __init__(self, bot: TouchstoneBot) -> None:
        self.bot = bot
        self.answering = Answering(bot)
        self._running: set[asyncio.Task[Any]] = set()
        self._edited: dict[int, None] = {}
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._room = WaitingRoom()

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Check a member's message in a channel that is switched on."""
        if _is_own_card(message, self.bot.user):
            async with self.counted():
                await self._found(message)
            return
        if message.guild is None:
            self.bot.dispatch(DIRECT_MESSAGE, message)
            return
        location = location_of(message)
        if location is None or self.bot.backoff.holds(location.channel):
            return
        take_lane("chat", monotonic() + LATE.total_seconds())
        async with self.counted(message.id):
            mode = await self._mode(message, location)
            if mode != "off":
                await self._check(message, location, mode)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Answer what was taken shortly before the start, and not answered."""
        async with self.counted():
            for record in await asyncio.to_thread(self.bot.touchstone.answers.unposted, LATE):
                if self.bot.get_guild(record.server) is not None:
                    await self.answering.take_up(record)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Take card or hint away where the claim is gone; check a message that was left alone, soon after it came."""
        message = event.message
        location = location_of(message) if message.guild is not None else None
        # What Discord adds by itself, such as the preview of a link, is no edit.
        if message.edited_at is None or event.guild_id is None:
            return
        async with self.counted(message.id):
            take_lane("answers", monotonic() + LATE.total_seconds())
            record = await asyncio.to_thread(self.bot.touchstone.answers.answer, event.channel_id, message.id)
            if record is not None:
                if not record.hidden and not await self._still_says(record, message):
                    await self._take_away(record)
            elif location is not None and self._is_first_edit(message) and not self.bot.backoff.holds(location.channel):
                mode = await self._mode(message, location)
                if mode != "off":
                    await self._check(message, location, mode)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Take the card of a deleted message away."""
        async with self.counted(event.message_id):
            take_lane("answers", monotonic() + LATE.total_seconds())
            await self._gone(event.channel_id, event.message_id)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Take the cards of deleted messages away."""
        for message in sorted(event.message_ids):
            async with self.counted(message):
                take_lane("answers", monotonic() + LATE.total_seconds())
                await self._gone(event.channel_id, message)

    async def cog_unload(self) -> None:
        """Let answers that are under way go out before the bot leaves Discord."""
        await self.finish()

    async def finish(self) -> None:
        """Wait a few seconds for answers that are being written."""
        if self._running:
            await asyncio.wait(self._running, timeout=_LONGEST_FAREWELL)

    async def _found(self, card: discord.Message) -> None:
        """Remember a card of ours that has come to stand, in case nobody told us that it was taken."""
        answered = card.reference.message_id if card.reference else None
        if answered is not None:
            await asyncio.to_thread(self.bot.touchstone.answers.found, card.channel.id, answered, card.id)

    async def _mode(self, message: discord.Message, location: Location) -> str:
        servers = self.bot.touchstone.servers
        about = location.server, location.home, message.author.id, roles_of(message.author)
        # In a busy chat most messages need no thread to be told from where nobody listens.
        rules = servers.rules_at_hand(*about) or await asyncio.to_thread(servers.rules, *about)
        return rules.heard_as

    def _is_first_edit(self, message: discord.Message) -> bool:
        """Tell whether the edit comes soon enough to be looked at, and is the first of its message that does."""
        edited_at = message.edited_at or message.created_at
        if edited_at - message.created_at > FRESH or message.id in self._edited:
            return False
        self._edited[message.id] = None
        if len(self._edited) > _REMEMBERED:
            del self._edited[next(iter(self._edited))]
        return True

    async def _still_says(self, record: AnswerRecord, message: discord.Message) -> bool:
        """Tell whether a message still says a claim that its card answers."""
        found = location_of(message) if message.guild is not None else None
        home = found.home if found else record.channel
        finding = await asyncio.to_thread(self.bot.touchstone.check_in, home, said_in(message), record.server)
        return any(match.claim in record.claims and match.action != "silent" for match in finding.matches)

    async def _gone(self, channel: int, message: int) -> None:
        """Do what follows from a message that was deleted: its card goes too, and a card of ours needs no care."""
        answers = self.bot.touchstone.answers
        record = await asyncio.to_thread(answers.answer, channel, message)
        if record is not None and record.card_message is not None:
            await self._take_away(record)
        elif await asyncio.to_thread(answers.card, channel, message) is not None:
            await asyncio.to_thread(answers.hide, channel, message)

    async def _take_away(self, record: AnswerRecord) -> None:
        """Delete the card of an answer, where one stands, or the hint."""
        channel, card = self.bot.get_partial_messageable(record.channel, guild_id=record.server), record.card_message
        try:
            if card is not None and not record.hidden:
                await channel.get_partial_message(card).delete()
            elif record.kind == "offer" and self.bot.user is not None:
                await channel.get_partial_message(record.message).remove_reaction(OFFER, self.bot.user)
        except discord.NotFound:
            pass
        except discord.HTTPException as refusal:
            _log.info("The answer to message %s could not be taken away: %s", record.message, refusal)
            return
        if card is not None:
            await asyncio.to_thread(
                self.bot.touchstone.answers.hide, record.channel, card, frees_claims=not record.hidden
            )

    def _read(self, heard: Heard, home: int, text: str, mode: str) -> Finding:
        """Check a message; what is no more than small talk is noted as well, so that one thread's turn is enough."""
        touchstone = self.bot.touchstone
        finding = touchstone.check_in(home, text, heard.server)
        # Of small talk a budget alone wants to know.
        if _is_small_talk(finding, mode) and touchstone.servers.settings(heard.server).budget is not None:
            self.answering.answerer.note(heard, finding, mode, "silent")
        return finding

    async def _check(self, message: discord.Message, location: Location, mode: str) -> None:
        text, until = said_in(message), self.answering.deadline(message)
        take_lane("chat", until)
        answerer = self.answering.answerer
        has_waited = self._room.is_full
        async with self._room.turn(may_reply=mode == "on") as has_turn:
            # Whoever has waited for a turn may have been left alone meanwhile, or the channel switched off.
            if not has_turn or (has_waited and await self._mode(message, location) != mode):
                return
            started = monotonic()
            finding = await asyncio.to_thread(self._read, heard_in(message, location), location.home, text, mode)
            self.bot.metrics.note(location.server, monotonic() - started)
            if _is_small_talk(finding, mode):
                return
            action = answerer.action(finding, mode)
            if action == "reply" and not await asyncio.to_thread(
                is_open, self.bot.touchstone, text, finding, location.home, location.server
            ):
                action = answerer.action(finding, mode, is_open=False)
        take_lane("answers", until)
        await asyncio.to_thread(answerer.note, heard_in(message, location), finding, mode, action)
        if action == "reply":
            await self.answering.reply(message, location, finding, until)
        elif action == "offer" and self._room.is_pressed:
            self._room.give_up_hint()
        elif action == "offer":
            await self.answering.offer(message, location, finding)

    @asynccontextmanager
    async def counted(self, message: int = 0) -> AsyncIterator[None]:
        """Let `finish` know of the work in the body; of what is about the same message, one comes after the other."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  listeners run in tasks
        self._running.add(task)
        try:
            async with self._turns.setdefault(message, asyncio.Lock()) if message else nullcontext():
                yield
        finally:
            self._running.discard(task)


def _is_small_talk(finding: Finding, mode: str) -> bool:
    """Tell whether nothing follows from a message; in shadow even that is counted."""
    return not finding.matches and mode != "shadow"


def _is_own_card(message: discord.Message, own: discord.ClientUser | None) -> bool:
    return own is not None and message.author.id == own.id and str(message.nonce or "").startswith(_NONCE)
