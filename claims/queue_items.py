"""Items of the queue: what waits, since when, and how items come in; each occasion waits once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import func, select
from sqlmodel import Session, col

from claims.dialect import insert_into, rows_written
from claims.tables import Feedback, QueueItem

ItemKind = Literal["proposal", "candidate", "feedback", "paused", "stale", "offer", "near"]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to decide.

    proposal: a member proposes `payload["text"]`, as a claim or (with `claim`) as a wording; candidate: so does a
    document, with `payload["title_en"]`, `payload["title_zh"]` and its `payload["source"]`; feedback: members report a
    card, `payload["kind"]` says what, `reports` by how many; paused: reports have paused the claim; stale: its
    `review_by` is past; offer: nobody took it; near: a match just under the cut-off. `channel` and `message` name the
    message meant; its text is never kept.
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

    @property
    def link(self) -> str | None:
        """Return the address of the message, for those who may see it in Discord."""
        if self.server is None or self.channel is None or self.message is None:
            return None
        return f"https://discord.com/channels/{self.server}/{self.channel}/{self.message}"


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


def put(session: Session, item: NewItem, at: datetime) -> bool:
    """Put an item into the queue; False where the same occasion waits already, or has been decided."""
    row = {
        "server": item.server,
        "kind": item.kind,
        "key": f"{item.server or 'shared'}/{item.kind}/{item.occasion}",
        "claim": item.claim,
        "payload": item.payload or {},
        "channel": item.channel,
        "message": item.message,
        "score": item.score,
        "author_hash": item.author_hash,
        "created_at": at,
        "state": "open",
    }
    return bool(rows_written(session, insert_into(session, QueueItem).values(row).on_conflict_do_nothing()))


def open_rows(session: Session, server: int | None, kind: ItemKind | None = None) -> list[QueueItem]:
    """Return the rows that wait in the server, oldest first."""
    waiting = (col(QueueItem.server) == server) & (col(QueueItem.state) == "open")
    if kind is not None:
        waiting &= col(QueueItem.kind) == kind
    return list(session.scalars(select(QueueItem).where(waiting).order_by(col(QueueItem.id))))


def item_of(row: QueueItem, now: datetime, reports: int = 0) -> Item:
    """Return a row as a value."""
    return Item(
        row.id or 0,
        row.server,
        cast("ItemKind", row.kind),
        row.claim,
        row.payload,
        row.channel,
        row.message,
        row.score,
        row.created_at,
        now - row.created_at,
        reports,
    )


def reports_of(session: Session, row: QueueItem) -> int:
    """Return how many members have reported what the item is about; 0 for other kinds than feedback."""
    if row.kind != "feedback":
        return 0
    card = (col(Feedback.card_message) == row.payload["card"], col(Feedback.claim) == row.claim)
    query = select(func.count()).select_from(Feedback).where(*card, col(Feedback.kind) == row.payload["kind"])
    return session.scalar(query) or 0
