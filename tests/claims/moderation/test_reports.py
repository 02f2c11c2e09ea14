"""Reports act at once, in their own server, and moderators have the last word."""

import math
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, event

from checks.checker import Checker
from checks.model import Finding, Match
from claims.answering.answers import AnswerBook
from claims.answering.traces import SightingBook, TraceBook
from claims.base import ClaimBase
from claims.exchange.importing import load_pack
from claims.moderation.candidate_items import QueueDecisions
from claims.moderation.history import History, Undoing
from claims.moderation.queue import Queue
from claims.moderation.reports import FeedbackBook, FeedbackKind, Standing, bar_above, take_back
from claims.moderation.server_setup import ClaimSettings, ServerSetup
from claims.store.tables import Feedback
from config.errors import InvalidEditError, UnknownClaimError
from tests.claims.conftest import KEY, Clock
from tests.claims.packs import claim_data, pack_data, write_pack
from tests.claims.people import CLAIM, HERE, MODERATOR, THERE, settled
from tests.templates import load_shipped_packs


@pytest.fixture
def base(any_base: ClaimBase, tmp_path: Path) -> ClaimBase:
    return settled(any_base, tmp_path)


@pytest.fixture
def feedback(base: ClaimBase) -> FeedbackBook:
    return FeedbackBook(base, KEY)


def card(base: ClaimBase, message: int, score: float = 0.9) -> int:
    """Answer a message; return the number of its card."""
    match = Match(CLAIM, score, "asserts", "w", action="reply")
    SightingBook(base, KEY).record(HERE, 8, message, 1, Finding("said", "en", "reply", (match,)), "reply")
    answers = AnswerBook(base, KEY)
    answers.take(HERE, 8, message, 1, [CLAIM], timedelta(0))
    answers.posted(8, message, message + 1000)
    return message + 1000


def test_one_report_raises_the_bar_above_that_match_here_only(base: ClaimBase, feedback: FeedbackBook) -> None:
    outcome = feedback.act(HERE, 8, CLAIM, card(base, 1, 0.9), 5, "not-said")
    assert (outcome.count, outcome.raised_to, outcome.paused) == (1, pytest.approx(0.95), False)
    assert base.claim(CLAIM, HERE).known.raised_to == pytest.approx(0.95)
    assert base.claim(CLAIM, THERE).known.raised_to == base.claim(CLAIM).known.raised_to == 0
    feedback.act(HERE, 8, CLAIM, card(base, 2, 0.7), 5, "not-said")
    assert base.claim(CLAIM, HERE).raised_to == pytest.approx(0.95)
    feedback.act(HERE, 8, CLAIM, card(base, 3, 1.0), 5, "not-said")
    assert base.claim(CLAIM, HERE).raised_to > 1


def test_the_same_message_is_then_offered_instead_of_answered_here_and_answered_elsewhere(
    base: ClaimBase, feedback: FeedbackBook
) -> None:
    load_shipped_packs(base)
    shipped = Checker(claim.known for claim in base.claims())
    said = "honestly these days silver keeps climbing only because AI data centres eat it all up"

    def check(server: int) -> Match:
        best = Checker((claim.known for claim in base.claims(server)), like=shipped).check(said).best
        assert best is not None
        return best

    first = check(HERE)
    assert (first.claim, first.action) == ("silver-ai-drives-price", "reply")
    SightingBook(base, KEY).record(HERE, 8, 1, 1, Finding(said, "en", "reply", (first,)), "reply")
    answers = AnswerBook(base, KEY)
    answers.take(HERE, 8, 1, 1, [first.claim], timedelta(0))
    answers.posted(8, 1, 1001)
    feedback.act(HERE, 8, first.claim, 1001, 5, "not-said")
    assert (check(HERE).action, check(THERE).action) == ("offer", "reply")


