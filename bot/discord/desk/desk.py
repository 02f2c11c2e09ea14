"""What the buttons and menus of the desk do: each asks for the right again, and draws anew what it has changed."""

import asyncio
from typing import TYPE_CHECKING

from discord import ui

from bot.discord.desk.acts import take_act
from bot.discord.desk.card_view import draw_desk, draw_shared_question
from bot.discord.desk.entries_view import draw_entries, draw_question, entries_of
from bot.discord.desk.entry_items import EntryPart, Step
from bot.discord.desk.entry_view import draw_entry
from bot.discord.desk.items import Act, Part
from bot.discord.desk.marks import mark_of
from bot.discord.desk.show import show_desk
from bot.discord.desk.sight import DeskSight, moderator, read_sight
from bot.discord.desk.wordings_view import draw_wordings
from bot.discord.desk.words import LIST_NAMES, done_line, faster_line, list_of
from bot.discord.interaction import BotInteraction
from bot.discord.private import texts_for
from claims.edits import Edit
from claims.figure_edits import RemoveFigure
from claims.point_edits import RemovePoint
from claims.wording_edits import RemoveWordings
from config.errors import ConflictError

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


class Desk:
    """Keeps nothing between two clicks; all its methods but `open` draw in the place of what stands there."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, claim_id: str) -> None:
        """Answer with the card of a claim."""
        await show_desk(interaction, claim_id)

    async def go(self, interaction: BotInteraction, part: Part, claim_id: str) -> None:
        """Show a part of the desk."""
        sight = await read_sight(interaction, claim_id)
        await self._show(interaction, self._draw(interaction, part, sight))

    async def act(self, interaction: BotInteraction, act: Act, claim_id: str, edition: str) -> None:
        """Do something to the claim and show the card; where somebody else was faster, only show it."""
        texts = texts_for(interaction)
        try:
            remark = await take_act(interaction, act, claim_id, edition, texts)
        except ConflictError:
            remark = faster_line(texts)
        await self._show(interaction, draw_desk(await read_sight(interaction, claim_id), texts, [remark]))

    async def ask_shared(self, interaction: BotInteraction, claim_id: str) -> None:
        """Ask whether the server's own version is to go."""
        sight = await read_sight(interaction, claim_id)
        await self._show(interaction, draw_shared_question(sight, texts_for(interaction)))

    async def wordings(self, interaction: BotInteraction, claim_id: str, name: str, page: int = 0) -> None:
        """Show a page of a list of wordings."""
        sight = await read_sight(interaction, claim_id)
        await self._show(interaction, draw_wordings(sight.claim, name, page, texts_for(interaction)))

    async def remove_wordings(
        self, interaction: BotInteraction, claim_id: str, name: str, page: int, marks: frozenset[str]
    ) -> None:
        """Take the wordings with these marks out of a list, those that are still there, and show its page."""
        texts, claim = texts_for(interaction), (await read_sight(interaction, claim_id)).claim
        gone = tuple(text for text in list_of(claim, name) if mark_of(text) in marks)
        changed = await self._edit(interaction, claim_id, None, RemoveWordings(gone)) if gone else False
        claim = (await read_sight(interaction, claim_id)).claim
        remarks = [done_line(changed=changed, texts=texts)]
        await self._show(interaction, draw_wordings(claim, name, page, texts, remarks))

    async def entry(
        self, interaction: BotInteraction, part: EntryPart, step: Step, claim_id: str, edition: str, place: int
    ) -> None:
        """Show a point or figure, ask whether it is to go, or take it out; a shifted list is shown instead."""
        texts, sight = texts_for(interaction), await read_sight(interaction, claim_id)
        if sight.claim.edition != edition or place >= len(entries_of(sight, part)):
            view = draw_entries(sight, part, texts, [faster_line(texts)])
        elif step == "view":
            view = draw_entry(sight, part, place, texts)
        elif step == "ask":
            view = draw_question(sight, part, place, texts)
        else:
            view = await self._removed(interaction, part, sight, place)
        await self._show(interaction, view)

    async def _removed(
        self, interaction: BotInteraction, part: EntryPart, sight: DeskSight, place: int
    ) -> ui.LayoutView:
        texts, claim = texts_for(interaction), sight.claim
        edit = RemovePoint(place) if part == "points" else RemoveFigure(place)
        try:
            remark = done_line(changed=await self._edit(interaction, claim.id, claim.edition, edit), texts=texts)
        except ConflictError:
            remark = faster_line(texts)
        return draw_entries(await read_sight(interaction, claim.id), part, texts, [remark])

    async def _edit(self, interaction: BotInteraction, claim_id: str, edition: str | None, edit: Edit) -> bool:
        write = self.bot.touchstone.moderation.editor.edit
        return (await asyncio.to_thread(write, moderator(interaction), claim_id, edition, edit)).changed

    def _draw(self, interaction: BotInteraction, part: Part, sight: DeskSight) -> ui.LayoutView:
        texts = texts_for(interaction)
        if part == "card":
            return draw_desk(sight, texts)
        if part == "words":
            return draw_wordings(sight.claim, LIST_NAMES[0], 0, texts)
        return draw_entries(sight, part, texts)

    async def _show(self, interaction: BotInteraction, view: ui.LayoutView) -> None:
        await interaction.edit_original_response(view=view)
