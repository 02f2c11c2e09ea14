"""What leads to a person is listed, and goes after its time or when the person asks."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from checks.model import Finding, Match
from claims.answering.answers import AnswerBook
from claims.answering.traces import CARDS_KEPT, TRACES, SightingBook, TraceBook
from claims.base import ClaimBase
from claims.moderation.editor import DraftBook
from claims.moderation.examples import ExampleBook, KeptMessage
from claims.moderation.labels import LabelBook, LabelledReply, ShadowBook
from claims.moderation.queue import Queue
from claims.moderation.reports import FeedbackBook, take_back
from claims.moderation.rights import Actor
from claims.moderation.server_setup import ExemptionBook
from claims.store.revisions import hash_user, mark_of
from claims.store.tables import Table
from tests.claims.conftest import KEY, Clock
from tests.claims.people import CLAIM, HERE, MEMBER, MODERATOR, settled

PRIVACY = Path(__file__).parents[3] / "docs" / "privacy.md"
MONTH = timedelta(days=30)

# Columns that lead to nobody: what the base says, settings, counts, times, and the names of claims and channels.
NOBODY = {
    "answer": "channel server claims kind offered hidden shown language taken_at",
    "change": "id revision kind subject",
    "change_count": "*",
    "channel": "*",
    "citation": "*",
    "claim": "key id server pack position kind title as_of review_by status version loaded_digest changed_at",
    "claim_override": "*",
    "cooldown": "claim answered_at",
    "document": "*",
    "document_text": "*",
    "example": "id server claim makes_claim channel kept_at",
    "exemption": "server",
    "extracted_chunk": "*",
    "feedback": "channel claim server kind weight is_author reported_at",
    "figure": "*",
    "form_draft": "server saved_at",
    "label": "channel claim server score origin is_right noted_at",
    "pack": "*",
    "point": "*",
    "queue_item": "id server kind claim channel score created_at state decision decided_at",
    "revision": "id at act server undoes",
    "server": "*",
    "shadow_day": "*",
    "shadow_match": "channel server claim score stance action seen_at",
    "sighting": "channel claim server score stance action claim_version seen_at",
    "source_check": "*",
    "wording": "*",
    "wording_vector": "*",
}

CARD, MESSAGE = 1_400_000_000_000_000_099, 1_400_000_000_000_000_001
FINDING = Finding("x", "en", "reply", (Match(CLAIM, 0.9, "asserts", "w", version=1),))


@pytest.fixture
def ours(any_base: ClaimBase, tmp_path: Path) -> ClaimBase:
    return settled(any_base, tmp_path)


def first(channel: int) -> int:
    """Return the number of the member's first message in the channel."""
    return MESSAGE + 1000 * channel


def said_everything(base: ClaimBase, author: int, channel: int) -> None:
    """Let all be kept of a member that can be: about a message that was answered, and others beside it."""
    answers, sightings = AnswerBook(base, KEY), SightingBook(base, KEY)
    member = Actor(author, HERE)
    for number, kind in enumerate(("reply", "reply", "offer")):
        message = first(channel) + number
        sightings.record(HERE, channel, message, author, FINDING, "reply")
        answers.take(HERE, channel, message, author, [f"{CLAIM}"] if number == 0 else ["bubble"], MONTH, kind)
    answers.posted(channel, first(channel), CARD + channel, "en")
    # Somebody else reports the card, and proposes what the member wrote.
    FeedbackBook(base, KEY).act(HERE, channel, CLAIM, CARD + channel, author + 500, "not-said")
    queue = Queue(base, KEY)
    queue.propose(Actor(author + 500, HERE), f"their words {author}", None, (channel, first(channel)), said_by=author)
    queue.propose(member, f"own words {author}")
    queue.note_near_miss(HERE, channel, first(channel) + 3, author, CLAIM, 0.4)
    ShadowBook(base, KEY).note(HERE, channel, first(channel) + 4, author, FINDING)
    meant = LabelledReply(channel, first(channel) + 5, CLAIM, 0.9, author_hash=hash_user(author, KEY))
    LabelBook(base, KEY).put_up(MODERATOR, "backtest", [channel], [meant])
    DraftBook(base, KEY).keep(member, f"prop|{channel}|{first(channel)}", {"text": f"typed words {author}"})
    example = KeptMessage(channel, first(channel), author, f"kept words {author}", CLAIM, makes_claim=True)
    ExampleBook(base, KEY).keep(MODERATOR, example)
    ExemptionBook(base, KEY).toggle(MODERATOR, author)


