"""The one way in which the base changes: every new state with its revision, together or not at all."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import delete, func, insert, select
from sqlmodel import Session, col

from claims.record import ClaimRecord, State, claim_from_state, claim_state, plain_fields, with_texts
from claims.store.claim_rows import next_position, pack_record, read_rows, rows_of, write_claims
from claims.store.revisions import TOUCHSTONE, AuditEntry, ChangeRecord, Who
from claims.store.server_settings import (
    CHANNEL,
    SERVER,
    ServerSettings,
    channel_from_state,
    channel_settings,
    settings_from_state,
    settings_of,
    settings_state,
)
from claims.store.tables import (
    ChangeRow,
    Channel,
    Citation,
    Claim,
    ClaimOverride,
    Document,
    DocumentText,
    ExtractedChunk,
    Pack,
    QueueItem,
    Revision,
    Server,
    last_revision,
)
from config.errors import NotUndoableError
from config.languages import ByLanguage


@dataclass(frozen=True, slots=True)
class WriteContext:
    """Where and by whom something is written: in a transaction, for one server (None: the shared base)."""

    session: Session
    server: int | None
    who: Who
    at: datetime


class StateStore(Protocol):
    """Reads and writes the whole state of one kind of thing; None stands for a thing that does not exist."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:
        """Return the state as the server sees it."""
        ...

    def write(self, context: WriteContext, subject: str, state: State | None) -> None:
        """Bring the thing to this state; may raise NotUndoableError."""
        ...


@runtime_checkable
class BulkStateStore(StateStore, Protocol):
    """A store of things that come by the hundred; one is read and written as many are."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:
        """Return the state as the server sees it."""
        return self.read_many(session, server, [subject])[subject]

    def write(self, context: WriteContext, subject: str, state: State | None) -> None:
        """Bring the thing to this state."""
        self.write_many(context, {subject: state})

    def read_many(self, session: Session, server: int | None, subjects: Collection[str]) -> Mapping[str, State | None]:
        """Return the states of all subjects."""
        ...

    def write_many(self, context: WriteContext, states: Mapping[str, State | None]) -> None:
        """Bring all things to their states."""
        ...


CLAIM = "claim"


class ClaimStore(BulkStateStore):
    """Keeps claims; a server's version that says the same as the shared claim is given up and follows it again."""

    def read_many(self, session: Session, server: int | None, subjects: Collection[str]) -> Mapping[str, State | None]:
        """Return the states that the server sees, out of one reading of these claims."""
        found = {record.id: record for _, record in read_rows(session, server, subjects, everything=True)}
        return {name: claim_state(found[name]) if name in found else None for name in subjects}

    def write_many(self, context: WriteContext, states: Mapping[str, State | None]) -> None:
        """Write the states, or (None) take the server's claims, or its versions of shared ones, away."""
        session, server = context.session, context.server
        own = rows_of(session, server, states)
        shared = own if server is None else rows_of(session, None, states)
        nothing = dict[str, State | None]()
        followed = self.read_many(session, None, shared) if server is not None and shared else nothing
        editor = None if context.who == TOUCHSTONE else str(context.who)
        written: list[tuple[Claim | None, ClaimRecord, int]] = []
        for name, state in states.items():
            place = own.get(name) or shared.get(name)
            if state is not None and state != followed.get(name):
                pack = (place.pack if place else None) or ""
                record = claim_from_state(name, state, server=server, pack=pack, edited_by=editor)
                written.append((own.get(name), record, place.position if place else next_position(session)))
            elif name in own:
                session.delete(own[name])
        session.flush()
        rows = write_claims(session, written, context.at)
        first = [row for row in rows if row.id not in own]
        past = _past_forms(session, server, [row.id for row in first])
        for row in first:
            # A version that no earlier form of this claim has had in this server.
            row.version = 1 + past.get(row.id, 0) + (shared[row.id].version if row.id in shared else 0)
        session.flush()


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

    def write_many(self, context: WriteContext, states: Mapping[str, State | None]) -> None:
        """Write the origins, which come and go with their claims."""
        for name, row in rows_of(context.session, context.server, states).items():
            row.sqlmodel_update(states[name] or NOWHERE)
        context.session.flush()


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


