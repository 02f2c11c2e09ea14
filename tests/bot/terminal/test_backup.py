"""`touchstone backup` and `touchstone restore`."""

import json
import shutil

import pytest

from claims.store.copying import upgrade
from claims.store.database import Database


@pytest.fixture
def own_base(surroundings, base_address, tmp_path):
    """A base that this test may replace."""
    file = tmp_path / "own.db"
    shutil.copyfile(base_address.removeprefix("sqlite:///"), file)
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", f"sqlite:///{file}")
    return file


def test_a_copy_goes_out_and_comes_back(call, own_base):
    done = call("backup", "copy.db")
    assert done.code == 0
    assert "Written: copy.db" in done.out
    assert "touchstone.key" in done.out
    own_base.unlink()
    done = call("restore", "copy.db")
    assert done.code == 0
    assert "Put back:" in done.out
    assert own_base.exists()
    assert call("claims", "list").code == 0


@pytest.mark.usefixtures("own_base")
def test_in_a_pipe_the_line_with_the_hash_is_one(call, tmp_path):
    done = call("backup", str(tmp_path / "copy.db"))
    assert [line for line in done.out.splitlines() if line.endswith((tmp_path / "copy.db.sha256").read_text()[:64])]


@pytest.mark.usefixtures("own_base")
def test_what_ends_in_a_slash_is_a_folder_and_has_to_be_there(call, tmp_path):
    done = call("backup", "copies/")
    assert done.code == 2
    assert "There is no folder copies/" in done.err
    assert not (tmp_path / "copies").exists()
    (tmp_path / "copies").mkdir()
    assert call("backup", "copies/").code == 0
    assert len(list((tmp_path / "copies").glob("touchstone-*.db"))) == 1


@pytest.mark.usefixtures("own_base")
def test_a_base_is_overwritten_only_when_forced_and_then_kept(call, tmp_path):
    call("backup", "copy.db")
    done = call("restore", "copy.db")
    assert (done.code, done.out) == (1, "")
    assert "Add --force" in done.err
    assert call("restore", "copy.db", "--force").code == 0
    assert len(list(tmp_path.glob("own-before-restore-*.db"))) == 1


def test_a_damaged_copy_is_refused(call, own_base, tmp_path):
    (tmp_path / "copy.db").write_bytes(own_base.read_bytes()[:100_000])
    done = call("restore", "copy.db", "--force")
    assert done.code == 1
    assert "Take another copy" in done.err


def test_a_copy_without_a_hash_is_put_back_and_that_is_said(call, own_base, tmp_path):
    shutil.copyfile(own_base, tmp_path / "copy.db")
    assert "There was no hash beside the copy" in call("restore", "copy.db", "--force").out


@pytest.mark.parametrize("command", [("claims", "list", "--json"), ("doctor",)])
def test_who_upgrades_a_base_learns_where_it_is_kept_as_it_was(call, surroundings, tmp_path, command):
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", f"sqlite:///{tmp_path}/a.db")
    database = Database(f"sqlite:///{tmp_path}/a.db")
    upgrade(database, "0001")
    database.close()
    done = call(*command)
    (kept,) = tmp_path.glob("a-step-0001-*.db")
    assert kept.name in "".join((done.out + done.err).split())
    assert command == ("doctor",) or json.loads(done.out)
    again = call(*command)
    assert "brought up to date" not in again.out + again.err


def test_a_backup_upgrades_and_makes_nothing(call, surroundings, tmp_path):
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", f"sqlite:///{tmp_path}/none/a.db")
    done = call("backup")
    assert done.code == 1
    assert "There is no claim base at" in done.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("own_base")
def test_a_slip_in_the_path_of_the_base_makes_no_folder(call, surroundings, tmp_path):
    call("backup", "copy.db")
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", f"sqlite:///{tmp_path}/slip/a.db")
    assert "There is no folder" in call("restore", "copy.db").err
    assert not (tmp_path / "slip").exists()


def test_a_base_is_copied_into_an_empty_database_and_works_there(call, own_base, surroundings, tmp_path):
    there = f"sqlite:///{tmp_path}/there.db"
    done = call("db", "copy", f"sqlite:///{own_base}", there)
    assert done.code == 0
    assert "with the same digests on both sides" in done.out
    assert "claim: " in done.err
    listed = call("claims", "list").out
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", there)
    assert call("claims", "list").out == listed


def test_a_copy_into_another_database_that_is_broken_off_says_that_it_goes_on(call, own_base, surroundings, tmp_path):
    def broken_off(*_: object):
        raise KeyboardInterrupt

    arguments = ("db", "copy", f"sqlite:///{own_base}", f"sqlite:///{tmp_path}/other.db")
    with surroundings.context() as patched:
        patched.setattr("claims.exchange.moving._compared", broken_off)
        done = call(*arguments)
    assert done.code == 130
    assert done.err.endswith("rows\ntouchstone: Broken off. The same command goes on where this ended.\n")
    assert call(*arguments).code == 0


def test_a_base_is_not_copied_over_another(call, own_base, base_address):
    done = call("db", "copy", base_address, f"sqlite:///{own_base}")
    assert (done.code, done.out) == (1, "")
    assert "is not empty" in done.err


def test_a_slip_in_the_path_of_another_database_makes_no_folder(call, own_base, tmp_path):
    done = call("db", "copy", f"sqlite:///{own_base}", f"sqlite:///{tmp_path}/slip/other.db")
    assert done.code == 1
    assert f"There is no folder {tmp_path}/slip" in done.err
    assert not (tmp_path / "slip").exists()


@pytest.mark.parametrize("wrong", ["FROM", "TO"])
def test_of_two_addresses_the_one_that_is_none_is_named(call, own_base, wrong):
    addresses = {"FROM": f"sqlite:///{own_base}", "TO": "sqlite:///other.db", wrong: "nonsense"}
    done = call("db", "copy", addresses["FROM"], addresses["TO"])
    assert done.code == 2
    assert f"{wrong}: database_url cannot be read." in " ".join(done.err.split())


def test_a_fault_of_the_settings_is_told_before_anything_is_copied(call, own_base, surroundings, tmp_path):
    surroundings.setenv("TOUCHSTONE_MAX_CLAIMS", "9")
    assert call("db", "copy", f"sqlite:///{own_base}", f"sqlite:///{tmp_path}/other.db").code == 1
    assert not (tmp_path / "other.db").exists()


@pytest.mark.usefixtures("own_base")
def test_a_copy_does_not_go_to_standard_output(call, tmp_path):
    done = call("backup", "-")
    assert (done.code, done.out) == (2, "")
    assert not (tmp_path / "-").exists()
