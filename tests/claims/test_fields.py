"""What people type is made clean, and never brings the bot down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.fields import FormReader, clean_text, is_address
from config.errors import InvalidEditError
from config.languages import written_language


@given(st.text(st.characters(codec=None), max_size=400))
def test_a_cleaned_text_is_one_line_that_any_database_takes_and_clean_already(typed: str) -> None:
    clean = clean_text(typed)
    assert clean == clean_text(clean) == clean.strip()
    assert len(clean.splitlines()) <= 1
    assert "\x00" not in clean
    clean.encode()


@given(st.text(max_size=400), st.text("xyz{}", max_size=40), st.text(max_size=12))
def test_any_typing_is_either_read_or_refused_with_its_faults(line: str, choice: str, day: str) -> None:
    form = FormReader()
    form.needed("text", line)
    form.choice("kind", choice, ("a", "b"))
    form.day("as_of", day)
    form.when("date", day)
    form.lines("wordings", line)
    # The choice is never known here, so that the form is refused whatever else was typed.
    with pytest.raises(InvalidEditError) as caught:
        form.finish(line)
    assert str(caught.value)
    assert caught.value.edit == line


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("  two\n words ", "two words"),
        ("\u202eright to left", "right to left"),
        ("half \ud800 a character", "half a character"),
        ("e\u0301", "é"),
        ("全角　空格", "全角 空格"),
        ("👩\u200d🚀", "👩\u200d🚀"),
    ],
)
def test_what_cannot_be_seen_goes_and_what_can_stays(typed: str, clean: str) -> None:
    assert clean_text(typed) == clean


@pytest.mark.parametrize(("text", "language"), [("silver", "en"), ("白银 up", "zh"), ("", "en"), ("123", "en")])
def test_a_wording_with_han_characters_is_chinese(text: str, language: str) -> None:
    assert written_language(text) == language


@pytest.mark.parametrize(
    ("typed", "is_one"),
    [
        ("https://example.org/a?b=c", True),
        ("http://[2001:db8::1]/", True),
        ("https://[example.org/a", False),
        ("https://", False),
        ("https://example.org/a b", False),
        ("javascript:alert(1)", False),
        ("/2024/05/post/", False),
        ("https://example.org/\x1b]0;owned\x07", False),
        ("https://example.org/\x9b2J", False),
        ("https://example.org/" + "a" * 2000, False),
    ],
)
def test_an_address_can_be_taken_apart(typed: str, is_one: bool) -> None:
    assert is_address(typed) is is_one


@pytest.mark.parametrize("day", ["2026-1-3", "20260123", "2026-02-30", "０２０２-01-01", "2026-W01-1", "today"])
def test_a_day_that_is_none_is_refused(day: str) -> None:
    form = FormReader()
    assert form.day("as_of", day) is None
    with pytest.raises(InvalidEditError, match="Write it as 2026-01-23"):
        form.finish(None)
