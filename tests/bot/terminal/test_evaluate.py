"""`touchstone evaluate` and `touchstone calibrate`, called as a person calls them."""

import json
import multiprocessing
import os
import sys
import time
from concurrent.futures import Future
from dataclasses import fields

import pytest

from bot.service import Touchstone
from bot.terminal.calibrate import show_calibration
from bot.terminal.console import Terminal
from checks.calibration import AnswerShares, MeaningCalibration, Measurer
from checks.tuning import CutOffs
from config.settings import load_settings

CLAIMS = [
    {"id": "clock", "text": "The town hall clock was built by a blind watchmaker.", "title": "Blind watchmaker"},
    {"id": "ferry", "text": "The harbour ferry carried four million passengers last winter.", "title": ""},
]
QUERIES = [{"id": "q1", "text": "a blind watchmaker made the clock on the town hall, amazing", "rel": ["clock"]}]
MESSAGES = [
    {"id": "m1", "text": "good night everybody", "lang": "en", "claims": [], "stance": "none"},
    {"id": "m2", "text": "what is for lunch", "lang": "en", "claims": [], "stance": "none"},
]


def write(path, rows):
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return str(path)


def test_messages_are_judged_and_written_without_their_text(call, tmp_path):
    file, out = write(tmp_path / "messages.jsonl", MESSAGES), tmp_path / "out.json"
    outcome = call("evaluate", "messages", file, "--out", str(out))
    assert outcome.code == 0
    assert "answered where there is no claim" in " ".join(outcome.out.split())
    written = json.loads(out.read_text("utf-8"))
    assert written["figures"] == {"false": 0, "false_offer": 0}
    assert "good night" not in out.read_text("utf-8")


def test_chat_is_judged(call, tmp_path):
    outcome = call("evaluate", "chat", write(tmp_path / "chat.jsonl", MESSAGES))
    assert outcome.code == 0
    assert "2 messages" in outcome.out


def test_files_and_folders_are_read_and_alarms_name_their_file(call, tmp_path):
    claim = {"text": "every H100 server has 5 kg of silver inside"}
    (tmp_path / "chats" / "old").mkdir(parents=True)
    write(tmp_path / "chats" / "one.jsonl", [*MESSAGES, claim])
    (tmp_path / "chats" / "old" / "two.txt").write_text("good morning\nsee you", "utf-8")
    out = tmp_path / "out.json"
    outcome = call("evaluate", "chat", str(tmp_path / "chats"), "--out", str(out))
    assert outcome.code == 0, outcome.err
    written = json.loads(out.read_text("utf-8"))
    assert written["lines"] == 5
    assert [(alarm["file"][-9:], alarm["line"]) for alarm in written["alarms"]] == [("one.jsonl", 3)]
    labelled = tmp_path / "labelled"
    labelled.mkdir()
    for name in ("a.jsonl", "b.jsonl"):
        write(labelled / name, MESSAGES)
    assert call("evaluate", "messages", str(labelled), "--out", str(out)).code == 0
    assert json.loads(out.read_text("utf-8"))["rows"] == 4


@pytest.mark.parametrize("options", [("--json",), ("--out", "-")])
def test_json_and_a_dash_put_figures_and_nothing_else_on_standard_output(call, tmp_path, options):
    file = write(tmp_path / "messages.jsonl", MESSAGES)
    assert json.loads(call("evaluate", "messages", file, *options).out)["rows"] == 2
    assert json.loads(call("evaluate", "chat", file, *options).out)["lines"] == 2


def test_a_dash_is_standard_input(call):
    lines = "\n".join(json.dumps(row) for row in MESSAGES).encode()
    assert json.loads(call("evaluate", "messages", "-", "--json", typed=lines).out)["rows"] == 2
    assert "2 messages" in call("evaluate", "chat", "-", typed=b"good night\nwhat is for lunch\n").out


def test_a_folder_without_files_is_told(call, tmp_path):
    outcome = call("evaluate", "chat", str(tmp_path))
    assert outcome.code == 1
    assert ".jsonl or .txt" in outcome.err


def test_a_second_run_over_the_same_files_goes_on_from_what_is_kept(call, tmp_path, monkeypatch):
    file, work = write(tmp_path / "chat.jsonl", MESSAGES), str(tmp_path / "work.jsonl")
    first = call("evaluate", "chat", file, "--work", work)
    monkeypatch.setattr(Touchstone, "check", None)
    assert call("evaluate", "chat", file, "--work", work) == first


