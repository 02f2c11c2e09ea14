"""`touchstone claims publish`, `withdraw`, `history`, `undo`: what an import made is looked at, let out, taken back."""

import json
from pathlib import Path

import pytest

from claims.base import ClaimBase
from claims.exchange.sheet import COLUMNS
from claims.moderation.server_setup import ServerSetup
from tests.claims.people import administrator

PACKS = Path(__file__).parents[2] / "packs"
SHEET = (
    ",".join(COLUMNS)
    + """
plums,claim,,Plums sing at night,,contested,draft,2026-01-23,,,,,,,,,,,,,,,,
plums,wording,,plums sing every night,,,,,,,,,,,,,,,,,,,,
plums,point,,Nobody has heard one.,,,,,,refutes,,,2026-01-23,,,,,,,,,,,
"""
)


@pytest.fixture(autouse=True)
def own_base(surroundings, tmp_path, templates):
    """A claim base that only this test changes."""
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", templates.copy("shipped", tmp_path / "own.db"))


@pytest.fixture
def imported(call, tmp_path):
    """The revision of an import of one draft, whose point cites nothing."""
    (tmp_path / "plums.csv").write_text(SHEET, "utf-8")
    done = call("claims", "import", "plums.csv", "--yes")
    assert done.code == 0
    return done.out.rpartition("claims undo ")[2].split()[0]


def test_a_draft_is_listed_and_shown(call, imported):  # noqa: ARG001
    assert call("claims", "list", "--status", "draft").out.split()[:3] == ["plums", "1", "1"]
    assert "plums" not in call("claims", "list").out.split()
    done = call("claims", "show", "plums")
    assert "plums: draft" in done.out
    assert "Nobody has heard one." in done.out


def test_a_draft_that_lacks_a_source_is_not_published_and_says_why(call, imported):
    done = call("claims", "publish", "--revision", imported)
    assert done.code == 1
    assert "plums, Sources: Point 1 cites nothing. Name its source." in done.err


def test_a_claim_that_is_published_or_withdrawn_already_is_told_so(call, surroundings):
    both = ("silver-h100-1.2kg", "silver-ai-drives-price")
    assert "The claim is published already" in call("claims", "publish", both[0]).out
    assert "All 2 claims are published already" in call("claims", "publish", *both, both[0]).out
    assert call("claims", "withdraw", both[0]).code == 0
    assert "The claim is withdrawn already" in call("claims", "withdraw", both[0]).out
    surroundings.setenv("LANG", "zh_TW.UTF-8")
    assert "已經發布" in call("claims", "publish", both[1]).out


def test_a_revision_of_a_document_names_it_and_counts_no_claims(call, tmp_path):
    (tmp_path / "plums.txt").write_text("Plums do not sing, and nobody has heard one.", "utf-8")
    assert call("documents", "add", "plums.txt", "--title", "On plums", "--publisher", "me").code == 0
    line = call("claims", "history", "--most", "1").out
    assert "on-plums" in line
    assert "0 claims" not in line


def test_a_revision_that_wrote_no_claim_has_none_to_publish(call):
    assert call("packs", "remove", "ai-economy").code == 0
    revision = json.loads(call("claims", "history", "--json", "--most", "1").out)[0]["revision"]
    assert "This revision has written no claim." in call("claims", "publish", "--revision", str(revision)).out


def test_claims_are_withdrawn_and_published_all_or_none(call):
    ids = ["silver-h100-1.2kg", "silver-ai-drives-price"]
    assert "2 claims withdrawn" in call("claims", "withdraw", *ids).out
    assert not set(ids) & set(call("claims", "list").out.split())
    assert call("claims", "publish", *ids, "nothing").code == 1
    assert not set(ids) & set(call("claims", "list").out.split())
    assert "2 claims published" in call("claims", "publish", *ids, "--reason", "checked again").out
    assert set(ids) <= set(call("claims", "list").out.split())
    assert call("claims", "publish").code == 2


