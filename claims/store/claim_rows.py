"""Claims in the database: a claim and all its parts, read and written as a whole."""

import difflib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import chain, islice
from sys import intern
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Executable, Select, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from checks.model import KnownFigure, KnownWording, WordingList
from claims.record import CLAIM_FACTS, CitationRecord, ClaimRecord, PackRecord, PointRecord, plain_fields
from claims.store.database import PACKS_IN_FORCE
from claims.store.tables import Citation, Claim, ClaimOverride, Figure, Pack, Point, Server, Table, Wording
from config.errors import UnknownClaimError

Grouped = dict[int, list[Any]]
T = TypeVar("T")
IN_ORDER = (col(Claim.server).is_(None).desc(), col(Claim.pack), col(Claim.position), col(Claim.key))
_POINT_FACTS = tuple(each.name for each in fields(PointRecord) if each.name not in {"citations", "numbers"})


def read_claims(session: Session, server: int | None, claim_id: str | None = None) -> list[ClaimRecord]:
    """Return the claims of any status as the server sees them, in the order of their packs, its own ones last.

    A server's own version of a shared claim takes its place; None as the server gives the shared claims only.
    """
    return [record for _, record in read_rows(session, server, claim_id)]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a server sees otherwise than the shared claims say: all that has to be read and kept for it.

    Attributes:
        own: published claims of its own, and its own versions of shared ones.
        hidden: ids of shared claims in whose place it has a version that is not published.
        packs: the packs that it has chosen; None: all in force.
        settings: the fields that it has set on shared claims, by id.
        cut_off: its own cut-off, where none is set on a claim.
    """

    own: tuple[ClaimRecord, ...]
    hidden: frozenset[str]
    packs: frozenset[str] | None
    settings: Mapping[str, Mapping[str, Any]]
    cut_off: float | None

    def sees(self, claim: ClaimRecord) -> bool:
        """Tell whether the server sees a shared claim, in this or its own version."""
        return claim.id not in self.hidden and (not claim.pack or self.packs is None or claim.pack in self.packs)

    def applied(self, claim: ClaimRecord) -> ClaimRecord:
        """Return a shared claim as the server sees it."""
        if claim.id in self.settings:
            return replace(claim, **self.settings[claim.id])
        return claim if self.cut_off is None else replace(claim, cut_off=self.cut_off)


_MOST_NAMED = 1_000
NOTHING = Difference((), frozenset(), None, {}, None)


def read_difference(
    session: Session, server: int, before: Difference | None = None, changed: Collection[str] = ()
) -> Difference:
    """Return what a server sees otherwise than the shared claims say; a few short queries, however many these are.

    Of what was read `before`, only those of its own claims are read again that have `changed` since.
    """
    row = session.get(Server, server)
    cut_off, packs = (row.cut_off, row.packs) if row else (None, None)
    packs = None if packs is None else frozenset(packs)
    overrides = _overrides(session, server)
    known: dict[str, ClaimRecord] = {}
    if before is None or before.packs != packs:
        before, found = NOTHING, read_rows(session, server, own=True)
    else:
        known = {claim.id: _set(claim, _settings(overrides.get(claim.id), cut_off)) for claim in before.own}
        # A database takes so many values in one statement and no more; after a large import nearly all have changed.
        some = changed if len(changed) <= _MOST_NAMED else None
        found = read_rows(session, server, some, own=True) if changed else []
    known |= {record.id: record for _, record in found}
    gone = {*changed} - {record.id for _, record in found}
    return Difference(
        own=tuple(record for record in known.values() if record.status == "published" and record.id not in gone),
        hidden=(before.hidden - {*changed}) | {record.id for _, record in found if record.status != "published"},
        packs=packs,
        settings={name: _settings(each, cut_off) for name, each in overrides.items()},
        cut_off=cut_off,
    )


def _set(claim: ClaimRecord, values: Mapping[str, Any]) -> ClaimRecord:
    return claim if all(getattr(claim, name) == value for name, value in values.items()) else replace(claim, **values)


def read_rows(
    session: Session,
    server: int | None,
    claim: str | Collection[str] | None = None,
    *,
    everything: bool = False,
    own: bool = False,
    wordings: bool = True,
) -> list[tuple[Claim, ClaimRecord]]:
    """Return each claim of `read_claims`, or those of several ids, with its row of the table.

    `everything`: also of packs not in use. `own`: only the server's own claims and versions. `wordings`: with them, of
    which a claim has a hundred.
    """
    settings = session.get(Server, server) if server is not None else None
    visible = _visible(server, claim)
    if own:
        visible &= col(Claim.server) == server
    if not everything:
        visible &= _in_use(session, settings)
    rows = {row.id: row for row in session.scalars(select(Claim).where(visible).order_by(*IN_ORDER))}
    keys = select(col(Claim.key)).where(visible)
    parts = (
        _parts(session, Wording, KnownWording, keys) if wordings else {},
        _parts(session, Figure, KnownFigure, keys),
    )
    points, overrides = _points(session, keys), _overrides(session, server)
    cut_off = settings.cut_off if settings else None
    return [(row, _record(row, *parts, points, overrides.get(row.id), cut_off)) for row in rows.values()]


def are_published(session: Session, server: int | None) -> ColumnElement[bool]:
    """Return which rows are the published ones of `read_claims`, for a query that needs little of them."""
    settings = session.get(Server, server) if server is not None else None
    seen = _visible(server, None) & _in_use(session, settings) & (col(Claim.status) == "published")
    if server is None:
        return seen
    own = aliased(Claim)
    replaced = select(col(own.id)).where(col(own.server) == server)
    return seen & (col(Claim.server).is_not(None) | col(Claim.id).not_in(replaced))


def unknown_claim(session: Session, server: int | None, claim_id: str) -> UnknownClaimError:
    """Return the error for an id that the server does not see, with those of its ids that are near."""
    settings = session.get(Server, server) if server is not None else None
    seen = _visible(server, None) & _in_use(session, settings)
    # A server's own version has the id of the shared claim.
    known = session.scalars(select(col(Claim.id)).where(seen).distinct()).all()
    return UnknownClaimError(claim_id, tuple(difflib.get_close_matches(claim_id, known)))


def packs_in_force(session: Session) -> frozenset[str]:
    """Return the ids of the loaded packs whose claims are answered and listed at all, by any server."""
    chosen: frozenset[str] | None = session.info.get(PACKS_IN_FORCE)
    if chosen is not None:
        return chosen
    return frozenset(session.scalars(select(col(Pack.id)).where(col(Pack.in_force))))


def pack_record(row: Pack) -> PackRecord:
    """Return the head of a pack in a row of the table."""
    return PackRecord(**{each.name: getattr(row, each.name) for each in fields(PackRecord)})


def _in_use(session: Session, settings: Server | None) -> ColumnElement[bool]:
    packs = packs_in_force(session)
    if settings is not None and settings.packs is not None:
        packs = packs.intersection(settings.packs)
    return or_(col(Claim.pack).is_(None), col(Claim.pack).in_(packs))


def _visible(server: int | None, claim: str | Collection[str] | None) -> ColumnElement[bool]:
    shared = col(Claim.server).is_(None)
    seen = shared if server is None else or_(shared, col(Claim.server) == server)
    if claim is None:
        return seen
    return seen & (col(Claim.id) == claim if isinstance(claim, str) else col(Claim.id).in_(claim))


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
        pack=row.pack or "",
        version=row.version,
        wordings=WordingList(wordings.get(key, ())),
        figures=tuple(figures.get(key, ())),
        points=tuple(points.get(key, ())),
        server=row.server,
        edited_by=row.edited_by,
        **_settings(setting, cut_off),
        **{name: _held_once(name, getattr(row, name)) for name in CLAIM_FACTS},
    )


# What is held once stays until the process ends: names alone, and no long list of spellings of a claim's own unit.
_NAMES = frozenset({"kind", "status", "language", "unit", "bound", "documented_bound", "role"})
_LONGEST_NAME = 12


def _held_once(column: str, value: Any) -> Any:  # noqa: ANN401  what a column holds
    """Return the value; of a name, which a database gives for each row anew, the one that all rows share."""
    return intern(value) if column in _NAMES and type(value) is str and len(value) <= _LONGEST_NAME else value


def _settings(setting: ClaimOverride | None, cut_off: float | None) -> dict[str, Any]:
    """Return the fields of a record that the settings of a server make."""
    return {
        "muted": setting.muted if setting else False,
        "cut_off": setting.cut_off if setting and setting.cut_off is not None else cut_off,
        "paused": setting.paused if setting else False,
        "raised_to": (setting.raised_to if setting else None) or 0.0,
    }


def _overrides(session: Session, server: int | None) -> dict[str, ClaimOverride]:
    if server is None:
        return {}
    found = session.scalars(select(ClaimOverride).where(col(ClaimOverride.server) == server))
    return {override.claim: override for override in found}


def _parts(
    session: Session, part: type[Wording] | type[Figure], record: type[T], keys: Select[Any]
) -> dict[int, list[T]]:
    names = [each.name for each in fields(record)]  # pyright: ignore[reportArgumentType]  a dataclass
    columns = (col(part.claim), *(getattr(part, name) for name in names))
    query = select(*columns).where(col(part.claim).in_(keys)).order_by(col(part.claim), col(part.position))
    return _grouped((row[0], record(*map(_held_once, names, row[1:]))) for row in _rows(session, query))


def _points(session: Session, keys: Select[Any]) -> Grouped:
    points = select(Point).where(col(Point.claim).in_(keys)).order_by(col(Point.claim), col(Point.position))
    cited = _citations(session, select(col(Point.key)).where(col(Point.claim).in_(keys)))
    return _grouped((point.claim, _point(point, cited)) for point in session.scalars(points))


def _point(point: Point, cited: Grouped) -> PointRecord:
    values = {name: getattr(point, name) for name in _POINT_FACTS}
    return PointRecord(**values, citations=tuple(cited.get(point.key or 0, ())), numbers=tuple(point.numbers))


def _citations(session: Session, points: Select[Any]) -> Grouped:
    columns = [getattr(Citation, each.name) for each in fields(CitationRecord)]
    query = select(col(Citation.point), *columns).where(col(Citation.point).in_(points))
    rows = _rows(session, query.order_by(col(Citation.point), col(Citation.position)))
    return _grouped((row[0], CitationRecord(*row[1:])) for row in rows)


def _rows(session: Session, query: Executable) -> Sequence[Any]:
    return session.connection().execute(query).all()


def _grouped(pairs: Iterable[tuple[int, T]]) -> dict[int, list[T]]:
    groups: dict[int, list[T]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups


def rows_of(session: Session, server: int | None, claims: Collection[str]) -> dict[str, Claim]:
    """Return the rows of the server's own claims and versions, or (None) of the shared claims, by id."""
    query = select(Claim).where(col(Claim.server) == server, col(Claim.id).in_(claims))
    return {row.id: row for row in session.scalars(query)}


