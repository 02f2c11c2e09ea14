"""The one way in which the base changes: every new state with its revision, together or not at all."""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import func, select
from sqlmodel import Session, col

from claims.packs.file import PackFile
from claims.record import PackRecord, State, claim_from_state, claim_state
from claims.store.claim_rows import read_rows, write_claim
from claims.store.revisions import ChangeRecord, Deed, Who, last_revision, write_revision
from claims.store.server_settings import ServerSettings, settings_from_state, settings_of, settings_state
from claims.store.tables import (
    Change,
    Channel,
    Citation,
    Claim,
    ClaimOverride,
    Document,
    DocumentText,
    Pack,
    QueueItem,
    Revision,
    Server,
)
from config.errors import NotUndoableError, PackError, PackProblem

FACTS = ("id", "title", "author", "publisher", "published", "language", "address", "sha256")


def write_documents(session: Session, file: PackFile) -> list[ChangeRecord]:
    """Write the pack's documents; return what changed.

    Raises PackError where a citation does not fit the text of a document that is loaded.
    """
    changes: list[ChangeRecord] = []
    for record in file.documents:
        after = {fact: value for fact, value in asdict(record).items() if fact in FACTS}
        row = session.get(Document, record.id)
        before = {fact: getattr(row, fact) for fact in FACTS} if row else None
        if before == after:
            continue
        session.add(row.sqlmodel_update(after) if row else Document(**after))
        changes.append(ChangeRecord("document", record.id, before, after))
    session.flush()
    problems = tuple(_wrong_spans(session, file))
    if problems:
        raise PackError(file.path, problems)
    return changes


def _wrong_spans(session: Session, file: PackFile) -> Iterator[PackProblem]:
    digests = {record.id: record.sha256 for record in file.documents}
    texts = {name: row.text for name, digest in digests.items() if (row := session.get(DocumentText, digest))}
    for index, claim in enumerate(file.claims):
        for number, point in enumerate(claim.points):
            for count, citation in enumerate(point.citations):
                text = texts.get(citation.document)
                if text is not None and span_digest(text, citation.start, citation.end) != citation.sha256:
                    field = f"claims[{index}].points[{number}].citations[{count}]"
                    fault = f"the span of {citation.document!r} has another SHA-256 than the pack says"
                    yield PackProblem(0, field, fault, "Correct start, end or sha256.")


