"""The one way in which the base changes: every new state with its revision, together or not at all."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any, Protocol, TypeVar, runtime_checkable

from sqlalchemy import bindparam, delete, func, select, update
from sqlmodel import Session, col

from claims.record import State, claim_from_state, claim_state, plain_fields, with_texts
from claims.store.claim_rows import BoundRows, ClaimRows, ClaimToWrite, Row, pack_record, read_rows, rows_of
from claims.store.revisions import (
    QUEUE_ITEM,
    TOUCHSTONE,
    AuditEntry,
    ChangeRecord,
    ChangeResult,
    QueueItemStore,
    WriteContext,
)
from claims.store.server_settings import (
    CHANNEL,
    CLAIM_SETTING,
    PACK_IN_FORCE,
    SERVER,
    ChannelStore,
    ClaimSettingStore,
    PackInForceStore,
    ServerStore,
)
from claims.store.tables import (
    ChangeRow,
    Citation,
    Claim,
    Document,
    DocumentText,
    ExtractedChunk,
    Pack,
    Revision,
    last_revision,
)
from config.errors import NotUndoableError
from config.languages import ByLanguage

T = TypeVar("T")
U = TypeVar("U")
Write = Callable[[Session], T]
# Writes what nobody else reads, writes or could name, and returns what has to be written while nobody else does.
Ahead = Callable[[Session], Write[T]]


def then(ahead: Ahead[T], do: Callable[[Session, T], U]) -> Ahead[U]:
    """Return the same with something that is done at its end."""

    def further(session: Session) -> Write[U]:
        write = ahead(session)
        return lambda session: do(session, write(session))

    return further


class StateStore(Protocol):
    """Reads and writes the whole state of one kind of thing; None stands for a thing that does not exist."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:
        """Return the state as the server sees it."""
        ...

    def write(self, context: WriteContext, subject: str, state: State | None) -> None:
        """Bring the thing to this state; may raise NotUndoableError."""
        ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """States that are worked out: what will stand then, and what writes them, as long as nothing has changed since."""

    after: Mapping[str, State | None]
    ahead: Ahead[None]


@runtime_checkable
class BulkStateStore(StateStore, Protocol):
    """A store of things that come by the hundred; one is read and written as many are."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:
        """Return the state as the server sees it."""
        return self.read_many(session, server, [subject])[subject]

    def write(self, context: WriteContext, subject: str, state: State | None) -> None:
        """Bring the thing to this state."""
        self.prepare(context, {subject: state}).ahead(context.session)(context.session)

    def read_many(self, session: Session, server: int | None, subjects: Collection[str]) -> Mapping[str, State | None]:
        """Return the states of all subjects."""
        ...

    def prepare(self, context: WriteContext, states: Mapping[str, State | None]) -> Prepared:
        """Work out how to bring all things to their states, without writing anything."""
        ...


CLAIM = "claim"


class ClaimStore(BulkStateStore):
    """Keeps claims; a server's version that says the same as the shared claim is given up and follows it again."""

    def read_many(self, session: Session, server: int | None, subjects: Collection[str]) -> Mapping[str, State | None]:
        """Return the states that the server sees, out of one reading of these claims."""
        found = {record.id: record for _, record in read_rows(session, server, subjects, everything=True)}
        return {name: claim_state(found[name]) if name in found else None for name in subjects}

    def prepare(self, context: WriteContext, states: Mapping[str, State | None]) -> Prepared:
        """Make the rows of the states; None takes the server's claims, or its versions of shared ones, away."""
        session, server = context.session, context.server
        own = rows_of(session, server, states)
        shared = rows_of(session, None, states) if server is not None else {}
        followed = self.read_many(session, None, shared) if shared else dict[str, State | None]()
        wanted = {name: state for name, state in states.items() if state is not None and state != followed.get(name)}
        past = _past_forms(session, server, wanted.keys() - own.keys())
        editor = None if context.who == TOUCHSTONE else str(context.who)
        written: list[ClaimToWrite] = []
        for name, state in wanted.items():
            row, place = own.get(name), own.get(name) or shared.get(name)
            here = {"pack": place.pack if place else None, "loaded_digest": row.loaded_digest if row else None}
            origin = context.origins.get(name, here)
            record = claim_from_state(name, state, server=server, pack=origin["pack"] or "", edited_by=editor)
            # A version that no earlier form of this claim has had in this server.
            version = 1 + (place.version if place else 0) + (0 if row else past.get(name, 0))
            key, position = row.key if row else None, place.position if place else origin.get("position")
            written.append(ClaimToWrite(replace(record, version=version), key, position, origin["loaded_digest"]))
        gone = [own[name].key or 0 for name in states if name in own and name not in wanted]
        context.standing.update((name, name in wanted) for name in states)
        after = {name: followed.get(name) for name in states}
        after |= {claim.record.id: claim_state(claim.record) for claim in written}
        return Prepared(after, ClaimRows(session, written, gone, context.at).ahead)


