"""The desk where forms are handed out and taken in; the same way before and after a restart."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord
from discord.ext import commands

from bot.discord.actor import actor_of
from bot.discord.errors import answer_failure, describe
from bot.discord.escape import escape
from bot.discord.forms.form import Form, FormKind, FormName
from bot.discord.forms.modal import PREFIX, draw_modal, read_typed
from bot.discord.forms.outcome import Outcome, draw_conflict, draw_failure
from bot.discord.interaction import BotInteraction
from bot.discord.private import respond, texts_for
from bot.faults import fault_lines
from bot.texts import Texts
from claims.drafts import DraftBook
from config.errors import ConflictError, InvalidEditError, TouchstoneError

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

_log = logging.getLogger(__name__)
# Beside the fields of a draft: the edition that the form was opened on.
_EDITION = "_edition"


class Forms(commands.Cog):
    """Knows the kinds of forms; listens to all modals itself, because discord.py forgets its own at a restart."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot
        self._kinds: dict[str, FormKind] = {}

    def add(self, *kinds: FormKind) -> None:
        """Add kinds of forms; called before the bot connects."""
        self._kinds |= {each.kind: each for each in kinds}

    async def open(self, interaction: BotInteraction, name: FormName) -> None:
        """Show a form, with what was typed and not written before; must be the first answer to the interaction.

        An edition in the name says that the person has seen it and wants to write over it.
        """
        form = await self._kinds[name.kind].open(interaction, name.about)
        draft = await asyncio.to_thread(self._drafts.find, actor_of(interaction), form.name.draft)
        if draft is not None:
            edition = name.edition or draft.pop(_EDITION, form.name.edition)
            form = _restored(form, edition, draft, texts_for(interaction))
        await interaction.response.send_modal(draw_modal(form))

    @commands.Cog.listener()
    async def on_interaction(self, interaction: BotInteraction) -> None:
        """Take a form in."""
        data: Any = interaction.data or {}
        if interaction.type is not discord.InteractionType.modal_submit or not data["custom_id"].startswith(PREFIX):
            return
        name = FormName.read(data["custom_id"].removeprefix(PREFIX))
        try:
            await self._take(interaction, name, read_typed(data["components"]))
        except Exception as error:  # noqa: BLE001  this is the outermost frame of a form
            await answer_failure(interaction, error)

    async def again(self, interaction: BotInteraction, name: FormName) -> None:
        """Submit what was kept over what somebody else wrote; `name` has the edition of theirs."""
        texts = texts_for(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        draft = await asyncio.to_thread(self._drafts.find, actor_of(interaction), name.draft)
        if draft is None:
            await respond(interaction, texts("What you typed is no longer kept. Open the form again."))
            return
        draft.pop(_EDITION, None)
        await self._submit(interaction, name, draft)

    async def drop(self, interaction: BotInteraction, name: FormName) -> None:
        """Forget what was kept."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await asyncio.to_thread(self._drafts.drop, actor_of(interaction), name.draft)
        texts = texts_for(interaction)
        await respond(interaction, texts("Nothing was changed, and what you typed is dropped."))

    @property
    def _drafts(self) -> DraftBook:
        return self.bot.touchstone.moderation.drafts

    async def _take(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> None:
        # Where Discord did not wait for us, what was typed is at least kept for the next time the form is opened.
        with contextlib.suppress(discord.HTTPException):
            await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            kept = {**typed, _EDITION: name.edition}
            await asyncio.to_thread(self._drafts.keep, actor_of(interaction), name.draft, kept)
        except TouchstoneError as error:
            _log.warning("What was typed into form %s could not be kept: %s", name.kind, error)
        if interaction.response.is_done():
            await self._submit(interaction, name, typed)

    async def _submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> None:
        texts = texts_for(interaction)
        try:
            shown = await self._kinds[name.kind].submit(interaction, name, typed)
        except Exception as error:  # noqa: BLE001  whatever it is, what was typed must come back
            await _tell(interaction, _outcome(error, name, typed, texts))
            return
        await respond(interaction, shown)
        await asyncio.to_thread(self._drafts.drop, actor_of(interaction), name.draft)


def _restored(form: Form, edition: str, draft: Mapping[str, str], texts: Texts) -> Form:
    """Return the form as it was handed in before, for the edition that it was meant for."""
    first, *others = form.fields
    noted = replace(first, hint=texts("Not written yet: this is what you typed before."))
    return replace(form, name=replace(form.name, edition=edition), fields=(noted, *others)).filled(draft)


def _outcome(error: Exception, name: FormName, typed: Mapping[str, str], texts: Texts) -> Outcome:
    if isinstance(error, ConflictError) and error.current:
        return draw_conflict(error, name, typed, texts)
    if isinstance(error, InvalidEditError):
        head = [
            texts("That cannot be written like this:"),
            *(f"- {escape(line)}" for line in fault_lines(error, texts)),
        ]
    else:
        head = [describe(error, texts, f"form {name.kind}")]
    return draw_failure(head, name, typed, texts)


async def _tell(interaction: BotInteraction, outcome: Outcome) -> None:
    await interaction.followup.send(view=outcome.view, files=outcome.files, ephemeral=True)
