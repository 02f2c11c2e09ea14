"""The weekly digest is handed out once a week, whoever asks."""

from datetime import timedelta
from pathlib import Path

import pytest

from claims.answering.answers import AnswerBook
from claims.base import ClaimBase
from claims.moderation.digest import WEEK, ActivityBook, DigestPostings, Digests
from claims.moderation.reports import FeedbackBook
from claims.moderation.server_setup import ServerSetup
from tests.claims.conftest import KEY, Clock
from tests.claims.people import ADMINISTRATOR, CLAIM, HERE, THERE, settled


@pytest.fixture
def base(any_base: ClaimBase, tmp_path: Path) -> ClaimBase:
    ServerSetup(any_base).change(ADMINISTRATOR, digest_channel=8)
    return settled(any_base, tmp_path)


@pytest.fixture
def postings(base: ClaimBase) -> DigestPostings:
    return DigestPostings(base)


def due(base: ClaimBase) -> tuple[int, ...]:
    """Ask as another process would."""
    return DigestPostings(base).due(Digests(base).channels())


def test_the_first_digest_comes_at_once_and_tells_of_the_week_before(
    base: ClaimBase, postings: DigestPostings, clock: Clock
) -> None:
    assert due(base) == (HERE,)
    assert postings.take(HERE) == clock.now - WEEK
    assert due(base) == ()


def test_a_posting_is_taken_once(postings: DigestPostings) -> None:
    assert postings.take(HERE) is not None
    assert postings.take(HERE) is None


def test_it_keeps_to_its_hour_where_a_round_comes_late(base: ClaimBase, postings: DigestPostings, clock: Clock) -> None:
    postings.take(HERE)
    clock.move(days=7, hours=2)
    assert postings.take(HERE) is not None
    clock.move(days=6, hours=22)
    assert due(base) == (HERE,)


def test_after_a_long_pause_one_digest_comes_and_not_one_for_each_week(
    base: ClaimBase, postings: DigestPostings, clock: Clock
) -> None:
    postings.take(HERE)
    clock.move(days=40)
    assert postings.take(HERE) is not None
    assert due(base) == ()


def test_a_clock_that_was_a_year_ahead_costs_no_digest(base: ClaimBase, postings: DigestPostings, clock: Clock) -> None:
    clock.move(days=365)
    assert postings.take(HERE) is not None
    clock.move(days=-365)
    assert due(base) == (HERE,)
    assert postings.take(HERE) == clock.now - WEEK
    assert due(base) == ()


def test_what_could_not_be_posted_is_due_again(base: ClaimBase, postings: DigestPostings) -> None:
    postings.take(HERE)
    postings.give_back(HERE)
    assert due(base) == (HERE,)


def test_status_and_digest_count_what_was_said_in_one_way(base: ClaimBase, clock: Clock) -> None:
    answers, day = AnswerBook(base, KEY), timedelta(days=1)
    for message, claim, kind in ((1, CLAIM, "reply"), (2, CLAIM, "reply"), (3, CLAIM, "offer"), (4, "bubble", "offer")):
        answers.take(HERE, 8, message, 70, [claim], day, kind)
        if message == 1:
            answers.posted(8, 1, 1001)
    # Nothing was said to 2 and 3: their claim was cooling down. A card that was taken away has been seen.
    answers.hide(8, 1001, is_retracted=True)
    reports = FeedbackBook(base, KEY)
    reports.act(HERE, 8, CLAIM, 1001, 71, "helpful")
    reports.act(HERE, 8, CLAIM, 1001, 72, "not-said")
    activity, digest = ActivityBook(base).read(ADMINISTRATOR, 7), Digests(base).digest(HERE, clock() - WEEK)
    assert (activity.replies, activity.offers, activity.reports) == (1, 1, 1)
    assert (digest.replies, digest.offers) == (1, 1)


def test_no_digest_without_a_channel(base: ClaimBase, postings: DigestPostings) -> None:
    assert postings.take(THERE) is None
    ServerSetup(base).change(ADMINISTRATOR, digest_channel=None)
    assert postings.take(HERE) is None
    assert due(base) == ()


def test_other_settings_do_not_touch_it(base: ClaimBase, postings: DigestPostings) -> None:
    postings.take(HERE)
    ServerSetup(base).change(ADMINISTRATOR, budget=2.0)
    assert postings.take(HERE) is None
