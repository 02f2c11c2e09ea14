"""The queue of a server: what its moderators have to decide, and what was decided."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from claims.answering.traces import SAID_BY
from claims.base import ClaimBase
from claims.documents.loading import reported_sources
from claims.fields import LINE, FormReader
from claims.moderation.rights import Actor, permitted
from claims.record import with_texts
from claims.store.changes import Change
from claims.store.claim_rows import IN_ORDER, are_published, read_claims
from claims.store.database import insert_into, rows_written
from claims.store.revisions import QUEUE_ITEM, hash_user
from claims.store.tables import Answer, Citation, Claim, Feedback, Point, QueueItem, Sighting
from config.errors import UnknownClaimError

ItemKind = Literal["proposal", "candidate", "feedback", "paused", "stale", "source", "offer", "near"]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to decide.

    proposal: a member proposes `payload["text"]`, as a claim or (with `claim`) as a wording; candidate: so does a
    document, with its `payload["title"]` by language and its `payload["source"]`; feedback: members report a
    card, `payload["kind"]` says what, `reports` by how many; paused: reports have paused the claim; stale: its
    `review_by` is past; source: the page of a document that it cites is gone, has moved or says something else, as the
    `payload` of `_source_items` has it; offer: nobody took it; near: a match just under the cut-off. `channel` and
    `message` name the message meant; its text is never kept.
    """

    id: int
    server: int | None
    kind: ItemKind
    claim: str | None
    payload: dict[str, Any]
    channel: int | None
    message: int | None
    score: float | None
    created_at: datetime
    age: timedelta
    reports: int = 0


@dataclass(frozen=True, slots=True)
class NewItem:
    """Something that is to wait for a decision; `occasion` tells it from others of its kind in its server."""

    server: int | None
    kind: ItemKind
    occasion: str
    claim: str | None = None
    payload: dict[str, Any] | None = None
    channel: int | None = None
    message: int | None = None
    score: float | None = None
    author_hash: str | None = None


def item_key(server: int | None, kind: ItemKind, occasion: str) -> str:
    """Return what tells an item from all others."""
    return f"{'shared' if server is None else server}/{kind}/{occasion}"


# What has become of candidates whose document was taken away.
WITH_DOCUMENT = "document"


def put(session: Session, item: NewItem, at: datetime) -> bool:
    """Put an item into the queue; False where the same occasion waits already, or has been decided.

    What only went with its document comes back with it.
    """
    row = asdict(item)
    key = item_key(item.server, item.kind, row.pop("occasion"))
    row |= {"key": key, "payload": item.payload or {}, "created_at": at, "state": "open"}
    anew = {**row, "decision": None, "decided_by": None, "decided_at": None}
    went = col(QueueItem.decision) == WITH_DOCUMENT
    insert = insert_into(session, QueueItem).values(row)
    return bool(rows_written(session, insert.on_conflict_do_update(index_elements=["key"], set_=anew, where=went)))


