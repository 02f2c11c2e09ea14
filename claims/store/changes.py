"""The one way in which the base changes: every new state with its revision, together or not at all."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import bindparam, delete, func, select, update
from sqlmodel import Session, col

from claims.record import ClaimRecord, State, claim_from_state, claim_state, plain_fields, with_texts
from claims.store.claim_rows import BoundRows, ClaimRows, Row, pack_record, read_rows, rows_of
from claims.store.revisions import TOUCHSTONE, AuditEntry, ChangeRecord, WriteContext
from claims.store.server_settings import CHANNEL, SERVER, ChannelStore, ServerStore
from claims.store.tables import (
    ChangeRow,
    Citation,
    Claim,
    ClaimOverride,
    Document,
    DocumentText,
    ExtractedChunk,
    Pack,
    QueueItem,
    Revision,
    last_revision,
)
from config.errors import NotUndoableError
from config.languages import ByLanguage


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
    write: Callable[[Session], None]


@runtime_checkable
class BulkStateStore(StateStore, Protocol):
    """A store of things that come by the hundred; one is read and written as many are."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:
        """Return the state as the server sees it."""
        return self.read_many(session, server, [subject])[subject]

    def write(self, context: WriteContext, subject: str, state: State | None) -> None:
        """Bring the thing to this state."""
        self.prepare(context, {subject: state}).write(context.session)

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
        written: list[tuple[Claim | None, ClaimRecord, int | None]] = []
        for name, state in wanted.items():
            row, place = own.get(name), own.get(name) or shared.get(name)
            pack = (place.pack if place else None) or ""
            record = claim_from_state(name, state, server=server, pack=pack, edited_by=editor)
            # A version that no earlier form of this claim has had in this server.
            version = 1 + (place.version if place else 0) + (0 if row else past.get(name, 0))
            written.append((row, replace(record, version=version), place.position if place else None))
        gone = [own[name].key or 0 for name in states if name in own and name not in wanted]
        context.standing.update((name, name in wanted) for name in states)
        after = {name: followed.get(name) for name in states}
        after |= {claim.id: claim_state(claim) for _, claim, _ in written}
        return Prepared(after, ClaimRows(session, written, gone, context.at).write)


def _past_forms(session: Session, server: int | None, claims: Collection[str]) -> dict[str, int]:
    """Return how often each of these claims was changed in the server before."""
    past = select(col(ChangeRow.subject), func.count()).join(Revision, col(Revision.id) == col(ChangeRow.revision))
    same = (col(ChangeRow.kind) == CLAIM, col(ChangeRow.subject).in_(claims), col(Revision.server) == server)
    found = session.connection().execute(past.where(*same).group_by(col(ChangeRow.subject))) if claims else ()
    return {row[0]: row[1] for row in found}


CLAIM_ORIGIN = "claim origin"
NOWHERE: State = {"pack": None, "loaded_digest": None}


class ClaimOriginStore(BulkStateStore):
    """Keeps the origins of claims; a claim that is not there comes from nowhere, and stays there."""

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
        values = [{"of": name, **{f"to_{fact}": state[fact] for fact in NOWHERE}} for name, state in found.items()]
        to_these = update(Claim).where(col(Claim.id) == bindparam("of"), mine)
        to_these = to_these.values({fact: bindparam(f"to_{fact}") for fact in NOWHERE})

        def write(session: Session) -> None:
            if values:
                session.connection().execute(to_these, values)

        return Prepared({name: found.get(name, NOWHERE) for name in states}, write)


CLAIM_SETTING = "claim setting"
UNSET: State = {"muted": False, "cut_off": None, "paused": False, "raised_to": None}


