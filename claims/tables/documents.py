"""Source documents: what is known of them, and, apart from that, their texts."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from claims.tables.columns import Moment, Table


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
