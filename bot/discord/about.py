"""What the bot says of itself and keeps of people: `/about`, `/privacy`, `/forget-me`, and the daily purge."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import TypeVar

import discord
from babel.lists import format_list
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands, tasks

from bot.discord.bot import DIRECT_MESSAGE, BotInteraction, TouchstoneBot
from bot.discord.errors import FAILED_REQUEST
from bot.discord.lanes import take_lane
from bot.discord.lookup import ClaimLookup
from bot.discord.routes import Request, everywhere
from bot.service import whole_characters
from bot.texts import msgid
from checks.text import language_of
from claims.documents.fact_checkers import FactCheckers
from claims.store.vectors import KeptVectors
from config.errors import ClaimBaseError, version

_log = logging.getLogger(__name__)

ABOUT = (
    msgid("Touchstone recognises known claims in chat and answers with what the documents say, who said it, and when."),
    msgid(
        "Claims that it knows: {claims}; documents behind them: {documents}. It judges no person, and it may be wrong"
        " about a message."
    ),
    msgid("Press “Not what I said” under a card to tell the moderators; the message's author can hide the card there."),
)
PRIVACY = (
    msgid("I read along only in channels that a moderator has switched on. No text leaves the machine I run on."),
    msgid(
        "I store no text of chat. Of a claim that I see I keep the message's number, the score and a keyed hash of its"
        " author; of a report, the card and a keyed hash of who made it."
    ),
    msgid("That is deleted after {days} days, or at once with /forget-me."),
    msgid(
        "What members propose is kept until moderators have decided, and {days} days longer; /forget-me deletes that,"
        " too. Of a message kept as an example, its author is told and can delete it."
    ),
    msgid(
        "While a card of mine stands I know its number, at most for a year, so that I can correct it. What moderators"
        " change stays in their server's history with their names."
    ),
)

ELSEWHERE = msgid(
    "I read along only in channels that a moderator has switched on. To be compared, texts go to a server that whoever"
    " runs me has set up, and nowhere else."
)


# Somebody who writes to the bot directly is told once in this time what it does.
_TOLD_AGAIN = 3600.0
_MOST_TOLD = 1000
DIRECT = (
    msgid("I answer no direct messages and keep none; in servers I read along where I am set up."),
    msgid("With /check I say here whether a text repeats a claim that I know; /about tells more."),
)


async def other_checkers(request: Request) -> FactCheckers | None:
    """Return the other fact-checkers, where the operator names some and the server has switched them on."""
    others = request.touchstone.fact_checkers
    if request.server is None or not others.names:
        return None
    settings = await request.do(request.touchstone.servers.settings, request.server)
    return others if settings.outside_checks else None


class About(commands.Cog):
    """Answers privately what members ask about the bot itself."""

    def __init__(self, bot: TouchstoneBot, lookup: ClaimLookup) -> None:
        self.bot = bot
        self._lookup = lookup
        self._told: dict[int, float] = {}

    @commands.Cog.listener(f"on_{DIRECT_MESSAGE}")
    async def on_direct_message(self, message: discord.Message) -> None:
        """Say in a direct message what the bot does: once an hour, so that no two bots talk to each other for ever."""
        if message.author.bot or message.type is not discord.MessageType.default:
            return
        now = monotonic()
        if now - self._told.get(message.author.id, -_TOLD_AGAIN) < _TOLD_AGAIN:
            return
        self._told = {user: at for user, at in [*self._told.items()][-_MOST_TOLD:] if now - at < _TOLD_AGAIN}
        self._told[message.author.id] = now
        # Discord does not say in which language somebody reads who only writes.
        texts = self.bot.texts(language_of(whole_characters(message.content), self._lookup.folder))
        try:
            await message.channel.send("\n".join(map(texts, DIRECT)))
        except FAILED_REQUEST as refusal:
            _log.info("A direct message could not be answered: %s", refusal)

    @app_commands.command(name=locale_str(msgid("about")), description=locale_str(msgid("What this bot is")))
    @everywhere
    async def about(self, interaction: BotInteraction) -> None:
        """Say what the bot is and how much it knows."""
        request = await Request.waiting(interaction)
        texts, touchstone, server = request.texts, request.touchstone, request.server
        claims = await request.do(touchstone.claims, server)
        documents = await request.do(touchstone.base.documents, server)
        counts = {"claims": len(claims), "documents": len(documents)}
        lines = [f"### Touchstone {version()}", *(texts(line, **counts) for line in ABOUT)]
        await request.respond("\n".join(lines))

    @app_commands.command(
        name=locale_str(msgid("privacy")), description=locale_str(msgid("What this bot reads and keeps"))
    )
    @everywhere
    async def privacy(self, interaction: BotInteraction) -> None:
        """Say what is read, kept, and for how long."""
        request = Request(interaction)
        texts, settings = request.texts, interaction.client.settings
        first, *rest = PRIVACY
        told = (ELSEWHERE if settings.embedder == "http" else first, *rest)
        heading, others = texts("Privacy"), await other_checkers(request)
        lines = [f"### {heading}", *(texts(line, days=settings.sighting_days) for line in told)]
        if others is not None:
            names = format_list(list(others.names), locale=texts.locale)
            lines.append(
                texts(
                    "One exception in this server: what you type into /check goes to {names} as well, which its"
                    " administrators have switched on.",
                    names=names,
                )
            )
        await request.respond("\n".join(lines))

    @app_commands.command(
        name=locale_str(msgid("forget-me")), description=locale_str(msgid("Delete what this bot keeps about you"))
    )
    @everywhere
    async def forget_me(self, interaction: BotInteraction) -> None:
        """Delete everything that is kept under the person's hash."""
        request = await Request.waiting(interaction)
        count = await request.do(request.touchstone.traces.forget, interaction.user.id)
        texts = request.texts
        line = texts.plural(
            "Done: {count} record about you deleted.", "Done: {count} records about you deleted.", count
        )
        await request.respond(line)


