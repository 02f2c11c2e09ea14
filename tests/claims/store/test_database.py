"""Opening a base: from many sides at once, and wherever and however it is found."""

import os
import shutil
import sqlite3
import stat
import subprocess
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import func, text
from sqlmodel import select

from claims.base import ClaimBase
from claims.exchange.importing import load_pack
from claims.exchange.moving import copy_base_between
from claims.moderation.editor import DraftBook
from claims.store.copying import back_up, restore
from claims.store.database import Database
from claims.store.tables import Claim, DocumentText
from config.errors import DatabaseError
from tests.claims.conftest import KEY
from tests.claims.people import MEMBER
from tests.templates import Templates

ROUNDS = 40
SIDES = 8


def test_programs_that_start_together_do_not_fail_on_each_other(tmp_path: Path) -> None:
    failures: list[Exception] = []

    def start(url: str, together: threading.Barrier) -> None:
        database = Database(url)
        together.wait()
        try:
            with database.connecting() as connection:
                connection.execute(text("CREATE TABLE IF NOT EXISTS tried (number INTEGER)"))
        except Exception as error:  # noqa: BLE001  whatever it is, the test shows it
            failures.append(error)
        finally:
            database.close()

    for number in range(ROUNDS):
        together = threading.Barrier(SIDES)
        sides = [
            threading.Thread(target=start, args=(f"sqlite:///{tmp_path}/{number}.db", together)) for _ in range(SIDES)
        ]
        for side in sides:
            side.start()
        for side in sides:
            side.join()
    assert not failures


def test_a_new_base_is_for_its_owner_only(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with ClaimBase.open(url) as base:
        with base.database.writing() as session:
            session.connection().execute(text("CREATE TABLE tried (number INTEGER)"))
        assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


@pytest.mark.parametrize(("before", "after"), [(0o644, 0o600), (0o640, 0o640)])
def test_a_base_that_everybody_may_read_is_closed_to_them(tmp_path: Path, before: int, after: int) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    ClaimBase.open(url).close()
    (tmp_path / "a.db").chmod(before)
    ClaimBase.open(url).close()
    assert stat.S_IMODE((tmp_path / "a.db").stat().st_mode) == after


def test_a_file_that_is_no_base_keeps_the_rights_that_it_has(tmp_path: Path) -> None:
    file = tmp_path / "passwords"
    file.write_text("root:x:0:0\n" * 99)
    file.chmod(0o644)
    with pytest.raises(DatabaseError, match="not a database"):
        ClaimBase.open(f"sqlite:///{file}")
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert [*tmp_path.iterdir()] == [file]


@pytest.mark.parametrize("tables", ["recipes", "claim", "alembic_version"])
@pytest.mark.parametrize("journal", ["DELETE", "WAL"])
def test_another_program_s_database_is_refused_and_stays_as_it_is(tmp_path: Path, tables: str, journal: str) -> None:
    ours, theirs = f"sqlite:///{tmp_path / 'ours.db'}", f"sqlite:///{tmp_path / 'theirs.db'}"
    ClaimBase.open(ours).close()
    copy = back_up(ours, tmp_path / "copy.db").file
    file = tmp_path / "theirs.db"
    with closing(sqlite3.connect(file)) as other:
        other.execute(f"PRAGMA journal_mode = {journal}")
        other.execute(f"CREATE TABLE {tables} (number INTEGER PRIMARY KEY AUTOINCREMENT)")
    file.chmod(0o644)
    before, beside = file.read_bytes(), sorted(tmp_path.iterdir())
    told = f"another program's database: it has a table '{tables}'. Name another file in database_url"
    for use in (
        lambda: ClaimBase.open(theirs),
        lambda: back_up(theirs, tmp_path / "none.db"),
        lambda: restore(theirs, copy),
        lambda: restore(theirs, copy, force=True),
        lambda: copy_base_between(theirs, f"sqlite:///{tmp_path / 'none.db'}", lambda *_: None),
        lambda: copy_base_between(ours, theirs, lambda *_: None),
    ):
        with pytest.raises(DatabaseError, match=told):
            use()
    assert file.read_bytes() == before
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert sorted(tmp_path.iterdir()) == beside


def test_what_another_program_has_not_finished_is_refused_too(tmp_path: Path) -> None:
    file = tmp_path / "theirs.db"
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("CREATE TABLE recipes (name TEXT)")
        before = file.read_bytes()
        with pytest.raises(DatabaseError, match="it has a table 'recipes'"):
            ClaimBase.open(f"sqlite:///{file}")
        assert file.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"\n"])
