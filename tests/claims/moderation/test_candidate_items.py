"""Candidates from documents come into the queue of a server, each passage once."""

import hashlib
from pathlib import Path

import pytest

from checks.checker import Checker
from checks.lexicon import Lexicon
from checks.model import Finding, Guard, Match
from claims.base import ClaimBase
from claims.documents.candidates import Candidate
from claims.documents.intake import DocumentFacts
from claims.exchange.importing import load_pack
from claims.moderation import citations
from claims.moderation.candidate_items import CandidateDesk, QueueDecisions
from claims.moderation.citations import FoundSentence, sentences_with
from claims.moderation.editor import Editor, NewClaim
from claims.moderation.edits import EditPoint, EditTexts
from claims.moderation.first_draft import FirstDraft
from claims.moderation.history import History, Undoing
from claims.moderation.queue import Queue
from claims.moderation.rights import Actor
from claims.moderation.sources import DocumentShelf, NewSource, SourceBook
from config.errors import DocumentTextError, InvalidEditError, NotAllowedError
from tests.claims.conftest import KEY
from tests.claims.packs import claim_data, pack_data, write_pack
from tests.claims.people import ADMINISTRATOR, CLAIM, HERE, MEMBER, MODERATOR, OPERATOR, STRANGER, settled

PAPER = "Gold demand is up 12% since spring.\n白银需求在2025年增长了30%，因为机房越建越多。\nDoes silver matter?\n"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load()


@pytest.fixture
def base(any_base: ClaimBase, tmp_path: Path) -> ClaimBase:
    """Two claims, one document that is loaded, and one that is not."""
    base = settled(any_base, tmp_path)
    data = pack_data(claim_data("other-claim"), pack="papers")
    (known,) = data["documents"]
    loaded = known | {"id": "paper", "sha256": hashlib.sha256(PAPER.encode()).hexdigest()}
    data["documents"] = [known | {"id": "doc2"}, loaded]
    for point in data["claims"][0]["points"]:
        point["citations"][0]["document"] = "doc2"
    load_pack(base, write_pack(tmp_path, data, "papers.yaml"))
    (tmp_path / "paper.txt").write_text(PAPER, encoding="utf-8", newline="")
    base.load_documents([tmp_path / "paper.txt"])
    return base


@pytest.fixture
def desk(base: ClaimBase, lexicon: Lexicon) -> CandidateDesk:
    def check(text: str, server: int | None) -> Finding:
        return Checker([claim.known for claim in base.claims(server)], lexicon).check(text)

    return CandidateDesk(base, lexicon, check)


@pytest.fixture
def queue(base: ClaimBase) -> Queue:
    return Queue(base, KEY)


def look(desk: CandidateDesk, actor: Actor, document: str) -> tuple[Candidate, ...]:
    """Return what a document proposes."""
    return tuple(desk.across(actor, [desk.source(actor, document)]))


def find(desk: CandidateDesk, actor: Actor, document: str) -> int:
    """Put what a document proposes into the queue; return how much of it is new there."""
    return desk.add(actor, look(desk, actor, document))


def test_what_is_found_waits_with_its_passage(desk: CandidateDesk, queue: Queue) -> None:
    assert find(desk, MODERATOR, "paper") == 2
    best, other = (item.payload for item in queue.items(MODERATOR, kind="candidate").items)
    assert PAPER[best["start"] : best["end"]] == best["text"] == best["title"]["zh"]
    assert other["title"] == {"en": "Gold demand is up 12% since spring."}
    assert (best["source"], [*best["title"]]) == ("paper", ["zh"])
    assert queue.items(STRANGER).items == ()


def test_a_sentence_against_a_claim_becomes_a_point_of_it_and_what_is_akin_nothing(
    base: ClaimBase, lexicon: Lexicon
) -> None:
    def check(text: str, _server: int | None) -> Finding:
        akin = Match("akin", 0.7, "asserts", text, guards=(Guard("topic", passed=False),))
        disputed = Match("disputed", 0.1, "denies", text, guards=(Guard("topic", passed=True),))
        said = Match("said", 0.6, "asserts", text, guards=(Guard("topic", passed=True),))
        return Finding(text, "en", "silent", (disputed, akin, said))

    near = look(CandidateDesk(base, lexicon, check), MODERATOR, "paper")[0].near
    assert [(each.claim, each.offer) for each in near] == [("disputed", "point"), ("said", "wording")]


