"""Claims and what belongs to them."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, Index, text
from sqlmodel import Field

from claims.tables.columns import Moment, Table

SHARED = text("server IS NULL")
OWN = text("server IS NOT NULL")


class Claim(Table, table=True):
    """A claim: shared where `server` is NULL, else a server's own, or its override of the shared one of that id.

    `version` grows with each change; `loaded_digest` is the digest of the state that a pack last gave it, so that a
    change made by moderators shows; `position` is the place in its pack.
    """

    __table_args__ = (
        Index("uq_claim_id_shared", "id", unique=True, sqlite_where=SHARED, postgresql_where=SHARED),
        Index("uq_claim_id_server", "id", "server", unique=True, sqlite_where=OWN, postgresql_where=OWN),
    )

    key: int | None = Field(default=None, primary_key=True)
    id: str
    server: int | None = Field(default=None, sa_type=BigInteger, index=True)
    pack: str | None = Field(default=None, foreign_key="pack.id", index=True)
    position: int
    kind: str
    title_en: str
    title_zh: str
    as_of: date
    review_by: date | None = None
    status: str
    version: int
    loaded_digest: str | None = None
    edited_by: str | None = None
    changed_at: datetime = Field(sa_type=Moment)


class ClaimOverride(Table, table=True):
    """What a server sets on a claim without writing its own: muted, another cut-off; the text follows the pack.

    `paused` and `raised_to` are what members' reports have led to; those from before `reports_from` are dealt with.
    """

    server: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    claim: str = Field(primary_key=True)
    muted: bool = False
    cut_off: float | None = None
    paused: bool = False
    raised_to: float | None = None
    reports_from: datetime | None = Field(default=None, sa_type=Moment)
    changed_at: datetime = Field(sa_type=Moment)


class Wording(Table, table=True):
    """One way to say a claim, or to dispute it (`denies`); a negative wording means: never match this."""

    key: int | None = Field(default=None, primary_key=True)
    claim: int = Field(foreign_key="claim.key", ondelete="CASCADE", index=True)
    position: int
    language: str
    text: str
    negative: bool
    denies: bool = False


class Figure(Table, table=True):
    """A documented quantity of a claim."""

    key: int | None = Field(default=None, primary_key=True)
    claim: int = Field(foreign_key="claim.key", ondelete="CASCADE", index=True)
    position: int
    low: float
    high: float
    unit: str
    bound: str
    role: str
    subject_en: str
    subject_zh: str


class Point(Table, table=True):
    """One statement for, against or about a claim."""

    key: int | None = Field(default=None, primary_key=True)
    claim: int = Field(foreign_key="claim.key", ondelete="CASCADE", index=True)
    position: int
    role: str
    speaker_en: str
    speaker_zh: str
    date: str
    text_en: str
    text_zh: str
    numbers: list[str] = Field(sa_type=JSON)


class Citation(Table, table=True):
    """A span of a document's raw text (`end` is exclusive) and the SHA-256 of that span."""

    key: int | None = Field(default=None, primary_key=True)
    point: int = Field(foreign_key="point.key", ondelete="CASCADE", index=True)
    position: int
    document: str = Field(foreign_key="document.id", index=True)
    start: int
    end: int
    sha256: str
