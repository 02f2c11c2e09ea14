"""Vectors of wordings, so that a start does not embed the whole base again."""

from sqlmodel import Field

from claims.tables.columns import Table


class WordingVector(Table, table=True):
    """A text's vector as one embedder made it: 32-bit floats, lowest byte first; the text only as its hash."""

    model: str = Field(primary_key=True)
    text_sha256: str = Field(primary_key=True)
    vector: bytes
