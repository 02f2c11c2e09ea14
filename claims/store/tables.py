"""The tables of the base, as their rows are now, but for those that one file alone reads and writes: they stand there.

`claims/migrations` says how an older base becomes this one.
"""

import re
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Index, MetaData, UniqueConstraint, func, select, text
from sqlalchemy.orm import declared_attr
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, Session, SQLModel, col

from config.languages import ByLanguage

NAMES = {kind: f"{kind}_%(table_name)s_%(column_0_N_name)s" for kind in ("ix", "uq", "fk")}
NAMES.update({"ck": "ck_%(table_name)s_%(constraint_name)s", "pk": "pk_%(table_name)s"})


class Table(SQLModel):
    """Base of all tables: `DocumentText` is kept as `document_text`, and constraints have the same names everywhere."""

    model_config = {"arbitrary_types_allowed": True, "defer_build": True}
    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)  # pyright: ignore[reportIncompatibleVariableOverride]

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805  # pyright: ignore[reportIncompatibleVariableOverride]
        """Return the class's name in snake case."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()


class Moment(TypeDecorator[datetime]):
    """A point in time, always in UTC; SQLite keeps no time zone, so it is put back on reading."""

    impl, cache_ok = DateTime(timezone=True), True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn an aware moment to UTC; a naive one raises ValueError."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back an aware moment in UTC."""
        return value and (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))


class Texts(TypeDecorator[ByLanguage]):
    """A text in several languages: a column that holds one more language without any change of the tables."""

    impl, cache_ok = JSON, True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002
        """Turn the texts to plain data."""
        return None if value is None else ByLanguage(value).plain

    def process_result_value(self, value: Any, dialect: Dialect) -> ByLanguage | None:  # noqa: ANN401, ARG002
        """Give back the texts."""
        return None if value is None else ByLanguage(value)


class Pack(Table, table=True):
    """A versioned file of claims; `sha256` is that of the file last loaded; not `in_force`: kept and not answered."""

    id: str = Field(primary_key=True)
    version: int
    title: ByLanguage = Field(sa_type=Texts)
    licence: str
    as_of: date
    sha256: str
    loaded_at: datetime = Field(sa_type=Moment)
    in_force: bool = True


class Document(Table, table=True):
    """A document that claims cite; `sha256` is that of its raw file; `server` is set on a server's own source."""

    id: str = Field(primary_key=True)
    title: str
    author: str
    publisher: str
    published: str
    language: str
    address: str | None = None
    sha256: str = Field(index=True)
    server: int | None = Field(default=None, sa_type=BigInteger)


class DocumentText(Table, table=True):
    """The raw text of a file that an operator has loaded, by the SHA-256 of the file."""

    sha256: str = Field(primary_key=True)
    text: str
    loaded_at: datetime = Field(sa_type=Moment)


SHARED = text("server IS NULL")
OWN = text("server IS NOT NULL")


class Claim(Table, table=True):
    """A claim: shared where `server` is NULL, else a server's own, or its override of the shared one of that id.

    `version` grows with each change; `loaded_digest` is the fingerprint of the state that a pack last gave it, so that
    a change made by moderators shows; `position` is the place in its pack.
    """

    # They hold for the same rows in PostgreSQL, as its migration says; to name it here would load all its drivers.
    __table_args__ = (
        Index("uq_claim_id_shared", "id", unique=True, sqlite_where=SHARED),
        Index("uq_claim_id_server", "id", "server", unique=True, sqlite_where=OWN),
    )

    key: int | None = Field(default=None, primary_key=True)
    id: str
    server: int | None = Field(default=None, sa_type=BigInteger, index=True)
    pack: str | None = Field(default=None, foreign_key="pack.id", index=True)
    position: int
    kind: str
    title: ByLanguage = Field(sa_type=Texts)
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
    subject: ByLanguage = Field(sa_type=Texts)
    documented_low: float | None = None
    documented_high: float | None = None
    documented_bound: str = "exactly"
    documented_place: str = ""


class Point(Table, table=True):
    """One statement for, against or about a claim."""

    key: int | None = Field(default=None, primary_key=True)
    claim: int = Field(foreign_key="claim.key", ondelete="CASCADE", index=True)
    position: int
    role: str
    speaker: ByLanguage = Field(sa_type=Texts)
    date: str
    text: ByLanguage = Field(sa_type=Texts)
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


class ChangeRow(Table, table=True):
    """What a revision did to one thing: its whole state before (None: it was new) and after (None: it is gone)."""

    __tablename__ = "change"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_change_kind_subject", "kind", "subject"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    revision: int = Field(foreign_key="revision.id", index=True)
    kind: str
    subject: str
    before: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))  # pyright: ignore[reportArgumentType]
    after: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))  # pyright: ignore[reportArgumentType]


