"""The one tree of exceptions; every message names what was at fault and how to mend it.

TouchstoneError
├── SettingsError                a setting cannot be used; names each with its mend
├── StartError                   the Discord bot cannot start until its operator mends something (exit code 2)
├── WordedError                  its text is a template, so that front ends can say it in another language
│   ├── NotAllowedError          the person lacks the right for what was asked
│   ├── ExportError              a file of exported chat cannot be used
│   ├── BulkError                processes or a cluster for checks in bulk cannot be used
│   ├── DocumentTextError        a document is unknown here, or its text is not loaded (also a ClaimBaseError)
│   ├── DocumentRefusedError     a file or an answer from an address cannot become a document (also a ClaimBaseError)
│   │   └── AddressRefusedError  an address may not be read, or gave nothing that can be
│   │       ├── OfflineError     no name server answers, as where there is no network
│   │       └── RobotsError      the site asks programs not to read it
│   ├── UnknownPackError         no pack has this name, no file this path (also a ClaimBaseError)
│   ├── UnknownEntryError        no revision, queue item or example has this number (also a ClaimBaseError)
│   ├── SiteError                a site of the claims cannot be written into a folder (also a ClaimBaseError)
│   ├── AlreadyWrittenError      a form was handed in before, and is written (also a ClaimBaseError)
│   ├── NotUndoableError         a revision cannot be undone or restored here (also a ClaimBaseError)
│   └── ExtractionError          a language model cannot be asked for claims (also a ClaimBaseError)
├── EmbedderError                the embedder gave no usable vectors; the check goes on without it
│   └── EmbedderSetupError       an embedder cannot be opened: an extra, a file or a setting is missing or wrong
├── UnknownUnitError             a documented figure names a unit that the unit table lacks
├── TuningError                  a file of weights and cut-offs is not one
├── EvaluationError              a file to measure or calibrate with cannot be used; names line and field
└── ClaimBaseError               the claim base could not do what was asked
    ├── DatabaseError            the database cannot be opened, upgraded, read or written
    │   └── DatabaseUnavailableError  it is locked or out of reach just now: another try may help
    ├── UnknownClaimError        no claim has this id (for this server)
    ├── InvalidEditError         an edit was refused; carries each fault, and the edit as it was typed
    ├── ConflictError            somebody else was faster; carries both versions, field by field
    ├── ImportRefusedError       a pack or file for import was refused; each problem with line, field and mend
    └── PlanChangedError         the base has changed since the dry run that somebody has said yes to
"""

import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made
from importlib import metadata, util
from typing import Any


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


# What pydantic says of a value, by its own name for it; the rest stays as it says it.
_REASONS = {
    "less_than_equal": msgid("input should be less than or equal to {le:g}"),
    "greater_than_equal": msgid("input should be greater than or equal to {ge:g}"),
    "greater_than": msgid("input should be greater than {gt:g}"),
    "literal_error": msgid("input should be {expected}"),
    "int_parsing": msgid("input should be a valid integer, unable to parse string as an integer"),
    "int_parsing_size": msgid("unable to parse input string as an integer, exceeded maximum size"),
    "float_parsing": msgid("input should be a valid number, unable to parse string as a number"),
    "bool_parsing": msgid("input should be a valid boolean, unable to interpret input"),
}
# What it says of values of another kind, such as one without quotes in a file, speaks of Python's types: our words.
_KINDS = {
    **dict.fromkeys(("string_type", "path_type"), msgid("this has to be a text, in quotes")),
    **dict.fromkeys(("int_type", "int_from_float"), msgid("this has to be a whole number")),
    "float_type": msgid("this has to be a number"),
    "bool_type": msgid("this has to be true or false"),
    "tuple_type": msgid("this has to be a list, in square brackets"),
}


def pydantic_reason(kind: str, message: str, values: Mapping[str, Any]) -> str:
    """Return what a validation says of a value, as the part of a sentence."""
    if kind == "value_error":
        return values["error"].args[0]
    if kind in _KINDS:
        return worded(_KINDS[kind])
    said = message[:1].lower() + message[1:]
    template = _REASONS.get(kind, "")
    # The library may word it otherwise one day.
    return worded(template, **values) if template.format(**values) == said else said


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


