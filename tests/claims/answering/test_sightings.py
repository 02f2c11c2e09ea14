"""Sightings hold ids and scores, for a while, and never a text."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from checks.model import Finding, Match
from claims.answering.answers import AnswerBook
from claims.answering.traces import SightingBook, TraceBook
from claims.base import ClaimBase
from claims.moderation.reports import FeedbackBook
from claims.store.tables import Sighting, Table
from tests.claims.conftest import KEY, Clock

AUTHOR = 1_234_567_890_123_456_789
FINDING = Finding(
    "a sentence nobody may keep",
    "en",
    "reply",
    (Match("silver", 0.9, "asserts", "w", version=3), Match("bubble", 0.4, "asks", "w")),
)


@pytest.fixture
def book(any_base: ClaimBase) -> SightingBook:
    return SightingBook(any_base, KEY)


def rows(base: ClaimBase) -> list[Sighting]:
    with base.database.reading() as session:
        return list(session.scalars(select(Sighting).order_by(col(Sighting.message), col(Sighting.score).desc())))


def test_a_match_is_kept_with_its_score_and_stance(book: SightingBook, any_base: ClaimBase, clock: Clock) -> None:
    book.record(7, 8, 9, AUTHOR, FINDING, "reply")
    first, second = rows(any_base)
    assert (first.claim, first.score, first.stance, first.action, first.claim_version) == (
        "silver",
        0.9,
        "asserts",
        "reply",
        3,
    )
    assert (second.claim, second.stance, second.seen_at) == ("bubble", "asks", clock())


def test_neither_text_nor_user_id_is_anywhere_in_the_base(book: SightingBook, any_base: ClaimBase) -> None:
    book.record(7, 8, 9, AUTHOR, FINDING, "reply")
    AnswerBook(any_base, KEY).take(7, 8, 9, AUTHOR, ["silver"], timedelta(hours=1))
    FeedbackBook(any_base, KEY).act(7, 8, "silver", 99, AUTHOR, "not-said")
    with any_base.database.reading() as session:
        tables = [session.connection().execute(text(f'SELECT * FROM "{name}"')).all() for name in Table.metadata.tables]  # noqa: S608
    assert "nobody may keep" not in str(tables)
    assert str(AUTHOR) not in str(tables)


def test_a_message_seen_again_is_not_counted_twice(book: SightingBook, any_base: ClaimBase) -> None:
    book.record(7, 8, 9, AUTHOR, FINDING, "reply")
    book.record(7, 8, 9, AUTHOR, Finding("x", "en", "silent", FINDING.matches[:1]), "silent")
    assert [(row.claim, row.action) for row in rows(any_base)] == [("silver", "silent")]


def test_a_message_and_its_edit_are_noted_at_the_same_time(book: SightingBook, any_base: ClaimBase) -> None:
    together = Barrier(4)

    def record(_turn: int) -> None:
        together.wait()
        book.record(7, 8, 9, AUTHOR, FINDING, "reply")

    for _ in range(10):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(record, range(4)))
    assert len(rows(any_base)) == 2


def test_sightings_go_when_their_time_is_over(book: SightingBook, any_base: ClaimBase, clock: Clock) -> None:
    book.record(7, 8, 1, AUTHOR, FINDING, "reply")
    clock.move(days=20)
    book.record(7, 8, 2, AUTHOR, FINDING, "reply")
    clock.move(days=11)
    assert TraceBook(any_base, KEY).purge(timedelta(days=30)) == 2
    assert {row.message for row in rows(any_base)} == {2}


def test_sightings_of_two_chats_may_have_the_same_number(book: SightingBook, any_base: ClaimBase) -> None:
    book.record(7, 8, 9, AUTHOR, FINDING, "reply")
    book.record(7, 10, 9, AUTHOR, FINDING, "reply")
    book.record(7, 10, 9, AUTHOR, FINDING, "reply")
    with any_base.database.reading() as session:
        assert len(session.scalars(select(Sighting)).all()) == 2 * len(FINDING.matches)
