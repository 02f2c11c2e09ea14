"""A claim is one thing in three clothes: a value, the plain data of the history, and the form of packs."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from checks.model import KnownFigure, KnownWording
from claims.packs.plain import canonical, plain_claim, read_claim
from claims.record import (
    CitationRecord,
    ClaimRecord,
    PointRecord,
    claim_fingerprint,
    claim_from_state,
    claim_state,
    differences,
    with_texts,
)
from config.languages import ByLanguage
from tests.claims.packs import pack_claims

SHIPPED = Path(__file__).parents[2] / "claims" / "packs" / "ai-economy.yaml"


@pytest.fixture(scope="module")
def claims() -> tuple[ClaimRecord, ...]:
    return pack_claims(SHIPPED)


def test_a_state_goes_through_json_and_comes_back_as_the_claim(claims: tuple[ClaimRecord, ...]) -> None:
    for claim in claims:
        state = json.loads(json.dumps(claim_state(claim)))
        assert state == claim_state(claim)
        assert claim_from_state(claim.id, state, server=None, pack=claim.pack) == claim


def test_the_form_of_packs_comes_back_as_the_claim(claims: tuple[ClaimRecord, ...]) -> None:
    for claim in claims:
        draft = replace(claim, status="draft", review_by=None)
        for each in (claim, draft):
            data = plain_claim(each, "s0123456789abcdef")
            assert data["title"] == {"en": each.title["en"], "zh": each.title["zh"]}
            assert read_claim(data, each.pack) == canonical(each)


def test_what_a_claim_lacks_to_be_published_is_named(claims: tuple[ClaimRecord, ...]) -> None:
    claim = claims[0]
    bare = replace(claim.points[0], citations=())
    assert list(claim.lacks_to_publish()) == []
    assert list(replace(claim, wordings=(), points=()).lacks_to_publish()) == [("wordings", 0), ("points", 0)]
    assert list(replace(claim, points=(claim.points[0], bare)).lacks_to_publish()) == [("citations", 1)]
    denials = tuple(wording for wording in claim.wordings if not wording.says)
    assert list(replace(claim, wordings=denials).lacks_to_publish()) == [("wordings", 0)]


OLD_STATE = {
    "kind": "contested", "title_en": "Title", "title_zh": "标题", "as_of": "2026-01-01", "review_by": None,
    "status": "published",
    "wordings": [{"text": "a", "language": "en", "negative": False, "denies": False}],
    "figures": [{"low": 2, "high": 3, "unit": "MW", "bound": "range", "role": "claim", "subject_en": "the island",
                 "subject_zh": "整座岛"}],
    "points": [{"role": "refutes", "speaker_en": "A", "speaker_zh": "甲", "date": "2025", "text_en": "Text",
                "text_zh": "文", "citations": [{"document": "doc", "start": 0, "end": 4, "sha256": "ab"}],
                "numbers": ["3"]}],
}  # fmt: skip
CITED = CitationRecord("doc", 0, 4, "ab")


def test_a_state_with_a_field_for_each_language_is_still_read() -> None:
    claim = claim_from_state("x", OLD_STATE, server=None, pack="p")
    assert claim.title == ByLanguage(en="Title", zh="标题")
    assert claim.figures == (KnownFigure(2, 3, "MW", "range", "claim", ByLanguage(en="the island", zh="整座岛")),)
    texts = {"speaker": ByLanguage(en="A", zh="甲"), "text": ByLanguage(en="Text", zh="文")}
    assert claim.points == (PointRecord("refutes", date="2025", citations=(CITED,), numbers=("3",), **texts),)
    assert claim_state(claim) == with_texts(OLD_STATE) == with_texts(claim_state(claim))


def test_digests_that_were_kept_before_texts_stood_by_language_still_hold() -> None:
    digest = "7bafb29a3dc0842bde4ed5acdcdf9089c03f40e324ab2866fc15a6ae18d8dc1f"
    claim = claim_from_state("x", OLD_STATE, server=None, pack="p")
    assert claim_fingerprint(claim) == digest
    assert claim_fingerprint(replace(claim, title=ByLanguage(claim.title, ja="題"))) != digest


def test_a_text_differs_in_the_languages_in_which_it_does() -> None:
    claim = claim_from_state("x", OLD_STATE, server=None, pack="p")
    after = replace(claim, title=ByLanguage(claim.title, zh="新", ja="題"), wordings=(KnownWording("a", "en"),))
    found = differences(claim_state(claim), claim_state(after))
    assert {each.field: (each.mine, each.theirs) for each in found} == {
        "title_zh": ("标题", "新"),
        "title_ja": (None, "題"),
    }


def test_what_is_empty_in_something_new_is_no_difference() -> None:
    state = {"moderator_roles": [], "title_en": "", "packs": [], "digest_channel": 7, "answer_log": False}
    said = {each.field: (each.mine, each.theirs) for each in differences(None, state)}
    assert said == {"packs": (None, []), "digest_channel": (None, 7), "answer_log": (None, False)}
    assert [each.field for each in differences(state, None)] == list(said)
    assert [each.field for each in differences({"moderator_roles": [7]}, {"moderator_roles": []})] == [
        "moderator_roles"
    ]
