"""Claims in the database: a claim and all its parts, read and written as a whole."""

import difflib
import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import count, groupby
from operator import itemgetter
from sys import intern
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Executable, Select, bindparam, delete, func, or_, select, update
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
    rows = {row.id: row for row in _fresh(session, select(Claim).where(visible).order_by(*IN_ORDER))}
    keys = select(col(Claim.key)).where(visible)
    parts = _wordings(session, keys) if wordings else {}, _figures(session, keys)
    points, overrides = _points(session, keys), _overrides(session, server)
    cut_off = settings.cut_off if settings else None
    return [(row, _record(row, *parts, points, overrides.get(row.id), cut_off)) for row in rows.values()]


def are_published(session: Session, server: int | None) -> ColumnElement[bool]:
    """Return which rows are the published ones of `read_claims`, for a query that needs little of them."""
    settings = session.get(Server, server) if server is not None else None
    return are_seen(session, server, settings) & (col(Claim.status) == "published")


def are_seen(session: Session, server: int | None, settings: Server | None = None) -> ColumnElement[bool]:
    """Return which rows a server sees, of all packs in force, or of those that it has chosen by its settings."""
    seen = _visible(server, None) & _in_use(session, settings)
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
    wordings: Mapping[int, WordingList],
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
        wordings=wordings.get(key) or WordingList(()),
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


def _wordings(session: Session, keys: Select[Any]) -> dict[int, WordingList]:
    rows = _rows(session, _of_claims(Wording, ("text", "language", "negative", "denies"), keys))
    return {claim: WordingList.of_rows(row[1:] for row in own) for claim, own in groupby(rows, itemgetter(0))}


def _figures(session: Session, keys: Select[Any]) -> dict[int, list[KnownFigure]]:
    names = [each.name for each in fields(KnownFigure)]
    rows = _rows(session, _of_claims(Figure, names, keys))
    return _grouped((row[0], KnownFigure(*map(_held_once, names, row[1:]))) for row in rows)


def _of_claims(part: type[Wording] | type[Figure], names: Iterable[str], keys: Select[Any]) -> Executable:
    columns = (col(part.claim), *(getattr(part, name) for name in names))
    return select(*columns).where(col(part.claim).in_(keys)).order_by(col(part.claim), col(part.position))


def _points(session: Session, keys: Select[Any]) -> Grouped:
    columns = (col(Point.claim), col(Point.key), col(Point.numbers), *(getattr(Point, name) for name in _POINT_FACTS))
    query = select(*columns).where(col(Point.claim).in_(keys)).order_by(col(Point.claim), col(Point.position))
    cited = _citations(session, select(col(Point.key)).where(col(Point.claim).in_(keys)))
    return _grouped((row[0], _point(row, cited)) for row in _rows(session, query))


def _point(row: Sequence[Any], cited: Grouped) -> PointRecord:
    values = dict(zip(_POINT_FACTS, row[3:], strict=True))
    return PointRecord(**values, citations=tuple(cited.get(row[1], ())), numbers=tuple(row[2]))


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
    return {row.id: row for row in _fresh(session, query)}


def _fresh(session: Session, query: Select[Any]) -> Iterable[Claim]:
    # What the session holds already may have been written since, past it.
    return session.scalars(query, execution_options={"populate_existing": True})


Row = tuple[Any, ...]