class ServerStore:
    """Keeps the settings of servers, by their id."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:  # noqa: ARG002
        """Return the settings, or None where nothing was set."""
        row = session.get(Server, int(subject))
        return settings_state(settings_of(int(subject), row)) if row else None

    def write(self, context: WriteContext, subject: str, state: State | None) -> None:
        """Write the settings; None brings back the defaults."""
        number = int(subject)
        settings = settings_from_state(state) if state else ServerSettings(number)
        row = context.session.get(Server, number) or Server(id=number, moderator_roles=[], changed_at=context.at)
        values = settings_state(settings)
        del values["server"]
        context.session.add(row.sqlmodel_update(values | {"changed_at": context.at}))
        context.session.flush()


class ChannelStore:
    """Keeps the settings of channels, by `server/channel`."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:  # noqa: ARG002
        """Return the settings, or None where none were set."""
        row = session.get(Channel, _numbers(subject))
        return asdict(channel_settings(row)) if row else None

    def write(self, context: WriteContext, subject: str, state: State | None) -> None:
        """Write the settings; None takes them back."""
        number, channel = _numbers(subject)
        row = context.session.get(Channel, (number, channel))
        if state is None:
            if row is not None:
                context.session.delete(row)
        else:
            values = asdict(channel_from_state(state)) | {"changed_at": context.at}
            new = Channel(server=number, channel=channel, mode=state["mode"], changed_at=context.at)
            context.session.add((row or new).sqlmodel_update(values))
        context.session.flush()


def _numbers(subject: str) -> tuple[int, int]:
    number, _, channel = subject.partition("/")
    return int(number), int(channel)


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
    context = WriteContext(session, entry.server, entry.actor, at)
    made = [
        record
        for kind, run in groupby(changes, key=lambda change: change.kind)
        for record in _apply_run(context, STATE_STORES[kind], tuple(run))
    ]
    return note_changes(session, entry, made, at) if made else ChangeResult(last_revision(session))


def note_changes(session: Session, entry: AuditEntry, changes: Sequence[ChangeRecord], at: datetime) -> ChangeResult:
    """Write one revision of what the caller has written in this transaction.

    On its own only for things that the history names but does not keep, such as the text of a document.
    """
    revision = Revision(
        at=at, actor=str(entry.actor), act=entry.act, reason=entry.reason, server=entry.server, undoes=entry.undoes
    )
    session.add(revision)
    session.flush()
    number = revision.id or 0
    for start in range(0, len(changes), AT_ONCE):
        some = changes[start : start + AT_ONCE]
        session.connection().execute(
            insert(ChangeRow),
            [{"revision": number, **{name: getattr(c, name) for name in ChangeRecord.__slots__}} for c in some],
        )
    return ChangeResult(number, tuple(changes))


def _apply_run(context: WriteContext, store: StateStore, run: Sequence[Change]) -> Iterator[ChangeRecord]:
    """Apply changes of one kind, some hundred at a time; what comes twice is read again in between."""
    size = AT_ONCE if len({change.subject for change in run}) == len(run) else 1
    for start in range(0, len(run), size):
        yield from _apply(context, store, run[start : start + size])


def _apply(context: WriteContext, store: StateStore, run: Sequence[Change]) -> Iterator[ChangeRecord]:
    subjects = [change.subject for change in run]
    before = states_now(context.session, context.server, store, subjects)
    written = [change for change in run if before[change.subject] != change.after]
    if isinstance(store, BulkStateStore):
        store.write_many(context, {change.subject: change.after for change in written})
    else:
        for change in written:
            store.write(context, change.subject, change.after)
    # Read again: without its own version, a server sees the shared claim.
    after = states_now(context.session, context.server, store, [change.subject for change in written])
    for change in written:
        was, is_now = before[change.subject], after[change.subject]
        if was != is_now:
            # The state that the caller holds already, where it is the same.
            yield ChangeRecord(change.kind, change.subject, was, change.after if is_now == change.after else is_now)
