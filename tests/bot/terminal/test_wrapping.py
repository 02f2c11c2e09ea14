"""Lines in the terminal: Chinese breaks after any character, but not before a closing mark."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from bot.terminal.console import Terminal, breaks


def lines(text: str, width: int) -> list[str]:
    cuts = [0, *breaks(text, width), len(text)]
    return [text[start:end] for start, end in pairwise(cuts)]


def test_english_breaks_between_words():
    assert lines("the old crane stands", 10) == ["the old ", "crane ", "stands"]


def test_chinese_breaks_anywhere_and_goes_on_after_a_latin_word():
    assert lines("Li认为没有定论", 8) == ["Li认为没", "有定论"]


def test_a_closing_mark_stays_with_its_character():
    assert lines("港口很老\uff0c吊车", 8) == ["港口很", "老\uff0c吊车"]


def test_a_printed_line_goes_on_behind_a_name_in_chinese_and_is_one_line_in_a_pipe(monkeypatch, capsys):
    said = "notes.md：沒有說法引用這個檔案：它是別的文件，或者被修改過。"
    monkeypatch.setenv("COLUMNS", "30")
    Terminal().print(said)
    assert capsys.readouterr().out == f"{said}\n"
    monkeypatch.setenv("FORCE_COLOR", "1")
    Terminal().print(said)
    assert capsys.readouterr().out.splitlines()[0].startswith("notes.md：沒有說法")


def test_a_word_longer_than_the_line_is_cut():
    assert lines("abcdefgh", 3) == ["abc", "def", "gh"]


@given(st.text(alphabet="ab 港口\uff0c。.\u3000", max_size=60), st.integers(2, 20))
def test_no_line_is_wider_than_the_room_and_nothing_is_lost(text, width):
    cut = lines(text, width)
    assert "".join(cut) == text
    assert all(cell_len(line.rstrip()) <= width for line in cut)
