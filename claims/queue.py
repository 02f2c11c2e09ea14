"""The queue of a server: what its moderators have to decide, and what was decided."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from sqlalchemy import ColumnElement, delete, func, select
from sqlmodel import Session, col

from claims.base import ClaimBase, Clock
from claims.claim_reading import read_claims
from claims.form_reading import LINE, FormReader
from claims.identity import hash_user
from claims.queue_filling import fill
from claims.queue_items import Item, ItemKind, NewItem, item_of, put, reports_of
from claims.rights import Actor, permit
from claims.tables import QueueItem
from config.errors import UnknownClaimError

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

    def __init__(self, base: ClaimBase, hash_key: bytes, clock: Clock | None = None) -> None:
        self._base = base
        self._key = hash_key
        self._clock = clock or base.clock

    def propose(
        self, actor: Actor, text: str, claim: str | None = None, place: tuple[int, int] | None = None, note: str = ""
    ) -> bool:
        """Let a member propose a text, as a claim or as a wording of one; False where the same waits already.

        `place` is channel and message where it was read. Raises NotAllowedError, UnknownClaimError, InvalidEditError
        (also when a member has twenty proposals waiting).
        """
        server, form = actor.server, FormReader()
        words, why = form.needed("text", text), form.text("note", note, LINE)
        form.finish(text)
        author = hash_user(actor.user_id, self._key)
        channel, message = place or (None, None)
        payload = {"text": words, "note": why}
        occasion = hashlib.sha256(f"{claim or ''}/{words.casefold()}".encode()).hexdigest()
        item = NewItem(server, "proposal", occasion, claim, payload, channel, message, None, author)
        with self._base.database.writing() as session:
            permit(session, actor, "claim.propose")
            if _waiting(session, server, "proposal", col(QueueItem.author_hash) == author) >= MOST_PROPOSALS:
                form.refuse("text", "{most} of your proposals wait.", "Wait for the moderators.", most=MOST_PROPOSALS)
            form.finish(text)
            if claim is not None and not any(
                each.status == "published" for each in read_claims(session, server, claim)
            ):
                raise UnknownClaimError(claim)
            return put(session, item, self._clock())

    def add_candidate(self, server: int | None, occasion: str, payload: dict[str, str]) -> bool:
        """Let a document propose a claim (None: to the operator); `occasion` is the same for the same passage."""
        with self._base.database.writing() as session:
            return put(session, NewItem(server, "candidate", occasion, payload=payload), self._clock())

    def note_near_miss(self, server: int, channel: int, message: int, author: int, claim: str, score: float) -> bool:
        """Note a match just under the cut-off, by its message's ids; False also where fifty of them wait."""
        mark = hash_user(author, self._key)
        item = NewItem(server, "near", f"{message}/{claim}", claim, None, channel, message, score, mark)
        with self._base.database.writing() as session:
            return _waiting(session, server, "near") < MOST_NEAR and put(session, item, self._clock())

    def items(self, actor: Actor, page: int = 0, kind: ItemKind | None = None, size: int = 10) -> QueuePage:
        """Return a page of what waits in the actor's server; stale claims and untaken offers are looked up first."""
        now = self._clock()
        waiting = (col(QueueItem.server) == actor.server) & (col(QueueItem.state) == "open")
        shown = waiting if kind is None else waiting & (col(QueueItem.kind) == kind)
        with self._base.database.writing() as session:
            permit(session, actor, "queue.see")
            fill(session, actor.server, now)
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

    def next(self, actor: Actor, after: int | None = None, kind: ItemKind | None = None) -> Item | None:
        """Return the oldest open item that came after the numbered one, else the oldest of all; None where none is."""
        waiting = (col(QueueItem.server) == actor.server) & (col(QueueItem.state) == "open")
        if kind is not None:
            waiting &= col(QueueItem.kind) == kind
        query = select(QueueItem).where(waiting).order_by(col(QueueItem.created_at), col(QueueItem.id)).limit(1)
        with self._base.database.reading() as session:
            permit(session, actor, "queue.see")
            last = session.get(QueueItem, after) if after is not None else None
            row = session.scalar(query.where(_later(last))) if last is not None else None
            row = row or session.scalar(query)
            return item_of(row, self._clock(), reports_of(session, row)) if row is not None else None

    def purge(self, older_than: timedelta) -> int:
        """Drop what was decided before, and near misses and offers that nobody has looked at; return how many."""
        end = self._clock() - older_than
        old = (col(QueueItem.decided_at) < end) | (
            col(QueueItem.kind).in_(("near", "offer")) & (col(QueueItem.created_at) < end)
        )
        with self._base.database.writing() as session:
            return session.connection().execute(delete(QueueItem).where(old)).rowcount


def _waiting(session: Session, server: int | None, kind: ItemKind, *conditions: ColumnElement[bool]) -> int:
    open_ones = (col(QueueItem.server) == server, col(QueueItem.kind) == kind, col(QueueItem.state) == "open")
    return session.scalar(select(func.count()).select_from(QueueItem).where(*open_ones, *conditions)) or 0


def _later(last: QueueItem) -> ColumnElement[bool]:
    same = (col(QueueItem.created_at) == last.created_at) & (col(QueueItem.id) > last.id)
    return (col(QueueItem.created_at) > last.created_at) | same