@pytest.mark.slow
def test_surer_messages_are_answered_on_even_where_both_round_to_certainty(
    base: ClaimBase, feedback: FeedbackBook
) -> None:
    load_shipped_packs(base)
    shipped = Checker(claim.known for claim in base.claims())
    loose = "the price of silver is rising because of artificial intelligence"
    close = "silver is only up because of all the server farms, same as last year"

    def check(text: str) -> Match:
        best = Checker((claim.known for claim in base.claims(HERE)), like=shipped).check(text).best
        assert best is not None
        return best

    first, surer = check(loose), check(close)
    assert first.claim == surer.claim
    assert (first.exact or 0) < (surer.exact or 0)
    assert (f"{first.score:.3f}", f"{surer.score:.3f}") == ("1.000", "1.000")
    SightingBook(base, KEY).record(HERE, 8, 1, 1, Finding(loose, "en", "reply", (first,)), "reply")
    answers = AnswerBook(base, KEY)
    answers.take(HERE, 8, 1, 1, [first.claim], timedelta(0))
    answers.posted(8, 1, 1001)
    feedback.act(HERE, 8, first.claim, 1001, 5, "not-said")
    assert (check(loose).action, check(close).action) == ("offer", "reply")


@given(st.floats(0, 1))
def test_the_bar_is_always_above_the_score(score: float) -> None:
    assert score < bar_above(score) <= math.nextafter(1, 2)


def test_the_second_report_of_one_member_does_nothing(base: ClaimBase, feedback: FeedbackBook) -> None:
    shown = card(base, 1)
    feedback.act(HERE, 8, CLAIM, shown, 5, "not-said")
    before = base.revision
    assert feedback.act(HERE, 8, CLAIM, shown, 5, "not-said").count == 1
    assert base.revision == before


def test_enough_members_within_a_day_pause_the_claim_and_the_moderators_hear(
    base: ClaimBase, feedback: FeedbackBook
) -> None:
    outcomes = [feedback.act(HERE, 8, CLAIM, card(base, member), member, "not-said") for member in (1, 2, 3, 4)]
    assert [outcome.paused for outcome in outcomes] == [False, False, True, False]
    claim = base.claim(CLAIM, HERE)
    assert (claim.paused, claim.muted, claim.known.muted) == (True, False, True)
    assert not base.claim(CLAIM, THERE).paused
    assert base.claim(CLAIM, HERE).paused
    (item,) = Queue(base, KEY).items(MODERATOR, kind="paused").items
    assert (item.claim, item.payload) == (CLAIM, {"reports": 3})
    pause = next(entry for entry in History(base).page(MODERATOR).entries if entry.act == "reports.pause")
    assert pause.actor == "touchstone"


def test_a_member_who_chooses_another_kind_takes_back_what_the_first_has_led_to(
    base: ClaimBase, feedback: FeedbackBook
) -> None:
    other, shown = card(base, 1, 0.7), card(base, 2, 0.9)
    feedback.act(HERE, 8, CLAIM, other, 6, "not-said")
    assert feedback.act(HERE, 8, CLAIM, shown, 5, "not-said").raised_to == pytest.approx(0.95)
    outcome = feedback.act(HERE, 8, CLAIM, shown, 5, "out-of-date")
    assert (outcome.count, outcome.raised_to, outcome.new) == (1, 0, True)
    assert base.claim(CLAIM, HERE).raised_to == pytest.approx(0.85)
    waiting = {
        (item.payload["card"], item.payload["kind"]): item.reports for item in Queue(base, KEY).items(MODERATOR).items
    }
    assert waiting == {(other, "not-said"): 1, (shown, "out-of-date"): 1}


