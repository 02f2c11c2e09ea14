"""Users are known by a keyed hash only."""

import os
import stat
from pathlib import Path

import pytest

from claims.store.revisions import hash_user, read_hash_key
from config.errors import ClaimBaseError


def test_the_key_that_an_operator_gives_is_used(tmp_path: Path) -> None:
    assert read_hash_key("given", tmp_path) == b"given"
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = read_hash_key(None, tmp_path / "data")
    [path] = (tmp_path / "data").iterdir()
    assert read_hash_key("", tmp_path / "data") == first
    assert len(first) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_is_made_where_the_file_system_has_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    # Whichever way a link is asked for.
    monkeypatch.setattr(Path, "hardlink_to", refuse)
    monkeypatch.setattr(os, "link", refuse)
    assert read_hash_key(None, tmp_path) == read_hash_key(None, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["touchstone.key"]


def test_an_empty_key_file_is_named(tmp_path: Path) -> None:
    read_hash_key(None, tmp_path)
    [path] = tmp_path.iterdir()
    path.write_text("\n")
    with pytest.raises(ClaimBaseError, match=r"touchstone\.key is empty"):
        read_hash_key(None, tmp_path)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ClaimBaseError, match="TOUCHSTONE_HASH_KEY"):
        read_hash_key(None, tmp_path / "file" / "folder")


def test_a_user_has_the_same_hash_under_one_key_only() -> None:
    assert hash_user(1, b"a") == hash_user(1, b"a")
    assert len({hash_user(1, b"a"), hash_user(1, b"b"), hash_user(2, b"a")}) == 3


def test_a_base_that_can_only_be_read_needs_no_key_of_its_own(tmp_path):
    assert len(read_hash_key(None, tmp_path, is_read_only=True)) >= 32
    assert not list(tmp_path.iterdir())
    kept = read_hash_key(None, tmp_path)
    assert read_hash_key(None, tmp_path, is_read_only=True) == kept
