"""`touchstone documents candidates`: what a document proposes, printed or put into a server's queue."""

import hashlib
import json

import pytest

from bot.service import Touchstone
from claims.base import ClaimBase
from claims.exchange.importing import load_pack
from claims.moderation.rights import Actor
from config.settings import Settings
from tests.claims.packs import claim_data, pack_data, write_pack

PAPER = "Gold demand is up 12% since spring.\n港口在冬天结冰，导致渔船没有出海。\n"
SERVER = 1_300_000_000_000_000_001


@pytest.fixture
def address(surroundings, tmp_path, templates):
    """The address of a base of this test's own, with one small document that is loaded."""
    address = templates.copy("shipped", tmp_path / "own.db")
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", address)
    data = pack_data(claim_data(), pack="papers")
    digest = hashlib.sha256(PAPER.encode()).hexdigest()
    data["documents"].append(data["documents"][0] | {"id": "metals-paper", "sha256": digest})
    (tmp_path / "paper.txt").write_bytes(PAPER.encode())
    with ClaimBase.open(address) as base:
        load_pack(base, write_pack(tmp_path, data, "papers.yaml"))
        base.load_documents([tmp_path / "paper.txt"])
    return address


def waiting(address: str) -> list[str]:
    """Return the texts that wait in the server."""
    with Touchstone.open(Settings(database_url=address)) as touchstone:
        queue = touchstone.moderation.queue
        return [
            item.payload["text"] for item in queue.items(Actor(0, SERVER, is_operator=True), kind="candidate").items
        ]


def test_without_a_server_they_are_only_printed(call, address):
    done = call("documents", "candidates", "metals-paper")
    assert done.code == 0
    assert done.out == (
        "Gold demand is up 12% since spring.\n"
        "    metals-paper · characters 0–35 · the document says so · a figure · score 5.5\n"
        "港口在冬天结冰，导致渔船没有出海。\n"
        "    metals-paper · characters 36–53 · the document says so · a cause · score 4\n2 candidates\n"
    )
    assert waiting(address) == []


@pytest.mark.usefixtures("address")
def test_a_text_without_full_stops_says_why_it_proposes_nothing(call, tmp_path):
    (tmp_path / "talk.txt").write_text("gold demand is up 12% since spring and nobody knows why it is so\n\n" * 20)
    done = call("documents", "candidates", "talk.txt")
    assert (done.code, done.out) == (0, "0 candidates\n")
    assert "talk.txt has hardly a full stop" in done.err
    assert "full stop" not in call("documents", "candidates", "metals-paper").err


def test_with_a_server_they_wait_in_its_queue_once(call, address):
    arguments = ("documents", "candidates", "metals-paper", "--server", str(SERVER))
    assert "queue" not in call(*arguments, "--dry-run").out
    assert waiting(address) == []
    assert f"2 are new in the queue of server {SERVER}." in call(*arguments).out
    assert len(waiting(address)) == 2
    assert f"0 are new in the queue of server {SERVER}." in call(*arguments).out
    assert len(waiting(address)) == 2


@pytest.mark.usefixtures("address")
def test_json_is_one_array(call):
    found = json.loads(call("documents", "candidates", "metals-paper", "--json").out)
    assert [PAPER[each["start"] : each["end"]] for each in found] == [each["text"] for each in found]
    assert found[0] == {
        "document": "metals-paper",
        "start": 0,
        "end": 35,
        "text": "Gold demand is up 12% since spring.",
        "speaker": None,
        "attitude": "asserts",
        "score": 5.5,
        "counterpoint": None,
        "near": [],
        "language": "en",
        "signals": ["figure"],
        "times": [],
        "also": [],
    }


@pytest.mark.usefixtures("address")
@pytest.mark.parametrize(("document", "says"), [("doc", "The text of doc is not loaded"), ("x", "no document x")])
def test_a_document_that_cannot_be_read_is_told(call, document, says):
    done = call("documents", "candidates", document)
    assert done.code == 2
    assert says in " ".join(done.err.replace("│", " ").split())


@pytest.mark.usefixtures("address")
def test_the_terminal_speaks_chinese(call, surroundings):
    surroundings.setenv("LANG", "zh_TW.UTF-8")
    assert call("documents", "candidates", "metals-paper").out.endswith("2個候選\n")
