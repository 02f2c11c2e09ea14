"""An import says first what it would do, then does exactly that, in one revision that can be undone as one."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Connection, event, func, select
from sqlmodel import Session

from checks.lexicon import Lexicon
from claims.base import ClaimBase
from claims.documents.intake import DocumentFacts
from claims.exchange.formats import Format
from claims.exchange.importing import import_claims, load_pack, plan_import, read_import
from claims.moderation.editor import ClaimView, Editor, set_status
from claims.moderation.history import History, Undoing
from claims.moderation.rights import Actor
from claims.moderation.sources import DocumentShelf
from claims.store.tables import ChangeRow, Claim, Document, Pack, last_revision
from config.errors import (
    ConflictError,
    DatabaseError,
    ImportRefusedError,
    InvalidEditError,
    NotAllowedError,
    PlanChangedError,
    UnknownClaimError,
)
from tests.claims.exchange.conftest import TODAY, NewBase, exported, incoming, moderator, outcomes, plan, write
from tests.claims.packs import DOCUMENT, add_own, claim_data, edit_claim, pack_data, span_hash, write_pack
from tests.claims.packs import outcomes as made

OPERATOR = Actor.operator()


def text(*claims: dict[str, Any], **changes: object) -> str:
    data = pack_data(*claims) | changes
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def titled(name: str, title: str, **changes: object) -> dict[str, Any]:
    return claim_data(name, title={"en": title, "zh": title}, **changes)


@pytest.fixture
def loaded(any_base: ClaimBase, tmp_path: Path) -> ClaimBase:
    """A base with a pack of three claims, of which one has been changed by moderators."""
    load_pack(any_base, write_pack(tmp_path, pack_data(claim_data("same"), claim_data("mine"), claim_data("yours"))))
    edit_claim(any_base, "yours", title_en="As moderators have it")
    return any_base


def test_a_dry_run_names_what_is_new_changed_conflicting_refused_and_unchanged(loaded: ClaimBase) -> None:
    before = loaded.revision
    file = text(
        claim_data("same"),
        titled("mine", "From the file"),
        titled("yours", "From the file"),
        claim_data("fresh"),
        claim_data("bad", kind="nonsense"),
    )
    made = plan(loaded, file)
    assert outcomes(made) == {
        "same": "unchanged",
        "mine": "changed",
        "yours": "conflicting",
        "fresh": "new",
        "bad": "refused",
    }
    assert loaded.revision == before
    assert loaded.claim("mine").title["en"] == "About mine"


def test_a_changed_claim_and_a_conflicting_one_name_the_fields_that_differ(loaded: ClaimBase) -> None:
    made = plan(loaded, text(titled("same", "From the file"), titled("yours", "From the file"), claim_data("fresh")))
    fields = {entry.claim: {each.field: (each.mine, each.theirs) for each in entry.fields} for entry in made.entries}
    assert fields == {
        "same": {"title_en": ("About same", "From the file"), "title_zh": ("关于same", "From the file")},
        "yours": {"title_en": ("As moderators have it", "From the file"), "title_zh": ("关于yours", "From the file")},
        "fresh": {},
    }


def test_a_plan_that_was_agreed_to_is_carried_out_or_nothing_is(loaded: ClaimBase) -> None:
    file = incoming(text(titled("same", "From the file"), titled("mine", "From the file")))
    agreed = plan_import(loaded, file).fingerprint
    edit_claim(loaded, "mine", title_en="Meanwhile changed")
    before = loaded.revision
    with pytest.raises(PlanChangedError, match="changed since the dry run"):
        import_claims(loaded, file, OPERATOR, agreed)
    assert loaded.revision == before
    report = import_claims(loaded, file, OPERATOR, plan_import(loaded, file).fingerprint)
    assert (report.revision, report.plan.written) == (before + 1, 1)


def test_what_a_new_claim_comes_near_to_and_changes_elsewhere_leave_the_mark_alone(loaded: ClaimBase) -> None:
    file = text(claim_data("fresh"), titled("mine", "From the file"))
    mark = plan(loaded, file).fingerprint
    edit_claim(loaded, "same", title_en="Somebody else's work")
    assert plan(loaded, file).fingerprint == mark
    assert plan(loaded, text(claim_data("fresh"))).fingerprint != mark


def test_a_refused_claim_carries_line_field_reason_and_mend(loaded: ClaimBase) -> None:
    file = text(claim_data("bad", kind="nonsense"))
    [refused] = plan(loaded, file).of("refused")
    [problem] = refused.problems
    line = 1 + next(n for n, each in enumerate(file.splitlines()) if "nonsense" in each)
    assert (problem.line, problem.field) == (line, "claims[0].kind")
    assert "contested, context, outlook" in problem.mend


def test_the_import_does_what_the_dry_run_said_and_leaves_conflicts_and_refusals_alone(loaded: ClaimBase) -> None:
    file = text(titled("mine", "New"), titled("yours", "New"), claim_data("fresh"), claim_data("bad", kind="x"))
    report = write(loaded, file)
    said = {"mine": "changed", "yours": "conflicting", "fresh": "new", "bad": "refused"}
    assert outcomes(report.plan) == said
    titles = {claim.id: claim.title["en"] for claim in loaded.claims()}
    assert titles == {"same": "About same", "mine": "New", "yours": "As moderators have it", "fresh": "About fresh"}


def test_a_file_that_was_exported_after_the_change_may_change_the_claim_further(loaded: ClaimBase) -> None:
    file = exported(loaded).replace("As moderators have it", "And then in the file")
    assert outcomes(plan(loaded, file))["yours"] == "changed"
    edit_claim(loaded, "yours", title_en="Meanwhile changed once more")
    assert outcomes(plan(loaded, file))["yours"] == "conflicting"


@pytest.mark.parametrize("form", ["csv", "yaml"])
def test_two_people_with_the_same_export_do_not_overwrite_each_other(loaded: ClaimBase, form: Format) -> None:
    name, file = f"claims.{form}", exported(loaded, form)
    write(loaded, file.replace("About same", "By the first"), name)
    report = write(loaded, file.replace("About same", "By the second"), name)
    assert outcomes(report.plan)["same"] == "conflicting"
    assert loaded.claim("same").title["en"] == "By the first"


def test_what_changed_between_dry_run_and_import_is_not_overwritten(loaded: ClaimBase) -> None:
    file = text(titled("mine", "From the file"))
    assert outcomes(plan(loaded, file)) == {"mine": "changed"}
    edit_claim(loaded, "mine", title_en="A moment later")
    assert outcomes(write(loaded, file).plan) == {"mine": "conflicting"}
    assert loaded.claim("mine").title["en"] == "A moment later"


def test_one_import_is_one_revision_and_is_undone_as_one(loaded: ClaimBase) -> None:
    before, revision = exported(loaded), loaded.revision
    other = text(claim_data("more"), pack=pack_data(pack="other")["pack"])
    file = text(titled("mine", "New"), claim_data("fresh")) + "---\n" + other
    report = write(loaded, file)
    after = exported(loaded)
    assert report.revision == loaded.revision == revision + 1
    assert "New" in after
    Undoing(loaded).undo(OPERATOR, report.revision)
    assert exported(loaded) == before
    assert [pack.id for pack in loaded.packs()] == ["tiny"]
    Undoing(loaded).undo(OPERATOR, loaded.revision)
    assert exported(loaded) == after


@pytest.mark.parametrize("server", [None, 7])
def test_many_claims_are_written_as_few_are(
    new_base: NewBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: int | None
) -> None:
    """Many are read and written in one go; that must never make another revision than one by one."""
    pack = write_pack(tmp_path, pack_data(*(claim_data(f"c{n}") for n in range(30))))
    written = [titled(f"c{n}", f"Other {n}") if n % 3 else claim_data(f"c{n}") for n in range(10, 60)]
    actor = moderator(server) if server else OPERATOR
    seen: list[Any] = []
    for at_once in (1, 7, 1_000):
        monkeypatch.setattr("claims.store.changes.AT_ONCE", at_once)
        base = new_base()
        load_pack(base, pack)
        before = exported(base, server=server)
        report = write(base, text(*written), actor=actor)
        assert report.revision is not None
        revision = History(base).revision(actor, report.revision)
        after = exported(base, server=server)
        Undoing(base).undo(actor, report.revision)
        assert exported(base, server=server) == before
        seen.append((revision.changes, after))
    assert seen[0] == seen[1] == seen[2]
    assert len(seen[0][0]) > 40


def test_a_write_reads_no_other_claims_than_those_of_the_file(loaded: ClaimBase) -> None:
    wanted = incoming(text(titled("same", "Same anew")))
    named: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith("SELECT") and "FROM wording" in statement:
            named.append(str(parameters))

    event.listen(loaded.database.engine, "before_cursor_execute", note)
    assert import_claims(loaded, wanted, OPERATOR).revision is not None
    assert named
    assert all("same" in each for each in named)


class Interrupted:
    """A clock at whose looks others change the base: an import asks for the time when all is worked out."""

    def __init__(self, *acts: Callable[[], object]) -> None:
        self.acts = list(acts)

    def __call__(self) -> datetime:
        if self.acts:
            self.acts.pop(0)()
        return datetime(2026, 2, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("times", [1, 3])
def test_what_others_write_while_an_import_is_worked_out_does_not_wait_and_is_not_lost(
    any_url: str, loaded: ClaimBase, times: int
) -> None:
    file = incoming(text(titled("same", "From the file"), titled("mine", "From the file"), claim_data("fresh")))

    def meanwhile() -> None:
        edit_claim(loaded, "mine", title_en=f"Meanwhile {len(clock.acts)}")

    clock = Interrupted(*[meanwhile] * times)
    with ClaimBase.open(any_url, clock) as base:
        report = import_claims(base, file, OPERATOR)
        assert outcomes(report.plan) == {"same": "changed", "mine": "conflicting", "fresh": "new"}
        assert base.claim("mine").title["en"] == "Meanwhile 0"
        clock.acts = [meanwhile] * times
        assert report.revision is not None
        Undoing(base).undo(OPERATOR, report.revision)
        assert {claim.id: claim.title["en"] for claim in base.claims()} == {
            "same": "About same",
            "mine": "Meanwhile 0",
            "yours": "As moderators have it",
        }


@pytest.mark.slow
@pytest.mark.postgresql
def test_where_the_database_allows_it_others_write_while_the_rows_of_an_import_are_written(
    postgres: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres("empty")
    with ClaimBase.open(url) as base, ClaimBase.open(url) as other:
        load_pack(base, write_pack(tmp_path, pack_data(claim_data("same"), claim_data("mine"))))
        before, waits = base.revision, [1, 2]
        turn = base.database.take_turn

        def late(session: Session) -> None:
            hidden = select(func.count()).select_from(Claim).where(Claim.server < 0)
            assert session.scalar(hidden) == 2
            with other.database.reading() as elsewhere:
                assert elsewhere.scalar(hidden) == 0
            if waits:
                edit_claim(other, "mine", title_en=f"Meanwhile {waits.pop()}")
            turn(session)

        monkeypatch.setattr(base.database, "take_turn", late)
        report = write(base, text(titled("same", "From the file"), claim_data("mine"), claim_data("fresh")))
        assert {claim.id: claim.title["en"] for claim in other.claims()} == {
            "same": "From the file",
            "mine": "Meanwhile 1",
            "fresh": "About fresh",
        }
        with other.database.reading() as session:
            kept = session.scalars(select(ChangeRow.revision).where(ChangeRow.revision > before)).all()
            assert len({*kept}) == 3
            assert report.revision == max(kept)
            assert session.scalar(select(func.count()).select_from(Claim).where(Claim.server < 0)) == 0


def test_the_documents_of_an_import_are_written_as_one(loaded: ClaimBase) -> None:
    [document] = pack_data()["documents"]
    documents = [document | {"id": f"doc-{number}", "sha256": span_hash(str(number))} for number in range(30)]
    [point] = claim_data()["points"]
    points = [
        point | {"citations": [{"document": each["id"], "start": 0, "end": 0, "sha256": span_hash("")}]}
        for each in documents
    ]
    claims = (claim_data(f"fresh-{number}", points=[each]) for number, each in enumerate(points))
    wanted = incoming(text(*claims, documents=documents))
    asked: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(loaded.database.engine, "before_cursor_execute", note)
    report = import_claims(loaded, wanted, OPERATOR)
    assert sum(each.startswith("INSERT INTO document ") for each in asked) == 1
    asked.clear()
    assert report.revision is not None
    Undoing(loaded).undo(OPERATOR, report.revision)
    assert sum(each.startswith("DELETE FROM document ") for each in asked) == 1
    assert [each.id for each in loaded.documents()] == ["doc"]


def test_an_undo_does_not_take_away_what_was_written_while_it_was_worked_out(any_url: str, loaded: ClaimBase) -> None:
    report = write(loaded, text(titled("same", "From the file"), titled("mine", "From the file")))
    assert report.revision is not None
    clock = Interrupted(lambda: edit_claim(loaded, "mine", title_en="Meanwhile"))
    with ClaimBase.open(any_url, clock) as base, pytest.raises(ConflictError):
        Undoing(base).undo(OPERATOR, report.revision)
    assert {loaded.claim(name).title["en"] for name in ("same", "mine")} == {"From the file", "Meanwhile"}


def test_a_claim_that_was_removed_and_brought_back_still_follows_its_file(loaded: ClaimBase) -> None:
    person = moderator(7)

    def mine(title: str) -> str:
        return text(titled("ours", title, status="draft", points=[]), pack=None, documents=[])

    write(loaded, mine("As it was"), actor=person)
    removed = Editor(loaded).follow_shared(person, "ours", None)
    Undoing(loaded).undo(person, removed.revision)
    assert outcomes(plan(loaded, mine("As it is now"), server=7)) == {"ours": "changed"}


def test_a_claim_that_was_removed_comes_back_to_its_place(loaded: ClaimBase) -> None:
    person = moderator(7)
    names = ["first", "second", "third"]
    thin = [claim_data(name, status="draft", points=[]) for name in names]
    imported = write(loaded, text(*thin, pack=None, documents=[]), actor=person)
    assert imported.revision is not None

    def order() -> list[str]:
        return [claim.id for claim in ClaimView(loaded).all(person) if claim.server]

    removed = Editor(loaded).follow_shared(person, "first", None)
    assert order() == ["second", "third"]
    back = Undoing(loaded).undo(person, removed.revision)
    assert order() == names
    Undoing(loaded).undo(person, back.revision)
    assert order() == ["second", "third"]


def test_a_file_may_have_a_name_that_is_no_text(loaded: ClaimBase, tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"caf\xe9.yaml")
    file.write_text(text(titled("same", "Same anew")), "utf-8")
    report = import_claims(loaded, read_import(file, TODAY), OPERATOR)
    assert report.revision is not None
    assert History(loaded).revision(OPERATOR, report.revision).reason == "caf?.yaml"


def test_many_claims_get_a_status_or_none_does(
    any_base: ClaimBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claims.moderation.editor.AT_ONCE", 2)
    names = [f"c{number}" for number in range(5)]
    load_pack(any_base, write_pack(tmp_path, pack_data(*map(claim_data, names))))
    person = moderator(7)
    written = set_status(any_base, person, [*names, "c0"], "withdrawn")
    assert [change.subject for change in written.changes] == names
    assert not any_base.claims(7)
    write(any_base, text(titled("thin", "Thin", status="draft", points=[]), pack=None, documents=[]), actor=person)
    with pytest.raises(InvalidEditError, match="thin, points: A published claim needs a point"):
        set_status(any_base, person, [*names, "thin"], "published")
    with pytest.raises(UnknownClaimError, match="c4x"):
        set_status(any_base, person, [*names, "c4x"], "published")
    assert not any_base.claims(7)
    set_status(any_base, person, names, "published")
    assert {claim.id for claim in any_base.claims(7)} == {*names}


def test_an_undone_import_leaves_the_claims_as_their_pack_gave_them(loaded: ClaimBase, tmp_path: Path) -> None:
    report = write(loaded, text(titled("mine", "New")))
    assert report.revision is not None
    Undoing(loaded).undo(OPERATOR, report.revision)
    newer = write_pack(tmp_path, pack_data(titled("mine", "From version 2"), version=2))
    assert made(load_pack(loaded, newer))["changed"] == ("mine",)


def test_a_newer_version_of_a_pack_brings_its_claims_up_to_date_but_takes_none_away(loaded: ClaimBase) -> None:
    file = text(titled("mine", "From version 2"), titled("yours", "x"), pack=pack_data(version=2)["pack"])
    write(loaded, file)
    assert {claim.id: claim.title["en"] for claim in loaded.claims()} == {
        "same": "About same",
        "mine": "From version 2",
        "yours": "As moderators have it",
    }
    assert [pack.version for pack in loaded.packs()] == [2]


def test_an_older_version_of_a_pack_is_refused_claim_by_claim(loaded: ClaimBase) -> None:
    write(loaded, text(claim_data("same"), pack=pack_data(version=2)["pack"]))
    [refused] = plan(loaded, text(claim_data("same"), titled("mine", "Old"))).of("refused")
    assert (refused.claim, refused.problems[0].fault) == (
        "mine",
        "the base holds a newer version of the pack 'tiny' than 1",
    )


def test_a_claim_of_another_pack_is_refused(loaded: ClaimBase) -> None:
    made = plan(loaded, text(titled("mine", "x"), pack=pack_data(pack="other")["pack"]))
    assert "already belongs to tiny" in made.of("refused")[0].problems[0].fault


def test_an_id_that_stands_in_the_file_twice_is_refused_the_second_time(base: ClaimBase) -> None:
    made = plan(base, text(claim_data("one"), titled("one", "again")))
    assert [entry.outcome for entry in made.entries] == ["new", "refused"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"points": []}, "no point"),
        ({"wordings": {"en": [], "zh": []}}, "no wording"),
        ({"title": {"en": " ", "zh": ""}}, "no title"),
    ],
)
def test_a_published_claim_needs_what_an_answer_needs(base: ClaimBase, changes: dict[str, Any], reason: str) -> None:
    [refused] = plan(base, text(claim_data("thin", **changes))).of("refused")
    assert reason in refused.problems[0].fault


def test_a_draft_may_be_thin(base: ClaimBase) -> None:
    file = text(claim_data("thin", status="draft", points=[], wordings={"en": ["one wording"]}, not_wordings={}))
    assert outcomes(write(base, file).plan) == {"thin": "new"}
    assert base.claims() == ()
    assert base.claim("thin").status == "draft"


def test_a_citation_must_fit_the_text_that_is_loaded(base: ClaimBase, tiny: Path, tmp_path: Path) -> None:
    load_pack(base, tiny)
    (tmp_path / "doc.txt").write_text(DOCUMENT, "utf-8")
    base.load_documents([tmp_path / "doc.txt"])
    wrong = claim_data("new")
    wrong["points"][0]["citations"][0]["end"] -= 1
    [refused] = plan(base, text(wrong)).of("refused")
    assert "another SHA-256" in refused.problems[0].fault
    assert refused.problems[0].field == "points[0].citations[0]"


def test_a_document_with_another_content_is_not_put_in_place_of_ours(base: ClaimBase, tiny: Path) -> None:
    load_pack(base, tiny)
    other = pack_data()["documents"][0] | {"sha256": "0" * 64}
    made = plan(base, text(claim_data("new"), documents=[other]))
    assert "another document here" in made.of("refused")[0].problems[0].fault


def test_a_server_imports_into_its_own_claims_only(any_base: ClaimBase, tiny: Path) -> None:
    load_pack(any_base, tiny)
    file = text(titled("silver-server", "Ours"), claim_data("own"))
    assert outcomes(write(any_base, file, actor=moderator(7)).plan) == {"silver-server": "changed", "own": "new"}
    assert {claim.id: claim.title["en"] for claim in any_base.claims(7)} == {
        "silver-server": "Ours",
        "own": "About own",
    }
    assert (
        [claim.title["en"] for claim in any_base.claims(8)]
        == ["About silver-server"]
        == [claim.title["en"] for claim in any_base.claims()]
    )
    assert any_base.packs()[0].version == 1


def test_a_server_never_learns_of_another_ones_claims(any_base: ClaimBase, tiny: Path) -> None:
    load_pack(any_base, tiny)
    add_own(any_base, 8, "silver-server", title_en="Theirs")
    assert outcomes(plan(any_base, text(claim_data("silver-server")), server=7)) == {"silver-server": "unchanged"}


def test_only_a_newer_pack_changes_what_is_known_of_a_document(any_base: ClaimBase, tiny: Path) -> None:
    load_pack(any_base, tiny)
    old = exported(any_base)
    facts = DocumentFacts("A document", "Known since", "A paper", "2026-01", "zh-Hans", "https://a.example/new")
    DocumentShelf(any_base, Lexicon.load()).describe(OPERATOR, "doc", facts)

    def known() -> list[tuple[str, str | None]]:
        return [(document.author, document.address) for document in any_base.documents()]

    again = plan(any_base, old)
    [told] = again.documents
    assert (told.document, told.changes, {each.field for each in told.fields}) == ("doc", False, {"author", "address"})
    assert not again.writes
    write(any_base, old.replace("About silver-server", "Another title"))
    assert any_base.claim("silver-server").title["en"] == "Another title"
    assert known() == [("Known since", "https://a.example/new")]
    newer = old.replace("version: 1", "version: 2")
    made = plan(any_base, newer)
    assert [(each.document, each.changes) for each in made.documents] == [("doc", True)]
    assert made.writes
    assert made.fingerprint != again.fingerprint
    write(any_base, newer)
    assert known() == [("Somebody", None)]


def test_a_document_that_nobody_cites_does_not_come_back_with_an_older_file(any_base: ClaimBase, tiny: Path) -> None:
    load_pack(any_base, tiny)
    documents = [pack_data()["documents"][0], pack_data()["documents"][0] | {"id": "spare", "sha256": "1" * 64}]
    write(any_base, text(titled("silver-server", "From the file"), documents=documents))
    assert any_base.claim("silver-server").title["en"] == "From the file"
    assert [document.id for document in any_base.documents()] == ["doc"]
    [point] = claim_data()["points"]
    point["citations"] = [{"document": "spare", "start": 0, "end": 0, "sha256": span_hash("")}]
    write(any_base, text(claim_data("citing", points=[point]), documents=documents))
    assert [document.id for document in any_base.documents()] == ["doc", "spare"]


def test_a_server_may_not_bring_documents_of_packs(any_base: ClaimBase, tiny: Path) -> None:
    load_pack(any_base, tiny)
    document = pack_data()["documents"][0] | {"id": "theirs", "sha256": "1" * 64}
    claim = claim_data("own")
    claim["points"][0]["citations"][0]["document"] = "theirs"
    made = plan(any_base, text(claim, documents=[document]), server=7)
    assert "no document 'theirs' here" in made.of("refused")[0].problems[0].fault


def test_a_servers_own_claims_and_sources_move_to_another_server(any_base: ClaimBase, tiny: Path) -> None:
    load_pack(any_base, tiny)
    source = pack_data()["documents"][0] | {"id": "source-x", "sha256": ""}
    claim = claim_data("own")
    claim["points"][0]["citations"][0] |= {"document": "source-x", "start": 0, "end": 0}
    write(any_base, text(claim, documents=[source]), actor=moderator(7))
    assert [document.id for document in any_base.documents(7)] == ["doc", "source-x"]
    assert [document.id for document in any_base.documents(8)] == ["doc"]
    for _ in range(2):
        write(any_base, exported(any_base, server=7), actor=moderator(8))
        [own] = [document for document in any_base.documents(8) if document.id != "doc"]
        assert own.id.startswith("source-x-"), "the id is taken, and whose it is stays unsaid"
        assert any_base.claim("own", 8).points[0].citations[0].document == own.id


def test_only_those_who_may_import_do(any_base: ClaimBase, tiny: Path) -> None:
    load_pack(any_base, tiny)
    for actor in (Actor(1, 7), Actor(1, None)):
        with pytest.raises(NotAllowedError):
            write(any_base, text(claim_data("own")), actor=actor)


@pytest.mark.sqlite
def test_when_the_database_fails_in_the_middle_nothing_is_half_written(base: ClaimBase, tiny: Path) -> None:
    load_pack(base, tiny)
    file = base.database.file
    assert file is not None
    when = "BEFORE INSERT ON claim WHEN NEW.id = 'third'"
    stop = f"CREATE TRIGGER stop {when} BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(stop)
        connection.commit()
    before = exported(base)
    with pytest.raises(DatabaseError, match="full"):
        write(base, text(*(claim_data(name) for name in ("first", "second", "third"))))
    assert exported(base) == before
    with base.database.reading() as session:
        assert last_revision(session) == session.scalar(select(func.max(ChangeRow.revision)))


def test_nothing_is_kept_of_a_pack_without_a_sound_claim(base: ClaimBase) -> None:
    report = write(base, text(claim_data("bad", kind="x")))
    with base.database.reading() as session:
        assert [session.scalar(select(func.count()).select_from(table)) for table in (Pack, Document, Claim)] == [0] * 3
    assert report.revision is None


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("just words\n", "no pack of claims"),
        ("pack: null\n", "'claims' is missing"),
        ("pack: null\ndocuments: []\nclaims: {}\n", "must be a list"),
        ("pack: [\n", "no valid YAML"),
        ("pack:\n  id: x\ndocuments: []\nclaims: []\n", "'title' is missing"),
    ],
)
def test_a_file_of_another_form_is_refused_as_a_whole(file: str, reason: str) -> None:
    with pytest.raises(ImportRefusedError, match=reason):
        incoming(file)


def test_lines_count_through_all_packs_of_a_file(base: ClaimBase) -> None:
    file = text(claim_data("one")) + "---\n" + text(claim_data("two", kind="x"), pack=pack_data(pack="b")["pack"])
    [refused] = plan(base, file).of("refused")
    assert file.splitlines()[refused.problems[0].line - 1].strip() == "kind: x"
