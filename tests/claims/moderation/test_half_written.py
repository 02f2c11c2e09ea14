"""A database that is locked or full in the middle of a write: nothing half-written, and the words come back."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event, text

from claims.base import ClaimBase
from claims.moderation.candidate_items import QueueDecisions
from claims.moderation.editor import DraftBook, Editor
from claims.moderation.edits import EditTexts, EditWordings
from claims.moderation.history import History
from claims.moderation.queue import Queue
from claims.store import database
from config.errors import DatabaseError
from tests.claims.conftest import KEY, Clock
from tests.claims.people import CLAIM, HERE, MEMBER, MODERATOR, settled

MANY = "\n".join(f"one more wording, number {number}, long enough to fill pages: {'x' * 200}" for number in range(400))


pytestmark = pytest.mark.sqlite


@pytest.fixture
def ours(base: ClaimBase, tmp_path: Path) -> ClaimBase:
    return settled(base, tmp_path)


def everything(base: ClaimBase) -> object:
    return base.revision, base.claims(HERE), History(base).page(MODERATOR), Queue(base, KEY).items(MODERATOR).counts


def test_a_full_disk_leaves_all_as_it_was(ours: ClaimBase) -> None:
    before = everything(ours)
    ours.close()

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    event.listen(ours.database.engine, "connect", limit)
    edit = EditWordings({"en": MANY})
    with pytest.raises(DatabaseError, match=r"full.*nothing was written in part"):
        Editor(ours).edit(MODERATOR, CLAIM, None, edit)
    assert everything(ours) == before
    event.remove(ours.database.engine, "connect", limit)
    ours.close()
    assert Editor(ours).edit(MODERATOR, CLAIM, None, edit).changed


def test_a_locked_file_leaves_all_as_it_was(ours: ClaimBase, monkeypatch: pytest.MonkeyPatch) -> None:
    Queue(ours, KEY).propose(MEMBER, "a proposed wording", CLAIM)
    (item,) = Queue(ours, KEY).items(MODERATOR).items
    before = everything(ours)
    ours.close()
    monkeypatch.setattr(database, "PRAGMAS", ("PRAGMA busy_timeout = 50", *database.PRAGMAS[1:]))
    with closing(sqlite3.connect(ours.database.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError, match=r"locked.*try again"):
            Editor(ours).edit(MODERATOR, CLAIM, None, EditTexts({"en": "Ours"}))
        with pytest.raises(DatabaseError, match="locked"):
            QueueDecisions(ours).accept_wording(MODERATOR, item.id)
        other.execute("ROLLBACK")
    assert everything(ours) == before
    assert Editor(ours).edit(MODERATOR, CLAIM, None, EditTexts({"en": "Ours"})).changed


@pytest.mark.parametrize("table", ["claim", "wording", "citation", "revision", "change", "queue_item"])
def test_a_failure_at_any_table_takes_back_the_whole_decision(ours: ClaimBase, table: str) -> None:
    Queue(ours, KEY).propose(MEMBER, "a proposed wording", CLAIM)
    (item,) = Queue(ours, KEY).items(MODERATOR).items
    before = everything(ours)
    act = "UPDATE" if table == "queue_item" else "INSERT"
    trigger = f"CREATE TRIGGER broken BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END"
    with ours.database.writing() as session:
        session.connection().execute(text(trigger))
    with pytest.raises(DatabaseError, match="disk I/O"):
        QueueDecisions(ours).accept_wording(MODERATOR, item.id)
    assert everything(ours) == before
    with ours.database.writing() as session:
        session.connection().execute(text("DROP TRIGGER broken"))
    QueueDecisions(ours).accept_wording(MODERATOR, item.id)
    assert "a proposed wording" in str(ours.claim(CLAIM, HERE).wordings)


def test_what_was_typed_outlives_a_restart_for_a_day_and_its_typist_only(tmp_path: Path, clock: Clock) -> None:
    url = f"sqlite:///{tmp_path / 'touchstone.db'}"
    with ClaimBase.open(url, clock) as first:
        DraftBook(first, KEY).keep(MEMBER, "claim-edit:x:1", {"title": "typed for an hour"})
    with ClaimBase.open(url, clock) as second:
        drafts = DraftBook(second, KEY)
        assert drafts.find(MEMBER, "claim-edit:x:1") == {"title": "typed for an hour"}
        assert drafts.find(MODERATOR, "claim-edit:x:1") is None
        assert drafts.find(MEMBER, "claim-edit:x:2") is None
        drafts.keep(MEMBER, "claim-edit:x:1", {"title": "typed again"})
        assert drafts.find(MEMBER, "claim-edit:x:1") == {"title": "typed again"}
        clock.move(hours=25)
        assert drafts.find(MEMBER, "claim-edit:x:1") is None
        drafts.drop(MEMBER, "claim-edit:x:1")
