"""Right or wrong: ticks are kept without text, and a cut-off follows only where they speak for one."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from checks.model import Finding, Match
from claims.answering.answers import AnswerBook
from claims.answering.traces import SightingBook
from claims.base import ClaimBase
from claims.moderation.labels import SAMPLE, LabelBook, LabelledReply, likely_share, propose_cut_off, sample_of
from claims.moderation.server_setup import ServerSetup
from claims.store.tables import Label
from config.errors import NotAllowedError, UnknownEntryError
from tests.claims.conftest import KEY, Clock
from tests.claims.people import CLAIM, HERE, MEMBER, MODERATOR, STRANGER, settled

Labels = list[tuple[float, bool]]


@pytest.fixture
def base(any_base: ClaimBase, tmp_path: Path) -> ClaimBase:
    return settled(any_base, tmp_path)


@pytest.fixture
def book(base: ClaimBase) -> LabelBook:
    return LabelBook(base, KEY)


def replies(*scores: float, channel: int = 8, first: int = 100) -> list[LabelledReply]:
    return [LabelledReply(channel, first + number, CLAIM, score) for number, score in enumerate(scores)]


def name(reply: LabelledReply) -> tuple[int, int, str]:
    return reply.channel, reply.message, reply.claim


def test_right_answers_alone_speak_for_no_cut_off() -> None:
    found = propose_cut_off([(0.999999 - number / 10_000, True) for number in range(40)])
    assert (found.outcome, found.cut_off) == ("rare", None)


def test_nothing_is_said_of_few_labels() -> None:
    labels = [(0.9, True)] * 10 + [(0.6, False)] * 9
    assert propose_cut_off(labels).outcome == "few"
    assert propose_cut_off([*labels, (0.6, False)]).outcome == "proposed"


def test_a_cut_off_that_tells_wrong_from_right_is_proposed_with_two_decimals_and_its_reach() -> None:
    labels = [(0.95 + number / 1000, True) for number in range(30)] + [
        (0.62 + number / 100, False) for number in range(9)
    ]
    found = propose_cut_off(labels)
    assert found.outcome == "proposed"
    assert found.cut_off is not None
    assert 0.70 < found.cut_off <= 0.95
    assert found.cut_off == round(found.cut_off, 2)
    # Any cut-off in the gap between the wrong ones and the right ones does as well.
    assert found.least <= 0.71
    assert found.most >= 0.95
    assert (found.kept_right, found.right, found.kept_wrong, found.wrong) == (30, 30, 0, 9)


def test_wrong_ones_that_score_as_high_as_right_ones_speak_for_no_cut_off() -> None:
    labels = [(0.9 + number / 1000, number % 3 != 0) for number in range(60)]
    assert propose_cut_off(labels).outcome == "mixed"


def test_silence_is_never_proposed() -> None:
    """Wrong ones above, right ones below: only a cut-off above all of them would stop the wrong ones."""
    labels = [(0.8, True)] * 20 + [(0.9, False)] * 20
    assert propose_cut_off(labels).outcome == "mixed"


def test_the_present_cut_off_is_not_proposed_again() -> None:
    labels = [(0.96, True)] * 30 + [(0.7, False)] * 10
    found = propose_cut_off(labels)
    assert propose_cut_off(labels, found.cut_off).outcome == "kept"
    assert propose_cut_off(labels, 0.75).outcome == "kept", "it tells them apart as well"
    assert propose_cut_off(labels, 0.65).outcome == "proposed"


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60))
def test_whatever_is_proposed_has_two_decimals_and_leaves_half_of_the_right_answers(labels: Labels) -> None:
    found = propose_cut_off(labels)
    assert found.total == len(labels)
    if found.cut_off is not None:
        assert len(labels) >= 20
        assert found.cut_off == round(found.cut_off, 2) < 1
        kept = [right for score, right in labels if score >= found.cut_off]
        assert (sum(kept), len(kept) - sum(kept)) == (found.kept_right, found.kept_wrong)
        assert 2 * found.kept_right >= found.right
        assert found.least <= found.cut_off <= found.most


def test_a_share_is_given_with_its_reach() -> None:
    assert likely_share(0, 0) == (0, 1)
    assert likely_share(8, 8)[1] == pytest.approx(1)
    least, most = likely_share(5, 50)
    assert 0.04 < least < 0.1 < most < 0.2


@given(st.integers(0, 200))
def test_a_sample_is_part_of_what_was_found_in_its_order(count: int) -> None:
    found = sample_of(range(count))
    assert len(found) == min(count, SAMPLE)
    assert found == sorted(set(found))


def test_a_sample_is_drawn_by_chance() -> None:
    random.seed(1)
    assert sample_of(range(1000)) != sample_of(range(1000))


def test_what_is_put_up_waits_page_by_page_and_is_ticked(book: LabelBook) -> None:
    put = replies(*(0.5 + number / 100 for number in range(12)))
    book.put_up(MODERATOR, "backtest", [8], put)
    page = book.page(MODERATOR, "backtest", [8], 0)
    assert (len(page.replies), page.pages, page.total, page.ticked) == (10, 2, 12, 0)
    assert [reply.message for reply in book.page(MODERATOR, "backtest", [8], 7).replies] == [101, 100]
    book.tick(MODERATOR, [name(put[11])], True)
    book.tick(MODERATOR, [name(put[10])], False)
    assert [reply.right for reply in book.page(MODERATOR, "backtest", [8], 0).replies[:3]] == [True, False, None]
    book.tick(MODERATOR, [name(put[10])], None)
    assert {reply.message for reply in book.labelled(MODERATOR)} == {111}


def test_a_new_report_takes_the_place_of_what_nobody_has_ticked(book: LabelBook) -> None:
    put = replies(0.5, 0.6)
    book.put_up(MODERATOR, "backtest", [8], put)
    book.put_up(MODERATOR, "backtest", [9], replies(0.9, channel=9))
    book.tick(MODERATOR, [name(put[0])], False)
    book.put_up(MODERATOR, "backtest", [8], replies(0.5, 0.7, first=100)[:1] + replies(0.8, first=200))
    shown = book.page(MODERATOR, "backtest", [8], 0).replies
    assert {(reply.message, reply.right) for reply in shown} == {(100, False), (200, None)}
    assert book.page(MODERATOR, "backtest", [], 0).total == 3


def test_labels_are_the_moderators_and_each_servers_own(book: LabelBook) -> None:
    put = replies(0.5)
    with pytest.raises(NotAllowedError):
        book.put_up(MEMBER, "backtest", [8], put)
    book.put_up(MODERATOR, "backtest", [8], put)
    for refused in (
        lambda: book.page(MEMBER, "backtest", [8], 0),
        lambda: book.tick(MEMBER, [name(put[0])], True),
        lambda: book.labelled(MEMBER),
        lambda: book.proposal(MEMBER),
        lambda: book.tick_card(MEMBER, 8, 100, CLAIM, True),
    ):
        with pytest.raises(NotAllowedError):
            refused()
    book.tick(STRANGER, [name(put[0])], True)
    assert book.page(MODERATOR, "backtest", [8], 0).ticked == 0
    assert book.page(STRANGER, "backtest", [8], 0).total == 0


def test_an_answer_that_was_given_can_be_labelled(base: ClaimBase, book: LabelBook, clock: Clock) -> None:
    finding = Finding("x", "en", "reply", (Match(CLAIM, 0.87, "asserts", "w"),))
    SightingBook(base, KEY).record(HERE, 8, 100, 71, finding, "reply")
    AnswerBook(base, KEY).take(HERE, 8, 100, 71, [CLAIM], clock.now - clock.now)
    book.tick_card(MODERATOR, 8, 100, CLAIM, False)
    book.tick_card(MODERATOR, 8, 100, CLAIM, True)
    assert [(reply.score, reply.right) for reply in book.labelled(MODERATOR)] == [(0.87, True)]
    for place in ((8, 101, CLAIM), (8, 100, "bubble")):
        with pytest.raises(UnknownEntryError):
            book.tick_card(MODERATOR, *place, True)


def test_of_many_who_tick_a_card_at_the_same_instant_the_last_counts_and_nobody_is_refused(
    base: ClaimBase, book: LabelBook, clock: Clock
) -> None:
    finding = Finding("x", "en", "reply", (Match(CLAIM, 0.87, "asserts", "w"),))
    for message in range(10):
        SightingBook(base, KEY).record(HERE, 8, message, 71, finding, "reply")
        AnswerBook(base, KEY).take(HERE, 8, message, 71, [CLAIM], clock.now - clock.now)
        with ThreadPoolExecutor(8) as hands:
            ticks = [hands.submit(book.tick_card, MODERATOR, 8, message, CLAIM, right) for right in [True, False] * 4]
        assert [tick.exception() for tick in ticks] == [None] * 8
    assert sorted(reply.message for reply in book.labelled(MODERATOR)) == list(range(10))


def test_a_tick_on_what_goes_at_the_same_instant_is_no_fault(base: ClaimBase, book: LabelBook) -> None:
    put = replies(0.5)
    book.put_up(MODERATOR, "backtest", [8], put)
    with ThreadPoolExecutor(1) as hand:
        with base.database.writing() as session:
            session.connection().execute(delete(Label))
            tick = hand.submit(book.tick, MODERATOR, [name(put[0])], True)
            with suppress(TimeoutError):  # it waits for whoever takes the label away
                tick.result(0.5)
        assert tick.exception() is None
    assert book.labelled(MODERATOR) == ()


def test_the_proposal_is_made_of_all_labels_of_the_server(base: ClaimBase, book: LabelBook) -> None:
    right, wrong = replies(*[0.95] * 20), replies(*[0.7] * 8, channel=9)
    book.put_up(MODERATOR, "backtest", [8], right)
    book.put_up(MODERATOR, "shadow", [], wrong)
    book.tick(MODERATOR, [name(reply) for reply in right], True)
    book.tick(MODERATOR, [name(reply) for reply in wrong], False)
    found = book.proposal(MODERATOR)
    assert (found.outcome, found.right, found.wrong) == ("proposed", 20, 8)
    ServerSetup(base).change(MODERATOR, cut_off=found.cut_off)
    assert book.proposal(MODERATOR).outcome == "kept"
    assert book.proposal(STRANGER).total == 0
