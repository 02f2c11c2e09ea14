"""The cool-down of a claim in a channel: one row for both, moved on in one step."""

from datetime import datetime

from sqlmodel import Session, col

from claims.dialect import insert_into, rows_written
from claims.tables import Cooldown


def start_cooldown(
    session: Session, channel: int, message: int, claim: str, now: datetime, before: datetime | None = None
) -> bool:
    """Start the cool-down of a claim, in one step; False where it runs already since a moment after `before`."""
    insert = insert_into(session, Cooldown)
    row = {"channel": channel, "claim": claim, "message": message, "answered_at": now}
    free = None if before is None else col(Cooldown.answered_at) <= before
    fresh = {"message": message, "answered_at": now}
    statement = insert.values(row).on_conflict_do_update(index_elements=["channel", "claim"], set_=fresh, where=free)
    return bool(rows_written(session, statement))


def is_free(session: Session, channel: int, claim: str, before: datetime) -> bool:
    """Tell whether the claim was not answered in the channel since a moment after `before`."""
    running = session.get(Cooldown, (channel, claim))
    return running is None or running.answered_at <= before
