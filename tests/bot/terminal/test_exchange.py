"""`touchstone claims export` and `import`: files out, a dry run in, and a question before anything is written."""

import json
import re

import pytest

from tests.bot.terminal.conftest import Outcome

FEED = json.dumps(
    {"@type": "ClaimReview", "claimReviewed": "Silver rises because of AI data centres", "url": "https://x.example"}
)


@pytest.fixture
def own_base(surroundings, tmp_path, templates):
    """A claim base that only this test changes."""
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", templates.copy("shipped", tmp_path / "own.db"))


@pytest.mark.parametrize(
    ("form", "beginning"), [("yaml", "pack:\n"), ("csv", "claim,row,number,"), ("claimreview", "[\n{")]
)
def test_the_export_goes_to_standard_output(call, form, beginning):
    done = call("claims", "export", "--format", form)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(beginning)


def test_the_export_goes_into_a_file_that_is_whole_and_alone(call, tmp_path):
    done = call("claims", "export", "--format", "csv", "--bom", "--out", "claims.csv")
    raw = (tmp_path / "claims.csv").read_bytes()
    assert (done.code, done.out) == (0, "")
    assert raw.startswith(b"\xef\xbb\xbfclaim,row")
    assert b"\r\n" in raw
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_that_is_not_there_is_told(call):
    done = call("claims", "export", "--out", "nowhere/claims.yaml")
    assert done.code == 2
    assert "cannot be written" in done.err


def test_the_view_of_a_server_can_be_exported(call):
    done = call("claims", "export", "--server", "1300000000000000001")
    assert (done.code, done.out) == (0, call("claims", "export", "--server", "1").out)


def test_the_fields_that_a_file_changes_are_named(call, tmp_path):
    call("claims", "export", "--out", "claims.yaml")
    text = (tmp_path / "claims.yaml").read_text("utf-8")
    (tmp_path / "claims.yaml").write_text(text.replace("kind: contested", "kind: outlook", 1), "utf-8")
    done = call("claims", "import", "claims.yaml")
    assert "Changed (1)" in done.out
    assert "Kind: disputed by the documents → forecast or opinion" in done.out


def test_somebody_at_a_terminal_sees_that_a_file_is_being_read(call, surroundings, tmp_path):
    (tmp_path / "mine.csv").write_bytes(call("claims", "export", "--format", "csv").out.encode())
    assert call("claims", "import", "mine.csv").err == ""
    surroundings.setenv("FORCE_COLOR", "1")
    assert "Reading" in call("claims", "import", "mine.csv").err


@pytest.mark.parametrize("form", ["yaml", "csv"])
def test_one_claim_goes_out_alone_is_corrected_and_comes_back(call, tmp_path, form):
    ids = [each["id"] for each in json.loads(call("claims", "list", "--json").out)]
    written = call("claims", "export", "silver-h100-1.2kg", "--format", form).out
    assert [each for each in ids if each in written] == ["silver-h100-1.2kg"]
    title = "An NVIDIA H100 server holds 1.2 kg of silver"
    assert title in written
    (tmp_path / f"one.{form}").write_text(written.replace(title, "An H100 server holds 1.2 kg of silver"), "utf-8")
    told = call("claims", "import", f"one.{form}").out
    assert "Changed (1)" in told
    assert "Refused" not in told
    # As a pack it would stand for all of its pack.
    if form == "yaml":
        assert call("packs", "add", "one.yaml").code == 1
    slip = call("claims", "export", "silver-h100")
    assert (slip.code, slip.out) == (1, "")
    assert "silver-h100-1.2kg" in slip.err


def test_an_unknown_format_is_refused(call):
    assert call("claims", "export", "--format", "xml").code == 2


def test_an_export_brought_back_changes_nothing(call):
    call("claims", "export", "--out", "claims.yaml")
    done = call("claims", "import", "claims.yaml")
    assert done.code == 0
    assert "claims are unchanged." in done.out
    assert "There is nothing to write." in done.out


