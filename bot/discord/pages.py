"""The list of claims, a page at a time: the buttons that turn it and the menu that opens a claim."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any, Self

import discord
from discord import ui

from bot.discord.button import Lasting, label_of
from bot.discord.buttons import SourcesButton
from bot.discord.cards import draw_card, layout
from bot.discord.escape import escape
from bot.discord.fitting import shorten
from bot.discord.interaction import BotInteraction
from bot.discord.private import respond, texts_for
from bot.texts import Texts
from claims.record import ClaimRecord

PER_PAGE = 10
_LONGEST_OPTION = 100


class PageButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:page:(?P<page>-?\d+)"):
    """Turns to a page of the list; pages count from 0."""

    def __init__(self, page: int, label: str, *, disabled: bool = False) -> None:
        super().__init__(ui.Button(label=label, custom_id=f"ts:page:{page}", disabled=disabled))
        self.page = page

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the page from the id of a button that was sent earlier."""
        return cls(int(match["page"]), label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Show the page in place of the present one."""
        titles = await interaction.client.browse.titles(interaction.guild_id)
        await interaction.response.edit_message(view=draw_list(titles.claims, self.page, texts_for(interaction)))


class OpenMenu(Lasting, ui.DynamicItem[ui.Select[Any]], template=r"ts:open"):
    """Opens the claim that is chosen from the page."""

    def __init__(self, select: ui.Select[Any]) -> None:
        super().__init__(select)

    @classmethod
    def of(cls, claims: Sequence[ClaimRecord], texts: Texts) -> Self:
        """Return the menu for the claims of a page."""
        options = [discord.SelectOption(label=title_of(claim, texts), value=claim.id) for claim in claims]
        return cls(ui.Select(custom_id="ts:open", placeholder=texts("Open a claim"), options=options))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:  # noqa: ARG003
        """Take over the menu of a message that was sent earlier."""
        if not isinstance(item, ui.Select):
            raise TypeError(f"{item} is not a menu")
        return cls(item)

    async def press(self, interaction: BotInteraction) -> None:
        """Show the claim's card."""
        await show_claim(interaction, self.item.values[0])


def title_of(claim: ClaimRecord, texts: Texts) -> str:
    """Return the claim's title in a language, as short as Discord's lists want it."""
    return shorten(texts.pick(claim.title_en, claim.title_zh), _LONGEST_OPTION)


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
        container.add_item(ui.ActionRow[Any](OpenMenu.of(shown, texts)))
    back = PageButton(page - 1, texts("Back"), disabled=page == 0)
    onward = PageButton(page + 1, texts("Next"), disabled=page == last)
    return layout(container, [back, onward])


async def show_claim(interaction: BotInteraction, claim_id: str) -> None:
    """Show the card of a claim privately; raises UnknownClaimError."""
    bot, texts = interaction.client, texts_for(interaction)
    reply = await asyncio.to_thread(bot.touchstone.claim_reply, claim_id, texts.language, interaction.guild_id)
    await respond(interaction, draw_card(reply, texts, [SourcesButton.of([claim_id], texts)]))


PAGE_ITEMS: tuple[type[ui.DynamicItem[Any]], ...] = (PageButton, OpenMenu)