class TouchstoneError(Exception):
    """Base of all errors that Touchstone raises on purpose; its text may be shown to the person who asked."""


class SettingsError(TouchstoneError):
    """Settings cannot be used; `faults` has one line for each, with where it is written and how to mend it.

    They may be texts that front ends can say in another language (`worded`).
    """

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class StartError(TouchstoneError):
    """The Discord bot cannot start, and trying again would not help; the text says how to mend it."""


class WordedError(TouchstoneError):
    """An error whose text can be said in another language: `fault` is a template with the `{names}` of `values`."""

    def __init__(self, fault: str, /, **values: object) -> None:
        super().__init__(fault.format(**values))
        self.fault = fault
        self.values = values


class NotAllowedError(WordedError):
    """The person lacks the right for what was asked."""


class TuningError(TouchstoneError):
    """A file of weights and cut-offs cannot be used."""


class EvaluationError(TouchstoneError):
    """A file to measure or calibrate with cannot be used."""


class ExportError(WordedError):
    """A file of exported chat cannot be used."""


class BulkError(WordedError):
    """Processes of this machine, or a cluster, cannot be used for checks in bulk."""


class UnknownUnitError(TouchstoneError):
    """A documented figure names a unit that the unit table lacks."""

    def __init__(self, unit: str, known: tuple[str, ...]) -> None:
        said = msgid(
            "There is no unit {unit!r}. Use one of: {known}; a price for a mass is written USD/oz, "
            "and a unit of the claim's own with a bar between its spellings: BTC|bitcoin."
        )
        super().__init__(worded(said, unit=unit, known=", ".join(known)))
        self.unit = unit


class EmbedderError(TouchstoneError):
    """The embedder gave no usable vectors."""


class EmbedderSetupError(EmbedderError):
    """An embedder cannot be opened: an extra, a file or a setting is missing or wrong."""


class ClaimBaseError(TouchstoneError):
    """The claim base could not do what was asked."""


class DatabaseError(ClaimBaseError):
    """The database cannot be opened, upgraded, read or written."""


class DatabaseUnavailableError(DatabaseError):
    """The database is locked by another program, or out of reach for the moment; another try may help."""


class UnknownClaimError(ClaimBaseError):
    """No claim has this id, or none that the server may see."""

    def __init__(self, claim: str, near: tuple[str, ...] = ()) -> None:
        if near:
            text = worded("There is no claim {claim!r}. Did you mean {near}?", claim=claim, near=", ".join(near))
        else:
            text = worded("There is no claim {claim!r}. `touchstone claims list` shows every id.", claim=claim)
        super().__init__(text)
        self.claim = claim
        self.near = near


class UnknownPackError(WordedError, ClaimBaseError):
    """No pack of this name is shipped, loaded, or in the operator's folder, and no file has this path."""

    def __init__(self, pack: str, known: tuple[str, ...], folder: str) -> None:
        names = ", ".join(known) or "–"
        if folder:
            text = msgid("There is no pack {pack}. Known: {known}. Name a file, or put one into {folder}.")
            super().__init__(text, pack=pack, known=names, folder=folder)
        else:
            super().__init__(msgid("There is no pack {pack}. Known: {known}."), pack=pack, known=names)


class UnknownEntryError(WordedError, ClaimBaseError):
    """No revision, queue item or example has this number, or none that the server may see."""


class AlreadyWrittenError(WordedError, ClaimBaseError):
    """A form was handed in before: what it says is written, and nothing was written now."""


class DocumentTextError(WordedError, ClaimBaseError):
    """A document cannot be looked through: the server does not see it, or its text is not loaded."""


class DocumentRefusedError(WordedError, ClaimBaseError):
    """A file, or what an address gave, cannot become a document; the text says why, and how to mend it."""


