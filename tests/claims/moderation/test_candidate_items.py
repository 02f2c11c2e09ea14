"""Candidates from documents come into the queue of a server, each passage once."""

import hashlib
from pathlib import Path

import pytest

from checks.checker import Checker
from checks.lexicon import Lexicon
from checks.model import Finding
from claims.base import ClaimBase
from claims.documents.candidates import Candidate
from claims.exchange.importing import load_pack
from claims.moderation.candidate_items import CandidateDesk, QueueDecisions
from claims.moderation.edits import EditTexts
from claims.moderation.queue import Queue
from claims.moderation.rights import Actor
from claims.moderation.sources import NewSource, SourceBook
from config.errors import DocumentTextError, NotAllowedError
from tests.claims.conftest import KEY
from tests.claims.packs import claim_data, pack_data, write_pack
from tests.claims.people import ADMINISTRATOR, HERE, MEMBER, MODERATOR, OPERATOR, STRANGER, settled

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


def test_the_same_passage_waits_once_also_after_it_was_decided(
    base: ClaimBase, desk: CandidateDesk, queue: Queue
) -> None:
    find(desk, MODERATOR, "paper")
    QueueDecisions(base).dismiss(MODERATOR, queue.items(MODERATOR).items[0].id)
    assert find(desk, ADMINISTRATOR, "paper") == 0
    assert len(queue.items(MODERATOR).items) == 1
    assert find(desk, STRANGER, "paper") == 2


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
