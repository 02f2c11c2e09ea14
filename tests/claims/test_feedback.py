"""Reports count once a member."""

import pytest

from claims.base import ClaimBase
from claims.moderation.reports import FeedbackBook
from tests.claims.conftest import KEY


@pytest.fixture
def book(any_base: ClaimBase) -> FeedbackBook:
    return FeedbackBook(any_base, KEY)


def test_reports_of_several_members_add_up(book: FeedbackBook) -> None:
    assert [book.report(7, "silver", 99, member, "not-said") for member in (1, 2, 3)] == [1, 2, 3]


def test_a_member_counts_once_for_a_card_and_claim(book: FeedbackBook) -> None:
    book.report(7, "silver", 99, 1, "not-said")
    assert book.report(7, "silver", 99, 1, "wrong-claim") == 1


def test_claims_and_cards_are_counted_apart(book: FeedbackBook) -> None:
    book.report(7, "silver", 99, 1, "not-said")
    assert book.report(7, "bubble", 99, 1, "not-said") == 1
    assert book.report(7, "silver", 98, 1, "not-said") == 1


def test_who_found_a_card_helpful_is_no_reporter_of_it(book: FeedbackBook) -> None:
    book.act(7, "silver", 99, 1, "helpful")
    assert not book.act(7, "silver", 99, 1, "helpful").new
    assert book.report(7, "silver", 99, 2, "not-said") == 1
