"""When the weekly digest of each server was posted last: at most once a week, over restarts and processes."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel import Session

from claims.base import ClaimBase, Clock
from claims.tables import Server

WEEK = timedelta(days=7)
# Where a round comes a little late, the next digest still keeps to the hour of the first.
_LATE = timedelta(days=1)


class DigestPostings:
    """Hands out each posting once: whoever takes it posts it, and gives it back where Discord could not be reached."""

    def __init__(self, base: ClaimBase, clock: Clock | None = None) -> None:
        self._database = base.database
        self._clock = clock or base.clock

    def due(self, channels: Mapping[int, int]) -> tuple[int, ...]:
        """Return those of the servers (keys of `Digests.channels`) whose last digest is a week old or older."""
        now = self._clock()
        with self._database.reading() as session:
            return tuple(server for server in channels if _is_due(session.get(Server, server), now))

    def take(self, server: int) -> datetime | None:
        """Take the server's posting; return since when it counts, or None where it is not due any more."""
        now = self._clock()
        with self._database.writing() as session:
            row = _locked(session, server)
            if row is None or not _is_due(row, now):
                return None
            before = row.digest_at
            row.digest_at = before + WEEK if before is not None and now - before < WEEK + _LATE else now
        return now - WEEK

    def give_back(self, server: int) -> None:
        """Make the server's posting due again, because it could not be posted."""
        with self._database.writing() as session:
            row = _locked(session, server)
            if row is not None and row.digest_at is not None:
                row.digest_at -= WEEK


def _locked(session: Session, server: int) -> Server | None:
    return session.get(Server, server, with_for_update=True)


def _is_due(row: Server | None, now: datetime) -> bool:
    if row is None or row.digest_channel is None:
        return False
    return row.digest_at is None or row.digest_at <= now - WEEK
