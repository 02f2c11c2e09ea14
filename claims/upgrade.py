"""Bringing a database to this version's tables, with a backup of an existing SQLite file first."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from claims.database import Database
from config.errors import DatabaseError


def upgrade(database: Database, steps: str = "head") -> Path | None:
    """Run the missing migration steps, all or none; return the backup file, where one was made.

    Raises DatabaseError where the database was made by a newer Touchstone.
    """
    with resources.as_file(resources.files("claims") / "migrations") as folder, database.connecting() as connection:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        script = ScriptDirectory.from_config(config)
        now = MigrationContext.configure(connection).get_current_revision()
        if now == script.get_current_head():
            return None
        _refuse_newer(now, script, database)
        backup = _backup(database.file, now) if database.file is not None and _holds_tables(connection) else None
        command.upgrade(config, steps)
        return backup


def _refuse_newer(now: str | None, script: ScriptDirectory, database: Database) -> None:
    known = {step.revision for step in script.walk_revisions()}
    if now is not None and now not in known:
        place = database.file or database.url.render_as_string(hide_password=True)
        raise DatabaseError(
            f"The claim base {place} was made by a newer Touchstone (step {now}). Upgrade Touchstone, or use a backup."
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
