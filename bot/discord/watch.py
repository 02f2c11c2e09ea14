"""Read along where moderators have switched the bot on: check each message, then reply, offer or stay silent.

A card stands as long as its message says what the card answers. Whoever clicks a hint reads the answer privately, and
may show it to everybody.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from weakref import WeakValueDictionary

import discord
from discord import ui
from discord.ext import commands

from bot.answering import Answerer, Heard
from bot.discord.bot import DIRECT_MESSAGE, TouchstoneBot, roles_of
from bot.discord.cards import draw_card, draw_lines, draw_pages, evidence_lines
from bot.discord.errors import FAILED_REQUEST, LOST_REQUEST
from bot.discord.lanes import LATE, WaitingRoom, deadline, take_lane
from bot.discord.messages import (
    Location,
    heard_in,
    location_of,
    message_link,
    open_finding,
    rules_for,
    said_in,
    without_spoilers,
)
from bot.discord.posting import LAPSED, OFFER, Answering, place_of
from bot.discord.redraw import follow_edit
from bot.discord.routes import UNREADABLE, Click, Route, Router
from bot.texts import msgid
from checks.model import Finding
from claims.answering.answers import AnswerRecord
from claims.store.freshness import Newest
from config.errors import ClaimBaseError, DatabaseError, UnknownEntryError
from config.languages import Language

_log = logging.getLogger(__name__)

# How long after it was written a message that is edited into a claim is still checked.
FRESH = timedelta(minutes=10)
_REMEMBERED = 5_000
_HOUR = 60 * 60.0
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
        if message.author == self.bot.user:
            async with self.counted():
                await self.answering.found(message)
            return
        if message.guild is None:
            self.bot.dispatch(DIRECT_MESSAGE, message)
            return
        location = location_of(message)
        if location is None or self.bot.backoff.holds(location.channel):
            return
        take_lane("chat")
        async with self.counted(message.id):
            mode = await rules_for(self.bot.touchstone, message, location, roles_of(message.author))
            if mode != "off":
                await self._check(message, location, mode)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Answer what was taken shortly before the start, and not answered."""
        answers = self.bot.touchstone.answers
        for waiting in await asyncio.to_thread(answers.unposted, LATE):
            if self.bot.get_guild(waiting.server) is None:
                continue
            async with self.counted(waiting.message):
                take_lane("answers")
                try:
                    record = await asyncio.to_thread(answers.answer, waiting.channel, waiting.message)
                    if record is not None and record.kind == "reply" and record.card_message is None:
                        await self.answering.take_up(record)
                except (*FAILED_REQUEST, ClaimBaseError) as failure:
                    _log.info("Message %s is not answered after the start: %s", waiting.message, failure)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Take card or hint away where the claim is gone; check a message that was left alone, soon after it came."""
        message = event.message
        # What Discord adds by itself, such as the preview of a link, is no edit.
        if message.edited_at is None or event.guild_id is None:
            return
        async with self.counted(message.id):
            take_lane("answers")
            record = await asyncio.to_thread(self.bot.touchstone.answers.answer, event.channel_id, message.id)
            await self._reads_anew(message, record, message.edited_at)

    @commands.Cog.listener()
    async def on_thread_update(self, before: discord.Thread, after: discord.Thread) -> None:
        """Take a new title of a forum's post for an edit of the message that it begins with."""
        if before.name != after.name:
            await self._renamed(after)

    @commands.Cog.listener()
    async def on_raw_thread_update(self, event: discord.RawThreadUpdateEvent) -> None:
        """Do the same for a post that comes out of the archive: nobody knows any more what it was called."""
        guild = self.bot.get_guild(event.guild_id) if event.thread is None else None
        post = guild.get_thread(event.thread_id) if guild is not None else None
        if post is not None:
            await self._renamed(post)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Take the card of a deleted message away. Discord does not tell who it was: this counts as its author."""
        async with self.counted(event.message_id):
            take_lane("answers")
            await self.answering.gone(event.channel_id, event.message_id, is_retracted=True)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Take the cards of deleted messages away; so many at once delete moderators and bots, never their author."""
        for message in sorted(event.message_ids):
            async with self.counted(message):
                take_lane("answers")
                await self.answering.gone(event.channel_id, message, is_retracted=False)

    async def cog_unload(self) -> None:
        """Let answers that are under way go out before the bot leaves Discord, and write what was counted."""
        await self.finish()
        try:
            await asyncio.to_thread(self.bot.touchstone.moderation.shadow.flush)
        except DatabaseError as error:
            _log.warning("Counts of the last seconds are lost: %s", error)

    async def finish(self) -> None:
        """Wait a few seconds for answers that are being written."""
        if self._running:
            await asyncio.wait(self._running, timeout=_LONGEST_FAREWELL)

    async def _renamed(self, post: discord.Thread) -> None:
        """Read the first message of a post, which has its number, where something may follow from a new title."""
        if not isinstance(post.parent, discord.ForumChannel):
            return
        renamed_at, touchstone = discord.utils.utcnow(), self.bot.touchstone
        async with self.counted(post.id):
            take_lane("answers")
            record = await asyncio.to_thread(touchstone.answers.answer, post.id, post.id)
            if record is None:
                # Discord is not asked for what would not be checked.
                rules = await asyncio.to_thread(touchstone.servers.rules, post.guild.id, post.parent.id, post.owner_id)
                if rules.heard_as == "off" or renamed_at - discord.utils.snowflake_time(post.id) > FRESH:
                    return
            try:
                message = await post.fetch_message(post.id)
            except FAILED_REQUEST as failure:
                _log.info("The message of post %s could not be read under its new title: %s", post.id, failure)
            else:
                await self._reads_anew(message, record, renamed_at)

    async def _reads_anew(self, message: discord.Message, record: AnswerRecord | None, edited_at: datetime) -> None:
        """Do what follows from an edit: an answer goes with its claim, and what was left alone may be checked."""
        location = location_of(message)
        if record is not None:
            if not record.hidden and not await follow_edit(self.bot, record, message):
                await self.answering.take_away(record)
        elif location is not None and self._is_first_edit(message, edited_at):
            mode = await self.answering.mode(message, location)
            if mode != "off" and not self.bot.backoff.holds(location.channel):
                await self._check(message, location, mode, edited_at)

    def _is_first_edit(self, message: discord.Message, edited_at: datetime) -> bool:
        """Tell whether the edit comes soon enough to be looked at, and is the first of its message that does."""
        if edited_at - message.created_at > FRESH or message.id in self._edited:
            return False
        self._edited[message.id] = None
        if len(self._edited) > _REMEMBERED:
            del self._edited[next(iter(self._edited))]
        return True

    async def _check(
        self, message: discord.Message, location: Location, mode: str, edited_at: datetime | None = None
    ) -> None:
        age = discord.utils.utcnow() - (edited_at or message.created_at)
        text, until = said_in(message), deadline(self.answering.clock(), age)
        take_lane("chat", until)
        answerer, has_waited = Answerer(self.bot.touchstone), self._room.is_full
        async with self._room.turn(may_reply=mode == "on") as has_turn:
            # Whoever has waited for a turn may have been left alone meanwhile, or the channel switched off.
            if not has_turn or (has_waited and await self.answering.mode(message, location) != mode):
                return
            started = monotonic()
            # A message that was edited has been counted before.
            heard, is_new = heard_in(message, location), edited_at is None
            as_of, finding = await asyncio.to_thread(self._read, heard, text, mode, is_new=is_new)
            self.bot.metrics.note(location.server, monotonic() - started, is_new=is_new)
            if _is_small_talk(finding, mode, is_new=is_new):
                return
            if finding.action == "reply":
                place = location.home, location.server
                seen = await asyncio.to_thread(open_finding, self.bot.touchstone, text, finding, *place)
                finding = seen or replace(finding, action="offer")
            action = answerer.action(finding, mode)
        take_lane("answers", until)
        await asyncio.to_thread(answerer.note, heard, finding, mode, action, is_new=is_new)
        if action == "reply":
            await self.answering.reply(message, location, finding, until, as_of)
        elif action == "offer" and self._room.is_pressed:
            self._room.give_up_hint()
        elif action == "offer":
            await self.answering.offer(message, location, finding)

    def _read(self, heard: Heard, text: str, mode: str, *, is_new: bool) -> tuple[Newest, Finding]:
        """Check a message; return what it was checked against, and what was found.

        What is no more than small talk is noted as well, so that one thread's turn is enough.
        """
        touchstone = self.bot.touchstone
        as_of = touchstone.base.database.newest()
        finding = touchstone.check_in(heard.home, text, heard.server)
        # Of small talk a budget alone wants to know.
        if is_new and _is_small_talk(finding, mode) and touchstone.servers.settings(heard.server).budget is not None:
            Answerer(touchstone).note(heard, finding, mode, "silent")
        return as_of, finding

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


