"""One database, SQLite or PostgreSQL: its connections and transactions, and what the two do not have in common."""

import copy
import os
import re
import secrets
import shutil
import sqlite3
import time
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import URL, Connection, Engine, Executable, create_engine, event, make_url, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlmodel import Session

from claims.migrations import are_anothers
from claims.store.freshness import FileFreshness, Freshness, JobLock, Newest, ServerFreshness, take_turns, tell_others
from claims.store.tables import Table
from config.errors import DatabaseError, DatabaseUnavailableError, Worded, install_hint, msgid, worded
from config.logging import blotted
from config.named_files import written_whole
from config.settings import database_secrets, shown_database

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

    ConflictInsert = postgresql.Insert | sqlite.Insert

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
# Beside a base while it is open; a base that is put in another's place must not find the other's.
LOGS = ("-wal", "-shm", "-journal")
DAMAGED = msgid(
    "The file is damaged or no base: put a copy back with `touchstone restore FILE --force`, or name another one."
)
_NO_BYTE = "disk I/O error"
# What SQLite needs beside a base to open it at all, in bytes.
_LEAST_ROOM = 1 << 16
# What the words of an error hold → what helps.
MENDS = (
    (("locked",), msgid("Another program holds it: try again, or stop the other one.")),
    (("not a database", "malformed", "decode to UTF-8"), DAMAGED),
    (("disk is full", "No space left"), msgid("Make room on the disk and try again; nothing was written in part.")),
    ((_NO_BYTE,), msgid("Look at the disk: it may be failing, or taken away.")),
    (
        ("readonly", "read-only"),
        msgid("It can only be read here: give Touchstone the right to write to the file and its folder."),
    ),
    (("password authentication", "no password supplied"), msgid("Check user and password in database_url.")),
)
_FAILURES = {
    "read": msgid("The claim base {place} could not be read: {reason}."),
    "written": msgid("The claim base {place} could not be written: {reason}."),
    "opened": msgid("The claim base {place} could not be opened: {reason}."),
}
# What each session says of the packs in force: their ids, or None where the base itself keeps which they are.
PACKS_IN_FORCE = "packs in force"
CHANGE_LOCK = 7_380_214_011  # any number will do that nothing else in the same PostgreSQL database takes
# How PostgreSQL names what another try may mend: lost connections, a server that stops or starts, locks, conflicts.
_PASSING = ("08", "40", "53300", "55P03", "57P")
# A thread takes one connection at a time; there are fewer threads than these.
_POOL: dict[str, Any] = {"pool_size": 8, "max_overflow": 24}
# A PostgreSQL server that has gone without a word is noticed within seconds, and not after a quarter of an hour.
_NOTICED = {"connect_timeout": 10, "keepalives_idle": 10, "keepalives_interval": 5, "tcp_user_timeout": 15_000}


