"""Revisions: append-only; triggers in the database refuse an update or a delete of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index
from sqlmodel import Field

from claims.tables.columns import Moment, Table


class Revision(Table, table=True):
    """One act that changed the base: who did what, when and why; a bulk change is one revision with many changes.

    `actor` is a Discord user id or a word such as `operator`; `undoes` names the revision that this one takes back.
    """

    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=Moment)
    actor: str
    act: str
    reason: str
    server: int | None = Field(default=None, sa_type=BigInteger, index=True)
    undoes: int | None = None


class Change(Table, table=True):
    """What a revision did to one thing: its whole state before (None: it was new) and after (None: it is gone)."""

    __table_args__ = (Index("ix_change_kind_subject", "kind", "subject"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    revision: int = Field(foreign_key="revision.id", index=True)
    kind: str
    subject: str
    before: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))  # pyright: ignore[reportArgumentType]
    after: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))  # pyright: ignore[reportArgumentType]