def _past_forms(session: Session, server: int | None, claims: Collection[str]) -> dict[str, int]:
    """Return how often each of these claims was changed in the server before."""
    past = select(col(ChangeRow.subject), func.count()).join(Revision, col(Revision.id) == col(ChangeRow.revision))
    same = (col(ChangeRow.kind) == CLAIM, col(ChangeRow.subject).in_(claims), col(Revision.server) == server)
    found = session.connection().execute(past.where(*same).group_by(col(ChangeRow.subject))) if claims else ()
    return {row[0]: row[1] for row in found}


CLAIM_ORIGIN = "claim origin"
_OF_FILE = ("pack", "loaded_digest")
NOWHERE: State = dict.fromkeys((*_OF_FILE, "position"))


class ClaimOriginStore(BulkStateStore):
    """Keeps where claims come from, and their places; a claim that is not there comes from nowhere, and stays there.

    A place is given to a claim that comes back; one that is there keeps its own.
    """

    def read_many(self, session: Session, server: int | None, subjects: Collection[str]) -> Mapping[str, State | None]:
        """Return the origins of the server's own claims and versions (None as the server: of the shared claims)."""
        rows = rows_of(session, server, subjects)
        found = {name: {fact: getattr(row, fact) for fact in NOWHERE} for name, row in rows.items()}
        return {name: found.get(name, NOWHERE) for name in subjects}

    def prepare(self, context: WriteContext, states: Mapping[str, State | None]) -> Prepared:
        """Work out the origins, which come and go with their claims."""
        mine = col(Claim.server) == context.server
        standing = dict.fromkeys(rows_of(context.session, context.server, states), True) | context.standing
        found = {name: state or NOWHERE for name, state in states.items() if standing.get(name)}
        values = [{"of": name, **{f"to_{fact}": state[fact] for fact in _OF_FILE}} for name, state in found.items()]
        to_these = update(Claim).where(col(Claim.id) == bindparam("of"), mine)
        to_these = to_these.values({fact: bindparam(f"to_{fact}") for fact in _OF_FILE})

        def write(session: Session) -> None:
            # Of claims that were worked out with their origins the rows have them, or are gone.
            done = context.standing.keys() & context.origins.keys()
            left = [each for each in values if each["of"] not in done]
            if left:
                session.connection().execute(to_these, left)

        return Prepared({name: found.get(name, NOWHERE) for name in states}, lambda _: write)


PACK = "pack"
DOCUMENT = "document"
SOURCE = "source"
SOURCE_FACTS = ("title", "author", "publisher", "published", "language", "address", "sha256")
DOCUMENT_FACTS = ("id", *SOURCE_FACTS)


class PackStore(BulkStateStore):
    """Keeps the heads of packs, by id."""

    def read_many(self, session: Session, server: int | None, subjects: Collection[str]) -> Mapping[str, State | None]:  # noqa: ARG002
        """Return the heads, each with the SHA-256 of the file that it was last loaded from."""
        rows = session.scalars(select(Pack).where(col(Pack.id).in_(subjects)))
        found = {row.id: plain_fields(pack_record(row)) | {"sha256": row.sha256} for row in rows}
        return {name: found.get(name) for name in subjects}

    def prepare(self, context: WriteContext, states: Mapping[str, State | None]) -> Prepared:
        """Work out the heads; a pack that still has claims cannot be taken away (NotUndoableError)."""
        after = {name: with_texts(state) if state else None for name, state in states.items()}

        def write(session: Session) -> None:
            for name, head in after.items():
                row = session.get(Pack, name)
                if head is not None:
                    texts = {"title": ByLanguage(head["title"])}
                    day = date.fromisoformat(head["as_of"])
                    values: dict[str, Any] = head | texts | {"as_of": day, "loaded_at": context.at}
                    session.add(row.sqlmodel_update(values) if row else Pack(**values))
                elif session.scalar(select(col(Claim.key)).where(col(Claim.pack) == name).limit(1)):
                    raise NotUndoableError(
                        "The pack {pack} still has claims. Undo later changes to them first.", pack=name
                    )
                else:
                    session.delete(row)
            session.flush()

        return Prepared(after, lambda _: write)


