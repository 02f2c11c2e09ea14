"""Loading a pack adds and updates, and leaves alone what moderators have changed."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from claims.base import ClaimBase
from claims.exchange.importing import load_pack
from claims.exchange.plan import ImportReport
from claims.store.tables import ChangeRow, Document, Revision
from config.errors import DatabaseError, ImportRefusedError
from tests.claims.packs import DOCUMENT, claim_data, edit_claim, outcomes, pack_data, write_pack


def load(
    base: ClaimBase, folder: Path, *claims: dict[str, Any], version: int = 1, pack: str = "tiny"
) -> ImportReport | None:
    return load_pack(base, write_pack(folder, pack_data(*claims, version=version, pack=pack)))


def test_loading_the_same_file_again_changes_nothing(any_base: ClaimBase, tiny: Path) -> None:
    assert outcomes(load_pack(any_base, tiny)) == {"new": ("silver-server",)}
    assert load_pack(any_base, tiny) is None
    assert any_base.claim("silver-server").version == 1


def test_a_pack_does_not_take_the_document_of_a_server(any_base: ClaimBase, tiny: Path) -> None:
    facts = {"title": "Theirs", "author": "", "publisher": "P", "published": "2026", "language": "en"}
    with any_base.database.writing() as session:
        session.add(Document(**facts, id="doc", sha256="", server=1_300_000_000_000_000_001))
    with pytest.raises(ImportRefusedError, match="'doc' is another document here"):
        load_pack(any_base, tiny)
    with any_base.database.reading() as session:
        assert session.get_one(Document, "doc").title == "Theirs"


def test_the_last_place_among_claims_is_asked_for_once(base: ClaimBase, tmp_path: Path) -> None:
    asked: list[str] = []
    event.listen(base.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    load(base, tmp_path, *(claim_data(f"c{number}") for number in range(3)))
    assert sum("max(claim.position)" in each for each in asked) == 1


def test_a_newer_version_reports_what_became_of_each_claim(any_base: ClaimBase, tmp_path: Path) -> None:
    load(any_base, tmp_path, *(claim_data(name) for name in ("same", "changed", "edited", "gone")))
    edit_claim(any_base, "edited", title_en="As moderators have it")
    changed = claim_data("changed", title={"en": "New", "zh": "新"})
    edited = claim_data("edited", title={"en": "From the pack", "zh": "来自包"})
    report = load(any_base, tmp_path, claim_data("same"), changed, edited, claim_data("new"), version=2)
    assert outcomes(report) == {
        "new": ("new",),
        "changed": ("changed",),
        "conflicting": ("edited",),
        "unchanged": ("same",),
        "withdrawn": ("gone",),
    }
    assert any_base.packs()[0].version == 2
    assert any_base.claim("gone").edited_by is None
    assert any_base.claim("edited").title["en"] == "As moderators have it"
    assert any_base.claim("changed").title["en"] == "New"
    assert (any_base.claim("changed").version, any_base.claim("same").version) == (2, 1)


def test_a_claim_that_a_newer_version_lacks_is_withdrawn_and_can_come_back(any_base: ClaimBase, tmp_path: Path) -> None:
    load(any_base, tmp_path, claim_data("stays"), claim_data("goes"))
    load(any_base, tmp_path, claim_data("stays"), version=2)
    assert [claim.id for claim in any_base.claims()] == ["stays"]
    assert any_base.claim("goes").status == "withdrawn"
    report = load(any_base, tmp_path, claim_data("stays"), claim_data("goes"), version=3)
    assert outcomes(report) == {"unchanged": ("stays",), "changed": ("goes",)}
    assert [claim.id for claim in any_base.claims()] == ["stays", "goes"]


def test_a_claim_that_moderators_changed_is_not_withdrawn(any_base: ClaimBase, tmp_path: Path) -> None:
    load(any_base, tmp_path, claim_data("stays"), claim_data("edited"))
    edit_claim(any_base, "edited", title_en="Ours")
    report = load(any_base, tmp_path, claim_data("stays"), version=2)
    assert outcomes(report) == {"unchanged": ("stays",), "conflicting": ("edited",)}
    assert any_base.claim("edited").status == "published"


def test_a_change_that_moderators_took_back_no_longer_holds_up_updates(any_base: ClaimBase, tmp_path: Path) -> None:
    load(any_base, tmp_path, claim_data("one"))
    edit_claim(any_base, "one", title_en="Ours")
    edit_claim(any_base, "one", title_en="About one")
    report = load(any_base, tmp_path, claim_data("one", title={"en": "New", "zh": "新"}), version=2)
    assert outcomes(report) == {"changed": ("one",)}


def test_an_older_version_is_not_loaded(any_base: ClaimBase, tmp_path: Path) -> None:
    load(any_base, tmp_path, claim_data("one", title={"en": "Newer", "zh": "新"}), version=3)
    assert load(any_base, tmp_path, claim_data("one"), version=2) is None
    assert any_base.packs()[0].version == 3
    assert any_base.claim("one").title["en"] == "Newer"


def test_a_pack_that_somebody_works_on_is_loaded_anew_without_another_version(base: ClaimBase, tmp_path: Path) -> None:
    load(base, tmp_path, claim_data("one"))
    for title in ("Once more", "And again"):
        report = load(base, tmp_path, claim_data("one", title={"en": title, "zh": "新"}))
        assert outcomes(report) == {"changed": ("one",)}
    assert base.claim("one").title["en"] == "And again"


def test_the_order_of_claims_is_that_of_the_newest_pack(base: ClaimBase, tmp_path: Path) -> None:
    load(base, tmp_path, claim_data("a"), claim_data("b"))
    load(base, tmp_path, claim_data("c"), claim_data("b"), claim_data("a"), version=2)
    assert [claim.id for claim in base.claims()] == ["c", "b", "a"]


def test_a_loading_is_one_revision_with_each_claim_before_and_after(any_base: ClaimBase, tmp_path: Path) -> None:
    load(any_base, tmp_path, claim_data("one"), claim_data("two"))
    first = any_base.revision
    load(any_base, tmp_path, claim_data("one", title={"en": "New", "zh": "新"}), claim_data("two"), version=2)
    assert any_base.revision == first + 1
    with any_base.database.reading() as session:
        query = select(ChangeRow).where(ChangeRow.revision == first + 1, ChangeRow.kind == "claim")  # type: ignore[arg-type]
        [change] = session.scalars(query).all()
    assert change.before is not None
    assert change.after is not None
    assert (change.subject, change.before["title"]["en"], change.after["title"]["en"]) == ("one", "About one", "New")


def test_a_claim_of_another_pack_is_not_taken_over(any_base: ClaimBase, tmp_path: Path) -> None:
    load(any_base, tmp_path, claim_data("one"))
    with pytest.raises(ImportRefusedError, match=r"line \d+, id: the claim 'one' already belongs to tiny"):
        load(any_base, tmp_path, claim_data("two"), claim_data("one"), pack="other")
    assert [claim.id for claim in any_base.claims()] == ["one"]
    assert [pack.id for pack in any_base.packs()] == ["tiny"]


def test_a_citation_that_a_loaded_document_contradicts_is_refused(any_base: ClaimBase, tmp_path: Path) -> None:
    load(any_base, tmp_path, claim_data("one"))
    (tmp_path / "doc.txt").write_text(DOCUMENT, encoding="utf-8")
    any_base.load_documents([tmp_path / "doc.txt"])
    moved = claim_data("one")
    moved["points"][0]["citations"][0]["start"] += 1
    with pytest.raises(ImportRefusedError, match="another SHA-256"):
        load(any_base, tmp_path, moved, version=2)
    assert any_base.packs()[0].version == 1


def test_of_many_processes_that_start_at_once_one_loads_the_pack(new_url: str, tiny: Path) -> None:
    loaded: list[bool] = []

    def start() -> None:
        with ClaimBase.open(new_url) as base:
            loaded.append(load_pack(base, tiny) is not None)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(loaded) == [*[False] * 5, True]
    with ClaimBase.open(new_url) as base, base.database.reading() as session:
        # Whoever was late may have taken a number for what it then did not write.
        assert session.scalar(select(func.count()).select_from(Revision)) == 1


@pytest.mark.sqlite
def test_a_full_disk_leaves_nothing_half_written(base: ClaimBase, tmp_path: Path, tiny: Path) -> None:
    load_pack(base, tiny)
    before = (base.revision, base.claims())
    with base.database.reading() as session:
        pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
        session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
    many = [claim_data("silver-server"), *(claim_data(f"claim-{n}") for n in range(60))]
    with pytest.raises(DatabaseError, match=r"is full\. Make room on the disk"):
        load(base, tmp_path, *many, version=2)
    assert (base.revision, base.claims()) == before


@pytest.mark.sqlite
def test_a_locked_database_is_told_in_plain_words(base: ClaimBase, tmp_path: Path, tiny: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "touchstone.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with base.database.reading() as session:
            session.connection().exec_driver_sql("PRAGMA busy_timeout = 10")
        with pytest.raises(DatabaseError, match=r"locked\. Another program holds it"):
            load_pack(base, tiny)
    assert load_pack(base, tiny) is not None