class ClaimSettingStore:
    """Keeps the settings of claims; a claim on which nothing is set has the state UNSET."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:
        """Return what the server has set."""
        row = session.get(ClaimOverride, (server, subject)) if server is not None else None
        return UNSET if row is None else {name: getattr(row, name) for name in UNSET}

    def write(self, context: WriteContext, subject: str, state: State | None) -> None:
        """Write the settings; reports that led to a pause or a raise which somebody lifts now are dealt with.

        What Touchstone lifts by itself, because a member takes a report back, decides nothing about those of others.
        """
        assert context.server is not None  # noqa: S101  only servers set anything on a claim
        row = context.session.get(ClaimOverride, (context.server, subject))
        if row is None:
            row = ClaimOverride(server=context.server, claim=subject, changed_at=context.at)
        after = state or UNSET
        lifted = (row.paused and not after["paused"]) or (row.raised_to is not None and after["raised_to"] is None)
        if lifted and context.who != TOUCHSTONE:
            row.reports_from = context.at
        row.sqlmodel_update({name: after[name] for name in UNSET} | {"changed_at": context.at})
        context.session.add(row)
        context.session.flush()


PACK = "pack"
DOCUMENT = "document"
SOURCE = "source"
SOURCE_FACTS = ("title", "author", "publisher", "published", "language", "address", "sha256")
DOCUMENT_FACTS = ("id", *SOURCE_FACTS)


class PackStore:
    """Keeps the heads of packs, by id."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:  # noqa: ARG002
        """Return the head, with the SHA-256 of the file that it was last loaded from."""
        row = session.get(Pack, subject)
        return None if row is None else plain_fields(pack_record(row)) | {"sha256": row.sha256}

    def write(self, context: WriteContext, subject: str, state: State | None) -> None:
        """Write the head; a pack that still has claims cannot be taken away (NotUndoableError)."""
        row = context.session.get(Pack, subject)
        if state is None:
            if context.session.scalar(select(col(Claim.key)).where(col(Claim.pack) == subject).limit(1)):
                raise NotUndoableError(
                    "The pack {pack} still has claims. Undo later changes to them first.", pack=subject
                )
            context.session.delete(row)
        else:
            head = with_texts(state)
            texts = {"title": ByLanguage(head["title"])}
            day = date.fromisoformat(head["as_of"])
            values: dict[str, Any] = head | texts | {"as_of": day, "loaded_at": context.at}
            context.session.add(row.sqlmodel_update(values) if row else Pack(**values))
        context.session.flush()


PACK_IN_FORCE = "pack in force"


class PackInForceStore:
    """Keeps which loaded packs are in force, by id."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:  # noqa: ARG002
        """Return whether the pack is in force, or None for one that is not loaded."""
        row = session.get(Pack, subject)
        return {"in_force": row.in_force} if row else None

    def write(self, context: WriteContext, subject: str, state: State | None) -> None:
        """Bring the pack into force or leave it out; its claims stay as they are."""
        row = context.session.get(Pack, subject)
        if row is not None:
            row.in_force = state is None or state["in_force"]
            context.session.add(row)
            context.session.flush()


class DocumentStore:
    """Keeps documents, by id: the shared ones, or (`own`) a server's sources. The text goes with the last of them."""

    def __init__(self, *, own: bool) -> None:
        self._own = own
        self._facts = SOURCE_FACTS if own else DOCUMENT_FACTS

    def read(self, session: Session, server: int | None, subject: str) -> State | None:
        """Return what is known of the document."""
        row = session.get(Document, subject)
        owner = server if self._own else None
        return None if row is None or row.server != owner else {fact: getattr(row, fact) for fact in self._facts}

    def write(self, context: WriteContext, subject: str, state: State | None) -> None:
        """Write the facts; raises NotUndoableError for an id of somebody else's, and for taking away what is cited."""
        row = context.session.get(Document, subject)
        if row is not None and row.server != (context.server if self._own else None):
            raise NotUndoableError("The id {name} is another document's by now. Add this one anew.", name=subject)
        if state is None:
            if context.session.scalar(select(col(Citation.key)).where(col(Citation.document) == subject).limit(1)):
                raise self._still_cited(subject)
            if row is not None:
                _take_away(context.session, row)
        else:
            owner: State = {"id": subject, "sha256": "", "server": context.server} if self._own else {}
            context.session.add(row.sqlmodel_update(state) if row else Document(**owner | state))
        context.session.flush()

    def _still_cited(self, name: str) -> NotUndoableError:
        if self._own:
            return NotUndoableError(
                "The source {source} is still cited. Change the points that cite it first.", source=name
            )
        return NotUndoableError(
            "The document {document} is still cited. Undo later changes that cite it first.", document=name
        )


def _take_away(session: Session, row: Document) -> None:
    session.delete(row)
    session.connection().execute(delete(ExtractedChunk).where(col(ExtractedChunk.document) == row.id))
    session.flush()
    unnamed = ~select(col(Document.id)).where(col(Document.sha256) == row.sha256).exists()
    session.connection().execute(delete(DocumentText).where(col(DocumentText.sha256) == row.sha256, unnamed))


QUEUE_ITEM = "queue item"
OPEN: State = {"state": "open", "decision": None}


