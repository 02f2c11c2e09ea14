"""The documents for whoever carries this on name what is there, and their recipes lead where they say."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from bot.explain import _OBJECTIONS, _STANCES
from bot.texts import read_catalogue
from checks.model import Stance
from claims.exchange.formats import FORMATS, SUFFIXES
from config.languages import SHOWN, content_language

ROOT = Path(__file__).parents[1]
ARCHITECTURE = ROOT / "docs" / "architecture.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
THREATS = ROOT / "docs" / "threats.md"
PAGES = (ARCHITECTURE, CONTRIBUTING, THREATS, *DECISIONS)
FOLDERS = ("bot", "checks", "claims", "config", "docs", "tests")

_CODE = re.compile(r"`([^`\n]+)`")
# `Name`, `other` in `some/file.py`: what a page says to stand in a file.
_PLACED = re.compile(r"((?:`\w+`,? (?:and )?)+)in\s`([\w/]+\.py)`")
_HEADED = re.compile(r"`([\w/]+\.py)` \(((?:`\w+`(?:, )?)+)\)")
_LINK = re.compile(r"\]\(([^)#\s]*)(?:#([\w-]+))?\)")
# What the author does with a claim is said in words of its own, whatever the guard of that name says.
_SAID_AS_STANCE = {"stance", "mention"}


def text_of(page: Path) -> str:
    """Return a page with each paragraph in one line: names do not end where lines do."""
    return re.sub(r"(?<=\S)\n +(?=\S)|(?<=[^\n|])\n(?=[^\n|#\-\d])", " ", page.read_text("utf-8"))


def label(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def paths_in(page: Path) -> Iterator[str]:
    """Yield the paths of this repository that a page names."""
    for written in _CODE.findall(text_of(page)):
        if written.split("/")[0] in FOLDERS and "/" in written and re.fullmatch(r"[\w./-]+", written):
            yield written


def placed_in(page: Path) -> set[tuple[str, str]]:
    """Return the names that a page says to stand in a file, each with that file."""
    text = text_of(page)
    found = [*_PLACED.findall(text), *((names, file) for file, names in _HEADED.findall(text))]
    return {(name, file) for names, file in found for name in _CODE.findall(names)}


@cache
def names_in(file: Path) -> frozenset[str]:
    """Return all that a file defines: classes, functions, methods, fields and values."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return frozenset(found)


def anchors_in(page: Path) -> set[str]:
    """Return what links into a page may name: its headings, as forges write them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def recipes() -> dict[str, tuple[list[str], list[str]]]:
    """Return each recipe with what it says to follow, and the files of its steps."""
    _, *parts = re.split(r"^### ", CONTRIBUTING.read_text("utf-8").partition("## Recipes")[2], flags=re.MULTILINE)
    found: dict[str, tuple[list[str], list[str]]] = {}
    for part in parts:
        title, _, body = part.partition("\n")
        follow = re.search(r"Follow: (.+)", body)
        assert follow, f"{title}: the recipe names no example"
        found[title] = (_CODE.findall(follow[1]), re.findall(r"^\d+\. `([^`]+)`", body, re.MULTILINE))
    return found


def letters(text: str) -> str:
    """Return a text without what differs between a tag, a file's name and a wrapped line."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


