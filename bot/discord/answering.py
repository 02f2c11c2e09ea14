"""Post cards and hints: at most one for a message, whatever Discord repeats, and none where Discord has said no."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import discord

from bot.discord.buttons import card_buttons
from bot.discord.cards import draw_card
from bot.discord.languages import chosen_language
from bot.discord.place import Place
from bot.discord.quiet import QuietChannels
from bot.reply import Reply
from checks.finding import Finding
from claims.answers import AnswerKind
from claims.servers import ServerSettings

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

_log = logging.getLogger(__name__)

# The mark of an offer, and what members click to take it up.
OFFER = "🔎"

# From this status on, Discord may have taken the message although it answered with an error.
_UNCERTAIN = 500


@dataclass(slots=True)
class Answering:
    """Writes in the answer book first and to Discord second, so that no crash can make a double answer."""

    bot: "TouchstoneBot"
    quiet: QuietChannels = field(default_factory=QuietChannels)

    async def reply(self, message: discord.Message, place: Place, finding: Finding) -> bool:
        """Post the card for a finding, unless the message was answered before or its claims are cooling down."""
        settings = await self._settings(place)
        claims = await self._take(message, place, finding, settings, "reply")
        reply = await self._compose(_only(finding, claims), settings) if claims else None
        return reply is not None and await self._post(message, place, reply)

    async def offer(self, message: discord.Message, place: Place, finding: Finding) -> bool:
        """Leave the mark of an offer under the message."""
        if not await self._take(message, place, finding, await self._settings(place), "offer"):
            return False
        return await self._write(message, place, lambda: message.add_reaction(OFFER))

    async def accept(self, place: Place, message_id: int) -> bool:
        """Turn an offer into a card, once; the message is fetched and checked anew, because no text is kept."""
        touchstone = self.bot.touchstone
        if not await asyncio.to_thread(touchstone.answers.accept_offer, message_id):
            return False
        message = await self._fetch(place, message_id)
        if message is None:
            return False
        finding = await asyncio.to_thread(touchstone.check, message.content, place.server)
        reply = await self._compose(finding, await self._settings(place))
        return reply is not None and await self._post(message, place, reply)

    async def _fetch(self, place: Place, message_id: int) -> discord.Message | None:
        """Fetch a message; None where it is gone, or where Discord refuses, which gives the offer back."""
        channel = self.bot.get_partial_messageable(place.channel, guild_id=place.server)
        try:
            return await channel.fetch_message(message_id)
        except discord.NotFound:
            return None
        except discord.Forbidden as refusal:
            await asyncio.to_thread(self.bot.touchstone.answers.release, message_id)
            self.quiet.refused(place.channel, refusal.text)
            return None

    async def _settings(self, place: Place) -> ServerSettings:
        return await asyncio.to_thread(self.bot.touchstone.servers.settings, place.server)

    async def _take(
        self, message: discord.Message, place: Place, finding: Finding, settings: ServerSettings, kind: AnswerKind
    ) -> tuple[str, ...]:
        """Take the message for one answer; returns the claims that may be answered now."""
        reply = await self._compose(finding, settings)
        if reply is None:
            return ()
        hours = self.bot.settings.cooldown_hours if settings.cooldown_hours is None else settings.cooldown_hours
        claims = tuple(entry.claim_id for entry in reply.entries)
        take = self.bot.touchstone.answers.take
        taken = (place.server, place.channel, message.id, message.author.id, claims, timedelta(hours=hours))
        return await asyncio.to_thread(take, *taken, kind=kind)

    async def _compose(self, finding: Finding, settings: ServerSettings) -> Reply | None:
        language = chosen_language(settings.language, self.bot.settings.language, otherwise=finding.language)
        return await asyncio.to_thread(self.bot.touchstone.compose, finding, language, server=settings.server)

    async def _post(self, message: discord.Message, place: Place, reply: Reply) -> bool:
        texts = self.bot.texts(reply.language)
        card = draw_card(reply, texts, card_buttons([entry.claim_id for entry in reply.entries], texts))

        async def send() -> None:
            sent = await message.reply(view=card, mention_author=False)
            await asyncio.to_thread(self.bot.touchstone.answers.posted, message.id, sent.id, reply.language)

        return await self._write(message, place, send)

    async def _write(self, message: discord.Message, place: Place, act: Callable[[], Awaitable[None]]) -> bool:
        """Write to Discord; returns whether it was taken. After a 5xx nobody knows: it stays taken, and is raised."""
        try:
            await act()
        except discord.HTTPException as refusal:
            if refusal.status >= _UNCERTAIN:
                raise
            await asyncio.to_thread(self.bot.touchstone.answers.release, message.id)
            if isinstance(refusal, discord.Forbidden):
                self.quiet.refused(place.channel, refusal.text)
            else:
                _log.info("Message %s could not be answered: %s", message.id, refusal)
            return False
        self.quiet.answered(place.channel)
        return True


def _only(finding: Finding, claims: tuple[str, ...]) -> Finding:
    return replace(finding, matches=tuple(match for match in finding.matches if match.claim in claims))
