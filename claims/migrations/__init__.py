"""The way from an older database to this version's tables, step by step (Alembic).

Lives here: `env.py` and numbered steps in `versions/`. May not live here: imports of `claims.store.tables` in a step (a
step must stay true to the day it was written). A new step is the next number, `versions/NNNN_what_it_does.py`, with the
one before as its `down_revision`; the tests compare what the steps build with the tables, in SQLite and PostgreSQL, and
name what is missing.
"""

from collections.abc import Collection
from importlib import resources

_FIRST_TABLES = {"alembic_version", "claim", "wording"}


def newest_step() -> str:
    """Return the name of the newest migration step: the number that leads the last file of `versions`."""
    files = (resources.files("claims") / "migrations" / "versions").iterdir()
    numbers = (file.name.partition("_")[0] for file in files if file.name.endswith(".py"))
    return max(number for number in numbers if number.isdecimal())


def are_anothers(tables: Collection[str]) -> bool:
    """Tell whether the tables of a database are another program's: there are some, and those of the first step not."""
    return bool(tables) and not _FIRST_TABLES.issubset(tables)
