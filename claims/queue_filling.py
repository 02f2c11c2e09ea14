"""What comes into the queue by itself: claims past their `review_by`, and offers that nobody took."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from claims.claim_reading import read_claims
from claims.queue_items import NewItem, open_rows, put
from claims.tables import Answer, Sighting

UNTAKEN_AFTER = timedelta(days=1)
LOOK_BACK = timedelta(days=14)


def fill(session: Session, server: int | None, now: datetime) -> None:
    """Put in what is new, and take out what has settled itself since."""
    _stale(session, server, now)
    if server is not None:
        _untaken(session, server, now)


def _stale(session: Session, server: int | None, now: datetime) -> None:
    stale = {
        f"{claim.id}/{claim.review_by}": claim.id
        for claim in read_claims(session, server)
        if claim.status == "published" and claim.review_by is not None and claim.review_by < now.date()
    }
    for row in open_rows(session, server, "stale"):
        if row.key.split("/", 2)[2] not in stale:
            session.delete(row)
    session.flush()
    for occasion, claim in stale.items():
        put(session, NewItem(server, "stale", occasion, claim), now)


def _untaken(session: Session, server: int, now: datetime) -> None:
    offered = (col(Answer.server) == server) & (col(Answer.kind) == "offer")
    age = (col(Answer.taken_at) < now - UNTAKEN_AFTER) & (col(Answer.taken_at) > now - LOOK_BACK)
    standing: set[str] = set()
    # Whose author is forgotten does not come back.
    for answer in session.scalars(select(Answer).where(offered & age & col(Answer.author_hash).is_not(None))):
        for claim in answer.claims:
            sighting = session.get(Sighting, (answer.message, claim))
            score = sighting.score if sighting else None
            occasion = f"{answer.message}/{claim}"
            standing.add(occasion)
            place = (answer.channel, answer.message, score, answer.author_hash)
            put(session, NewItem(server, "offer", occasion, claim, None, *place), now)
    for row in open_rows(session, server, "offer"):
        taken = session.get(Answer, row.message) if row.message else None
        if row.key.split("/", 2)[2] not in standing and taken is not None and taken.kind == "reply":
            session.delete(row)
    session.flush()
