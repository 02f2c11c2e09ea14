"""A server's own evaluation set: kept by moderators, deleted by authors, and never in the history."""

from dataclasses import replace
from pathlib import Path

import pytest

from claims.answering.traces import TraceBook
from claims.base import ClaimBase
from claims.moderation.examples import ExampleBook, KeptMessage
from claims.moderation.history import History
from claims.moderation.rights import Actor
from config.errors import InvalidEditError, UnknownClaimError, UnknownEntryError
from tests.claims.conftest import KEY
from tests.claims.people import CLAIM, MEMBER, MODERATOR, STRANGER, THERE, settled

KEPT = KeptMessage(8, 9, MEMBER.user_id, "the words of a member", CLAIM, makes_claim=False)


@pytest.fixture
def base(any_base: ClaimBase, tmp_path: Path) -> ClaimBase:
    return settled(any_base, tmp_path)


@pytest.fixture
def book(base: ClaimBase) -> ExampleBook:
    return ExampleBook(base, KEY)


def test_an_example_is_kept_with_its_label_for_its_server(book: ExampleBook) -> None:
    book.keep(MODERATOR, KEPT)
    (example,) = book.examples(MODERATOR)
    assert (example.text, example.claim, example.makes_claim) == (KEPT.text, CLAIM, False)
    assert book.examples(STRANGER) == ()


def test_its_author_deletes_it_unnamed(base: ClaimBase, book: ExampleBook) -> None:
    number = book.keep(MODERATOR, KEPT).number
    book.delete(MEMBER, number)
    assert book.examples(MODERATOR) == ()
    deleted, kept = History(base).page(MODERATOR, most=2).entries
    assert (deleted.act, deleted.actor, kept.act, kept.actor) == ("example.delete", "author", "example.keep", "20")
    assert KEPT.text not in str((deleted, kept))
    with pytest.raises(UnknownEntryError):
        book.delete(MEMBER, number)


def test_the_author_as_a_member_elsewhere_finds_nothing(book: ExampleBook) -> None:
    number = book.keep(MODERATOR, KEPT).number
    with pytest.raises(UnknownEntryError):
        book.delete(Actor(MEMBER.user_id, THERE), number)


def test_examples_go_when_their_author_is_forgotten(base: ClaimBase, book: ExampleBook) -> None:
    book.keep(MODERATOR, KEPT)
    assert TraceBook(base, KEY).forget(MEMBER.user_id) == 1
    assert book.examples(MODERATOR) == ()


@pytest.mark.parametrize(
    ("text", "says"), [("", "no text to keep"), (" \n", "no text to keep"), ("x" * 4001, "too long to be kept")]
)
def test_there_must_be_something_to_keep_that_is_not_too_long(book: ExampleBook, text: str, says: str) -> None:
    with pytest.raises(InvalidEditError, match=says):
        book.keep(MODERATOR, KeptMessage(8, 9, 1, text, CLAIM, makes_claim=True))


def test_the_same_message_and_claim_get_the_new_label(base: ClaimBase, book: ExampleBook) -> None:
    number = book.keep(MODERATOR, KEPT).number
    assert book.keep(MODERATOR, replace(KEPT, makes_claim=True)).number == number
    (example,) = book.examples(MODERATOR)
    assert example.makes_claim
    newest = History(base).page(MODERATOR, most=1).entries[0]
    assert newest.act == "example.keep"
    other = book.keep(MODERATOR, replace(KEPT, message=10, claim="", makes_claim=True)).number
    assert [(each.id, each.claim, each.makes_claim) for each in book.examples(MODERATOR)][1:] == [(other, "", False)]


def test_a_claim_that_the_server_does_not_see_is_refused(book: ExampleBook) -> None:
    with pytest.raises(UnknownClaimError):
        book.keep(MODERATOR, replace(KEPT, claim="no-such-claim"))
    assert book.examples(MODERATOR) == ()


def test_what_was_kept_anew_is_taken_back_whole(base: ClaimBase, book: ExampleBook) -> None:
    book.take_back(MODERATOR, book.keep(MODERATOR, KEPT))
    assert book.examples(MODERATOR) == ()
    assert [each.act for each in History(base).page(MODERATOR, most=2).entries] == ["example.delete", "example.keep"]


def test_an_older_example_that_is_taken_back_has_its_label_and_words_again(book: ExampleBook) -> None:
    book.keep(MODERATOR, KEPT)
    before = book.examples(MODERATOR)
    book.take_back(MODERATOR, book.keep(MODERATOR, replace(KEPT, makes_claim=True, text="other words")))
    assert book.examples(MODERATOR) == before


def test_what_its_author_has_deleted_does_not_come_back(book: ExampleBook) -> None:
    book.keep(MODERATOR, KEPT)
    again = book.keep(MODERATOR, replace(KEPT, makes_claim=True))
    book.delete(MEMBER, again.number)
    book.take_back(MODERATOR, again)
    assert book.examples(MODERATOR) == ()
