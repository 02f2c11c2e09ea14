"""Cards are drawn again: when what they say has changed in the claim base, and when their message was edited."""

import asyncio
import contextlib
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic
from typing import Literal

import discord
from discord.ext import commands, tasks

from bot.answering import Answerer, Composed, chosen_language
from bot.discord.bot import STALE_CARD, UNCERTAIN, TouchstoneBot, tirelessly
from bot.discord.card_buttons import card_buttons
from bot.discord.cards import card_text, draw_public
from bot.discord.errors import LOST_REQUEST
from bot.discord.lanes import LATE, take_lane
from bot.discord.messages import location_of, said_in, without_spoilers
from bot.explain import updated_line
from bot.reply import Reply
from bot.texts import Texts
from claims.answering.answers import AnswerRecord
from claims.answering.corrections import Correction
from claims.store.server_settings import ServerSettings
from config.languages import FIRST_SHOWN, SHOWN

_log = logging.getLogger(__name__)

CardOutcome = Literal["edited", "gone", "refused", "archived", "later"]

# Discord's own limit for edits of messages older than an hour comes as this too, after the library has given up.
_TOO_MANY = 429
_ARCHIVED = 50083
# A card of another author: the bot was set up anew, and its base kept.
_NOT_OURS = 50005


async def edit_card(bot: TouchstoneBot, correction: Correction) -> CardOutcome:
    """Edit the card and write down what became of it.

    Returns:
        "edited"; "gone" for a card that was deleted or cannot be edited for another lasting reason; "refused" where
        the bot may not write in the channel; "archived" in a thread that takes no edits until somebody speaks there;
        "later" where trying again soon may help. With these three it stays pending.
    """
    outcome = await _try(bot, correction)
    corrections = bot.touchstone.moderation.corrections
    if outcome == "edited":
        await asyncio.to_thread(corrections.done, correction)
    elif outcome == "gone":
        await asyncio.to_thread(corrections.gone, correction.channel, correction.card_message)
    return outcome


async def _try(bot: TouchstoneBot, correction: Correction) -> CardOutcome:
    if bot.backoff.holds(correction.channel):
        return "refused"
    channel = bot.get_partial_messageable(correction.channel, guild_id=correction.server)
    card = channel.get_partial_message(correction.card_message)
    try:
        await card.edit(view=await _draw(bot, correction), allowed_mentions=discord.AllowedMentions.none())
    except discord.NotFound:
        return "gone"
    except discord.Forbidden as refusal:
        if refusal.code == _NOT_OURS:
            _log.warning("Card %s is of another application, and stays as it is", correction.card_message)
            return "gone"
        # A pause is as long as people's messages have made it: nobody waits for what the bot does by itself.
        if correction.channel not in bot.backoff.refusing:
            bot.backoff.refused(correction.channel, refusal.text)
        return "refused"
    except discord.HTTPException as failure:
        if failure.status == _TOO_MANY or failure.status >= UNCERTAIN or failure.code == _ARCHIVED:
            _log.info("Card %s is edited later: %s", correction.card_message, failure)
            return "archived" if failure.code == _ARCHIVED else "later"
        _log.warning("Card %s cannot be edited: %s", correction.card_message, failure)
        return "gone"
    except LOST_REQUEST as failure:
        _log.info("Card %s is edited later: %r", correction.card_message, failure)
        return "later"
    return "edited"


async def _draw(bot: TouchstoneBot, correction: Correction) -> discord.ui.LayoutView:
    language = correction.language
    settings = await asyncio.to_thread(bot.touchstone.servers.settings, correction.server)
    if language is None or language not in SHOWN:
        language = chosen_language(settings.language, bot.settings.language, otherwise=FIRST_SHOWN)
    reply = await asyncio.to_thread(bot.touchstone.corrected_reply, correction, language)
    return _view(bot, reply, settings)


def _view(bot: TouchstoneBot, reply: Reply, settings: ServerSettings) -> discord.ui.LayoutView:
    texts = bot.texts(reply.language)
    living = [entry.claim_id for entry in reply.entries if entry.kind]
    return draw_public(reply, texts, card_buttons(living, texts), settings.card_form)


