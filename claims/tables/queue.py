"""What waits for a moderator, and what a moderator has kept."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index
from sqlmodel import Field

from claims.tables.columns import Moment, Table


class QueueItem(Table, table=True):
    """One thing to decide; `key` names its occasion, so that the same occasion never waits twice.

    `payload` holds what a member or a document proposes; a message is only ever named by its ids.
    """

    __table_args__ = (Index("ix_queue_item_server_state", "server", "state"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    server: int | None = Field(default=None, sa_type=BigInteger)
    kind: str
    key: str = Field(unique=True)
    claim: str | None = None
    payload: dict[str, Any] = Field(sa_type=JSON)
    channel: int | None = Field(default=None, sa_type=BigInteger)
    message: int | None = Field(default=None, sa_type=BigInteger)
    score: float | None = None
    author_hash: str | None = Field(default=None, index=True)
    created_at: datetime = Field(sa_type=Moment)
    state: str
    decision: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Moment)


class Example(Table, table=True):
    """A labelled message of a server's own evaluation set: kept by a moderator, deleted at its author's wish."""

    id: int | None = Field(default=None, primary_key=True)
    server: int = Field(sa_type=BigInteger, index=True)
    claim: str
    makes_claim: bool
    text: str
    channel: int = Field(sa_type=BigInteger)
    message: int = Field(sa_type=BigInteger)
    author_hash: str = Field(index=True)
    kept_by: str
    kept_at: datetime = Field(sa_type=Moment)


class FormDraft(Table, table=True):
    """What somebody typed into a form that could not be written; a short time only."""

    server: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    user_hash: str = Field(primary_key=True)
    form: str = Field(primary_key=True)
    fields: dict[str, str] = Field(sa_type=JSON)
    saved_at: datetime = Field(sa_type=Moment, index=True)
