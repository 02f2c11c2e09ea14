"""Documents are known by their content, and shown passage by passage."""

from pathlib import Path

import pytest

from claims.base import ClaimBase
from claims.exchange.importing import load_pack
from claims.record import CitationRecord
from config.errors import ClaimBaseError
from tests.claims.packs import DOCUMENT, END, START


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "papers" / "any name.txt"
    path.parent.mkdir()
    path.write_text(DOCUMENT, encoding="utf-8")
    return path


@pytest.fixture
def loaded(any_base: ClaimBase, tiny: Path, document: Path) -> ClaimBase:
    load_pack(any_base, tiny)
    any_base.load_documents([document])
    return any_base


def citation(base: ClaimBase) -> CitationRecord:
    return base.claim("silver-server").points[0].citations[0]


def test_a_file_is_recognised_by_its_content(any_base: ClaimBase, tiny: Path, document: Path) -> None:
    load_pack(any_base, tiny)
    assert [record.loaded for record in any_base.documents()] == [False]
    [report] = any_base.load_documents([document])
    assert (report.outcome, report.document) == ("loaded", "doc")
    assert [record.loaded for record in any_base.documents()] == [True]


def test_a_folder_is_read_file_by_file(any_base: ClaimBase, tiny: Path, document: Path) -> None:
    load_pack(any_base, tiny)
    (document.parent / "other.txt").write_text("something else", encoding="utf-8")
    reports = any_base.load_documents([document.parent])
    assert [(report.path.name, report.outcome) for report in reports] == [
        ("any name.txt", "loaded"),
        ("other.txt", "unknown"),
    ]


def test_a_document_is_stored_once(loaded: ClaimBase, document: Path) -> None:
    revision = loaded.revision
    assert loaded.load_documents([document])[0].outcome == "unchanged"
    assert loaded.revision == revision


def test_a_missing_file_does_not_hold_up_the_others(any_base: ClaimBase, tiny: Path, document: Path) -> None:
    load_pack(any_base, tiny)
    reports = any_base.load_documents([document.with_name("gone.txt"), document])
    assert [report.outcome for report in reports] == ["unreadable", "loaded"]
    assert reports[0].fault


def test_a_passage_is_the_span_of_the_raw_text(loaded: ClaimBase) -> None:
    passage = loaded.passage(citation(loaded))
    assert passage.text == DOCUMENT[START:END]
    assert (passage.document.id, passage.document.loaded) == ("doc", True)


def test_a_passage_has_no_text_while_its_document_is_not_loaded(any_base: ClaimBase, tiny: Path) -> None:
    load_pack(any_base, tiny)
    assert any_base.passage(citation(any_base)).text is None


def test_a_span_that_does_not_fit_its_hash_is_not_shown(loaded: ClaimBase) -> None:
    assert loaded.passage(CitationRecord("doc", START, END - 1, citation(loaded).sha256)).text is None
    assert loaded.passage(CitationRecord("doc", 10_000, 10_020, citation(loaded).sha256)).text is None


def test_a_passage_of_an_unknown_document_is_an_error(loaded: ClaimBase) -> None:
    with pytest.raises(ClaimBaseError, match="no document 'nowhere'"):
        loaded.passage(CitationRecord("nowhere", 0, 10, "0" * 64))
