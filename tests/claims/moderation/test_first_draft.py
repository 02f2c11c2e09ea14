"""A claim begins from a passage of a document: everything proposed by rule, written at once, cited by the program."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.lexicon import Lexicon
from claims.base import ClaimBase
from claims.documents.intake import DocumentFacts
from claims.moderation.candidate_items import CandidateDesk, QueueDecisions
from claims.moderation.edits import EditPoint, EditTexts
from claims.moderation.first_draft import FirstDraft, FirstDrafts
from claims.moderation.history import Undoing
from claims.moderation.queue import Item, Queue
from claims.moderation.rights import Actor
from claims.moderation.sources import DocumentShelf
from config.errors import InvalidEditError, NotAllowedError
from tests.claims.conftest import KEY
from tests.claims.people import HERE, MEMBER, MODERATOR, settled

PAPER = (
    "Some say that silver cannot be replaced in servers. In fact copper has replaced most of it since last year.\n"
    "Gold demand is up 12% since spring, because more people buy coins.\n"
    "The price of silver will double by 2030, says the dealer.\n"
)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load()


@pytest.fixture
def base(any_base: ClaimBase, tmp_path: Path, lexicon: Lexicon) -> ClaimBase:
    base = settled(any_base, tmp_path)
    shelf = DocumentShelf(base, lexicon)
    facts = DocumentFacts("The silver year", "A. Dealer", "Ledger", "2026-01-23", "en")
    shelf.add(MODERATOR, shelf.read(PAPER.encode()), facts)
    return base


@pytest.fixture
def drafts(base: ClaimBase) -> FirstDrafts:
    return FirstDrafts(base)


def waiting(base: ClaimBase, lexicon: Lexicon) -> dict[str, Item]:
    """Return what the paper proposes, by its first word."""
    desk = CandidateDesk(base, lexicon, lambda *_: pytest.fail("nothing is near"))
    source = desk.source(MODERATOR, "the-silver-year")
    desk.add(MODERATOR, tuple(desk.across(MODERATOR, [source], beside_claims=False)))
    items = Queue(base, KEY).items(MODERATOR, kind="candidate").items
    return {item.payload["text"].split()[0].lower(): item for item in items}


def item(payload: Mapping[str, Any]) -> Item:
    return Item(1, HERE, "candidate", None, dict(payload), None, None, None, datetime.now(UTC), timedelta())


def test_a_rejected_report_becomes_contested_with_what_stands_against_it(base, lexicon, drafts) -> None:
    found = waiting(base, lexicon)["silver"]
    draft = drafts.of(MODERATOR, found)
    assert draft.texts.title["en"] == "Silver cannot be replaced in servers"
    assert draft.texts.kind == "contested"
    assert draft.wordings.splitlines()[0] == "Silver cannot be replaced in servers"
    point = draft.point
    assert (point.role, point.date) == ("refutes", "2026-01-23")
    assert dict(point.speaker) == {"en": "A. Dealer"}
    assert point.text["en"].startswith("Copper has replaced most of it")
    assert point.citations == f'the-silver-year "{point.text["en"].replace("Copper", "copper")}"'


def _begun(drafts: FirstDrafts, text: str, counter: str = "", model: str = "") -> FirstDraft:
    at = text.find(counter)
    payload: dict[str, Any] = {"text": text, "start": 0, "end": len(text), "attitude": "rejects", "source": "none"}
    payload["counter"] = [at, at + len(counter), counter] if counter else None
    return drafts.of(MODERATOR, item(payload | ({"model": model, "title": {"en": text}} if model else {})))


@pytest.mark.parametrize(
    ("text", "counter", "title"),
    [
        ("并非隔夜的时间让菜变毒，而是温度让细菌长大。", "而是温度让细菌长大。", "隔夜的时间让菜变毒"),
        ("白銀的上漲並非由於機房，而是因為利率下降。", "而是因為利率下降。", "白銀的上漲是由於機房"),
        ("关键不在于模型，而在于数据。", "而在于数据。", "关键在于模型"),
        ("Silver is not scarce, but hard to mine.", "but hard to mine.", "Silver is scarce"),
    ],
)
def test_of_not_the_one_but_the_other_the_one_is_the_claim(drafts, text: str, counter: str, title: str) -> None:
    draft = _begun(drafts, text, counter)
    assert (list(draft.texts.title.values()), draft.texts.kind) == ([title], "contested")
    assert draft.wordings == title
    assert draft.denials == text.rstrip("。.")
    assert (draft.point.role, list(draft.point.text.values())) == ("refutes", [text])


def test_a_sentence_that_only_denies_is_what_the_document_says_itself(drafts) -> None:
    for text, counter in (
        ("Charging overnight is no more dangerous, as long as the battery is not covered.", ""),
        ("Silver does not drive the price, but in fact rates do.", "but in fact rates do."),
    ):
        draft = _begun(drafts, text, counter)
        assert (draft.texts.title["en"], draft.texts.kind, draft.point.role) == (text.rstrip("."), "context", "context")
    asked = _begun(drafts, "Silver cannot be replaced", model="small")
    assert (asked.texts.kind, asked.point.role) == ("contested", "refutes")


def test_a_forecast_is_an_outlook_and_a_figure_is_read(base, lexicon, drafts) -> None:
    found = waiting(base, lexicon)
    assert drafts.of(MODERATOR, found["the"]).texts.kind == "outlook"
    draft = drafts.of(MODERATOR, found["gold"])
    assert draft.texts.kind == "context"
    assert [(each.value, each.unit, each.bound) for each in draft.figures] == [("12", "percent", "exactly")]
    assert "Gold demand is up 12% since spring" in draft.wordings.splitlines()


def test_all_of_it_is_written_at_once_and_undone_at_once(base, lexicon, drafts) -> None:
    found = waiting(base, lexicon)["gold"]
    draft = replace(drafts.of(MODERATOR, found), publish=True)
    before = base.revision
    name, written = QueueDecisions(base).open_claim(MODERATOR, found.id, draft)
    claim = base.claim(name, HERE)
    assert (written.revision, claim.status, len(claim.points), len(claim.figures)) == (before + 1, "published", 1, 1)
    (cited,) = claim.points[0].citations
    words = PAPER[cited.start : cited.end]
    assert words == found.payload["text"]
    assert cited.sha256 == hashlib.sha256(words.encode()).hexdigest()
    assert base.passage(cited).text == words
    Undoing(base).undo(MODERATOR, written.revision)
    assert name not in {each.id for each in base.claims(HERE)}
    assert found.id in {each.id for each in Queue(base, KEY).items(MODERATOR, kind="candidate").items}


def test_faults_of_all_fields_come_together_and_nothing_is_written(base, lexicon, drafts) -> None:
    found = waiting(base, lexicon)["gold"]
    draft = drafts.of(MODERATOR, found)
    bad = replace(
        draft,
        texts=replace(draft.texts, title={}),
        wordings=" \n ",
        point=replace(draft.point, date="soon", citations="the-silver-year words that are not there"),
    )
    before = base.revision
    with pytest.raises(InvalidEditError) as refused:
        QueueDecisions(base).open_claim(MODERATOR, found.id, bad)
    assert {each.field for each in refused.value.faults} == {"title_en", "texts", "date", "citations"}
    assert base.revision == before


def test_a_further_point_goes_to_a_claim_that_is_there(base, lexicon, drafts) -> None:
    found = waiting(base, lexicon)["gold"]
    claim = base.claims(HERE)[0]
    QueueDecisions(base).accept_point(MODERATOR, found.id, claim.id, drafts.of(MODERATOR, found).point)
    assert base.claim(claim.id, HERE).points[-1].text["en"] == found.payload["text"]
    assert found.id not in {each.id for each in Queue(base, KEY).items(MODERATOR, kind="candidate").items}


def test_what_a_model_found_is_taken_along(drafts) -> None:
    sentence = "Gold demand is up 12% since spring, because more people buy coins."
    start = PAPER.index(sentence)
    second = "The price of silver will double by 2030, says the dealer."
    payload = {
        "title": {"en": "Gold demand has risen by 12%", "zh": "黄金需求上涨了12%"},
        "text": sentence,
        "source": "the-silver-year",
        "start": start,
        "end": start + len(sentence),
        "attitude": "asserts",
        "model": "small",
        "wordings": ["gold is wanted", "黄金很抢手"],
        "denials": ["nobody wants gold"],
        "points": [["supports", PAPER.index(second), PAPER.index(second) + len(second), second]],
    }
    draft = drafts.of(MODERATOR, item(payload))
    claim = drafts.preview(MODERATOR, draft)
    assert (claim.title["zh"], claim.status) == ("黄金需求上涨了12%", "draft")
    assert {each.text for each in claim.wordings if each.denies} == {"nobody wants gold"}
    assert "黄金很抢手" in {each.text for each in claim.wordings if each.says}
    assert [each.role for each in claim.points] == ["context", "supports"]
    assert all(point.citations[0].end > point.citations[0].start for point in claim.points)


@pytest.mark.parametrize(
    ("title", "figures"),
    [
        ("About 1.5 million homes have no power", []),
        ("The lamp draws 40 kW", [("40", "kW", "exactly")]),
        ("Bitcoin fell below $60,000", [("60000", "USD", "under")]),
        ("每台电动车用白银25到50克", [("25 to 50", "g", "range")]),
        ("The ferry will be closed by 2030", []),
        ("Silver rose by more than 30%", [("30", "percent", "over")]),
        ("Nothing is known of it", []),
    ],
)
def test_figures_are_read_as_a_form_has_them(drafts, title, figures) -> None:
    draft = FirstDraft(EditTexts({"en": title}), title, EditPoint())
    made = drafts.with_figures(draft).figures
    assert [(each.value, each.unit, each.bound) for each in made if each.unit != "count"] == figures


def test_members_get_nothing(drafts) -> None:
    with pytest.raises(NotAllowedError):
        drafts.of(MEMBER, item({"text": "x"}))


_leaf = st.none() | st.text(max_size=30) | st.integers(-5, 10**9)
_KEYS = ("title", "text", "source", "start", "end", "attitude", "speaker", "counter", "wordings", "points", "denials")


@given(payload=st.dictionaries(st.sampled_from(_KEYS), _leaf | st.lists(_leaf, max_size=4)))
def test_whatever_an_item_holds_a_draft_comes_of_it(payload, tmp_path_factory) -> None:
    with ClaimBase.open(f"sqlite:///{tmp_path_factory.getbasetemp() / 'drafts.db'}") as base:
        assert FirstDrafts(base).of(Actor.operator(), item(payload)).texts.kind