def test_claims_are_ranked_and_decided_on(call, tmp_path):
    write(tmp_path / "claims.jsonl", CLAIMS)
    write(tmp_path / "dev.jsonl", QUERIES)
    chat = tmp_path / "chat.txt"
    chat.write_text("see you all tomorrow morning\n" * 3, "utf-8")
    out = tmp_path / "out.json"
    outcome = call("evaluate", "retrieval", str(tmp_path), "--decide", str(chat), "--out", str(out))
    assert outcome.code == 0, outcome
    written = json.loads(out.read_text("utf-8"))["dev"]
    assert "mistyped" not in written
    assert written["figures"] == {"map@5": 1, "p@1": 1, "s@5": 1, "p@1_others": 1}
    assert written["decide"]["answered"] == 1


def test_claims_are_ranked_for_mistyped_messages_too(call, tmp_path):
    write(tmp_path / "claims.jsonl", CLAIMS)
    write(tmp_path / "dev.jsonl", QUERIES)
    out = tmp_path / "out.json"
    outcome = call("evaluate", "retrieval", str(tmp_path), "--typos", "3", "--out", str(out))
    assert outcome.code == 0, outcome
    assert "dev, mistyped" in outcome.out
    assert json.loads(out.read_text("utf-8"))["dev"]["mistyped"]["figures"] == {
        "map@5": 1,
        "p@1": 1,
        "s@5": 1,
        "p@1_others": 1,
    }


FORKED = pytest.mark.skipif(sys.platform != "linux", reason="only there processes are forked")


@pytest.fixture
def ranked(call, tmp_path):
    """Rank the claims for fifty messages, with some options; return the outcome, and what was written without times."""
    write(tmp_path / "claims.jsonl", CLAIMS)
    write(tmp_path / "dev.jsonl", [{**QUERIES[0], "id": n, "text": f"{n} {QUERIES[0]['text']}"} for n in range(50)])

    def rank(*options: str):
        out = tmp_path / "out.json"
        outcome = call("evaluate", "retrieval", str(tmp_path), "--out", str(out), *options)
        written = json.loads(out.read_text("utf-8"))["dev"] if outcome.code == 0 else {}
        return outcome, {name: each for name, each in written.items() if not name.startswith("milliseconds")}

    return rank


def test_several_processes_rank_as_one_does(ranked):
    alone, written = ranked("--processes", "1")
    assert alone.code == 0
    assert written["rows"] == 50
    assert ranked("--processes", "3")[1] == written


@FORKED
def test_processes_that_end_midway_are_told(ranked, monkeypatch):
    monkeypatch.setattr("checks.evaluation.rank", lambda *_: os._exit(9))
    outcome, _ = ranked("--processes", "2")
    assert outcome.code == 1
    assert "--processes 1" in outcome.err


@FORKED
def test_a_ranking_that_is_broken_off_leaves_no_process(ranked, monkeypatch):
    def interrupted(_, rows):
        if isinstance(rows[0], Future):
            raise KeyboardInterrupt
        return rows

    monkeypatch.setattr("bot.terminal.evaluate.track", interrupted)
    assert ranked("--processes", "2")[0].code == 130
    # A thread of the pool waits for them too: whoever asks while it is told that one has ended is told nothing yet.
    last = time.monotonic() + 60
    while multiprocessing.active_children() and time.monotonic() < last:
        time.sleep(0.05)
    assert not multiprocessing.active_children()


def test_a_faulty_file_is_named_with_line_and_field(call, tmp_path):
    file = write(tmp_path / "messages.jsonl", [MESSAGES[0], {"text": "x", "stance": "none"}])
    outcome = call("evaluate", "messages", file)
    assert outcome.code == 1
    assert "messages.jsonl, line 2, claims" in outcome.err


@pytest.mark.parametrize(("reply", "offer", "is_told"), [(0.2, 0.15, True), (0.9, 0.042, True), (0.6, 0.15, False)])
def test_cut_offs_that_answer_what_is_likelier_something_else_warn_of_wrong_labels(capsys, reply, offer, is_told):
    shares = AnswerShares(*(0.0 for _ in fields(AnswerShares)))
    found = MeaningCalibration(CutOffs(reply, offer, 0.02), 20, 20, shares, shares)
    show_calibration(Terminal(load_settings(language="auto")), found)
    told = " ".join(capsys.readouterr().out.split())
    assert f"reply from {reply:.3f}, offer from {offer:.3f}" in told
    assert ("look through them again" in told) == is_told


