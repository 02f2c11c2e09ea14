"""One database, SQLite or PostgreSQL: its connections and transactions, and what the two do not have in common."""

import sqlite3
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Executable, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlmodel import Session

from claims.store.tables import Table
from config.errors import DatabaseError

BUSY_MILLISECONDS = 10_000
RETRY_SECONDS = 0.02
PRIMARY_CODE = 0xFF  # the rest of an error code of SQLite's says which kind of busy
# The first one waits for locks, so that the second finds no other program in its way.
PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
)
CHANGE_LOCK = 7_380_214_011  # any number will do that nothing else in the same PostgreSQL database takes


class Database:
    """One database and its connections; safe to use from several threads and processes.

    A writing transaction takes SQLite's write lock at its start, so that it never fails half-way for a lock.
    """

    def __init__(self, url: str) -> None:
        self.url = read_url(url)
        self.file = database_file(self.url)
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        self.engine = _engine(self.url)
        self._writer = self.engine.execution_options(touchstone_write=True)

    @contextmanager
    def reading(self) -> Generator[Session]:
        """Yield a session for reads; all of them see one state of the base."""
        with self._told("read"), Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Generator[Session]:
        """Yield a session whose writes are kept together at the end, or, after an exception, not at all."""
        with self._told("written"), Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def changing(self) -> Generator[Session]:
        """Yield a writing session for a change of the base with its revision: one at a time, over all processes."""
        with self.writing() as session:
            if self.file is None:
                session.connection().execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CHANGE_LOCK})
            yield session

    @contextmanager
    def connecting(self) -> Generator[Connection]:
        """Yield a connection in a writing transaction, for migrations."""
        with self._told("opened"), self._writer.begin() as connection:
            if self.file is None:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CHANGE_LOCK})
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def _told(self, done: str) -> Generator[None]:
        try:
            yield
        except DBAPIError as error:
            place = self.file or self.url.render_as_string(hide_password=True)
            raise DatabaseError(f"The claim base {place} could not be {done}: {error.orig}. {_mend(error)}") from error


def read_url(url: str) -> URL:
    """Return the parsed address; raises DatabaseError where it is no SQLite file and no PostgreSQL database."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseError(
            "database_url cannot be read. Write sqlite:///path/to/file.db or postgresql://user@host/name."
        ) from error
    if parsed.drivername in {"postgres", "postgresql"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise DatabaseError(
            f"database_url names {parsed.drivername!r}. Touchstone keeps its base in SQLite or PostgreSQL."
        )
    if parsed.get_backend_name() == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise DatabaseError("database_url names no file. Write sqlite:///path/to/file.db.")
    return parsed


def database_file(url: URL) -> Path | None:
    """Return the SQLite file of an address, or None for PostgreSQL."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def _engine(url: URL) -> Engine:
    try:
        engine = create_engine(url, pool_pre_ping=url.get_backend_name() != "sqlite")
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise DatabaseError(
            "PostgreSQL needs its driver. Install it with: pip install 'touchstone-bot[postgres]'."
        ) from error
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401  a driver's connection has no common type
    # The driver's own BEGIN comes too late for a read that turns into a write: transactions are begun below.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        _patiently(cursor, pragma)
    cursor.close()


def _patiently(cursor: sqlite3.Cursor, pragma: str) -> None:
    # SQLite does not wait out its own busy_timeout while another connection turns the file to WAL, recovers it or
    # closes it as the last one: programs that start together would fail on each other.
    give_up = time.monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            cursor.execute(pragma)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & PRIMARY_CODE != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(RETRY_SECONDS)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("touchstone_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _mend(error: DBAPIError) -> str:
    words = str(error.orig)
    if "locked" in words:
        return "Another program holds it: try again, or stop the other one."
    if "not a database" in words or "malformed" in words:
        return "The file is damaged or no Touchstone base: put a backup in its place, or name another file."
    if "full" in words:
        return "Make room on the disk and try again; nothing was written in part."
    return "Check database_url, the rights on the file and that the database runs; `touchstone doctor` tells more."


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
