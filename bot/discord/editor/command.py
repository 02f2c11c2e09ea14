"""`/claims find`, `/claims new` and `/claims source`: the ways to a claim's desk, and to the forms of new things."""

import asyncio
from typing import TYPE_CHECKING

from discord import app_commands, ui
from discord.app_commands import locale_str

from bot.discord.bot import BotInteraction
from bot.discord.editor.claim_forms import CutOffForm, NewForm, SourceForm, TextsForm
from bot.discord.editor.entries import (
    EntryPart,
    FigureForm,
    NewFigureForm,
    NewPointForm,
    PointSourceForm,
    PointTextForm,
    Step,
    draw_entries,
    draw_entry,
    draw_question,
    entries_of,
)
from bot.discord.editor.screen import (
    LIST_NAMES,
    Act,
    DeskSight,
    Part,
    done_line,
    draw_desk,
    draw_shared_question,
    faster_line,
    list_of,
    moderator,
    read_sight,
    show_desk,
    take_act,
)
from bot.discord.editor.wordings import AddForm, ListForm, draw_wordings, mark_of
from bot.discord.forms.form import FormName
from bot.discord.items import Joining, Subcommand
from bot.discord.person import texts_for
from bot.texts import msgid
from claims.moderation.edits import Edit, RemoveFigure, RemovePoint, RemoveWordings
from config.errors import ConflictError, UnknownClaimError

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
        if sight.claim.version_tag != edition or place >= len(entries_of(sight, part)):
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
            remark = done_line(changed=await self._edit(interaction, claim.id, claim.version_tag, edit), texts=texts)
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


class DeskCommands(Joining):
    """Puts its commands into the group `/claims`; rights are asked for in each of them."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot
        added: list[Subcommand] = [
            app_commands.Command(
                name=locale_str(msgid("find")),
                description=locale_str(msgid("Find a claim and change it")),
                callback=self.find,
            ),
            app_commands.Command(
                name=locale_str(msgid("new")),
                description=locale_str(msgid("Begin a claim of this server's own")),
                callback=self.new,
            ),
            app_commands.Command(
                name=locale_str(msgid("source")),
                description=locale_str(msgid("Add a source that points can cite")),
                callback=self.source,
            ),
        ]
        self.join(bot.browse, added)

    async def cog_load(self) -> None:
        """Add the forms too."""
        folder = await self.bot.known.load()
        self.bot.forms.add(TextsForm(self.bot), NewForm(self.bot), CutOffForm(self.bot))
        self.bot.forms.add(AddForm(self.bot), ListForm(self.bot))
        self.bot.forms.add(NewPointForm(self.bot), PointTextForm(self.bot), PointSourceForm(self.bot))
        self.bot.forms.add(FigureForm(self.bot), NewFigureForm(self.bot), SourceForm(self.bot, folder))
        await super().cog_load()

    async def _complete(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        return await self.bot.known.suggest(interaction, typed)

    @app_commands.rename(claim=locale_str(msgid("claim")))
    @app_commands.describe(claim=locale_str(msgid("Part of a claim, in English or Chinese")))
    @app_commands.autocomplete(claim=_complete)
    async def find(self, interaction: BotInteraction, claim: str) -> None:
        """Show the desk of a claim."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        titles = await self.bot.known.titles(interaction)
        # The value may be a suggestion's id or whatever was typed.
        found = [known for known in titles.claims if known.id == claim] or titles.find(claim, 1)
        if not found:
            raise UnknownClaimError(claim)
        await show_desk(interaction, found[0].id)

    async def new(self, interaction: BotInteraction) -> None:
        """Open the form of a new claim."""
        await self.bot.forms.open(interaction, FormName(NewForm.kind))

    async def source(self, interaction: BotInteraction) -> None:
        """Open the form of a new source."""
        await self.bot.forms.open(interaction, FormName(SourceForm.kind))
