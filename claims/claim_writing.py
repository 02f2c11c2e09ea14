"""Claims into the database: a claim and all its parts, written as a whole."""

from datetime import datetime

from sqlalchemy import delete, insert
from sqlmodel import Session, col

from claims.claim_state import plain_fields
from claims.record import ClaimRecord, PointRecord
from claims.tables import Citation, Claim, Figure, Point, Wording


def write_claim(session: Session, row: Claim | None, claim: ClaimRecord, position: int, at: datetime) -> Claim:
    """Write the claim over its row, or as a new row (None); its version grows by one with each writing.

    The caller writes the revision in the same transaction.
    """
    if row is None:
        row = _new_row(claim, position, at)
    else:
        row.version += 1
        for part in (Wording, Figure, Point):
            session.connection().execute(delete(part).where(col(part.claim) == row.key))
    row.kind, row.title_en, row.title_zh = claim.kind, claim.title_en, claim.title_zh
    row.as_of, row.review_by, row.status = claim.as_of, claim.review_by, claim.status
    row.pack, row.position, row.edited_by, row.changed_at = claim.pack or None, position, claim.edited_by, at
    session.add(row)
    session.flush()
    _write_parts(session, row.key or 0, claim)
    return row


def _new_row(claim: ClaimRecord, position: int, at: datetime) -> Claim:
    return Claim(
        id=claim.id,
        server=claim.server,
        position=position,
        kind=claim.kind,
        title_en=claim.title_en,
        title_zh=claim.title_zh,
        as_of=claim.as_of,
        status=claim.status,
        version=1,
        changed_at=at,
    )


def _write_parts(session: Session, key: int, claim: ClaimRecord) -> None:
    # A claim has a hundred wordings: as plain rows they are written ten times as fast.
    for part, values in ((Wording, claim.wordings), (Figure, claim.figures)):
        rows = [{"claim": key, "position": n, **plain_fields(value)} for n, value in enumerate(values)]
        if rows:
            session.connection().execute(insert(part), rows)
    points = [_point(key, n, point) for n, point in enumerate(claim.points)]
    session.add_all(points)
    session.flush()
    for row, point in zip(points, claim.points, strict=True):
        cited = enumerate(point.citations)
        session.add_all(Citation(point=row.key or 0, position=n, **plain_fields(citation)) for n, citation in cited)


def _point(key: int, position: int, point: PointRecord) -> Point:
    return Point(
        claim=key,
        position=position,
        role=point.role,
        speaker_en=point.speaker_en,
        speaker_zh=point.speaker_zh,
        date=point.date,
        text_en=point.text_en,
        text_zh=point.text_zh,
        numbers=list(point.numbers),
    )
