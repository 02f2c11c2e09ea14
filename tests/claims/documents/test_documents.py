"""Documents are known by their content, and shown passage by passage."""

import hashlib
import os
from pathlib import Path

import pytest

from claims.base import ClaimBase
from claims.exchange.importing import load_pack
from claims.record import CitationRecord
from config.errors import ClaimBaseError
from tests.claims.documents.test_intake import pdf
from tests.claims.packs import DOCUMENT, END, START, pack_data, write_pack


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


@pytest.mark.parametrize("mark", ["", "%\xe2\xe3\xcf\xd3\n"], ids=["letters", "bytes"])
def test_a_pdf_is_known_by_its_file_and_read_by_its_text_layer(any_base: ClaimBase, tmp_path: Path, mark: str) -> None:
    said = "Silver rose by 30% in 2025, say its dealers."
    data = pdf(said).replace(b"%\xe2\xe3\xcf\xd3\n", mark.encode("latin-1"))
    pack = pack_data()
    span = hashlib.sha256(said[:11].encode()).hexdigest()
    pack["documents"][0]["sha256"] = hashlib.sha256(data).hexdigest()
    pack["claims"][0]["points"][0]["citations"] = [{"document": "doc", "start": 0, "end": 11, "sha256": span}]
    load_pack(any_base, write_pack(tmp_path, pack))
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(data)
    assert [report.outcome for report in any_base.load_documents([paper, paper])] == ["loaded", "unchanged"]
    assert any_base.passage(citation(any_base)).text == "Silver rose"
    paper.write_bytes(pdf("Another paper, which nobody cites."))
    assert any_base.load_documents([paper])[0].outcome == "unknown"


def test_nobody_waits_while_files_are_read(any_base: ClaimBase, tiny: Path, document: Path) -> None:
    class Slow(type(document)):
        def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
            load_pack(any_base, tiny)
            return super().stat(follow_symlinks=follow_symlinks)

    (document.parent / "other.txt").write_text("something else", encoding="utf-8")
    reports = any_base.load_documents([document.parent / "other.txt", Slow(document)])
    assert [report.outcome for report in reports] == ["unknown", "loaded"]


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
