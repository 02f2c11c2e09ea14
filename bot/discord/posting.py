"""How answers go out: first into the answer book, then to Discord, as long as somebody wants them there."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from time import monotonic

import discord
from discord import ui

from bot.answering import Answerer, Composed
from bot.discord.bot import STALE_CARD, TouchstoneBot, roles_of, tirelessly
from bot.discord.card_buttons import card_buttons
from bot.discord.cards import card_text, draw_public
from bot.discord.errors import FAILED_REQUEST
from bot.discord.lanes import LATE, deadline, take_lane
from bot.discord.messages import (
    Location,
    heard_in,
    home_of,
    may_read,
    open_finding,
    roles_in,
    rules_for,
    said_in,
    without_spoilers,
)
from bot.discord.notices import log_answer, tell_used_up
from bot.reply import Reply
from bot.texts import msgid
from checks.model import Finding
from claims.answering.answers import AnswerRecord
from claims.store.freshness import Newest
from claims.store.server_settings import HeardAs, ServerSettings
from config.errors import ClaimBaseError, NotAllowedError
from config.languages import Language

_log = logging.getLogger(__name__)

# The mark of an offer, and what members click to take it up.
OFFER = "🔎"
# The event of an offer that has gone, with its message or the claim in it: channel and message.
LAPSED = "lapsed_offer"

# What Discord calls a reaction under a message of somebody who has blocked the bot: no refusal by the channel.
_BLOCKED = 90001

# In which channels a card comes by itself, and in which hints are given and taken up.
_ANSWERING: Collection[HeardAs] = ("on",)
_HINTING: Collection[HeardAs] = ("on", "hint")
_FULL = msgid("The channel has had its cards for this hour: this one is for your eyes only.")
_REFUSED = msgid("Discord does not let me post the card there. A moderator can look at my rights in that channel.")
_FAILED = msgid("Discord did not take my answer. Try again in a minute.")
_QUIET = msgid("I am to say nothing here now, or to leave this message alone: the card is not shown to everybody.")


class _UnwantedError(Exception):
    """Nobody wants the answer any more: it is not written."""


@dataclass(slots=True)
class _Card:
    """A card on its way: the claims it answers, where it may stand, and how it was composed last.

    `is_tried`: it has been sent, now or by a process that has ended, and may stand although Discord has not said so.
    """

    message: discord.Message
    location: Location
    claims: tuple[str, ...]
    composed: Composed | None = None
    modes: Collection[HeardAs] = _ANSWERING
    is_tried: bool = False


@dataclass(frozen=True, slots=True)
class Answering:
    """Writes in the answer book first and to Discord second, so that no crash can make a double answer.

    Between the two may lie half a minute of tries. Before each, the rules are asked again, and what is said is made
    anew where the base has changed.
    """

    bot: TouchstoneBot
    clock: Callable[[], float] = monotonic

    @property
    def answerer(self) -> Answerer:
        """What decides; it does not know Discord."""
        return Answerer(self.bot.touchstone)

    async def mode(self, message: discord.Message, location: Location) -> HeardAs:
        """Return how the message is to be treated as things are now."""
        author, roles = message.author, roles_of(message.author)
        if not isinstance(author, discord.Member) and (await self._settings(location)).exempt_roles:
            # A message that was fetched comes without them.
            guild = self.bot.get_guild(location.server)
            roles = await roles_in(guild, author) if guild is not None else ()
        here = replace(location, home=self._home(location))
        return await rules_for(self.bot.touchstone, message, here, roles)

    async def readable_home(self, user: int, record: AnswerRecord) -> int:
        """Return the channel whose settings count; raises NotAllowedError where somebody may not read it now.

        A direct message stays with whoever has left the server.
        """
        guild, home = self.bot.get_guild(record.server), None
        if guild is not None:
            with contextlib.suppress(*FAILED_REQUEST, discord.ClientException):
                channel = await self.bot.channels.find(guild, record.channel)
                person = guild.get_member(user) or await guild.fetch_member(user)
                home = home_of(channel) if channel is not None and may_read(person, channel) else None
        if home is None:
            raise NotAllowedError("You may not read the channel of this message.")
        return home

    async def reply(
        self, message: discord.Message, location: Location, finding: Finding, until: float, as_of: Newest
    ) -> None:
        """Post the card for a finding, unless the message was answered before or its claims are cooling down.

        Where it would come too late, the channel has had its cards for this hour, or the server's budget is used up, it
        becomes an offer. `as_of`: what the message was checked against.
        """
        settings, answerer = await self._settings(location), self.answerer
        if self.clock() >= until:
            await self.offer(message, location, finding)
        elif await asyncio.to_thread(answerer.afford, settings) == "reply":
            await self._answer(message, location, finding, settings, until, as_of)
        else:
            await self.offer(message, location, finding)
            if settings.budget is not None and await asyncio.to_thread(answerer.is_news, settings):
                await tell_used_up(self.bot, location.server, settings.budget)

    async def offer(self, message: discord.Message, location: Location, finding: Finding) -> None:
        """Leave the mark of an offer under the message."""
        take, heard = self.answerer.take, heard_in(message, location)
        taken = await asyncio.to_thread(take, heard, finding, await self._settings(location), "offer")
        if taken.claims:
            await self._hint(message, location)

    async def _answer(
        self,
        message: discord.Message,
        location: Location,
        finding: Finding,
        settings: ServerSettings,
        until: float,
        as_of: Newest,
    ) -> None:
        """Take the message and write what it gets; the reply goes back into the budget where no card can stand."""
        heard, take, card = heard_in(message, location), self.answerer.take, None
        try:
            taken = await asyncio.to_thread(take, heard, finding, settings, "reply", as_of)
            if taken.claims and taken.kind == "offer":
                await self._hint(message, location)
            elif taken.claims:
                # Who forwards a message has not written its figures.
                composed = None if message.message_snapshots else taken.composed
                card = _Card(message, location, taken.claims, composed)
                await self._post(card, until)
        finally:
            if card is None or not card.is_tried:
                await asyncio.to_thread(self.answerer.unsaid, settings)

    async def _hint(self, message: discord.Message, location: Location) -> None:
        async def react() -> None:
            await self._require(message, location, _HINTING)
            await message.add_reaction(OFFER)

        await self._write(message, location, react)

    async def _require(self, message: discord.Message, location: Location, modes: Collection[HeardAs]) -> None:
        """Raise _UnwantedError where moderators or the author have come to want no answer, or Discord has refused."""
        if self.bot.backoff.holds(location.channel) or await self.mode(message, location) not in modes:
            raise _UnwantedError

    async def may_hint(self, message: discord.Message, location: Location) -> bool:
        """Tell whether a hint under the message may still stand, and be taken up where everybody sees it."""
        return await self.mode(message, location) in _HINTING

    async def most(self, location: Location) -> int:
        """Return how many cards the channel may get in an hour."""
        return self.answerer.cards_per_hour(await self._settings(location))

    async def show(self, location: Location, message_id: int) -> bool:
        """Turn an offer into a card that everybody sees, once; False where there is nothing to show any more.

        Raises NotAllowedError where nothing may be posted, and where Discord has not taken the card.
        """
        answers, most = self.bot.touchstone.answers, await self.most(location)
        record = await asyncio.to_thread(answers.answer, location.channel, message_id)
        message = await self._fetch(location, message_id)
        if message is None and self.bot.backoff.holds(location.channel):
            raise NotAllowedError(_REFUSED)
        if record is None or message is None:
            return False
        if not await self.may_hint(message, location):
            raise NotAllowedError(_QUIET)
        if await asyncio.to_thread(answers.is_full, location.channel, most):
            raise NotAllowedError(_FULL)
        card = _Card(message, location, record.claims, modes=_HINTING)
        card.composed = await asyncio.to_thread(self._compose, card)
        accept, offer = answers.accept_offer, (location.channel, message_id, most)
        if card.composed is None or not await asyncio.to_thread(accept, *offer):
            return False
        # The offer is given up now: what is read from here on is tried again, as for any answer.
        take_lane("answers")
        if not await self._post(card):
            raise NotAllowedError(_REFUSED if self.bot.backoff.holds(location.channel) else _FAILED)
        return True

    async def take_up(self, record: AnswerRecord) -> None:
        """Post the card of a message that was taken and not answered, because the process ended between the two."""
        location = place_of(record)
        message = await self._fetch(location, record.message)
        if message is None:
            await asyncio.to_thread(self.bot.touchstone.answers.stop_cooldown, record.channel, record.message)
            return
        modes = _HINTING if record.offered else _ANSWERING
        card = _Card(message, location, record.claims, modes=modes, is_tried=True)
        await self._post(card, deadline(self.clock(), discord.utils.utcnow() - record.taken_at))

    async def take_away(self, record: AnswerRecord, *, is_retracted: bool = True) -> None:
        """Delete the card of an answer, where one stands, or the hint; tried again while Discord is out of order.

        Where Discord is so for longer, or the process ends meanwhile, the card stays.
        `is_retracted`: the author has taken back what it is about, which counts for the author and not for the channel.
        """
        channel, card = self.bot.get_partial_messageable(record.channel, guild_id=record.server), record.card_message

        async def delete() -> None:
            if card is not None and not record.hidden:
                await channel.get_partial_message(card).delete()
            elif record.kind == "offer" and self.bot.user is not None:
                await channel.get_partial_message(record.message).remove_reaction(OFFER, self.bot.user)

        try:
            async with asyncio.timeout(LATE.total_seconds()):
                await tirelessly(delete)
        except discord.NotFound:
            pass
        except (discord.HTTPException, TimeoutError) as refusal:
            _log.warning("The answer to message %s could not be taken away: %r", record.message, refusal)
            return
        # The time of the tries was not the base's.
        take_lane("answers")
        answers = self.bot.touchstone.answers
        if card is not None:
            how = {"is_freed": not record.hidden, "is_retracted": is_retracted and not record.hidden}
            await asyncio.to_thread(answers.hide, record.channel, card, **how)
        elif record.kind == "offer":
            await asyncio.to_thread(answers.lapse, record.channel, record.message)
            self.bot.dispatch(LAPSED, record.channel, record.message)

    async def gone(self, channel: int, message: int, *, is_retracted: bool) -> None:
        """Do what follows from a message that was deleted: its card goes too, and a card of ours needs no care."""
        answers = self.bot.touchstone.answers
        record = await asyncio.to_thread(answers.answer, channel, message)
        if record is not None and record.card_message is not None:
            await self.take_away(record, is_retracted=is_retracted)
        elif record is not None and record.kind == "offer":
            # Nobody can take it up any more: moderators need not look at it either.
            await asyncio.to_thread(answers.lapse, channel, message)
            self.bot.dispatch(LAPSED, channel, message)
        elif await asyncio.to_thread(answers.card, channel, message) is not None:
            await asyncio.to_thread(answers.hide, channel, message)

    async def found(self, card: discord.Message) -> None:
        """Remember a message of ours that is a card, in case nobody told us that Discord has taken it."""
        answered = card.reference.message_id if card.reference else None
        if answered is not None and str(card.nonce or "").startswith(NONCE):
            await asyncio.to_thread(self.bot.touchstone.answers.found, card.channel.id, answered, card.id)

    async def offered(self, channel: int, message: int) -> AnswerRecord | None:
        """Return the offer that stands under a message."""
        record = await asyncio.to_thread(self.bot.touchstone.answers.answer, channel, message)
        return record if record is not None and record.kind == "offer" else None

    async def read(
        self, channel: int, message_id: int, language: Language | None = None
    ) -> tuple[AnswerRecord, discord.Message, Reply] | None:
        """Return an offer with its message and the answer for somebody else than its author; None: there is none.

        The message is checked anew, because no text is kept. `language`: the reader's, where that is known.
        """
        record = await self.offered(channel, message_id)
        if record is None:
            return None
        location = place_of(record)
        message = await self._fetch(location, message_id)
        if message is None:
            return None
        home, settings = self._home(location), await self._settings(location)
        settings = replace(settings, language=language or settings.language)
        finding = await asyncio.to_thread(self.bot.touchstone.check_in, home, said_in(message), location.server)
        if finding.action == "silent":
            return None
        reply = await asyncio.to_thread(self.answerer.compose, finding, settings, requested=True)
        return None if reply is None else (record, message, reply)

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

    def _compose(self, card: _Card) -> Composed | None:
        """Check the message anew, and compose what is still to be said of the card's claims; None: nothing."""
        touchstone, home, server = self.bot.touchstone, self._home(card.location), card.location.server
        as_of = touchstone.base.database.newest()
        said, is_asked = said_in(card.message), card.modes != _ANSWERING
        finding = open_finding(touchstone, said, touchstone.check_in(home, said, server), home, server)
        # A message may have been edited into a spoiler since, which nobody's click uncovers for others.
        if finding is None or (is_asked and without_spoilers(said) != said):
            return None
        wanted = {"reply", "offer"} if is_asked else {"reply"}
        claims = tuple(each.claim for each in finding.matches if each.claim in card.claims and each.action in wanted)
        settings, is_forwarded = touchstone.servers.settings_in(server, home), bool(card.message.message_snapshots)
        return self.answerer.composed(finding, settings, claims, requested=is_forwarded, as_of=as_of)

    async def _as_now(self, card: _Card) -> Composed:
        """Return the answer as it is to be written now; raises _UnwantedError."""
        await self._require(card.message, card.location, card.modes)
        newest = await asyncio.to_thread(self.bot.touchstone.base.database.newest)
        if card.composed is None or card.composed.as_of != newest:
            card.composed = await asyncio.to_thread(self._compose, card)
        if card.composed is None:
            raise _UnwantedError
        return card.composed

    async def _post(self, card: _Card, until: float | None = None) -> bool:
        """Post the card; one that would come after the deadline is given up."""
        message, location = card.message, card.location

        async def send() -> None:
            composed = await self._as_now(card)
            reply, settings = composed.reply, await self._settings(location)
            texts = self.bot.texts(reply.language)
            buttons = card_buttons([entry.claim_id for entry in reply.entries], texts)
            view = draw_public(reply, texts, buttons, settings.card_form)
            may_stand, card.is_tried = card.is_tried, True
            posted = await message.reply(view=view, mention_author=False, nonce=nonce_of(message.id))
            # Where Discord has taken an earlier try, that is the one that stands: it is drawn anew if it says else.
            is_stale = may_stand and card_text(ui.LayoutView.from_message(posted)) != card_text(view)
            shows = dict.fromkeys(composed.shows, "") if is_stale else composed.shows
            made = location.channel, message.id, posted.id, reply.language, shows
            await asyncio.to_thread(self.bot.touchstone.answers.posted, *made)
            if is_stale:
                self.bot.dispatch(STALE_CARD)

        is_posted = await self._write(message, location, send, until, card)
        if is_posted:
            place = (location.server, location.channel, message.id)
            report = await asyncio.to_thread(self.answerer.report, *place)
            channel = (await self._settings(location)).moderators_channel
            if report is not None and channel is not None:
                await log_answer(self.bot, report, channel)
        return is_posted

    async def _write(
        self,
        message: discord.Message,
        location: Location,
        act: Callable[[], Awaitable[None]],
        until: float | None = None,
        card: _Card | None = None,
    ) -> bool:
        """Write to Discord until it is taken or the deadline is over; returns whether it was taken.

        What is written may arrive without our being told: it is written so that a second time does nothing.
        """
        answers, place = self.bot.touchstone.answers, (location.channel, message.id)
        seconds = LATE.total_seconds() if until is None else max(until - self.clock(), 0)
        try:
            # Discord's library waits as long as Discord's limits want it.
            async with asyncio.timeout(seconds):
                await tirelessly(act)
        except TimeoutError:
            # It may have arrived after all: the message stays taken, but what it says can be answered elsewhere.
            await self._give_up(place, may_stand=card is None or card.is_tried)
            _log.info("Message %s is not answered: it would have come too late", message.id)
            return False
        except ClaimBaseError:
            await self._give_up(place, may_stand=card is not None and card.is_tried)
            raise
        except _UnwantedError:
            await self._give_up(place, may_stand=card is not None and card.is_tried)
            _log.info("Message %s is not answered: what was wanted has changed meanwhile", message.id)
            return False
        except discord.HTTPException as refusal:
            if card is not None:
                card.is_tried = False
            await asyncio.to_thread(answers.release, *place)
            if isinstance(refusal, discord.Forbidden) and refusal.code != _BLOCKED:
                self.bot.backoff.refused(location.channel, refusal.text)
            else:
                _log.info("Message %s could not be answered: %s", message.id, refusal)
            return False
        self.bot.backoff.answered(location.channel)
        return True

    async def _give_up(self, place: tuple[int, int], *, may_stand: bool) -> None:
        """Let claims be answered elsewhere; give message or offer back as well where nothing can have come of it."""
        # The base may have been away until now, and all of the time is over.
        take_lane("answers")
        answers = self.bot.touchstone.answers
        await asyncio.to_thread(answers.stop_cooldown if may_stand else answers.release, *place)


NONCE = "answer"


def nonce_of(message: int) -> str:
    """Return what tells Discord that a reply to a message is the same one, tried again."""
    return f"{NONCE}{message}"


def place_of(record: AnswerRecord) -> Location:
    """Return where the message of an answer stands."""
    return Location(record.server, record.channel, record.channel)