def span_digest(text: str, start: int, end: int) -> str:
    """Return the SHA-256 of a span of a text, in UTF-8."""
    return hashlib.sha256(text[start:end].encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Scene:
    """Where and by whom something is written: in a transaction, for one server (None: the shared base)."""

    session: Session
    server: int | None
    who: Who
    at: datetime


class Keeper(Protocol):
    """Reads and writes the whole state of one kind of thing; None stands for a thing that does not exist."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:
        """Return the state as the server sees it."""
        ...

    def write(self, scene: Scene, subject: str, state: State | None) -> None:
        """Bring the thing to this state; may raise NotUndoableError."""
        ...


@runtime_checkable
class BulkKeeper(Keeper, Protocol):
    """A keeper of things that come by the hundred."""

    def read_many(self, session: Session, server: int | None, subjects: Collection[str]) -> Mapping[str, State | None]:
        """Return the states of all subjects, as `read` gives them one by one."""
        ...


CLAIM = "claim"


class ClaimKeeper:
    """Keeps claims; a server's version that says the same as the shared claim is given up and follows it again."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:
        """Return the state that the server sees."""
        found = read_rows(session, server, subject, everything=True)
        return claim_state(found[0][1]) if found else None

    def read_many(self, session: Session, server: int | None, subjects: Collection[str]) -> Mapping[str, State | None]:
        """Return the states that the server sees, out of one reading of all claims."""
        found = {record.id: record for _, record in read_rows(session, server, everything=True)}
        return {name: claim_state(found[name]) if name in found else None for name in subjects}

    def write(self, scene: Scene, subject: str, state: State | None) -> None:
        """Write the state, or (None) take the server's claim, or its version of a shared one, away."""
        session = scene.session
        shared, own = _rows(session, subject, None), _rows(session, subject, scene.server)
        follows = scene.server is not None and shared is not None and state == self.read(session, None, subject)
        if state is None or follows:
            if own is not None:
                session.delete(own)
                session.flush()
            return
        place = own or shared
        pack = (place.pack if place else None) or ""
        record = claim_from_state(subject, state, server=scene.server, pack=pack, edited_by=str(scene.who))
        row = write_claim(session, own, record, place.position if place else _next_position(session), scene.at)
        if own is None:
            row.version = _first_version(session, scene.server, subject, shared)
            session.flush()


def _rows(session: Session, claim: str, server: int | None) -> Claim | None:
    return session.scalar(select(Claim).where(col(Claim.id) == claim, col(Claim.server) == server))


def _next_position(session: Session) -> int:
    return (session.scalar(select(func.max(col(Claim.position)))) or 0) + 1


def _first_version(session: Session, server: int | None, claim: str, shared: Claim | None) -> int:
    """Return a version that no earlier form of this claim has had in this server."""
    past = select(func.count()).select_from(Change).join(Revision, col(Revision.id) == col(Change.revision))
    same = (col(Change.kind) == CLAIM, col(Change.subject) == claim, col(Revision.server) == server)
    base = shared.version if shared is not None and server is not None else 0
    return base + 1 + (session.scalar(past.where(*same)) or 0)


CLAIM_ORIGIN = "claim origin"
NOWHERE: State = {"pack": None, "loaded_digest": None}


class ClaimOriginKeeper:
    """Keeps the origins of claims; a claim that is not there comes from nowhere, and stays there."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:
        """Return the origin of the server's own claim or version (None as the server: of the shared claim)."""
        row = _row(session, server, subject)
        return {fact: getattr(row, fact) for fact in NOWHERE} if row else NOWHERE

    def read_many(self, session: Session, server: int | None, subjects: Collection[str]) -> Mapping[str, State | None]:
        """Return the origins of the server's own claims and versions."""
        query = select(Claim).where(col(Claim.server) == server)
        found = {row.id: {fact: getattr(row, fact) for fact in NOWHERE} for row in session.scalars(query)}
        return {name: found.get(name, NOWHERE) for name in subjects}

    def write(self, scene: Scene, subject: str, state: State | None) -> None:
        """Write the origin; it comes and goes with its claim."""
        row = _row(scene.session, scene.server, subject)
        if row is not None:
            scene.session.add(row.sqlmodel_update(state or NOWHERE))
            scene.session.flush()


def _row(session: Session, server: int | None, claim: str) -> Claim | None:
    return session.scalar(select(Claim).where(col(Claim.id) == claim, col(Claim.server) == server))


CLAIM_SETTING = "claim setting"
UNSET: State = {"muted": False, "cut_off": None, "paused": False, "raised_to": None}


class ClaimSettingKeeper:
    """Keeps the settings of claims; a claim on which nothing is set has the state UNSET."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:
        """Return what the server has set."""
        row = session.get(ClaimOverride, (server, subject)) if server is not None else None
        return UNSET if row is None else {name: getattr(row, name) for name in UNSET}

    def write(self, scene: Scene, subject: str, state: State | None) -> None:
        """Write the settings; reports that led to a pause or a raise which is lifted now are dealt with."""
        assert scene.server is not None  # noqa: S101  only servers set anything on a claim
        row = scene.session.get(ClaimOverride, (scene.server, subject))
        if row is None:
            row = ClaimOverride(server=scene.server, claim=subject, changed_at=scene.at)
        after = state or UNSET
        lifted = (row.paused and not after["paused"]) or (row.raised_to is not None and after["raised_to"] is None)
        if lifted:
            row.reports_from = scene.at
        row.sqlmodel_update({name: after[name] for name in UNSET} | {"changed_at": scene.at})
        scene.session.add(row)
        scene.session.flush()


PACK = "pack"
DOCUMENT = "document"


class PackKeeper:
    """Keeps the heads of packs, by id."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:  # noqa: ARG002
        """Return the head, with the SHA-256 of the file that it was last loaded from."""
        row = session.get(Pack, subject)
        if row is None:
            return None
        head = PackRecord(row.id, row.version, row.title_en, row.title_zh, row.licence, row.as_of)
        return asdict(head) | {"as_of": row.as_of.isoformat(), "sha256": row.sha256}

    def write(self, scene: Scene, subject: str, state: State | None) -> None:
        """Write the head; a pack that still has claims cannot be taken away (NotUndoableError)."""
        row = scene.session.get(Pack, subject)
        if state is None:
            if scene.session.scalar(select(col(Claim.key)).where(col(Claim.pack) == subject).limit(1)):
                raise NotUndoableError(
                    "The pack {pack} still has claims. Undo later changes to them first.", pack=subject
                )
            scene.session.delete(row)
        else:
            values: dict[str, Any] = state | {"as_of": date.fromisoformat(state["as_of"]), "loaded_at": scene.at}
            scene.session.add(row.sqlmodel_update(values) if row else Pack(**values))
        scene.session.flush()


class DocumentKeeper:
    """Keeps shared documents, by id; their texts are no part of them."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:  # noqa: ARG002
        """Return what is known of the document."""
        row = session.get(Document, subject)
        return None if row is None or row.server is not None else {fact: getattr(row, fact) for fact in FACTS}

    def write(self, scene: Scene, subject: str, state: State | None) -> None:
        """Write the facts; a document that a point still cites cannot be taken away (NotUndoableError)."""
        row = scene.session.get(Document, subject)
        if state is None:
            if scene.session.scalar(select(col(Citation.key)).where(col(Citation.document) == subject).limit(1)):
                raise NotUndoableError(
                    "The document {document} is still cited. Undo later changes that cite it first.", document=subject
                )
            scene.session.delete(row)
        else:
            scene.session.add(row.sqlmodel_update(state) if row else Document(**state))
        scene.session.flush()


QUEUE_ITEM = "queue item"
OPEN: State = {"state": "open", "decision": None}


class QueueItemKeeper:
    """Keeps what was decided on queue items, by their number."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:
        """Return what was decided, or None for an item that is gone or another server's."""
        row = session.get(QueueItem, int(subject))
        return None if row is None or row.server != server else {"state": row.state, "decision": row.decision}

    def write(self, scene: Scene, subject: str, state: State | None) -> None:
        """Write the decision; raises NotUndoableError for an item that is gone."""
        row = scene.session.get(QueueItem, int(subject))
        if row is None or row.server != scene.server or state is None:
            raise NotUndoableError("The queue item is gone: its time was over, or its author had it deleted.")
        row.state, row.decision = state["state"], state["decision"]
        decided = row.state != OPEN["state"]
        row.decided_by, row.decided_at = (str(scene.who), scene.at) if decided else (None, None)
        scene.session.add(row)
        scene.session.flush()


SERVER = "server"
CHANNEL = "channel"


class ServerKeeper:
    """Keeps the settings of servers, by their id."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:  # noqa: ARG002
        """Return the settings, or None where nothing was set."""
        row = session.get(Server, int(subject))
        return settings_state(settings_of(int(subject), row)) if row else None

    def write(self, scene: Scene, subject: str, state: State | None) -> None:
        """Write the settings; None brings back the defaults."""
        number = int(subject)
        settings = settings_from_state(state) if state else ServerSettings(number)
        row = scene.session.get(Server, number) or Server(id=number, moderator_roles=[], changed_at=scene.at)
        values = settings_state(settings)
        del values["server"]
        scene.session.add(row.sqlmodel_update(values | {"changed_at": scene.at}))
        scene.session.flush()


class ChannelKeeper:
    """Keeps the modes of channels, by `server/channel`."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:  # noqa: ARG002
        """Return the mode, or None where none was set."""
        row = session.get(Channel, _numbers(subject))
        return {"mode": row.mode} if row else None

    def write(self, scene: Scene, subject: str, state: State | None) -> None:
        """Write the mode; None takes it back."""
        number, channel = _numbers(subject)
        row = scene.session.get(Channel, (number, channel))
        if state is None:
            if row is not None:
                scene.session.delete(row)
        elif row is None:
            scene.session.add(Channel(server=number, channel=channel, mode=state["mode"], changed_at=scene.at))
        else:
            row.mode, row.changed_at = state["mode"], scene.at
        scene.session.flush()


def _numbers(subject: str) -> tuple[int, int]:
    number, _, channel = subject.partition("/")
    return int(number), int(channel)


SOURCE = "source"
SOURCE_FACTS = ("title", "author", "publisher", "published", "language", "address")


class SourceKeeper:
    """Keeps a server's own sources, by their id."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:
        """Return what is known of the source."""
        row = session.get(Document, subject)
        return None if row is None or row.server != server else {name: getattr(row, name) for name in SOURCE_FACTS}

    def write(self, scene: Scene, subject: str, state: State | None) -> None:
        """Write the source; a source that a point still cites cannot be taken away (NotUndoableError)."""
        row = scene.session.get(Document, subject)
        if state is None:
            if scene.session.scalar(select(col(Citation.key)).where(col(Citation.document) == subject).limit(1)):
                raise NotUndoableError(
                    "The source {source} is still cited. Change the points that cite it first.", source=subject
                )
            scene.session.delete(row)
        elif row is None:
            scene.session.add(Document(id=subject, sha256="", server=scene.server, **state))
        else:
            scene.session.add(row.sqlmodel_update(state))
        scene.session.flush()


# From so many things of a kind on, reading all there are takes less than asking for each.
MANY = 20
KEEPERS: Mapping[str, Keeper] = {
    CLAIM: ClaimKeeper(),
    CLAIM_SETTING: ClaimSettingKeeper(),
    SERVER: ServerKeeper(),
    CHANNEL: ChannelKeeper(),
    QUEUE_ITEM: QueueItemKeeper(),
    SOURCE: SourceKeeper(),
    PACK: PackKeeper(),
    DOCUMENT: DocumentKeeper(),
    CLAIM_ORIGIN: ClaimOriginKeeper(),
}


@dataclass(frozen=True, slots=True)
class Intent:
    """A new state for one thing; None takes it away."""

    kind: str
    subject: str
    after: State | None


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did: the revision of the base now, and what changed (nothing: it was so already)."""

    revision: int
    changes: tuple[ChangeRecord, ...] = ()


def change(session: Session, deed: Deed, intents: Sequence[Intent], at: datetime) -> Written:
    """Bring all things to their new states and write one revision of it; where nothing changes, none is written.

    The caller has checked rights and rules, and holds the transaction (`Database.changing`).
    """
    scene = Scene(session, deed.server, deed.actor, at)
    changes = [
        made
        for kind, run in groupby(intents, key=lambda intent: intent.kind)
        for made in _apply_run(scene, KEEPERS[kind], tuple(run))
    ]
    if not changes:
        return Written(last_revision(session))
    return Written(write_revision(session, deed, changes, at), tuple(changes))


def _apply_run(scene: Scene, keeper: Keeper, run: Sequence[Intent]) -> Iterator[ChangeRecord]:
    """Apply intents of one kind; many of them are read in one go, since nothing else is written while that lasts."""
    subjects = {intent.subject for intent in run}
    if len(run) < MANY or len(subjects) < len(run) or not isinstance(keeper, BulkKeeper):
        yield from (made for intent in run if (made := _apply(scene, keeper, intent)) is not None)
        return
    before = keeper.read_many(scene.session, scene.server, subjects)
    written = [intent for intent in run if before[intent.subject] != intent.after]
    for intent in written:
        keeper.write(scene, intent.subject, intent.after)
    after = keeper.read_many(scene.session, scene.server, subjects)
    for intent in written:
        states = before[intent.subject], after[intent.subject]
        if states[0] != states[1]:
            yield ChangeRecord(intent.kind, intent.subject, *states)


def _apply(scene: Scene, keeper: Keeper, intent: Intent) -> ChangeRecord | None:
    before = keeper.read(scene.session, scene.server, intent.subject)
    if before == intent.after:
        return None
    keeper.write(scene, intent.subject, intent.after)
    # Read again: without its own version, a server sees the shared claim.
    after = keeper.read(scene.session, scene.server, intent.subject)
    return ChangeRecord(intent.kind, intent.subject, before, after) if before != after else None