def leads(base: ClaimBase, author: int, channel: int) -> set[str]:
    """Return the tables with a row that leads to the member: by a message's number, the hash, or own words."""
    signs = [rf"{first(channel) // 10}\d", hash_user(author, KEY), rf"words {author}\b"]
    found: set[str] = set()
    with base.database.reading() as session:
        for name, table in Table.metadata.tables.items():
            for row in session.connection().execute(text(f'SELECT * FROM "{name}"')).mappings():  # noqa: S608
                said = str(dict(row))
                if any(re.search(sign, said) for sign in signs):
                    found.add(table.name)
    return found


ALL = {"answer", "cooldown", "sighting", "queue_item", "shadow_match", "label", "form_draft", "example", "exemption"}


def columns() -> Iterator[tuple[str, str]]:
    for name, table in Table.metadata.tables.items():
        yield from ((name, column.name) for column in table.columns)


def test_every_column_stands_in_the_list_or_leads_to_nobody() -> None:
    listed = {(str(trace.table.__tablename__), name) for trace in TRACES for name in trace.columns}
    free = {(table, name) for table, name in columns() if name in NOBODY.get(table, "").split()}
    free |= {(table, name) for table, name in columns() if NOBODY.get(table) == "*"}
    assert set(columns()) - listed - free == set(), "say in claims/answering/traces.py how long these are kept"
    assert listed & free == set()
    assert listed <= set(columns())


def test_the_documentation_shows_the_list() -> None:
    rows = [
        f"| {trace.table.__tablename__} | {', '.join(trace.columns) or '–'} | {trace.leads} | {trace.kept} | "
        f"{'–' if trace.own is None else 'goes' if trace.blank is None else 'is taken out'} |"
        for trace in TRACES
    ]
    shown = [line for line in PRIVACY.read_text("utf-8").splitlines() if line.startswith("| ")][1:]
    assert shown == rows


def test_nothing_leads_to_a_member_who_is_forgotten_and_others_stay(ours: ClaimBase) -> None:
    for author, channel in ((71, 8), (72, 9)):
        said_everything(ours, author, channel)
    before = leads(ours, 72, 9)
    assert leads(ours, 71, 8) == before == ALL
    assert TraceBook(ours, KEY).forget(71)
    assert leads(ours, 71, 8) == set()
    assert leads(ours, 72, 9) == ALL
    assert TraceBook(ours, KEY).forget(71) == 0


def test_nothing_leads_to_a_member_once_its_time_is_over(ours: ClaimBase, clock: Clock) -> None:
    said_everything(ours, 71, 8)
    clock.move(days=29)
    said_everything(ours, 72, 9)
    clock.move(days=2)
    TraceBook(ours, KEY).purge(MONTH)
    # What a moderator keeps and what waits for a decision say so themselves.
    assert leads(ours, 71, 8) == {"example", "queue_item", "exemption"}
    assert {item.kind for item in Queue(ours, KEY).items(MODERATOR).items} == {"proposal", "feedback", "near"}
    assert leads(ours, 72, 9) >= ALL - {"form_draft"}


