"""`/history`, and what its buttons lead to; for moderators."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.bot import BotInteraction
from bot.discord.history.pages import (
    PER_PAGE,
    Blocked,
    Names,
    Spot,
    Step,
    draw_blocked,
    draw_done,
    draw_page,
    draw_restore_question,
    draw_revision,
    draw_undo_question,
    restorable,
)
from bot.discord.person import actor_of, respond, texts_for
from bot.service import Touchstone
from bot.texts import msgid
from claims.moderation.history import RevisionRecord
from claims.moderation.rights import Actor
from claims.record import claim_state, differences
from claims.store.changes import CLAIM, ChangeResult
from claims.store.revisions import ChangeRecord
from config.errors import ConflictError, UnknownClaimError, UnknownEntryError
from config.faults import FieldDifference

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


_MOST = 25


@dataclass(frozen=True, slots=True)
class Desk:
    """The history as one person may see it at this moment; its methods are synchronous."""

    touchstone: Touchstone
    actor: Actor

    def revision(self, spot: Spot) -> RevisionRecord:
        """Return a revision of the server, or of one claim, which may be a pack's too; raises UnknownEntryError."""
        history = self.touchstone.moderation.history
        if not spot.claim:
            return history.revision(self.actor, spot.number)
        found = history.page(self.actor, spot.claim, spot.number + 1, 1).entries
        if not found or found[0].id != spot.number:
            raise UnknownEntryError(
                "There is no revision {number} here. Look at the history for its number.", number=spot.number
            )
        return found[0]

    def whole(self, spot: Spot) -> RevisionRecord:
        """Return a revision of the server with all that it changed, also where only one claim is looked at."""
        return self.touchstone.moderation.history.revision(self.actor, spot.number)

    def version(self, spot: Spot) -> ChangeRecord:
        """Return the change whose outcome is the one version of a claim that the revision holds."""
        changes = self.revision(spot).changes
        claim = restorable(changes)
        if claim is None:
            raise UnknownEntryError("Revision {number} holds no version of one claim.", number=spot.number)
        return next(change for change in changes if (change.kind, change.subject) == (CLAIM, claim))

    def until(self, version: ChangeRecord) -> tuple[FieldDifference, ...]:
        """Return how the claim differs now (left) from that version (right)."""
        try:
            now = claim_state(self.touchstone.base.claim(version.subject, self.actor.server))
        except UnknownClaimError:
            now = None
        return differences(now, version.after)

    def undo(self, spot: Spot, names: Names) -> ChangeResult | Blocked:
        """Take the revision back, or say what stands in the way."""
        try:
            return self.touchstone.moderation.undoing.undo(self.actor, spot.number)
        except ConflictError as conflict:
            subject = conflict.subject
            changes = [each for each in self.whole(spot).changes if each.subject == subject]
            name = names.of(changes[0]) if changes else subject
            if not any(each.kind == CLAIM for each in changes):
                return Blocked(name, conflict.fields)
            return Blocked(name, conflict.fields, subject, self._version_before(subject, spot.number))

    def restore(self, spot: Spot) -> ChangeResult:
        """Bring the claim back to what it was after the revision."""
        return self.touchstone.moderation.undoing.restore(self.actor, self.version(spot).subject, spot.number)

    def _version_before(self, claim: str, number: int) -> int:
        """Return the newest older revision that holds a version of the claim, 0 where there is none."""
        before: int | None = number
        while before is not None:
            page = self.touchstone.moderation.history.page(self.actor, claim, before, _MOST)
            for entry in page.entries:
                if restorable(entry.changes):
                    return entry.id
            before = page.before
        return 0


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
