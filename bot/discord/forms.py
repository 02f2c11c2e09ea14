"""Forms that lose nothing: a modal says in its id what it edits, so that it can be handed in after a restart.

Here is what a form is, how it is drawn and read, and what happens to what was typed on success, fault and conflict.
Single forms live with what they edit, and are registered with `Forms.add`.
"""

import asyncio
import contextlib
import logging
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, Protocol, Self

import discord
from discord import ui
from discord.ext import commands

from bot.discord.bot import BotInteraction
from bot.discord.cards import ROOM, draw_lines, escape, fit, layout, length, shorten
from bot.discord.errors import FAILED_REQUEST, describe
from bot.discord.routes import LONGEST_ID, UNREADABLE, Click, Request, Route, Router, answer_failure, fits
from bot.texts import Texts
from bot.wording import choice_text, difference_lines, fault_lines, field_name, value_text
from claims.moderation.rights import Act, Actor, Submission
from config.errors import (
    AlreadyWrittenError,
    ConflictError,
    FieldFault,
    InvalidEditError,
    TouchstoneError,
    UnknownEntryError,
)

# Between the parts of an id; ids of claims have none.
_BETWEEN = "|"
_NUMBER = "~"
# Four characters, for which there is room beside the longest id of a claim: one of sixteen million, among those that
# one person has handed in within a day.
_NUMBER_BYTES = 3
MINE_PREFIX = "ts:fm:"
LONGEST_FIELD = 4000
MOST_FIELDS = 5


@dataclass(frozen=True, slots=True)
class FormName:
    """What an id says: the kind of form, what it is about, and the version tag that it was opened on ("": none).

    `number` tells the form that one person has open from every other; "" for one that is not open yet.
    """

    kind: str
    about: tuple[str, ...] = ()
    version_tag: str = ""
    number: str = ""

    @classmethod
    def read(cls, written: str) -> Self:
        """Read a name from an id, without its prefix."""
        kind, *about = written.split(_BETWEEN)
        number = about.pop()[1:] if about and about[-1].startswith(_NUMBER) else ""
        return cls(kind, tuple(about[:-1]), about[-1] if about else "", number)

    def __str__(self) -> str:
        number = (_NUMBER + self.number,) if self.number else ()
        return _BETWEEN.join((self.kind, *self.about, self.version_tag, *number))

    def numbered(self) -> Self:
        """Return the name with a new number, where an id has room for one."""
        return replace(self, number=secrets.token_urlsafe(_NUMBER_BYTES)).fitting()

    def fitting(self) -> Self:
        """Return the name, without its number where an id has no room for it."""
        return self if len(f"{MINE_PREFIX}{self}") <= LONGEST_ID else replace(self, number="")

    @property
    def draft(self) -> str:
        """The name under which what was typed is kept: the same for every version."""
        return _BETWEEN.join((self.kind, *self.about))


@dataclass(frozen=True, slots=True)
class FormField:
    """One field: a line, a text of several lines (`long`), or, with `options` (value to label), a choice.

    `label` has at most 45 characters, `hint` at most 100; `value` is what stands in it when the form opens.
    """

    name: str
    label: str
    value: str = ""
    hint: str = ""
    long: bool = False
    required: bool = False
    most: int = LONGEST_FIELD
    options: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it opens: at most five fields; `title` has at most 45 characters."""

    name: FormName
    title: str
    fields: tuple[FormField, ...]

    def filled(self, typed: Mapping[str, str]) -> Self:
        """Return the form with other values where they are given."""
        fields = tuple(replace(each, value=typed.get(each.name, each.value)) for each in self.fields)
        return replace(self, fields=fields)


class FormKind(Protocol):
    """One kind of form, which has nothing to remember.

    `kind` is its short name (at most 6 characters) as ids carry it, `act` the right that is asked for before it is
    opened or taken in, and `about` a pattern for what it is about, with | between the parts.
    """

    kind: str
    act: Act
    about: str

    async def open(self, request: Request, about: tuple[str, ...]) -> Form:
        """Return the form, prefilled from what stands now, within two seconds."""
        ...

    async def submit(self, request: Request, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Write what was typed and return what to show.

        Whatever it raises is told to the person, with all that was typed. ConflictError leads to a choice, where
        keeping one's own submits again with the version that the error names.
        """
        ...


def named(field: FormField, texts: Texts) -> FormField:
    """Return the field with the label that people know it by; raises InvalidEditError where its text is too long."""
    if field.options is None and len(field.value) > field.most:
        values = {"count": len(field.value), "most": field.most}
        fault = FieldFault(field.name, "The text has {count} characters.", "Keep it to {most}.", values)
        raise InvalidEditError((fault,))
    return replace(field, label=field.label or field_name(field.name, texts))