def test_a_cooldown_goes_after_a_year(ours: ClaimBase, clock: Clock) -> None:
    def kept() -> int:
        with ours.database.reading() as session:
            return session.connection().execute(text("SELECT count(*) FROM cooldown")).scalar_one()

    said_everything(ours, 71, 8)
    clock.move(days=364)
    TraceBook(ours, KEY).purge(MONTH)
    assert kept() > 0
    clock.move(days=3)
    TraceBook(ours, KEY).purge(MONTH)
    assert kept() == 0


def test_a_report_ends_with_its_time(ours: ClaimBase, clock: Clock) -> None:
    said_everything(ours, 71, 8)
    clock.move(days=31)
    TraceBook(ours, KEY).purge(MONTH)
    with ours.database.reading() as session:
        assert session.connection().execute(text("SELECT count(*) FROM feedback")).scalar_one() == 0


def test_a_member_who_reported_is_forgotten(ours: ClaimBase) -> None:
    said_everything(ours, 71, 8)
    assert "feedback" in leads(ours, 571, 8)
    TraceBook(ours, KEY).forget(571)
    assert "feedback" not in leads(ours, 571, 0)


def test_a_raised_bar_is_forgotten_with_who_reported_and_not_with_who_was_answered(ours: ClaimBase) -> None:
    said_everything(ours, 71, 8)
    traces = TraceBook(ours, KEY, before=take_back)
    traces.forget(71)
    assert ours.claim(CLAIM, HERE).raised_to > 0
    traces.forget(571)
    assert ours.claim(CLAIM, HERE).raised_to == 0


def test_a_message_that_was_forgotten_is_answered_no_second_time(ours: ClaimBase) -> None:
    answers = AnswerBook(ours, KEY)
    answers.take(HERE, 8, MESSAGE, 71, [CLAIM], MONTH)
    answers.take(HERE, 8, MESSAGE + 1, 71, ["bubble"], MONTH, "offer")
    TraceBook(ours, KEY).forget(71)
    assert answers.take(HERE, 8, MESSAGE, 71, ["another"], timedelta(0)) == ()
    # It was under way when its author asked: the card is known, and goes with the message.
    answers.posted(8, MESSAGE, CARD, "en")
    record = answers.answer(8, MESSAGE)
    assert record is not None
    assert (record.card_message, record.message, record.author_hash) == (CARD, MESSAGE, None)
    assert answers.accept_offer(8, MESSAGE + 1)


def test_a_card_is_known_for_a_year(ours: ClaimBase, clock: Clock) -> None:
    answers, traces = AnswerBook(ours, KEY), TraceBook(ours, KEY)
    for number in range(3):
        answers.take(HERE, 8, MESSAGE + number, 71, [f"claim-{number}"], MONTH)
    answers.posted(8, MESSAGE, CARD, "en")
    answers.posted(8, MESSAGE + 1, CARD + 1, "en")
    answers.hide(8, CARD + 1)
    clock.move(days=31)
    traces.purge(MONTH)
    assert answers.card(8, CARD) is not None
    assert answers.card(8, CARD + 1) is None
    assert answers.answer(8, MESSAGE + 2) is None
    clock.now += CARDS_KEPT
    traces.purge(MONTH)
    assert answers.card(8, CARD) is None


def test_the_cool_down_outlives_the_number_of_its_message(ours: ClaimBase) -> None:
    answers = AnswerBook(ours, KEY)
    answers.take(HERE, 8, MESSAGE, 71, [CLAIM], timedelta(days=90))
    TraceBook(ours, KEY).forget(71)
    assert answers.take(HERE, 8, MESSAGE + 5, 72, [CLAIM], timedelta(days=90)) == ()


def test_a_mark_needs_the_key_and_the_channel() -> None:
    marks = {mark_of(8, MESSAGE, KEY), mark_of(9, MESSAGE, KEY), mark_of(8, MESSAGE, b"other")}
    assert len(marks) == 3
    assert all(-(2**63) <= mark < 0 for mark in marks)


def test_a_member_may_be_forgotten_who_never_spoke(ours: ClaimBase) -> None:
    assert TraceBook(ours, KEY).forget(MEMBER.user_id) == 0
