"""What was changed last, told without asking the database each time; and jobs that one process at a time does.

Every message has to know whether the base has changed since. In SQLite that is a look at a counter in shared memory;
from PostgreSQL a thread hears of it, and asks once a second in case it does not hear.
"""

import logging
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

_log = logging.getLogger(__name__)

_NEWEST = "SELECT coalesce(max(id), 0), (SELECT coalesce(max(changes), 0) FROM change_count) FROM revision"
_CHANNEL = "touchstone_changed"
_POLL = 1.0
# Any numbers will do that nothing else in the same PostgreSQL database takes.
_JOBS = 7_380_214


class Newest(NamedTuple):
    """The number of the newest revision, and how often something was changed that has no history (`ChangeCount`)."""

    revision: int
    unlisted: int


class Freshness(Protocol):
    """Tells what was changed last, whichever process wrote it; safe from any thread.

    `last_change` stands for the last change that this process has made: whoever makes one puts a new object there.
    """

    last_change: object

    def newest(self) -> Newest:
        """Return the numbers; what this process has written is always in them."""
        ...

    def seen(self) -> Newest | None:
        """Return the numbers as they were a second or two ago at most, without a look; None where that takes one.

        Nobody ever waits for it; what this process has written is always in them.
        """
        ...

    def follow(self) -> None:
        """Follow changes of other processes from now on, until `close`; before, each `newest` asks the database."""
        ...

    def close(self) -> None:
        """Stop following."""
        ...


class FileFreshness:
    """Of a SQLite file: its counter of writes says when the numbers have to be read again; exact at any moment."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._counter = -1
        self._newest = Newest(0, 0)
        self.last_change = object()
        # The last change, the time, and the numbers, at the latest look.
        self._look: tuple[object, float, Newest] = None, 0.0, self._newest

    def newest(self) -> Newest:
        """Return the numbers; raises sqlite3.Error."""
        with self._lock:
            change = self.last_change
            if self._connection is None:
                self._connection = self._connect()
            # Read before the numbers: what is written in between changes it once more.
            [(counter,)] = self._connection.execute("PRAGMA data_version").fetchall()
            if counter != self._counter:
                [numbers] = self._connection.execute(_NEWEST).fetchall()
                self._newest = Newest(*numbers)
                self._counter = counter
            self._look = change, monotonic(), self._newest
            return self._newest

    def seen(self) -> Newest | None:
        """Return what the latest look has shown, where that was a moment ago."""
        change, at, newest = self._look
        return newest if change is self.last_change and monotonic() - at < _POLL else None

    def follow(self) -> None:
        """Do nothing: the counter is always at hand."""

    def close(self) -> None:
        """Close the connection that looks at the counter."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection, self._counter = None, -1


class ServerFreshness:
    """Of a PostgreSQL database: asked each time, or, once it is followed, only after news and once a second.

    While the database is out of reach, those who follow keep the numbers that they had last. Where only the thread that
    listens has lost it, they ask again themselves.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._newest = Newest(-1, -1)
        # The last change of this process, and the one that the numbers are known to have: each an object of its own.
        self.last_change, self._read_with = object(), object()
        # When, by `monotonic`, the numbers were read last, and when that last failed where somebody asked for them.
        self._read_at = self._failed_at = float("-inf")
        self._asking = Lock()
        self._stop = Event()
        self._thread: Thread | None = None

    def newest(self) -> Newest:
        """Return the numbers; raises DBAPIError."""
        seen = self.seen()
        if seen is not None:
            return seen
        if not self._is_followed:
            return self._ask()
        # One asks for all: where the database does not answer, the others need not wait for that.
        if monotonic() - self._failed_at < _POLL or not self._asking.acquire(blocking=False):
            return self._newest
        try:
            return self._ask()
        except DBAPIError:
            if not self._is_followed:
                raise
            self._failed_at = monotonic()
            return self._newest
        finally:
            self._asking.release()

    def seen(self) -> Newest | None:
        """Return what was heard last, where a thread follows and it was not long ago."""
        # Asked first: the numbers are there before it is said how old they are, and what they are known to have.
        is_known = monotonic() - self._read_at < 2 * _POLL and self._is_followed
        return self._newest if is_known else None

    @property
    def _is_followed(self) -> bool:
        """Whether a thread follows and the numbers have all that this process has written."""
        return self._thread is not None and self._read_with is self.last_change

    def _ask(self) -> Newest:
        with self._engine.connect() as connection:
            return self._read(connection)

    def follow(self) -> None:
        """Start the thread that listens, where it does not run yet."""
        with self._lock:
            if self._thread is None:
                self._stop.clear()
                self._thread = Thread(target=self._run, name="touchstone-freshness", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """End the thread, which takes a second at most."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._stop.set()
            thread.join(2 * _POLL)

    def _read(self, connection: Connection) -> Newest:
        with self._lock:
            # Looked at before: what is written while the numbers are read may be missing in them.
            change, at = self.last_change, monotonic()
            revision, unlisted = connection.exec_driver_sql(_NEWEST).one()
            self._newest, self._read_with = Newest(int(revision), int(unlisted)), change
            self._read_at = at
            return self._newest

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    self._listen(connection)
            except Exception as error:  # noqa: BLE001  the outermost frame of the thread, which must not end
                # Whoever writes meets the same fault, and says so.
                _log.debug("The base's changes cannot be followed just now: %s", error)
                self._stop.wait(_POLL)

    def _listen(self, connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        hears = _can_notify(connection)
        if hears:
            connection.exec_driver_sql(f"LISTEN {_CHANNEL}")
        try:
            while not self._stop.is_set():
                self._read(connection)
                if hears:
                    for _ in driver.notifies(timeout=_POLL, stop_after=1):
                        break
                else:
                    self._stop.wait(_POLL)
        finally:
            # A connection that listens must not go back among the others.
            connection.invalidate()


def _can_notify(connection: Connection) -> bool:
    return bool(connection.exec_driver_sql("SELECT count(*) FROM pg_proc WHERE proname = 'pg_notify'").scalar_one())


def tell_others(connection: Connection) -> None:
    """Let the other processes on this PostgreSQL database know, at the end of the transaction, that it has changed."""
    if _can_notify(connection):
        connection.execute(text("SELECT pg_notify(:channel, '')"), {"channel": _CHANNEL})


def take_turns(session: Session, number: int) -> None:
    """Let transactions that name the same number go one after the other, as in SQLite all writing ones do."""
    if session.get_bind().dialect.name != "sqlite":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": number})


class JobLock:
    """One job that only one of all processes on a PostgreSQL database does at a time; a killed one gives it back.

    A SQLite file is one process's: there the job is always free.
    """

    def __init__(self, engine: Engine, job: str, told: Callable[[str], AbstractContextManager[None]]) -> None:
        """`told` turns what the driver raises into errors of the house."""
        self._engine, self._told = engine, told
        self._key = (_JOBS << 32) | zlib.crc32(job.encode())
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Take the job; False where another process has it. Raises DatabaseError."""
        if self._engine.dialect.name == "sqlite":
            return True
        with self._told("read"):
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            taken = False
            try:
                taken = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key}))
            finally:
                if not taken:
                    connection.close()
        self._connection = connection if taken else None
        return taken

    def release(self) -> None:
        """Give the job back; nothing happens where it was not taken. A lost connection has given it back already."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DBAPIError):
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": self._key})
            connection.close()