@pytest.mark.parametrize("budget", ["2000", "much", "1/0"])
def test_a_budget_that_is_none_is_refused(call, tmp_path, budget):
    file = write(tmp_path / "messages.jsonl", MESSAGES)
    outcome = call("calibrate", "--messages", file, "--chat", file, "--budget", budget)
    assert outcome.code == 2


def test_a_budget_of_one_in_so_many_needs_just_so_many_lines(call, tmp_path):
    chat = write(tmp_path / "chat.jsonl", [{"text": f"see you at {n} then"} for n in range(103)])
    given = ("--messages", many(tmp_path), "--chat", chat, "--work", str(tmp_path / "work.jsonl"))
    assert "103 lines of chat" in call("calibrate", *given, "--budget", "1/103").out
    assert "Give at least 104 with --chat" in " ".join(call("calibrate", *given, "--budget", "1/104").err.split())


def test_too_little_to_calibrate_with_is_told(call, tmp_path):
    file, work = write(tmp_path / "messages.jsonl", MESSAGES), tmp_path / "work.jsonl"
    outcome = call("calibrate", "--messages", file, "--chat", file, "--work", str(work))
    assert outcome.code == 1
    assert "Too few labelled messages" in outcome.err
    assert not work.exists(), "nothing is measured for what can never be enough"


def many(tmp_path):
    rows = [{"id": n, "text": f"message {n} of many", "claims": [], "stance": "none"} for n in range(30)]
    claims = [row | {"text": f"silver {row['id']}", "claims": ["ai-bubble"], "stance": "asserts"} for row in rows]
    return write(tmp_path / "messages.jsonl", [*rows, *claims])


def after(count, check):
    """Return a check that Ctrl-C breaks off."""
    left = iter(range(count))

    def checked(self, text):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return check(self, text)

    return checked


def test_a_calibration_that_is_broken_off_says_how_it_goes_on_and_keeps_no_text(call, tmp_path, monkeypatch):
    file, work = many(tmp_path), tmp_path / "work.jsonl"
    measure = Measurer._measure
    monkeypatch.setattr(Measurer, "_measure", after(10, measure))
    command = ("calibrate", "--messages", file, "--chat", file, "--budget", "1/20", "--work", str(work))
    outcome = call(*command)
    assert (outcome.code, len(work.read_text("utf-8").splitlines())) == (130, 10)
    assert "The same command goes on where this ended." in outcome.err
    assert "silver" not in work.read_text("utf-8")
    monkeypatch.setattr(Measurer, "_measure", measure)
    assert "Read: 60 labelled messages" in call(*command).out
    assert len(work.read_text("utf-8").splitlines()) == 60, "no text is measured twice"


def test_a_calibration_says_where_measurements_of_another_state_do_not_count_any_more(call, tmp_path):
    file, work = many(tmp_path), tmp_path / "work.jsonl"
    command = ("calibrate", "--messages", file, "--chat", file, "--budget", "1/20", "--work", str(work))
    assert "measured anew" not in call(*command).err
    lines = work.read_text("utf-8").splitlines()
    work.write_text("\n".join(json.dumps(json.loads(line) | {"base": "older"}) for line in lines) + "\n", "utf-8")
    assert "all is measured anew" in " ".join(call(*command).err.split())
    assert len(work.read_text("utf-8").splitlines()) == 2 * len(lines)
    assert "measured anew" not in call(*command).err


@pytest.mark.parametrize("command", ["calibrate", "evaluate"])
@pytest.mark.parametrize("foreign", [b'{"id": "1", "text": "lunch?"}\n', "{}\nPreisgefüge\n".encode("latin-1")])
def test_a_file_that_holds_something_else_is_not_worked_in(call, tmp_path, command, foreign):
    file, work = many(tmp_path), tmp_path / "work.jsonl"
    work.write_bytes(foreign)
    given = (
        ("calibrate", "--messages", file, "--chat", file, "--budget", "1/20")
        if command == "calibrate"
        else ("evaluate", "messages", file)
    )
    outcome = call(*given, "--work", str(work))
    assert outcome.code == 1
    assert "(it holds something else). Name another file with --work" in " ".join(outcome.err.split())
    assert work.read_bytes() == foreign


