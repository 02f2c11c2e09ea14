"""`touchstone claims`: what the base holds, for people and for programs."""

import json


def test_the_list_is_one_array_of_all_claims_with_counts(call):
    claims = json.loads(call("claims", "list", "--json").out)
    assert len(claims) >= 50
    for claim in claims:
        assert set(claim) == {"id", "kind", "title", "wordings", "points", "citations"}
        assert set(claim["title"]) == {"en", "zh"}
        assert claim["kind"] in {"contested", "context", "outlook"}
        assert min(claim["wordings"], claim["points"], claim["citations"]) >= 1


def test_the_list_for_people_names_every_claim(call):
    done = call("claims", "list")
    assert "silver-h100-1.2kg" in done.out
    assert "claims" in done.out.splitlines()[-1]


def test_one_claim_is_shown_with_everything_that_is_known_of_it(call):
    claim = json.loads(call("claims", "show", "silver-h100-1.2kg", "--json").out)
    assert claim["id"] == "silver-h100-1.2kg"
    assert claim["points"][0]["citations"][0]["sha256"]
    assert claim["as_of"].count("-") == 2


def test_one_claim_is_shown_as_its_card_with_its_wordings(call):
    done = call("claims", "show", "silver-h100-1.2kg")
    assert "From the claim base" in done.out
    assert "Wordings" in done.out


def test_an_unknown_id_is_told_with_ids_that_are_near(call):
    done = call("claims", "show", "silver-h100")
    assert done.code == 1
    assert "silver-h100-1.2kg" in done.err
