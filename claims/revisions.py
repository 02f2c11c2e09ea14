"""The history as moderators read it: who changed what in their server, when, why, and how it was before."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import Session, col

from claims.base import ClaimBase
from claims.claim_state import State
from claims.differences import differences
from claims.history import ChangeRecord
from claims.keepers.claim import CLAIM
from claims.rights import Actor, permit
from claims.tables import Change, Revision
from config.errors import UnknownEntryError
from config.faults import FieldDifference


@dataclass(frozen=True, slots=True)
class RevisionRecord:
    """One revision: `actor` is a moderator's Discord user id or a word such as `operator`; `changes` may be many.

    `undoes` is the revision that it took back; `undone_by` the newest one that took it back.
    """

    id: int
    at: datetime
    actor: str
    act: str
    reason: str
    server: int | None
    undoes: int | None
    undone_by: int | None
    changes: tuple[ChangeRecord, ...]


@dataclass(frozen=True, slots=True)
class RevisionPage:
    """Revisions, newest first; `before` asks for the next page, None on the last one."""

    entries: tuple[RevisionRecord, ...]
    before: int | None


class History:
    """Reads revisions of the actor's server; all methods may raise NotAllowedError and UnknownEntryError."""

    def __init__(self, base: ClaimBase) -> None:
        self._database = base.database

    def page(self, actor: Actor, claim: str | None = None, before: int | None = None, most: int = 10) -> RevisionPage:
        """Return the server's revisions, or those of one claim, which for a shared claim are those of its pack too."""
        scope = col(Revision.server) == actor.server
        if claim is not None:
            of_claim = (col(Change.subject) == claim, col(Change.kind).startswith(CLAIM))
            changed = select(col(Change.revision)).where(*of_claim)
            scope = or_(scope, col(Revision.server).is_(None)) & col(Revision.id).in_(changed)
        if before is not None:
            scope &= col(Revision.id) < before
        with self._database.reading() as session:
            permit(session, actor, "history.see")
            query = select(Revision).where(scope).order_by(col(Revision.id).desc()).limit(most + 1)
            rows = session.scalars(query).all()
            entries = _records(session, rows[:most], claim)
        return RevisionPage(entries, entries[-1].id if len(rows) > most else None)

    def revision(self, actor: Actor, number: int) -> RevisionRecord:
        """Return one revision of the actor's server."""
        with self._database.reading() as session:
            permit(session, actor, "history.see")
            return read_revision(session, actor.server, number)


def diff(change: ChangeRecord) -> tuple[FieldDifference, ...]:
    """Return what a change did: `mine` is each field before, `theirs` after; of lists, what went and what came."""
    return differences(change.before, change.after)


def read_revision(session: Session, server: int | None, number: int) -> RevisionRecord:
    """Return a revision of the server (None: of the shared base); raises UnknownEntryError."""
    row = session.get(Revision, number)
    if row is None or row.server != server:
        raise UnknownEntryError(
            "There is no revision {number} here. Look at the history for its number.", number=number
        )
    return _records(session, [row], None)[0]


def claim_state_at(session: Session, server: int | None, claim: str, number: int) -> State:
    """Return the claim's state after a revision, of the server's or, for a shared claim, of the shared base."""
    seen: ColumnElement[bool] = or_(col(Revision.server) == server, col(Revision.server).is_(None))
    query = (
        select(Change)
        .join(Revision, col(Revision.id) == col(Change.revision))
        .where(seen, col(Change.revision) == number, col(Change.kind) == CLAIM, col(Change.subject) == claim)
    )
    row = session.scalars(query).first()
    if row is None or row.after is None:
        raise UnknownEntryError(
            "Revision {number} holds no version of {claim}. Choose one from its history.", number=number, claim=claim
        )
    return row.after


def _records(session: Session, rows: Sequence[Revision], claim: str | None) -> tuple[RevisionRecord, ...]:
    numbers = [row.id or 0 for row in rows]
    changes = _changes(session, numbers, claim)
    undoing = select(col(Revision.undoes), col(Revision.id)).where(col(Revision.undoes).in_(numbers))
    undone = {row[0]: row[1] for row in session.connection().execute(undoing.order_by(col(Revision.id)))}
    return tuple(
        RevisionRecord(
            number, row.at, row.actor, row.act, row.reason, row.server, row.undoes, undone.get(number),
            tuple(changes[number]),
        )
        for number, row in zip(numbers, rows, strict=True)
    )  # fmt: skip


def _changes(session: Session, numbers: Iterable[int], claim: str | None) -> dict[int, list[ChangeRecord]]:
    query = select(Change).where(col(Change.revision).in_(numbers)).order_by(col(Change.id))
    if claim is not None:
        # A pack brings many claims in one revision: the history of one shows that one only.
        query = query.where(col(Change.subject) == claim, col(Change.kind).startswith(CLAIM))
    found: dict[int, list[ChangeRecord]] = defaultdict(list)
    for row in session.scalars(query):
        found[row.revision].append(ChangeRecord(row.kind, row.subject, row.before, row.after))
    return found
