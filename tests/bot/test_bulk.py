"""Checks in bulk: in order, each text once, whatever ends midway; and a run that ended early goes on."""

import json
import os
import random
import signal
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import bulk as bulk_file
from bot.bulk import (
    Bulk,
    BulkChoice,
    BulkRun,
    ClusterWorkers,
    KeptFindings,
    Part,
    ProcessWorkers,
    Recipe,
    Seen,
    Workers,
)
from bot.service import Touchstone
from checks.embedders.semantic import SemanticEmbedder
from checks.model import Finding, Match
from config.errors import BulkError
from config.settings import load_settings

CLAIM = "every H100 server has 5 kg of silver inside"


def check(text: str) -> Finding:
    """Take "claim 7" for a message that calls for a reply."""
    return Finding(text, "en", "reply", (Match(text, 0.9, "asserts", ""),)) if text[:5] == "claim" else silent(text)


def silent(text: str) -> Finding:
    return Finding(text, "en", "silent")


@dataclass
class Unsteady(Workers):
    """Workers that answer when they are asked for, and of which some end midway."""

    dice: random.Random
    count: int = 2

    def submit(self, texts):
        answer = Future()
        if self.dice.random() < 0.1:
            raise BrokenProcessPool("killed before")
        if self.dice.random() < 0.2:
            answer.set_exception(BrokenProcessPool("killed"))
        else:
            answer.set_result([Finding("", each.language, each.action, each.matches) for each in map(check, texts)])
        return answer

    def recover(self, error):
        assert isinstance(error, BrokenProcessPool)


def numbered(sizes: list[int]) -> list[Part[str]]:
    texts = iter(range(sum(sizes)))
    return [
        Part(Path(f"{n}"), [f"{'claim' if number % 3 else 'chat'} {number}" for number in islice(texts, size)])
        for n, size in enumerate(sizes)
    ]


@given(st.lists(st.integers(0, 900), max_size=6), st.integers(0, 999))
def test_each_text_is_found_once_and_in_order_whoever_ends_midway(sizes, seed):
    parts = numbered(sizes)
    wanted = [text for part in parts for text in part.rows]
    found = list(Bulk(str, check, Unsteady(random.Random(seed))).checked(parts))
    assert [text for text, _ in found] == wanted
    assert [finding for _, finding in found] == [check(text) for text in wanted]


def test_no_more_is_read_than_waits_for_the_workers():
    read = []

    def rows():
        for number in range(10**9):
            read.append(number)
            yield f"chat {number}"

    with closing(Bulk(str, check, Unsteady(random.Random(1))).checked([Part(Path("endless"), rows())])) as found:
        assert [text for text, _ in islice(found, 1_000)] == [f"chat {number}" for number in range(1_000)]
    assert len(read) < 5_000


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="Windows cannot have a signal wait")
def test_processes_do_not_hear_ctrl_c_not_even_while_they_start(touchstone):
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    with ProcessWorkers(Recipe.of(touchstone), 1) as workers:
        answer = workers.submit([CLAIM])
        (process,) = workers._pool._processes
        os.kill(process, signal.SIGINT)
        assert len(answer.result()) == 1
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


def test_what_ends_again_and_again_is_told(monkeypatch):
    workers = object.__new__(ProcessWorkers)
    monkeypatch.setattr(ProcessWorkers, "_open", lambda _: Pool())
    workers.__init__(None, 2)
    for _ in range(3):
        workers.recover(BrokenProcessPool())
    with pytest.raises(BulkError, match="--processes 1"):
        workers.recover(BrokenProcessPool())
    with pytest.raises(ZeroDivisionError):
        workers.recover(ZeroDivisionError())


class Pool:
    def shutdown(self, **_):
        pass


@pytest.fixture
def files(tmp_path):
    made = []
    for name, texts in {"one": ["chat 1", "claim 2", "claim 3"], "two": ["claim 4"], "three": ["chat 5"]}.items():
        path = tmp_path / name
        path.write_text("\n".join(texts), "utf-8")
        made.append(path)
    return made


def parts_of(files):
    return [Part(path, path.read_text("utf-8").split("\n")) for path in files]


