"""`touchstone claims`: what the base holds, for people and for programs."""

import json
import re
from pathlib import Path

import pytest
from rich.cells import cell_len

PACKS = Path(__file__).parents[2] / "packs"


def test_the_list_is_one_array_of_all_claims_with_counts(call):
    claims = json.loads(call("claims", "list", "--json").out)
    assert len(claims) >= 50
    for claim in claims:
        assert set(claim) == {"id", "kind", "title", "wordings", "points", "citations"}
        assert set(claim["title"]) == {"en", "zh"}
        assert claim["kind"] in {"contested", "context", "outlook"}
        assert min(claim["wordings"], claim["points"], claim["citations"]) >= 1


@pytest.mark.parametrize("columns", ["80", "40", "200"])
def test_the_list_has_a_line_for_each_claim_with_its_whole_id_and_the_counts_of_the_json(call, surroundings, columns):
    surroundings.setenv("COLUMNS", columns)
    claims = json.loads(call("claims", "list", "--json").out)
    done = call("claims", "list")
    rows = [line.split()[:3] for line in done.out.splitlines()]
    assert rows == [[claim["id"], str(claim["wordings"]), str(claim["points"])] for claim in claims]
    assert f"{len(claims)} claims" in done.err


def test_on_a_terminal_the_titles_are_cut_and_the_ids_are_not(call, surroundings):
    surroundings.setenv("COLUMNS", "80")
    surroundings.setenv("FORCE_COLOR", "1")
    claims = json.loads(call("claims", "list", "--json").out)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", call("claims", "list").out).splitlines()
    assert [line.split()[0] for line in lines[1:-1]] == [claim["id"] for claim in claims]
    assert max(map(cell_len, lines)) <= 80
    assert lines[-1] == f"{len(claims)} claims"


def test_one_claim_is_shown_with_everything_that_is_known_of_it(call):
    claim = json.loads(call("claims", "show", "silver-h100-1.2kg", "--json").out)
    assert claim["id"] == "silver-h100-1.2kg"
    assert claim["points"][0]["citations"][0]["sha256"]
    assert claim["as_of"].count("-") == 2


def test_one_claim_is_shown_as_its_card_with_its_wordings(call):
    done = call("claims", "show", "silver-h100-1.2kg")
    assert "From the claim base" in done.out
    assert "Wordings" in done.out


def test_on_a_terminal_the_wordings_do_not_push_the_card_out_of_sight(call, surroundings):
    claim = json.loads(call("claims", "show", "silver-h100-1.2kg", "--json").out)
    texts = {wording["text"] for wording in claim["wordings"]}
    piped = call("claims", "show", "silver-h100-1.2kg").out
    assert all(text in piped for text in texts)
    surroundings.setenv("FORCE_COLOR", "1")
    surroundings.setenv("COLUMNS", "200")
    shown = call("claims", "show", "silver-h100-1.2kg").out
    says = [each for each in claim["wordings"] if not (each["negative"] or each["denies"])]
    assert f"{len(says) - 8} more: --all shows them." in shown
    assert len(shown.splitlines()) < 60
    everything = call("claims", "show", "silver-h100-1.2kg", "--all").out
    assert all(text in everything for text in texts)


def test_an_unknown_id_is_told_with_ids_that_are_near(call):
    done = call("claims", "show", "silver-h100")
    assert done.code == 1
    assert "silver-h100-1.2kg" in done.err


def test_the_cited_words_of_a_loaded_document_are_shown_with_the_claim(call, surroundings, tmp_path, templates):
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", templates.copy("harbour", tmp_path / "a.db"))
    heading = "The words that are cited"
    assert heading not in call("claims", "show", "crane-built-1920").out
    call("documents", "load", str(PACKS / "harbour.txt"))
    shown = call("claims", "show", "crane-built-1920").out
    text = " ".join((PACKS / "harbour.txt").read_text("utf-8").split())
    cited = [line.partition("] ")[2] for line in shown.partition(heading)[2].splitlines() if line.startswith("  [")]
    assert cited
    assert all(words in text for words in cited)