class Database:
    """One database and its connections; safe to use from several threads and processes.

    A writing transaction takes SQLite's write lock at its start, so that it never fails half-way for a lock.
    """

    def __init__(self, url: str) -> None:
        self.url = read_url(url)
        self.file = database_file(self.url)
        self.place = str(self.file or shown_database(url))
        self._secrets = database_secrets(url)
        self.is_read_only = self.file is not None and _prepare_file(self.file)
        self.engine = _engine(self.url, read_only=self.is_read_only)
        self._writer = self.engine.execution_options(touchstone_write=True)
        # In SQLite a transaction sees one state anyway. One that writes must see what others wrote before its turn.
        self._reader = self.engine if self.file else self.engine.execution_options(isolation_level="REPEATABLE READ")
        self._freshness = _freshness(self.engine, self.file, read_only=self.is_read_only)
        self._packs: frozenset[str] | None = None

    def limited(self, packs: frozenset[str]) -> Self:
        """Return the same database over the same connections, in which only these packs are in force."""
        other = copy.copy(self)
        vars(other)["_packs"] = packs
        return other

    @contextmanager
    def reading(self) -> Generator[Session]:
        """Yield a session for reads; all of them see one state of the base."""
        with self._told("read"), Session(self._reader, info={PACKS_IN_FORCE: self._packs}) as session:
            yield session

    @contextmanager
    def writing(self) -> Generator[Session]:
        """Yield a session whose writes are kept together at the end, or, after an exception, not at all."""
        opened = Session(self._writer, expire_on_commit=False, info={PACKS_IN_FORCE: self._packs})
        with self._told("written"), opened as session, session.begin():
            yield session

    @contextmanager
    def changing(self, *, later: bool = False) -> Generator[Session]:
        """Yield a writing session for a change that all processes have to notice: one at a time, over all of them.

        `later`: only from `take_turn` on, which PostgreSQL can do. What is written before is nothing that others write.
        """
        try:
            with self.writing() as session:
                if not later:
                    self.take_turn(session)
                yield session
                if self.file is None:
                    tell_others(session.connection())
        finally:
            self._freshness.last_change = object()

    def take_turn(self, session: Session) -> None:
        """Wait until nobody else changes the base, in any process, and let nobody until the session's end."""
        if self.file is None:
            session.connection().exec_driver_sql(f"SET LOCAL lock_timeout = {BUSY_MILLISECONDS}")
            take_turns(session, CHANGE_LOCK)

    def newest(self) -> Newest:
        """Return what was changed last, whichever process wrote it; cheap enough to ask for every message."""
        with self._told("read"):
            return self._freshness.newest()

    def seen(self) -> Newest | None:
        """Return what was changed last as it was known a moment ago, without any wait; None: ask `newest`."""
        return self._freshness.seen()

    def follow(self) -> None:
        """Hear of other processes' changes in a thread, until the database is closed, in place of asking each time."""
        self._freshness.follow()

    def job(self, name: str) -> JobLock:
        """Return a lock for something that one of all processes does at a time."""
        return JobLock(self.engine, name, self._told)

    @contextmanager
    def connecting(self) -> Generator[Connection]:
        """Yield a connection in a writing transaction, for migrations."""
        with self._told("opened"), self._writer.begin() as connection:
            if self.file is None:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CHANGE_LOCK})
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self._freshness.close()
        self.engine.dispose()

    @contextmanager
    def _told(self, done: str) -> Generator[None]:
        try:
            yield
        except DBAPIError as error:
            # The driver's words may repeat the address, and the chain of errors is logged as well.
            # PostgreSQL adds the values of the row, which may be what somebody has typed.
            told = str(error.orig).partition("\nDETAIL:")[0]
            words = self._reason(blotted(" ".join(told.split()).rstrip(".?"), self._secrets))
            kind = DatabaseUnavailableError if _passes(error.orig) else DatabaseError
            raise kind(self._failure(done, words, _mend(words))) from (None if self._secrets else error)
        except sqlite3.Error as error:
            words = self._reason(str(error))
            kind = DatabaseUnavailableError if _passes(error) else DatabaseError
            raise kind(self._failure(done, words, _mend(words))) from error
        except NoConnectionError as error:
            raise DatabaseUnavailableError(self._failure(done, worded("all connections are in use"))) from error
        except UnicodeEncodeError as error:
            said = worded("A text holds half a character, which no claim base can keep or look for. Type it again.")
            raise DatabaseError(said) from error
        except ValueError as error:
            if not _is_about_a_cell(error):
                raise
            raise DatabaseError(self._failure(done, str(error), DAMAGED)) from error

    def _failure(self, done: str, reason: str, mend: str = "") -> Worded:
        failure = worded(_FAILURES[done], place=self.place, reason=reason)
        return worded("{failure} {mend}", failure=failure, mend=worded(mend)) if mend else failure

    def _reason(self, words: str) -> str:
        """Return the words of the driver; SQLite says nothing better of a disk on which no byte is free."""
        if words == _NO_BYTE and self.file is not None:
            with suppress(OSError):
                if shutil.disk_usage(self.file.parent).free < _LEAST_ROOM:
                    return worded("the disk is full")
        return words