def line(name: str, value: str, texts: Texts, hint: str = "", *, required: bool = False) -> FormField:
    """Return a field of one line, with the name that faults have for it."""
    return named(FormField(name, "", value, hint, required=required), texts)


def long(name: str, value: str, texts: Texts, hint: str = "", *, required: bool = False) -> FormField:
    """Return a field of several lines."""
    return named(FormField(name, "", value, hint, long=True, required=required, most=LONGEST_FIELD), texts)


def choice(
    name: str, value: str, known: Sequence[str], texts: Texts, words: Mapping[str, str] | None = None
) -> FormField:
    """Return a choice; its options are named as values of the field are, or by the `words` given."""
    options = {each: texts(words[each]) if words else value_text(name, each, texts) for each in known}
    return named(FormField(name, "", value, required=True, options=options), texts)


PREFIX = "ts:f:"
_LONGEST_TITLE = 45
_LONGEST_HINT = 100


def draw_modal(form: Form) -> ui.Modal:
    """Return the modal; it is not remembered, because its id says all that `read_typed` and the form's kind need."""
    modal = ui.Modal(title=shorten(form.title, _LONGEST_TITLE), custom_id=f"{PREFIX}{form.name}", timeout=None)
    for field in form.fields:
        hint = shorten(field.hint, _LONGEST_HINT) or None
        modal.add_item(ui.Label(text=shorten(field.label, _LONGEST_TITLE), description=hint, component=_control(field)))
    modal.stop()
    return modal


class Typed(dict[str, str]):
    """What was typed, by the name of the field; a field that a forger left out is refused like an id that is none."""

    def __missing__(self, name: str) -> str:
        raise UnknownEntryError(UNREADABLE)


def read_typed(components: Any) -> Typed:  # noqa: ANN401  Discord's raw answer
    """Return what was typed or chosen (of several, one a line) by the field's name; raises where no modal sent it."""
    with contextlib.suppress(AttributeError, IndexError, KeyError, TypeError):
        fields = [each.get("component") or each["components"][0] for each in components]
        given = {str(each["custom_id"]): each.get("value") or "\n".join(each.get("values", ())) for each in fields}
        if len(given) <= MOST_FIELDS and all(len(text) <= LONGEST_FIELD for text in given.values()):
            return Typed(given)
    raise UnknownEntryError(UNREADABLE)


def _control(field: FormField) -> ui.Item[Any]:
    if field.options is None:
        if len(field.value) > field.most:
            # To cut it would lose the rest when the form is handed in.
            raise ValueError(f"{field.name} holds {len(field.value)} characters, more than its {field.most}")
        style = discord.TextStyle.long if field.long else discord.TextStyle.short
        return ui.TextInput[Any](
            custom_id=field.name, style=style, default=field.value, required=field.required, max_length=field.most
        )
    return ui.Select[Any](custom_id=field.name, options=_options(field.options, field.value), required=field.required)


def _options(options: Mapping[str, str], chosen: str) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(label=shorten(label, _LONGEST_HINT), value=value, default=value == chosen)
        for value, label in options.items()
    ]


OPEN = Route("ts:fo:{name:some}", way="itself")
# Writes what was typed over the version that the name has; and forgets it, and leaves everything as it stands.
MINE = Route(MINE_PREFIX + "{name:some}", way="below")
DROP = Route("ts:fd:{name:some}", way="below")


def form_button(name: FormName, label: str) -> ui.Button[Any]:
    """Return the button that opens a form; without a version in the name, the one of that moment is opened."""
    return OPEN.button(label, name=str(replace(name, number="")))


_FILE = "typed.txt"
_FENCE = "```"
# What was typed is shown as it is up to this length, and comes as a file beyond it.
_SHOWN = 1500


@dataclass(frozen=True, slots=True)
class Failure:
    """A view and the files that it shows."""

    view: ui.LayoutView
    files: Sequence[discord.File] = ()


def draw_failure(head: Sequence[str], name: FormName, typed: Mapping[str, str], texts: Texts) -> Failure:
    """Return why a form was refused (`head` may be shown as it is), what was typed, and the ways on."""
    buttons = [
        form_button(replace(name, version_tag=""), texts("Try again")),
        DROP.button(texts("Drop what I typed"), name=str(replace(name, number=""))),
    ]
    return _draw([*head, texts("Nothing was written. What you typed:")], typed, buttons, texts)


