"""A whole base copied from one database into another, such as from a file into PostgreSQL, and held against it."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, inspect, literal, select, text
from sqlalchemy import Table as SqlTable
from sqlalchemy import table as sql_table

from claims.documents.loading import SourceCheck
from claims.migrations import newest_step
from claims.store.copying import HALF_COPIED, current_step, upgrade
from claims.store.database import Database, database_file, read_url
from claims.store.server_settings import ChangeCount
from claims.store.tables import Table
from claims.store.vectors import WordingVector
from config.errors import DatabaseError, msgid, worded
from config.languages import ByLanguage

_BATCH = 500
_WHOLE = 1 << 256
# Where Alembic keeps at which step the tables are.
_STEPS = "alembic_version"
# What stands beside its readers, and not in `claims.store.tables`, is known, and copied, because it is imported here.
_ELSEWHERE: tuple[type[Table], ...] = (ChangeCount, SourceCheck, WordingVector)
# Called with a table's name, how many of its rows are copied, and how many there are.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """One table after the copy: how many rows it has on both sides, and the digest that these have in common."""

    name: str
    rows: int
    digest: str


def copy_base_between(source_url: str, target_url: str, told: Progress) -> tuple[CopiedTable, ...]:
    """Copy all rows, and hold counts and digests of both sides against each other.

    The target must hold nothing, or what an earlier copy of the same source has left half done, which is gone on with.
    Until it is whole, no Touchstone opens it. The source is not changed. Raises DatabaseError.
    """
    file = database_file(read_url(source_url))
    if file is not None and not file.is_file():
        raise DatabaseError(worded("There is no claim base at {file} to copy. Check the first address.", file=file))
    if read_url(source_url) == read_url(target_url):
        raise DatabaseError(worded("Both addresses name the same base. Name another one to copy into."))
    source = Database(source_url)
    try:
        target = Database(target_url)
        try:
            return _copied(source, target, told)
        finally:
            target.close()
    finally:
        source.close()


def _copied(source: Database, target: Database, told: Progress) -> tuple[CopiedTable, ...]:
    with source.reading() as session:
        reader = session.connection()
        if current_step(reader) != newest_step():
            said = msgid(
                "The claim base {place} is not of this version. Open it once with this Touchstone, "
                "such as by `touchstone claims list`, which brings it up to date."
            )
            raise DatabaseError(worded(said, place=source.place))
        for name in sorted(set(inspect(reader).get_table_names()) - {_STEPS, *Table.metadata.tables}):
            said = msgid("{place} has a table {table!r} that is not Touchstone's. Move it into another database first.")
            raise DatabaseError(worded(said, place=source.place, table=name))
        _make_ready(target)
        for table in Table.metadata.sorted_tables:
            _copy_table(reader, target, table, told)
        copied = tuple(_compared(reader, target, table) for table in Table.metadata.sorted_tables)
        _finish(reader, target)
    return copied


def _make_ready(target: Database) -> None:
    """Make the tables, and mark the base as half copied; refuse one that holds anything else than half a copy."""
    with target.reading() as session:
        connection = session.connection()
        if current_step(connection) == HALF_COPIED:
            return
        # Before its tables are touched: they may be of an older version, or another program's.
        for name in sorted(set(inspect(connection).get_table_names()) - {_STEPS}):
            if connection.scalar(select(literal(1)).select_from(sql_table(name)).limit(1)):
                said = msgid(
                    "{place} is not empty: it has rows in {table!r}. "
                    "Name a database without any rows in its tables; a new one is best."
                )
                raise DatabaseError(worded(said, place=target.place, table=name))
    upgrade(target)
    with target.connecting() as connection:
        _set_step(connection, HALF_COPIED)


def _copy_table(reader: Connection, target: Database, table: SqlTable, told: Progress) -> None:
    """Copy what the target lacks, in the order of the key: what it has is the beginning."""
    total = _count(reader, table)
    with target.reading() as session:
        done = _count(session.connection(), table)
    if done > total:
        raise _changed(target, table)
    told(table.name, done, total)
    rows = reader.execute(
        select(table).order_by(*table.primary_key.columns).offset(done), execution_options={"yield_per": _BATCH}
    )
    for batch in rows.mappings().partitions(_BATCH):
        with target.writing() as session:
            session.connection().execute(insert(table), [dict(row) for row in batch])
        done += len(batch)
        told(table.name, done, total)


def _compared(reader: Connection, target: Database, table: SqlTable) -> CopiedTable:
    with target.reading() as session:
        given, taken = _digest(reader, table), _digest(session.connection(), table)
    if given != taken:
        raise _changed(target, table)
    rows, digest = given
    return CopiedTable(table.name, rows, f"{digest:064x}")


def _changed(target: Database, table: SqlTable) -> DatabaseError:
    said = msgid(
        "{place} is not what the source says in {table!r}. "
        "Was the source written to between two tries? Empty the target, stop the bot, and copy again."
    )
    return DatabaseError(worded(said, place=target.place, table=table.name))


def _count(connection: Connection, table: SqlTable) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _digest(connection: Connection, table: SqlTable) -> tuple[int, int]:
    """Return how many rows there are, and a digest of them all; the databases sort texts each in its own way."""
    count = total = 0
    for row in connection.execute(select(table), execution_options={"yield_per": _BATCH}):
        count += 1
        total = (total + int.from_bytes(hashlib.sha256(_plain(row)).digest(), "big")) % _WHOLE
    return count, total


def _plain(row: Row[Any]) -> bytes:
    return json.dumps(list(row), default=_plain_value, sort_keys=True, ensure_ascii=True).encode()


def _plain_value(value: object) -> object:
    if isinstance(value, ByLanguage):
        return value.plain
    return value.isoformat() if isinstance(value, date | datetime) else bytes(value).hex()  # pyright: ignore[reportArgumentType]


def _finish(reader: Connection, target: Database) -> None:
    with target.connecting() as connection:
        for table in Table.metadata.sorted_tables:
            _go_on_counting(reader, connection, table)
        _set_step(connection, newest_step())


def _go_on_counting(reader: Connection, connection: Connection, table: SqlTable) -> None:
    """Let new rows be numbered from behind all that the source has ever had, also those that are gone.

    Numbers of the queue stand on buttons in Discord: one that came again would decide about something else.
    """
    column = table.autoincrement_column
    if column is None:
        return
    last = max(connection.scalar(select(func.max(column))) or 0, _last_number(reader, table))
    if not last:
        return
    if connection.dialect.name != "sqlite":
        given = {"table": f'"{table.name}"', "column": column.name, "last": last}
        connection.execute(text("SELECT setval(pg_get_serial_sequence(:table, :column), :last)"), given)
    elif table.dialect_options["sqlite"]["autoincrement"]:
        given = {"table": table.name, "last": last}
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :table"), given)
        connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :last)"), given)


def _last_number(reader: Connection, table: SqlTable) -> int:
    column = table.autoincrement_column
    if column is None:
        return 0
    if reader.dialect.name != "sqlite":
        given = {"table": f'"{table.name}"', "column": column.name}
        of_all = "SELECT pg_sequence_last_value(pg_get_serial_sequence(:table, :column)::regclass)"
        return reader.scalar(text(of_all), given) or 0
    return reader.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :table"), {"table": table.name}) or 0


def _set_step(connection: Connection, step: str) -> None:
    connection.execute(text("UPDATE alembic_version SET version_num = :step"), {"step": step})