def test_a_wrong_claim_is_a_wrong_match_too(base: ClaimBase, feedback: FeedbackBook) -> None:
    shown = card(base, 1, 0.9)
    assert feedback.act(HERE, 8, CLAIM, shown, 5, "wrong-claim").raised_to == pytest.approx(0.95)
    assert feedback.act(HERE, 8, CLAIM, shown, 5, "not-said").raised_to == 0
    assert base.claim(CLAIM, HERE).raised_to == pytest.approx(0.95)
    feedback.act(HERE, 8, CLAIM, card(base, 2), 6, "wrong-claim")
    assert feedback.act(HERE, 8, CLAIM, card(base, 3), 7, "not-said").paused


def test_a_report_that_was_decided_on_raises_nothing_under_another_name(
    base: ClaimBase, feedback: FeedbackBook, clock: Clock
) -> None:
    shown = card(base, 1, 0.9)
    feedback.act(HERE, 8, CLAIM, shown, 5, "not-said")
    clock.move(minutes=1)
    ClaimSettings(base).resume(MODERATOR, CLAIM)
    clock.move(minutes=1)
    assert feedback.act(HERE, 8, CLAIM, shown, 5, "wrong-claim").raised_to == 0
    assert base.claim(CLAIM, HERE).raised_to == 0


def test_one_member_alone_pauses_nothing(base: ClaimBase, feedback: FeedbackBook) -> None:
    for message in range(1, 6):
        assert not feedback.act(HERE, 8, CLAIM, card(base, message), 5, "not-said").paused


def test_reports_of_other_days_and_other_kinds_do_not_add_up(
    base: ClaimBase, feedback: FeedbackBook, clock: Clock
) -> None:
    for member in (1, 2):
        feedback.act(HERE, 8, CLAIM, card(base, member), member, "not-said")
    feedback.act(HERE, 8, CLAIM, card(base, 3), 3, "out-of-date")
    clock.move(hours=25)
    assert not feedback.act(HERE, 8, CLAIM, card(base, 4), 4, "not-said").paused


def test_the_number_of_reports_is_the_servers_to_choose(base: ClaimBase, feedback: FeedbackBook) -> None:
    ServerSetup(base).change(MODERATOR, pause_reports=1)
    assert feedback.act(HERE, 8, CLAIM, card(base, 1), 1, "not-said").paused


def test_moderators_end_a_pause_and_earlier_reports_count_no_more(
    base: ClaimBase, feedback: FeedbackBook, clock: Clock
) -> None:
    for member in (1, 2, 3):
        feedback.act(HERE, 8, CLAIM, card(base, member), member, "not-said")
    ClaimSettings(base).resume(MODERATOR, CLAIM)
    claim = base.claim(CLAIM, HERE)
    assert (claim.paused, claim.raised_to) == (False, 0)
    assert Queue(base, KEY).items(MODERATOR, kind="paused").items == ()
    clock.move(minutes=5)
    assert not feedback.act(HERE, 8, CLAIM, card(base, 4), 4, "not-said").paused


@pytest.mark.parametrize("decision", ["dismiss", "accept_negative"])
def test_the_bar_falls_when_the_last_report_is_decided(base: ClaimBase, feedback: FeedbackBook, decision: str) -> None:
    for member in (1, 2):
        feedback.act(HERE, 8, CLAIM, card(base, member), member, "not-said")
    first, second = Queue(base, KEY).items(MODERATOR).items
    QueueDecisions(base).dismiss(MODERATOR, first.id)
    assert base.claim(CLAIM, HERE).raised_to > 0
    more = {"text": "what was really said"} if decision == "accept_negative" else {}
    getattr(QueueDecisions(base), decision)(MODERATOR, second.id, **more)
    assert base.claim(CLAIM, HERE).raised_to == 0


def test_a_report_of_a_claim_that_the_card_does_not_answer_is_refused(base: ClaimBase, feedback: FeedbackBook) -> None:
    with pytest.raises(UnknownClaimError):
        feedback.act(HERE, 8, "bubble", card(base, 1), 1, "not-said")


def test_no_reporter_stands_in_the_history(base: ClaimBase, feedback: FeedbackBook) -> None:
    reporter = 987_654_321_012
    feedback.act(HERE, 8, CLAIM, card(base, 1), reporter, "not-said")
    assert str(reporter) not in str(History(base).page(MODERATOR))