class AddressRefusedError(DocumentRefusedError):
    """An address may not be read, or gave nothing that can be."""


class OfflineError(AddressRefusedError):
    """The name of a host cannot be looked up just now, as where there is no network."""


class RobotsError(AddressRefusedError):
    """A site's robots.txt asks programs not to read an address."""


class ExtractionError(WordedError, ClaimBaseError):
    """A language model cannot be asked for claims; the text says why, and how to mend it."""


class SiteError(WordedError, ClaimBaseError):
    """A site of the claims cannot be written into a folder; the text says why, and how to mend it."""


class InvalidEditError(ClaimBaseError):
    """An edit was refused and nothing was written; `edit` is what the caller handed in, as it was typed."""

    def __init__(self, faults: tuple[FieldFault, ...], edit: object = None) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults
        self.edit = edit


class ConflictError(ClaimBaseError):
    """Somebody else was faster and nothing was written; `mine` is what the caller wants, `theirs` what stands there.

    `subject` names the thing; `current` is its edition now: the same edit with it overwrites theirs. `kind` is that of
    the thing, where an undo of several found it.
    """

    def __init__(
        self,
        subject: str,
        fields: tuple[FieldDifference, ...],
        *,
        current: str = "",
        mine: object = None,
        kind: str = "",
    ) -> None:
        names = ", ".join(each.field for each in fields) or worded("nothing any more")
        said = msgid("{subject} was changed meanwhile. The two versions differ in: {fields}.")
        super().__init__(worded(said, subject=subject, fields=names))
        self.subject = subject
        self.fields = fields
        self.current = current
        self.mine = mine
        self.kind = kind


class NotUndoableError(WordedError, ClaimBaseError):
    """A revision cannot be undone or restored here; the text says why."""


@dataclass(frozen=True, slots=True)
class PackProblem:
    """One fault of a pack file: its line (from 1; 0: the file as a whole), its field, what it is, and its mend.

    `fault` and `mend` may be texts that front ends can say in another language (`config.errors.worded`).
    """

    line: int
    field: str
    fault: str
    mend: str

    def __str__(self) -> str:
        place = ", ".join(part for part in (f"line {self.line}" if self.line else "", self.field) if part)
        return f"{place or 'the file'}: {self.fault}. {self.mend}"


class ImportRefusedError(ClaimBaseError):
    """A pack or another file for import was refused as a whole; nothing was written."""

    def __init__(self, name: str, problems: tuple[PackProblem, ...]) -> None:
        super().__init__("\n".join([f"{name}: refused; nothing was written.", *(f"  {each}" for each in problems)]))
        self.name = name
        self.problems = problems


class PlanChangedError(ClaimBaseError):
    """The base has changed since the dry run that somebody has said yes to; nothing was written."""

    def __init__(self, name: str) -> None:
        said = worded(
            "{name}: the claims have changed since the dry run. Look at a new one; nothing was written.", name=name
        )
        super().__init__(said)
        self.name = name


DISTRIBUTION = "touchstone-bot"


def version() -> str:
    """Return this version's number."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:  # run from its folder, without an installation
        return "unknown"


def install_hint(extra: str) -> Worded:
    """Return the sentence with the command that installs what an extra needs, into the environment that runs now."""
    # By the packages' own names: whether this one can be had by name depends on where it came from.
    wanted = _requirements(extra)
    if not wanted:
        return worded("Install the extra {extra!r} of {distribution}.", extra=extra, distribution=DISTRIBUTION)
    if util.find_spec("pip") is not None:
        command = [sys.executable, "-m", "pip", "install", *wanted]
    else:
        command = ["uv", "pip", "install", "--python", sys.executable, *wanted]
    return worded("Install it with: {command}", command=shlex.join(command))


def _requirements(extra: str) -> list[str]:
    try:
        every = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return []
    parts = (requirement.partition(";") for requirement in every)
    return [needed.strip() for needed, _, marker in parts if re.search(rf"extra\s*==\s*[\"']{extra}[\"']", marker)]
