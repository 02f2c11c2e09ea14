"""What circulates: sums by day and claim, and who may see them."""

from datetime import UTC, datetime, timedelta

import pytest

from checks.model import Finding, Match
from claims.answering.answers import AnswerBook
from claims.answering.traces import SightingBook
from claims.base import ClaimBase
from claims.moderation.digest import Tally, TrendBook
from config.errors import NotAllowedError
from tests.claims.people import HERE, MEMBER, MODERATOR, OPERATOR, STRANGER, THERE, settled

START = datetime(2026, 3, 10, 12, tzinfo=UTC)


class _Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock():
    return _Clock()


@pytest.fixture
def base(tmp_path, clock, templates):
    with ClaimBase.open(templates.copy("empty", tmp_path / "touchstone.db"), clock) as opened:
        yield settled(opened, tmp_path)


@pytest.fixture
def see(base, clock):
    """Record that a message spoke of a claim on a day of March."""
    book = SightingBook(base, b"key")
    seen = []

    def record(claim: str, stance: str, day: int = 10, server: int = HERE, score: float = 0.9) -> None:
        clock.now = START.replace(day=day)
        seen.append(claim)
        finding = Finding("", "en", "reply", (Match(claim, score, stance, ""),))
        book.record(server, 1, len(seen), 10, finding, "reply")
        clock.now = START

    return record


def test_days_and_claims_are_summed_up(base, see):
    for claim, stance, day in (("a", "asserts", 9), ("a", "asserts", 9), ("a", "denies", 10), ("b", "asks", 10)):
        see(claim, stance, day)
    trends = TrendBook(base).read(MODERATOR, 3)
    assert [day.day for day in trends.days] == [8, 9, 10]
    assert trends.by_claim() == (("a", Tally(asserted=2, debunked=1)), ("b", Tally(asked=1)))
    assert [trends.of_day(day).seen for day in trends.days] == [0, 2, 2]


def test_what_is_older_or_only_a_near_miss_is_left_out(base, see):
    see("a", "asserts", 7)
    see("a", "asserts", 10, score=0.2)
    assert TrendBook(base).read(MODERATOR, 3).by_claim() == ()


def test_a_server_sees_its_own_sightings_and_the_operator_all(base, see):
    see("a", "asserts")
    see("b", "asserts", server=THERE)
    book = TrendBook(base)
    assert [claim for claim, _ in book.read(MODERATOR, 1).by_claim()] == ["a"]
    assert [claim for claim, _ in book.read(STRANGER, 1).by_claim()] == ["b"]
    assert [claim for claim, _ in book.read(OPERATOR, 1).by_claim()] == ["a", "b"]


def test_members_see_nothing(base):
    with pytest.raises(NotAllowedError):
        TrendBook(base).read(MEMBER, 1)


def test_of_a_message_only_what_was_answered_or_came_nearest_counts(base, clock):
    clock.now = START
    matches = tuple(Match(claim, score, "asserts", "") for claim, score in (("a", 0.9), ("b", 0.8), ("c", 0.6)))
    finding = Finding("", "en", "reply", matches)
    for message in (1, 2):
        SightingBook(base, b"key").record(HERE, 1, message, 10, finding, "reply")
    AnswerBook(base, b"key").take(HERE, 1, 2, 10, ["a", "b"], timedelta(0))
    assert TrendBook(base).read(MODERATOR, 1).by_claim() == (("a", Tally(asserted=2)), ("b", Tally(asserted=1)))


def test_a_mere_mention_is_no_claim(base, see):
    see("a", "mentions")
    assert TrendBook(base).read(MODERATOR, 1).tallies == {}