def test_mute_and_cut_off_follow_the_pack_otherwise(base: ClaimBase) -> None:
    settings = ClaimSettings(base)
    settings.mute(MODERATOR, CLAIM)
    settings.set_cut_off(MODERATOR, CLAIM, 0.8)
    claim = base.claim(CLAIM, HERE)
    assert (claim.muted, claim.cut_off, claim.server) == (True, 0.8, None)
    settings.unmute(MODERATOR, CLAIM)
    settings.set_cut_off(MODERATOR, CLAIM, None)
    assert base.claim(CLAIM, HERE) == base.claim(CLAIM)
    for wrong in (1.5, -0.1, float("nan")):
        with pytest.raises(InvalidEditError, match="from 0 to 1"):
            settings.set_cut_off(MODERATOR, CLAIM, wrong)


@pytest.mark.parametrize("first", ["helpful", "out-of-date"])
def test_a_decided_report_stays_settled_by_way_of_another_kind(
    base: ClaimBase, feedback: FeedbackBook, clock: Clock, first: FeedbackKind
) -> None:
    shown = card(base, 1)
    feedback.act(HERE, 8, CLAIM, shown, 5, "not-said")
    clock.move(minutes=1)
    ClaimSettings(base).resume(MODERATOR, CLAIM)
    for kind in (first, "not-said"):
        clock.move(minutes=1)
        assert feedback.act(HERE, 8, CLAIM, shown, 5, kind).raised_to == 0
    assert base.claim(CLAIM, HERE).raised_to == 0


def test_who_takes_a_report_back_may_make_it_again_and_decides_nothing_for_others(
    base: ClaimBase, feedback: FeedbackBook, clock: Clock
) -> None:
    shown = card(base, 1)
    feedback.act(HERE, 8, CLAIM, shown, 6, "not-said", Standing(days=10))
    feedback.act(HERE, 8, CLAIM, shown, 5, "not-said")
    clock.move(minutes=1)
    feedback.act(HERE, 8, CLAIM, shown, 5, "helpful")
    assert base.claim(CLAIM, HERE).raised_to == 0
    clock.move(minutes=1)
    assert feedback.act(HERE, 8, CLAIM, shown, 7, "not-said", Standing(days=10)).raised_to, "two halves"
    assert not feedback.act(HERE, 8, CLAIM, shown, 5, "not-said").paused
    assert feedback.act(HERE, 8, CLAIM, card(base, 2), 8, "not-said").paused


NEW = Standing(days=0.5)
SETTLED = Standing(days=300)


def report(feedback: FeedbackBook, shown: int, member: int, standing: Standing = SETTLED) -> bool:
    """Let a member call a card wrong; return whether that paused the claim."""
    return feedback.act(HERE, 8, CLAIM, shown, member, "not-said", standing).paused


def bubble_card(base: ClaimBase, message: int, author: int = 1, claim: str = "bubble") -> int:
    finding = Finding("said", "en", "reply", (Match(claim, 0.9, "asserts", "w", action="reply"),))
    SightingBook(base, KEY).record(HERE, 8, message, author, finding, "reply")
    answers = AnswerBook(base, KEY)
    answers.take(HERE, 8, message, author, [claim], timedelta(0))
    answers.posted(8, message, message + 1000)
    return message + 1000


@pytest.mark.parametrize(
    ("standing", "record", "weight"),
    [
        (Standing(), (0, 0), 1),
        (SETTLED, (0, 0), 1),
        (Standing(days=0.5, has_role=True), (0, 0), 0),
        (Standing(days=3), (0, 0), 0.25),
        (Standing(days=3, has_role=True), (0, 0), 0.5),
        (Standing(days=10), (0, 0), 0.5),
        (Standing(days=300, moderates=True), (0, 0), 2),
        (SETTLED, (0, 1), 0.5),
        (SETTLED, (5, 0), 1),
        (SETTLED, (1, 1), 2 / 3),
    ],
)
def test_a_report_weighs_by_who_makes_it(standing: Standing, record: tuple[int, int], weight: float) -> None:
    assert standing.weight(*record) == pytest.approx(weight)


