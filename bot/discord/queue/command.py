"""`/queue`: what waits for the moderators, and the way through it, item by item."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import cast

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.bot import BotInteraction
from bot.discord.cards import escape
from bot.discord.lookup import claims_named
from bot.discord.queue.deciding import (
    ALL,
    CLAIM_MENU,
    DECIDE,
    ITEM_KINDS,
    ITEM_MENU,
    KIND_MENU,
    KINDS,
    LIST,
    NEXT,
    Decision,
    faster_line,
    kind_of,
    nearest_claims,
    passage_lines,
    write_decision,
)
from bot.discord.queue.screens import draw_choice, draw_end, draw_item, draw_queue, draw_refusal
from bot.discord.request import Request
from bot.discord.routes import Click, Router
from bot.texts import Texts, msgid
from claims.moderation.queue import Item
from config.errors import ConflictError, InvalidEditError, UnknownEntryError

View = ui.LayoutView


class QueueCommand(commands.Cog):
    """Keeps nothing between two clicks; whoever clicks must be a moderator at that moment."""

    def __init__(self, router: Router) -> None:
        router.answer(LIST, self._turn)
        router.answer(KIND_MENU, self._filter)
        router.answer(ITEM_MENU, self._open)
        router.answer(NEXT, self._next)
        router.answer(DECIDE, self._decide_item)
        router.answer(CLAIM_MENU, self._decide_claim)

    @app_commands.command(
        name=locale_str(msgid("queue")), description=locale_str(msgid("Decide what members and I have put aside"))
    )
    @app_commands.rename(kind=locale_str(msgid("kind")))
    @app_commands.describe(kind=locale_str(msgid("Only this kind of items")))
    @app_commands.choices(kind=[app_commands.Choice(name=locale_str(KINDS[each]), value=each) for each in ITEM_KINDS])
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def queue(self, interaction: BotInteraction, kind: str = ALL) -> None:
        """Show the first page."""
        request = await Request.waiting(interaction)
        await request.respond(await self._list(request, kind, 0))

    async def draw_next(self, request: Request, number: int, kind: str, remarks: Sequence[str] = ()) -> View:
        """Return the item after this one, or, where nothing waits any more, a word of that."""
        find = request.moderation.queue.next
        item = await request.do(find, request.actor, number, kind_of(kind))
        if item is None:
            return draw_end(kind, request.texts, remarks)
        return await self._draw(request, item, kind, remarks)

    async def _turn(self, click: Click) -> None:
        await click.show(await self._list(click, click["kind"], click.number("page")))

    async def _filter(self, click: Click) -> None:
        await click.show(await self._list(click, click.value, 0))

    async def _next(self, click: Click) -> None:
        await click.show(await self.draw_next(click, click.number("number"), click["kind"]))

    async def _open(self, click: Click) -> None:
        """Show an item; the next one where it is decided or gone."""
        await self._with_item(click, click.chosen, self._draw)

    async def _decide_item(self, click: Click) -> None:
        decision = cast("Decision", click["decision"])
        await self._with_item(click, click.number("number"), partial(self._decide, decision=decision, claim=None))

    async def _decide_claim(self, click: Click) -> None:
        """Take the item's text as a wording of the claim that was chosen."""
        decide = partial(self._decide, decision="word", claim=click.value)
        await self._with_item(click, click.number("number"), decide)

    async def _with_item(self, click: Click, number: int, draw: Callable[[Click, Item, str], Awaitable[View]]) -> None:
        """Show what comes of an item, in place of what stands there; the next item where it is decided or gone."""
        try:
            item = await click.do(click.moderation.decisions.item, click.actor, number)
            view = await draw(click, item, click["kind"])
        except (ConflictError, UnknownEntryError) as error:
            view = await self.draw_next(click, number, click["kind"], [_gone_line(error, click.texts)])
        await click.show(view)

    async def _decide(self, click: Click, item: Item, kind: str, *, decision: Decision, claim: str | None) -> View:
        """Decide an item, and return the next one; of a wording without a claim ask first which one is meant."""
        texts = click.texts
        try:
            if decision == "word" and (claim or item.claim) is None:
                return draw_choice(item.id, await nearest_claims(click, item, texts), kind, texts)
            done = await write_decision(click, decision, item, claim, texts)
        except InvalidEditError as error:
            return draw_refusal(error, item.id, decision, kind, texts)
        except discord.NotFound:
            return await self._draw(click, item, kind, [texts("The message is gone, and its words with it.")])
        return await self.draw_next(click, item.id, kind, [done])

    async def _list(self, request: Request, kind: str, page: int) -> View:
        items, actor, chosen = request.moderation.queue.items, request.actor, kind_of(kind)
        found = await request.do(items, actor, max(0, page), chosen)
        if found.page >= found.pages:
            # What stood on the last page has been decided meanwhile.
            found = await request.do(items, actor, found.pages - 1, chosen)
        named = [item.claim for item in found.items]
        claims = await request.do(claims_named, request.touchstone, actor.server, named)
        return draw_queue(found, chosen, claims, request.texts)

    async def _draw(self, request: Request, item: Item, kind: str, remarks: Sequence[str] = ()) -> View:
        claims = await request.do(claims_named, request.touchstone, request.server, [item.claim])
        passage = await passage_lines(request, item)
        return draw_item(item, claims, kind, request.texts, remarks, passage)


def _gone_line(error: ConflictError | UnknownEntryError, texts: Texts) -> str:
    if isinstance(error, ConflictError):
        return faster_line(error, texts)
    return escape(texts(error.fault, **error.values))
