"""Undo and restore: older states come back as new revisions, and the history keeps all of it."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from sqlalchemy import text

from claims.base import ClaimBase
from claims.exchange.importing import import_claims, load_pack, read_import_bytes
from claims.moderation.candidate_items import QueueDecisions
from claims.moderation.editor import Editor, NewClaim
from claims.moderation.edits import AddWording, EditPoint, EditTexts, EditWordings, RemoveWordings, SetStatus
from claims.moderation.history import History, Undoing, diff
from claims.moderation.queue import Queue
from claims.moderation.server_setup import ClaimSettings, ServerSetup
from claims.moderation.sources import NewSource, SourceBook
from claims.record import State, claim_state, fields_by_language
from claims.store.changes import Change, note_changes, write_changes
from claims.store.revisions import AuditEntry, ChangeRecord
from config.errors import (
    ConflictError,
    DatabaseError,
    InvalidEditError,
    NotAllowedError,
    NotUndoableError,
    UnknownClaimError,
    UnknownEntryError,
)
from tests.claims.conftest import KEY, server_book
from tests.claims.packs import claim_data, pack_data, write_pack
from tests.claims.people import ADMINISTRATOR, CLAIM, HERE, MEMBER, MODERATOR, OPERATOR, SECOND, STRANGER, settled


@pytest.fixture
def base(any_base: ClaimBase, tmp_path: Path) -> ClaimBase:
    return settled(any_base, tmp_path)


def _as_once(state: State) -> State:
    """Return a state as it was kept when each language of a text was a field of its own."""
    made = fields_by_language(state)
    return made | {part: [fields_by_language(each) for each in made[part]] for part in ("figures", "points")}


def test_a_change_from_before_texts_stood_by_language_is_shown_and_undone(base: ClaimBase) -> None:
    before = claim_state(base.claim(CLAIM))
    Editor(base).edit(MODERATOR, CLAIM, None, EditTexts({"en": "Ours"}))
    states = _as_once(before), _as_once(claim_state(base.claim(CLAIM, HERE)))
    assert states[1]["title_en"] == "Ours"
    with base.database.changing() as session:
        entry, change = AuditEntry(MODERATOR.who, "claim.edit", "", HERE), ChangeRecord("claim", CLAIM, *states)
        number = note_changes(session, entry, [change], base.clock()).revision
    (change,) = History(base).page(MODERATOR, most=1).entries[0].changes
    assert (change.after or {})["title"]["en"] == "Ours"
    Undoing(base).undo(SECOND, number)
    assert base.claim(CLAIM, HERE) == base.claim(CLAIM)


def test_an_undo_brings_the_shared_claim_back(base: ClaimBase) -> None:
    number = Editor(base).edit(MODERATOR, CLAIM, None, EditTexts({"en": "Ours"})).revision
    Undoing(base).undo(SECOND, number, "it was better before")
    assert base.claim(CLAIM, HERE) == base.claim(CLAIM)
    newest, older = History(base).page(MODERATOR, most=2).entries
    assert (newest.act, newest.actor, newest.undoes, newest.reason) == ("undo", "21", number, "it was better before")
    assert (older.id, older.undone_by) == (number, newest.id)


def test_an_undo_is_undone_and_undone_again(base: ClaimBase) -> None:
    number = Editor(base).edit(MODERATOR, CLAIM, None, EditTexts({"en": "Ours"})).revision
    titles: list[str] = []
    for _ in range(4):
        number = Undoing(base).undo(MODERATOR, number).revision
        titles.append(base.claim(CLAIM, HERE).title["en"])
    assert titles == [f"About {CLAIM}", "Ours", f"About {CLAIM}", "Ours"]


def test_what_was_changed_afterwards_elsewhere_in_the_claim_stays(base: ClaimBase) -> None:
    editor = Editor(base)
    number = editor.edit(MODERATOR, CLAIM, None, AddWording("added first")).revision
    editor.edit(MODERATOR, CLAIM, None, AddWording("added later"))
    editor.edit(MODERATOR, CLAIM, None, EditTexts({"en": "Later title"}))
    Undoing(base).undo(MODERATOR, number)
    claim = base.claim(CLAIM, HERE)
    assert claim.title["en"] == "Later title"
    assert {"added first", "added later"} & {w.text for w in claim.wordings} == {"added later"}


def test_a_wording_taken_out_comes_back_to_its_place(base: ClaimBase) -> None:
    before = base.claim(CLAIM).wordings
    number = Editor(base).edit(MODERATOR, CLAIM, None, RemoveWordings((before[2].text,))).revision
    Editor(base).edit(MODERATOR, CLAIM, None, AddWording("added later"))
    Undoing(base).undo(MODERATOR, number)
    after = base.claim(CLAIM, HERE).wordings
    assert after[2] == before[2]
    assert after[-1].text == "added later"


def test_what_was_changed_again_is_shown_instead_of_overwritten(base: ClaimBase) -> None:
    number = Editor(base).edit(MODERATOR, CLAIM, None, EditTexts({"en": "First"})).revision
    Editor(base).edit(MODERATOR, CLAIM, None, EditTexts({"en": "Second"}))
    with pytest.raises(ConflictError) as caught:
        Undoing(base).undo(MODERATOR, number)
    (field,) = caught.value.fields
    assert (field.field, field.mine, field.theirs) == ("title_en", f"About {CLAIM}", "Second")
    Editor(base).edit(MODERATOR, CLAIM, None, EditPoint(0, text={"en": "Changed."}))
    number = base.revision
    Editor(base).edit(MODERATOR, CLAIM, None, EditPoint(0, text={"en": "Changed again."}))
    with pytest.raises(ConflictError, match="points"):
        Undoing(base).undo(MODERATOR, number)


def test_a_version_is_restored_whatever_has_happened_since(base: ClaimBase) -> None:
    number = Editor(base).edit(MODERATOR, CLAIM, None, EditTexts({"en": "First"})).revision
    Editor(base).edit(MODERATOR, CLAIM, None, EditTexts({"en": "Second"}, kind="outlook"))
    Editor(base).follow_shared(MODERATOR, CLAIM, None)
    Undoing(base).restore(MODERATOR, CLAIM, number)
    claim = base.claim(CLAIM, HERE)
    assert (claim.title["en"], claim.kind) == ("First", "contested")
    pack = History(base).page(MODERATOR, CLAIM).entries[-1]
    assert pack.act == "pack.load"
    Undoing(base).restore(MODERATOR, CLAIM, pack.id)
    assert base.claim(CLAIM, HERE) == base.claim(CLAIM)
    with pytest.raises(UnknownEntryError, match="Choose one"):
        Undoing(base).restore(MODERATOR, "bubble", number)


def test_a_claim_of_ones_own_goes_and_comes_back(base: ClaimBase) -> None:
    made = Editor(base).begin(MODERATOR, NewClaim("Ours"))
    assert made.claim is not None
    gone = Undoing(base).undo(MODERATOR, made.revision)
    with pytest.raises(UnknownClaimError):
        base.claim(made.claim.id, HERE)
    Undoing(base).undo(MODERATOR, gone.revision)
    back = base.claim(made.claim.id, HERE)
    assert (back.title["en"], back.server) == ("Ours", HERE)
    assert back.version > made.claim.version


def test_a_bulk_change_is_undone_as_one_or_not_at_all(base: ClaimBase) -> None:
    before = base.claims(HERE)
    with base.database.changing() as session:
        changes = [Change("claim", c.id, claim_state(c) | {"title": {"en": f"Bulk {c.id}", "zh": ""}}) for c in before]
        number = write_changes(session, AuditEntry(20, "claim.import", "a file", HERE), changes, base.clock()).revision
    assert [claim.title["en"] for claim in base.claims(HERE)] == [f"Bulk {CLAIM}", "Bulk bubble"]
    Editor(base).edit(MODERATOR, "bubble", None, EditTexts({"en": "Touched since"}))
    touched = base.revision
    with pytest.raises(ConflictError, match="bubble"):
        Undoing(base).undo(MODERATOR, number)
    assert base.revision == touched
    Undoing(base).undo(MODERATOR, touched)
    undone = Undoing(base).undo(MODERATOR, number)
    assert base.claims(HERE) == before
    assert len(undone.changes) == 2
    Undoing(base).undo(MODERATOR, undone.revision)
    assert [claim.title["en"] for claim in base.claims(HERE)] == [f"Bulk {CLAIM}", "Bulk bubble"]


def test_settings_and_channels_are_undone_too_and_rights_by_an_administrator_only(base: ClaimBase) -> None:
    setup, book, undoing = ServerSetup(base), server_book(base), Undoing(base)
    setup.set_channel_mode(MODERATOR, 9, "shadow")
    undoing.undo(MODERATOR, base.revision)
    assert book.channels(HERE).get(9, "off") == "off"
    setup.change(MODERATOR, language="zh-Hant", pause_reports=5)
    undoing.undo(MODERATOR, base.revision)
    assert (book.settings(HERE).language, book.settings(HERE).pause_reports) == (None, None)
    setup.change(ADMINISTRATOR, moderator_roles=(1, 2))
    number = base.revision
    with pytest.raises(NotAllowedError):
        undoing.undo(MODERATOR, number)
    undoing.undo(ADMINISTRATOR, number)
    ClaimSettings(base).mute(MODERATOR, CLAIM)
    undoing.undo(MODERATOR, base.revision)
    assert not base.claim(CLAIM, HERE).muted


def test_an_undone_decision_waits_in_the_queue_again(base: ClaimBase) -> None:
    queue = Queue(base, KEY)
    queue.propose(MEMBER, "proposed", CLAIM)
    (item,) = queue.items(MODERATOR).items
    number = QueueDecisions(base).accept_wording(MODERATOR, item.id).revision
    assert queue.items(MODERATOR).items == ()
    Undoing(base).undo(MODERATOR, number)
    assert queue.items(MODERATOR).items == (item,)
    assert "proposed" not in str(base.claim(CLAIM, HERE).wordings)


def test_a_published_claim_is_not_undone_into_an_empty_one(base: ClaimBase) -> None:
    made = Editor(base).begin(MODERATOR, NewClaim("Ours")).claim
    assert made is not None
    Editor(base).edit(MODERATOR, made.id, None, RemoveWordings(("Ours",)))
    wording = Editor(base).edit(MODERATOR, made.id, None, EditWordings({"en": "a wording"})).revision
    point = EditPoint(role="refutes", speaker={"en": "S"}, date="2026", text={"en": "T"}, citations="doc")
    Editor(base).edit(MODERATOR, made.id, None, point)
    Editor(base).edit(MODERATOR, made.id, None, SetStatus("published"))
    with pytest.raises(InvalidEditError, match="needs a wording"):
        Undoing(base).undo(MODERATOR, wording)


def test_a_source_that_is_cited_stays(base: ClaimBase) -> None:
    source = SourceBook(base).add(MODERATOR, NewSource("T", "P", "2026"))
    number = base.revision
    Editor(base).edit(MODERATOR, CLAIM, None, EditPoint(0, citations=source))
    with pytest.raises(NotUndoableError, match="still cited"):
        Undoing(base).undo(MODERATOR, number)
    Undoing(base).undo(MODERATOR, base.revision)
    Undoing(base).undo(MODERATOR, number)
    assert source not in {document.id for document in base.documents(HERE)}


def test_a_claim_comes_back_only_with_what_it_cites_and_says_what_is_gone(base: ClaimBase) -> None:
    undoing, history = Undoing(base), History(base)
    source = SourceBook(base).add(MODERATOR, NewSource("A source", "Somebody", "2026"))
    added = history.page(MODERATOR).entries[0].id
    made = Editor(base).begin(MODERATOR, NewClaim("Tea is cold", point="It is hot.", source=source, publish=True))
    assert made.claim is not None
    gone = undoing.undo(MODERATOR, made.revision)
    without = undoing.undo(MODERATOR, added)
    with pytest.raises(InvalidEditError, match=f"There is no source {source}. Undo first what took it away"):
        undoing.undo(MODERATOR, gone.revision)
    undoing.undo(MODERATOR, without.revision)
    undoing.undo(MODERATOR, gone.revision)
    assert made.claim.id in [claim.id for claim in base.claims(HERE)]


def test_a_claim_comes_back_into_its_pack_only_where_that_is_there(base: ClaimBase, tmp_path: Path) -> None:
    undoing = Undoing(base)
    draft = claim_data("two") | {"points": [], "status": "draft"}
    load_pack(base, write_pack(tmp_path, pack_data(claim_data("one"), pack="p")))
    loaded = History(base).page(OPERATOR).entries[0].id
    both = yaml.safe_dump(pack_data(claim_data("one"), draft, pack="p")).encode()
    made = import_claims(base, read_import_bytes("p.yaml", both, date(2026, 1, 23)), OPERATOR)
    gone = undoing.undo(OPERATOR, made.revision or 0)
    undoing.undo(OPERATOR, loaded)
    with pytest.raises(InvalidEditError, match="There is no pack p"):
        undoing.undo(OPERATOR, gone.revision)


def test_no_server_undoes_what_is_shared_or_anothers(base: ClaimBase) -> None:
    shared = Editor(base).edit(OPERATOR, CLAIM, None, EditTexts({"en": "For all"})).revision
    ours = Editor(base).edit(MODERATOR, CLAIM, None, EditTexts({"en": "Ours"})).revision
    for actor, number in ((ADMINISTRATOR, shared), (STRANGER, ours), (STRANGER, 999)):
        with pytest.raises(UnknownEntryError, match=f"no revision {number}"):
            Undoing(base).undo(actor, number)
        with pytest.raises(UnknownEntryError):
            History(base).revision(actor, number)
    Undoing(base).undo(OPERATOR, shared)
    assert base.claim(CLAIM).title["en"] == f"About {CLAIM}"


def test_the_history_is_read_in_pages_and_shows_single_changes(base: ClaimBase) -> None:
    for number in range(5):
        Editor(base).edit(MODERATOR, CLAIM, None, EditTexts({"en": f"Title {number}"}))
    Editor(base).edit(MODERATOR, "bubble", None, EditTexts({"en": "Other"}))
    first = History(base).page(MODERATOR, CLAIM, most=4)
    rest = History(base).page(MODERATOR, CLAIM, before=first.before, most=4)
    titles = [entry.changes[0].after["title"]["en"] for page in (first, rest) for entry in page.entries]  # type: ignore[index]
    assert titles == [*(f"Title {number}" for number in (4, 3, 2, 1, 0)), f"About {CLAIM}"]
    assert rest.before is None
    changes = [change for entry in (*first.entries, *rest.entries) for change in entry.changes]
    assert {change.subject for change in changes} == {CLAIM}
    assert [change.kind for change in changes].count("claim") == 6
    (field,) = diff(first.entries[0].changes[0])
    assert (field.field, field.mine, field.theirs) == ("title_en", "Title 3", "Title 4")


def test_undoing_leaves_every_revision_as_it_was_written(base: ClaimBase) -> None:
    number = Editor(base).edit(MODERATOR, CLAIM, None, EditTexts({"en": "Ours"})).revision
    written = History(base).revision(MODERATOR, number)
    Undoing(base).undo(MODERATOR, number)
    again = History(base).revision(MODERATOR, number)
    assert (again.changes, again.at, again.actor) == (written.changes, written.at, written.actor)
    for statement in ("UPDATE revision SET undoes = NULL", "DELETE FROM change WHERE revision = 1"):
        with pytest.raises(DatabaseError, match="append-only"), base.database.writing() as session:
            session.connection().execute(text(statement))


def test_what_readers_saw_is_told_without_who_and_why_and_without_wordings(base: ClaimBase) -> None:
    editor = Editor(base)
    editor.edit(OPERATOR, CLAIM, None, AddWording("nobody sees this"))
    editor.edit(OPERATOR, CLAIM, None, EditTexts({"en": "New title"}), "a secret reason")
    editor.edit(OPERATOR, CLAIM, None, SetStatus("withdrawn"))
    editor.edit(OPERATOR, CLAIM, None, EditTexts({"en": "While it was away"}))
    editor.edit(OPERATOR, CLAIM, None, SetStatus("published"))
    editor.edit(MODERATOR, CLAIM, None, EditTexts({"en": "Only here"}))
    shared = History(base).milestones(base.claim(CLAIM))
    assert [each.kind for each in shared] == ["published", "changed", "withdrawn", "published"]
    assert shared[1].fields
    assert not shared[3].fields
    assert "secret" not in repr(shared)
    assert [each.kind for each in History(base).milestones(base.claim(CLAIM, HERE))] == ["published"]