RECIPES = recipes()
STEPS = [(title, file) for title, (_, files) in RECIPES.items() for file in files]


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_every_path_that_a_page_names_is_there(page):
    assert [path for path in paths_in(page) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_what_a_page_says_to_stand_in_a_file_stands_there(page):
    there = [(name, ROOT / file) for name, file in placed_in(page) if (ROOT / file).exists()]
    assert [f"{name} in {label(file)}" for name, file in there if name not in names_in(file)] == []


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_links_lead_somewhere(page):
    for target, anchor in _LINK.findall(page.read_text("utf-8")):
        if not target.startswith("http"):
            file = (page.parent / target).resolve() if target else page
            assert file.exists(), target
            assert not anchor or anchor in anchors_in(file), anchor


# How many files each way enters at most, so that none of them grows unnoticed.
LONGEST = {"chat message": 50, "saved form": 48, "import of YAML": 17, "small talk": 15}


@pytest.mark.slow
def test_the_ways_name_every_file_that_is_entered_on_them():
    command = [sys.executable, "-m", "tests.journeys", "--files"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    entered = set(re.findall(r"^ +([\w/]+\.py)$", shown, re.MULTILINE))
    assert entered
    assert entered - set(paths_in(ARCHITECTURE)) == set()
    counts = dict(re.findall(r"^([\w ]+)\b.*, (\d+) files:$", shown, re.MULTILINE))
    assert counts.keys() == LONGEST.keys()
    assert {name: int(count) for name, count in counts.items() if int(count) > LONGEST[name]} == {}


def test_every_threat_names_tests_that_are_there():
    rows = [row for row in THREATS.read_text("utf-8").splitlines() if row.startswith("| ")]
    rows = [row for row in rows if not row.endswith("| test |")]
    assert len(rows) > 30
    named = {row: re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row.rpartition(" | ")[2]) for row in rows}
    assert [row for row, tests in named.items() if not tests] == []
    tests = {test for found in named.values() for test in found}
    assert [test for test in sorted(tests) if test[1] not in names_in(ROOT / test[0])] == []


def test_the_pages_are_read_at_all():
    assert {page for page in (ARCHITECTURE, CONTRIBUTING) if not [*paths_in(page)] or not placed_in(page)} == set()


def test_the_glossary_is_in_order_and_says_each_word_once():
    table = ARCHITECTURE.read_text("utf-8").partition("## Glossary")[2].partition("\n## ")[0]
    words = re.findall(r"^\| ([a-z -]+) \|", table, re.MULTILINE)[1:]
    assert words == sorted(set(words))


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_has_steps_and_an_example(title):
    follow, files = RECIPES[title]
    assert follow
    assert files


@pytest.mark.parametrize(("title", "file"), STEPS)
def test_the_example_of_a_recipe_has_gone_through_each_of_its_steps(title, file):
    follow, _ = RECIPES[title]
    assert (ROOT / file).is_file()
    read = letters(file + (ROOT / file).read_text("utf-8"))
    assert any(letters(mark) in read for mark in follow)


def test_every_guard_has_a_sentence_for_people():
    calls = (node for path in (ROOT / "checks").rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    guards = {
        call.args[0].value
        for call in calls
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "Guard"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }
    assert "negative" in guards
    assert guards - _SAID_AS_STANCE - _OBJECTIONS.keys() == set()


def test_every_stance_has_a_sentence_for_people():
    assert set(get_args(Stance)) - _STANCES.keys() == set()


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_offered_wherever_the_recipe_says(name):
    assert name in SUFFIXES
    importing = (ROOT / "claims" / "exchange" / "importing.py").read_text("utf-8")
    # Its reader and its writer.
    assert importing.count(f'case "{name}":') == 2
    for file in ("terminal/claims", "discord/exchange"):
        assert f'"{name}"' in (ROOT / "bot" / f"{file}.py").read_text("utf-8")


@pytest.mark.parametrize("language", [each for each in SHOWN if each != "en"])
def test_every_language_has_gone_through_each_step_of_the_recipe(language):
    assert [*read_catalogue(language)]
    _, files = RECIPES["A language"]
    folder = ROOT / "config" / "lexicon" / content_language(language)
    assert [file for file in files if "/lexicon/" in file and not (folder / Path(file).name).is_file()] == []


def test_decisions_are_numbered_without_a_gap():
    assert [page.name[:4] for page in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("page", DECISIONS, ids=label)
def test_a_decision_is_one_page_with_its_sections_and_stands_in_the_list(page):
    text = page.read_text("utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert text.startswith(f"# {int(page.name[:4])}. ")
    assert len(text.splitlines()) <= 60
    assert f"(decisions/{page.name})" in ARCHITECTURE.read_text("utf-8")


def test_the_targets_of_make_that_are_named_are_there():
    made = (ROOT / "Makefile").read_text("utf-8")
    named = set(re.findall(r"`make ([\w-]+)`", CONTRIBUTING.read_text("utf-8")))
    assert named
    assert [target for target in sorted(named) if not re.search(rf"^{target}:", made, re.MULTILINE)] == []