class Server(Table, table=True):
    """Settings of one server; NULL means: as the operator has set it."""

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    language: str | None = None
    moderator_roles: list[int] = Field(sa_type=JSON)
    cooldown_hours: float | None = None
    packs: list[str] | None = Field(default=None, sa_type=JSON(none_as_null=True))  # pyright: ignore[reportArgumentType]
    cut_off: float | None = None
    budget: float | None = None
    digest_channel: int | None = Field(default=None, sa_type=BigInteger)
    digest_at: datetime | None = Field(default=None, sa_type=Moment)
    pause_reports: int | None = None
    correction_days: int | None = None
    setup_step: str | None = None
    moderators_channel: int | None = Field(default=None, sa_type=BigInteger)
    answer_log: bool | None = None
    budget_spent: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))  # pyright: ignore[reportArgumentType]
    budget_told_at: datetime | None = Field(default=None, sa_type=Moment)
    card_form: str | None = None
    cards_per_hour: int | None = None
    outside_checks: bool | None = None
    exempt_roles: list[int] | None = Field(default=None, sa_type=JSON(none_as_null=True))  # pyright: ignore[reportArgumentType]
    snoozed_until: int | None = Field(default=None, sa_type=BigInteger)
    changed_at: datetime = Field(sa_type=Moment)


class Channel(Table, table=True):
    """The mode of a channel, and what it has set for itself; a channel without a row is off."""

    server: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    channel: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    mode: str
    cooldown_hours: float | None = None
    cut_off: float | None = None
    snoozed_until: int | None = Field(default=None, sa_type=BigInteger)
    changed_at: datetime = Field(sa_type=Moment)


class Exemption(Table, table=True):
    """Somebody whom the bot leaves alone, as a keyed hash: at moderators' wish in their server, at their own anywhere.

    `server` is 0 for a member's own wish.
    """

    server: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    user_hash: str = Field(primary_key=True)


class Answer(Table, table=True):
    """One message of a channel that was taken for an answer; its row keeps every process from answering it again.

    `kind` is `offer`, `reply`, `retracted` (a reply, by its author) or `lapsed` (an offer whose message or claim has
    gone); `offered` stays true when an offer has become a reply; `shown` is the fingerprint of what its card shows of
    each claim, and `language` what the card is written in.
    """

    __table_args__ = (UniqueConstraint("channel", "card_message"),)

    channel: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    message: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    server: int = Field(sa_type=BigInteger, index=True)
    author_hash: str | None = Field(default=None, index=True)
    claims: list[str] = Field(sa_type=JSON)
    kind: str
    offered: bool
    card_message: int | None = Field(default=None, sa_type=BigInteger)
    hidden: bool = False
    shown: dict[str, str] | None = Field(default=None, sa_type=JSON(none_as_null=True))  # pyright: ignore[reportArgumentType]
    language: str | None = None
    taken_at: datetime = Field(sa_type=Moment, index=True)


class Cooldown(Table, table=True):
    """When a claim was last answered in a channel, and for which message."""

    channel: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    claim: str = Field(primary_key=True)
    message: int = Field(sa_type=BigInteger, index=True)
    answered_at: datetime = Field(sa_type=Moment)


class Sighting(Table, table=True):
    """A claim found in a message, and what the bot did; the author only as a keyed hash."""

    channel: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    message: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    claim: str = Field(primary_key=True)
    server: int = Field(sa_type=BigInteger, index=True)
    author_hash: str = Field(index=True)
    score: float
    stance: str
    action: str
    claim_version: int
    seen_at: datetime = Field(sa_type=Moment, index=True)


class Feedback(Table, table=True):
    """One report (`kind`) by one member about one claim on one card; `weight`: 1 for a settled member."""

    channel: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    card_message: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    claim: str = Field(primary_key=True)
    reporter_hash: str = Field(primary_key=True)
    server: int = Field(sa_type=BigInteger, index=True)
    kind: str
    weight: float = 1.0
    is_author: bool = False
    reported_at: datetime = Field(sa_type=Moment)


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


class ShadowDay(Table, table=True):
    """How many messages of a channel were checked on a day, and what they would have led to."""

    server: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    channel: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    day: date = Field(primary_key=True)
    messages: int
    replies: int
    offers: int


class ShadowMatch(Table, table=True):
    """The best match of one message, and the action it would have led to."""

    channel: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    message: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    server: int = Field(sa_type=BigInteger, index=True)
    claim: str
    author_hash: str = Field(index=True)
    score: float
    stance: str
    action: str
    seen_at: datetime = Field(sa_type=Moment, index=True)


class Label(Table, table=True):
    """A moderator's word on a reply of `origin` card, backtest or shadow; NULL while it waits to be ticked."""

    channel: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    message: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    claim: str = Field(primary_key=True)
    server: int = Field(sa_type=BigInteger, index=True)
    author_hash: str | None = Field(default=None, index=True)
    score: float
    origin: str
    is_right: bool | None = None
    labelled_by: str | None = None
    noted_at: datetime = Field(sa_type=Moment, index=True)


class ExtractedChunk(Table, table=True):
    """A part of a document that a language model has looked through for a server (0: for the shared queue)."""

    server: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    document: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    tokens: int
    read_at: datetime = Field(sa_type=Moment)


def last_revision(session: Session, besides: int | None = None) -> int:
    """Return the number of the newest revision, 0 for an empty base; `besides` one that is not kept yet."""
    others = col(Revision.id).is_distinct_from(besides)
    return session.scalar(select(func.max(col(Revision.id))).where(others)) or 0
