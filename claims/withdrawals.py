"""When a claim that cards still show was withdrawn, and what it was called then."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlmodel import Session, col

from claims.claim_reading import read_rows
from claims.claim_state import State
from claims.keepers.claim import CLAIM
from claims.keepers.server import SERVER
from claims.tables import Change, Revision


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A claim that a server does not see any more; `at` is None where the history does not say since when."""

    title_en: str
    title_zh: str
    at: datetime | None


def read_withdrawal(session: Session, server: int, claim: str) -> Withdrawal:
    """Return what the history says of a claim that the server does not publish (any more)."""
    found = read_rows(session, server, claim, everything=True)
    if found and found[0][1].status == "published":
        # The claim stands, but the server has given up its pack.
        record = found[0][1]
        packs = _changes(session, server, SERVER, str(server))
        at = next(
            (at for at, before, after in packs if (before or {}).get("packs") != (after or {}).get("packs")), None
        )
        return Withdrawal(record.title_en, record.title_zh, at)
    for at, before, after in _changes(session, server, CLAIM, claim):
        if before is not None and before["status"] == "published" != (after or {}).get("status"):
            return Withdrawal(before["title_en"], before["title_zh"], at)
    return Withdrawal(claim, "", None)


def _changes(
    session: Session, server: int, kind: str, subject: str
) -> Iterator[tuple[datetime, State | None, State | None]]:
    """Yield when a thing changed, its state before, and its state after; newest first."""
    seen = or_(col(Revision.server) == server, col(Revision.server).is_(None))
    query = (
        select(col(Revision.at), col(Change.before), col(Change.after))
        .join(Revision, col(Revision.id) == col(Change.revision))
        .where(seen, col(Change.kind) == kind, col(Change.subject) == subject)
        .order_by(col(Revision.id).desc())
    )
    for row in session.connection().execute(query):
        yield row[0], row[1], row[2]
