"""`touchstone documents review`: candidates become claims with a key each, and back again."""

import json

import pytest

from bot.service import Touchstone
from bot.terminal import document_candidates
from bot.terminal.console import Terminal
from bot.terminal.document_candidates import _Review
from claims.moderation.editor import NewClaim
from claims.moderation.edits import SetStatus
from claims.moderation.rights import Actor
from config.settings import load_settings

PAPER = (
    "Some say that the quay of the harbour cannot be repaired. In fact the engineers have repaired most of it.\n"
    "The mud under the quay grows by 12% a year, because the river brings it.\n"
)
MUD = "The mud under the quay grows by 12% a year"


@pytest.fixture
def paper(surroundings, tmp_path, call):
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", f"sqlite:///{tmp_path / 'own.db'}")
    surroundings.setenv("TOUCHSTONE_PACKS", "none")
    path = tmp_path / "quay.txt"
    path.write_text(PAPER)
    facts = ("--title", "On the quay", "--author", "The engineers", "--date", "2026-01-23")
    assert call("documents", "add", str(path), *facts).code == 0
    assert "3 are new in the operator's queue." in call("documents", "candidates", "on-the-quay", "--queue").out


@pytest.mark.usefixtures("paper")
def test_a_key_publishes_what_is_heard_and_it_is_answered(call):
    done = call("documents", "review", typed=b"y\ny\ny\n")
    assert done.code == 0
    assert "[1/3]" in done.out
    assert "Published as" in done.out
    assert "0 wait still." in done.out
    found = json.loads(call("check", "--json", MUD).out)
    assert found["matches"][0]["claim"].startswith("the-mud-under-the-quay")


@pytest.mark.usefixtures("paper")
def test_a_document_that_is_not_there_is_told_and_one_without_candidates_has_none_waiting(call, tmp_path):
    done = call("documents", "review", "on-the-key")
    assert (done.code, done.out) == (1, "")
    assert "There is no document on-the-key here." in done.err
    (tmp_path / "other.txt").write_text("Good night to all of you, and sleep well.\n")
    assert call("documents", "add", "other.txt", "--title", "Other words", "--publisher", "me").code == 0
    assert "Nothing waits for a decision." in call("documents", "review", "other-words").out


@pytest.mark.usefixtures("paper")
def test_the_last_decision_of_a_sitting_can_still_be_taken_back(call):
    done = call("documents", "review", typed=b"x\nx\nx\n")
    assert "0 wait still." in done.out
    revision = done.out.rpartition("touchstone claims undo ")[2].split()[0]
    assert call("claims", "undo", revision, "--yes").code == 0
    assert "[1/1]" in call("documents", "review", typed=b"q\n").out


@pytest.mark.usefixtures("paper")
def test_it_is_left_and_taken_up_again_and_nothing_is_lost(call):
    assert "3 wait still." in call("documents", "review", typed=b"s\nq\n").out
    assert "2 wait still." in call("documents", "review", typed=b"x\nq\n").out
    done = call("documents", "review", typed=b"")
    assert "[1/2]" in done.out
    assert "2 wait still." in done.out


@pytest.mark.usefixtures("paper")
def test_each_decision_says_what_became_of_the_candidate(call):
    with Touchstone.open(load_settings()) as own:
        name = own.moderation.editor.begin(Actor.operator(), NewClaim("The quay")).claim.id
    done = call("documents", "review", typed=f"w\n{name}\np\n{name}\nx\n".encode())
    assert f"Taken as a wording of {name}." in done.out
    assert f"Taken as a point of {name}." in done.out
    assert "Dismissed." in done.out
    assert "0 wait still." in done.out


@pytest.mark.usefixtures("paper")
def test_each_decision_is_undone(call):
    done = call("documents", "review", typed=b"y\nu\nx\nu\nu\nq\n")
    assert done.out.count("Undone.") == 2
    assert "There is nothing to undo in this sitting." in done.out
    assert "3 wait still." in done.out
    assert json.loads(call("check", "--json", MUD).out)["matches"] == []


@pytest.mark.usefixtures("paper")
def test_what_somebody_else_decides_meanwhile_is_told_and_passed_over(call, surroundings):
    keys = iter("xq")

    def key(_review: object) -> str:
        pressed = next(keys)
        if pressed == "x":
            with Touchstone.open(load_settings()) as other:
                first = other.moderation.queue.items(Actor.operator(), kind="candidate").items[0]
                other.moderation.decisions.dismiss(Actor.operator(), first.id)
        return pressed

    surroundings.setattr("bot.terminal.document_candidates._Review._key", key)
    done = call("documents", "review")
    assert done.code == 0
    assert "Item 1 of the queue was changed meanwhile." in " ".join(done.err.split())
    assert "differ in: Decision, Decided by." in " ".join(done.err.split())
    assert "[2/3]" in done.out
    assert "2 wait still." in done.out


