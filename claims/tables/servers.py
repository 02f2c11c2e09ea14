"""What a Discord server has set."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger
from sqlmodel import Field

from claims.tables.columns import Moment, Table


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
    changed_at: datetime = Field(sa_type=Moment)


class Channel(Table, table=True):
    """The mode of a channel; a channel without a row is off."""

    server: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    channel: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    mode: str
    changed_at: datetime = Field(sa_type=Moment)
