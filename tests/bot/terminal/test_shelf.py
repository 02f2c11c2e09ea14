"""`touchstone documents add, show, list, remove`: a person's own source, from file to shelf and back."""

import json

import pytest

PAPER = (
    "---\ntitle: The silver year\nauthor: A. Dealer\npublisher: Ledger\ndate: 2026-01-23\n---\n"
    "Some say that silver cannot be replaced in servers. In fact copper has replaced most of it since last year.\n"
)


@pytest.fixture
def paper(surroundings, tmp_path):
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", f"sqlite:///{tmp_path / 'own.db'}")
    path = tmp_path / "paper.md"
    path.write_text(PAPER)
    return path


def test_a_file_is_added_listed_shown_and_removed(call, paper):
    assert "Added as the-silver-year: The silver year" in call("documents", "add", str(paper)).out
    assert "which is here already" in call("documents", "add", str(paper)).out
    entry = next(
        each for each in json.loads(call("documents", "list", "--json").out) if each["id"] == "the-silver-year"
    )
    assert (entry["author"], entry["published"], entry["loaded"], entry["citations"]) == (
        "A. Dealer",
        "2026-01-23",
        True,
        0,
    )
    shown = call("documents", "show", "the-silver-year")
    assert "copper has replaced" in shown.out
    assert "front matter" in shown.out
    assert "the-silver-year is gone." in call("documents", "remove", "the-silver-year").out
    for command in ("show", "remove"):
        done = call("documents", command, "the-silver-year")
        assert (done.code, done.out) == (1, "")
        assert "There is no document the-silver-year here." in done.err


def test_what_options_say_of_a_document_that_is_here_is_written(call, paper):
    def publisher():
        listed = json.loads(call("documents", "list", "--json").out)
        return next(each["publisher"] for each in listed if each["id"] == "the-silver-year")

    paper.write_text(PAPER.replace("publisher: Ledger\n", ""))
    assert "The text does not say: Publisher." in call("documents", "add", str(paper)).err
    done = call("documents", "add", str(paper), "--publisher", "Ledger")
    assert "What the options say of it is written." in done.out
    assert publisher() == "Ledger"
    assert "options" not in call("documents", "add", str(paper), "--publisher", "Ledger").out
    done = call("documents", "add", str(paper), "--publisher", "Others", "--server", "1")
    assert "It belongs to all servers" in done.err
    assert publisher() == "Ledger"


@pytest.mark.usefixtures("paper")
def test_standard_input_is_read_and_what_it_does_not_say_is_told(call):
    done = call(
        "documents",
        "add",
        "-",
        "--title",
        "Notes",
        typed="白银需求在2025年增长了30%，因为机房越建越多。\n".encode("gbk") * 3,
    )
    assert done.code == 0
    assert "The text does not say: Author, Publisher, Date" in done.err
    assert next(each for each in json.loads(call("documents", "list", "--json").out) if each["title"] == "Notes")


@pytest.mark.usefixtures("paper")
@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("nowhere.txt", "cannot be read"),
        (".", "is a folder"),
        ("http://127.0.0.1/page", "no host of the public internet"),
        ("ftp://example.com/a", "Only addresses with http"),
    ],
)
def test_what_cannot_be_added_is_told_with_its_reason(call, place, says):
    done = call("documents", "add", place)
    assert done.code == 1
    assert says in done.err


@pytest.mark.usefixtures("paper")
def test_a_cited_document_stays(call):
    done = call("documents", "remove", "naojiti-silver")
    assert done.code == 1
    assert "is cited" in done.err


def test_candidates_come_from_files_that_nobody_has_loaded(call, paper):
    (found,) = [
        each
        for each in json.loads(call("documents", "candidates", "--json", "--without-claims", str(paper)).out)
        if "cannot be replaced" in each["text"]
    ]
    assert found["document"] == "paper.md"
    assert (found["attitude"], found["speaker"]) == ("rejects", "Some")
    assert PAPER[found["start"] : found["end"]] == found["text"]
    assert found["counterpoint"]["text"].startswith("copper has replaced")
    (same,) = [
        each
        for each in json.loads(
            call("documents", "candidates", "--json", "--without-claims", "-", typed=PAPER.encode()).out
        )
        if "cannot be replaced" in each["text"]
    ]
    assert same == found | {"document": "-"}


def test_a_document_that_is_known_is_loaded_from_standard_input(call, paper):
    call("documents", "add", str(paper))
    assert "the-silver-year was loaded before." in call("documents", "load", "-", typed=PAPER.encode()).out


def test_the_terminal_speaks_chinese(call, paper, surroundings):
    surroundings.setenv("LANG", "zh_TW.UTF-8")
    assert "已收錄為 the-silver-year" in call("documents", "add", str(paper)).out
    assert "是資料夾" in call("documents", "add", ".").err