@pytest.mark.usefixtures("paper")
def test_what_cannot_be_undone_any_more_is_told_and_the_sitting_goes_on(call, surroundings):
    keys, operator = iter("puq"), Actor.operator()
    with Touchstone.open(load_settings()) as own:
        editor = own.moderation.editor
        name = editor.begin(operator, NewClaim("The quay")).claim.id

    def key(_review: object) -> str:
        pressed = next(keys)
        if pressed == "u":
            with Touchstone.open(load_settings()) as other:
                other.moderation.editor.edit(operator, name, None, SetStatus("published"))
        return pressed

    surroundings.setattr("bot.terminal.document_candidates._Review._key", key)
    done = call("documents", "review", typed=f"{name}\n".encode())
    assert done.code == 0
    assert "A published claim needs a point." in done.err
    assert "2 wait still." in done.out


@pytest.mark.usefixtures("paper")
def test_fields_are_changed_before_it_is_written(call):
    done = call("documents", "review", typed=b"e\nThe quay is sinking\n\n\n\n\non-the-quay dragons\ns\nq\n")
    assert "does not stand in on-the-quay exactly once" in done.err
    assert "3 wait still." in done.out
    # What was typed and could not be written is proposed again.
    again = call("documents", "review", typed=b"e\nThe quay is gone\nbogus\n\n\n\n\ne\n\ncontext\n\n\n\n\nu\nq\n")
    assert "[The quay is gone]" in again.out
    assert "Published as the-quay-is-gone" in again.out
    assert "(contested, context, outlook)" in again.out
    done = call("documents", "review", typed=b"e\nThe quay is sinking\n\n\n\n\n\nq\n")
    assert "the-quay-is-sinking" in done.out


@pytest.mark.usefixtures("paper")
def test_a_key_that_does_nothing_is_passed_over_and_enter_behind_one_too(surroundings):
    keys = iter(["\r", "?", "\x1b[A", "x\r", "\r", "q"])
    surroundings.setattr("bot.terminal.document_candidates.typer.getchar", lambda: next(keys))
    surroundings.setattr("bot.terminal.document_candidates.sys.stdin.isatty", lambda: True, raising=False)
    review = _Review(Terminal(), Touchstone.open(load_settings()), Actor.operator())
    assert [review._key() for _ in range(2)] == ["x", "q"]


@pytest.mark.usefixtures("paper")
def test_a_server_has_a_queue_of_its_own(call):
    assert "Nothing waits" in call("documents", "review", "--server", "4711").out


@pytest.mark.usefixtures("paper")
def test_the_terminal_speaks_chinese(call, surroundings):
    surroundings.setenv("LANG", "zh_TW.UTF-8")
    assert "[y] 照樣發布" in call("documents", "review", typed=b"q\n").out


@pytest.mark.usefixtures("paper")
def test_a_key_that_nothing_is_bound_to_is_named_with_those_that_do_something(call):
    done = call("documents", "review", typed=b"h\nq\n")
    assert done.out.count("There is no key h here:") == 1
    assert done.out.count("[q] leave") == 2
    assert "3 wait still." in done.out


@pytest.mark.usefixtures("paper")
def test_a_claim_that_is_near_is_listed_and_named_by_its_number(call, tmp_path):
    call("documents", "review", typed=b"y\ny\ny\n")
    name = next(each["id"] for each in json.loads(call("claims", "list", "--json").out) if "mud" in each["id"])
    paper = tmp_path / "measured.txt"
    paper.write_text(MUD + ", as the office of the harbour has measured it.\n")
    facts = ("--title", "Measured", "--author", "The office", "--date", "2026-01-24")
    assert call("documents", "add", str(paper), *facts).code == 0
    assert "1 is new" in call("documents", "candidates", "measured", "--queue").out
    done = call("documents", "review", typed=b"w\n1\nq\n")
    assert f"    1  {name}\n" in done.out
    assert "0 wait still." in done.out


@pytest.mark.usefixtures("paper")
def test_one_documents_candidates_are_found_behind_those_of_others(call, tmp_path, monkeypatch):
    monkeypatch.setattr(document_candidates, "_MOST_REVIEWED", 2)
    (tmp_path / "other.txt").write_text("The crane lifts 30% more than the old one, because its arm is of steel.\n")
    assert call("documents", "add", "other.txt", "--title", "On the crane", "--publisher", "me").code == 0
    call("documents", "candidates", "on-the-crane", "--queue")
    assert "[1/1]" in call("documents", "review", "on-the-crane", typed=b"q\n").out


@pytest.mark.usefixtures("paper")
def test_who_takes_a_document_away_is_told_what_went_with_it(call):
    assert "3 candidates that waited went with it." in call("documents", "remove", "on-the-quay").out
    assert "Nothing waits for a decision." in call("documents", "review").out