def test_accounts_of_today_neither_raise_a_bar_nor_pause_anything(base: ClaimBase, feedback: FeedbackBook) -> None:
    shown = card(base, 1)
    assert not any(report(feedback, shown, member, NEW) for member in range(100, 120))
    claim = base.claim(CLAIM, HERE)
    assert (claim.paused, claim.raised_to) == (False, 0)
    assert Queue(base, KEY).items(MODERATOR).counts == {"feedback": 1}


def test_a_vote_that_becomes_a_report_weighs_what_its_member_weighs(base: ClaimBase, feedback: FeedbackBook) -> None:
    shown = card(base, 1)
    for member in range(100, 120):
        feedback.act(HERE, 8, CLAIM, shown, member, "helpful")
        assert feedback.act(HERE, 8, CLAIM, shown, member, "not-said", NEW).raised_to == 0
    assert not base.claim(CLAIM, HERE).paused


def test_the_same_handful_pauses_no_second_claim(base: ClaimBase, feedback: FeedbackBook) -> None:
    assert [report(feedback, card(base, member), member) for member in (2, 3, 4)] == [False, False, True]
    others = [bubble_card(base, 10 + member) for member in (2, 3, 4)]
    for member, shown in zip((2, 3, 4), others, strict=True):
        assert not feedback.act(HERE, 8, "bubble", shown, member, "not-said").paused
    outcomes = [feedback.act(HERE, 8, "bubble", others[0], member, "not-said").paused for member in (5, 6, 7)]
    assert outcomes == [False, False, True]


def test_authors_are_heard_about_their_own_messages_whatever_else_they_reported(
    base: ClaimBase, feedback: FeedbackBook
) -> None:
    ServerSetup(base).change(MODERATOR, pause_reports=2)
    for member in (2, 3):
        report(feedback, card(base, member), member)
    assert base.claim(CLAIM, HERE).paused
    own = [bubble_card(base, 20 + member, author=member) for member in (2, 3)]
    assert not feedback.act(HERE, 8, "bubble", own[0], 2, "not-said").paused
    assert feedback.act(HERE, 8, "bubble", own[1], 3, "not-said").paused


@pytest.fixture
def many(base: ClaimBase, tmp_path: Path) -> list[str]:
    """Further claims; those of a handful of members are soon used up."""
    names = [f"claim-{number}" for number in range(5)]
    load_pack(base, write_pack(tmp_path, pack_data(*map(claim_data, names), pack="more")))
    return names


def test_one_member_alone_makes_the_bot_careful_about_a_few_claims_even_by_own_messages_and_over_days(
    base: ClaimBase, feedback: FeedbackBook, clock: Clock, many: list[str]
) -> None:
    for number, claim in enumerate(many):
        shown = bubble_card(base, 30 + number, author=5, claim=claim)
        feedback.act(HERE, 8, claim, shown, 5, "not-said", SETTLED)
        clock.move(days=2)
    assert [base.claim(claim, HERE).raised_to > 0 for claim in many] == [True, True, False, False, False]


def test_votes_that_become_reports_in_reverse_order_are_heard_about_a_few_claims_only(
    base: ClaimBase, feedback: FeedbackBook, clock: Clock, many: list[str]
) -> None:
    cards = [bubble_card(base, 30 + number, claim=claim) for number, claim in enumerate(many)]
    votes = list(zip(many, cards, strict=True))
    for claim, shown in votes:
        feedback.act(HERE, 8, claim, shown, 5, "helpful", SETTLED)
        clock.move(minutes=1)
    for claim, shown in reversed(votes):
        feedback.act(HERE, 8, claim, shown, 5, "not-said", SETTLED)
        clock.move(minutes=1)
    assert [base.claim(claim, HERE).raised_to > 0 for claim in many] == [False, False, False, True, True]