def draw_conflict(error: ConflictError, name: FormName, typed: Mapping[str, str], texts: Texts) -> Failure:
    """Return how both versions differ, with the three ways on: mine, theirs, or once more."""
    # The version may be longer than the one that the form was opened on.
    now = replace(name, version_tag=error.current).fitting()
    lines = [
        texts("Somebody else has changed this meanwhile. The two versions differ:"),
        *(escape(line) for line in difference_lines(error.fields, texts)),
        texts("Nothing was written. What you typed:"),
    ]
    buttons = [
        MINE.button(texts("Keep mine"), discord.ButtonStyle.primary, name=str(now)),
        DROP.button(texts("Keep theirs"), name=str(replace(now, number=""))),
        form_button(now, texts("Edit again")),
    ]
    return _draw(lines, typed, buttons, texts)


def _draw(lines: Sequence[str], typed: Mapping[str, str], buttons: Sequence[ui.Item[Any]], texts: Texts) -> Failure:
    named = {field_name(name, texts): choice_text(name, text, texts) for name, text in typed.items() if text}
    total = sum(length(label) + length(text) for label, text in named.items())
    if total > _SHOWN or any(_FENCE in text for text in named.values()):
        kept, _ = fit(lines, ROOM)
        container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join(kept)))
        container.add_item(ui.File[Any](f"attachment://{_FILE}"))
        whole = "\n\n".join(f"{label}\n{text}" for label, text in named.items())
        return Failure(layout(container, buttons), [discord.File(BytesIO(whole.encode()), _FILE)])
    kept, _ = fit(lines, ROOM - _SHOWN - 100)
    shown = [f"{label}\n{_FENCE}\n{text}\n{_FENCE}" for label, text in named.items()]
    return Failure(layout(ui.Container(ui.TextDisplay("\n".join([*kept, *shown]))), buttons))


_log = logging.getLogger(__name__)
# Beside the fields of a draft: the version that the form was opened on. The name is that of drafts already kept.
_VERSION_TAG = "_edition"
# Seconds that Discord can wait for a word while a draft is written; it gives up after three.
_PATIENCE = 1.5


