"""Files that somebody names are read; a pipe without a writer is not waited for."""

import os
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from config.named_files import encoding_of, give_name, open_named, written_whole


def test_a_file_is_read(tmp_path):
    (tmp_path / "file").write_bytes(b"text")
    with open_named(tmp_path / "file") as file:
        assert file.read() == b"text"


@pytest.mark.parametrize("name", ["nothing", ""])
def test_what_cannot_be_read_is_an_error_with_its_reason(tmp_path, name):
    with pytest.raises(OSError, match=r"No such file|directory"):
        open_named(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_into_which_nobody_writes_is_empty(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with open_named(tmp_path / "pipe") as file:
        assert file.read() == b""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_read_to_its_end_where_somebody_writes(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    there = threading.Event()

    def write() -> None:
        number = os.open(tmp_path / "pipe", os.O_RDWR)
        there.set()
        for _ in range(9):
            os.write(number, b"x" * 20_000)
        os.close(number)

    writer = threading.Thread(target=write)
    writer.start()
    there.wait()
    with open_named(tmp_path / "pipe") as file:
        assert len(file.read()) == 180_000
    writer.join()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_encoding_is_told_by_the_mark(encoding):
    data = "白银 silver".encode(encoding)
    assert data.decode(encoding_of(data)) == "白银 silver"


def refuse(*_: object) -> None:
    raise PermissionError


@pytest.mark.parametrize("has_links", [True, False])
def test_a_whole_file_is_named_and_overwrites_nothing(tmp_path, monkeypatch, has_links):
    if not has_links:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    (tmp_path / "draft").write_text("first")
    give_name(tmp_path / "draft", tmp_path / "name")
    (tmp_path / "other").write_text("second")
    with pytest.raises(FileExistsError):
        give_name(tmp_path / "other", tmp_path / "name")
    assert (tmp_path / "name").read_text() == "first"
    assert (tmp_path / "other").read_text() == "second"


def test_a_file_stands_under_its_name_whole_and_for_its_owner_alone(tmp_path):
    (tmp_path / "name").write_text("before")
    with written_whole(tmp_path / "name") as half:
        half.write_text("after")
        assert (tmp_path / "name").read_text() == "before"
    assert (tmp_path / "name").read_text() == "after"
    assert (tmp_path / "name").stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [tmp_path / "name"]


def test_what_is_broken_off_leaves_all_as_it_was(tmp_path):
    (tmp_path / "name").write_text("before")
    with suppress(KeyboardInterrupt), written_whole(tmp_path / "name") as half:
        half.write_text("aft")
        raise KeyboardInterrupt
    assert (tmp_path / "name").read_text() == "before"
    assert list(tmp_path.iterdir()) == [tmp_path / "name"]


@pytest.mark.parametrize("has_links", [True, False])
def test_a_new_file_gives_way_to_one_that_has_come_meanwhile(tmp_path, monkeypatch, has_links):
    if not has_links:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    (tmp_path / "name").write_text("first")
    with pytest.raises(FileExistsError), written_whole(tmp_path / "name", is_new=True):
        pass
    assert (tmp_path / "name").read_text() == "first"
    assert list(tmp_path.iterdir()) == [tmp_path / "name"]