def is_from(documents: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that an item is a candidate from one of these documents."""
    return (col(QueueItem.kind) == "candidate") & col(QueueItem.payload)["source"].as_string().in_(documents)


def gone_with(session: Session, server: int | None, documents: Collection[str]) -> list[Change]:
    """Return the end of the candidates that wait of documents which go, in the server's queue or (None) in all."""
    waiting = is_from(documents) & (col(QueueItem.state) == "open")
    if server is not None:
        waiting &= col(QueueItem.server) == server
    numbers = session.scalars(select(col(QueueItem.id)).where(waiting).order_by(col(QueueItem.id)))
    return [Change(QUEUE_ITEM, str(number), {"state": "dismissed", "decision": WITH_DOCUMENT}) for number in numbers]


def open_rows(session: Session, server: int | None, kind: ItemKind | None = None) -> list[QueueItem]:
    """Return the rows that wait in the server, oldest first."""
    waiting = (col(QueueItem.server) == server) & (col(QueueItem.state) == "open")
    if kind is not None:
        waiting &= col(QueueItem.kind) == kind
    return list(session.scalars(select(QueueItem).where(waiting).order_by(col(QueueItem.id))))


def item_of(row: QueueItem, now: datetime, reports: int = 0) -> Item:
    """Return a row as a value."""
    known = {name: getattr(row, name) for name in Item.__slots__ if name not in {"age", "reports"}}
    # A candidate of an older Touchstone has a field for each language of its title.
    known["payload"] = with_texts(row.payload)
    return Item(**known, age=now - row.created_at, reports=reports)


def reports_of(session: Session, row: QueueItem) -> int:
    """Return how many members have reported what the item is about; 0 for other kinds than feedback."""
    if row.kind != "feedback":
        return 0
    card = (col(Feedback.channel) == (row.channel or 0), col(Feedback.card_message) == row.payload["card"])
    said = (col(Feedback.claim) == row.claim, col(Feedback.kind) == row.payload["kind"])
    query = select(func.count()).select_from(Feedback).where(*card, *said)
    return session.scalar(query) or 0


UNTAKEN_AFTER = timedelta(days=1)
LOOK_BACK = timedelta(days=14)


def due(session: Session, server: int | None, now: datetime) -> tuple[NewItem, ...]:
    """Return what the server's claims and their sources have become due for; it only reads, before `fill` writes."""
    return (*_stale_items(session, server, now), *_source_items(session, server))


def fill(session: Session, server: int | None, wanted: Collection[NewItem], now: datetime) -> None:
    """Put in what is new of what `due` has found, and take out what has settled itself since."""
    _settle(session, server, "stale", wanted, now)
    _settle(session, server, "source", wanted, now)
    if server is not None:
        _untaken(session, server, now)


def _settle(session: Session, server: int | None, kind: ItemKind, wanted: Iterable[NewItem], now: datetime) -> None:
    """Let exactly these items of a kind wait, but for those that are decided."""
    items = {item.occasion: item for item in wanted if item.kind == kind}
    for row in open_rows(session, server, kind):
        if items.pop(row.key.split("/", 2)[2], None) is None:
            session.delete(row)
    session.flush()
    for item in items.values():
        put(session, item, now)


def _stale_items(session: Session, server: int | None, now: datetime) -> Iterator[NewItem]:
    past = are_published(session, server) & (col(Claim.review_by) < now.date())
    query = select(col(Claim.id), col(Claim.review_by)).where(past).order_by(*IN_ORDER)
    for claim, review_by in session.connection().execute(query):
        yield NewItem(server, "stale", f"{claim}/{review_by}", claim)


MOST_TOLD = 3


def _source_items(session: Session, server: int | None) -> Iterator[NewItem]:
    """Yield an item for each document that the server's claims cite and whose page somebody should look at.

    Of what others cite nothing is told; where a document is loaded, a change elsewhere in it is none.
    """
    cited: dict[str, dict[tuple[int, int], str]] = {}
    query = (
        select(col(Citation.document), col(Citation.start), col(Citation.end), col(Claim.id))
        .join(Point, col(Point.key) == col(Citation.point))
        .join(Claim, col(Claim.key) == col(Point.claim))
        .where(are_published(session, server))
        .order_by(*IN_ORDER, col(Point.position), col(Citation.position))
    )
    for document, start, end, claim in session.connection().execute(query):
        cited.setdefault(document, {}).setdefault((start, end), claim)
    for document, found in reported_sources(session, cited).items():
        spans = cited[document]
        mine = [each for each in found.passages if (each.start, each.end) in spans]
        away = [each for each in mine if each.outcome in {"changed", "lost"}]
        if found.state == "changed" and mine and not away:
            continue
        said = "".join(f"{each.start}{each.outcome}{each.now}" for each in away) + found.found_at
        mark = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        first = away[0] if away else None
        claim_id = spans[(first.start, first.end)] if first else next(iter(spans.values()))
        payload = {
            "document": document, "state": found.state, "since": found.since.date().isoformat(),
            "status": found.status, "address": found.address, "found_at": found.found_at,
            "passages": [[each.was, each.now] for each in away[:MOST_TOLD]], "more": max(0, len(away) - MOST_TOLD),
        }  # fmt: skip
        occasion = f"{document}/{found.state}/{found.since.date()}/{mark}"
        yield NewItem(server, "source", occasion, claim_id, payload)


def _untaken(session: Session, server: int, now: datetime) -> None:
    offered = (col(Answer.server) == server) & (col(Answer.kind) == "offer")
    age = (col(Answer.taken_at) < now - UNTAKEN_AFTER) & (col(Answer.taken_at) > now - LOOK_BACK)
    standing: set[str] = set()
    # Of thousands nearly all wait already, or are decided.
    mine = (col(QueueItem.server) == server, col(QueueItem.kind) == "offer")
    known = set(session.scalars(select(col(QueueItem.key)).where(*mine)))
    # Whose author is forgotten does not come back.
    for answer in session.scalars(select(Answer).where(offered & age & col(Answer.author_hash).is_not(None))):
        for claim in answer.claims:
            occasion = f"{answer.message}/{claim}"
            standing.add(occasion)
            if item_key(server, "offer", occasion) in known:
                continue
            sighting = session.get(Sighting, (answer.channel, answer.message, claim))
            score = sighting.score if sighting else None
            place = (answer.channel, answer.message, score, answer.author_hash)
            put(session, NewItem(server, "offer", occasion, claim, None, *place), now)
    for row in open_rows(session, server, "offer"):
        if row.key.split("/", 2)[2] in standing or not row.channel or not row.message:
            continue
        taken = session.get(Answer, (row.channel, row.message))
        if taken is not None and taken.kind != "offer":
            session.delete(row)
    session.flush()


MOST_PROPOSALS = 20
MOST_NEAR = 50


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Items, oldest first: the page, how many pages there are (at least 1), the counts by kind, and the oldest age."""

    items: tuple[Item, ...]
    page: int
    pages: int
    counts: Mapping[ItemKind, int]
    oldest: timedelta | None


class Queue:
    """Takes items in and shows them; `QueueDecisions` decides. Members are kept as keyed hashes only."""

    def __init__(self, base: ClaimBase, hash_key: bytes) -> None:
        self._base = base
        self._key = hash_key
        self._clock = base.clock

    def propose(
        self,
        actor: Actor,
        text: str,
        claim: str | None = None,
        place: tuple[int, int] | None = None,
        note: str = "",
        said_by: int | None = None,
    ) -> bool:
        """Let a member propose a text, as a claim or as a wording of one; False where the same waits already.

        `place` is channel and message where it was read, `said_by` its author, who may want it forgotten. Raises
        NotAllowedError, UnknownClaimError, InvalidEditError (also when a member has twenty proposals waiting).
        """
        server, form = actor.server, FormReader()
        words, why = form.needed("text", text), form.text("note", note, LINE)
        form.finish(text)
        author = hash_user(actor.user_id, self._key)
        channel, message = place or (None, None)
        payload = {"text": words, "note": why}
        payload |= {} if said_by is None else {SAID_BY: hash_user(said_by, self._key)}
        occasion = hashlib.sha256(f"{claim or ''}/{words.casefold()}".encode()).hexdigest()
        item = NewItem(server, "proposal", occasion, claim, payload, channel, message, None, author)
        with permitted(self._base.database.writing(), actor, "claim.propose") as session:
            if _waiting(session, server, "proposal", col(QueueItem.author_hash) == author) >= MOST_PROPOSALS:
                form.refuse("text", "{most} of your proposals wait.", "Wait for the moderators.", most=MOST_PROPOSALS)
            form.finish(text)
            if claim is not None and not any(
                each.status == "published" for each in read_claims(session, server, claim)
            ):
                raise UnknownClaimError(claim)
            return put(session, item, self._clock())

    def note_near_miss(self, server: int, channel: int, message: int, author: int, claim: str, score: float) -> bool:
        """Note a match just under the cut-off, by its message's ids; False also where fifty of them wait."""
        mark = hash_user(author, self._key)
        item = NewItem(server, "near", f"{message}/{claim}", claim, None, channel, message, score, mark)
        with self._base.database.writing() as session:
            return _waiting(session, server, "near") < MOST_NEAR and put(session, item, self._clock())

    def channels(self, actor: Actor) -> frozenset[int]:
        """Return the channels of which items wait in the actor's server."""
        waiting = (col(QueueItem.server) == actor.server, col(QueueItem.state) == "open")
        with permitted(self._base.database.reading(), actor, "queue.see") as session:
            found = session.scalars(select(col(QueueItem.channel)).where(*waiting).distinct())
            return frozenset(channel for channel in found if channel is not None)

    def items(
        self,
        actor: Actor,
        page: int = 0,
        kind: ItemKind | None = None,
        size: int = 10,
        hidden: Collection[int] = frozenset(),
        document: str = "",
    ) -> QueuePage:
        """Return a page of what waits in the actor's server; what has become due is looked up first.

        Items of `hidden` channels, which the actor cannot see, are left out and not counted. `document`: only what
        comes from it.
        """
        now = self._clock()
        waiting = _seen(actor, hidden) & is_from([document]) if document else _seen(actor, hidden)
        shown = waiting if kind is None else waiting & (col(QueueItem.kind) == kind)
        with permitted(self._base.database.reading(), actor, "queue.see") as session:
            wanted = due(session, actor.server, now)
        with self._base.database.writing() as session:
            fill(session, actor.server, wanted, now)
        with self._base.database.reading() as session:
            query = select(QueueItem).where(shown).order_by(col(QueueItem.created_at), col(QueueItem.id))
            rows = session.scalars(query.offset(page * size).limit(size)).all()
            counted = select(col(QueueItem.kind), func.count()).where(waiting).group_by(col(QueueItem.kind))
            counts: dict[ItemKind, int] = {
                cast("ItemKind", row[0]): row[1] for row in session.connection().execute(counted)
            }
            oldest = session.scalar(select(QueueItem).where(waiting).order_by(col(QueueItem.created_at)).limit(1))
            items = tuple(item_of(row, now, reports_of(session, row)) for row in rows)
        total = counts.get(kind, 0) if kind else sum(counts.values())
        return QueuePage(items, page, max(1, -(-total // size)), counts, now - oldest.created_at if oldest else None)

    def next(
        self,
        actor: Actor,
        after: int | None = None,
        kind: ItemKind | None = None,
        hidden: Collection[int] = frozenset(),
    ) -> Item | None:
        """Return the oldest open item that came after the numbered one, else the oldest of all; None where none is."""
        waiting = _seen(actor, hidden)
        if kind is not None:
            waiting &= col(QueueItem.kind) == kind
        query = select(QueueItem).where(waiting).order_by(col(QueueItem.created_at), col(QueueItem.id)).limit(1)
        with permitted(self._base.database.reading(), actor, "queue.see") as session:
            last = session.get(QueueItem, after) if after is not None else None
            row = session.scalar(query.where(_later(last))) if last is not None else None
            row = row or session.scalar(query)
            return item_of(row, self._clock(), reports_of(session, row)) if row is not None else None


def _waiting(session: Session, server: int | None, kind: ItemKind, *conditions: ColumnElement[bool]) -> int:
    open_ones = (col(QueueItem.server) == server, col(QueueItem.kind) == kind, col(QueueItem.state) == "open")
    return session.scalar(select(func.count()).select_from(QueueItem).where(*open_ones, *conditions)) or 0


def _seen(actor: Actor, hidden: Collection[int]) -> ColumnElement[bool]:
    waiting = (col(QueueItem.server) == actor.server) & (col(QueueItem.state) == "open")
    if not hidden:
        return waiting
    return waiting & (col(QueueItem.channel).is_(None) | col(QueueItem.channel).not_in(hidden))


def _later(last: QueueItem) -> ColumnElement[bool]:
    same = (col(QueueItem.created_at) == last.created_at) & (col(QueueItem.id) > last.id)
    return (col(QueueItem.created_at) > last.created_at) | same
