"""What members report about cards: counted once a member, card and claim, and acted on at once."""

from typing import Any, Literal

from sqlalchemy import func, select
from sqlmodel import Session, col

from claims.base import ClaimBase, Clock
from claims.dialect import insert_into, rows_written
from claims.identity import hash_user
from claims.reports import ReportOutcome, act_on_report
from claims.tables import Answer, Feedback
from config.errors import NotAllowedError

FeedbackKind = Literal["not-said", "wrong-claim", "out-of-date"]


class FeedbackBook:
    """Keeps members' reports, the member only as keyed hash."""

    def __init__(self, base: ClaimBase, hash_key: bytes, clock: Clock | None = None) -> None:
        self._database = base.database
        self._key = hash_key
        self._clock = clock or base.clock

    def report(self, server: int, claim: str, card_message: int, reporter: int, kind: FeedbackKind) -> int:
        """Keep a report and act on it; return how many members have reported this claim on this card."""
        return self.act(server, claim, card_message, reporter, kind).count

    def act(self, server: int, claim: str, card_message: int, reporter: int, kind: FeedbackKind) -> ReportOutcome:
        """Keep a report and do at once what follows from it; a second one of the same member changes nothing.

        Raises NotAllowedError for a card of another server.
        """
        row: dict[str, Any] = {
            "card_message": card_message,
            "claim": claim,
            "reporter_hash": hash_user(reporter, self._key),
            "server": server,
            "kind": kind,
            "reported_at": self._clock(),
        }
        with self._database.changing() as session:
            _check_server(session, server, card_message)
            new = rows_written(session, insert_into(session, Feedback).values(row).on_conflict_do_nothing())
            same = (col(Feedback.card_message) == card_message, col(Feedback.claim) == claim)
            count = session.scalar(select(func.count()).select_from(Feedback).where(*same)) or 0
            outcome = act_on_report(session, Feedback(**row), self._clock()) if new else (0.0, False)
            return ReportOutcome(count, *outcome)


def _check_server(session: Session, server: int, card_message: int) -> None:
    owner = session.scalar(select(col(Answer.server)).where(col(Answer.card_message) == card_message))
    if owner not in {None, server}:
        raise NotAllowedError("This card belongs to another server.")