def test_an_id_with_a_slip_is_told_with_the_one_that_was_meant(call, imported):  # noqa: ARG001
    told = call("claims", "publish", "plumz")
    assert told.code == 1
    assert "Did you mean plums?" in told.err
    assert "touchstone claims site" not in told.err


def test_who_undoes_the_load_of_a_shipped_pack_is_told_that_it_comes_back(call):
    assert "ai-economy comes back at the next start. To leave it out: touchstone packs remove ai-economy" in (
        call("claims", "undo", "1", "--yes").out
    )


def test_who_undoes_the_load_of_a_pack_is_told_whose_texts_go_with_it(call):
    call("packs", "add", str(PACKS / "harbour.yaml"))
    number = json.loads(call("claims", "history", "--most", "1", "--json").out)[0]["revision"]
    told = "The texts of these documents go with it"
    assert call("documents", "load", str(PACKS / "harbour.txt")).code == 0
    refused = call("claims", "undo", str(number + 1), "--yes")
    assert "it goes with its document" in refused.err
    done = call("claims", "undo", str(number), "--yes")
    assert f"{told}, and come back only from their files: harbour-yearbook" in done.out
    assert "is undone" in done.out
    call("packs", "add", str(PACKS / "harbour.yaml"))
    again = json.loads(call("claims", "history", "--most", "1", "--json").out)[0]["revision"]
    assert told not in call("claims", "undo", str(again), "--yes").out


def test_who_is_asked_about_the_load_of_a_pack_is_told_that_the_pack_goes(call, imported):
    call("packs", "add", str(PACKS / "harbour.yaml"))
    number = json.loads(call("claims", "history", "--most", "1", "--json").out)[0]["revision"]
    told = "The pack harbour goes, with all its claims and documents."
    assert (
        f"{told} To keep and leave it out: touchstone packs remove harbour" in call("claims", "undo", str(number)).out
    )
    assert "The pack" not in call("claims", "undo", imported).out


def test_an_import_is_undone_and_the_undo_too(call, imported):
    done = call("claims", "undo", imported, "--yes")
    assert f"Revision {imported} is undone" in done.out
    assert call("claims", "show", "plums").code == 1
    call("claims", "undo", str(int(imported) + 1), "--yes")
    assert call("claims", "show", "plums").code == 0
    assert call("claims", "undo", "999", "--yes").code == 1


def test_an_undo_that_nobody_can_be_asked_about_wants_a_yes_and_says_that_it_did_nothing(call, imported):
    done = call("claims", "undo", imported)
    assert done.code == 1
    assert "Nothing was written. Add --yes to write it." in done.out
    assert call("claims", "show", "plums").code == 0


def test_a_question_stands_beside_what_goes_into_a_pipe(call, surroundings, imported):
    surroundings.setattr("bot.terminal.console.is_somebody_there", lambda: True)
    done = call("claims", "undo", imported, typed=b"y\n")
    assert "Take this back? [y/N]:" in done.err
    assert "Take this back?" not in done.out
    assert "is undone" in done.out


def test_the_history_names_revisions_and_of_one_claim_the_fields(call, imported):
    first = call("claims", "history").out.splitlines()[0]
    assert first.split()[0] == imported
    assert "plums.csv" in first
    assert "Plums sing at night" in call("claims", "history", "plums").out
    [entry] = json.loads(call("claims", "history", "plums", "--json").out)
    assert (entry["revision"], entry["act"], entry["changes"]) == (
        int(imported),
        "claim.import",
        [{"kind": kind, "subject": "plums"} for kind in ("claim", "claim origin")],
    )
    assert call("claims", "history", "nothing").code == 1


def test_a_server_has_its_own(call):
    done = call("claims", "withdraw", "silver-h100-1.2kg", "--server", "77")
    assert done.code == 0
    assert "silver-h100-1.2kg: withdrawn" in call("claims", "show", "silver-h100-1.2kg", "--server", "77").out
    assert "withdrawn" not in call("claims", "show", "silver-h100-1.2kg").out
    number = done.out.rpartition("claims undo ")[2].split()[0]
    assert call("claims", "undo", number, "--yes").code == 1
    assert call("claims", "undo", number, "--server", "77", "--yes").code == 0
    assert "silver-h100-1.2kg" in call("claims", "list", "--server", "77").out


