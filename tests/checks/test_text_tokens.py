"""How folded text is cut into tokens."""

from hypothesis import given
from hypothesis import strategies as st

from checks.text import Tokenizer

TOKENIZER = Tokenizer()


def test_latin_words_become_stems_and_numbers_stay():
    assert TOKENIZER.forms("servers are melting 1.2 kg") == ["server", "are", "melt", "1.2", "kg"]


def test_han_characters_become_pairs_and_a_lone_one_stays():
    assert TOKENIZER.forms("白银涨 a 银") == ["白银", "银涨", "a", "银"]


def test_negators_are_never_dropped():
    assert {"not", "no", "never"} <= set(TOKENIZER.forms("not no never"))


@given(st.text(max_size=200))
def test_tokens_and_forms_agree_and_lie_inside_the_text(text: str):
    tokens = TOKENIZER.tokens(text)
    assert [token.form for token in tokens] == TOKENIZER.forms(text)
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)


def test_a_flood_is_cut_short():
    assert len(TOKENIZER.forms("银" * 9000)) <= 1500
    assert len(TOKENIZER.tokens("银" * 9000)) <= 1500
