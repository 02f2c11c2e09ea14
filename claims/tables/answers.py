"""What the bot has answered or offered to answer."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger
from sqlmodel import Field

from claims.tables.columns import Moment, Table


class Answer(Table, table=True):
    """One message that was taken for an answer; its row keeps every process from answering it again.

    `kind` is `offer` or `reply`; `offered` stays true when an offer has become a reply;
    `shown` is the digest of what its card shows of each claim, and `language` what the card is written in.
    """

    message: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    server: int = Field(sa_type=BigInteger, index=True)
    channel: int = Field(sa_type=BigInteger)
    author_hash: str | None = Field(default=None, index=True)
    claims: list[str] = Field(sa_type=JSON)
    kind: str
    offered: bool
    card_message: int | None = Field(default=None, sa_type=BigInteger, unique=True)
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
