"""What members report about cards: counted once a member, card and claim."""

from typing import Literal

from sqlalchemy import func, select
from sqlmodel import col

from claims.base import ClaimBase, Clock
from claims.dialect import insert_into
from claims.identity import hash_user
from claims.tables import Feedback

FeedbackKind = Literal["not-said", "wrong-claim", "out-of-date"]


class FeedbackBook:
    """Keeps members' reports, the member only as keyed hash."""

    def __init__(self, base: ClaimBase, hash_key: bytes, clock: Clock | None = None) -> None:
        self._database = base.database
        self._key = hash_key
        self._clock = clock or base.clock

    def report(self, server: int, claim: str, card_message: int, reporter: int, kind: FeedbackKind) -> int:
        """Keep a report; return how many members have reported this claim on this card."""
        row = {
            "card_message": card_message,
            "claim": claim,
            "reporter_hash": hash_user(reporter, self._key),
            "server": server,
            "kind": kind,
            "reported_at": self._clock(),
        }
        same = (col(Feedback.card_message) == card_message, col(Feedback.claim) == claim)
        with self._database.writing() as session:
            session.connection().execute(insert_into(session, Feedback).values(row).on_conflict_do_nothing())
            return session.scalar(select(func.count()).select_from(Feedback).where(*same)) or 0
