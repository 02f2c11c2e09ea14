"""Revisions: who changed what, when and why; written in the transaction of the change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from claims.store.tables import Change, Revision

Who = str | int


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
class Deed:
    """Who does something and why: `actor` is a Discord user id, or a word such as `operator` or `touchstone`.

    Those who change a server's base are kept by their plain id: whoever may see the history may ask them. Members, who
    only report and propose, never stand here. `undoes` is the number of the revision that is taken back.
    """

    actor: Who
    act: str
    reason: str = ""
    server: int | None = None
    undoes: int | None = None


def write_revision(session: Session, deed: Deed, changes: Sequence[ChangeRecord], at: datetime) -> int:
    """Write one revision with all its changes; return its number."""
    who = str(deed.actor)
    revision = Revision(at=at, actor=who, act=deed.act, reason=deed.reason, server=deed.server, undoes=deed.undoes)
    session.add(revision)
    session.flush()
    number = revision.id or 0
    session.add_all(
        Change(revision=number, kind=c.kind, subject=c.subject, before=c.before, after=c.after) for c in changes
    )
    return number


def last_revision(session: Session) -> int:
    """Return the number of the newest revision, 0 for an empty base."""
    return session.scalar(select(func.max(col(Revision.id)))) or 0