def test_the_same_passage_waits_once_also_after_it_was_decided(
    base: ClaimBase, desk: CandidateDesk, queue: Queue
) -> None:
    find(desk, MODERATOR, "paper")
    QueueDecisions(base).dismiss(MODERATOR, queue.items(MODERATOR).items[0].id)
    assert find(desk, ADMINISTRATOR, "paper") == 0
    assert len(queue.items(MODERATOR).items) == 1
    assert find(desk, STRANGER, "paper") == 2


def test_nobody_waits_while_words_of_a_document_are_looked_for(
    base: ClaimBase, desk: CandidateDesk, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    find(desk, MODERATOR, "paper")
    [item, other] = queue.items(MODERATOR).items
    looked_for: list[str] = []

    def slowly(raw: str, words: str) -> list[FoundSentence]:
        looked_for.append(words)
        SourceBook(base).add(STRANGER, NewSource("A paper of theirs", "A publisher", "2026-01"))
        return sentences_with(raw, words)

    monkeypatch.setattr(citations, "sentences_with", slowly)
    point = EditPoint(
        speaker={"en": "A dealer"}, date="2026-01", text={"en": "More and more is asked for."},
        citations="paper gold demand",
    )  # fmt: skip
    edited = Editor(base).edit(MODERATOR, CLAIM, None, point)
    begun = Editor(base).begin(MODERATOR, NewClaim("Gold is gone", point="It is not.", source="paper gold demand"))
    QueueDecisions(base).accept_point(MODERATOR, item.id, CLAIM, point)
    draft = FirstDraft(EditTexts({"en": "Nobody wants gold"}, "contested", "2026-01-01"), "Nobody wants gold", point)
    opened, _ = QueueDecisions(base).open_claim(MODERATOR, other.id, draft)
    assert looked_for == ["gold demand"] * 4
    for claim in (edited.claim, begun.claim, base.claim(CLAIM, HERE), base.claim(opened, HERE)):
        assert claim is not None
        cited = claim.points[-1].citations[0]
        assert PAPER[cited.start : cited.end] == "Gold demand is up 12% since spring."


def test_words_that_are_not_found_are_looked_for_once(base: ClaimBase, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_for: list[str] = []

    def noted(raw: str, words: str) -> list[FoundSentence]:
        looked_for.append(words)
        return sentences_with(raw, words)

    monkeypatch.setattr(citations, "sentences_with", noted)
    point = EditPoint(speaker={"en": "A dealer"}, date="2026-01", text={"en": "More."}, citations="paper no such words")
    with pytest.raises(InvalidEditError, match="exactly once"):
        Editor(base).edit(MODERATOR, CLAIM, None, point)
    assert looked_for == ["no such words"]


def test_looking_writes_nothing(desk: CandidateDesk, queue: Queue) -> None:
    assert len(look(desk, MODERATOR, "paper")) == 2
    assert queue.items(MODERATOR).items == ()


def test_the_operator_fills_the_shared_queue_or_that_of_a_server(desk: CandidateDesk, queue: Queue) -> None:
    assert find(desk, OPERATOR, "paper") == 2
    assert queue.items(MODERATOR).items == ()
    assert len(queue.items(OPERATOR).items) == 2
    assert find(desk, Actor(0, HERE, is_operator=True), "paper") == 2
    assert len(queue.items(MODERATOR).items) == 2


def test_members_may_not(desk: CandidateDesk, queue: Queue) -> None:
    with pytest.raises(NotAllowedError, match="needs a moderator"):
        find(desk, MEMBER, "paper")
    with pytest.raises(NotAllowedError, match="needs a moderator"):
        desk.add(MEMBER, look(desk, MODERATOR, "paper"))
    assert queue.items(MODERATOR).items == ()


def test_a_document_without_its_text_says_how_to_load_it(desk: CandidateDesk) -> None:
    with pytest.raises(DocumentTextError, match=r"doc2 is not loaded. .* touchstone documents load"):
        find(desk, MODERATOR, "doc2")


def test_a_source_of_a_server_has_no_text_and_is_seen_there_only(base: ClaimBase, desk: CandidateDesk) -> None:
    source = SourceBook(base).add(MODERATOR, NewSource("Ledger", "Harbour office", "2026"))
    with pytest.raises(DocumentTextError, match="own source"):
        find(desk, MODERATOR, source)
    for actor, name in ((STRANGER, source), (MODERATOR, "nowhere")):
        with pytest.raises(DocumentTextError, match="There is no document"):
            find(desk, actor, name)


def test_a_claim_is_opened_from_a_candidate(base: ClaimBase, desk: CandidateDesk, queue: Queue) -> None:
    find(desk, MODERATOR, "paper")
    item = queue.items(MODERATOR).items[0]
    texts = EditTexts(item.payload["title"], "context", "2026-01-05")
    claim, _ = QueueDecisions(base).open_claim(MODERATOR, item.id, texts)
    assert base.claim(claim, HERE).wordings[0].text == item.payload["text"]


@pytest.fixture
def shelf(base: ClaimBase, lexicon: Lexicon) -> DocumentShelf:
    return DocumentShelf(base, lexicon)


def brought(shelf: DocumentShelf, actor: Actor) -> str:
    """Put a document on the shelf; return its id."""
    return shelf.add(actor, shelf.read(f"{PAPER}Sleep well.\n".encode()), DocumentFacts("The silver year")).document


def counted(queue: Queue, *actors: Actor) -> list[int]:
    return [len(queue.items(each, kind="candidate").items) for each in actors]


def test_candidates_go_with_their_document_and_come_back_with_it(
    base: ClaimBase, desk: CandidateDesk, queue: Queue, shelf: DocumentShelf
) -> None:
    document = brought(shelf, OPERATOR)
    for actor in (OPERATOR, MODERATOR, STRANGER):
        assert find(desk, actor, document) == 2
    find(desk, MODERATOR, "paper")
    QueueDecisions(base).dismiss(MODERATOR, queue.items(MODERATOR, document=document).items[0].id)
    assert shelf.remove(OPERATOR, document) == 5
    assert counted(queue, OPERATOR, MODERATOR, STRANGER) == [0, 2, 0]
    went = History(base).revision(OPERATOR, base.revision)
    assert [each.kind for each in went.changes] == ["document", *["queue item"] * 5]
    undone = Undoing(base).undo(OPERATOR, went.id)
    assert counted(queue, OPERATOR, MODERATOR, STRANGER) == [2, 3, 2]
    Undoing(base).undo(OPERATOR, undone.revision)
    assert counted(queue, OPERATOR, MODERATOR, STRANGER) == [0, 2, 0]


def test_they_go_also_where_the_coming_of_their_document_is_undone(
    base: ClaimBase, desk: CandidateDesk, queue: Queue, shelf: DocumentShelf
) -> None:
    document = brought(shelf, MODERATOR)
    added = base.revision
    find(desk, MODERATOR, document)
    Undoing(base).undo(MODERATOR, added)
    assert counted(queue, MODERATOR) == [0]


def test_a_document_that_is_added_anew_is_looked_through_anew(
    base: ClaimBase, desk: CandidateDesk, queue: Queue, shelf: DocumentShelf
) -> None:
    document = brought(shelf, MODERATOR)
    find(desk, MODERATOR, document)
    QueueDecisions(base).dismiss(MODERATOR, queue.items(MODERATOR).items[0].id)
    shelf.remove(MODERATOR, document)
    assert brought(shelf, MODERATOR) == document
    # What somebody has decided stays decided.
    assert find(desk, MODERATOR, document) == 1
    assert counted(queue, MODERATOR) == [1]


def test_the_candidates_of_one_document_are_found_behind_any_number_of_others(
    desk: CandidateDesk, queue: Queue, shelf: DocumentShelf
) -> None:
    document = brought(shelf, MODERATOR)
    find(desk, MODERATOR, "paper")
    find(desk, MODERATOR, document)
    page = queue.items(MODERATOR, kind="candidate", size=2, document=document)
    assert [each.payload["source"] for each in page.items] == [document] * 2
    assert page.counts["candidate"] == 2