@pytest.mark.usefixtures("own_base")
def test_what_becomes_of_documents_is_told(call, tmp_path):
    file = tmp_path / "claims.yaml"
    call("claims", "export", "--out", "claims.yaml")
    changed = re.sub(r"^  author: .*$", "  author: Jo Park", file.read_text("utf-8"), count=1, flags=re.MULTILINE)
    file.write_text(changed, "utf-8")
    told = call("claims", "import", "--yes", "claims.yaml").out
    assert "The document gate-economics stays as it is here" in told
    assert "→ Jo Park" in told
    assert "There is nothing to write." in told
    file.write_text(re.sub(r"^  version: (\d+)$", r"  version: \g<1>0", changed, flags=re.MULTILINE), "utf-8")
    told = call("claims", "import", "--yes", "claims.yaml").out
    assert "The document gate-economics changes:" in told
    assert "Jo Park" in call("documents", "list", "--json").out


@pytest.mark.usefixtures("own_base")
def test_without_a_yes_nothing_is_written(call, tmp_path):
    (tmp_path / "feed.json").write_text(FEED)
    for _ in range(2):
        done = call("claims", "import", "feed.json")
        assert done.code == 1
        assert "New, as drafts (1)" in done.out
        assert "may repeat silver-ai-drives-price" in done.out
        assert "Nothing was written." in done.out


@pytest.mark.usefixtures("own_base")
def test_with_a_yes_it_is_written_once(call, tmp_path):
    (tmp_path / "feed.json").write_text(FEED)
    assert "1 claim written, as revision" in call("claims", "import", "--yes", "feed.json").out
    assert "There is nothing to write." in call("claims", "import", "--yes", "feed.json").out


@pytest.mark.usefixtures("own_base")
@pytest.mark.parametrize(("answer", "told"), [(True, "1 claim written"), (False, "Nothing was written.")])
def test_somebody_at_the_terminal_is_asked(call, surroundings, tmp_path, answer, told):
    (tmp_path / "feed.json").write_text(FEED)
    asked = []
    surroundings.setattr("bot.terminal.console.typer.confirm", lambda text: asked.append(text) or answer)
    for room in ("console", "claims"):
        surroundings.setattr(f"bot.terminal.{room}.is_somebody_there", lambda: True)
    done = call("claims", "import", "feed.json")
    assert asked == ["Write this?"]
    assert told in done.out


@pytest.mark.usefixtures("own_base")
def test_an_import_that_nobody_can_be_asked_about_wants_a_yes_and_says_that_it_did_nothing(call, tmp_path):
    (tmp_path / "feed.json").write_text(FEED, "utf-8")
    done = call("claims", "import", "feed.json")
    assert done.code == 1
    assert "Nothing was written. Add --yes to write it." in done.out
    assert call("claims", "import", "feed.json", "--yes").code == 0
    again = call("claims", "import", "feed.json")
    assert again.code == 0
    assert "There is nothing to write." in again.out


def test_a_refused_claim_gives_line_field_and_mend_and_the_exit_code(call, tmp_path):
    call("claims", "export", "--out", "claims.yaml")
    text = (tmp_path / "claims.yaml").read_text("utf-8").replace("kind: contested", "kind: rumour", 1)
    (tmp_path / "claims.yaml").write_text(text, "utf-8")
    done: Outcome = call("claims", "import", "claims.yaml")
    line = 1 + text.splitlines().index("  kind: rumour")
    assert done.code == 1
    assert "Refused (1)" in done.out
    assert f"line {line}, claims[0].kind" in done.out


def test_a_file_that_is_no_text_is_refused_as_a_whole(call, tmp_path):
    (tmp_path / "claims.xlsx").write_bytes(b"PK\x03\x04")
    done = call("claims", "import", "claims.xlsx")
    assert done.code == 1
    assert "it is a spreadsheet. Save the sheet with the claims as CSV" in done.err


def test_the_dry_run_speaks_the_operators_language(call, surroundings, tmp_path):
    surroundings.setenv("LC_ALL", "zh_TW.UTF-8")
    (tmp_path / "feed.json").write_text(FEED)
    assert "新增（作為草稿）（1）" in call("claims", "import", "feed.json").out