class Forms(commands.Cog):
    """Knows the kinds of forms; listens to all modals itself, because discord.py forgets its own at a restart."""

    def __init__(self, router: Router) -> None:
        self._kinds: dict[str, FormKind] = {}
        router.answer(OPEN, self._open)
        router.answer(MINE, self._again)
        router.answer(DROP, self._drop)

    @property
    def kinds(self) -> Mapping[str, FormKind]:
        """All kinds, by the name that ids carry."""
        return self._kinds

    def add(self, *kinds: FormKind) -> None:
        """Add kinds of forms; called before the bot connects."""
        self._kinds |= {each.kind: each for each in kinds}

    async def open(self, request: Request, name: FormName, filled: Mapping[str, str] | None = None) -> None:
        """Show a form, with what was typed and not written before; must be the first answer to the interaction.

        A version in the name says that the person has seen it and wants to write over it. What is `filled` in stands
        in the form in place of anything that was typed before.
        """
        form = await (await self._kind(request, name)).open(request, name.about)
        if filled is not None:
            form = form.filled(filled)
        elif (draft := await request.do(request.moderation.drafts.find, request.actor, form.name.draft)) is not None:
            version_tag = name.version_tag or draft.pop(_VERSION_TAG, form.name.version_tag)
            form = _restored(form, version_tag, draft, request.texts)
        await request.interaction.response.send_modal(draw_modal(replace(form, name=form.name.numbered())))

    @commands.Cog.listener()
    async def on_interaction(self, interaction: BotInteraction) -> None:
        """Take a form in."""
        data: Any = interaction.data or {}
        written = str(data.get("custom_id"))
        if interaction.type is not discord.InteractionType.modal_submit or not written.startswith(PREFIX):
            return
        try:
            name = FormName.read(written.removeprefix(PREFIX))
            await self._take(Request(interaction), name, read_typed(data.get("components")))
        except Exception as error:  # noqa: BLE001  this is the outermost frame of a form
            await answer_failure(interaction, error)

    async def _open(self, click: Click) -> None:
        await self.open(click, FormName.read(click["name"]))

    async def _again(self, click: Click) -> None:
        """Submit what was kept over what somebody else wrote; the name has the version of theirs."""
        name = FormName.read(click["name"])
        draft = await click.do(click.moderation.drafts.find, click.actor, name.draft)
        if draft is None:
            await click.respond(click.texts("What you typed is no longer kept. Open the form again."))
            return
        draft.pop(_VERSION_TAG, None)
        await self._submit(click, name, draft)

    async def _drop(self, click: Click) -> None:
        await click.do(click.moderation.drafts.drop, click.actor, FormName.read(click["name"]).draft)
        await click.respond(click.texts("Nothing was changed, and what you typed is dropped."))

    async def _kind(self, request: Request, name: FormName) -> FormKind:
        """Return the kind of a form that the person may use; raises NotAllowedError, and where the name is none."""
        kind = self._kinds.get(name.kind)
        about = "|".join(name.about)
        if kind is None or not re.fullmatch(kind.about, about, re.ASCII) or not all(map(fits, name.about)):
            raise UnknownEntryError(UNREADABLE)
        await request.require(kind.act)
        return kind

    async def _take(self, request: Request, name: FormName, typed: Mapping[str, str]) -> None:
        """Keep what was typed, tell Discord that it has come, and write it.

        Where Discord does not learn of it in time, what was typed is kept for the next time the form is opened.
        """
        keeping = asyncio.create_task(self._keep(request, name, typed))
        await asyncio.wait({keeping}, timeout=_PATIENCE)
        with contextlib.suppress(*FAILED_REQUEST):
            await request.interaction.response.defer(ephemeral=True, thinking=True)
        is_new = await keeping
        if request.interaction.response.is_done():
            await (self._submit(request, name, typed) if is_new else self._repeat(request, name))

    async def _keep(self, request: Request, name: FormName, typed: Mapping[str, str]) -> bool:
        """Keep what was typed; returns False where this very form has been written before."""
        fields = {**typed, _VERSION_TAG: name.version_tag}
        try:
            return await request.do(request.moderation.drafts.keep, request.actor, name.draft, fields, name.number)
        except TouchstoneError as error:
            _log.warning("What was typed into form %s could not be kept: %s", name.kind, error)
            return True

    async def _submit(self, request: Request, name: FormName, typed: Mapping[str, str]) -> None:
        try:
            kind = await self._kind(request, name)
            submission = request.moderation.drafts.submission(request.actor, name.draft, name.number)
            shown = await kind.submit(HandedIn(request.interaction, submission), name, typed)
        except Exception as error:  # noqa: BLE001  whatever it is, what was typed must come back
            repeats, texts = isinstance(error, AlreadyWrittenError), request.texts
            is_written = repeats or not await self._keep(request, name, typed)
            # Of two at once, the second may meet what the first has decided before it is told that it is the second.
            if repeats or (is_written and isinstance(error, ConflictError)):
                await self._repeat(request, name)
            elif is_written:
                told = texts("It was written. What follows could not be shown.")
                await request.respond(describe(error, texts, f"form {name.kind}", told))
            else:
                failed = _outcome(error, name, typed, texts)
                await request.interaction.followup.send(view=failed.view, files=list(failed.files), ephemeral=True)
        else:
            # What writes has dropped the draft with it; a form that only asks has not.
            with contextlib.suppress(TouchstoneError):
                await request.do(request.moderation.drafts.drop, request.actor, name.draft)
            await request.respond(shown)

    async def _repeat(self, request: Request, name: FormName) -> None:
        """Say of a form that comes a second time that it was written, and what stands now."""
        texts = request.texts
        lines = [texts("You have handed in this form before: it was written then, and only once.")]
        kind = await self._kind(request, name)
        # What has been decided by it cannot be opened any more.
        with contextlib.suppress(TouchstoneError):
            fields = (await kind.open(request, name.about)).fields
            shown = [(each.label, (each.options or {}).get(each.value, each.value)) for each in fields]
            stands = [texts.named(label, shorten(value, _LONGEST_HINT)) for label, value in shown if value]
            lines += [texts("What stands now:"), *map(escape, stands)] if stands else []
        await request.respond(draw_lines(lines, texts))


@dataclass(frozen=True, slots=True)
class HandedIn(Request):
    """A request whose first write settles the form that was handed in: both are kept, or neither is."""

    submission: Submission

    @property
    def actor(self) -> Actor:
        """The person, with the form."""
        return replace(Request(self.interaction).actor, submission=self.submission)


def _restored(form: Form, version_tag: str, draft: Mapping[str, str], texts: Texts) -> Form:
    """Return the form as it was handed in before, for the version that it was meant for."""
    first, *others = form.fields
    noted = replace(first, hint=texts("Not written yet: this is what you typed before."))
    return replace(form, name=replace(form.name, version_tag=version_tag), fields=(noted, *others)).filled(draft)


def _outcome(error: Exception, name: FormName, typed: Mapping[str, str], texts: Texts) -> Failure:
    if isinstance(error, ConflictError) and error.current:
        return draw_conflict(error, name, typed, texts)
    if isinstance(error, InvalidEditError):
        faults = [f"- {escape(each)}" for each in fault_lines(error, texts)]
        head = [texts("That cannot be written like this:"), *faults]
    else:
        head = [describe(error, texts, f"form {name.kind}")]
    return draw_failure(head, name, typed, texts)
