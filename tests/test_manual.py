"""The manual page and the site of the documents say what the commands and the Markdown say."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from docs.site import MANUAL, ROOT, build, manual, pages, roff


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    list(build(folder))
    return folder


def test_the_manual_page_is_that_of_the_commands():
    assert MANUAL.read_text("utf-8") == manual(), "run make manual"


def test_no_line_of_the_manual_is_taken_for_a_request():
    assert roff(".TH a-b `c`\\d") == "\\&.TH a\\-b c\\ed"


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_the_manual_page_is_drawn_without_a_complaint():
    drawn = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-P-cbou", MANUAL], capture_output=True, check=True)
    assert drawn.stderr == b""
    assert b"touchstone check" in drawn.stdout


def test_every_page_is_in_the_site_and_every_link_leads_somewhere(site):
    assert len(list(site.glob("*.html"))) == len(pages()) > 10
    for file in site.glob("*.html"):
        text = file.read_text("utf-8")
        for address in re.findall(r'(?:href|src|srcset)="([^"]+)"', text):
            path, _, anchor = address.partition("#")
            if re.match(r"[a-z]+:", address):
                continue
            assert (site / path).is_file() or not path, f"{file.name} leads to {address}"
            target = (site / path if path else file).read_text("utf-8", "replace")
            assert not anchor or f'id="{anchor}"' in target, f"{file.name} leads to {address}"


def test_to_read_the_site_no_network_is_needed(site):
    for file in site.glob("*.html"):
        text = file.read_text("utf-8")
        assert "<script" not in text
        assert not re.findall(r'\b(?:src|srcset)="https?:|<link|@import|url\(', text)


def test_tables_and_code_come_through(site):
    upgrading = (site / "upgrading.html").read_text("utf-8")
    assert "<pre><code" in upgrading
    assert '<div class="table"><table>' in (site / "privacy.html").read_text("utf-8")
    assert (ROOT / "docs" / "privacy.md").read_text("utf-8").splitlines()[0].removeprefix("# ") in upgrading
