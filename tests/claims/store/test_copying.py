"""Copies of a base in use, and their way back."""

import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from claims.base import ClaimBase
from claims.store import copying
from claims.store.copying import back_up, restore, verify
from config import named_files
from config.errors import DatabaseError
from tests.templates import Templates

pytestmark = pytest.mark.sqlite


@pytest.fixture
def url(tmp_path: Path, templates: Templates) -> str:
    return templates.copy("harbour", tmp_path / "base.db")


def note(base: ClaimBase, words: str) -> None:
    with base.database.writing() as session:
        session.connection().execute(
            text("INSERT INTO document_text VALUES (:words, :words, '2026-01-01 00:00:00')"), {"words": words}
        )


def noted(url: str) -> list[str]:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        return [row[0] for row in connection.execute("SELECT text FROM document_text ORDER BY text")]


def break_off(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def refuse(*_: object) -> None:
    raise OSError


def then_break_off(done: Callable[..., object]) -> Callable[..., None]:
    def call(*given: object) -> None:
        done(*given)
        raise KeyboardInterrupt

    return call


def test_a_copy_of_a_base_in_use_holds_what_is_still_in_its_log(url: str, tmp_path: Path) -> None:
    with ClaimBase.open(url) as base:
        note(base, "fresh")
        made = back_up(url, tmp_path / "copy.db")
    assert noted(f"sqlite:///{made.file}") == ["fresh"]
    assert made.claims > 0
    assert made.is_hashed


def test_a_copy_is_one_file_and_its_hash_for_the_owner_only(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    made = back_up(url, folder)
    assert sorted(path.name for path in folder.iterdir()) == [made.file.name, f"{made.file.name}.sha256"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600, 0o600]
    assert (folder / f"{made.file.name}.sha256").read_text() == f"{made.sha256}  {made.file.name}\n"


@pytest.mark.parametrize("moment", ["_sha256", "to_the_disk", "_looked_through"])
def test_a_copy_that_is_broken_off_leaves_nothing(
    url: str, tmp_path: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    monkeypatch.setattr(named_files if moment == "to_the_disk" else copying, moment, break_off)
    with pytest.raises(KeyboardInterrupt):
        back_up(url, folder)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("moment", ["to_the_disk", "_set_aside", "replace"])
@pytest.mark.parametrize("has_links", [True, False])
def test_a_base_stands_as_it_was_where_its_replacement_is_broken_off(
    url: str, tmp_path: Path, moment: str, has_links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(url, tmp_path / "copy.db")
    with ClaimBase.open(url) as base:
        note(base, "newer")
    before = sorted(path.name for path in tmp_path.iterdir())
    if not has_links:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    if moment == "replace":
        # What comes after the old base was set aside.
        monkeypatch.setattr(copying, "_set_aside", then_break_off(copying._set_aside))
    else:
        monkeypatch.setattr(copying, moment, break_off)
    with pytest.raises(KeyboardInterrupt):
        restore(url, tmp_path / "copy.db", force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert noted(url) == ["newer"]


def test_whoever_may_only_read_copies_what_is_in_the_log_too(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "can_be_written", lambda _: False)
    with ClaimBase.open(url) as base:
        note(base, "fresh")
        back_up(url, tmp_path / "copy.db")
    assert noted(f"sqlite:///{tmp_path}/copy.db") == ["fresh"]


def test_a_copy_that_is_no_good_does_not_stay(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise DatabaseError("It is damaged.")

    monkeypatch.setattr(copying, "_looked_through", refused)
    with pytest.raises(DatabaseError, match="damaged"):
        back_up(url, tmp_path / "copy.db")
    assert list(tmp_path.glob("copy*")) == []


@pytest.mark.parametrize("damage", [b"no database" * 99, None])
def test_a_base_that_is_damaged_is_told_as_that_and_its_copy_does_not_stay(
    url: str, tmp_path: Path, damage: bytes | None
) -> None:
    file = Path(url.removeprefix("sqlite:///"))
    whole = file.read_bytes()
    file.write_bytes(damage or whole[: len(whole) // 2] + b"\xff" * 8_192 + whole[len(whole) // 2 + 8_192 :])
    with pytest.raises(
        DatabaseError, match=r"base\.db is damaged \(.*\)\. .* put a copy back with `touchstone restore"
    ):
        back_up(url, tmp_path / "copy.db")
    assert list(tmp_path.glob("copy*")) == []


def test_a_copy_overwrites_nothing(url: str, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("mine")
    with pytest.raises(DatabaseError, match="is there already"):
        back_up(url, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "mine"


def test_what_is_not_there_is_not_copied(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="There is no claim base at"):
        back_up(f"sqlite:///{tmp_path}/none.db", tmp_path / "copy.db")
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_fails_leaves_nothing_under_its_name(tmp_path: Path) -> None:
    (tmp_path / "broken.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(DatabaseError, match=r"broken\.db is damaged \(file is not a database\)"):
        back_up(f"sqlite:///{tmp_path}/broken.db", tmp_path / "copy.db")
    assert [path.name for path in tmp_path.iterdir()] == ["broken.db"]


def test_a_folder_that_is_not_there_is_told(url: str, tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="could not be written"):
        back_up(url, tmp_path / "none" / "copy.db")


def test_a_restored_base_is_the_copied_one_and_the_other_is_kept(url: str, tmp_path: Path) -> None:
    with ClaimBase.open(url) as base:
        note(base, "early")
        back_up(url, tmp_path / "copy.db")
        note(base, "late")
    done = restore(url, tmp_path / "copy.db", force=True)
    assert noted(url) == ["early"]
    assert done.kept is not None
    assert noted(f"sqlite:///{done.kept}") == ["early", "late"]
    assert stat.S_IMODE(done.file.stat().st_mode) == 0o600
    with ClaimBase.open(url) as base:
        assert base.claims() != ()


def test_a_base_is_put_where_none_stands(url: str, tmp_path: Path) -> None:
    back_up(url, tmp_path / "copy.db")
    done = restore(f"sqlite:///{tmp_path}/new/place.db", tmp_path / "copy.db")
    assert done.kept is None
    assert verify(done.file).claims > 0


def test_a_log_that_another_base_has_left_is_no_part_of_the_one_that_comes(url: str, tmp_path: Path) -> None:
    file, log = tmp_path / "base.db", tmp_path / "base.db-wal"
    back_up(url, tmp_path / "copy.db")
    with ClaimBase.open(url) as base:
        note(base, "gone")
        left = log.read_bytes()
    file.unlink()
    log.write_bytes(left)
    restore(url, tmp_path / "copy.db")
    assert noted(url) == []
    file.unlink()
    log.write_bytes(left)
    with ClaimBase.open(url) as base:
        assert base.claims() == ()
    assert noted(url) == []
    assert [path.read_bytes() for path in tmp_path.glob("base-left-*.db-wal")] == [left, left]


def test_a_base_that_stands_there_is_replaced_only_when_forced(url: str, tmp_path: Path) -> None:
    back_up(url, tmp_path / "copy.db")
    with pytest.raises(DatabaseError, match="Add --force"):
        restore(url, tmp_path / "copy.db")


def test_a_base_in_use_is_not_replaced(url: str, tmp_path: Path) -> None:
    back_up(url, tmp_path / "copy.db")
    with ClaimBase.open(url) as base:
        note(base, "kept")
        with pytest.raises(DatabaseError, match=r"A program has .* open"):
            restore(url, tmp_path / "copy.db", force=True)
        note(base, "as well")
    assert noted(url) == ["as well", "kept"]
    assert not list(tmp_path.glob("*.half*"))


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 400])
def test_a_damaged_base_is_replaced_and_kept_as_it_is(url: str, tmp_path: Path, damage: bytes) -> None:
    back_up(url, tmp_path / "copy.db")
    (tmp_path / "base.db").write_bytes(damage)
    (tmp_path / "base.db-wal").write_bytes(b"of the damaged one")
    done = restore(url, tmp_path / "copy.db", force=True)
    assert done.kept is not None
    assert done.kept.read_bytes() == damage
    assert not (tmp_path / "base.db-wal").exists()
    assert noted(url) == []


def test_a_copy_with_another_hash_is_refused(url: str, tmp_path: Path) -> None:
    made = back_up(url, tmp_path / "copy.db")
    raw = bytearray(made.file.read_bytes())
    raw[-1] ^= 1
    made.file.write_bytes(raw)
    with pytest.raises(DatabaseError, match="its SHA-256 is not that of"):
        restore(url, made.file, force=True)


@pytest.mark.parametrize("length", [0, 10, 5_000, 100_000])
def test_half_a_copy_without_a_hash_is_refused(url: str, tmp_path: Path, length: int) -> None:
    made = back_up(url, tmp_path / "copy.db")
    (tmp_path / "cut.db").write_bytes(made.file.read_bytes()[:length])
    with pytest.raises(DatabaseError, match=r"cut\.db is"):
        restore(url, tmp_path / "cut.db", force=True)
    assert noted(url) == []


def test_another_program_s_database_is_refused(url: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE claim (id)")
    with pytest.raises(DatabaseError, match="its tables are missing"):
        restore(url, tmp_path / "other.db", force=True)


def test_a_copy_of_a_newer_touchstone_is_refused(url: str, tmp_path: Path) -> None:
    with ClaimBase.open(url) as base, base.database.writing() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    back_up(url, tmp_path / "copy.db")
    with pytest.raises(DatabaseError, match=r"newer Touchstone \(step 9999\)"):
        restore(url, tmp_path / "copy.db", force=True)


def test_the_base_is_not_restored_from_itself(url: str, tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="is the claim base itself"):
        restore(url, tmp_path / "base.db", force=True)


def test_for_postgresql_its_own_tool_is_named_and_no_password() -> None:
    with pytest.raises(DatabaseError, match="pg_dump") as told:
        back_up("postgresql+psycopg://me:hush@/base?host=/run&sslpassword=hush")
    assert "hush" not in str(told.value)
    assert str(told.value).endswith("--file touchstone.dump 'postgresql://me@/base?host=%2Frun'")
    with pytest.raises(DatabaseError, match="pg_restore"):
        restore("postgresql://me:hush@host/base", Path("copy.db"))


def test_a_copy_may_have_a_name_that_is_no_text(url: str, tmp_path: Path) -> None:
    assert back_up(url, tmp_path / "n\udcff.db").is_hashed
