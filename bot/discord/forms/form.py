"""What a form is: its kind, what it is about, the edition that it was opened on, and its fields."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol, Self

from discord import ui

from bot.discord.interaction import BotInteraction

# Between the parts of an id; ids of claims have none.
_BETWEEN = "|"
LONGEST_FIELD = 4000


@dataclass(frozen=True, slots=True)
class FormName:
    """What an id says: the kind of form, what it is about, and the edition that it was opened on ("": none)."""

    kind: str
    about: tuple[str, ...] = ()
    edition: str = ""

    @classmethod
    def read(cls, written: str) -> Self:
        """Read a name from an id, without its prefix."""
        kind, *about, edition = written.split(_BETWEEN)
        return cls(kind, tuple(about), edition)

    def __str__(self) -> str:
        return _BETWEEN.join((self.kind, *self.about, self.edition))

    @property
    def draft(self) -> str:
        """The name under which what was typed is kept: the same for every edition."""
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
    """One kind of form; `kind` is its short name (at most 6 characters)."""

    @property
    def kind(self) -> str:
        """Return the name that ids carry."""
        ...

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form, prefilled from what stands now, within two seconds; asks for the right to see it."""
        ...

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Write what was typed and return what to show.

        Whatever it raises is told to the person, with all that was typed. ConflictError leads to a choice, where
        keeping one's own submits again with the edition that the error names.
        """
        ...