def run(files, work, fingerprint="a", check=check):
    return list(Bulk(str, check, kept=KeptFindings(work, fingerprint)).checked(parts_of(files)))


def none_is_asked(text):
    raise AssertionError(text)


def test_a_second_run_asks_nothing_and_says_the_same(files, tmp_path):
    work = tmp_path / "work.jsonl"
    first = run(files, work)
    again = run(files, work, check=none_is_asked)
    assert [(text, each.action, each.best and each.best.claim) for text, each in again] == [
        (text, each.action, each.best and each.best.claim) for text, each in first
    ]
    assert all(each.text == text for text, each in again)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_run_that_is_left_goes_on_with_the_row_that_it_had_come_to(files, tmp_path, count):
    work, whole = tmp_path / "work.jsonl", run(files, tmp_path / "whole.jsonl")
    # The second time it is left earlier, which takes nothing of the first back.
    for rows in (count, 1):
        list(islice(Bulk(str, check, kept=KeptFindings(work, "a")).checked(parts_of(files)), rows))
    seen = []
    again = run(files, work, check=lambda text: seen.append(text) or check(text))
    assert seen == ["chat 1", "claim 2", "claim 3", "claim 4", "chat 5"][count:]
    assert [(text, each.action) for text, each in again] == [(text, each.action) for text, each in whole]
    run(files, work, check=none_is_asked)


def test_another_base_and_another_text_are_checked_anew(files, tmp_path):
    work, seen = tmp_path / "work.jsonl", []

    def noted(text):
        seen.append(text)
        return check(text)

    run(files, work)
    run(files, work, "b", noted)
    assert len(seen) == 5
    files[1].write_text("claim 6", "utf-8")
    run(files, work, check=noted)
    assert seen[5:] == ["claim 6"]


def test_a_line_that_was_written_by_halves_is_passed_over(files, tmp_path):
    work, seen = tmp_path / "work.jsonl", []
    run(files, work)
    work.write_bytes(work.read_bytes()[:-20])
    run(files, work, check=lambda text: seen.append(text) or check(text))
    assert seen == ["chat 5"]
    assert run(files, work, check=none_is_asked)


def test_a_file_that_could_not_be_read_to_its_end_is_not_done(files, tmp_path):
    work = tmp_path / "work.jsonl"
    broken = parts_of(files)
    broken[0].is_whole = False
    list(Bulk(str, check, kept=KeptFindings(work, "a")).checked(broken))
    assert len(work.read_text("utf-8").splitlines()) == 2


def test_no_text_is_kept(files, tmp_path):
    files[0].write_text("claim about somebody's secret", "utf-8")
    kept = Bulk(str, lambda text: Finding(text, "en", "reply", (Match("crane", 1, "asserts", ""),)))
    kept.kept = KeptFindings(tmp_path / "work.jsonl", "a")
    list(kept.checked(parts_of(files)))
    written = (tmp_path / "work.jsonl").read_text("utf-8")
    assert "crane" in written
    assert "secret" not in written


def test_a_work_file_that_cannot_be_written_is_told(files, tmp_path):
    with pytest.raises(BulkError, match="--work"):
        run(files, tmp_path / "no" / "work.jsonl")


@given(st.lists(st.text(max_size=3)))
def test_what_has_come_is_known_again(keys):
    seen, known = Seen(), set()
    seen._MOST_LOOSE = 2
    for key in keys:
        assert seen.is_new(key) == (key not in known)
        known.add(key)


@pytest.fixture
def touchstone(tmp_path, templates):
    with Touchstone.open(
        load_settings(database_url=templates.copy("shipped", tmp_path / "a.db"), embedder="none")
    ) as made:
        yield made


def test_a_recipe_takes_no_secret_along(touchstone):
    own = touchstone.settings.model_copy(update={"discord_token": "hidden", "hash_key": "hidden"})
    touchstone.settings = own.model_copy(update={"database_url": "postgresql://me:hidden@host/base"})
    assert "hidden" not in repr(Recipe.of(touchstone).settings.model_dump())