class DocumentStore(BulkStateStore):
    """Keeps documents, by id: the shared ones, or (`own`) a server's sources. The text goes with the last of them."""

    def __init__(self, *, own: bool) -> None:
        self._own = own
        self._facts = SOURCE_FACTS if own else DOCUMENT_FACTS

    def read_many(self, session: Session, server: int | None, subjects: Collection[str]) -> Mapping[str, State | None]:
        """Return what is known of the documents."""
        rows, owner = _documents(session, subjects), server if self._own else None
        mine = {name: row for name, row in rows.items() if row["server"] == owner}
        return {name: {fact: mine[name][fact] for fact in self._facts} if name in mine else None for name in subjects}

    def prepare(self, context: WriteContext, states: Mapping[str, State | None]) -> Prepared:
        """Make the rows; NotUndoableError: an id is somebody else's, or what is to be taken away is still cited."""
        session, owner = context.session, context.server if self._own else None
        rows = _documents(session, states)
        for name, row in rows.items():
            if row["server"] != owner:
                raise NotUndoableError("The id {name} is another document's by now. Add this one anew.", name=name)
        new = BoundRows(session, Document, "id", ("server", *SOURCE_FACTS))
        known = BoundRows(session, Document, "id", SOURCE_FACTS, over=True)
        made = {
            name: {"id": name, "sha256": "", "server": owner} | rows.get(name, {}) | state
            for name, state in states.items()
            if state is not None
        }
        fresh = [(name, new.bind(values)) for name, values in made.items() if name not in rows]
        others = [(name, known.bind(values)) for name, values in made.items() if name in rows]
        gone = {name: rows[name]["sha256"] for name in states if name in rows and name not in made}

        def write(session: Session) -> None:
            new.write(session, fresh)
            known.write(session, others)
            self._take_away(session, gone)

        after = {name: {fact: made[name][fact] for fact in self._facts} if name in made else None for name in states}
        return Prepared(after, lambda _: write)

    def _take_away(self, session: Session, gone: Mapping[str, str]) -> None:
        if not gone:
            return
        cited = session.scalar(select(col(Citation.document)).where(col(Citation.document).in_(gone)).limit(1))
        if cited is not None and self._own:
            raise NotUndoableError(
                "The source {source} is still cited. Change the points that cite it first.", source=cited
            )
        if cited is not None:
            raise NotUndoableError(
                "The document {document} is still cited. Undo later changes that cite it first.", document=cited
            )
        connection = session.connection()
        connection.execute(delete(Document).where(col(Document.id).in_(gone)))
        connection.execute(delete(ExtractedChunk).where(col(ExtractedChunk.document).in_(gone)))
        unnamed = ~select(col(Document.id)).where(col(Document.sha256) == col(DocumentText.sha256)).exists()
        texts = col(DocumentText.sha256).in_({*gone.values()})
        connection.execute(delete(DocumentText).where(texts, unnamed))


def _documents(session: Session, names: Collection[str]) -> dict[str, State]:
    query = select(*(getattr(Document, fact) for fact in (*DOCUMENT_FACTS, "server")))
    rows = session.connection().execute(query.where(col(Document.id).in_(names)))
    return {row["id"]: dict(row) for row in rows.mappings()}


# So many are read and written at once: an import of any size takes little memory beyond its states.
AT_ONCE = 500
STATE_STORES: Mapping[str, StateStore] = {
    CLAIM: ClaimStore(),
    CLAIM_SETTING: ClaimSettingStore(),
    SERVER: ServerStore(),
    CHANNEL: ChannelStore(),
    QUEUE_ITEM: QueueItemStore(),
    SOURCE: DocumentStore(own=True),
    PACK: PackStore(),
    PACK_IN_FORCE: PackInForceStore(),
    DOCUMENT: DocumentStore(own=False),
    CLAIM_ORIGIN: ClaimOriginStore(),
}


def states_now(
    session: Session, server: int | None, store: StateStore, subjects: Collection[str]
) -> Mapping[str, State | None]:
    """Return the states of things of one kind."""
    if isinstance(store, BulkStateStore):
        return store.read_many(session, server, subjects)
    return {name: store.read(session, server, name) for name in subjects}


@dataclass(frozen=True, slots=True)
class Change:
    """A new state for one thing; None takes it away."""

    kind: str
    subject: str
    after: State | None


class HistoryRows:
    """Revisions as rows, with those of their changes."""

    def __init__(self, session: Session) -> None:
        self._changes = BoundRows(session, ChangeRow, "revision", ChangeRecord.__slots__)

    def bind(self, change: ChangeRecord) -> Row:
        """Return the row of a change, but for its revision."""
        return self._changes.bind({name: getattr(change, name) for name in ChangeRecord.__slots__})

    def write(self, session: Session, entry: AuditEntry, at: datetime, changes: Sequence[Row]) -> int:
        """Write one revision with its changes, and return its number."""
        revision = Revision(
            at=at, actor=str(entry.actor), act=entry.act, reason=entry.reason, server=entry.server, undoes=entry.undoes
        )
        session.add(revision)
        session.flush()
        number = revision.id or 0
        self._changes.write(session, ((number, row) for row in changes))
        return number


