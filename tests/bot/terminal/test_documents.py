"""`touchstone documents`: reading the files that claims cite."""

import json
import os
from pathlib import Path

import pytest

from bot.terminal.documents import outcome
from bot.texts import Texts
from claims.documents.loading import DocumentReport
from config.errors import DocumentRefusedError

SHARED = Path(os.environ.get("TOUCHSTONE_SHARED", Path(__file__).parents[4] / "shared"))


def test_the_list_says_which_documents_are_loaded(call):
    done = call("documents", "list")
    assert "naojiti-silver" in done.out
    assert "not loaded" in done.out


def test_in_a_pipe_each_document_is_a_line_with_its_whole_id(call, surroundings):
    surroundings.setenv("COLUMNS", "40")
    known = [each["id"] for each in json.loads(call("documents", "list", "--json").out)]
    assert [line.split()[0] for line in call("documents", "list").out.splitlines()] == known


def test_a_file_that_no_claim_cites_is_told_and_not_kept(call, tmp_path):
    (tmp_path / "other.txt").write_text("something else")
    done = call("documents", "load", "other.txt")
    assert done.code == 1
    assert "no claim cites this file" in done.out


def test_a_file_that_is_not_there_is_told(call):
    done = call("documents", "load", "nowhere.txt")
    assert done.code == 1
    assert "nowhere.txt: cannot be read" in done.out


@pytest.mark.skipif(not (SHARED / "seeds").is_dir(), reason="the source documents are not here")
def test_loaded_documents_make_the_links_open_at_the_passage(call, surroundings, tmp_path):
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", f"sqlite:///{tmp_path / 'own.db'}")
    files = [str(path) for path in sorted((SHARED / "seeds").glob("*.txt"))]
    assert call("documents", "load", *files).out.count("loaded as") == 4
    assert call("documents", "load", *files).out.count("was loaded before") == 4
    assert "not loaded" not in call("documents", "list").out


def test_why_a_file_cannot_be_read_is_said_in_the_language_of_the_terminal() -> None:
    fault = DocumentRefusedError("There is nothing in it. Check that it was saved whole.")
    said = outcome(DocumentReport(Path("a.txt"), "unreadable", fault=fault), Texts.open("zh-Hans"))
    assert said == "里面是空的。请确认它已完整保存。"
    gone = DocumentRefusedError("{path} cannot be read ({reason}). Look at it.", path="a.txt", reason="no such file")
    report = DocumentReport(Path("a.txt"), "unreadable", fault=gone)
    assert outcome(report, Texts.open("en")) == "cannot be read (no such file)."