def read_url(url: str) -> URL:
    """Return the parsed address; raises DatabaseError where it is no SQLite file and no PostgreSQL database."""
    kind, _, rest = url.partition("://")
    if kind.partition("+")[0] == "sqlite":
        return _sqlite_url(rest)
    # SQLAlchemy takes what follows the first @ for the host, and tells it.
    if rest.partition("?")[0].count("@") > 1 or ("?" in rest.rpartition("@")[0] and "=" not in rest.rpartition("@")[0]):
        raise DatabaseError(
            worded("The password in database_url holds a sign with a meaning of its own. Write @ as %40, ? as %3F.")
        )
    try:
        parsed = make_url(url)
    # A port that is no number is a plain ValueError, with the number in it.
    except (ArgumentError, ValueError):
        said = worded("database_url cannot be read. Write sqlite:///path/to/file.db or postgresql://user@host/name.")
        raise DatabaseError(said) from None
    if parsed.drivername in {"postgres", "postgresql"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "postgresql":
        said = msgid("database_url names {driver!r}. Touchstone keeps its base in SQLite or PostgreSQL.")
        raise DatabaseError(worded(said, driver=parsed.drivername))
    return parsed


def _sqlite_url(rest: str) -> URL:
    """Return the address of a file whose path is taken as it is written: ? and % are signs like others there."""
    path = rest.removeprefix("/")
    if path in {"", ":memory:"} or not rest.startswith("/"):
        raise DatabaseError(worded("database_url names no file. Write sqlite:///path/to/file.db."))
    if option := re.search(r"\?\w+=[^/]*$", path):
        said = msgid("database_url ends with {options!r}: a SQLite file takes no options. Take them away.")
        raise DatabaseError(worded(said, options=option[0]))
    return URL.create("sqlite", database=path)


def database_file(url: URL) -> Path | None:
    """Return the SQLite file of an address, or None for PostgreSQL."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def make_folder(file: Path) -> None:
    """Make the folder of a base's file, where it is missing; raises DatabaseError."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        said = worded(
            "The folder {folder} for the claim base cannot be made ({reason}). "
            "Give Touchstone the right to write there, or name another file in database_url.",
            folder=file.parent, reason=error.strerror,
        )  # fmt: skip
        raise DatabaseError(said) from error


def _prepare_file(file: Path) -> bool:
    """Make the file where it is missing, readable by its owner only; return whether it can only be read."""
    make_folder(file)
    try:
        if not file.exists():
            _make_base(file)
        if file.is_dir():
            raise DatabaseError(worded("{file} is a folder. Name a file in it in database_url.", file=file))
        if not file.is_file():
            raise DatabaseError(worded("{file} is no ordinary file. Name another one in database_url.", file=file))
        if file.stat().st_size <= 1:  # of one byte, too, SQLite makes a new base without a word
            said = msgid(
                "The claim base {file} is an empty file, as a full disk leaves it. "
                "Put a copy back with `touchstone restore FILE --force`, or delete it to begin with a new base."
            )
            raise DatabaseError(worded(said, file=file))
        if not os.access(file, os.R_OK):
            said = msgid("The claim base {file} may not be read. Give Touchstone the right to read and write it.")
            raise DatabaseError(worded(said, file=file))
        refuse_anothers(file)
        is_read_only = not can_be_written(file)
    except OSError as error:
        said = worded(
            "The claim base {file} cannot be opened ({reason}). "
            "Give Touchstone the right to write there, or name another file in database_url.",
            file=file, reason=error.strerror,
        )  # fmt: skip
        raise DatabaseError(said) from error
    return is_read_only


def _make_base(file: Path) -> None:
    # Under its own name only once it holds something: an empty file there is a fault, and not another program's start.
    try:
        # Where another program was first, its file is the one to open.
        with suppress(FileExistsError), written_whole(file, is_new=True) as half:
            with closing(sqlite3.connect(half)) as connection:
                connection.execute("PRAGMA journal_mode = WAL").fetchall()
            set_logs_aside(file)
    except sqlite3.Error as error:
        said = msgid(
            "The claim base {file} cannot be made ({reason}). "
            "Make room on the disk, or name another file in database_url."
        )
        raise DatabaseError(worded(said, file=file, reason=str(error))) from error


