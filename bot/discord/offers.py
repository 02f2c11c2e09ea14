"""Offers taken up: whoever clicks the hint reads the answer privately, and may show it to everybody."""

import asyncio
import logging

import discord
from discord import ui
from discord.ext import commands

from bot.discord.bot import TouchstoneBot
from bot.discord.cards import draw_card, draw_lines
from bot.discord.request import Location, said_in, without_spoilers
from bot.discord.routes import Click, Route, Router
from bot.discord.watch import OFFER, Watch
from bot.texts import Texts, msgid
from claims.answering.answers import AnswerRecord
from config.errors import UnknownEntryError

_log = logging.getLogger(__name__)
_REMEMBERED = 5_000
_GONE = msgid("There is nothing to show any more: the message is gone or reads differently, or its answer stands.")

OPEN = Route("ts:hint:open:{channel:number}:{message:number}", way="below")
SHOW = Route("ts:hint:show:{channel:number}:{message:number}", way="below")


class Offers(commands.Cog):
    """Answers a click on a hint by a direct message, or, where its reader takes none, by a button in the channel.

    Reactions are no interactions: Discord lets nobody answer them privately in the channel itself.
    """

    def __init__(self, bot: TouchstoneBot, router: Router, watch: Watch) -> None:
        self.bot = bot
        self._watch = watch
        self._served: dict[tuple[int, int], None] = {}
        router.answer(OPEN, self._open)
        router.answer(SHOW, self._show)

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, click: discord.RawReactionActionEvent) -> None:
        """Send the answer of an offer to the member who has taken it up."""
        member = click.member
        if click.guild_id is None or member is None or member.bot or str(click.emoji) != OFFER:
            return
        if self.bot.backoff.holds(click.channel_id):
            return
        async with self._watch.counted():
            if await self._offer(click.channel_id, click.message_id) and self._is_first(click.message_id, member.id):
                await self._send(member, click.channel_id, click.message_id)

    async def _offer(self, channel: int, message: int) -> AnswerRecord | None:
        """Return the offer that stands under a message."""
        record = await asyncio.to_thread(self.bot.touchstone.answers.answer, channel, message)
        return record if record is not None and record.kind == "offer" else None

    def _is_first(self, message: int, member: int) -> bool:
        """Tell whether the member has not had this answer: who toggles a reaction gets it once."""
        if (message, member) in self._served:
            return False
        self._served[message, member] = None
        if len(self._served) > _REMEMBERED:
            del self._served[next(iter(self._served))]
        return True

    async def _send(self, member: discord.Member, channel: int, message: int) -> None:
        card = await self._draw(channel, message)
        if card is None:
            return
        try:
            await member.send(view=card)
        except discord.Forbidden:
            await self._post_button(channel, message)

    async def _post_button(self, channel: int, message: int) -> None:
        """Post a line with a button that opens the answer privately."""
        record = await self._offer(channel, message)
        if record is None:
            return
        guild = self.bot.get_guild(record.server)
        texts = await self.bot.server_texts(record.server, guild.preferred_locale if guild else None)
        line = texts("-# What I know of this claim, for your eyes only:")
        button = OPEN.button(texts("Read the answer"), channel=record.channel, message=message)
        place = self.bot.get_partial_messageable(record.channel, guild_id=record.server)
        try:
            await place.send(view=draw_lines([line], texts, [button]))
        except discord.Forbidden as refusal:
            self.bot.backoff.refused(record.channel, refusal.text)

    async def _draw(self, channel: int, message: int) -> ui.LayoutView | None:
        """Return the private card; its button shows it to everybody, but for what stands in a spoiler."""
        record = await self._offer(channel, message)
        if record is None:
            return None
        found, reply = await self._watch.answering.read(location(record), message, requested=True)
        if found is None or reply is None:
            return None
        texts, said = self.bot.texts(reply.language), said_in(found)
        is_open = without_spoilers(said) == said
        return draw_card(reply, texts, [_show_button(record, texts)] if is_open else [])

    async def _open(self, click: Click) -> None:
        """Show the answer to whoever clicks the button in the channel."""
        card = await self._draw(click.number("channel"), click.number("message"))
        if card is None:
            raise UnknownEntryError(_GONE)
        await click.respond(card)

    async def _show(self, click: Click) -> None:
        """Post the card in the channel, as if the bot had answered by itself."""
        record = await self._offer(click.number("channel"), click.number("message"))
        if record is None or not await self._watch.answering.show(location(record), record.message):
            raise UnknownEntryError(_GONE)
        await click.respond(click.texts("Everybody sees the card now."))


def location(record: AnswerRecord) -> Location:
    """Return where the message of an offer stands."""
    return Location(record.server, record.channel, record.channel)


def _show_button(record: AnswerRecord, texts: Texts) -> ui.Button[ui.LayoutView]:
    return SHOW.button(texts("Show everybody"), channel=record.channel, message=record.message)