class QueueItemStore:
    """Keeps what was decided on queue items, by their number."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:
        """Return what was decided, or None for an item that is gone or another server's."""
        row = session.get(QueueItem, int(subject))
        return None if row is None or row.server != server else {"state": row.state, "decision": row.decision}

    def write(self, context: WriteContext, subject: str, state: State | None) -> None:
        """Write the decision; raises NotUndoableError for an item that is gone."""
        row = context.session.get(QueueItem, int(subject))
        if row is None or row.server != context.server or state is None:
            raise NotUndoableError("The queue item is gone: its time was over, or its author had it deleted.")
        row.state, row.decision = state["state"], state["decision"]
        decided = row.state != OPEN["state"]
        row.decided_by, row.decided_at = (str(context.who), context.at) if decided else (None, None)
        context.session.add(row)
        context.session.flush()


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


@dataclass(frozen=True, slots=True)
class ChangeResult:
    """What a write did: the revision of the base now, and what changed (nothing: it was so already)."""

    revision: int
    changes: tuple[ChangeRecord, ...] = ()


def write_changes(session: Session, entry: AuditEntry, changes: Sequence[Change], at: datetime) -> ChangeResult:
    """Bring all things to their new states and write one revision of it; where nothing changes, none is written.

    The caller has checked rights and rules, and holds the transaction (`Database.changing`).
    """
    return PreparedChanges(session, entry, changes, at).write(session)


def note_changes(session: Session, entry: AuditEntry, changes: Sequence[ChangeRecord], at: datetime) -> ChangeResult:
    """Write one revision of what the caller has written in this transaction.

    On its own only for things that the history names but does not keep, such as the text of a document.
    """
    history = _history(session)
    number = _new_revision(session, entry, at)
    history.write(session, ((number, _bound(history, change)) for change in changes))
    return ChangeResult(number, tuple(changes))


def _new_revision(session: Session, entry: AuditEntry, at: datetime) -> int:
    revision = Revision(
        at=at, actor=str(entry.actor), act=entry.act, reason=entry.reason, server=entry.server, undoes=entry.undoes
    )
    session.add(revision)
    session.flush()
    return revision.id or 0


def _history(session: Session) -> BoundRows:
    return BoundRows(session, ChangeRow, "revision", ChangeRecord.__slots__)


def _bound(history: BoundRows, change: ChangeRecord) -> Row:
    return history.bind({name: getattr(change, name) for name in ChangeRecord.__slots__})


@dataclass(frozen=True, slots=True)
class _Part:
    """Changes of one kind that are worked out, with their rows for the history."""

    records: Sequence[ChangeRecord]
    rows: Sequence[Row]
    write: Callable[[Session], None]


class PreparedChanges:
    """Changes that are worked out, in any session: one that writes has only the rows to insert then.

    What there is little of, such as heads of packs, is read and written one by one at that moment.
    """

    def __init__(self, session: Session, entry: AuditEntry, changes: Sequence[Change], at: datetime) -> None:
        self._entry, self._at = entry, at
        self._history = _history(session)
        context = WriteContext(session, entry.server, entry.actor, at)
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

    def write(self, session: Session) -> ChangeResult:
        """Write them with one revision; the base must be as it was when they were worked out."""
        context = WriteContext(session, self._entry.server, self._entry.actor, self._at)
        records, rows = list[ChangeRecord](), list[Row]()
        for part in self._parts:
            if isinstance(part, _Part):
                part.write(session)
                records += part.records
                rows += part.rows
            else:
                made = [record for change in part if (record := _applied(context, change)) is not None]
                records += made
                rows += (_bound(self._history, record) for record in made)
        if not records:
            return ChangeResult(last_revision(session))
        number = _new_revision(session, self._entry, self._at)
        self._history.write(session, ((number, row) for row in rows))
        return ChangeResult(number, tuple(records))

    def _prepared(self, context: WriteContext, kind: str, store: BulkStateStore, run: Sequence[Change]) -> _Part:
        before = store.read_many(context.session, context.server, [change.subject for change in run])
        changed = {change.subject: change.after for change in run if before[change.subject] != change.after}
        prepared = store.prepare(context, changed)
        # Without its own version, a server sees the shared claim.
        stands = {name: state for name in changed if before[name] != (state := prepared.after[name])}
        records = [ChangeRecord(kind, name, before[name], state) for name, state in stands.items()]
        return _Part(records, [_bound(self._history, record) for record in records], prepared.write)


def _applied(context: WriteContext, change: Change) -> ChangeRecord | None:
    store = STATE_STORES[change.kind]
    before = store.read(context.session, context.server, change.subject)
    if before != change.after:
        store.write(context, change.subject, change.after)
        is_now = store.read(context.session, context.server, change.subject)
        if is_now != before:
            return ChangeRecord(change.kind, change.subject, before, is_now)
    return None
