"""Inserts that meet an existing row: the same construct in SQLite and PostgreSQL."""

from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from claims.tables import Table

ConflictInsert = postgresql.Insert | sqlite.Insert


def insert_into(session: Session, table: type[Table]) -> ConflictInsert:
    """Return an insert of the session's own database, which knows what to do on a conflict."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def rows_written(session: Session, statement: Executable) -> int:
    """Run the statement; return how many rows it wrote."""
    # Without the option, the count of an insert is lost in PostgreSQL.
    return session.connection().execute(statement, execution_options={"preserve_rowcount": True}).rowcount