@pytest.mark.parametrize("kind", ["messages", "chat"])
def test_an_evaluation_that_is_broken_off_in_the_middle_of_a_file_goes_on_there(call, tmp_path, monkeypatch, kind):
    file, work = many(tmp_path), str(tmp_path / "work.jsonl")
    whole = call("evaluate", kind, file).out
    check, asked = Touchstone.check, []
    monkeypatch.setattr(Touchstone, "check", after(25, check))
    outcome = call("evaluate", kind, file, "--work", work)
    assert outcome.code == 130
    assert "The same command goes on where this ended." in outcome.err
    monkeypatch.setattr(Touchstone, "check", lambda self, text: asked.append(text) or check(self, text))
    outcome = call("evaluate", kind, file, "--work", work)
    assert (outcome.code, outcome.out) == (0, whole)
    assert len(asked) == 60 - 25


def test_an_evaluation_without_a_place_to_keep_its_work_says_so_when_it_is_broken_off(call, tmp_path, monkeypatch):
    monkeypatch.setattr(Touchstone, "check", after(3, Touchstone.check))
    outcome = call("evaluate", "messages", many(tmp_path))
    assert outcome.code == 130
    assert "--work FILE" in outcome.err


def test_claims_of_labels_that_the_base_does_not_have_are_named(call, tmp_path):
    row = {"id": 1, "text": "silver", "claims": ["no-such-claim"], "stance": "asserts"}
    file = write(tmp_path / "messages.jsonl", [row])
    assert "no-such-claim" in call("evaluate", "messages", file).err
    assert "no-such-claim" in call("calibrate", "--messages", file).err


def test_ticks_cannot_be_read_where_words_alone_decide(call, tmp_path):
    outcome = call("calibrate", "--labels", "--work", str(tmp_path / "work.jsonl"))
    assert outcome.code == 2
    assert "needs an embedder" in outcome.err


@pytest.mark.parametrize("kind", ["messages", "chat"])
def test_a_folder_that_is_gone_on_with_may_hold_the_work_itself(call, tmp_path, kind):
    many(tmp_path)
    command = ("evaluate", kind, ".", "--work", "work.jsonl")
    first = call(*command)
    again = call(*command)
    assert (tmp_path / "work.jsonl").is_file()
    assert (again.code, again.out, again.err) == (0, first.out, first.err)


def test_of_what_comes_from_standard_input_nobody_is_told_that_it_goes_on(call, tmp_path, monkeypatch):
    many(tmp_path)
    typed = (tmp_path / "messages.jsonl").read_bytes()
    monkeypatch.setattr(Touchstone, "check", after(3, Touchstone.check))
    outcome = call("evaluate", "messages", "-", "--work", "work.jsonl", typed=typed)
    assert outcome.code == 130
    assert "Of input that is no file nothing is kept" in " ".join(outcome.err.split())
    assert not (tmp_path / "work.jsonl").exists()


def test_a_line_that_is_no_json_is_named_once_and_in_our_words(call, tmp_path):
    (tmp_path / "chat.jsonl").write_text('{"text": "hi"}\nnonsense\n', "utf-8")
    assert "chat.jsonl, line 2: this is no JSON (Expecting value)." in call("evaluate", "chat", "chat.jsonl").err
    (tmp_path / "messages.jsonl").write_text(f'{{"id": {"9" * 4_301}}}\n', "utf-8")
    assert "(a number has too many digits)" in call("evaluate", "messages", "messages.jsonl").err
    (tmp_path / "messages.jsonl").write_text("[" * 200_000, "utf-8")
    assert "(nested too deeply)" in call("evaluate", "messages", "messages.jsonl").err


def test_a_calibration_that_was_killed_in_the_middle_of_a_line_measures_that_text_alone_again(call, tmp_path):
    file, work = many(tmp_path), tmp_path / "work.jsonl"
    command = ("calibrate", "--messages", file, "--chat", file, "--budget", "1/20", "--work", str(work))
    call(*command)
    whole = work.read_bytes()
    work.write_bytes(whole[:-20])
    call(*command)
    assert work.read_bytes().splitlines()[-1] == whole.splitlines()[-1]
    call(*command)
    assert len(work.read_bytes().splitlines()) == len(whole.splitlines()) + 1


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (("evaluate", "chat", "chat.txt"), "--work"),
        (("evaluate", "messages", "chat.txt"), "--work"),
        (("calibrate", "--chat", "chat.txt"), "--work"),
        (("backtest", "chat.txt"), "--work"),
        (("backtest", "chat.txt"), "--label"),
    ],
)
def test_what_is_read_again_goes_into_no_pipe(call, tmp_path, command, option):
    (tmp_path / "chat.txt").write_text("hello\n")
    outcome = call(*command, option, "-")
    assert outcome.code == 2
    assert "name a file" in " ".join(outcome.err.split())
    assert not (tmp_path / "-").exists()
