"""`touchstone backtest`: the report on an exported channel."""

import json

import pytest

from bot.chat_export import read_export
from bot.service import Touchstone
from checks.evaluation_files import read_labelled
from tests.bot.exports import message, write_export

CLAIM = "every H100 server has 5 kg of silver inside"


@pytest.fixture
def export(tmp_path):
    chat = [message(number, f"good morning number {number}") for number in range(20)]
    return write_export(tmp_path, *chat, message(50, CLAIM), message(51, CLAIM, is_bot=True))


def test_the_report_names_counts_claims_and_what_would_be_said(call, export):
    done = call("backtest", str(export))
    assert done.code == 0
    assert "21 messages of members read." in done.out
    assert "Replies: 1, 47.62 per 1,000 messages." in done.out
    assert "silver-h100-1.2kg" in done.out
    assert CLAIM in done.out
    assert "910000000000000050" in done.out
    assert "21 messages are too few to hold against a budget of 0.5 per 1,000: from 2000 on" in plain(done.out)
    assert "keeps the budget" not in done.out
    assert "cut-off" not in done.out


def plain(printed: str) -> str:
    """Return a text without the breaks of its lines."""
    return " ".join(printed.split())


def test_a_wide_budget_is_kept(call, export):
    assert "That keeps the budget of 100 per" in call("backtest", str(export), "--budget", "1/10").out


def test_the_figures_go_to_a_file_without_any_text(call, export, tmp_path):
    call("backtest", str(export), "--out", str(tmp_path / "out.json"))
    written = (tmp_path / "out.json").read_text("utf-8")
    figures = json.loads(written)
    assert (figures["messages"], figures["replies"], figures["complete"]) == (21, 1, True)
    assert figures["sample"][0]["message"] == "910000000000000050"
    assert "every H100" not in written


def test_figures_go_to_standard_output_alone_and_the_export_may_come_from_standard_input(call, export):
    figures = json.loads(call("backtest", str(export), "--json").out)
    assert (figures["messages"], figures["replies"]) == (21, 1)
    assert json.loads(call("backtest", "-", "--out", "-", typed=export.read_bytes()).out) == figures


@pytest.mark.parametrize("work", [(), ("--work", "kept.jsonl")])
def test_ctrl_c_shows_what_there_is_so_far_and_whether_it_can_go_on(call, export, monkeypatch, work):
    check, seen = Touchstone.check, []

    def interrupted(self, text):
        seen.append(text)
        if len(seen) == 6:
            raise KeyboardInterrupt
        return check(self, text)

    monkeypatch.setattr(Touchstone, "check", interrupted)
    done = call("backtest", str(export), *work)
    assert done.code == 130
    assert "Broken off" in done.out
    assert ("The same command goes on where this ended." in done.out) is bool(work)
    assert "stopped" not in done.err
    assert "5 messages of members read." in done.out


def test_a_second_run_says_the_same_without_asking_again(call, export, tmp_path, monkeypatch):
    work = tmp_path / "work.jsonl"
    first = call("backtest", str(export), "--work", str(work))
    assert CLAIM not in work.read_text("utf-8")
    monkeypatch.setattr(Touchstone, "check", None)
    again = call("backtest", str(export), "--work", str(work))
    assert (again.code, again.out) == (0, first.out)
    assert CLAIM in again.out


@pytest.mark.slow
def test_two_processes_say_what_one_says(call, export):
    assert call("backtest", str(export), "--processes", "2") == call("backtest", str(export), "--processes", "1")


@pytest.mark.parametrize(
    ("language", "says"), [("C", "is no JSON"), ("zh_CN.UTF-8", "不是 JSON"), ("zh_TW.UTF-8", "不是 JSON")]
)
def test_a_wrong_file_is_told_in_the_language_of_the_terminal(call, surroundings, tmp_path, language, says):
    surroundings.setenv("LANG", language)
    (tmp_path / "export.html").write_text("<html>", "utf-8")
    done = call("backtest", "export.html")
    assert done.code == 2
    assert says in " ".join(done.err.split())


def test_a_budget_that_is_none_is_refused(call, export):
    assert call("backtest", str(export), "--budget", "lots").code == 2


def test_a_file_for_figures_that_cannot_be_written_is_told(call, export, tmp_path):
    done = call("backtest", str(export), "--out", str(tmp_path / "no" / "out.json"))
    assert done.code == 2
    assert "Replies: 1" in done.out


def test_a_large_export_is_read_in_pieces(tmp_path):
    path = write_export(tmp_path, *(message(number, "x" * 500) for number in range(2000)))
    told: list[int] = []
    messages = read_export(path, told.append)
    next(messages)
    assert told[-1] < path.stat().st_size / 4


def test_several_files_and_folders_are_one_past_and_what_overlaps_counts_once(call, tmp_path):
    for name, numbers in (("one", (1, 2)), ("two", (2, 3))):
        (tmp_path / name).mkdir()
        write_export(tmp_path / name, *(message(number, f"good morning {number}") for number in numbers))
    assert "3 messages of members read." in call("backtest", "one/export.json", "two").out
    (tmp_path / "two" / "other.json").write_text("[]")
    done = call("backtest", ".")
    assert "3 messages of members read." in done.out
    assert "other.json holds no list" in done.err.replace("\n", " ")