Result = TypeVar("Result")


class Housekeeping(commands.Cog):
    """Purges, and looks after sources, at the start and then daily; a failure is logged and tried again a day later."""

    def __init__(self, bot: TouchstoneBot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Start the daily rounds."""
        self.purge.start()
        if self.bot.settings.check_sources:
            self.sources.start()

    async def cog_unload(self) -> None:
        """Stop them."""
        self.purge.cancel()
        self.sources.cancel()

    @tasks.loop(hours=24)
    async def purge(self) -> None:
        """Delete what is older than it may be, unless another process is at it."""
        take_lane("chores")
        older_than = timedelta(days=self.bot.settings.sighting_days)
        try:
            await asyncio.to_thread(self._alone, "purge", partial(self._let_go, older_than))
        except ClaimBaseError as error:
            _log.error("What is old could not be deleted: %s", error)
        except Exception:  # noqa: BLE001  an error would end the rounds until somebody restarts the bot
            _log.exception("What is old could not be deleted")

    @tasks.loop(hours=24)
    async def sources(self) -> None:
        """Look whether the pages of documents are still what they were; what is not waits in the queues."""
        take_lane("chores")
        try:
            found = await asyncio.to_thread(self._alone, "sources", self.bot.touchstone.moderation.source_watch.run)
        except ClaimBaseError as error:
            _log.error("The pages of sources could not be checked: %s", error)
            return
        except Exception:  # noqa: BLE001  as above
            _log.exception("The pages of sources could not be checked")
            return
        if found is not None:
            _log.info("%d pages of sources checked, %d to look at", len(found), sum(each.reported for each in found))

    def _let_go(self, older_than: timedelta) -> None:
        touchstone = self.bot.touchstone
        touchstone.traces.purge(older_than)
        # Where no embedder is in use, nothing says which vectors will be wanted again.
        if touchstone.encoder:
            KeptVectors(touchstone.base.database).let_go(touchstone.encoder)

    def _alone(self, name: str, work: Callable[[], Result]) -> Result | None:
        """Do the work, unless another process is at it."""
        job = self.bot.touchstone.base.database.job(name)
        if not job.take():
            return None
        try:
            return work()
        finally:
            job.release()
