"""What was written into the history stays as it is."""

from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from claims.base import ClaimBase
from claims.exchange.importing import load_pack
from config.errors import DatabaseError

FORBIDDEN = [
    "UPDATE revision SET actor = 'nobody'",
    "DELETE FROM revision",
    "UPDATE change SET after = NULL",
    "DELETE FROM change",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_database_itself_refuses_a_change(any_base: ClaimBase, tiny: Path, statement: str) -> None:
    load_pack(any_base, tiny)
    with pytest.raises(DatabaseError, match="append-only"), any_base.database.writing() as session:
        session.connection().execute(text(statement))


def test_sqlite_refuses_a_replacement_too(base: ClaimBase, tiny: Path) -> None:
    load_pack(base, tiny)
    forged = "INSERT OR REPLACE INTO revision (id, at, actor, act, reason) VALUES (1, '2026-01-01', 'x', 'x', 'x')"
    with pytest.raises(DatabaseError, match="append-only"), base.database.writing() as session:
        session.connection().execute(text(forged))


def test_a_change_and_its_revision_stand_or_fall_together(any_base: ClaimBase) -> None:
    forged = "INSERT INTO revision (at, actor, act, reason) VALUES ('2026-01-01', 'x', 'x', '')"
    with suppress(RuntimeError), any_base.database.changing() as session:
        session.connection().execute(text(forged))
        raise RuntimeError
    assert any_base.revision == 0
