"""What errors carry for people: marked texts, what is wrong with a single field, and how two versions of one differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made


def msgid(text: str) -> str:
    """Mark a text for the catalogue where it is written down, but shown elsewhere; returns it unchanged."""
    return text


class Worded(str):
    """A text in English that knows its `template` and the `values` in it, so that it can be said in another language.

    Values may be texts of this kind themselves.
    """

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, object]


def worded(template: str, **values: object) -> Worded:
    """Return the text that the template gives with these values; catalogues find the template here."""
    text = Worded(template.format(**values))
    text.template, text.values = template, values
    return text


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One fault of what somebody typed: its field, what is wrong, and how to mend it.

    `fault` and `mend` are templates with `{names}` of `values`, so that a front end can say them in another language.
    """

    field: str
    fault: str
    mend: str
    values: Mapping[str, object] = made(default_factory=dict[str, object])

    def __str__(self) -> str:
        return f"{self.field}: {self.fault.format(**self.values)} {self.mend.format(**self.values)}"


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field that two versions have differently; for lists, only the entries that the other lacks."""

    field: str
    mine: object
    theirs: object
