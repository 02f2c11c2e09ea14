"""Every side on a base sees what another has changed, and a long write keeps no reader waiting."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from claims.base import ClaimBase
from claims.moderation.rights import Actor
from claims.moderation.server_setup import ServerSetup
from claims.store.freshness import ServerFreshness
from config.errors import DatabaseUnavailableError

SERVER = 5
CHIEF = Actor(4711, SERVER, is_administrator=True)
# In force within two seconds, and more than that on a loaded machine.
PATIENCE = 30.0


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def change(base: ClaimBase, channel: int = 1) -> int:
    ServerSetup(base).set_channel_mode(CHIEF, channel, "on")
    return base.revision


def test_a_change_of_one_s_own_is_known_at_once(any_base: ClaimBase) -> None:
    any_base.database.follow()
    before = any_base.revision
    assert change(any_base) == before + 1


def test_a_change_of_another_side_is_known(any_url: str) -> None:
    with ClaimBase.open(any_url) as mine, ClaimBase.open(any_url) as other:
        mine.database.follow()
        before = mine.revision
        for number in range(1, 4):
            change(other, number)
            until(lambda number=number: mine.revision == before + number)


def test_a_change_that_is_not_kept_is_none(any_base: ClaimBase) -> None:
    before = change(any_base)
    with pytest.raises(ValueError, match="mine"), any_base.database.changing():
        raise ValueError("mine")
    assert any_base.revision == before


def test_where_nothing_changes_nobody_is_asked(any_url: str) -> None:
    with ClaimBase.open(any_url) as base:
        base.database.follow()
        asked: list[str] = []
        change(base)
        event.listen(base.database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
        for _ in range(1_000):
            assert base.revision
        assert len(asked) < 20  # the thread's own, once a second


def test_without_notifications_the_thread_asks_by_itself(any_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claims.store.freshness._can_notify", lambda _: False)
    with ClaimBase.open(any_url) as mine, ClaimBase.open(any_url) as other:
        mine.database.follow()
        before = mine.revision
        change(other)
        until(lambda: mine.revision == before + 1)


def test_what_was_written_is_known_also_while_the_thread_asks(postgres: Callable[[str], str], monkeypatch) -> None:
    monkeypatch.setattr("claims.store.freshness._can_notify", lambda _: False)
    with ClaimBase.open(postgres("empty")) as base:
        before, asked, is_slow = base.revision, threading.Event(), threading.Event()

        def slow(*told: object) -> None:
            if "max(id)" in str(told[2]) and threading.current_thread().name == "touchstone-freshness":
                asked.set()
                time.sleep(1 if is_slow.is_set() else 0)

        event.listen(base.database.engine, "before_cursor_execute", slow)
        base.database.follow()
        assert asked.wait(PATIENCE)
        ServerSetup(base).set_channel_mode(CHIEF, 1, "on")
        is_slow.set()
        asked.clear()
        assert asked.wait(PATIENCE)
        assert base.revision == before + 1


def test_whoever_follows_keeps_the_number_while_the_database_is_out_of_reach(postgres: Callable[[str], str]) -> None:
    with ClaimBase.open(postgres("empty")) as base:
        base.database.follow()
        before, failed = change(base), threading.Event()

        def fail(*_told: object) -> None:
            failed.set()
            raise OperationalError("SELECT", {}, ConnectionError("gone"))

        event.listen(base.database.engine, "before_cursor_execute", fail)
        assert failed.wait(PATIENCE)
        until(lambda: not base.database._freshness._lock.locked())  # pyright: ignore[reportAttributeAccessIssue]
        assert base.revision == before
        event.remove(base.database.engine, "before_cursor_execute", fail)
        assert change(base, 2) == before + 1


class CutOff:
    """Lets the threads of this name (all, without one) fail on their connection to a base."""

    def __init__(self, base: ClaimBase, name: str = "") -> None:
        self._name, self.failures = name, 0
        event.listen(base.database.engine, "before_cursor_execute", self.fail)

    def fail(self, *_told: object) -> None:
        if self._name in threading.current_thread().name:
            self.failures += 1
            raise OperationalError("SELECT", {}, ConnectionError("gone"))


def test_where_the_listener_alone_is_cut_off_changes_of_others_are_seen(postgres: Callable[[str], str]) -> None:
    url = postgres("empty")
    with ClaimBase.open(url) as mine, ClaimBase.open(url) as other:
        mine.database.follow()
        before = mine.revision
        until(lambda: mine.database.seen() is not None)
        cut = CutOff(mine, "touchstone-freshness")
        until(lambda: cut.failures > 1)
        change(other)
        until(lambda: mine.revision == before + 1)


def test_numbers_that_nobody_has_confirmed_for_long_are_not_at_hand(postgres: Callable[[str], str]) -> None:
    with ClaimBase.open(postgres("empty")) as base:
        base.database.follow()
        before = change(base)
        until(lambda: base.database.seen() is not None)
        cut = CutOff(base)
        until(lambda: base.database.seen() is None)
        failures = cut.failures
        assert [base.revision for _ in range(100)] == [before] * 100
        assert cut.failures - failures < 10  # one a second asks, and the thread that listens


def test_a_server_that_goes_without_a_word_is_noticed(postgres: Callable[[str], str]) -> None:
    for address, seconds in ((postgres("empty"), "10"), (f"{postgres('empty')}&connect_timeout=3", "3")):
        with ClaimBase.open(address) as base, base.database.engine.connect() as connection:
            said = connection.connection.driver_connection.info.get_parameters()  # pyright: ignore[reportAttributeAccessIssue, reportOptionalMemberAccess]
        assert (said["tcp_user_timeout"], said["keepalives_idle"]) == ("15000", "10")
        assert said["connect_timeout"] == seconds


def test_following_ends_with_the_base(postgres: Callable[[str], str]) -> None:
    base = ClaimBase.open(postgres("empty"))
    base.database.follow()
    base.close()
    freshness = base.database._freshness
    assert isinstance(freshness, ServerFreshness)
    assert freshness._thread is None


def test_a_base_that_is_up_to_date_is_opened_and_read_while_somebody_writes(tmp_path: Path, templates) -> None:
    url = templates.copy("harbour", tmp_path / "a.db")
    writer = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("DELETE FROM channel")
    started = time.monotonic()
    with ClaimBase.open(url) as base:
        assert base.claims()
        assert base.revision
        waited = time.monotonic() - started
    writer.execute("ROLLBACK")
    writer.close()
    assert waited < 9  # less than a lock is waited for


def test_a_lock_is_told_as_something_that_passes(tmp_path: Path, templates, monkeypatch) -> None:
    monkeypatch.setattr("claims.store.database.PRAGMAS", ("PRAGMA busy_timeout = 50",))
    url = templates.copy("empty", tmp_path / "a.db")
    writer = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    with ClaimBase.open(url) as base:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnavailableError, match="locked"):
            change(base)
        writer.execute("ROLLBACK")
        change(base)
    writer.close()


def test_a_job_is_one_side_s_until_it_gives_it_back(postgres: Callable[[str], str]) -> None:
    url = postgres("empty")
    with ClaimBase.open(url) as mine, ClaimBase.open(url) as other:
        job, same, different = mine.database.job("purge"), other.database.job("purge"), other.database.job("digest")
        assert job.take()
        assert not same.take()
        assert different.take()
        job.release()
        assert same.take()
        same.release()
        different.release()


def test_a_job_of_a_killed_process_is_free_again(postgres: Callable[[str], str]) -> None:
    url = postgres("empty")
    program = (
        "import sys, time; from claims.store.database import Database; "
        f"print(Database({url!r}).job('purge').take(), flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "True"
        with ClaimBase.open(url) as base:
            job = base.database.job("purge")
            assert not job.take()
            process.kill()
            until(job.take)
            job.release()


def test_a_job_in_a_file_is_always_free(base: ClaimBase) -> None:
    job = base.database.job("purge")
    assert job.take()
    job.release()