@pytest.fixture
def sheet(call, tmp_path, own_base):  # noqa: ARG001
    """An export as a sheet, to be edited: returns how to change the nth row of a claim and write the sheet again."""
    call("claims", "export", "--format", "csv", "--out", "claims.csv")
    lines = (tmp_path / "claims.csv").read_text("utf-8").splitlines(keepends=True)

    def change(*edits: tuple[str, str]) -> None:
        text = "".join(lines)
        for old, new in edits:
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / "claims.csv").write_text(text, "utf-8", newline="")

    return change


EDIT = ("An NVIDIA H100 server holds 1.2 kg of silver", "An H100 server holds 1.2 kg of silver")
FAULT = ("silver-ai-drives-price,wording,2,", ",wording,2,")


def test_with_anything_refused_nothing_is_written_unless_a_part_is_asked_for(call, sheet):
    sheet(EDIT, FAULT)
    done = call("claims", "import", "claims.csv", "--yes")
    assert done.code == 1
    assert "Nothing was written: mend what is refused, or add --partial" in " ".join(done.out.split())
    assert "H100 server holds" in call("claims", "show", "silver-h100-1.2kg").out
    assert "An NVIDIA H100" in call("claims", "show", "silver-h100-1.2kg").out
    wordings = call("claims", "show", "silver-ai-drives-price", "--json").out
    done = call("claims", "import", "claims.csv", "--yes", "--partial")
    assert (done.code, "1 claim written" in done.out) == (1, True)
    assert call("claims", "show", "silver-ai-drives-price", "--json").out == wordings


@pytest.fixture
def conflict(call, sheet):
    """A claim that was changed here since it was exported, and in the sheet too."""
    sheet()
    call("claims", "withdraw", "silver-h100-1.2kg")
    sheet(EDIT)


@pytest.mark.usefixtures("conflict")
def test_a_conflict_is_an_exit_code_with_the_mend(call):
    done = call("claims", "import", "claims.csv", "--yes")
    assert done.code == 3
    assert "Conflicting" in done.out
    assert "--theirs" in done.out
    assert "--ours" in done.out


@pytest.mark.usefixtures("conflict")
@pytest.mark.parametrize(("choice", "title"), [("--theirs", "An H100 server"), ("--ours", "An NVIDIA H100 server")])
def test_a_conflict_is_settled_for_the_file_or_for_the_base(call, choice, title):
    assert call("claims", "import", "claims.csv", "--yes", choice).code == 0
    assert json.loads(call("claims", "show", "silver-h100-1.2kg", "--json").out)["title_en"].startswith(title)


@pytest.mark.usefixtures("own_base")
def test_our_own_reviews_come_back_unchanged(call):
    call("claims", "export", "--format", "claimreview", "--url", "https://x.example/{id}", "--out", "reviews.json")
    done = call("claims", "import", "reviews.json", "--yes")
    assert done.code == 0
    assert "50 claims are unchanged." in done.out
    assert "There is nothing to write." in done.out


def test_an_address_that_is_none_is_refused(call):
    assert call("claims", "export", "--format", "claimreview", "--url", "x.example").code == 2


@pytest.mark.usefixtures("own_base")
def test_standard_input_is_read_and_standard_output_written(call):
    done = call("claims", "export", "--out", "-")
    assert done.out.startswith("pack:")
    assert "claims are unchanged" in call("claims", "import", "-", typed=done.out.encode()).out


@pytest.mark.usefixtures("own_base")
def test_a_sheet_that_was_saved_in_china_is_read_and_the_dry_run_says_how(call):
    sheet = call("claims", "export", "--format", "csv").out
    assert "Read as" not in call("claims", "import", "-", typed=sheet.encode()).out
    told = call("claims", "import", "-", typed=sheet.encode("gb18030")).out
    assert "Read as GBK: it is not in UTF-8." in told
    assert "50 claims are unchanged." in told


@pytest.mark.usefixtures("own_base")
def test_a_doubtful_date_is_told_in_the_dry_run(call, tmp_path):
    (tmp_path / "feed.json").write_text(FEED)
    assert "it has no date" in call("claims", "import", "feed.json").out
