"""Copies of a SQLite base in use and their way back, and the upgrade of its tables, which takes one first."""

import hashlib
import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from shlex import quote

from sqlalchemy import URL, Connection, inspect

from claims.migrations import newest_step
from claims.store.database import (
    DAMAGED,
    LOGS,
    PRIMARY_CODE,
    Database,
    can_be_written,
    database_file,
    make_folder,
    read_url,
    reader,
    refuse_anothers,
    set_logs_aside,
)
from config.errors import DatabaseError, msgid, worded
from config.named_files import PRIVATE, give_name, to_the_disk, written_whole
from config.settings import shown_database

# The step of a base into which another is being copied.
HALF_COPIED = "half-copied"
_HASH = ".sha256"
_CHUNK = 1 << 20
_ANOTHER = msgid("Take another copy.")
# What SQLite says of a file that is damaged, or none of its own.
_NO_BASE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
# Rights of all who are neither owner nor of the group.
_OTHERS = 0o007


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy: its file, the SHA-256 of its bytes, the migration step of its tables, and how many claims it holds.

    `is_hashed` tells whether the hash was kept beside the copy, and agrees.
    """

    file: Path
    sha256: str
    step: str
    claims: int
    is_hashed: bool


@dataclass(frozen=True, slots=True)
class Restored:
    """A base that has been put back: its file, and where the one that stood there before is kept, if there was one."""

    file: Path
    kept: Path | None
    backup: Backup


def back_up(database_url: str, target: Path | None = None) -> Backup:
    """Copy the base, which may be in use, and write the copy's SHA-256 beside it.

    `target` is a file that is not there yet, or a folder; without it, a file with the time in its name in the current
    folder. Raises DatabaseError.
    """
    file = _base_file(database_url, "pg_dump --format=custom --file touchstone.dump {address}")
    if not file.is_file() or file.stat().st_size == 0:
        raise DatabaseError(worded("There is no claim base at {file} to copy. Check database_url.", file=file))
    refuse_anothers(file)
    if target is None or target.is_dir():
        target = (target or Path()) / f"touchstone-{_now()}.db"
    if target.exists():
        said = msgid("{file} is there already, and is left as it is. Name another file.")
        raise DatabaseError(worded(said, file=target))
    hash_file = target.with_name(target.name + _HASH)
    try:
        with _copied(file, target) as copy, _half(hash_file) as half:
            sha256 = _sha256(copy)
            half.write_bytes(os.fsencode(f"{sha256}  {target.name}\n"))
            with _laid_to(file), closing(_connect(copy, alone=True)) as connection:
                # What is wrong with the copy is wrong with the base.
                step, claims = _looked_through(file, connection, DAMAGED)
        return Backup(target, sha256, step, claims, is_hashed=True)
    except BaseException:
        # Broken off, or no good: nobody is told of a copy.
        for each in (target, hash_file):
            with suppress(OSError):
                each.unlink()
        raise


@contextmanager
def _copied(file: Path, target: Path) -> Generator[Path]:
    """Copy a base through SQLite's own backup, which also sees what is still in the write-ahead log.

    Yields the whole copy, on the disk, under the name that it has until the body has ended well; raises DatabaseError.
    """
    with _half(target) as half:
        opened = _connect(file) if can_be_written(file) else reader(file)
        with closing(opened) as source, closing(sqlite3.connect(half)) as copy, _laid_to(file):
            source.backup(copy)
            # One file that says all: with the log of its own that SQLite would keep, a copy is moved without it.
            copy.execute("PRAGMA journal_mode = DELETE").fetchall()
        yield half


def verify(file: Path) -> Backup:
    """Look at a copy: its hash, where one is kept beside it, its pages, its tables; raises DatabaseError."""
    try:
        if not file.is_file():
            said = msgid("There is no file {file}. Name a file that `touchstone backup` has written.")
            raise DatabaseError(worded(said, file=file))
        sha256 = _sha256(file)
        kept = _kept_hash(file)
        if kept is not None and kept != sha256:
            said = msgid("{file} is not what was written: its SHA-256 is not that of {name}. Take another copy.")
            raise DatabaseError(worded(said, file=file, name=file.name + _HASH))
        with closing(_connect(file, alone=True)) as connection:
            step, claims = _looked_through(file, connection)
    except (OSError, sqlite3.Error) as error:
        said = msgid("{file} is no whole claim base ({reason}). Take another copy.")
        raise DatabaseError(worded(said, file=file, reason=_reason(error))) from error
    return Backup(file, sha256, step, claims, kept is not None)


def restore(database_url: str, backup: Path, *, force: bool = False) -> Restored:
    """Put a verified copy in the place of the base; the one that stands there is kept under another name.

    Raises DatabaseError: the copy is damaged, a base stands there and `force` is not given, or a program has it open.
    """
    file = _base_file(database_url, "pg_restore --clean --if-exists --dbname {address} touchstone.dump")
    verified = verify(backup)
    if verified.step > newest_step():
        said = msgid("{file} was made by a newer Touchstone (step {step}). Upgrade Touchstone first.")
        raise DatabaseError(worded(said, file=backup, step=verified.step))
    if file.exists() and backup.resolve() == file.resolve():
        raise DatabaseError(worded("{file} is the claim base itself. Name a copy of it.", file=backup))
    if file.is_file():
        refuse_anothers(file)
    if file.exists() and not force:
        said = msgid("A claim base stands at {file}. Add --force to put the copy there; the old one is kept.")
        raise DatabaseError(worded(said, file=file))
    make_folder(file)
    kept = file.with_name(f"{file.stem}-before-restore-{_now()}.db") if file.exists() else None
    try:
        with _half(file) as half:
            with closing(_connect(backup, alone=True)) as source, closing(sqlite3.connect(half)) as copy:
                source.backup(copy)
            # What takes long comes first: between the two names nothing should break off.
            to_the_disk(half)
            if kept is not None:
                _set_aside(file, kept)
            else:
                set_logs_aside(file)
    except BaseException:
        if kept is not None:
            _put_back(file, kept)
        raise
    return Restored(file, kept, verified)


@contextmanager
def _half(target: Path) -> Generator[Path]:
    """Yield the name under which a file is written; it gets its own when the body has ended well, else goes."""
    try:
        with written_whole(target) as half:
            try:
                yield half
            finally:
                for log in LOGS:
                    half.with_name(half.name + log).unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        said = worded(
            "{file} could not be written ({reason}). "
            "Make room there, or name a file in a folder that Touchstone may write to.",
            file=target,
            reason=_reason(error),
        )
        raise DatabaseError(said) from error


def _set_aside(file: Path, kept: Path) -> None:
    """Keep the base that is to be replaced under another name; a link, so that its own name is never without a base."""
    _let_go(file)
    give_name(file, kept)
    for log in LOGS:
        with suppress(FileNotFoundError):
            file.with_name(file.name + log).rename(kept.with_name(kept.name + log))


def _put_back(file: Path, kept: Path) -> None:
    """Undo `_set_aside`, or what it has done before it was broken off; nothing where the copy stands already."""
    with suppress(OSError):
        if file.exists() and not file.samefile(kept):
            return
        for log in LOGS:
            with suppress(FileNotFoundError):
                kept.with_name(kept.name + log).rename(file.with_name(file.name + log))
        kept.replace(file)
        # Two names of one file stay as they are.
        kept.unlink(missing_ok=True)


def _let_go(file: Path) -> None:
    """Make sure that nobody has the base open, and that all of it stands in the one file."""
    try:
        with closing(sqlite3.connect(file, timeout=1)) as connection:
            # SQLite leaves the write-ahead log only where no other connection has the file open.
            connection.execute("PRAGMA journal_mode = DELETE").fetchall()
    except sqlite3.DatabaseError as error:
        # A damaged base is the reason for most restores: it is kept as it is, log and all.
        if getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            said = msgid("A program has {file} open. Stop the bot, and try again; nothing was changed.")
            raise DatabaseError(worded(said, file=file)) from error


@contextmanager
def _laid_to(file: Path) -> Generator[None]:
    """Tell of damage that SQLite meets on the way as that of the base."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE not in _NO_BASE:
            raise
        raise _damaged(file, str(error), DAMAGED) from error