def test_a_recipe_is_known_by_what_it_decides_with(touchstone):
    recipe = Recipe.of(touchstone)
    assert recipe.fingerprint("chat") == Recipe.of(touchstone).fingerprint("chat")
    fewer = Recipe(recipe.claims[1:], recipe.tuning, recipe.settings)
    assert len({recipe.fingerprint("chat"), recipe.fingerprint("messages"), fewer.fingerprint("chat")}) == 3


def test_a_process_of_its_own_takes_the_weights_that_are_kept_beside_the_base(touchstone, tmp_path, monkeypatch):
    recipe = replace(Recipe.of(touchstone), settings=load_settings(embedder="semantic"))
    with closing(SemanticEmbedder(tmp_path)) as embedder:
        embedder.embed([CLAIM])
    monkeypatch.setattr(SemanticEmbedder, "_unpacked", lambda *_: pytest.fail("unpacked"))
    assert recipe.checker().check(CLAIM).action == "reply"


MESSAGES = [CLAIM if number % 50 == 0 else f"good morning number {number}" for number in range(3_000)]


def actions(found):
    return [(text, each.action, each.best and each.best.claim) for text, each in found]


@pytest.mark.slow
def test_a_process_that_is_killed_loses_nothing_and_doubles_nothing(touchstone):
    wanted = actions((text, touchstone.check(text)) for text in MESSAGES)
    with BulkRun(BulkChoice(processes=2), "chat") as opened:
        bulk = opened.bulk(touchstone, str, 0)
        found = []
        for number, each in enumerate(bulk.checked([Part(Path("chat"), MESSAGES)])):
            found.append(each)
            if number == 500:
                os.kill(next(iter(bulk.workers._pool._processes)), signal.SIGKILL)
    assert actions(found) == wanted


@pytest.mark.slow
def test_a_worker_of_a_cluster_that_is_killed_loses_nothing_and_doubles_nothing(touchstone):
    distributed = pytest.importorskip("distributed", reason="Dask is not installed: the extra `cluster` brings it")
    wanted = actions((text, touchstone.check(text)) for text in MESSAGES)
    settings = {
        "n_workers": 2,
        "threads_per_worker": 1,
        "dashboard_address": None,
        "protocol": "tcp",
        "host": "127.0.0.1",
    }
    with ExitStack() as stack:
        cluster = stack.enter_context(distributed.LocalCluster(**settings))
        opened = stack.enter_context(BulkRun(BulkChoice(scheduler=cluster.scheduler_address), "chat"))
        bulk = opened.bulk(touchstone, str, 0)
        assert isinstance(bulk.workers, ClusterWorkers)
        assert bulk.workers.count == 2
        pids, found = bulk.workers._client.run(os.getpid), []
        for number, each in enumerate(bulk.checked([Part(Path("chat"), MESSAGES)])):
            found.append(each)
            if number == 500:
                os.kill(next(iter(pids.values())), signal.SIGKILL)
        assert actions(found) == wanted


def test_a_cluster_without_dask_or_without_a_scheduler_is_told(touchstone, monkeypatch):
    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(bulk_file, "import_module", absent)
    with BulkRun(BulkChoice(scheduler="127.0.0.1:1"), "chat") as opened, pytest.raises(BulkError, match="Install"):
        opened.bulk(touchstone, str, 0)


def test_small_files_are_checked_here_and_large_ones_by_processes(touchstone, monkeypatch):
    asked = []
    monkeypatch.setattr(ProcessWorkers, "__init__", lambda _self, _recipe, count: asked.append(count))
    monkeypatch.setattr(ProcessWorkers, "__exit__", lambda *_: None)
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    for choice, size in (
        (BulkChoice(), 1_000),
        (BulkChoice(processes=1), 10**9),
        (BulkChoice(), 10**9),
        (BulkChoice(processes=3), 5),
    ):
        with BulkRun(choice, "chat") as opened:
            opened.bulk(touchstone, str, size)
    assert asked == [4, 3]


def test_a_note_is_fit_for_json_lines(files, tmp_path):
    work = tmp_path / "work.jsonl"
    run(files, work)
    rows = [json.loads(line) for line in work.read_text("utf-8").splitlines()]
    assert [row["rows"] for row in rows] == [3, 1, 1]
    assert [[note[0] for note in row["found"]] for row in rows] == [[1, 2], [0], []]
