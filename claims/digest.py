"""The weekly digest for moderators: what waits, what was decided, what members reported, what is paused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from claims.base import ClaimBase, Clock
from claims.queue_filling import fill
from claims.rights import Actor, permit
from claims.tables import Answer, ClaimOverride, Feedback, QueueItem, Revision, Server


@dataclass(frozen=True, slots=True)
class Digest:
    """Counts of one server since a moment; `waiting` by kind of item, `actors` those who changed anything, by id."""

    server: int
    since: datetime
    waiting: Mapping[str, int]
    oldest: timedelta | None
    decided: int
    reports: Mapping[str, int]
    replies: int
    offers: int
    changes: int
    actors: tuple[str, ...]
    paused: tuple[str, ...]


class Digests:
    """Makes digests, for moderators who ask, and for the channels that servers have chosen."""

    def __init__(self, base: ClaimBase, clock: Clock | None = None) -> None:
        self._database = base.database
        self._clock = clock or base.clock

    def channels(self) -> dict[int, int]:
        """Return the channel of each server that wants a weekly digest."""
        query = select(Server).where(col(Server.digest_channel).is_not(None)).order_by(col(Server.id))
        with self._database.reading() as session:
            return {row.id: row.digest_channel for row in session.scalars(query) if row.digest_channel is not None}

    def for_moderator(self, actor: Actor, since: datetime) -> Digest:
        """Return the digest of the actor's server; raises NotAllowedError."""
        with self._database.reading() as session:
            permit(session, actor, "queue.see")
        return self.digest(actor.server or 0, since)

    def digest(self, server: int, since: datetime) -> Digest:
        """Return the digest of a server, for its digest channel."""
        now = self._clock()
        with self._database.writing() as session:
            fill(session, server, now)
            waiting = (col(QueueItem.server) == server) & (col(QueueItem.state) == "open")
            oldest = session.scalar(select(QueueItem).where(waiting).order_by(col(QueueItem.created_at)).limit(1))
            answered = (col(Answer.server) == server) & (col(Answer.taken_at) >= since)
            changed = (col(Revision.server) == server) & (col(Revision.at) >= since)
            reported = (col(Feedback.server) == server) & (col(Feedback.reported_at) >= since)
            decided = (col(QueueItem.server) == server) & (col(QueueItem.decided_at) >= since)
            paused = select(col(ClaimOverride.claim)).where(col(ClaimOverride.server) == server)
            return Digest(
                server=server,
                since=since,
                waiting=_grouped(session, col(QueueItem.kind), waiting),
                oldest=now - oldest.created_at if oldest else None,
                decided=_number(session, decided),
                reports=_grouped(session, col(Feedback.kind), reported),
                replies=_number(session, answered & (col(Answer.kind) == "reply")),
                offers=_number(session, answered & (col(Answer.kind) == "offer")),
                changes=_number(session, changed),
                actors=tuple(sorted(_grouped(session, col(Revision.actor), changed))),
                paused=tuple(
                    session.scalars(paused.where(col(ClaimOverride.paused)).order_by(col(ClaimOverride.claim)))
                ),
            )


def _number(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(condition)) or 0


def _grouped(session: Session, column: Mapped[str], condition: ColumnElement[bool]) -> dict[str, int]:
    rows = session.connection().execute(select(column, func.count()).where(condition).group_by(column))
    return {row[0]: row[1] for row in rows}