def _damaged(file: Path, faults: str, mend: str) -> DatabaseError:
    failure = worded("{file} is damaged ({faults}).", file=file, faults=" ".join(faults.split()))
    return DatabaseError(worded("{failure} {mend}", failure=failure, mend=worded(mend)))


def _looked_through(file: Path, connection: sqlite3.Connection, mend: str = _ANOTHER) -> tuple[str, int]:
    faults = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
    if faults != ["ok"]:
        raise _damaged(file, "; ".join(faults), mend)
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"alembic_version", "claim"} <= tables:
        said = msgid("{file} is no claim base: its tables are missing. Name a copy of one.")
        raise DatabaseError(worded(said, file=file))
    (step,) = connection.execute("SELECT max(version_num) FROM alembic_version").fetchone()
    (claims,) = connection.execute("SELECT count(*) FROM claim").fetchone()
    return str(step), int(claims)


def _connect(file: Path, *, alone: bool = False) -> sqlite3.Connection:
    """Open a file that is there; `alone`: nobody writes to it, and nothing is written beside it either."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?{'mode=ro&immutable=1' if alone else 'mode=rw'}", uri=True)


def _base_file(database_url: str, instead: str) -> Path:
    url = read_url(database_url)
    file = database_file(url)
    if file is None:
        said = msgid("The claim base is in PostgreSQL ({place}), which has a tool of its own for this: {command}")
        command = instead.format(address=quote(_for_its_tools(url)))
        raise DatabaseError(worded(said, place=shown_database(database_url), command=command))
    return file


def _for_its_tools(url: URL) -> str:
    """Return the address as PostgreSQL's own tools take it, without any password: they ask, or read ~/.pgpass."""
    query = {name: value for name, value in url.query.items() if "pass" not in name.lower()}
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    return bare.render_as_string()