class BoundRows:
    """Turns rows of one table to what the driver takes, before any lock is held: to write them is all that is left.

    The column `late` is known only then. The rows are new ones, or (`over`) new values of the row that `late` names.
    """

    def __init__(
        self, session: Session, table: type[Table], late: str, others: Iterable[str], *, over: bool = False
    ) -> None:
        dialect = session.get_bind().dialect
        columns = Table.metadata.tables[str(table.__tablename__)].columns
        self._others = [(name, columns[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in others]
        quote, mark = dialect.identifier_preparer.quote, "?" if dialect.paramstyle == "qmark" else "%s"
        at, names = quote(str(table.__tablename__)), [quote(name) for name, _ in (*self._others, (late, None))]
        if over:
            values = ", ".join(f"{name} = {mark}" for name in names[:-1])
            self._statement = f"UPDATE {at} SET {values} WHERE {names[-1]} = {mark}"  # noqa: S608  names of columns
        else:
            marks = ", ".join(mark for _ in names)
            self._statement = f"INSERT INTO {at} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608  as well

    def bind(self, values: Mapping[str, Any]) -> Row:
        """Return a row without its late value."""
        return tuple(values[name] if bind is None else bind(values[name]) for name, bind in self._others)

    def write(self, session: Session, rows: Iterable[tuple[int | str, Row]]) -> None:
        """Write rows, each with its late value."""
        whole = [(*row, late) for late, row in rows]
        if whole:
            session.connection().exec_driver_sql(self._statement, whole)


@dataclass(frozen=True, slots=True)
class ClaimToWrite:
    """A claim as it is to be: `over` the row of this key, at a position (None: behind all), as a pack last gave it."""

    record: ClaimRecord
    over: int | None = None
    position: int | None = None
    loaded_digest: str | None = None


class ClaimRows:
    """Claims of one server as the rows of all their tables, whole but for the keys that the database gives."""

    def __init__(self, session: Session, claims: Sequence[ClaimToWrite], gone: Sequence[int], at: datetime) -> None:
        """Make the rows of claims; `gone` are the keys of claims that are taken away."""
        self._heads = BoundRows(session, Claim, "position", _HEAD)
        self._parts = {
            "wordings": BoundRows(session, Wording, "claim", _names(KnownWording)),
            "figures": BoundRows(session, Figure, "claim", _names(KnownFigure)),
            "points": BoundRows(session, Point, "claim", ("position", "numbers", *_POINT_FACTS)),
        }
        self._citations = BoundRows(session, Citation, "point", _names(CitationRecord))
        self._server = claims[0].record.server if claims else None
        self._gone = [*gone, *(claim.over for claim in claims if claim.over is not None)]
        # No server has such a number, and no other transaction the same.
        self._hidden = -1 - secrets.randbits(_BITS)
        self._claims = [self._bound(claim, at) for claim in claims]

    def _bound(self, new: ClaimToWrite, at: datetime) -> "_BoundClaim":
        claim, parts = new.record, self._parts.items()
        made: dict[str, Any] = {"server": self._hidden, "loaded_digest": new.loaded_digest, "changed_at": at}
        return _BoundClaim(
            claim.id,
            claim.pack or None,
            new.position,
            self._heads.bind({name: made[name] if name in made else getattr(claim, name) for name in _HEAD}),
            {name: [table.bind(part) for part in _numbered(getattr(claim, name))] for name, table in parts},
            [[self._citations.bind(part) for part in _numbered(point.citations)] for point in claim.points],
        )

    def ahead(self, session: Session) -> Callable[[Session], None]:
        """Write the rows where nobody looks for them, and return what puts them in place: only that touches others."""
        behind = count((session.scalar(select(func.max(col(Claim.position)))) or 0) + 1)
        places = (next(behind) if claim.position is None else claim.position for claim in self._claims)
        self._heads.write(session, zip(places, (claim.row for claim in self._claims), strict=True))
        mine = select(col(Claim.id), col(Claim.key)).where(col(Claim.server) == self._hidden)
        keys: dict[str, int] = {row[0]: row[1] for row in (_rows(session, mine) if self._claims else ())}
        for name, table in self._parts.items():
            table.write(session, ((keys[claim.id], row) for claim in self._claims for row in claim.parts[name]))
        points = select(col(Point.claim), col(Point.position), col(Point.key)).where(
            col(Point.claim).in_(keys.values())
        )
        of = {(row[0], row[1]): row[2] for row in (_rows(session, points) if keys else ())}
        cited = [
            (of[keys[claim.id], place], row)
            for claim in self._claims
            for place, rows in enumerate(claim.citations)
            for row in rows
        ]

        def put(session: Session) -> None:
            connection = session.connection()
            if self._gone:
                connection.execute(delete(Claim).where(col(Claim.key).in_(self._gone)))
            for pack in dict.fromkeys(claim.pack for claim in self._claims):
                some = col(Claim.key).in_([keys[claim.id] for claim in self._claims if claim.pack == pack])
                connection.execute(update(Claim).where(some).values(server=self._server, pack=pack))
            self._citations.write(session, cited)

        return put


_BITS = 62
_HEAD = ("id", "server", *CLAIM_FACTS, "version", "edited_by", "loaded_digest", "changed_at")


@dataclass(frozen=True, slots=True)
class _BoundClaim:
    """A claim as bound rows; citations stand by the places of their points."""

    id: str
    pack: str | None
    position: int | None
    row: Row
    parts: Mapping[str, list[Row]]
    citations: list[list[Row]]


def _numbered(parts: Iterable[Any]) -> Iterator[dict[str, Any]]:
    return ({"position": place, **plain_fields(part)} for place, part in enumerate(parts))


def _names(record: type[Any]) -> tuple[str, ...]:
    return ("position", *(each.name for each in fields(record)))


def order_claims(session: Session, claims: Sequence[str]) -> None:
    """Put shared claims in this order, in which those of their pack are then listed."""
    shared, connection = col(Claim.server).is_(None), session.connection()
    now = {row[0]: row[1] for row in connection.execute(select(col(Claim.id), col(Claim.position)).where(shared))}
    moved = [{"of": name, "to": to} for to, name in enumerate(claims) if now.get(name, to) != to]
    if moved:
        mine = (col(Claim.id) == bindparam("of"), shared)
        connection.execute(update(Claim).where(*mine).values(position=bindparam("to")), moved)
