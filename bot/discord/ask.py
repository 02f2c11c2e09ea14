"""Check a text or a message on request, for the eyes of the person who asked."""

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.bot import BotInteraction, TouchstoneBot
from bot.discord.card_buttons import sources_button
from bot.discord.cards import draw_card, escape
from bot.discord.request import Request, everywhere
from bot.texts import msgid

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
        await self._answer(interaction, message.content[:_MOST])

    async def _answer(self, interaction: BotInteraction, text: str) -> None:
        request = await Request.waiting(interaction)
        texts = request.texts
        touchstone, server = request.touchstone, request.server
        finding = await request.do(touchstone.check, text, server)
        reply = await request.do(touchstone.compose, finding, texts.language, server=server, requested=True)
        if reply is None:
            await request.respond(texts("I see no claim here that I know."))
            return
        shown = {entry.claim_id for entry in reply.entries}
        claims = {claim.id: claim for claim in await request.do(touchstone.base.claims, server) if claim.id in shown}
        why = await request.do(touchstone.why, finding, claims, texts, escape)
        remarks = [f"-# {line}" for line in why]
        button = sources_button([entry.claim_id for entry in reply.entries], texts)
        await request.respond(draw_card(reply, texts, [button], remarks))
