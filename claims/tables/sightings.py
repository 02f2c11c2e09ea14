"""Matches seen in chat, without their text."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from claims.tables.columns import Moment, Table


class Sighting(Table, table=True):
    """A claim found in a message, and what the bot did; the author only as a keyed hash."""

    message: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    claim: str = Field(primary_key=True)
    server: int = Field(sa_type=BigInteger, index=True)
    channel: int = Field(sa_type=BigInteger)
    author_hash: str = Field(index=True)
    score: float
    stance: str
    action: str
    claim_version: int
    seen_at: datetime = Field(sa_type=Moment, index=True)