def write_claim(session: Session, row: Claim | None, claim: ClaimRecord, position: int, at: datetime) -> Claim:
    """Write one claim as `write_claims` does."""
    return write_claims(session, [(row, claim, position)], at)[0]


def write_claims(
    session: Session, claims: Sequence[tuple[Claim | None, ClaimRecord, int]], at: datetime
) -> list[Claim]:
    """Write claims over their rows, or as new rows (None), each at a position; versions grow by one with each writing.

    The caller writes the revision in the same transaction.
    """
    rows: list[Claim] = []
    for known, claim, position in claims:
        row = known or Claim(
            id=claim.id, server=claim.server, version=0, position=position, changed_at=at, **_facts(claim)
        )
        row.sqlmodel_update(_facts(claim))
        row.version += 1
        row.pack, row.position, row.edited_by, row.changed_at = claim.pack or None, position, claim.edited_by, at
        rows.append(row)
    keys = [row.key for row in rows if row.key is not None]
    for part in (Wording, Figure, Point) if keys else ():
        session.connection().execute(delete(part).where(col(part.claim).in_(keys)))
    session.add_all(rows)
    session.flush()
    _write_parts(session, [(row.key or 0, claim) for row, (_, claim, _) in zip(rows, claims, strict=True)])
    return rows


