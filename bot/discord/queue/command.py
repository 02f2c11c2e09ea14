"""`/queue`: what waits for the moderators, and the way through it, item by item."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.bot import BotInteraction
from bot.discord.markdown import escape
from bot.discord.person import actor_of, respond, texts_for
from bot.discord.queue.deciding import (
    ALL,
    ITEM_KINDS,
    KINDS,
    Decision,
    claims_named,
    faster_line,
    kind_of,
    nearest_claims,
    passage_lines,
    write_decision,
)
from bot.discord.queue.screens import draw_choice, draw_end, draw_item, draw_queue, draw_refusal
from bot.texts import msgid
from claims.moderation.queue import Item
from config.errors import ConflictError, InvalidEditError, UnknownEntryError

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


class QueueCommand(commands.Cog):
    """Keeps nothing between two clicks; whoever clicks must be a moderator at that moment."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    @app_commands.command(
        name=locale_str(msgid("queue")), description=locale_str(msgid("Decide what members and I have put aside"))
    )
    @app_commands.rename(kind=locale_str(msgid("kind")))
    @app_commands.describe(kind=locale_str(msgid("Only this kind of items")))
    @app_commands.choices(kind=[app_commands.Choice(name=locale_str(KINDS[each]), value=each) for each in ITEM_KINDS])
    @app_commands.guild_only()
    async def queue(self, interaction: BotInteraction, kind: str = ALL) -> None:
        """Show the first page."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await respond(interaction, await self._list(interaction, kind, 0))

    async def show_list(self, interaction: BotInteraction, kind: str, page: int = 0) -> None:
        """Show a page of the list in place of what stands there."""
        await interaction.edit_original_response(view=await self._list(interaction, kind, page))

    async def show_item(self, interaction: BotInteraction, number: int, kind: str) -> None:
        """Show an item in place of what stands there; the next one where it is decided or gone."""
        try:
            item = await self._item(interaction, number)
        except (ConflictError, UnknownEntryError) as error:
            await self.show_next(interaction, number, kind, [self._gone(interaction, error)])
        else:
            await interaction.edit_original_response(view=await self._draw(interaction, item, kind))

    async def show_next(self, interaction: BotInteraction, number: int, kind: str, remarks: Sequence[str] = ()) -> None:
        """Show the item after this one in place of what stands there, with some lines above it."""
        await interaction.edit_original_response(view=await self.draw_next(interaction, number, kind, remarks))

    async def draw_next(
        self, interaction: BotInteraction, number: int, kind: str, remarks: Sequence[str] = ()
    ) -> ui.LayoutView:
        """Return the item after this one, or, where nothing waits any more, a word of that."""
        find = self.bot.touchstone.moderation.queue.next
        item = await asyncio.to_thread(find, actor_of(interaction), number, kind_of(kind))
        if item is None:
            return draw_end(kind, texts_for(interaction), remarks)
        return await self._draw(interaction, item, kind, remarks)

    async def decide(
        self, interaction: BotInteraction, deed: Decision, number: int, kind: str, claim: str | None = None
    ) -> None:
        """Decide an item, and show the next one; of a wording without a claim ask first which one is meant."""
        texts = texts_for(interaction)
        try:
            item = await self._item(interaction, number)
        except (ConflictError, UnknownEntryError) as error:
            await self.show_next(interaction, number, kind, [self._gone(interaction, error)])
            return
        try:
            if deed == "word" and (claim or item.claim) is None:
                near = await nearest_claims(interaction, item, texts)
                await interaction.edit_original_response(view=draw_choice(number, near, kind, texts))
                return
            done = await write_decision(interaction, deed, item, claim, texts)
        except (ConflictError, UnknownEntryError) as error:
            done = self._gone(interaction, error)
        except InvalidEditError as error:
            view = draw_refusal(error, number, deed, kind, texts)
            await interaction.edit_original_response(view=view)
            return
        except discord.NotFound:
            gone = texts("The message is gone, and its words with it.")
            await interaction.edit_original_response(view=await self._draw(interaction, item, kind, [gone]))
            return
        await self.show_next(interaction, number, kind, [done])

    async def _item(self, interaction: BotInteraction, number: int) -> Item:
        return await asyncio.to_thread(self.bot.touchstone.moderation.decisions.item, actor_of(interaction), number)

    async def _list(self, interaction: BotInteraction, kind: str, page: int) -> ui.LayoutView:
        items, actor, chosen = self.bot.touchstone.moderation.queue.items, actor_of(interaction), kind_of(kind)
        found = await asyncio.to_thread(items, actor, max(0, page), chosen)
        if found.page >= found.pages:
            # What stood on the last page has been decided meanwhile.
            found = await asyncio.to_thread(items, actor, found.pages - 1, chosen)
        named = [item.claim for item in found.items]
        claims = await asyncio.to_thread(claims_named, self.bot.touchstone, actor.server, named)
        return draw_queue(found, chosen, claims, texts_for(interaction))

    async def _draw(
        self, interaction: BotInteraction, item: Item, kind: str, remarks: Sequence[str] = ()
    ) -> ui.LayoutView:
        claims = await asyncio.to_thread(claims_named, self.bot.touchstone, interaction.guild_id, [item.claim])
        passage = await passage_lines(interaction, item)
        return draw_item(item, claims, kind, texts_for(interaction), remarks, passage)

    def _gone(self, interaction: BotInteraction, error: ConflictError | UnknownEntryError) -> str:
        texts = texts_for(interaction)
        if isinstance(error, ConflictError):
            return faster_line(error, texts)
        return escape(texts(error.fault, **error.values))