@pytest.mark.parametrize("command", [("claims", "site", "site"), ("claims", "publish", "./site")])
def test_the_site_is_written_into_a_folder_and_again_only_where_it_has_changed(call, tmp_path, command):
    done = call(*command)
    assert done.code == 0
    assert "157 files written, 0 unchanged, 0 removed." in done.out
    assert (tmp_path / "site" / "en" / "claims" / "silver-h100-1.2kg.html").is_file()
    assert "0 files written, 157 unchanged, 0 removed." in call(*command).out


def test_a_folder_that_could_be_an_id_is_told_apart_and_the_way_to_write_there_is_said(call, tmp_path):
    done = call("claims", "publish", "site")
    assert done.code == 1
    assert "touchstone claims site site" in done.err
    assert not (tmp_path / "site").exists()


def test_the_site_says_who_publishes_it_and_where(call, tmp_path, surroundings):
    call("claims", "site", "site", "--publisher", "Plum <Weekly>", "--url", "https://plums.example/claims/")
    page = (tmp_path / "site" / "en" / "index.html").read_text("utf-8")
    assert "Published by Plum &lt;Weekly&gt;, with Touchstone." in page
    assert 'href="https://plums.example/claims/en/index.html"' in page
    assert call("claims", "site", "site", "--url", "ftp://plums.example").code == 1
    surroundings.setenv("TOUCHSTONE_PUBLIC_URL", "https://pears.example")
    call("claims", "site", "site")
    assert "https://pears.example/en/index.html" in (tmp_path / "site" / "en" / "index.html").read_text("utf-8")


def test_a_folder_of_somebody_elses_is_left_alone(call, tmp_path):
    (tmp_path / "index.html").write_text("mine")
    done = call("claims", "site", ".")
    assert done.code == 1
    assert "such as index.html" in done.err
    assert (tmp_path / "index.html").read_text() == "mine"


def test_what_came_later_is_named_where_it_stands_in_the_way_of_an_undo(call, imported):
    call("claims", "withdraw", "plums")
    done = call("claims", "undo", imported, "--yes")
    assert done.code == 1
    assert "plums was changed meanwhile. The two versions differ in: Kind," in done.err
    assert "Undo first what came later: touchstone claims history plums" in done.err


def test_the_way_to_the_history_names_no_claim_where_the_change_was_none(call, tmp_path):
    with ClaimBase.open(f"sqlite:///{tmp_path / 'own.db'}") as base:
        setup = ServerSetup(base)
        setup.change(administrator(77), cooldown_hours=1)
        first = base.revision
        setup.change(administrator(77), cooldown_hours=2)
    done = call("claims", "undo", str(first), "--server", "77", "--yes")
    assert done.code == 1
    assert "Undo first what came later: touchstone claims history --server 77" in " ".join(done.err.split())


def test_a_claim_that_is_gone_still_has_its_history(call, imported):
    call("claims", "undo", imported, "--yes")
    assert call("claims", "show", "plums").code == 1
    assert imported in call("claims", "history", "plums").out.split()


@pytest.mark.usefixtures("imported")
def test_the_history_names_acts_and_actors_in_the_readers_language(call, surroundings):
    assert "Claims imported · the operator · 1 claim · plums.csv" in call("claims", "history").out
    surroundings.setenv("LANG", "zh_TW.UTF-8")
    assert "匯入說法 · 營運者 · 1個說法 · plums.csv" in call("claims", "history").out


def test_an_address_of_the_site_that_is_none_is_laid_to_the_option(call, tmp_path):
    done = call("claims", "site", "site", "--url", "ftp://plums.example")
    assert done.code == 1
    assert "--url: ftp://plums.example is no address of a site." in done.err
    assert "TOUCHSTONE_PUBLIC_URL" not in done.err
    assert not (tmp_path / "site").exists()