def _kept_hash(file: Path) -> str | None:
    try:
        return file.with_name(file.name + _HASH).read_text("utf-8", "replace").partition(" ")[0].strip().lower()
    except FileNotFoundError:
        return None


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _reason(error: OSError | sqlite3.Error) -> str:
    return (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__


def _now() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")


def upgrade(database: Database, steps: str = "head") -> Path | None:
    """Run the missing migration steps, all or none; return the backup file, where one was made.

    A base that everybody may read is closed to them. Raises DatabaseError where a newer Touchstone has made it.
    """
    if database.is_read_only:
        _as_it_must_be(database)
        return None
    # A base that is up to date is opened without its lock: a long write elsewhere keeps nobody from starting.
    with database.reading() as session:
        is_newest = current_step(session.connection()) == newest_step()
    # What is no base, and was named by mistake, could not be read, and keeps the rights that it has.
    _close_to_others(database.file)
    if is_newest:
        return None
    with database.connecting() as connection:
        now = current_step(connection)
        if now == newest_step():
            return None
        # Nearly every start finds nothing to do, and does without Alembic, whose import takes a while.
        from alembic import command  # noqa: PLC0415
        from alembic.config import Config  # noqa: PLC0415
        from alembic.script import ScriptDirectory  # noqa: PLC0415

        with resources.as_file(resources.files("claims") / "migrations") as folder:
            config = Config()
            config.set_main_option("script_location", str(folder).replace("%", "%%"))
            known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
            if now is not None and now not in known:
                raise _newer(database, now)
            backup = _backup(database.file, now) if database.file is not None and _holds_tables(connection) else None
            config.attributes["connection"] = connection
            command.upgrade(config, steps)
        return backup


def _close_to_others(file: Path | None) -> None:
    for each in [file, *(file.with_name(file.name + name) for name in LOGS)] if file is not None else ():
        with suppress(OSError):  # not there, another user's file, or a file system without rights
            if each.stat().st_mode & _OTHERS:
                each.chmod(PRIVATE)


def _as_it_must_be(database: Database) -> None:
    """Refuse a base that can only be read, where its tables are not this version's."""
    with database.reading() as session:
        now = current_step(session.connection())
    if now != newest_step():
        said = msgid(
            "The claim base {place} has to be upgraded, and can only be read here. "
            "Give Touchstone the right to write to the file and its folder."
        )
        raise DatabaseError(worded(said, place=database.place))


def current_step(connection: Connection) -> str | None:
    """Return the step at which the tables are; None where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT max(version_num) FROM alembic_version").scalar_one()


def _newer(database: Database, step: str) -> DatabaseError:
    if step == HALF_COPIED:
        said = msgid("The claim base {place} is a copy that is not whole. Let `touchstone db copy` go on with it.")
        return DatabaseError(worded(said, place=database.place))
    said = msgid(
        "The claim base {place} was made by a newer Touchstone (step {step}). Upgrade Touchstone, or use a backup."
    )
    return DatabaseError(worded(said, place=database.place, step=step))


def _holds_tables(connection: Connection) -> bool:
    return bool(connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one())


def _backup(file: Path, step: str | None) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    target = file.with_name(f"{file.stem}-step-{step or 'none'}-{stamp}.db")
    with _copied(file, target):
        pass
    return target