def note_changes(session: Session, entry: AuditEntry, changes: Sequence[ChangeRecord], at: datetime) -> ChangeResult:
    """Write a revision of what the caller wrote: what the history names and does not keep, as a document's text."""
    history = HistoryRows(session)
    return ChangeResult(history.write(session, entry, at, [*map(history.bind, changes)]), tuple(changes))


def write_changes(session: Session, entry: AuditEntry, changes: Sequence[Change], at: datetime) -> ChangeResult:
    """Bring all things to their new states and write one revision of it; where nothing changes, none is written.

    The caller has checked rights and rules, and holds the transaction (`Database.changing`).
    """
    return PreparedChanges(session, entry, changes, at).ahead(session)(session)


# What a session says of the revision that it writes ahead.
OWN_REVISION = "own revision"


@dataclass(frozen=True, slots=True)
class _Part:
    """Changes of one kind that are worked out, with their rows for the history."""

    records: Sequence[ChangeRecord]
    rows: Sequence[Row]
    ahead: Ahead[None]


class PreparedChanges:
    """Changes that are worked out, in any session: one that writes has only the rows to insert then.

    What there is little of, such as settings, is read and written one by one at that moment.
    """

    def __init__(self, session: Session, entry: AuditEntry, changes: Sequence[Change], at: datetime) -> None:
        self._entry, self._at = entry, at
        self._history = HistoryRows(session)
        origins = {each.subject: each.after or NOWHERE for each in changes if each.kind == CLAIM_ORIGIN}
        context = WriteContext(session, entry.server, entry.actor, at, origins=origins)
        named = Counter((change.kind, change.subject) for change in changes)
        self._parts: list[_Part | tuple[Change, ...]] = []
        for kind, run in groupby(changes, key=lambda change: change.kind):
            store, some = STATE_STORES[kind], tuple(run)
            # What comes twice is read again in between.
            if isinstance(store, BulkStateStore) and all(named[kind, change.subject] == 1 for change in some):
                parts = (some[start : start + AT_ONCE] for start in range(0, len(some), AT_ONCE))
                self._parts += (self._prepared(context, kind, store, part) for part in parts)
            else:
                self._parts.append(some)

    def ahead(self, session: Session) -> Write[ChangeResult]:
        """Write the revision and hidden rows; the base must be as it was by when what this returns is called."""
        parts = [part for part in self._parts if isinstance(part, _Part)]
        if len(parts) < len(self._parts):
            return self._written
        records = [record for part in parts for record in part.records]
        rows = [row for part in parts for row in part.rows]
        number = self._history.write(session, self._entry, self._at, rows) if records else None
        session.info[OWN_REVISION] = number
        put = [part.ahead(session) for part in parts]

        def write(session: Session) -> ChangeResult:
            for each in put:
                each(session)
            return ChangeResult(last_revision(session) if number is None else number, tuple(records))

        return write

    def _written(self, session: Session) -> ChangeResult:
        context = WriteContext(session, self._entry.server, self._entry.actor, self._at)
        records, rows = list[ChangeRecord](), list[Row]()
        for part in self._parts:
            if isinstance(part, _Part):
                part.ahead(session)(session)
                records += part.records
                rows += part.rows
            else:
                made = [record for change in part if (record := _applied(context, change)) is not None]
                records += made
                rows += map(self._history.bind, made)
        if not records:
            return ChangeResult(last_revision(session))
        return ChangeResult(self._history.write(session, self._entry, self._at, rows), tuple(records))

    def _prepared(self, context: WriteContext, kind: str, store: BulkStateStore, run: Sequence[Change]) -> _Part:
        before = store.read_many(context.session, context.server, [change.subject for change in run])
        changed = {change.subject: change.after for change in run if before[change.subject] != change.after}
        prepared = store.prepare(context, changed)
        # Without its own version, a server sees the shared claim.
        stands = {name: state for name in changed if before[name] != (state := prepared.after[name])}
        records = [ChangeRecord(kind, name, before[name], state) for name, state in stands.items()]
        return _Part(records, [*map(self._history.bind, records)], prepared.ahead)


def _applied(context: WriteContext, change: Change) -> ChangeRecord | None:
    store = STATE_STORES[change.kind]
    before = store.read(context.session, context.server, change.subject)
    if before != change.after:
        store.write(context, change.subject, change.after)
        is_now = store.read(context.session, context.server, change.subject)
        if is_now != before:
            return ChangeRecord(change.kind, change.subject, before, is_now)
    return None
