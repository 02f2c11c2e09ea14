"""Which files a word of the command reads."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from bot.terminal import app
from bot.terminal.app import PARTS, build_app


def words(command: typer.Typer) -> set[str]:
    return set(typer.main.get_command(command).commands)


def test_the_table_names_the_words_of_each_part():
    alone = {part: words(build_app(known[0])) - {"run", "completion"} for part, known in PARTS.items()}
    assert alone == {part: set(known) for part, known in PARTS.items()}


@pytest.mark.parametrize("asked", ["", "--help", "chek", "cla"])
def test_whoever_names_no_word_of_it_is_shown_all(asked):
    assert words(build_app(asked)) == {"run", "completion"}.union(*PARTS.values())


def test_a_misspelt_word_is_told_what_was_meant(capsys):
    with pytest.raises(SystemExit):
        app.main(["evaluat"])
    assert "evaluate" in capsys.readouterr().err


# Large libraries and rooms that a check does without: whoever adds one to its way adds to every start.
SPARED = {
    "alembic",
    "babel.messages",
    "discord",
    "httpx",
    "jsonschema",
    "numpy.ma",
    "sqlalchemy.dialects.postgresql",
} | {
    "bot.explain",
    "claims.moderation",
}
OPENING = """
import sys
from bot.terminal import check
from bot.service import Touchstone
from config.settings import load_settings
Touchstone.open(load_settings()).close()
print(*sys.modules)
"""


def test_a_known_base_is_opened_without_what_only_changes_need(base_address):
    environment = os.environ | {"TOUCHSTONE_DATABASE_URL": base_address, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run([sys.executable, "-c", OPENING], env=environment, capture_output=True, text=True, check=True)
    assert SPARED.isdisjoint(done.stdout.split())
