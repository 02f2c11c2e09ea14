"""Offers taken up: whoever clicks the hint reads the answer privately, and may show it to everybody."""

import asyncio
import contextlib
import logging

import discord
from discord import ui
from discord.ext import commands

from bot.discord.bot import TouchstoneBot
from bot.discord.cards import draw_card, draw_lines
from bot.discord.request import Location, may_read, message_link, said_in, without_spoilers
from bot.discord.routes import Click, Route, Router
from bot.discord.watch import OFFER, Watch
from bot.texts import Texts, msgid
from claims.answering.answers import AnswerRecord
from config.errors import NotAllowedError, UnknownEntryError

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
        # By message, the line in the channel that has the button; None while it is being written.
        self._lines: dict[int, int | None] = {}
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
        card = await self._draw(channel, message, elsewhere=True)
        if card is None:
            return
        try:
            await member.send(view=card)
        except discord.Forbidden:
            await self._post_button(channel, message)

    async def _post_button(self, channel: int, message: int) -> None:
        """Post a line with a button that opens the answer privately; one is enough for all who want to read."""
        record = await self._offer(channel, message)
        if record is None or message in self._lines:
            return
        self._lines[message] = None
        if len(self._lines) > _REMEMBERED:
            del self._lines[next(iter(self._lines))]
        guild = self.bot.get_guild(record.server)
        texts = await self.bot.server_texts(record.server, guild.preferred_locale if guild else None)
        line = texts("-# What I know of this claim, for your eyes only:")
        button = OPEN.button(texts("Read the answer"), channel=record.channel, message=message)
        place = self.bot.get_partial_messageable(record.channel, guild_id=record.server)
        said = discord.MessageReference(
            message_id=message, channel_id=channel, guild_id=record.server, fail_if_not_exists=False
        )
        try:
            posted = await place.send(view=draw_lines([line], texts, [button]), reference=said, mention_author=False)
        except discord.HTTPException as refusal:
            self._lines.pop(message, None)
            if isinstance(refusal, discord.Forbidden):
                self.bot.backoff.refused(record.channel, refusal.text)
        else:
            self._lines[message] = posted.id

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Take the line with the button away where its message is gone."""
        await self._drop_line(event.channel_id, event.message_id)

    async def _drop_line(self, channel: int, message: int) -> None:
        line = self._lines.pop(message, None)
        if line is not None:
            with contextlib.suppress(discord.HTTPException):
                await self.bot.get_partial_messageable(channel).get_partial_message(line).delete()

    async def _draw(self, channel: int, message: int, *, elsewhere: bool = False) -> ui.LayoutView | None:
        """Return the private card; its button shows it to everybody, but for what stands in a spoiler.

        `elsewhere`: it is read where the message does not stand, and says which one it is about.
        """
        record = await self._offer(channel, message)
        if record is None:
            return None
        found, reply = await self._watch.answering.read(location(record), message, requested=True)
        if found is None or reply is None:
            return None
        texts, said = self.bot.texts(reply.language), said_in(found)
        is_open = without_spoilers(said) == said
        link = message_link(record.server, record.channel, message)
        about = texts("About this message: {link}", link=link)
        buttons = [_show_button(record, texts)] if is_open else []
        return draw_card(reply, texts, buttons, [f"-# {about}"] if elsewhere else [])

    async def _open(self, click: Click) -> None:
        """Show the answer to whoever clicks the button in the channel."""
        channel, message = click.number("channel"), click.number("message")
        card = await self._draw(channel, message)
        if card is None:
            await self._drop_line(channel, message)
            raise UnknownEntryError(_GONE)
        await click.respond(card)

    async def _show(self, click: Click) -> None:
        """Post the card in the channel, as if the bot had answered by itself."""
        record = await self._offer(click.number("channel"), click.number("message"))
        if record is None:
            raise UnknownEntryError(_GONE)
        if not await self._still_reads(click.interaction.user.id, record):
            raise NotAllowedError("You may not read the channel of this message.")
        if not await self._watch.answering.show(location(record), record.message):
            raise UnknownEntryError(_GONE)
        await self._drop_line(record.channel, record.message)
        await click.respond(click.texts("Everybody sees the card now."))

    async def _still_reads(self, user: int, record: AnswerRecord) -> bool:
        """Tell whether somebody may read the channel now: a direct message stays with whoever has left the server."""
        guild = self.bot.get_guild(record.server)
        if guild is None:
            return False
        try:
            channel = guild.get_channel_or_thread(record.channel) or await guild.fetch_channel(record.channel)
            person = guild.get_member(user) or await guild.fetch_member(user)
            return may_read(person, channel)
        except (discord.HTTPException, discord.InvalidData, discord.ClientException):
            return False


def location(record: AnswerRecord) -> Location:
    """Return where the message of an offer stands."""
    return Location(record.server, record.channel, record.channel)


def _show_button(record: AnswerRecord, texts: Texts) -> ui.Button[ui.LayoutView]:
    return SHOW.button(texts("Show everybody"), channel=record.channel, message=record.message)