def refuse_anothers(file: Path) -> None:
    """Raise DatabaseError where the file is another program's database; a look leaves it as it is."""
    tables: set[str] = set()
    # What cannot be looked at is no base, or another program is about to make it: who opens it says so.
    with suppress(sqlite3.Error), closing(reader(file)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        tables = {name for (name,) in found}
    if are_anothers(tables):
        said = msgid(
            "{file} is another program's database: it has a table {table!r}. Name another file in database_url."
        )
        raise DatabaseError(worded(said, file=file, table=min(tables)))


def set_logs_aside(file: Path) -> None:
    """Give logs that a base which is gone has left another name: SQLite would write their pages into the next base."""
    left = f"{file.stem}-left-{secrets.token_hex(4)}.db"
    logs = [name for name in LOGS if file.with_name(file.name + name).exists()]
    for name in logs if not file.exists() else ():  # in this order: they are no other program's, which was first
        file.with_name(file.name + name).rename(file.with_name(left + name))


def can_be_written(file: Path) -> bool:
    """Tell whether SQLite could write: to the file, and to its log beside it."""
    log = file.with_name(f"{file.name}-wal")
    beside = log if log.exists() else file.parent
    return os.access(file, os.W_OK) and os.access(beside, os.W_OK)


def _engine(url: URL, *, read_only: bool) -> Engine:
    options: dict[str, Any] = {}
    if read_only:
        file = Path(url.database or "")
        options["creator"] = lambda: reader(file)
    if url.get_backend_name() != "sqlite":
        # What the address says itself comes first.
        options["connect_args"] = {name: value for name, value in _NOTICED.items() if name not in url.query}
    try:
        # What is written, such as a form, would stand in the log with the statement that failed.
        options["hide_parameters"] = True
        engine = create_engine(url, pool_pre_ping=url.get_backend_name() != "sqlite", **_POOL, **options)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise DatabaseError(worded("PostgreSQL needs its driver. {hint}", hint=install_hint("postgres"))) from error
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "begin", _begin_reading if read_only else _begin_sqlite)
        if not read_only:
            event.listen(engine, "connect", _prepare_sqlite)
    return engine


def reader(file: Path) -> sqlite3.Connection:
    """Open a file that can only be read, with what its log holds."""
    # Without a log beside it nobody writes, and SQLite need not make the files by which programs agree.
    alone = "" if file.with_name(f"{file.name}-wal").exists() else "&immutable=1"
    address = f"{file.absolute().as_uri()}?mode=ro{alone}"
    return sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)


def _freshness(engine: Engine, file: Path | None, *, read_only: bool) -> Freshness:
    if file is None:
        return ServerFreshness(engine)
    if read_only:
        return FileFreshness(lambda: reader(file))
    wait = BUSY_MILLISECONDS / 1000
    return FileFreshness(lambda: sqlite3.connect(file, timeout=wait, check_same_thread=False, isolation_level=None))


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


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


def _passes(error: BaseException | None) -> bool:
    """Tell whether another try may help: a lock, or a server that is out of reach just now."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE
        return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    state: str | None = getattr(error, "sqlstate", None)
    if state is None:  # no server has said anything
        return type(error).__name__ in ("OperationalError", "InterfaceError") and "password" not in str(error)
    return state.startswith(_PASSING)


def _mend(words: str) -> str:
    otherwise = msgid(
        "Check database_url, the rights on the file and that the database runs; `touchstone doctor` tells more."
    )
    return next((mend for signs, mend in MENDS if any(sign in words for sign in signs)), otherwise)


def _is_about_a_cell(error: ValueError) -> bool:
    """Tell whether SQLAlchemy failed to read a value of a row, such as a damaged date, and not the caller."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    name = trace.tb_frame.f_globals.get("__name__", "") if trace else ""
    return name.startswith("sqlalchemy.") or str(error).startswith("Couldn't parse")


def insert_into(session: Session, table: type[Table]) -> "ConflictInsert":
    """Return an insert of the session's own database, which knows what to do on a conflict."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    # Comes with all its drivers: who keeps a base in SQLite does without.
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    return postgresql.insert(table)


def rows_written(session: Session, statement: Executable) -> int:
    """Run the statement; return how many rows it wrote."""
    # Without the option, the count of an insert is lost in PostgreSQL.
    return session.connection().execute(statement, execution_options={"preserve_rowcount": True}).rowcount
