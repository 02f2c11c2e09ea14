"""The dry run: what a file would change in a base, claim by claim."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal

from claims.exchange.format_names import Format
from claims.exchange.near import NearClaim
from config.errors import PackProblem
from config.faults import FieldDifference

Outcome = Literal["new", "changed", "conflicting", "refused", "unchanged"]
MARK_DIGITS = 16


@dataclass(frozen=True, slots=True)
class ImportEntry:
    """What becomes of one claim of a file, and the line where it begins (0: unknown).

    `new` and `changed` ones are written; `conflicting` ones were changed here since, and stay as they are here;
    `refused` ones carry their problems. `near` warns of claims that a new one may repeat. `fields` are those that the
    file has otherwise than the base: `mine` as the base has each, `theirs` as the file does.
    """

    claim: str
    title_en: str
    title_zh: str
    outcome: Outcome
    line: int
    problems: tuple[PackProblem, ...] = ()
    near: tuple[NearClaim, ...] = ()
    fields: tuple[FieldDifference, ...] = ()


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
        return self.written > 0

    @property
    def written(self) -> int:
        """The number of claims that are written."""
        return sum(entry.outcome in {"new", "changed"} for entry in self.entries)

    @property
    def mark(self) -> str:
        """A mark of what becomes of each claim: a later plan has another one where the base has changed in between.

        That holds for the same file. What a new claim comes near to is only a warning, and no part of it.
        """
        facts = [
            [entry.claim, entry.outcome, [asdict(field) for field in entry.fields], list(map(str, entry.problems))]
            for entry in self.entries
        ]
        text = json.dumps(facts, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:MARK_DIGITS]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: as its plan says, in one revision, by whose number it can be undone (None: nothing)."""

    plan: ImportPlan
    revision: int | None
