"""The missing migration steps, run by Alembic; imported only where there are any, because that takes a while."""

from contextlib import AbstractContextManager
from importlib import resources
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def migrations() -> AbstractContextManager[Path]:
    """Return the folder of the migrations, as files for as long as the context is open."""
    return resources.as_file(resources.files("claims") / "migrations")


def known_steps() -> frozenset[str]:
    """Return the names of all steps that this version has."""
    with migrations() as folder:
        return frozenset(step.revision for step in ScriptDirectory.from_config(_config(folder)).walk_revisions())


def migrate(connection: Connection, steps: str) -> None:
    """Run the steps up to the one named (`head`: all) within the caller's transaction."""
    with migrations() as folder:
        config = _config(folder)
        config.attributes["connection"] = connection
        command.upgrade(config, steps)


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config
