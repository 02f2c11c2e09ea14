"""The floors below which the checks must not fall, on labelled messages that the project owns."""

import tomllib
from pathlib import Path

import pytest

from checks.checker import Checker
from checks.evaluation import judge_findings
from checks.evaluation_files import read_labelled
from claims.base import ClaimBase

HERE = Path(__file__).parent
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("evaluation")]
FLOORS = tomllib.loads((HERE / "floors.toml").read_text("utf-8"))


def bounds(kind: str) -> list[tuple[str, str, float]]:
    return [(rows, name, bound) for rows, floors in FLOORS.items() for name, bound in floors[kind].items()]


@pytest.fixture(scope="module")
def figures(tmp_path_factory, templates):
    base = ClaimBase.open(templates.copy("shipped", tmp_path_factory.mktemp("floors") / "base.db"))
    checker = Checker(claim.known for claim in base.claims())
    base.close()
    found = {name: [(row, checker.check(row.text)) for row in read_labelled(HERE / f"{name}.jsonl")] for name in FLOORS}
    return {name: judge_findings(judged).figures for name, judged in found.items()}


@pytest.mark.parametrize(("rows", "name", "floor"), bounds("at_least"))
def test_reaches(figures, rows, name, floor):
    assert figures[rows][name] >= floor


@pytest.mark.parametrize(("rows", "name", "ceiling"), bounds("at_most"))
def test_stays_below(figures, rows, name, ceiling):
    assert figures[rows][name] <= ceiling
