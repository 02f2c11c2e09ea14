"""Look around in the claim base: `/claims browse`."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.bot import BotInteraction, TouchstoneBot
from bot.discord.card_buttons import sources_button
from bot.discord.cards import draw_card, escape, layout
from bot.discord.lookup import ClaimLookup, title_of
from bot.discord.request import Request
from bot.discord.routes import Click, Route, Router, page_buttons
from bot.texts import Texts, msgid
from claims.record import ClaimRecord

PER_PAGE = 10


PAGE = Route("ts:page:{page:page}", way="itself")
OPEN_MENU = Route("ts:open", way="itself")


def draw_list(claims: Sequence[ClaimRecord], page: int, texts: Texts) -> ui.LayoutView:
    """Return one page of the list; a page that is not there becomes the nearest one."""
    last = max(0, (len(claims) - 1) // PER_PAGE)
    page = min(max(page, 0), last)
    shown = claims[page * PER_PAGE : (page + 1) * PER_PAGE]
    lines = [f"- {escape(title_of(claim, texts))}" for claim in shown]
    heading = texts("Known claims")
    place = texts("Page {page} of {pages}", page=page + 1, pages=last + 1)
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join([f"### {heading}", *lines, f"-# {place}"])))
    if shown:
        options = [discord.SelectOption(label=title_of(claim, texts), value=claim.id) for claim in shown]
        container.add_item(ui.ActionRow[Any](OPEN_MENU.menu(options, texts("Open a claim"))))
    return layout(container, page_buttons(PAGE, page, last + 1, texts))


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class Browse(
    commands.GroupCog,
    group_name=locale_str(msgid("claims")),
    group_description=locale_str(msgid("The claims this bot knows")),
):
    """Shows claims without any message."""

    def __init__(self, bot: TouchstoneBot, router: Router, lookup: ClaimLookup) -> None:
        self.bot = bot
        self._lookup = lookup
        router.answer(PAGE, self._turn)
        router.answer(OPEN_MENU, self._open)
        super().__init__()

    async def cog_load(self) -> None:
        """Make the lookup ready, which all commands of this group complete from."""
        await self._lookup.load(self.bot.touchstone)

    @app_commands.command(
        name=locale_str(msgid("browse")), description=locale_str(msgid("Look at the claims and their sources"))
    )
    @app_commands.rename(claim=locale_str(msgid("claim")))
    @app_commands.describe(claim=locale_str(msgid("Part of a claim; without one, all claims page by page")))
    async def browse(self, interaction: BotInteraction, claim: str | None = None) -> None:
        """Show a claim, or the first page of all."""
        request = await Request.waiting(interaction)
        titles = await self._lookup.published(request)
        if claim is None:
            await request.respond(draw_list(titles.claims, 0, request.texts))
        else:
            await self._show_claim(request, titles.one(claim).id)

    @browse.autocomplete("claim")
    async def complete(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        """Suggest claims for what has been typed so far."""
        return await self._lookup.suggest(Request(interaction), typed)

    async def _turn(self, click: Click) -> None:
        """Show a page in place of the present one."""
        titles = await self._lookup.published(click)
        view = draw_list(titles.claims, click.number("page"), click.texts)
        await click.interaction.response.edit_message(view=view)

    async def _open(self, click: Click) -> None:
        await self._show_claim(click, click.value)

    async def _show_claim(self, request: Request, claim_id: str) -> None:
        """Show the card of a claim; raises UnknownClaimError."""
        texts = request.texts
        reply = await request.do(request.touchstone.claim_reply, claim_id, texts.language, request.server)
        await request.respond(draw_card(reply, texts, [sources_button([claim_id], texts)]))