async def follow_edit(bot: TouchstoneBot, record: AnswerRecord, message: discord.Message) -> bool:
    """Tell whether an edited message still says a claim of its answer; let a card that stands say what it says now.

    Nobody is told to have written what stands there no more. What an edit adds gets no answer.
    """
    touchstone, server, place = bot.touchstone, record.server, location_of(message)
    home, said = place.home if place else record.channel, said_in(message)
    # A card is for what all can read.
    seen = without_spoilers(said) if record.kind == "reply" else said
    finding = await asyncio.to_thread(touchstone.check_in, home, seen, server)
    said_still = tuple(
        each.claim for each in finding.matches if each.claim in record.claims and each.action != "silent"
    )
    known = await asyncio.to_thread(touchstone.claims, server)
    # What the corrections say of a withdrawn claim stays.
    if said_still and record.card_message is not None and all(claim in known for claim in record.claims):
        settings = await asyncio.to_thread(touchstone.servers.settings_in, server, home)
        compose, is_forwarded = Answerer(touchstone).composed, bool(message.message_snapshots)
        composed = await asyncio.to_thread(compose, finding, settings, said_still, requested=is_forwarded)
        if composed is not None and not bot.backoff.holds(record.channel):
            standing = [known[claim] for claim in said_still]
            since = touchstone.moderation.corrections.changed_since
            changed = await asyncio.to_thread(since, server, standing, record.taken_at)
            reply = _told_changed(composed.reply, changed, bot.texts(composed.reply.language))
            await _say_anew(bot, record, message.id, replace(composed, reply=reply), settings)
    return bool(said_still)


def _told_changed(reply: Reply, changed: datetime | None, texts: Texts) -> Reply:
    """Let a card go on saying that its claims were others when it was posted."""
    line = updated_line(changed.date(), texts) if changed else ""
    return replace(reply, note=texts.sentences(reply.note, line))


async def _say_anew(
    bot: TouchstoneBot, record: AnswerRecord, message: int, composed: Composed, settings: ServerSettings
) -> None:
    """Edit the card where it says something else than it should; tried again while Discord is out of order."""
    channel = bot.get_partial_messageable(record.channel, guild_id=record.server)
    card, view = channel.get_partial_message(record.card_message or 0), _view(bot, composed.reply, settings)

    async def edit() -> None:
        stands = discord.ui.LayoutView.from_message(await card.fetch())
        if card_text(stands) != card_text(view):
            await card.edit(view=view, allowed_mentions=discord.AllowedMentions.none())

    try:
        async with asyncio.timeout(LATE.total_seconds()):
            await tirelessly(edit)
    except (discord.HTTPException, TimeoutError) as refusal:
        _log.info("Card %s does not follow the edit of its message: %r", card.id, refusal)
        return
    # The time of the tries was not the base's.
    take_lane("answers")
    made = record.channel, message, card.id, composed.reply.language, composed.shows
    await asyncio.to_thread(bot.touchstone.answers.posted, *made)


@dataclass(slots=True)
class Run:
    """Edits until nothing is left or `stop` is set; what it has done is in the claim base after each card.

    `pause`: seconds between two cards. `edited`: how many cards of each server have been edited so far; `left`: cards
    for which trying again later may help; `is_passing`: for some of them soon.
    """

    bot: TouchstoneBot
    idle: Callable[[], Awaitable[None]]
    stop: asyncio.Event
    pause: float
    edited: Counter[int] = field(default_factory=Counter[int])
    left: set[int] = field(default_factory=set[int])
    is_passing: bool = False
    _gone: int = 0
    _shut: set[int] = field(default_factory=set[int])
    _revision: int = -1
    _waiting: deque[Correction] = field(default_factory=deque[Correction])

    async def begin(self) -> bool:
        """Look for cards; returns whether there are any."""
        await self._refresh()
        return bool(self._waiting)

    async def go(self) -> None:
        """Edit one card after the other; a claim that changes meanwhile is seen before the next card."""
        _log.info("Corrections: %d cards to edit", len(self._waiting))
        while not self.stop.is_set():
            await self._refresh()
            if not self._waiting:
                break
            await self.idle()
            correction = self._waiting.popleft()
            self._note(correction, await edit_card(self.bot, correction))
            await self._rest()
        counts = (self.edited.total(), self._gone, len(self.left))
        _log.info("Corrections: %d cards edited, %d gone, %d left for later", *counts)

    def _note(self, correction: Correction, outcome: CardOutcome) -> None:
        match outcome:
            case "edited":
                self.edited[correction.server] += 1
            case "later":
                self.left.add(correction.card_message)
                self.is_passing = True
            case "gone":
                self._gone += 1
            case "refused" | "archived":
                # Many refused requests would get the bot banned: the channel's cards wait for another run.
                self._shut.add(correction.channel)
                here = [correction, *(each for each in self._waiting if each.channel == correction.channel)]
                self.left |= {each.card_message for each in here}
                self._waiting = deque(each for each in self._waiting if each.channel != correction.channel)

    async def _refresh(self) -> None:
        """Read the cards anew where the base has changed since."""
        revision = await asyncio.to_thread(lambda: self.bot.touchstone.base.revision)
        if revision == self._revision:
            return
        self._revision = revision
        pending = await asyncio.to_thread(self.bot.touchstone.moderation.corrections.pending)
        self.left |= {each.card_message for each in pending if each.channel in self._shut}
        self._waiting = deque(each for each in pending if each.card_message not in self.left)

    async def _rest(self) -> None:
        """Wait between two cards, or until the bot closes."""
        try:
            async with asyncio.timeout(self.pause):
                await self.stop.wait()
        except TimeoutError:
            return


