"""What members report about cards: one kind a member, card and claim, counted once, and acted on at once."""

from typing import Any, Literal

from sqlalchemy import func, select
from sqlmodel import Session, col

from claims.base import ClaimBase, Clock
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
        """Keep a report and do at once what follows from it; of one member the last kind counts, and never twice.

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
            earlier = session.get(Feedback, (card_message, claim, row["reporter_hash"]))
            before = earlier.kind if earlier else None
            if before != kind:
                # The time of the first report stays: once moderators have decided on it, it is dealt with.
                session.add(earlier.sqlmodel_update({"kind": kind}) if earlier else Feedback(**row))
                session.flush()
            same = (col(Feedback.card_message) == card_message, col(Feedback.claim) == claim)
            count = session.scalar(select(func.count()).select_from(Feedback).where(*same)) or 0
            if before == kind:
                return ReportOutcome(count, new=False)
            return ReportOutcome(count, *act_on_report(session, Feedback(**row), before, self._clock()))


def _check_server(session: Session, server: int, card_message: int) -> None:
    owner = session.scalar(select(col(Answer.server)).where(col(Answer.card_message) == card_message))
    if owner not in {None, server}:
        raise NotAllowedError("This card belongs to another server.")
