"""Packs as loaded."""

from datetime import date, datetime

from sqlmodel import Field

from claims.tables.columns import Moment, Table


class Pack(Table, table=True):
    """A versioned file of claims; `sha256` is that of the file last loaded."""

    id: str = Field(primary_key=True)
    version: int
    title_en: str
    title_zh: str
    licence: str
    as_of: date
    sha256: str
    loaded_at: datetime = Field(sa_type=Moment)
