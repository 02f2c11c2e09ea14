"""Reports count once a member."""

import pytest

from claims.base import ClaimBase
from claims.moderation.reports import FeedbackBook
from tests.claims.conftest import KEY


@pytest.fixture
def book(any_base: ClaimBase) -> FeedbackBook:
    return FeedbackBook(any_base, KEY)


def test_reports_of_several_members_add_up(book: FeedbackBook) -> None:
    assert [book.act(7, 8, "silver", 99, member, "not-said").count for member in (1, 2, 3)] == [1, 2, 3]


def test_a_member_counts_once_for_a_card_and_claim(book: FeedbackBook) -> None:
    book.act(7, 8, "silver", 99, 1, "not-said")
    assert book.act(7, 8, "silver", 99, 1, "wrong-claim").count == 1


def test_claims_and_cards_are_counted_apart(book: FeedbackBook) -> None:
    book.act(7, 8, "silver", 99, 1, "not-said")
    assert book.act(7, 8, "bubble", 99, 1, "not-said").count == 1
    assert book.act(7, 8, "silver", 98, 1, "not-said").count == 1


def test_cards_of_two_chats_may_have_the_same_number(book: FeedbackBook) -> None:
    book.act(7, 8, "silver", 99, 1, "not-said")
    assert book.act(7, 9, "silver", 99, 1, "not-said").count == 1