def _facts(claim: ClaimRecord) -> dict[str, Any]:
    return {name: getattr(claim, name) for name in CLAIM_FACTS}


def _write_parts(session: Session, claims: Sequence[tuple[int, ClaimRecord]]) -> None:
    # A claim has a hundred wordings: as plain rows they are written ten times as fast.
    _insert(session, Wording, (_numbered(key, claim.wordings) for key, claim in claims))
    _insert(session, Figure, (_numbered(key, claim.figures) for key, claim in claims))
    points = [(_point_row(key, n, point), point) for key, claim in claims for n, point in enumerate(claim.points)]
    session.add_all(row for row, _ in points)
    session.flush()
    _insert(session, Citation, (_numbered(row.key or 0, point.citations, "point") for row, point in points))


_MOST_ROWS = 5_000


def _numbered(key: int, parts: Iterable[Any], owner: str = "claim") -> Iterator[dict[str, Any]]:
    return ({owner: key, "position": n, **plain_fields(part)} for n, part in enumerate(parts))


def _insert(session: Session, table: type[Table], parts: Iterable[Iterable[dict[str, Any]]]) -> None:
    rows = chain.from_iterable(parts)
    while some := list(islice(rows, _MOST_ROWS)):
        session.connection().execute(insert(table), some)


def _point_row(key: int, position: int, point: PointRecord) -> Point:
    values = {name: getattr(point, name) for name in _POINT_FACTS}
    return Point(claim=key, position=position, numbers=list(point.numbers), **values)


def next_position(session: Session) -> int:
    """Return the place behind all claims; the database is asked once in a transaction, however many come in it."""
    last = session.info.get(_LAST_POSITION)
    if last is None:
        last = session.scalar(select(func.max(col(Claim.position)))) or 0
    session.info[_LAST_POSITION] = last + 1
    return last + 1


_LAST_POSITION = "last position"


def order_claims(session: Session, claims: Sequence[str]) -> None:
    """Put shared claims in this order, in which those of their pack are then listed."""
    shared, connection = col(Claim.server).is_(None), session.connection()
    now = {row[0]: row[1] for row in connection.execute(select(col(Claim.id), col(Claim.position)).where(shared))}
    moved = [{"of": name, "to": to} for to, name in enumerate(claims) if now.get(name, to) != to]
    if moved:
        mine = (col(Claim.id) == bindparam("of"), shared)
        connection.execute(update(Claim).where(*mine).values(position=bindparam("to")), moved)
