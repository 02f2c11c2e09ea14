"""Which files a word of the command reads."""

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
