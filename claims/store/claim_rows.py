"""Claims into the database: a claim and all its parts, written as a whole."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Executable, Select, delete, insert, or_, select
from sqlmodel import Session, col

from checks.model import KnownFigure, KnownWording
from claims.record import CitationRecord, ClaimRecord, PointRecord, plain_fields
from claims.store.tables import Citation, Claim, ClaimOverride, Figure, Point, Server, Wording

Grouped = dict[int, list[Any]]
T = TypeVar("T")


def read_claims(session: Session, server: int | None, claim_id: str | None = None) -> list[ClaimRecord]:
    """Return the claims of any status as the server sees them, in the order of their packs, its own ones last.

    A server's own version of a shared claim takes its place; None as the server gives the shared claims only.
    """
    return [record for _, record in read_rows(session, server, claim_id)]


def read_rows(
    session: Session, server: int | None, claim_id: str | None = None, *, everything: bool = False
) -> list[tuple[Claim, ClaimRecord]]:
    """Return each claim of `read_claims` with its row of the table; `everything`: also of packs not subscribed to."""
    settings = session.get(Server, server) if server is not None else None
    visible = _visible(server, claim_id)
    if settings is not None and settings.packs is not None and not everything:
        visible &= or_(col(Claim.pack).is_(None), col(Claim.pack).in_(settings.packs))
    order = (col(Claim.server).is_(None).desc(), col(Claim.pack), col(Claim.position), col(Claim.key))
    rows = {row.id: row for row in session.scalars(select(Claim).where(visible).order_by(*order))}
    keys = select(col(Claim.key)).where(visible)
    parts = _wordings(session, keys), _figures(session, keys), _points(session, keys)
    overrides = _overrides(session, server)
    cut_off = settings.cut_off if settings else None
    return [(row, _record(row, *parts, overrides.get(row.id), cut_off)) for row in rows.values()]


def _visible(server: int | None, claim_id: str | None) -> ColumnElement[bool]:
    shared = col(Claim.server).is_(None)
    seen = shared if server is None else or_(shared, col(Claim.server) == server)
    return seen if claim_id is None else seen & (col(Claim.id) == claim_id)


def _record(
    row: Claim,
    wordings: Grouped,
    figures: Grouped,
    points: Grouped,
    setting: ClaimOverride | None,
    cut_off: float | None,
) -> ClaimRecord:
    key = row.key or 0
    return ClaimRecord(
        id=row.id,
        kind=row.kind,  # pyright: ignore[reportArgumentType]  only valid kinds are written
        title_en=row.title_en,
        title_zh=row.title_zh,
        pack=row.pack or "",
        version=row.version,
        as_of=row.as_of,
        review_by=row.review_by,
        wordings=tuple(wordings.get(key, ())),
        figures=tuple(figures.get(key, ())),
        points=tuple(points.get(key, ())),
        status=row.status,
        server=row.server,
        muted=setting.muted if setting else False,
        cut_off=setting.cut_off if setting and setting.cut_off is not None else cut_off,
        edited_by=row.edited_by,
        paused=setting.paused if setting else False,
        raised_to=(setting.raised_to if setting else None) or 0.0,
    )


def _overrides(session: Session, server: int | None) -> dict[str, ClaimOverride]:
    if server is None:
        return {}
    found = session.scalars(select(ClaimOverride).where(col(ClaimOverride.server) == server))
    return {override.claim: override for override in found}


def _wordings(session: Session, keys: Select[Any]) -> Grouped:
    uses = (col(Wording.negative), col(Wording.denies))
    columns = (col(Wording.claim), col(Wording.text), col(Wording.language), *uses)
    query = select(*columns).where(col(Wording.claim).in_(keys)).order_by(col(Wording.claim), col(Wording.position))
    return _grouped((row[0], KnownWording(*row[1:])) for row in _rows(session, query))


def _figures(session: Session, keys: Select[Any]) -> Grouped:
    values = (col(Figure.low), col(Figure.high), col(Figure.unit), col(Figure.bound), col(Figure.role))
    source = (col(Figure.documented_low), col(Figure.documented_high), col(Figure.documented_bound))
    subject = (col(Figure.subject_en), col(Figure.subject_zh))
    columns = (col(Figure.claim), *values, *subject, *source, col(Figure.documented_place))
    query = select(*columns).where(col(Figure.claim).in_(keys)).order_by(col(Figure.claim), col(Figure.position))
    return _grouped((row[0], KnownFigure(*row[1:])) for row in _rows(session, query))


def _points(session: Session, keys: Select[Any]) -> Grouped:
    points = select(Point).where(col(Point.claim).in_(keys)).order_by(col(Point.claim), col(Point.position))
    cited = _citations(session, select(col(Point.key)).where(col(Point.claim).in_(keys)))
    return _grouped((point.claim, _point(point, cited)) for point in session.scalars(points))


def _point(point: Point, cited: Grouped) -> PointRecord:
    return PointRecord(
        point.role,
        point.speaker_en,
        point.speaker_zh,
        point.date,
        point.text_en,
        point.text_zh,
        tuple(cited.get(point.key or 0, ())),
        tuple(point.numbers),
    )


def _citations(session: Session, points: Select[Any]) -> Grouped:
    place = (col(Citation.document), col(Citation.start), col(Citation.end), col(Citation.sha256))
    query = select(col(Citation.point), *place).where(col(Citation.point).in_(points))
    rows = _rows(session, query.order_by(col(Citation.point), col(Citation.position)))
    return _grouped((row[0], CitationRecord(*row[1:])) for row in rows)


def _rows(session: Session, query: Executable) -> Sequence[Any]:
    return session.connection().execute(query).all()


def _grouped(pairs: Iterable[tuple[int, T]]) -> dict[int, list[T]]:
    groups: dict[int, list[T]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups


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
    points = [_claim_writing_point(key, n, point) for n, point in enumerate(claim.points)]
    session.add_all(points)
    session.flush()
    for row, point in zip(points, claim.points, strict=True):
        cited = enumerate(point.citations)
        session.add_all(Citation(point=row.key or 0, position=n, **plain_fields(citation)) for n, citation in cited)


def _claim_writing_point(key: int, position: int, point: PointRecord) -> Point:
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
