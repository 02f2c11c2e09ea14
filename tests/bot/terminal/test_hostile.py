"""A command line in bad surroundings: whatever is in the way, it ends in words and with a code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CLAIM = "every H100 server has 5 kg of silver inside"
ON_FILES = (
    ("claims", "import"),
    ("claims", "import", "--yes", "--partial"),
    ("documents", "add"),
    ("documents", "load"),
    ("documents", "candidates"),
)
RUN = ("run",)
TOKEN = "a.loopback.token"
LOOKING = (
    ("check", CLAIM),
    ("check", "--json", CLAIM),
    ("claims", "list"),
    ("claims", "show", "silver-h100-1.2kg"),
    ("claims", "history"),
    ("documents", "list", "--json"),
    ("packs", "list"),
    ("trends",),
    ("doctor",),
    ("backup",),
    RUN,
)


def is_told(done) -> bool:
    """Tell whether a call ended with words: of what went wrong at most a few sentences, and nothing of our insides."""
    said = done.out + done.err
    insides = any(word in said for word in ("Traceback", "sqlalchemy", "sqlite3.", "pydantic", "<class", '.py"'))
    return done.code in {0, 1, 2, 3, 130} and not insides and bool(said.strip() or done.code == 0)


@pytest.fixture
def own_base(surroundings, templates, tmp_path):
    """A claim base of the test's own, which may be written to."""
    address = templates.copy("shipped", tmp_path / "own.db")
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", address)
    return address


@pytest.fixture
def read_only(tmp_path):
    """A folder in which nobody can write, the administrator neither; filled by what it is called with."""
    folder = tmp_path / "read-only"
    folder.mkdir()
    mounted = []

    def make(fill=lambda _folder: None) -> Path:
        if os.geteuid():
            fill(folder)
            folder.chmod(0o500)
            return folder
        if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True, check=False).returncode:
            pytest.skip("no file system can be mounted here")
        mounted.append(folder)
        fill(folder)
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True, capture_output=True)
        return folder

    yield make
    folder.chmod(0o700) if os.geteuid() else None
    for each in mounted:
        subprocess.run(["umount", "--lazy", each], check=True, capture_output=True)


@pytest.mark.skipif(sys.platform != "linux", reason="rights work otherwise here")
@pytest.mark.parametrize("command", LOOKING, ids=" ".join)
def test_a_home_that_cannot_be_written_to_is_told(call, surroundings, read_only, command):
    home = read_only()
    surroundings.delenv("TOUCHSTONE_DATABASE_URL")
    surroundings.delenv("XDG_DATA_HOME", raising=False)
    surroundings.setenv("HOME", str(home))
    if command == RUN:  # others would ask Discord whose it is
        surroundings.setenv("TOUCHSTONE_DISCORD_TOKEN", TOKEN)
    done = call(*command)
    assert is_told(done)
    assert done.code != 0
    assert str(home) in "".join((done.out + done.err).split())


@pytest.mark.parametrize("command", LOOKING, ids=" ".join)
def test_something_in_the_way_of_the_base_is_told(call, surroundings, tmp_path, command):
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder.db").mkdir()
    if command == RUN:
        surroundings.setenv("TOUCHSTONE_DISCORD_TOKEN", TOKEN)
    for place in ("file/base.db", "folder.db", "file"):
        surroundings.setenv("TOUCHSTONE_DATABASE_URL", f"sqlite:///{tmp_path}/{place}")
        done = call(*command)
        assert is_told(done)
        assert done.code != 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("command", ON_FILES, ids=" ".join)
@pytest.mark.usefixtures("own_base")
def test_a_pipe_in_the_place_of_a_file_is_refused_and_not_waited_for(call, tmp_path, command):
    os.mkfifo(tmp_path / "pipe")
    done = call(*command, str(tmp_path / "pipe"))
    assert is_told(done)
    assert done.code != 0