def test_a_folder_of_which_an_export_breaks_off_is_no_success(call, tmp_path):
    whole = write_export(tmp_path, message(1, "good morning"), message(2, "good night"))
    (tmp_path / "other.json").write_text("{}")
    assert call("backtest", ".").code == 0
    (tmp_path / "cut.json").write_text(whole.read_text("utf-8")[:-300], "utf-8")
    done = call("backtest", ".")
    assert done.code == 1
    assert "2 messages of members read." in done.out
    assert "the export was broken off" in " ".join(done.err.split())
    whole.unlink()
    (tmp_path / "cut.json").unlink()
    none = call("backtest", ".")
    assert none.code == 1
    assert "messages of members" not in none.out


def test_an_export_without_texts_names_the_missing_intent(call, tmp_path):
    done = call("backtest", str(write_export(tmp_path, message(1, ""), message(2, ""))))
    assert done.code == 0
    assert "Message Content Intent" in " ".join(done.out.split())


def test_replies_are_ticked_into_a_file_that_calibrate_reads_and_nothing_is_asked_twice(call, export, tmp_path):
    done = call("backtest", str(export), "--label", "labels.jsonl", typed=b"what?\nr\n")
    assert done.code == 0
    assert "what? is no answer here. Type r, w, s or q." in done.out
    assert "Ticked: 1, of these wrong: 0" in " ".join(done.out.split())
    assert "From 20 ticks on" in done.out
    (row,) = read_labelled(tmp_path / "labels.jsonl")
    assert (row.text, set(row.claims), row.stance) == (CLAIM, {"silver-h100-1.2kg"}, "asserts")
    again = call("backtest", str(export), "--label", "labels.jsonl")
    assert "[q]uit" not in again.out
    assert len(read_labelled(tmp_path / "labels.jsonl")) == 1


def test_labels_go_on_after_a_row_without_an_end_and_hold_texts_with_any_sign(call, tmp_path):
    by_hand = {"id": "mine", "text": "good morning", "claims": [], "stance": "none"}
    (tmp_path / "labels.jsonl").write_text(f"\ufeff{json.dumps(by_hand)}", "utf-8")
    export = write_export(tmp_path, message(1, f"{CLAIM}\u2028\x85really"))
    done = call("backtest", str(export), "--label", "labels.jsonl", typed=b"r\n")
    assert "Ticked: 1, of these wrong: 0" in " ".join(done.out.split())
    assert [row.text for row in read_labelled(tmp_path / "labels.jsonl")] == [
        "good morning",
        f"{CLAIM}\u2028\x85really",
    ]


def test_a_file_of_labels_in_utf_16_is_refused_and_stays_as_it_was(call, export, tmp_path):
    by_hand = json.dumps({"id": "1", "text": "good morning", "claims": [], "stance": "none"}) + "\n"
    (tmp_path / "labels.jsonl").write_text(by_hand, "utf-16")
    done = call("backtest", str(export), "--label", "labels.jsonl", typed=b"r\n")
    assert done.code == 2
    assert "This file is in UTF-16. Save it as UTF-8." in " ".join(done.err.split())
    assert (tmp_path / "labels.jsonl").read_text("utf-16") == by_hand


def test_wrong_replies_are_messages_without_a_claim_and_skipped_ones_are_not_written(call, export, tmp_path):
    assert "touchstone calibrate" not in call("backtest", str(export), "--label", "skipped.jsonl", typed=b"s\n").out
    assert (tmp_path / "skipped.jsonl").read_text("utf-8") == ""
    call("backtest", str(export), "--label", "labels.jsonl", typed=b"w\n")
    (row,) = read_labelled(tmp_path / "labels.jsonl")
    assert (set(row.claims), row.stance) == (set(), "none")


def test_a_file_of_something_else_is_refused_before_it_is_written_to(call, export, tmp_path):
    (tmp_path / "notes.txt").write_text("milk, bread", "utf-8")
    done = call("backtest", str(export), "--label", "notes.txt", typed=b"r\n")
    assert done.code != 0
    assert (tmp_path / "notes.txt").read_text("utf-8") == "milk, bread"


def test_where_figures_go_to_standard_output_the_questions_are_asked_beside_it(call, export, tmp_path):
    done = call("backtest", str(export), "--json", "--label", "labels.jsonl", typed=b"r\n")
    assert json.loads(done.out)["replies"] == 1
    assert CLAIM in done.err
    assert "[r]ight" in done.err
    assert "Ticked: 1, of these wrong: 0" in " ".join(done.err.split())
    assert len(read_labelled(tmp_path / "labels.jsonl")) == 1


def test_what_the_command_itself_has_written_into_a_folder_is_no_export(call, export):  # noqa: ARG001
    written = ("--work", "work.json", "--out", "figures.json")
    first = call("backtest", ".", *written)
    again = call("backtest", ".", *written)
    assert (again.code, again.out, again.err) == (0, first.out, first.err)
    assert again.err == ""
