"""The dry run: what a file would change in a base, claim by claim."""

from dataclasses import dataclass
from typing import Literal

from claims.exchange.export import Format
from claims.exchange.near import NearClaim
from config.errors import PackProblem

Outcome = Literal["new", "changed", "conflicting", "refused", "unchanged"]


@dataclass(frozen=True, slots=True)
class ImportEntry:
    """What becomes of one claim of a file, and the line where it begins (0: unknown).

    `new` and `changed` ones are written; `conflicting` ones were changed here since, and stay as they are here;
    `refused` ones carry their problems. `near` warns of claims that a new one may repeat.
    """

    claim: str
    title_en: str
    title_zh: str
    outcome: Outcome
    line: int
    problems: tuple[PackProblem, ...] = ()
    near: tuple[NearClaim, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What a file would change, in the order of the file; `drafts`: new claims are drafts for moderators."""

    name: str
    format: Format
    drafts: bool
    entries: tuple[ImportEntry, ...]

    def of(self, outcome: Outcome) -> tuple[ImportEntry, ...]:
        """Return the entries with an outcome."""
        return tuple(entry for entry in self.entries if entry.outcome == outcome)

    @property
    def writes(self) -> bool:
        """Whether there is anything to write."""
        return any(entry.outcome in {"new", "changed"} for entry in self.entries)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: as its plan says, in one revision, by whose number it can be undone (None: nothing)."""

    plan: ImportPlan
    revision: int | None
