"""The bot leans on what was read in discord.py's source, and the tests on simcord's: both are pinned together."""

import tomllib
from importlib import metadata
from pathlib import Path

import pytest

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))


@pytest.mark.parametrize("name", ["discord.py", "simcord"])
def test_the_installed_version_is_the_pinned_one(name):
    stated = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    (pin,) = [line for line in stated if line.split("[")[0].split("==")[0] == name]
    assert pin.split("==")[1] == metadata.version(name)
