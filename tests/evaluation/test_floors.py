"""The floors below which the checks must not fall, on labelled messages that the project owns."""

import tomllib
from pathlib import Path

import pytest

from checks.checker import Checker
from checks.evaluate.messages import judge_messages
from checks.evaluate.rows import read_labelled
from claims.base import ClaimBase

HERE = Path(__file__).parent
FLOORS = tomllib.loads((HERE / "floors.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    base = ClaimBase.open(f"sqlite:///{tmp_path_factory.mktemp('floors') / 'base.db'}")
    base.load_shipped_packs()
    checker = Checker(claim.known for claim in base.claims())
    base.close()
    return judge_messages(checker.check, read_labelled(HERE / "messages.jsonl")).figures


@pytest.mark.parametrize(("name", "floor"), FLOORS["at_least"].items())
def test_reaches(figures, name, floor):
    assert figures[name] >= floor


@pytest.mark.parametrize(("name", "ceiling"), FLOORS["at_most"].items())
def test_stays_below(figures, name, ceiling):
    assert figures[name] <= ceiling