def _is_small_talk(finding: Finding, mode: str, *, is_new: bool = True) -> bool:
    """Tell whether nothing follows from a message; in shadow even that is counted, once."""
    return not finding.matches and (mode != "shadow" or not is_new)


_GONE = msgid("There is nothing to show any more: the message is gone or reads differently, or its answer stands.")

OPEN = Route("ts:hint:open:{channel:number}:{message:number}", way="below")
MORE = Route("ts:hint:more:{channel:number}:{message:number}", way="below")
SHOW = Route("ts:hint:show:{channel:number}:{message:number}", way="below")
_Drawn = tuple[discord.Message, ui.LayoutView]


class Offers(commands.Cog):
    """Answers a click on a hint by a direct message, or, where its reader takes none, by a button in the channel.

    Reactions are no interactions: Discord lets nobody answer them privately in the channel itself.
    """

    def __init__(self, bot: TouchstoneBot, router: Router, watch: Watch) -> None:
        self.bot = bot
        self._watch = watch
        self._served: dict[tuple[int, int], None] = {}
        # By message, the line in the channel that has the button; None while it is being written. Those from before a
        # restart are not known: they go when somebody clicks them in vain.
        self._lines: dict[int, int | None] = {}
        # By channel, when such lines were posted within the hour.
        self._posted: dict[int, deque[float]] = {}
        router.answer(OPEN, self._open)
        router.answer(MORE, self._more)
        router.answer(SHOW, self._show)

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, click: discord.RawReactionActionEvent) -> None:
        """Send the answer of an offer to the member who has taken it up."""
        member = click.member
        if click.guild_id is None or member is None or member.bot or str(click.emoji) != OFFER:
            return
        if self.bot.backoff.holds(click.channel_id):
            return
        channel, message = click.channel_id, click.message_id
        async with self._watch.counted():
            if await self._watch.answering.offered(channel, message) and self._is_first(message, member.id):
                is_sent = False
                try:
                    is_sent = await self._send(member, channel, message)
                except LOST_REQUEST as failure:
                    _log.info("The answer to message %s could not be sent: %r", message, failure)
                finally:
                    if not is_sent:
                        # The next click tries again.
                        self._served.pop((message, member.id), None)

    def _is_first(self, message: int, member: int) -> bool:
        """Tell whether the member has not had this answer: who toggles a reaction gets it once."""
        if (message, member) in self._served:
            return False
        self._served[message, member] = None
        if len(self._served) > _REMEMBERED:
            del self._served[next(iter(self._served))]
        return True

    async def _send(self, member: discord.Member, channel: int, message: int) -> bool:
        """Send the answer, or a button to who takes no letters; returns whether another click shall bring nothing."""
        if (drawn := await self._draw(channel, message, elsewhere=True)) is None:
            return False
        found, card = drawn
        try:
            await member.send(view=card)
        except discord.Forbidden:
            return await self._post_button(channel, found)
        return True

    async def _post_button(self, channel: int, said: discord.Message) -> bool:
        """Post a line with a button that opens the answer privately, one for all; False where Discord failed."""
        message = said.id
        record = await self._watch.answering.offered(channel, message)
        # What was read since a hint was left may have been switched off.
        if record is None or not await self._watch.answering.may_hint(said, place_of(record)):
            return True
        most = await self._watch.answering.most(place_of(record))
        # Whoever says many claims and clicks their hints fills no channel with lines, as with cards.
        recent, now = self._posted.setdefault(channel, deque()), monotonic()
        while recent and recent[0] < now - _HOUR:
            recent.popleft()
        # From here to the reservation nothing is awaited: who clicks at the same moment finds it.
        if message in self._lines or len(recent) >= most:
            return True
        recent.append(now)
        self._lines[message] = None
        if len(self._lines) > _REMEMBERED:
            del self._lines[next(iter(self._lines))]
        try:
            posted = await self._send_line(record)
        except BaseException as failure:
            self._lines.pop(message, None)
            with contextlib.suppress(ValueError):
                recent.remove(now)
            if not isinstance(failure, FAILED_REQUEST):
                raise
            if isinstance(failure, discord.Forbidden):
                self.bot.backoff.refused(channel, failure.text)
            return False
        if message in self._lines:
            self._lines[message] = posted.id
        else:
            # The message has gone while the line was on its way.
            await self._delete(channel, posted.id)
        return True

    async def _send_line(self, record: AnswerRecord) -> discord.Message:
        guild, number, place = self.bot.get_guild(record.server), record.message, record.channel
        texts = await self.bot.server_texts(record.server, guild.preferred_locale if guild else None)
        line = texts("-# What I know of this claim, for your eyes only:")
        view = draw_lines([line], texts, [OPEN.button(texts("Read the answer"), channel=place, message=number)])
        channel = self.bot.get_partial_messageable(place, guild_id=record.server)
        about = channel.get_partial_message(number).to_reference(fail_if_not_exists=False)
        return await channel.send(view=view, reference=about, mention_author=False)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Forget a line that is gone: the next one who needs it gets a new one."""
        self._forget((event.message_id,))

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Do the same where many are gone at once."""
        self._forget(event.message_ids)

    def _forget(self, gone: Collection[int]) -> None:
        for message in [message for message, line in self._lines.items() if line in gone]:
            del self._lines[message]

    @commands.Cog.listener(f"on_{LAPSED}")
    async def drop_line(self, channel: int, message: int) -> None:
        """Take the line with the button away where there is nothing to read any more."""
        if (line := self._lines.pop(message, None)) is not None:
            await self._delete(channel, line)

    async def _delete(self, channel: int, line: int) -> None:
        with contextlib.suppress(*FAILED_REQUEST):
            await self.bot.get_partial_messageable(channel).get_partial_message(line).delete()

    async def _draw(
        self, channel: int, message: int, language: Language | None = None, *, elsewhere: bool = False
    ) -> _Drawn | None:
        """Return the message and its private card; a button shows that to everybody, but for what is in a spoiler.

        `elsewhere`: it is read where the message does not stand, and says which one it is about.
        """
        if (read := await self._watch.answering.read(channel, message, language)) is None:
            return None
        record, found, reply = read
        texts, said = self.bot.texts(reply.language), said_in(found)
        about = texts("About this message: {link}", link=message_link(record.server, channel, message))
        buttons = [MORE.button(texts("More"), channel=channel, message=message)]
        if without_spoilers(said) == said:
            buttons.append(SHOW.button(texts("Show everybody"), channel=channel, message=message))
        return found, draw_card(reply, texts, buttons, [f"-# {about}"] if elsewhere else [])

    async def _open(self, click: Click) -> None:
        """Show the answer to whoever clicks the button in the channel."""
        channel, message = click.number("channel"), click.number("message")
        if click.channel != channel:
            raise UnknownEntryError(UNREADABLE)
        if (drawn := await self._draw(channel, message, click.texts.language)) is None:
            self._lines.pop(message, None)
            await self._delete(channel, click.message)
            raise UnknownEntryError(_GONE)
        await click.respond(drawn[1])

    async def _readable(self, click: Click) -> tuple[AnswerRecord, int]:
        """Return the offer that a click is about, and the channel whose settings count, which the person may read."""
        record = await self._watch.answering.offered(click.number("channel"), click.number("message"))
        if record is None:
            raise UnknownEntryError(_GONE)
        return record, await self._watch.answering.readable_home(click.interaction.user.id, record)

    async def _more(self, click: Click) -> None:
        """Send all there is on the claims of the private card, which may be a direct message."""
        record, _ = await self._readable(click)
        if (read := await self._watch.answering.read(record.channel, record.message)) is None:
            raise UnknownEntryError(_GONE)
        claims = [entry.claim_id for entry in read[2].entries]
        lines = await click.do(evidence_lines, click.touchstone, claims, click.texts, record.server)
        for page in draw_pages(lines):
            await click.respond(page)

    async def _show(self, click: Click) -> None:
        """Post the card in the channel, as if the bot had answered by itself."""
        record, home = await self._readable(click)
        async with self._watch.counted(record.message):
            if not await self._watch.answering.show(Location(record.server, record.channel, home), record.message):
                raise UnknownEntryError(_GONE)
        await self.drop_line(record.channel, record.message)
        await click.respond(click.texts("Everybody sees the card now."))
