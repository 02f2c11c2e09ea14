"""What the bot would have said in channels where it only listens: counts and ids, no text."""

from datetime import date, datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from claims.tables.columns import Moment, Table


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

    message: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    server: int = Field(sa_type=BigInteger, index=True)
    channel: int = Field(sa_type=BigInteger)
    claim: str
    author_hash: str = Field(index=True)
    score: float
    stance: str
    action: str
    seen_at: datetime = Field(sa_type=Moment, index=True)
