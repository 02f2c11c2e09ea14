"""An older database is brought up to date, all or nothing, after a backup."""

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, text

from claims.base import ClaimBase
from claims.store.claim_rows import read_claims
from claims.store.copying import newest_step, upgrade
from claims.store.database import Database
from claims.store.tables import Pack, Table
from config.errors import DatabaseError
from config.languages import ByLanguage

MIGRATIONS = Path(__file__).parents[3] / "claims" / "migrations"


def test_the_steps_build_exactly_the_tables(any_base: ClaimBase) -> None:
    with any_base.database.connecting() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_the_steps_follow_one_another_as_their_files_are_numbered() -> None:
    """A start goes by the file names alone: they must never say anything else than Alembic does."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    steps = list(reversed(list(script.walk_revisions())))
    files = sorted(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    assert newest_step() == script.get_current_head()
    assert [Path(step.path).name for step in steps] == files
    assert [step.revision for step in steps] == [f"{number:04}" for number in range(1, len(files) + 1)]
    assert [name.partition("_")[0] for name in files] == [step.revision for step in steps]


def test_a_start_with_nothing_to_do_leaves_alembic_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    ClaimBase.open(url).close()
    program = f"import sys, claims.base as b; b.ClaimBase.open({url!r}).close(); print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_new_file_and_its_folder_are_made_without_a_backup(tmp_path: Path) -> None:
    with ClaimBase.open(f"sqlite:///{tmp_path / 'new' / 'folder' / 'a.db'}") as base:
        assert base.backup is None
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == ["a.db"]


def test_an_older_file_is_copied_before_it_is_upgraded(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    upgrade(database, "0001")
    with database.writing() as session:
        session.connection().execute(text("INSERT INTO document_text VALUES ('x', 'kept', '2026-01-01 00:00:00')"))
    database.close()
    with ClaimBase.open(f"sqlite:///{tmp_path / 'a.db'}") as base:
        assert base.backup is not None
        with closing(sqlite3.connect(base.backup)) as copy:
            assert copy.execute("SELECT text FROM document_text").fetchall() == [("kept",)]
            assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        with base.database.reading() as session:
            assert session.connection().execute(text("SELECT text FROM document_text")).scalar_one() == "kept"
    with ClaimBase.open(f"sqlite:///{tmp_path / 'a.db'}") as again:
        assert again.backup is None


def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    upgrade(database, "0001")
    with database.writing() as session:
        session.connection().execute(text("CREATE TABLE server (in_the_way INTEGER)"))
    with pytest.raises(DatabaseError, match="server"):
        upgrade(database)
    with database.reading() as session:
        tables = set(session.connection().execute(text("SELECT name FROM sqlite_master")).scalars())
        assert "revision" not in tables
        assert session.connection().execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "0001"


def test_a_base_of_a_newer_touchstone_is_left_alone(any_base: ClaimBase) -> None:
    with any_base.database.writing() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match=r"newer Touchstone \(step 9999\)\. Upgrade"):
        upgrade(any_base.database)


def test_many_may_open_a_new_base_at_once(new_url: str) -> None:
    errors: list[Exception] = []

    def open_and_close() -> None:
        try:
            ClaimBase.open(new_url).close()
        except Exception as error:  # noqa: BLE001  told to the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=open_and_close) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.sqlite
@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("foreign_keys", 1), ("busy_timeout", 10_000)])
def test_sqlite_is_set_up_for_many_readers_and_true_references(base: ClaimBase, pragma: str, value: object) -> None:
    with base.database.reading() as session:
        assert session.connection().execute(text(f"PRAGMA {pragma}")).scalar_one() == value


def test_answers_and_reports_of_an_older_base_keep_their_channel(new_url: str) -> None:
    database = Database(new_url)
    upgrade(database, "0009")
    answer = text(
        "INSERT INTO answer (message, server, channel, claims, kind, offered, card_message, hidden, taken_at)"
        " VALUES (1, 7, 8, '[]', 'reply', false, 99, false, '2026-01-01 00:00:00')"
    )
    report = text(
        "INSERT INTO feedback (card_message, claim, reporter_hash, server, kind, reported_at)"
        " VALUES (:card, 'silver', 'x', 7, 'not-said', '2026-01-01 00:00:00')"
    )
    with database.writing() as session:
        session.connection().execute(answer)
        session.connection().execute(report, [{"card": 99}, {"card": 100}])
    upgrade(database)
    with database.reading() as session:
        rows = session.connection().execute(text("SELECT card_message, channel FROM feedback ORDER BY card_message"))
        assert [tuple(row) for row in rows] == [(99, 8), (100, 0)]
        assert session.connection().execute(text("SELECT channel, message FROM answer")).one() == (8, 1)
    database.close()


def test_texts_of_an_older_base_are_carried_over_by_language(new_url: str) -> None:
    database = Database(new_url)
    upgrade(database, "0015")
    # fmt: off
    rows = (
        ("INSERT INTO pack (id, version, title_en, title_zh, licence, as_of, sha256, loaded_at)"
         " VALUES ('p', 1, 'A pack', '一个包', 'CC0', '2026-01-01', '', '2026-01-01 00:00:00')"),
        ("INSERT INTO claim (key, id, pack, position, kind, title_en, title_zh, as_of, status, version, changed_at)"
         " VALUES (1, 'c', 'p', 1, 'context', '', '标题 \"甲\"', '2026-01-01', 'published', 1, '2026-01-01 00:00:00')"),
        ("INSERT INTO figure (claim, position, low, high, unit, bound, role, subject_en, subject_zh)"
         " VALUES (1, 0, 1, 1, 'kg', 'exactly', 'claim', 'weight', '重量')"),
        ("INSERT INTO point (claim, position, role, speaker_en, speaker_zh, date, text_en, text_zh, numbers)"
         " VALUES (1, 0, 'context', 'Ann', '安', '2026', 'Said.', '说过。', '[]')"),
    )
    # fmt: on
    with database.writing() as session:
        for row in rows:
            session.connection().execute(text(row))
    upgrade(database)
    with database.reading() as session:
        [claim] = read_claims(session, None)
        pack = session.get_one(Pack, "p")
        assert (pack.title, claim.title) == (ByLanguage(en="A pack", zh="一个包"), ByLanguage(zh='标题 "甲"'))
        assert claim.figures[0].subject == ByLanguage(en="weight", zh="重量")
        point = claim.points[0]
        assert (point.speaker, point.text) == (ByLanguage(en="Ann", zh="安"), ByLanguage(en="Said.", zh="说过。"))
    database.close()


def test_many_texts_are_carried_over_in_parts_and_none_is_left_behind(new_url: str) -> None:
    database = Database(new_url)
    upgrade(database, "0015")
    with database.writing() as session:
        claim = (
            "INSERT INTO claim (key, id, position, kind, title_en, title_zh, as_of, status, version, changed_at)"
            " VALUES (1, 'c', 1, 'context', 'A', '', '2026-01-01', 'published', 1, '2026-01-01 00:00:00')"
        )
        point = (
            "INSERT INTO point (claim, position, role, speaker_en, speaker_zh, date, text_en, text_zh, numbers)"
            " VALUES (1, :number, 'context', 'Ann', '', '2026', :said, '', '[]')"
        )
        session.connection().execute(text(claim))
        session.connection().execute(text(point), [{"number": n, "said": f"Said {n}."} for n in range(2_500)])
    read: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        read.extend([statement] if statement.startswith("SELECT") and "FROM point" in statement else [])

    event.listen(database.engine, "before_cursor_execute", note)
    upgrade(database, "0016")
    assert len(read) > 2
    with database.reading() as session:
        said = session.connection().execute(text("SELECT text FROM point ORDER BY position")).all()
    assert [f"Said {n}." in str(row) for n, row in enumerate(said)] == [True] * 2_500
    database.close()
