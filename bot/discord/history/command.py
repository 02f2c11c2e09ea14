"""`/history`, and what its buttons lead to; for moderators."""

import asyncio
from typing import TYPE_CHECKING

from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.actor import actor_of
from bot.discord.history.deed_view import (
    Blocked,
    draw_blocked,
    draw_done,
    draw_restore_question,
    draw_undo_question,
)
from bot.discord.history.desk import Desk
from bot.discord.history.items import Step
from bot.discord.history.names import Names
from bot.discord.history.page_view import PER_PAGE, draw_page
from bot.discord.history.revision_view import draw_revision
from bot.discord.history.spot import Spot
from bot.discord.interaction import BotInteraction
from bot.discord.private import respond, texts_for
from bot.texts import msgid
from config.errors import UnknownClaimError

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


class HistoryCog(commands.Cog):
    """Keeps nothing between two clicks; whoever clicks is asked for the right each time."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    @app_commands.command(
        name=locale_str(msgid("history")), description=locale_str(msgid("Who changed what here, when and why"))
    )
    @app_commands.rename(claim=locale_str(msgid("claim")))
    @app_commands.describe(claim=locale_str(msgid("Part of a claim; without one, the whole server's history")))
    @app_commands.guild_only()
    async def history(self, interaction: BotInteraction, claim: str | None = None) -> None:
        """Show the newest page, of all changes or of one claim's."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self.open(interaction, Spot(await self._claim(interaction, claim) if claim else ""))

    @history.autocomplete("claim")
    async def complete(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        """Suggest claims for what has been typed so far."""
        return await self.bot.known.suggest(interaction, typed)

    async def open(self, interaction: BotInteraction, spot: Spot) -> None:
        """Show a page privately, below what stands there."""
        await respond(interaction, await self._page(interaction, spot))

    async def turn(self, interaction: BotInteraction, spot: Spot) -> None:
        """Show a page in the place of what stands there."""
        await interaction.edit_original_response(view=await self._page(interaction, spot))

    async def step(self, interaction: BotInteraction, step: Step, spot: Spot) -> None:
        """Show a revision, ask about it, or take it back or bring it back, in the place of what stands there."""
        await interaction.edit_original_response(view=await self._taken(interaction, step, spot))

    async def _taken(self, interaction: BotInteraction, step: Step, spot: Spot) -> ui.LayoutView:
        names, desk = await self._names(interaction), Desk(self.bot.touchstone, actor_of(interaction))
        texts = names.texts
        match step:
            case "view":
                return draw_revision(await asyncio.to_thread(desk.revision, spot), spot, names)
            case "undo":
                return draw_undo_question(await asyncio.to_thread(desk.whole, spot), spot, names)
            case "restore":
                version = await asyncio.to_thread(desk.version, spot)
                return draw_restore_question(
                    names.of(version), await asyncio.to_thread(desk.until, version), spot, texts
                )
            case "do-undo":
                outcome = await asyncio.to_thread(desk.undo, spot, names)
                return (
                    draw_blocked(outcome, spot, texts)
                    if isinstance(outcome, Blocked)
                    else draw_done(outcome, spot, texts)
                )
            case "do-restore":
                return draw_done(await asyncio.to_thread(desk.restore, spot), spot, texts)

    async def _page(self, interaction: BotInteraction, spot: Spot) -> ui.LayoutView:
        read, actor = self.bot.touchstone.moderation.history.page, actor_of(interaction)
        page = await asyncio.to_thread(read, actor, spot.claim or None, spot.before or None, PER_PAGE)
        return draw_page(page, spot, await self._names(interaction))

    async def _names(self, interaction: BotInteraction) -> Names:
        texts, guild = texts_for(interaction), interaction.guild
        titles = (await self.bot.known.titles(interaction)).claims

        def channel(number: int) -> str:
            found = guild.get_channel_or_thread(number) if guild else None
            return f"#{found.name}" if found else str(number)

        return Names(texts, {claim.id: texts.pick(claim.title_en, claim.title_zh) for claim in titles}, channel)

    async def _claim(self, interaction: BotInteraction, typed: str) -> str:
        """Return the claim that was chosen or typed; one that is gone is found by its id."""
        titles = await self.bot.known.titles(interaction)
        if any(claim.id == typed for claim in titles.claims):
            return typed
        read = self.bot.touchstone.moderation.history.page
        page = await asyncio.to_thread(read, actor_of(interaction), typed, None, 1)
        found = titles.find(typed, 1)
        if not page.entries and not found:
            raise UnknownClaimError(typed)
        return typed if page.entries else found[0].id
