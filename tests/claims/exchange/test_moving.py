"""A base goes from a file into PostgreSQL and back, whole and compared, and nowhere where it would mix with another."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from claims.answering.answers import AnswerBook
from claims.base import ClaimBase
from claims.exchange import moving
from claims.exchange.importing import load_pack
from claims.exchange.moving import copy_base_between
from claims.moderation.rights import Actor
from claims.moderation.server_setup import ServerSetup
from claims.store.tables import QueueItem
from config.errors import DatabaseError
from tests.claims.conftest import BOTH, KEY
from tests.claims.packs import claim_data, pack_data, write_pack
from tests.templates import HARBOUR

SERVER = 2**62
CHIEF = Actor(4711, SERVER, is_administrator=True)


@pytest.fixture
def full(tmp_path: Path, templates) -> str:
    """A base with claims, settings, history and an answer."""
    url = templates.copy("harbour", tmp_path / "full.db")
    with ClaimBase.open(url) as base:
        ServerSetup(base).change(CHIEF, language="zh-Hant", moderator_roles=(2**61, 5), cooldown_hours=0.1)
        AnswerBook(base, KEY).take(SERVER, 1, 2, 3, ["crane"], timedelta(hours=1))
    return url


def told(*_: object) -> None:
    pass


@pytest.fixture(params=BOTH)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'target.db'}"
    return request.getfixturevalue("postgres")("new")


def test_all_of_it_is_there_afterwards_and_the_base_goes_on(full: str, empty: str, tmp_path: Path) -> None:
    progress: list[tuple[str, int, int]] = []
    copied = {table.name: table for table in copy_base_between(full, empty, lambda *each: progress.append(each))}
    assert copied["revision"].rows == 2
    assert copied["wording"].rows > 10
    assert ("wording", copied["wording"].rows, copied["wording"].rows) in progress
    with ClaimBase.open(full) as before, ClaimBase.open(empty) as after:
        assert after.claims(SERVER) == before.claims(SERVER)
        assert after.revision == before.revision
        # New rows are numbered from behind the copied ones.
        load_pack(after, write_pack(tmp_path, pack_data(claim_data("another"), pack="more")))
        assert after.claim("another").title["en"] == "About another"
        assert after.revision == before.revision + 1


def test_a_number_that_was_ever_given_to_something_in_the_queue_is_not_given_again(full: str, empty: str) -> None:
    new = {"kind": "report", "payload": {}, "state": "open", "created_at": datetime(2026, 1, 5, tzinfo=UTC)}
    with closing(sqlite3.connect(full.removeprefix("sqlite:///"))) as source, source:
        columns = "(id, kind, key, payload, state, created_at) VALUES (?, 'report', 'old', '{}', 'open', '2026-01-05')"
        source.execute(f"INSERT INTO queue_item {columns}", (41,))
        source.execute("DELETE FROM queue_item")
    copy_base_between(full, empty, told)
    with ClaimBase.open(empty) as after, after.database.writing() as session:
        item = QueueItem(key="new", **new)
        session.add(item)
        session.flush()
        assert item.id == 42


def test_there_and_back_it_is_the_same(full: str, postgres: Callable[[str], str], tmp_path: Path) -> None:
    middle, back = postgres("new"), f"sqlite:///{tmp_path / 'back.db'}"
    assert copy_base_between(full, middle, told) == copy_base_between(middle, back, told)


def test_a_copy_that_was_cut_off_is_no_base_and_is_gone_on_with(
    full: str, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "_BATCH", 3)

    def cut_off(table: str, done: int, total: int) -> None:
        if table == "wording" and 0 < done < total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_base_between(full, empty, cut_off)
    with pytest.raises(DatabaseError, match="not whole"):
        ClaimBase.open(empty)
    begun: dict[str, int] = {}
    copy_base_between(full, empty, lambda table, done, _total: begun.setdefault(table, done) and None)
    assert begun["wording"] == 3
    with ClaimBase.open(full) as before, ClaimBase.open(empty) as after:
        assert after.claims() == before.claims()


def test_a_source_that_has_changed_between_two_tries_is_found_out(full: str, tmp_path: Path) -> None:
    target = f"sqlite:///{tmp_path / 'target.db'}"

    def cut_off(table: str, _done: int, _total: int) -> None:
        if table == "wording":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_base_between(full, target, cut_off)
    with closing(sqlite3.connect(full.removeprefix("sqlite:///"))) as source, source:
        source.execute("UPDATE claim SET status = 'draft'")
    with pytest.raises(DatabaseError, match="is not what the source says in 'claim'"):
        copy_base_between(full, target, told)


def test_a_base_that_holds_something_is_left_as_it_is(full: str, any_base: ClaimBase) -> None:
    load_pack(any_base, HARBOUR)
    before = any_base.claims()
    with pytest.raises(DatabaseError, match="is not empty"):
        copy_base_between(full, any_base.database.engine.url.render_as_string(hide_password=False), told)
    assert any_base.claims() == before


def test_rows_of_another_program_are_not_touched(full: str, tmp_path: Path) -> None:
    target = tmp_path / "other.db"
    with closing(sqlite3.connect(target)) as other, other:
        other.execute("CREATE TABLE recipes (name TEXT)")
        other.execute("INSERT INTO recipes VALUES ('tart')")
    with pytest.raises(DatabaseError, match="it has a table 'recipes'"):
        copy_base_between(full, f"sqlite:///{target}", told)
    with closing(sqlite3.connect(target)) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]


def test_what_cannot_be_copied_is_told(full: str, tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="no claim base at"):
        copy_base_between(f"sqlite:///{tmp_path / 'none.db'}", full, told)
    with pytest.raises(DatabaseError, match="the same base"):
        copy_base_between(full, full, told)
    assert not (tmp_path / "none.db").exists()
    with ClaimBase.open(full) as base, base.database.writing() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(DatabaseError, match="not of this version"):
        copy_base_between(full, f"sqlite:///{tmp_path / 'target.db'}", told)


def test_every_table_of_a_base_is_copied_whatever_else_is_imported(full: str) -> None:
    known = "import claims.exchange.moving as it; print(*it.Table.metadata.tables)"
    listed = subprocess.run([sys.executable, "-c", known], check=True, capture_output=True, text=True).stdout
    with closing(sqlite3.connect(full.removeprefix("sqlite:///"))) as base:
        there = {name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert set(listed.split()) == there - {"alembic_version", "sqlite_sequence"}


def test_a_table_that_would_be_lost_is_told_before_anything_is_copied(full: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(full.removeprefix("sqlite:///"))) as source, source:
        source.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(DatabaseError, match=r"has a table 'recipes' that is not Touchstone's\. Move it"):
        copy_base_between(full, f"sqlite:///{tmp_path / 'target.db'}", told)
    with closing(sqlite3.connect(tmp_path / "target.db")) as target:
        assert target.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
