"""`touchstone trends`: a table, a picture, a sheet."""

import pytest

from checks.model import Finding, Match
from claims.answering.traces import SightingBook
from claims.base import ClaimBase


@pytest.fixture
def seen(base_address, call):
    """One message that stated a claim."""
    call("claims", "list")
    with ClaimBase.open(base_address) as base:
        finding = Finding("", "en", "reply", (Match("silver-h100-1.2kg", 0.9, "asserts", ""),))
        SightingBook(base, b"key").record(1, 1, 1, 1, finding, "reply")


@pytest.mark.usefixtures("seen")
def test_without_a_file_a_table_is_shown(call):
    done = call("trends", "--days", "7")
    assert done.code == 0
    assert "silver-h100-1.2kg" in done.out
    assert "stated" in done.out


@pytest.mark.usefixtures("seen")
def test_picture_and_sheet_go_to_files(call, tmp_path):
    done = call("trends", "--days", "7", "--out", "trends.png", "--csv", "trends.csv")
    assert done.code == 0
    assert (tmp_path / "trends.png").read_bytes().startswith(b"\x89PNG")
    assert "silver-h100-1.2kg" in (tmp_path / "trends.csv").read_text("utf-8-sig")


@pytest.mark.usefixtures("seen")
def test_a_dash_is_standard_output(call, tmp_path):
    done = call("trends", "--csv", "-")
    assert done.code == 0
    assert done.out.lstrip("\ufeff").startswith("day,claim,title")
    assert "Written" not in done.out
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("seen")
def test_the_picture_is_light_or_dark(call, tmp_path):
    call("trends", "--out", "light.png")
    call("trends", "--dark", "--out", "dark.png")
    assert (tmp_path / "light.png").read_bytes() != (tmp_path / "dark.png").read_bytes()


def test_a_file_that_cannot_be_written_is_told(call):
    done = call("trends", "--out", "no/trends.png")
    assert done.code == 2
    assert "cannot be written" in " ".join(done.err.split())


def test_more_days_than_a_year_are_refused(call):
    assert call("trends", "--days", "1000").code == 2


@pytest.mark.usefixtures("seen")
def test_a_sheet_on_standard_output_is_a_sheet_and_nothing_else(call, tmp_path):
    alone = call("trends", "--csv", "-").out
    done = call("trends", "--csv", "-", "--out", "trends.png")
    assert done.out == alone
    assert "Written: trends.png" in done.err
    assert (tmp_path / "trends.png").is_file()


def test_picture_and_sheet_do_not_go_to_standard_output_together(call):
    done = call("trends", "--csv", "-", "--out", "-")
    assert (done.code, done.out) == (2, "")
    assert "Name a file for the other." in done.err


@pytest.mark.usefixtures("seen")
def test_one_file_is_not_asked_to_be_both(call, tmp_path):
    done = call("trends", "--out", "trends.png", "--csv", str(tmp_path / "trends.png"))
    assert done.code == 2
    assert "One file cannot be picture and sheet." in " ".join(done.err.replace("│", " ").split())
    assert not (tmp_path / "trends.png").exists()