def forget(base: ClaimBase, member: int) -> None:
    TraceBook(base, KEY, before=take_back).forget(member)


def test_being_forgotten_lets_nobody_make_the_bot_careful_about_more_claims(
    base: ClaimBase, feedback: FeedbackBook, clock: Clock, many: list[str]
) -> None:
    for number, claim in enumerate(many[:4]):
        if number == 2:
            forget(base, 5)
        feedback.act(HERE, 8, claim, bubble_card(base, 30 + number, claim=claim), 5, "not-said", SETTLED)
        clock.move(minutes=1)
    assert [base.claim(claim, HERE).raised_to > 0 for claim in many] == [False, False, True, True, False]


def test_what_others_have_reported_stays_when_a_member_is_forgotten(base: ClaimBase, feedback: FeedbackBook) -> None:
    report(feedback, card(base, 1, 0.7), 6)
    report(feedback, card(base, 2, 0.9), 5)
    report(feedback, card(base, 3, 0.9), 4, NEW)
    forget(base, 4)
    assert base.claim(CLAIM, HERE).raised_to == pytest.approx(0.95)
    forget(base, 5)
    assert base.claim(CLAIM, HERE).raised_to == pytest.approx(0.85)


def test_what_waits_for_the_reports_of_who_is_forgotten_waits_no_more(
    base: ClaimBase, feedback: FeedbackBook, clock: Clock
) -> None:
    alone, both = card(base, 1), card(base, 2)
    report(feedback, alone, 5)
    report(feedback, both, 5)
    report(feedback, both, 6)
    forget(base, 5)
    queue = Queue(base, KEY)
    assert [(item.message, item.reports) for item in queue.items(MODERATOR, kind="feedback").items] == [(2, 1)]
    clock.move(days=40)
    TraceBook(base, KEY, before=take_back).purge(timedelta(days=30))
    assert queue.items(MODERATOR).items == ()


def test_a_pause_ends_with_the_reports_of_who_is_forgotten_and_those_of_others_count_on(
    base: ClaimBase, feedback: FeedbackBook, clock: Clock
) -> None:
    assert [report(feedback, card(base, member), member) for member in (2, 3, 4)] == [False, False, True]
    clock.move(minutes=1)
    forget(base, 4)
    claim = base.claim(CLAIM, HERE)
    assert (claim.paused, claim.raised_to > 0) == (False, True)
    assert Queue(base, KEY).items(MODERATOR, kind="paused").items == ()
    newest = History(base).page(MODERATOR).entries[0]
    assert (newest.actor, newest.act) == ("touchstone", "claim.resume")
    assert report(feedback, card(base, 5), 5)


def test_who_chooses_another_kind_ends_a_pause_that_needs_the_report_and_starts_it_no_second_time(
    base: ClaimBase, feedback: FeedbackBook, clock: Clock
) -> None:
    cards = [card(base, member) for member in (2, 3, 4)]
    assert [report(feedback, shown, member) for member, shown in zip((2, 3, 4), cards, strict=True)][-1]
    clock.move(minutes=1)
    feedback.act(HERE, 8, CLAIM, cards[2], 4, "out-of-date", SETTLED)
    assert not base.claim(CLAIM, HERE).paused
    assert Queue(base, KEY).items(MODERATOR, kind="paused").items == ()
    newest = History(base).page(MODERATOR).entries[0]
    assert (newest.actor, newest.act) == ("touchstone", "claim.resume")
    for kind in ("not-said", "helpful", "wrong-claim"):
        assert not feedback.act(HERE, 8, CLAIM, cards[2], 4, kind, SETTLED).paused
    assert not base.claim(CLAIM, HERE).paused
    assert report(feedback, card(base, 5), 5), "somebody else's report counts on with the others"


