"""What the bot did in a server of late: counts for its moderators."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, SQLModel, col

from claims.base import ClaimBase
from claims.rights import Actor, require
from claims.tables import Answer, ClaimOverride, Feedback


@dataclass(frozen=True, slots=True)
class Activity:
    """Cards posted, offers made and reports by members in a time; the ids of the claims that are paused now."""

    replies: int
    offers: int
    reports: int
    paused: tuple[str, ...]


class ActivityBook:
    """Counts what stands in the books of answers and reports."""

    def __init__(self, base: ClaimBase) -> None:
        self._base = base

    def read(self, actor: Actor, days: int) -> Activity:
        """Return the counts of the last `days` days in the actor's server; raises NotAllowedError."""
        since = self._base.clock() - timedelta(days=days)
        taken = (col(Answer.server) == actor.server, col(Answer.taken_at) >= since)
        reported = (col(Feedback.server) == actor.server, col(Feedback.reported_at) >= since)
        paused = (col(ClaimOverride.server) == actor.server, col(ClaimOverride.paused).is_(True))
        with self._base.database.reading() as session:
            require(session, actor, actor.server, "moderator")
            return Activity(
                _count(session, Answer, *taken, col(Answer.card_message).is_not(None)),
                _count(session, Answer, *taken, col(Answer.offered).is_(True)),
                _count(session, Feedback, *reported),
                tuple(
                    session.scalars(select(col(ClaimOverride.claim)).where(*paused).order_by(col(ClaimOverride.claim)))
                ),
            )


def _count(session: Session, table: type[SQLModel], *wanted: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*wanted)) or 0
