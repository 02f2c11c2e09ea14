"""The desk where forms are handed out and taken in; the same way before and after a restart."""

import asyncio
import contextlib
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import ui
from discord.ext import commands

from bot.discord.bot import BotInteraction
from bot.discord.cards import layout
from bot.discord.errors import answer_failure, describe
from bot.discord.forms.form import PREFIX, Form, FormKind, FormName, draw_modal, read_typed
from bot.discord.items import Lasting, label_of
from bot.discord.markdown import ROOM, escape, fit
from bot.discord.person import actor_of, respond, texts_for
from bot.texts import Texts
from bot.wording import choice_text, difference_lines, fault_lines, field_name
from claims.moderation.drafts import DraftBook
from config.errors import ConflictError, InvalidEditError, TouchstoneError

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


class _FormButton(Lasting):
    """A button whose id names a form."""

    name: FormName

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the form from the id of a button that was sent earlier."""
        return cls.of(FormName.read(match["name"]), label_of(item))

    @classmethod
    def of(cls, name: FormName, label: str) -> Self:
        """Return the button for a form."""
        raise NotImplementedError


class OpenFormButton(_FormButton, ui.DynamicItem[ui.Button[Any]], template=r"ts:fo:(?P<name>.+)"):
    """Opens a form, prefilled with what was typed into it before and not written."""

    def __init__(self, name: FormName, button: ui.Button[Any]) -> None:
        super().__init__(button)
        self.name = name

    @classmethod
    def of(cls, name: FormName, label: str) -> Self:
        """Return the button for a form; without an edition in the name, the one of that moment is opened."""
        return cls(name, ui.Button(label=label, custom_id=f"ts:fo:{name}"))

    async def press(self, interaction: BotInteraction) -> None:
        """Open the form."""
        await interaction.client.forms.open(interaction, self.name)


class MineButton(_FormButton, ui.DynamicItem[ui.Button[Any]], template=r"ts:fm:(?P<name>.+)"):
    """Writes what was typed over the version that the id names."""

    def __init__(self, name: FormName, button: ui.Button[Any]) -> None:
        super().__init__(button)
        self.name = name

    @classmethod
    def of(cls, name: FormName, label: str) -> Self:
        """Return the button for a form on the edition that is to be written over."""
        return cls(name, ui.Button(label=label, custom_id=f"ts:fm:{name}", style=discord.ButtonStyle.primary))

    async def press(self, interaction: BotInteraction) -> None:
        """Submit again."""
        await interaction.client.forms.again(interaction, self.name)


class DropButton(_FormButton, ui.DynamicItem[ui.Button[Any]], template=r"ts:fd:(?P<name>.+)"):
    """Forgets what was typed, and leaves everything as it stands."""

    def __init__(self, name: FormName, button: ui.Button[Any]) -> None:
        super().__init__(button)
        self.name = name

    @classmethod
    def of(cls, name: FormName, label: str) -> Self:
        """Return the button for a form."""
        return cls(name, ui.Button(label=label, custom_id=f"ts:fd:{name}"))

    async def press(self, interaction: BotInteraction) -> None:
        """Drop it."""
        await interaction.client.forms.drop(interaction, self.name)


FORM_ITEMS: tuple[type[ui.DynamicItem[Any]], ...] = (OpenFormButton, MineButton, DropButton)


_FILE = "typed.txt"
_FENCE = "```"
# What was typed is shown as it is up to this length, and comes as a file beyond it.
_SHOWN = 1500


@dataclass(frozen=True, slots=True)
class Outcome:
    """A view and the files that it shows."""

    view: ui.LayoutView
    files: list[discord.File] = field(default_factory=list)


def draw_failure(head: Sequence[str], name: FormName, typed: Mapping[str, str], texts: Texts) -> Outcome:
    """Return why a form was refused (`head` may be shown as it is), what was typed, and the ways on."""
    buttons = [
        OpenFormButton.of(replace(name, edition=""), texts("Try again")),
        DropButton.of(name, texts("Drop what I typed")),
    ]
    return _draw([*head, texts("Nothing was written. What you typed:")], typed, buttons, texts)


def draw_conflict(error: ConflictError, name: FormName, typed: Mapping[str, str], texts: Texts) -> Outcome:
    """Return how both versions differ, with the three ways on: mine, theirs, or once more."""
    now = replace(name, edition=error.current)
    lines = [
        texts("Somebody else has changed this meanwhile. The two versions differ:"),
        *(escape(line) for line in difference_lines(error.fields, texts)),
        texts("Nothing was written. What you typed:"),
    ]
    buttons = [
        MineButton.of(now, texts("Keep mine")),
        DropButton.of(now, texts("Keep theirs")),
        OpenFormButton.of(now, texts("Edit again")),
    ]
    return _draw(lines, typed, buttons, texts)


def _draw(lines: Sequence[str], typed: Mapping[str, str], buttons: Sequence[ui.Item[Any]], texts: Texts) -> Outcome:
    named = {field_name(name, texts): choice_text(name, text, texts) for name, text in typed.items() if text}
    total = sum(len(label) + len(text) for label, text in named.items())
    if total > _SHOWN or any(_FENCE in text for text in named.values()):
        kept, _ = fit(lines, ROOM)
        container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join(kept)))
        container.add_item(ui.File[Any](f"attachment://{_FILE}"))
        whole = "\n\n".join(f"{label}\n{text}" for label, text in named.items())
        return Outcome(layout(container, buttons), [discord.File(BytesIO(whole.encode()), _FILE)])
    kept, _ = fit(lines, ROOM - _SHOWN - 100)
    shown = [f"{label}\n{_FENCE}\n{text}\n{_FENCE}" for label, text in named.items()]
    return Outcome(layout(ui.Container(ui.TextDisplay("\n".join([*kept, *shown]))), buttons))


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
