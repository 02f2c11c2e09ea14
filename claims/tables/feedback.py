"""What members report about cards."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from claims.tables.columns import Moment, Table


class Feedback(Table, table=True):
    """One report by one member about one claim on one card (`kind` such as `not-said`, `wrong`, `out-of-date`)."""

    card_message: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    claim: str = Field(primary_key=True)
    reporter_hash: str = Field(primary_key=True)
    server: int = Field(sa_type=BigInteger, index=True)
    kind: str
    reported_at: datetime = Field(sa_type=Moment)
