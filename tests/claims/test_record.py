"""A claim is one thing in three clothes: a value, the plain data of the history, and the form of packs."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from claims.packs.plain import canonical, plain_claim, read_claim
from claims.record import ClaimRecord, claim_from_state, claim_state
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
