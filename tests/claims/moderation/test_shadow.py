"""Shadow mode counts what would have been said, and keeps no word of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event, text

from checks.model import Action, Finding, Match
from claims.answering.traces import TraceBook
from claims.base import ClaimBase
from claims.moderation import labels
from claims.moderation.labels import ShadowBook
from claims.store.tables import Table
from config.errors import DatabaseUnavailableError
from tests.claims.conftest import KEY, Clock
from tests.claims.people import ADMINISTRATOR, HERE, STRANGER, THERE

AUTHOR = 1_234_567_890_123_456_789


@pytest.fixture
def book(any_base: ClaimBase) -> ShadowBook:
    return ShadowBook(any_base, KEY)


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
    assert book.report(ADMINISTRATOR, places=[9]).messages == 2
    assert book.report(STRANGER).messages == 1


def test_a_message_seen_again_is_not_counted_twice(book: ShadowBook) -> None:
    for _ in range(2):
        book.note(HERE, 8, 100, AUTHOR, finding("reply"))
    assert book.report(ADMINISTRATOR).messages == 1


def test_a_message_and_its_edit_that_are_read_at_the_same_time_count_once(book: ShadowBook) -> None:
    for message in range(10):
        with ThreadPoolExecutor(4) as hands:
            notes = [hands.submit(book.note, HERE, 8, message, AUTHOR, finding("reply")) for _ in range(4)]
        assert [note.exception() for note in notes] == [None] * 4
    report = book.report(ADMINISTRATOR)
    assert (report.messages, report.replies) == (10, 10)


QUIET = Finding("nothing", "en", "silent")


def writes(base: ClaimBase) -> list[str]:
    """Return a list to which every write to the base adds itself."""
    done: list[str] = []

    def note(*told: object) -> None:
        if str(told[2]).lstrip().startswith(("INSERT", "UPDATE", "DELETE")):
            done.append(str(told[2]))

    event.listen(base.database.engine, "before_cursor_execute", note)
    return done


def test_what_leads_to_nothing_is_written_together(any_base: ClaimBase, book: ShadowBook) -> None:
    book.note(HERE, 8, 1, AUTHOR, QUIET)
    done = writes(any_base)
    for message in range(2, 200):
        book.note(HERE, 8, message, AUTHOR, QUIET)
    assert done == []
    assert book.report(ADMINISTRATOR).messages == 199
    assert ShadowBook(any_base, KEY).report(ADMINISTRATOR).messages == 199


def test_many_in_a_moment_are_written_all_the_same(any_base: ClaimBase, book: ShadowBook) -> None:
    for message in range(1 + labels._MOST_UNWRITTEN):
        book.note(HERE, 8, message, AUTHOR, QUIET)
    assert ShadowBook(any_base, KEY).report(ADMINISTRATOR).messages == 1 + labels._MOST_UNWRITTEN


def test_a_message_with_a_match_that_is_edited_into_small_talk_counts_once(book: ShadowBook) -> None:
    book.note(HERE, 8, 1, AUTHOR, QUIET)
    book.note(HERE, 8, 2, AUTHOR, finding("reply"))
    book.note(HERE, 8, 2, AUTHOR, QUIET)
    report = book.report(ADMINISTRATOR)
    assert (report.messages, report.replies) == (2, 1)


def test_counts_wait_on_where_the_base_fails_and_a_second_try_counts_nothing_twice(
    any_base: ClaimBase, book: ShadowBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise DatabaseUnavailableError("away")

    with monkeypatch.context() as patch:
        patch.setattr(any_base.database, "writing", away)
        for _ in range(2):
            with pytest.raises(DatabaseUnavailableError):
                book.note(HERE, 8, 1, AUTHOR, QUIET)
            monkeypatch.setattr(labels, "_WRITTEN_EVERY", 0.0)
    book.note(HERE, 8, 1, AUTHOR, QUIET)
    assert book.report(ADMINISTRATOR).messages == 1


def test_while_the_base_fails_a_busy_channel_does_not_ask_it_at_each_message_and_keeps_no_end_of_ids(
    any_base: ClaimBase, book: ShadowBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def away() -> None:
        tries.append(1)
        raise DatabaseUnavailableError("away")

    monkeypatch.setattr(labels, "_MOST_UNWRITTEN", 10)
    monkeypatch.setattr(labels, "_MOST_WAITING", 50)
    monkeypatch.setattr(labels, "_WRITTEN_EVERY", 3600.0)
    with monkeypatch.context() as patch:
        patch.setattr(any_base.database, "writing", away)
        with pytest.raises(DatabaseUnavailableError):
            book.note(HERE, 8, 0, AUTHOR, QUIET)
        for message in range(1, 200):
            book.note(HERE, 8, message, AUTHOR, QUIET)
        assert len(tries) == 1
    assert book.report(ADMINISTRATOR).messages == 50
    for message in range(200, 210):
        book.note(HERE, 8, message, AUTHOR, QUIET)
    assert ShadowBook(any_base, KEY).report(ADMINISTRATOR).messages == 60


def test_messages_with_matches_are_told_from_very_many_others_in_small_statements(
    any_base: ClaimBase, book: ShadowBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labels, "_MOST_UNWRITTEN", 10_000)
    asked: list[int] = []
    event.listen(any_base.database.engine, "before_cursor_execute", lambda *told: asked.append(len(told[3] or ())))
    book.note(HERE, 8, 0, AUTHOR, QUIET)
    for message in (600, 1100):
        book.note(HERE, 8, message, AUTHOR, finding("reply"))
    for message in range(1, 1200):
        book.note(HERE, 8, message, AUTHOR, QUIET)
    assert book.report(ADMINISTRATOR).messages == 1200
    assert max(asked) < 600


def test_counts_and_replies_are_of_the_same_days(book: ShadowBook, clock: Clock) -> None:
    clock.move(hours=-11)
    book.note(HERE, 8, 1, AUTHOR, finding("reply"))
    clock.move(days=3, hours=11)
    report = book.report(ADMINISTRATOR, days=3)
    assert (report.messages, report.replies, len(report.would_say)) == (1, 1, 1)
    clock.move(days=1)
    report = book.report(ADMINISTRATOR, days=3)
    assert (report.messages, report.replies, len(report.would_say)) == (0, 0, 0)


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
    assert TraceBook(any_base, KEY).purge(timedelta(days=30)) == 2
    assert TraceBook(any_base, KEY).forget(AUTHOR) == 1
    assert [reply.message for reply in book.report(ADMINISTRATOR).would_say] == [102]
    book.clear(ADMINISTRATOR, [9])
    assert book.report(ADMINISTRATOR, places=[9]).messages == 0
