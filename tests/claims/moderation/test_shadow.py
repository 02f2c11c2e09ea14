"""Shadow mode counts what would have been said, and keeps no word of it."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from checks.model import Action, Finding, Match
from claims.answering.traces import TraceBook
from claims.base import ClaimBase
from claims.moderation.labels import ShadowBook
from claims.store.tables import Table
from tests.claims.conftest import KEY, Clock
from tests.claims.people import ADMINISTRATOR, HERE, STRANGER, THERE

AUTHOR = 1_234_567_890_123_456_789


@pytest.fixture
def book(any_base: ClaimBase, clock: Clock) -> ShadowBook:
    return ShadowBook(any_base, KEY, clock)


def finding(action: Action, score: float = 0.9, claim: str = "silver") -> Finding:
    return Finding("a sentence nobody may keep", "en", action, (Match(claim, score, "asserts", "w"),))


def test_the_report_counts_messages_replies_and_offers(book: ShadowBook) -> None:
    for message in range(96):
        book.note(HERE, 8, message, AUTHOR, Finding("nothing", "en", "silent"))
    book.note(HERE, 8, 100, AUTHOR, finding("reply", 0.9))
    book.note(HERE, 8, 101, AUTHOR, finding("reply", 0.8, "bubble"))
    book.note(HERE, 9, 102, AUTHOR, finding("reply", 0.7))
    book.note(HERE, 9, 103, AUTHOR, finding("offer"))
    book.note(THERE, 8, 104, AUTHOR, finding("reply"))
    report = book.report(ADMINISTRATOR)
    assert (report.messages, report.replies, report.offers, report.per_thousand) == (100, 3, 1, 30)
    assert report.claims == (("silver", 2), ("bubble", 1))
    assert [reply.message for reply in report.would_say] == [100, 101, 102]
    assert book.report(ADMINISTRATOR, channel=9).messages == 2
    assert book.report(STRANGER).messages == 1


def test_a_message_seen_again_is_not_counted_twice(book: ShadowBook) -> None:
    for _ in range(2):
        book.note(HERE, 8, 100, AUTHOR, finding("reply"))
    assert book.report(ADMINISTRATOR).messages == 1


def test_neither_text_nor_author_is_kept(any_base: ClaimBase, book: ShadowBook) -> None:
    book.note(HERE, 8, 100, AUTHOR, finding("reply"))
    with any_base.database.reading() as session:
        tables = [session.connection().execute(text(f'SELECT * FROM "{name}"')).all() for name in Table.metadata.tables]  # noqa: S608
    assert "nobody may keep" not in str(tables)
    assert str(AUTHOR) not in str(tables)


def test_what_was_collected_goes_with_its_time_its_channel_or_its_author(
    any_base: ClaimBase, book: ShadowBook, clock: Clock
) -> None:
    book.note(HERE, 8, 100, AUTHOR, finding("reply"))
    clock.move(days=31)
    book.note(HERE, 8, 101, AUTHOR, finding("reply"))
    book.note(HERE, 9, 102, AUTHOR + 1, finding("reply"))
    assert TraceBook(any_base, KEY, clock).purge(timedelta(days=30)) == 2
    assert TraceBook(any_base, KEY).forget(AUTHOR) == 1
    assert [reply.message for reply in book.report(ADMINISTRATOR).would_say] == [102]
    book.clear(ADMINISTRATOR, 9)
    assert book.report(ADMINISTRATOR, channel=9).messages == 0
