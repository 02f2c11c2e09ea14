"""Corrections reach the cards that show an older state, and only those."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from claims.answering.answers import GONE, AnswerBook, card_fingerprints
from claims.answering.corrections import Corrections, Withdrawal
from claims.base import ClaimBase
from claims.exchange.importing import load_pack
from claims.moderation.editor import Editor
from claims.moderation.edits import AddWording, EditTexts, SetStatus
from claims.moderation.server_setup import ServerSetup
from claims.store.tables import Answer
from config.languages import ByLanguage
from tests.claims.conftest import KEY, Clock
from tests.claims.packs import claim_data, pack_data, write_pack
from tests.claims.people import CLAIM, HERE, MODERATOR, OPERATOR, THERE, settled


@pytest.fixture
def base(any_base: ClaimBase, tmp_path: Path) -> ClaimBase:
    return settled(any_base, tmp_path)


def post(base: ClaimBase, message: int, server: int = HERE, claims: tuple[str, ...] = (CLAIM,)) -> int:
    answers = AnswerBook(base, KEY)
    answers.take(server, 8, message, 1, claims, timedelta(0))
    answers.posted(8, message, message + 1000)
    return message + 1000


def retitle(base: ClaimBase, title: str) -> None:
    Editor(base).edit(MODERATOR, CLAIM, None, EditTexts({"en": title}))


def test_a_changed_claim_makes_its_cards_of_that_server_pending(base: ClaimBase) -> None:
    first, second = post(base, 1), post(base, 2, claims=(CLAIM, "bubble"))
    post(base, 3, claims=("bubble",))
    post(base, 4, THERE)
    assert Corrections(base).pending() == ()
    with base.database.reading() as session:
        shown = card_fingerprints(session, HERE, [CLAIM, "bubble"])
    retitle(base, "New")
    found = Corrections(base).pending()
    assert {correction.card_message for correction in found} == {first, second}
    for correction in found:
        assert {name for name, now in correction.shows.items() if now != shown[name]} == {CLAIM}
        assert GONE not in correction.shows.values()
    assert {len(correction.claims) for correction in found} == {1, 2}


def test_a_shared_claim_that_changes_reaches_all_servers_that_follow_it(base: ClaimBase) -> None:
    retitle(base, "Ours")
    post(base, 1)
    theirs = post(base, 2, THERE)
    Editor(base).edit(OPERATOR, CLAIM, None, EditTexts({"en": "For all"}))
    assert [correction.card_message for correction in Corrections(base).pending()] == [theirs]
    assert Corrections(base).pending(server=HERE) == ()


def test_what_a_card_does_not_show_needs_no_correction(base: ClaimBase) -> None:
    post(base, 1)
    Editor(base).edit(MODERATOR, CLAIM, None, AddWording("another wording"))
    Editor(base).edit(MODERATOR, CLAIM, None, EditTexts(review_by="2027-01-01"))
    assert Corrections(base).pending() == ()


def test_a_withdrawn_claim_is_said_to_be_so_and_may_come_back(base: ClaimBase) -> None:
    post(base, 1)
    Editor(base).edit(MODERATOR, CLAIM, None, SetStatus("withdrawn"))
    (correction,) = Corrections(base).pending()
    assert correction.shows == {CLAIM: GONE}
    Corrections(base).done(correction)
    assert Corrections(base).pending() == ()
    Editor(base).edit(MODERATOR, CLAIM, None, SetStatus("published"))
    (again,) = Corrections(base).pending()
    assert [*again.shows] == [CLAIM]
    assert again.shows[CLAIM] != GONE


def test_a_run_that_was_cut_off_goes_on_with_the_rest(any_url: str, tmp_path: Path, clock: Clock) -> None:
    with ClaimBase.open(any_url, clock) as first:
        settled(first, tmp_path)
        for message in (1, 2, 3):
            post(first, message)
        retitle(first, "New")
        done = Corrections(first).pending()[0]
        Corrections(first).done(done)
    with ClaimBase.open(any_url, clock) as second:
        left = {correction.card_message for correction in Corrections(second).pending()}
        assert left == {1001, 1002, 1003} - {done.card_message}


def test_a_claim_that_changes_during_the_run_is_pending_again(base: ClaimBase) -> None:
    post(base, 1)
    retitle(base, "New")
    (drawn,) = Corrections(base).pending()
    retitle(base, "Newer")
    Corrections(base).done(drawn)
    (again,) = Corrections(base).pending()
    Corrections(base).done(again)
    assert Corrections(base).pending() == ()


def test_old_hidden_and_deleted_cards_are_left_alone(base: ClaimBase, clock: Clock) -> None:
    post(base, 1)
    clock.move(days=13)
    hidden, deleted, kept = (post(base, message) for message in (2, 3, 4))
    AnswerBook(base, KEY).hide(8, hidden)
    clock.move(days=2)
    retitle(base, "New")
    Corrections(base).gone(8, deleted)
    assert [correction.card_message for correction in Corrections(base).pending()] == [kept]
    ServerSetup(base).change(MODERATOR, correction_days=1)
    assert Corrections(base).pending() == ()
    ServerSetup(base).change(MODERATOR, correction_days=30)
    assert len(Corrections(base).pending()) == 2


def test_only_cards_within_the_days_of_their_server_are_looked_at_and_no_wording_is(
    base: ClaimBase, clock: Clock
) -> None:
    ServerSetup(base).change(MODERATOR, correction_days=300)
    for message, server in ((1, HERE), (2, THERE)):
        post(base, message, server)
    clock.move(days=20)
    post(base, 3, THERE)
    Editor(base).edit(OPERATOR, CLAIM, None, EditTexts({"en": "For all"}))
    looked_at: list[int] = []
    read: list[str] = []

    def note_row(row: Answer, _context: object) -> None:
        looked_at.append(row.message)

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        read.append(statement)

    event.listen(base.database.engine, "before_cursor_execute", note)
    event.listen(Answer, "load", note_row)
    try:
        assert [each.message for each in Corrections(base).pending()] == [3, 1]
        assert [each.message for each in Corrections(base).pending(server=THERE)] == [3]
    finally:
        event.remove(Answer, "load", note_row)
    assert looked_at == [3, 1, 3]
    assert not any("FROM wording" in each for each in read)


def test_a_card_keeps_the_language_it_was_written_in(base: ClaimBase) -> None:
    post(base, 1)
    answers = AnswerBook(base, KEY)
    answers.take(HERE, 8, 2, 1, (CLAIM,), timedelta(0))
    answers.posted(8, 2, 1002, "zh-Hant")
    retitle(base, "New")
    languages = {each.card_message: each.language for each in Corrections(base).pending()}
    assert languages == {1001: None, 1002: "zh-Hant"}


def test_the_history_says_when_a_claim_was_withdrawn_and_what_it_was_called(base: ClaimBase, clock: Clock) -> None:
    corrections, editor = Corrections(base), Editor(base)
    retitle(base, "Ours")
    clock.move(days=1)
    editor.edit(MODERATOR, CLAIM, None, SetStatus("withdrawn"))
    withdrawn = clock.now
    clock.move(days=1)
    editor.edit(MODERATOR, CLAIM, None, AddWording("said later"))
    assert corrections.withdrawal(HERE, CLAIM) == Withdrawal(ByLanguage(en="Ours", zh=f"关于{CLAIM}"), withdrawn)


def test_a_claim_goes_with_the_pack_that_a_server_gives_up(base: ClaimBase, clock: Clock) -> None:
    clock.move(days=1)
    ServerSetup(base).change(MODERATOR, packs=())
    given_up = clock.now
    clock.move(days=1)
    ServerSetup(base).change(MODERATOR, pause_reports=5)
    assert Corrections(base).withdrawal(HERE, CLAIM).at == given_up


def test_a_claim_goes_on_the_day_on_which_its_own_pack_is_given_up(
    base: ClaimBase, clock: Clock, tmp_path: Path
) -> None:
    load_pack(base, write_pack(tmp_path, pack_data(claim_data("tides"), pack="sea"), "sea.yaml"))
    setup, corrections = ServerSetup(base), Corrections(base)
    clock.move(days=1)
    setup.change(MODERATOR, packs=("sea",))
    given_up = clock.now
    clock.move(days=1)
    setup.change(MODERATOR, packs=())
    assert corrections.withdrawal(HERE, CLAIM).at == given_up
    assert corrections.withdrawal(HERE, "tides").at == clock.now
    setup.change(MODERATOR, packs=None)
    assert corrections.withdrawal(HERE, CLAIM).at is None


def test_a_claim_of_which_nothing_is_known_has_no_day(base: ClaimBase) -> None:
    assert Corrections(base).withdrawal(HERE, "never-there") == Withdrawal(ByLanguage(en="never-there"), None)
