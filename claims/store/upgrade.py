"""Bringing a database to this version's tables, with a backup of an existing SQLite file first."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from sqlalchemy import Connection, inspect

from claims.store.database import Database
from config.errors import DatabaseError


def upgrade(database: Database, steps: str = "head") -> Path | None:
    """Run the missing migration steps, all or none; return the backup file, where one was made.

    Raises DatabaseError where the database was made by a newer Touchstone.
    """
    with database.connecting() as connection:
        now = _current_step(connection)
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


def newest_step() -> str:
    """Return the name of the newest migration step: the number that leads the last file of `migrations/versions`."""
    files = (resources.files("claims") / "migrations" / "versions").iterdir()
    numbers = (file.name.partition("_")[0] for file in files if file.name.endswith(".py"))
    return max(number for number in numbers if number.isdecimal())


def _current_step(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT max(version_num) FROM alembic_version").scalar_one()


def _newer(database: Database, step: str) -> DatabaseError:
    place = database.file or database.url.render_as_string(hide_password=True)
    return DatabaseError(
        f"The claim base {place} was made by a newer Touchstone (step {step}). Upgrade Touchstone, or use a backup."
    )


def _holds_tables(connection: Connection) -> bool:
    return bool(connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one())


def _backup(file: Path, step: str | None) -> Path:
    """Copy the database through SQLite's own backup, which also sees what is still in the write-ahead log."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    target = file.with_name(f"{file.stem}-step-{step or 'none'}-{stamp}.db")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    return target