def test_an_empty_file_is_not_taken_for_a_new_base(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.db").write_bytes(content)
    with pytest.raises(DatabaseError, match="is an empty file, as a full disk leaves it"):
        ClaimBase.open(f"sqlite:///{tmp_path / 'a.db'}")
    assert (tmp_path / "a.db").read_bytes() == content


@pytest.mark.parametrize("name", ["a?b.db", "50%.db", "a%20b.db", "a#b.db", "a b&c.db", "港口.db"])
def test_a_path_is_taken_as_it_is_written(tmp_path: Path, name: str) -> None:
    ClaimBase.open(f"sqlite:///{tmp_path / name}").close()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert back_up(f"sqlite:///{tmp_path / name}", tmp_path / f"copy of {name}").claims == 0


def test_options_of_other_programs_are_not_taken_for_a_path(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="a SQLite file takes no options"):
        Database(f"sqlite:///{tmp_path}/a.db?mode=ro")


@pytest.mark.parametrize("place", ["folder", "file/a.db", "pipe", "folder/broken.db"])
def test_what_is_no_base_is_told_in_a_sentence(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder" / "broken.db").write_bytes(b"no database" * 1_000)
    with pytest.raises(DatabaseError, match=str(tmp_path)):
        ClaimBase.open(f"sqlite:///{tmp_path / place}")


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:hush@hush@host/base",
        "postgresql://me:hush?hush@host/base",
        "postgresql://me:hu@sh:hush@host/base",
        "postgresql://me:hush@host:hush/base",
        "mysql://me:hush@host/base",
        "postgresql://me:hush@127.0.0.1:1/base",
        "postgresql://me@127.0.0.1:1/base?password=hush",
        "postgresql://me@127.0.0.1:1/base?passwort=hush",
    ],
)
def test_no_error_about_postgresql_shows_the_password(address: str) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(DatabaseError) as told:
        ClaimBase.open(address)
    shown = "".join(traceback.format_exception(told.value)) if "passwort" not in address else str(told.value)
    assert "hush" not in shown.replace(address, "")


@pytest.fixture
def read_only(tmp_path: Path, templates: Templates) -> Iterator[Callable[[str], str]]:
    """Put a base where nobody may write, not even the superuser: on a file system that is mounted so."""
    place = tmp_path / "disk"
    place.mkdir()

    def mount(kind: str) -> str:
        mounted = shutil.which("mount") and subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], check=False)
        if not mounted or mounted.returncode:
            pytest.skip("file systems cannot be mounted here")
        url = templates.copy(kind, place / "a.db")
        ClaimBase.open(url).close()
        subprocess.run(["mount", "-o", "remount,ro", place], check=True)
        return url

    yield mount
    subprocess.run(["umount", place], check=False, capture_output=True)


def test_a_base_on_a_disk_that_cannot_be_written_is_read(read_only: Callable[[str], str], tmp_path: Path) -> None:
    url = read_only("harbour")
    with ClaimBase.open(url) as base:
        assert base.claims() != ()
        with pytest.raises(DatabaseError, match="can only be read here"), base.database.writing() as session:
            session.connection().execute(text("CREATE TABLE tried (number INTEGER)"))
    assert back_up(url, tmp_path / "copy.db").claims > 0


def test_a_damaged_date_is_told_as_damage(base: ClaimBase) -> None:
    with base.database.writing() as session:
        session.connection().execute(text("INSERT INTO document_text VALUES ('x', 'kept', 'yesterday')"))
    with pytest.raises(DatabaseError, match="The file is damaged"), base.database.reading() as session:
        session.scalars(select(DocumentText)).all()


def test_damaged_characters_are_told_as_damage(base: ClaimBase) -> None:
    with base.database.writing() as session:
        session.connection().execute(
            text("INSERT INTO document_text VALUES ('x', CAST(X'fffe' AS TEXT), '2026-01-01 00:00:00')")
        )
    with pytest.raises(DatabaseError, match="The file is damaged"), base.database.reading() as session:
        session.scalars(select(DocumentText)).all()


def test_an_error_of_the_caller_s_own_stays_what_it_is(base: ClaimBase) -> None:
    with pytest.raises(ValueError, match="mine"), base.database.reading():
        raise ValueError("mine")


def test_half_a_character_is_the_caller_s_and_no_damage(base: ClaimBase) -> None:
    with pytest.raises(DatabaseError, match="half a character"):
        base.claim("n\udcff")


def test_what_is_written_stands_in_no_error(base: ClaimBase) -> None:
    with base.database.writing() as session:
        session.connection().execute(text("DROP TABLE form_draft"))
    typed = "typed " * 3
    with pytest.raises(DatabaseError) as caught:
        DraftBook(base, KEY).keep(MEMBER, "a form", {"title": typed})
    assert typed not in "".join(traceback.format_exception(caught.value))


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("free", "said"), [(0, r"disk is full\. Make room"), (1 << 30, r"I/O error\. Look at the disk")]
)
def test_a_disk_without_a_free_byte_is_told_as_full(
    base: ClaimBase, monkeypatch: pytest.MonkeyPatch, free: int, said: str
) -> None:
    with base.database.writing() as session:
        stop = "CREATE TRIGGER stop BEFORE INSERT ON revision BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END"
        session.connection().execute(text(stop))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    with pytest.raises(DatabaseError, match=said), base.database.writing() as session:
        session.connection().execute(text("INSERT INTO revision DEFAULT VALUES"))


def test_a_reader_sees_one_state_of_the_base_and_a_writer_what_is_there_now(any_base: ClaimBase, tiny: Path) -> None:
    counted = select(func.count()).select_from(Claim)
    with any_base.database.reading() as session:
        before = session.scalar(counted)
        load_pack(any_base, tiny)
        assert session.scalar(counted) == before == 0
    with any_base.database.reading() as session:
        assert session.scalar(counted)


def test_a_writer_sees_what_was_written_while_it_waited_for_its_turn(
    postgres: Callable[[str], str], tiny: Path
) -> None:
    counted = select(func.count()).select_from(Claim)
    with ClaimBase.open(postgres("empty")) as base, base.database.writing() as session:
        assert session.scalar(counted) == 0
        load_pack(base, tiny)
        assert session.scalar(counted)
