"""Look around in the claim base: `/claims browse`."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.bot import BotInteraction
from bot.discord.card_buttons import SourcesButton
from bot.discord.cards import draw_card, layout
from bot.discord.items import Lasting, label_of
from bot.discord.markdown import escape, shorten
from bot.discord.person import respond, texts_for
from bot.discord.titles import Titles
from bot.texts import Texts, msgid
from checks.text import TextFolder
from claims.record import ClaimRecord
from config.errors import UnknownClaimError

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


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


# Discord shows no more suggestions than this.
_MOST_CHOICES = 25


@dataclass(frozen=True, slots=True)
class _Held:
    """The titles of a server's view, and the revision of the base that they were read at."""

    revision: int
    titles: Titles


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class Browse(
    commands.GroupCog,
    group_name=locale_str(msgid("claims")),
    group_description=locale_str(msgid("The claims this bot knows")),
):
    """Shows claims without any message."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot
        self._folder: TextFolder | None = None
        self._held: dict[int | None, _Held] = {}
        super().__init__()

    async def cog_load(self) -> None:
        """Read the shared titles now: what is typed has to be completed within three seconds."""
        self._folder = await asyncio.to_thread(TextFolder)
        await self.titles(None)

    async def titles(self, server: int | None) -> Titles:
        """Return the titles of a server's view from memory; read again only where the base has changed."""
        base = self.bot.touchstone.base
        revision = await asyncio.to_thread(lambda: base.revision)
        held = self._held.get(server)
        if held is None or held.revision != revision:
            held = _Held(revision, await asyncio.to_thread(self._read, server))
            self._held[server] = held
        return held.titles

    def _read(self, server: int | None) -> Titles:
        return Titles(self.bot.touchstone.base.claims(server), self._folder or TextFolder())

    @app_commands.command(
        name=locale_str(msgid("browse")), description=locale_str(msgid("Look at the claims and their sources"))
    )
    @app_commands.rename(claim=locale_str(msgid("claim")))
    @app_commands.describe(claim=locale_str(msgid("Part of a claim; without one, all claims page by page")))
    async def browse(self, interaction: BotInteraction, claim: str | None = None) -> None:
        """Show a claim, or the first page of all."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        titles = await self.titles(interaction.guild_id)
        if claim is None:
            await respond(interaction, draw_list(titles.claims, 0, texts_for(interaction)))
            return
        # The value may be a suggestion's id or whatever was typed.
        found = [known for known in titles.claims if known.id == claim] or titles.find(claim, 1)
        if not found:
            raise UnknownClaimError(claim)
        await show_claim(interaction, found[0].id)

    @browse.autocomplete("claim")
    async def complete(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        """Suggest claims for what has been typed so far."""
        texts = texts_for(interaction)
        found = (await self.titles(interaction.guild_id)).find(typed, _MOST_CHOICES)
        return [app_commands.Choice(name=title_of(claim, texts), value=claim.id) for claim in found]
