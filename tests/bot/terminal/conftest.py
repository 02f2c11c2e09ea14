"""The command, called as a person calls it, on a claim base that is made once."""

import io
import sys
from dataclasses import dataclass

import pytest

from bot.terminal.app import main


@dataclass(frozen=True)
class Outcome:
    """What a call left behind."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def base_address(tmp_path_factory, templates):
    """The address of a claim base with the shipped packs, in a folder of its own."""
    return templates.copy("shipped", tmp_path_factory.mktemp("base") / "touchstone.db")


@pytest.fixture
def surroundings(monkeypatch, tmp_path, base_address):
    """An empty folder, an English terminal, and no settings but the claim base."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "TOUCHSTONE_DISCORD_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TOUCHSTONE_DATABASE_URL", base_address)
    return monkeypatch


@pytest.fixture
def call(surroundings, capsys):
    """Call `touchstone` with arguments and standard input."""

    def run(*arguments: str, typed: bytes = b"") -> Outcome:
        surroundings.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), "utf-8"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(list(arguments))
        printed = capsys.readouterr()
        return Outcome(left.value.code or 0, printed.out, printed.err)

    return run
