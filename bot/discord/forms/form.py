"""Forms as Discord's modals: drawn from their fields, and read from the raw answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import discord
from discord import ui

from bot.discord.markdown import shorten
from bot.discord.request import Request
from bot.texts import Texts
from bot.wording import field_name, value_text
from claims.moderation.rights import Act
from config.errors import InvalidEditError
from config.faults import FieldFault

# Between the parts of an id; ids of claims have none.
_BETWEEN = "|"
LONGEST_FIELD = 4000


@dataclass(frozen=True, slots=True)
class FormName:
    """What an id says: the kind of form, what it is about, and the version tag that it was opened on ("": none)."""

    kind: str
    about: tuple[str, ...] = ()
    version_tag: str = ""

    @classmethod
    def read(cls, written: str) -> Self:
        """Read a name from an id, without its prefix."""
        kind, *about, version_tag = written.split(_BETWEEN)
        return cls(kind, tuple(about), version_tag)

    def __str__(self) -> str:
        return _BETWEEN.join((self.kind, *self.about, self.version_tag))

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
        return replace(
            self, fields=tuple(replace(each, value=typed.get(each.name, each.value)) for each in self.fields)
        )


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


def read_typed(components: Any) -> dict[str, str]:  # noqa: ANN401  Discord's raw answer
    """Return what was typed or chosen, by the name of the field; of several choices, one a line."""
    return dict(_walk(components))


def _walk(components: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    for component in components:
        if "custom_id" in component:
            yield component["custom_id"], component.get("value") or "\n".join(component.get("values", ()))
        inner = component.get("component")
        yield from _walk([*component.get("components", ()), *([inner] if inner else [])])


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