def test_a_pause_holds_where_the_others_are_enough_and_who_has_left_it_has_a_part_in_another(
    base: ClaimBase, feedback: FeedbackBook
) -> None:
    cards = [card(base, member) for member in (2, 3, 4, 5)]
    for member, shown in zip((2, 3, 4, 5), cards, strict=True):
        report(feedback, shown, member)
    feedback.act(HERE, 8, CLAIM, cards[3], 5, "out-of-date", SETTLED)
    assert base.claim(CLAIM, HERE).paused
    others = [bubble_card(base, 10 + member) for member in (2, 3, 4, 5)]
    for member, shown in zip((2, 3, 4, 5), others, strict=True):
        assert not feedback.act(HERE, 8, "bubble", shown, member, "not-said", SETTLED).paused
    assert not feedback.act(HERE, 8, "bubble", others[0], 6, "not-said", SETTLED).paused
    assert feedback.act(HERE, 8, "bubble", others[0], 7, "not-said", SETTLED).paused


def test_the_same_three_pause_one_claim_after_the_other_by_no_change_of_kind(
    base: ClaimBase, feedback: FeedbackBook, many: list[str]
) -> None:
    for number, claim in enumerate(many):
        for member in (2, 3, 4):
            shown = bubble_card(base, 30 + 10 * number + member, claim=claim)
            feedback.act(HERE, 8, claim, shown, member, "not-said", SETTLED)
        for member in (2, 3, 4):
            feedback.act(HERE, 8, claim, 1030 + 10 * number + member, member, "out-of-date", SETTLED)
    assert not any(base.claim(claim, HERE).paused for claim in many)


def purge(base: ClaimBase) -> None:
    TraceBook(base, KEY, before=take_back).purge(timedelta(days=30))


def test_bars_and_pauses_end_with_the_reports_that_nobody_decided_on(
    base: ClaimBase, feedback: FeedbackBook, clock: Clock
) -> None:
    for member in (2, 3, 4):
        report(feedback, card(base, member), member)
    clock.move(days=29)
    later = card(base, 21, 0.7)
    report(feedback, later, 6)
    purge(base)
    assert base.claim(CLAIM, HERE).paused
    clock.move(days=2)
    purge(base)
    claim = base.claim(CLAIM, HERE)
    assert (claim.paused, claim.raised_to) == (False, pytest.approx(0.85))
    assert Queue(base, KEY).items(MODERATOR, kind="paused").items == ()
    before = base.revision
    purge(base)
    assert base.revision == before


def test_what_an_older_version_has_left_in_force_without_its_reports_ends(
    base: ClaimBase, feedback: FeedbackBook
) -> None:
    for member in (2, 3, 4):
        report(feedback, card(base, member), member)
    with base.database.writing() as session:
        session.connection().execute(delete(Feedback))
    purge(base)
    claim = base.claim(CLAIM, HERE)
    assert (claim.paused, claim.raised_to) == (False, 0)


def test_a_pause_that_a_moderator_has_brought_back_outlives_who_is_forgotten(
    base: ClaimBase, feedback: FeedbackBook, clock: Clock
) -> None:
    for member in (2, 3, 4):
        report(feedback, card(base, member), member)
    clock.move(minutes=1)
    resumed = ClaimSettings(base).resume(MODERATOR, CLAIM).revision
    Undoing(base).undo(MODERATOR, resumed)
    for member in (2, 3, 4):
        forget(base, member)
    claim = base.claim(CLAIM, HERE)
    assert (claim.paused, claim.raised_to > 0) == (True, True)


