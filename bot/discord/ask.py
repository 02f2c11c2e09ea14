"""Check a text or a message on request, for whoever asked alone; moderators also see which rules decide."""

from collections.abc import Mapping
from datetime import timedelta

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.bot import BotInteraction, TouchstoneBot
from bot.discord.card_buttons import more_button
from bot.discord.cards import draw_lines, draw_short, escape
from bot.discord.message_text import said_in
from bot.discord.request import Request, everywhere
from bot.silence import Circumstances, silence_lines
from bot.texts import msgid
from checks.model import Finding
from claims.answering.answers import AnswerRecord
from claims.record import ClaimRecord

_MOST = 4000


class Ask(commands.Cog):
    """`/check` and the message menu; both answer privately and need no right, no server and no intent."""

    def __init__(self, bot: TouchstoneBot) -> None:
        self.bot = bot
        # Menus cannot be methods by decorator.
        self.menu = everywhere(
            app_commands.ContextMenu(name=locale_str(msgid("Check this message")), callback=self.check_message)
        )

    async def cog_load(self) -> None:
        """Add the message menu."""
        self.bot.tree.add_command(self.menu)

    async def cog_unload(self) -> None:
        """Take the message menu away again."""
        self.bot.tree.remove_command(self.menu.name, type=self.menu.type)

    @app_commands.command(
        name=locale_str(msgid("check")), description=locale_str(msgid("See whether a text repeats a known claim"))
    )
    @app_commands.rename(text=locale_str(msgid("text")))
    @app_commands.describe(text=locale_str(msgid("The text, in English or Chinese")))
    @everywhere
    async def check(self, interaction: BotInteraction, text: app_commands.Range[str, 1, _MOST]) -> None:
        """Answer about a typed text."""
        await self._answer(interaction, text)

    async def check_message(self, interaction: BotInteraction, message: discord.Message) -> None:
        """Answer about a message that somebody pointed at."""
        await self._answer(interaction, said_in(message)[:_MOST], message)

    async def _answer(self, interaction: BotInteraction, text: str, message: discord.Message | None = None) -> None:
        request = await Request.waiting(interaction)
        texts = request.texts
        touchstone, server = request.touchstone, request.server
        finding = await request.do(touchstone.check, text, server)
        known = {claim.id: claim for claim in await request.do(touchstone.base.claims, server)}
        rules = await self._rules(request, finding, known, message)
        reply = await request.do(touchstone.compose, finding, texts.language, server=server, requested=True)
        if reply is None:
            nothing = texts("I see no claim here that I know.")
            await request.respond(draw_lines([nothing, *rules], texts) if rules else nothing)
            return
        shown = {entry.claim_id for entry in reply.entries}
        claims = {name: claim for name, claim in known.items() if name in shown}
        why = await request.do(touchstone.why, finding, claims, texts, escape)
        remarks = [*rules, *(f"-# {line}" for line in why)]
        button = more_button([entry.claim_id for entry in reply.entries], texts)
        await request.respond(draw_short(reply, texts, [button], remarks))

    async def _rules(
        self,
        request: Request,
        finding: Finding,
        claims: Mapping[str, ClaimRecord],
        message: discord.Message | None,
    ) -> list[str]:
        """Return which rules decide about the message, for moderators only: members could learn to slip past them."""
        if request.server is None or not await request.do(request.moderation.rights.may, request.actor, "queue.see"):
            return []
        around = await self._circumstances(request, finding, request.server, message)
        lines = await request.do(silence_lines, finding, claims, request.texts, escape, around)
        return [f"-# • {line}" for line in lines]

    async def _circumstances(
        self, request: Request, finding: Finding, server: int, message: discord.Message | None
    ) -> Circumstances:
        """Return what holds in the channel of the message, or of the command."""
        channel = message.channel if message else request.interaction.channel
        if channel is None:
            return Circumstances()
        home = channel.parent_id if isinstance(channel, discord.Thread) else channel.id
        answers, settings = request.touchstone.answers, await request.do(request.touchstone.servers.settings, server)
        hours = self.bot.settings.cooldown_hours if settings.cooldown_hours is None else settings.cooldown_hours
        most = self.bot.settings.cards_per_hour if settings.cards_per_hour is None else settings.cards_per_hour
        named = [match.claim for match in finding.answered]
        record = await request.do(answers.answer, channel.id, message.id) if message else None
        return Circumstances(
            mode=await request.do(request.touchstone.servers.channel_mode, server, home),
            cooling=await request.do(answers.cooling, channel.id, named, timedelta(hours=hours)),
            full=await request.do(answers.is_full, channel.id, most),
            refused=self.bot.backoff.holds(channel.id),
            answer=_became(record),
        )


def _became(record: AnswerRecord | None) -> str:
    """Return what became of a message, as `Circumstances` names it."""
    if record is None:
        return ""
    if record.card_message is not None:
        return "hidden" if record.hidden else "card"
    return "offer" if record.kind == "offer" else "taken"
