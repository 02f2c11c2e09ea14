"""The queue: what waits, each occasion once, and what moderators make of it."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, select

from checks.model import Finding, Match
from claims.answering.answers import AnswerBook
from claims.answering.traces import SightingBook, TraceBook
from claims.base import ClaimBase
from claims.moderation.candidate_items import QueueDecisions
from claims.moderation.digest import Digests
from claims.moderation.editor import Editor
from claims.moderation.edits import EditTexts, SetStatus
from claims.moderation.history import History
from claims.moderation.queue import MOST_NEAR, MOST_PROPOSALS, NewItem, Queue, put
from claims.moderation.reports import FeedbackBook
from claims.moderation.rights import Actor
from claims.moderation.server_setup import ServerSetup
from claims.store.tables import QueueItem
from config.errors import ConflictError, InvalidEditError, NotAllowedError, UnknownClaimError, UnknownEntryError
from tests.claims.conftest import KEY, Clock
from tests.claims.people import CLAIM, HERE, MEMBER, MODERATOR, OPERATOR, SECOND, STRANGER, settled


@pytest.fixture
def base(any_base: ClaimBase, tmp_path: Path) -> ClaimBase:
    return settled(any_base, tmp_path)


@pytest.fixture
def queue(base: ClaimBase) -> Queue:
    return Queue(base, KEY)


@pytest.fixture
def decisions(base: ClaimBase) -> QueueDecisions:
    return QueueDecisions(base)


def test_a_proposal_waits_with_its_age_and_its_message(queue: Queue, clock: Clock) -> None:
    assert queue.propose(MEMBER, " AI melts  silver ", CLAIM, (8, 9), "seen often")
    clock.move(hours=5)
    page = queue.items(MODERATOR)
    (item,) = page.items
    assert (item.kind, item.claim, item.payload) == (
        "proposal",
        CLAIM,
        {"text": "AI melts silver", "note": "seen often"},
    )
    assert (item.age, page.oldest, page.counts) == (timedelta(hours=5), timedelta(hours=5), {"proposal": 1})
    assert (item.server, item.channel, item.message) == (HERE, 8, 9)
    assert queue.items(STRANGER).items == ()


def test_the_same_proposal_waits_once_also_after_it_was_dismissed(queue: Queue, decisions: QueueDecisions) -> None:
    queue.propose(MEMBER, "AI melts silver", CLAIM)
    assert not queue.propose(SECOND, "ai melts SILVER", CLAIM)
    decisions.dismiss(MODERATOR, queue.items(MODERATOR).items[0].id)
    assert not queue.propose(MEMBER, "AI melts silver", CLAIM)
    assert queue.items(MODERATOR).items == ()
    assert queue.propose(STRANGER, "AI melts silver", CLAIM)


def test_one_member_cannot_flood_the_queue(queue: Queue) -> None:
    for number in range(MOST_PROPOSALS):
        queue.propose(MEMBER, f"proposal {number}")
    with pytest.raises(InvalidEditError, match="20 of your proposals wait"):
        queue.propose(MEMBER, "one more")
    assert queue.propose(SECOND, "from somebody else")
    pages = [queue.items(MODERATOR, page) for page in range(3)]
    assert [(len(page.items), page.pages) for page in pages] == [(10, 3), (10, 3), (1, 3)]


def test_proposals_in_another_server_do_not_count(queue: Queue) -> None:
    for number in range(MOST_PROPOSALS):
        queue.propose(Actor(MEMBER.user_id, STRANGER.server), f"proposal {number}")
    assert queue.propose(MEMBER, "here")


def test_an_empty_proposal_is_refused(queue: Queue) -> None:
    with pytest.raises(InvalidEditError, match="The text is empty"):
        queue.propose(MEMBER, "\u200b\n")


def test_a_proposal_becomes_a_wording_in_one_revision(base: ClaimBase, queue: Queue, decisions: QueueDecisions) -> None:
    queue.propose(MEMBER, "AI melts silver", CLAIM)
    decisions.accept_wording(MODERATOR, queue.items(MODERATOR).items[0].id)
    assert base.claim(CLAIM, HERE).wordings[-1].text == "AI melts silver"
    (newest,) = History(base).page(MODERATOR, most=1).entries
    assert newest.act == "queue.wording"
    assert {change.kind for change in newest.changes} == {"claim", "queue item"}
    assert "AI melts silver" not in str([change for change in newest.changes if change.kind == "queue item"])


def test_a_proposal_becomes_a_draft_of_ones_own(base: ClaimBase, queue: Queue, decisions: QueueDecisions) -> None:
    queue.propose(MEMBER, "港口的吊车是1920年造的")
    (item,) = queue.items(MODERATOR).items
    with pytest.raises(InvalidEditError, match="claim: This is missing"):
        decisions.accept_wording(MODERATOR, item.id)
    claim, _ = decisions.open_claim(MODERATOR, item.id, EditTexts(title={"zh": "港口的吊车"}))
    made = base.claim(claim, HERE)
    assert (made.status, [w.text for w in made.wordings]) == ("draft", ["港口的吊车是1920年造的"])


def test_of_two_moderators_the_second_hears_who_was_faster(queue: Queue, decisions: QueueDecisions) -> None:
    queue.propose(MEMBER, "AI melts silver", CLAIM)
    (item,) = queue.items(MODERATOR).items
    decisions.dismiss(MODERATOR, item.id)
    with pytest.raises(ConflictError) as caught:
        decisions.accept_wording(SECOND, item.id)
    assert [field.theirs for field in caught.value.fields] == ["dismiss", str(MODERATOR.user_id)]


def test_a_claim_past_its_day_waits_until_it_has_been_looked_at(base: ClaimBase, queue: Queue, clock: Clock) -> None:
    Editor(base).edit(MODERATOR, CLAIM, None, EditTexts(review_by="2026-02-01"))
    assert queue.items(MODERATOR).items == ()
    clock.move(days=40)
    assert [(item.kind, item.claim) for item in queue.items(MODERATOR).items] == [("stale", CLAIM)]
    assert queue.items(STRANGER).items == ()
    Editor(base).edit(MODERATOR, CLAIM, None, EditTexts(review_by="2026-12-31"))
    assert queue.items(MODERATOR).items == ()


def test_of_a_shared_claim_a_server_hears_unless_it_sees_another_version_or_none(
    base: ClaimBase, queue: Queue, clock: Clock
) -> None:
    Editor(base).edit(OPERATOR, CLAIM, None, EditTexts(review_by="2026-02-01"))
    clock.move(days=40)
    everybody = (OPERATOR, MODERATOR, STRANGER)
    assert [[item.claim for item in queue.items(actor).items] for actor in everybody] == [[CLAIM]] * 3
    Editor(base).edit(MODERATOR, CLAIM, None, SetStatus("withdrawn"))
    ServerSetup(base).change(STRANGER, packs=())
    assert [[item.claim for item in queue.items(actor).items] for actor in everybody] == [[CLAIM], [], []]


def test_a_page_reads_no_wording_and_keeps_other_writers_waiting_for_what_it_writes_only(
    base: ClaimBase, queue: Queue
) -> None:
    read: list[str] = []
    under_lock: list[str] = []

    def note(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        writes = connection.get_execution_options().get("touchstone_write")
        (under_lock if writes else read).append(statement)

    event.listen(base.database.engine, "before_cursor_execute", note)
    queue.items(MODERATOR)
    Digests(base).for_moderator(MODERATOR, base.clock())
    assert any("FROM claim" in each for each in read)
    assert not any("claim" in each.partition("FROM ")[2].split()[:1] for each in under_lock)
    assert not any("FROM wording" in each for each in (*read, *under_lock))
    # Of the pages of all servers' sources there is much that only their checks need.
    assert any("FROM source_check" in each for each in read)
    assert not any("source_check.marks" in each for each in (*read, *under_lock))


def test_the_shared_queue_has_no_digest_and_writes_nothing_that_is_a_server_s(base: ClaimBase, clock: Clock) -> None:
    Editor(base).edit(OPERATOR, CLAIM, None, EditTexts(review_by="2026-01-01"))
    with pytest.raises(NotAllowedError, match="in a server only"):
        Digests(base).for_moderator(OPERATOR, clock())
    with base.database.reading() as session:
        assert not session.scalars(select(QueueItem)).all()


def test_a_stale_claim_that_was_dismissed_stays_away(base: ClaimBase, queue: Queue, decisions: QueueDecisions) -> None:
    Editor(base).edit(MODERATOR, CLAIM, None, EditTexts(review_by="2026-01-01"))
    decisions.dismiss(MODERATOR, queue.items(MODERATOR).items[0].id)
    assert queue.items(MODERATOR).items == ()


def test_an_offer_that_nobody_took_waits_by_its_message(base: ClaimBase, queue: Queue, clock: Clock) -> None:
    answers = AnswerBook(base, KEY)
    match = Match(CLAIM, 0.61, "asserts", "w", action="offer")
    SightingBook(base, KEY).record(HERE, 8, 9, 1, Finding("said", "en", "offer", (match,)), "offer")
    answers.take(HERE, 8, 9, 1, [CLAIM], timedelta(hours=1), "offer")
    answers.take(HERE, 8, 10, 1, ["bubble"], timedelta(hours=1), "offer")
    assert queue.items(MODERATOR).items == ()
    clock.move(hours=25)
    queue.items(MODERATOR)
    answers.accept_offer(8, 10)
    (item,) = queue.items(MODERATOR, kind="offer").items
    assert (item.message, item.claim, item.score, item.payload) == (9, CLAIM, 0.61, {})
    answers.lapse(8, 9)
    assert queue.items(MODERATOR).items == ()


def test_offers_that_wait_already_are_not_put_in_again(base: ClaimBase, queue: Queue, clock: Clock) -> None:
    for message in range(1, 6):
        AnswerBook(base, KEY).take(HERE, 8, message, 1, [CLAIM], timedelta(0), "offer")
    clock.move(hours=25)
    assert queue.items(MODERATOR).counts == {"offer": 5}
    written: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        written.extend([statement] if "INSERT" in statement else [])

    event.listen(base.database.engine, "before_cursor_execute", note)
    assert queue.items(MODERATOR).counts == {"offer": 5}
    assert written == []


def test_a_near_miss_is_kept_by_its_message_and_its_words_come_from_there(
    base: ClaimBase, queue: Queue, decisions: QueueDecisions
) -> None:
    assert queue.note_near_miss(HERE, 8, 9, 1, CLAIM, 0.4)
    assert not queue.note_near_miss(HERE, 8, 9, 1, CLAIM, 0.4)
    (item,) = queue.items(MODERATOR).items
    assert (item.kind, item.score, item.payload) == ("near", 0.4, {})
    with pytest.raises(InvalidEditError, match="text: This is missing"):
        decisions.accept_wording(MODERATOR, item.id)
    decisions.accept_negative(MODERATOR, item.id, text="just the weather")
    assert ("just the weather", True) in {(w.text, w.negative) for w in base.claim(CLAIM, HERE).wordings}


def test_near_misses_cannot_flood_the_queue(queue: Queue, decisions: QueueDecisions) -> None:
    assert all(queue.note_near_miss(HERE, 8, message, 1, CLAIM, 0.4) for message in range(MOST_NEAR))
    assert not queue.note_near_miss(HERE, 8, 1000, 1, CLAIM, 0.4)
    assert queue.note_near_miss(STRANGER.server or 0, 8, 1001, 1, CLAIM, 0.4)
    decisions.dismiss(MODERATOR, queue.items(MODERATOR).items[0].id)
    assert queue.note_near_miss(HERE, 8, 1000, 1, CLAIM, 0.4)


def test_a_wording_is_proposed_for_a_published_claim_only(base: ClaimBase, queue: Queue) -> None:
    with pytest.raises(UnknownClaimError):
        queue.propose(MEMBER, "AI melts silver", "no-such-claim")
    Editor(base).edit(MODERATOR, CLAIM, None, SetStatus("withdrawn"))
    with pytest.raises(UnknownClaimError):
        queue.propose(MEMBER, "AI melts silver", CLAIM)


def test_the_next_item_is_the_one_that_came_after_and_then_the_oldest(
    queue: Queue, decisions: QueueDecisions, clock: Clock
) -> None:
    assert queue.next(MODERATOR) is None
    for number in range(3):
        queue.propose(MEMBER, f"proposal {number}")
        clock.move(hours=number)
    queue.note_near_miss(HERE, 8, 9, 1, CLAIM, 0.4)
    first, second, third, near = (item.id for item in queue.items(MODERATOR).items)
    decisions.dismiss(MODERATOR, second)
    ahead = [queue.next(MODERATOR, after, "proposal") for after in (None, first, second, third)]
    assert [item.id for item in ahead if item] == [first, third, third, first]
    last = queue.next(MODERATOR, near)
    assert last is not None
    assert last.id == first
    assert queue.next(STRANGER) is None
    with pytest.raises(NotAllowedError):
        queue.next(MEMBER)


def test_reports_of_one_card_are_one_item_with_their_number(base: ClaimBase, queue: Queue) -> None:
    feedback = FeedbackBook(base, KEY)
    for member in (1, 2):
        feedback.act(HERE, 8, CLAIM, 77, member, "out-of-date")
    (item,) = queue.items(MODERATOR).items
    assert (item.kind, item.payload, item.reports) == ("feedback", {"kind": "out-of-date", "card": 77}, 2)


def test_candidates_of_documents_wait_where_they_were_meant_for(base: ClaimBase, queue: Queue) -> None:
    places = (HERE, None, None)
    payload = {"title": {"en": "T", "zh": "题"}, "source": "doc 0-9"}
    with base.database.writing() as session:
        put_in = [put(session, NewItem(to, "candidate", "doc/0-9", None, payload), base.clock()) for to in places]
    assert put_in == [True, True, False]
    assert [item.payload for item in queue.items(MODERATOR).items] == [payload]
    assert [item.server for item in queue.items(OPERATOR).items] == [None]


def test_old_items_are_forgotten_and_waiting_proposals_are_not(
    base: ClaimBase, queue: Queue, decisions: QueueDecisions, clock: Clock
) -> None:
    queue.propose(MEMBER, "waits", CLAIM)
    queue.propose(MEMBER, "decided", CLAIM)
    queue.note_near_miss(HERE, 8, 9, 1, CLAIM, 0.4)
    decisions.dismiss(MODERATOR, queue.items(MODERATOR).items[1].id)
    clock.move(days=31)
    assert TraceBook(base, KEY).purge(timedelta(days=30)) == 2
    assert [item.payload["text"] for item in queue.items(MODERATOR).items] == ["waits"]


def test_messages_of_a_member_leave_the_queue_when_the_member_is_forgotten(
    base: ClaimBase, queue: Queue, clock: Clock
) -> None:
    AnswerBook(base, KEY).take(HERE, 8, 9, MEMBER.user_id, [CLAIM], timedelta(hours=1), "offer")
    queue.note_near_miss(HERE, 8, 10, MEMBER.user_id, CLAIM, 0.4)
    clock.move(hours=25)
    assert {item.kind for item in queue.items(MODERATOR).items} == {"offer", "near"}
    TraceBook(base, KEY).forget(MEMBER.user_id)
    assert queue.items(MODERATOR).items == ()


def test_what_a_member_proposed_goes_when_the_member_is_forgotten(base: ClaimBase, queue: Queue) -> None:
    queue.propose(MEMBER, "AI melts silver", CLAIM)
    (item,) = queue.items(MODERATOR).items
    assert TraceBook(base, KEY).forget(MEMBER.user_id) == 1
    with pytest.raises(UnknownEntryError):
        QueueDecisions(base).item(MODERATOR, item.id)
    assert queue.items(STRANGER).items == ()