def test_a_report_asks_the_database_no_more_for_all_that_others_have_reported(
    base: ClaimBase, feedback: FeedbackBook, many: list[str]
) -> None:
    shown, asked = card(base, 1), list[str]()
    event.listen(base.database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))

    def turned() -> int:
        """Let a member choose another kind and come back to the first; return how often that asks the database."""
        feedback.act(HERE, 8, CLAIM, shown, 7, "wrong-claim", Standing(days=10))
        asked.clear()
        feedback.act(HERE, 8, CLAIM, shown, 7, "not-said", Standing(days=10))
        return len(asked)

    report(feedback, shown, 6)
    report(feedback, card(base, 2), 5, NEW)
    report(feedback, shown, 7, Standing(days=10))
    few = turned()
    for number, claim in enumerate(many):
        feedback.act(HERE, 8, claim, bubble_card(base, 30 + number, claim=claim), 5, "not-said", NEW)
        feedback.act(HERE, 8, claim, 1030 + number, 7, "out-of-date", NEW)
        report(feedback, card(base, 10 + number), 5, NEW)
    assert turned() == few


def test_who_was_found_right_is_heard_on(base: ClaimBase, feedback: FeedbackBook, many: list[str]) -> None:
    for number, claim in enumerate(many):
        shown = bubble_card(base, 30 + number, claim=claim)
        assert feedback.act(HERE, 8, claim, shown, 5, "not-said", SETTLED).raised_to
        (item,) = Queue(base, KEY).items(MODERATOR, kind="feedback").items
        QueueDecisions(base).accept_negative(MODERATOR, item.id, text="something else altogether")


@pytest.mark.parametrize(("by_own_messages", "paused"), [(False, 1), (True, 2)])
def test_the_same_handful_pauses_no_claim_a_day(
    base: ClaimBase, feedback: FeedbackBook, clock: Clock, many: list[str], by_own_messages: bool, paused: int
) -> None:
    for number, claim in enumerate(many):
        for member in (2, 3, 4):
            author = member if by_own_messages else 1
            shown = bubble_card(base, 30 + 10 * number + member, author=author, claim=claim)
            feedback.act(HERE, 8, claim, shown, member, "not-said", SETTLED)
        clock.move(days=2)
    assert sum(base.claim(claim, HERE).paused for claim in many) == paused


def test_reports_that_moderators_dismiss_count_no_more_and_make_the_next_ones_lighter(
    base: ClaimBase, feedback: FeedbackBook
) -> None:
    queue = Queue(base, KEY)
    report(feedback, card(base, 1), 5)
    report(feedback, card(base, 2), 6)
    QueueDecisions(base).dismiss(MODERATOR, queue.items(MODERATOR).items[0].id)
    assert not report(feedback, card(base, 3), 7), "one of three is dismissed"
    assert not report(feedback, card(base, 4), 5), "half a report"
    assert report(feedback, card(base, 5), 8)


def test_dismissing_resumes_at_once(base: ClaimBase, feedback: FeedbackBook, clock: Clock) -> None:
    for member in (2, 3, 4):
        report(feedback, card(base, member), member)
    queue = Queue(base, KEY)
    first = queue.items(MODERATOR, kind="feedback").items[0]
    clock.move(days=2)
    QueueDecisions(base).dismiss(MODERATOR, first.id)
    assert not base.claim(CLAIM, HERE).paused
    assert queue.items(MODERATOR, kind="paused").items == ()


def test_the_queue_says_what_else_the_same_members_reported(base: ClaimBase, feedback: FeedbackBook) -> None:
    feedback.act(HERE, 8, "bubble", bubble_card(base, 50), 5, "out-of-date")
    report(feedback, card(base, 1), 5)
    report(feedback, 1001, 1, Standing(days=10))
    item = Queue(base, KEY).items(MODERATOR).items[-1]
    first, second = QueueDecisions(base).reporters(MODERATOR, item.id)
    assert (first.weight, first.is_author, first.others) == (1, False, ("bubble",))
    assert (second.weight, second.is_author, second.others) == (0.5, True, ())
    assert len(first.mark) == 6
    assert first.mark != second.mark