_LONGEST_RETRY = 3600.0
_LONGEST_FAREWELL = 3.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two looks at the base's revision, between two edits, and until cards are first tried again."""

    look: float = 30.0
    pause: float = 1.0
    retry: float = 60.0


class CorrectionRuns(commands.Cog):
    """Starts a run shortly after the base has changed, at the start of the bot, and again where cards were left.

    It keeps nothing of a run but its counts: which cards wait is read from the claim base, also after a restart. Cards
    that could not be edited are tried again after twice as long each time; where all of them stand in archived threads
    or out of reach, hourly. `idle` waits for answers under way, which go first.
    """

    def __init__(self, bot: TouchstoneBot, idle: Callable[[], Awaitable[None]], pace: Pace) -> None:
        self.bot = bot
        self._idle = idle
        self._pace = pace
        self._retry = pace.retry
        self._again_at = float("inf")
        self._stop = asyncio.Event()
        self._one = asyncio.Lock()
        self._seen = -1
        self._latest: Run | None = None

    @property
    def edited(self) -> Counter[int]:
        """How many cards of each server have been edited in the run that is on, or else in the latest one."""
        return self._latest.edited if self._latest else Counter()

    async def cog_load(self) -> None:
        """Begin to look."""
        self.look.change_interval(seconds=self._pace.look)
        self.look.start()

    async def cog_unload(self) -> None:
        """End between two cards; an edit that hangs is given up, and made again after the next start."""
        self._stop.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST_FAREWELL), self._one:
                pass
        self.look.cancel()

    @commands.Cog.listener(f"on_{STALE_CARD}")
    async def posted(self) -> None:
        """Start a run at the next look, although the base has not changed since the last one."""
        self._again_at = monotonic()

    @tasks.loop()
    async def look(self) -> None:
        """Start a run where the base has changed, or where it is time to try again."""
        take_lane("chores")
        try:
            revision = await asyncio.to_thread(lambda: self.bot.touchstone.base.revision)
            is_due = revision != self._seen or monotonic() >= self._again_at
            if is_due and await self.run():
                self._seen = revision
        except Exception:  # noqa: BLE001  this is the outermost frame of the task
            # The task must not end: without it no card would be corrected until somebody restarts the bot. Nor may what
            # the run had begun with be forgotten: it is tried again at the next look.
            self._again_at = monotonic()
            _log.exception("The corrections were cut short; they go on in %.0f s", self._pace.look)

    @look.before_loop
    async def wait(self) -> None:
        """Wait until the bot is connected."""
        await self.bot.wait_until_ready()

    async def run(self) -> bool:
        """Edit all cards that are out of date, if there are any; False where another process is at it."""
        job = self.bot.touchstone.base.database.job("corrections")
        async with self._one:
            if not await asyncio.to_thread(job.take):
                return False
            try:
                await self._run()
            finally:
                await asyncio.to_thread(job.release)
        return True

    async def _run(self) -> None:
        # Before the run: what is asked for meanwhile is done after it.
        self._again_at = float("inf")
        run = Run(self.bot, self._idle, self._stop, self._pace.pause)
        if await run.begin():
            self._latest = run
            await run.go()
        if run.is_passing:
            self._again_at = min(self._again_at, monotonic() + self._retry)
            self._retry = min(2 * self._retry, _LONGEST_RETRY)
            return
        self._retry = self._pace.retry
        if run.left:
            self._again_at = min(self._again_at, monotonic() + _LONGEST_RETRY)
