"""The shelf of documents: added once, cited by their own words, taken away where nobody cites them."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.lexicon import Lexicon
from claims.base import ClaimBase
from claims.documents.decoding import digest_of
from claims.documents.intake import DocumentFacts
from claims.fields import FormReader
from claims.moderation.citations import Sources, quoted_line
from claims.moderation.history import Undoing
from claims.moderation.rights import Actor
from claims.moderation.sources import DocumentShelf
from claims.record import CitationRecord
from claims.store.changes import SOURCE, note_changes
from claims.store.revisions import AuditEntry, ChangeRecord
from claims.store.tables import Document, DocumentText
from config.errors import DocumentRefusedError, DocumentTextError, InvalidEditError, NotAllowedError
from tests.claims.people import HERE, MEMBER, MODERATOR, OPERATOR, STRANGER, settled

PAPER = "Silver rose by 30% in 2025. Nobody knows how long that will last, say its dealers.\n"
PAGE = "<html><body><p>銀<b>價</b>&amp;金價都上漲了，機房越建越多，沒有人知道為什麼會這樣。</p></body></html>"
FACTS = DocumentFacts("The silver year", "A. Dealer", "Ledger", "2026-01", "en")


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load()


@pytest.fixture
def base(any_base: ClaimBase, tmp_path: Path) -> ClaimBase:
    return settled(any_base, tmp_path)


@pytest.fixture
def shelf(base: ClaimBase, lexicon: Lexicon) -> DocumentShelf:
    return DocumentShelf(base, lexicon)


def add(shelf: DocumentShelf, actor: Actor, text: str | bytes = PAPER, facts: DocumentFacts = FACTS) -> tuple[str, str]:
    done = shelf.add(actor, shelf.read(text.encode() if isinstance(text, str) else text), facts)
    return done.document, done.outcome


def test_a_document_is_added_once_whatever_its_edition(shelf: DocumentShelf) -> None:
    assert add(shelf, OPERATOR) == ("the-silver-year", "added")
    for copy in (
        PAPER.encode(),
        PAPER.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + PAPER.encode(),
        PAPER.encode("utf-16"),
    ):
        assert add(shelf, OPERATOR, copy, DocumentFacts("Another title")) == ("the-silver-year", "known")
    record, clean = shelf.shown(OPERATOR, "the-silver-year")
    assert (record.author, record.published, clean.view.raw) == ("A. Dealer", "2026-01", PAPER)


def test_the_text_of_a_known_document_is_kept_when_it_comes(base: ClaimBase, shelf: DocumentShelf) -> None:
    add(shelf, OPERATOR)
    with base.database.changing() as session:
        session.delete(session.get_one(DocumentText, shelf.read(PAPER.encode()).sha256))
    assert add(shelf, OPERATOR) == ("the-silver-year", "loaded")


def test_a_servers_own_document_is_seen_there_only(shelf: DocumentShelf) -> None:
    name, _ = add(shelf, MODERATOR)
    assert name in [each.document.id for each in shelf.entries(HERE) if each.own]
    assert name not in [each.document.id for each in shelf.entries(None)]
    with pytest.raises(DocumentTextError, match="There is no document"):
        shelf.shown(STRANGER, name)
    assert add(shelf, STRANGER)[1] == "added"
    assert shelf.shown(MODERATOR, name)[1].view.raw == PAPER


def test_members_may_not_add(shelf: DocumentShelf) -> None:
    with pytest.raises(NotAllowedError, match="needs a moderator"):
        add(shelf, MEMBER)


def test_facts_that_are_none_are_refused_and_nothing_is_kept(shelf: DocumentShelf) -> None:
    with pytest.raises(InvalidEditError) as refused:
        add(shelf, OPERATOR, facts=DocumentFacts("", published="last spring", language="Elvish"))
    assert [fault.field for fault in refused.value.faults] == ["title", "published", "language"]
    assert shelf.edition(OPERATOR, shelf.read(PAPER.encode())) is None


@pytest.mark.parametrize("address", ["/2024/05/post/", "javascript:alert(1)"])
def test_an_address_that_is_none_is_refused(shelf: DocumentShelf, address: str) -> None:
    with pytest.raises(InvalidEditError, match="no address"):
        add(shelf, OPERATOR, facts=replace(FACTS, address=address))


def test_nobody_waits_while_a_document_is_read(shelf: DocumentShelf) -> None:
    class Paper(bytes):
        def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
            add(shelf, OPERATOR, PAGE)
            return super().decode(encoding, errors)

    intake = replace(shelf.read(PAPER.encode()), data=Paper(PAPER.encode()))
    assert shelf.add(MODERATOR, intake, FACTS).outcome == "added"
    assert len(shelf.entries(HERE)) == len(shelf.entries(None)) + 1


def test_titles_without_latin_words_get_a_number(shelf: DocumentShelf) -> None:
    assert add(shelf, OPERATOR, facts=DocumentFacts("白银之年"))[0].startswith("document-")


def test_a_passage_is_read_without_its_markup_and_cited_by_the_raw_text(base: ClaimBase, shelf: DocumentShelf) -> None:
    name, _ = add(shelf, OPERATOR, PAGE)
    _, clean = shelf.shown(OPERATOR, name)
    at = clean.view.text.index("銀價&金價")
    start, end = clean.view.span(at, at + 5)
    assert PAGE[start:end] == "銀<b>價</b>&amp;金價"
    passage = base.passage(CitationRecord(name, start, end, digest_of(PAGE[start:end])))
    assert passage.text == "銀價&金價"
    assert base.passage(CitationRecord(name, start, end, "0" * 64)).text is None


def test_a_document_goes_with_its_text_unless_it_is_cited(shelf: DocumentShelf) -> None:
    name, _ = add(shelf, MODERATOR)
    own, _ = add(shelf, STRANGER)
    shelf.remove(MODERATOR, name)
    assert name not in [each.document.id for each in shelf.entries(HERE)]
    assert shelf.shown(STRANGER, own)[1].view.raw == PAPER
    with pytest.raises(DocumentTextError, match="There is no document"):
        shelf.remove(MODERATOR, own)
    cited = next(each for each in shelf.entries(None) if each.citations)
    with pytest.raises(DocumentRefusedError, match="is cited") as refused:
        shelf.remove(OPERATOR, cited.document.id)
    # It is told in Discord as well, where nobody has a terminal.
    assert "touchstone documents" not in str(refused.value)


@pytest.mark.parametrize("actor", [MODERATOR, OPERATOR], ids=["server", "operator"])
def test_a_document_that_is_undone_leaves_no_text_and_is_the_same_when_it_is_back(
    base: ClaimBase, shelf: DocumentShelf, actor: Actor
) -> None:
    name, _ = add(shelf, actor)
    sha256 = shelf.read(PAPER.encode()).sha256
    undone = Undoing(base).undo(actor, base.revision)
    with base.database.reading() as session:
        assert session.get(DocumentText, sha256) is None
    Undoing(base).undo(actor, undone.revision)
    (back,) = [each.document for each in shelf.entries(actor.server) if each.document.id == name]
    assert (back.sha256, back.loaded) == (sha256, False)
    assert add(shelf, actor) == (name, "loaded")


def test_an_older_revision_without_the_checksum_of_its_document_is_undone(base: ClaimBase) -> None:
    facts = {"title": "Old", "author": "", "publisher": "", "published": "", "language": "en", "address": None}
    with base.database.changing() as session:
        session.add(Document(**facts, id="old", sha256="0" * 64, server=HERE))
        entry = AuditEntry(MODERATOR.who, "documents.add", "", HERE)
        note_changes(session, entry, [ChangeRecord(SOURCE, "old", None, facts)], base.clock())
    Undoing(base).undo(MODERATOR, base.revision)
    assert "old" not in [each.id for each in base.documents(HERE)]


def test_a_long_title_whose_number_is_taken_gets_the_next(base: ClaimBase, shelf: DocumentShelf) -> None:
    title, number = "a" * 40, base.revision + 1
    facts = {"title": title, "author": "", "publisher": "", "published": "", "language": "en", "sha256": ""}
    with base.database.writing() as session:
        session.add_all(Document(id=name, **facts) for name in (title, f"{title}-{number}"))
    assert add(shelf, OPERATOR, facts=DocumentFacts(title, language="en"))[0] == f"{title}-{number + 1}"


def cited(base: ClaimBase, typed: str) -> str:
    """Return the words that a line of a form cites."""
    form = FormReader()
    with base.database.reading() as session:
        found = Sources(session, HERE).read(form, typed)
        form.finish(None)
    return PAPER[found[0].start : found[0].end]


LATER = "Nobody knows how long that will last, say its dealers."


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("the-silver-year dealers long", LATER),
        ("the-silver-year NOBODY", LATER),
        ('the-silver-year "knows how long"', "knows how long"),
        ("the-silver-year “rose by 30%”", "rose by 30%"),
        ('the-silver-year "nobody  KNOWS"', LATER),
        ("the-silver-year 0-6", "Silver"),
    ],
)
def test_a_few_words_find_their_sentence(base: ClaimBase, shelf: DocumentShelf, typed: str, words: str) -> None:
    add(shelf, MODERATOR)
    assert cited(base, typed) == words


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("the-silver-year in", "2 sentences of the-silver-year have these words: Silver rose"),
        ("the-silver-year harbour", "does not stand in the-silver-year exactly once"),
        ("the-silver-year x", "does not stand in the-silver-year exactly once"),
        ("the-silver-year 5-5000", "does not stand in the-silver-year exactly once"),
    ],
)
def test_words_of_several_sentences_or_none_are_told(
    base: ClaimBase, shelf: DocumentShelf, typed: str, says: str
) -> None:
    add(shelf, MODERATOR, PAPER + "In the end nothing came of it.\n")
    with pytest.raises(InvalidEditError) as refused:
        cited(base, typed)
    assert says in str(refused.value)


def test_a_sentence_is_found_in_either_script_and_within_markup(shelf: DocumentShelf) -> None:
    add(shelf, MODERATOR, PAGE)
    ((sentence, line),) = shelf.sentences(MODERATOR, "the-silver-year", "银价 机房")
    assert sentence.text.startswith("銀價&金價都上漲了")
    assert line == f"the-silver-year {sentence.start}-{sentence.end}"


@given(st.text(alphabet="Silver rose. Nobody\n\"'，。銀价<b>", max_size=60), st.data())
def test_a_line_with_a_citation_leads_back_to_its_place(raw: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, len(raw)))
    line = quoted_line("paper", raw, start, end)
    if '"' in line.partition(" ")[2]:
        words = line.partition(" ")[2].strip("\"'“”„«»「」『』")
        assert (raw.count(words), raw.index(words)) == (1, start)
    elif start < end:
        assert line == f"paper {start}-{end}"
