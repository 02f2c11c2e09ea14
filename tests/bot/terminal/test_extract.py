"""`touchstone documents extract`: a language model looks through a document, from the terminal."""

import json

import pytest

from claims.moderation.candidate_items import ExtractionDesk
from tests.claims.documents.model import item, model, said, words_of

QUOTE = "silver cannot be replaced in servers."
PAPER = f"Some say that {QUOTE} In fact copper has replaced most of it since last year.\n"


@pytest.fixture
def there():
    with model() as running:
        running.answer = lambda asked, _: said([item(QUOTE)] if QUOTE in words_of(asked) else [], 250)
        yield running


@pytest.fixture
def paper(surroundings, tmp_path, call, there):
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", f"sqlite:///{tmp_path / 'own.db'}")
    surroundings.setenv("TOUCHSTONE_EXTRACTOR_URL", there.base)
    surroundings.setenv("TOUCHSTONE_EXTRACTOR_MODEL", "small")
    surroundings.setenv("TOUCHSTONE_EXTRACTOR_KEY", "a-secret-key")
    surroundings.setenv("TOUCHSTONE_EXTRACTOR_PRICE", "2")
    path = tmp_path / "paper.txt"
    path.write_text(PAPER)
    assert call("documents", "add", str(path), "--title", "The silver year").code == 0
    return "the-silver-year"


def test_it_says_what_was_found_and_what_that_cost(call, paper, there):
    done = call("documents", "extract", paper)
    assert done.code == 0
    assert done.out.splitlines() == [
        "1 is new in the queue; 0 did not stand in the document and were dropped.",
        "1 of 1 parts are read, for 250 tokens. That cost 0.0005.",
    ]
    assert there.keys == ["Bearer a-secret-key"]
    assert "0 of them" not in call("documents", "extract", paper).out
    assert len(there.asked) == 1
    call("documents", "extract", paper, "--again")
    assert len(there.asked) == 2


def test_a_model_that_refuses_is_told_without_the_key(call, paper, there):
    there.answer = lambda *_: (401, json.dumps({"error": "a-secret-key is wrong"}).encode())
    done = call("documents", "extract", paper)
    assert done.code == 1
    assert "The model's address answers with 401" in done.err
    assert "a-secret-key" not in done.err + done.out
    assert "The same command goes on where this ended." in done.out


def test_an_answer_that_is_none_is_told(call, paper, there):
    there.answer = lambda *_: said("I had rather not.")
    done = call("documents", "extract", paper)
    assert done.code == 1
    assert "A part gave nothing" in done.err


def test_ctrl_c_leaves_what_was_found(call, paper, monkeypatch):
    plain = ExtractionDesk.run

    def stopped(desk, actor, document, *, again):
        yield next(plain(desk, actor, document, again=again))
        raise KeyboardInterrupt

    monkeypatch.setattr(ExtractionDesk, "run", stopped)
    done = call("documents", "extract", paper)
    assert done.code == 130
    assert "The same command goes on where this ended." in done.out
    assert "stopped" not in done.err
    assert "Without --again the same command goes on" in call("documents", "extract", paper, "--again").out


def test_without_a_model_it_says_how_to_set_one_up(call, paper, surroundings):
    surroundings.delenv("TOUCHSTONE_EXTRACTOR_URL")
    done = call("documents", "extract", paper)
    assert done.code == 1
    assert "extractor_url, extractor_model" in done.err


def test_the_terminal_speaks_chinese(call, paper, surroundings):
    surroundings.setenv("LANG", "zh_TW.UTF-8")
    assert "待辦新增1項" in call("documents", "extract", paper).out
