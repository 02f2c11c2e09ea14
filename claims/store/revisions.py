"""What the history says of a change: who made it, why, and each thing before and after."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from claims.store.tables import Revision

Who = str | int
TOUCHSTONE = "touchstone"  # acts by itself: at a start, and on members' reports


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """What happens to one thing (`kind` such as claim, pack, document, server or channel; `subject` is its id).

    `before` is None for a new thing, `after` for one that is gone.
    """

    kind: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who does something and why: `actor` is a Discord user id, or a word such as `operator` or TOUCHSTONE.

    Those who change a server's base are kept by their plain id: whoever may see the history may ask them. Members, who
    only report and propose, never stand here. `undoes` is the number of the revision that is taken back.
    """

    actor: Who
    act: str
    reason: str = ""
    server: int | None = None
    undoes: int | None = None


def last_revision(session: Session) -> int:
    """Return the number of the newest revision, 0 for an empty base."""
    return session.scalar(select(func.max(col(Revision.id)))) or 0
