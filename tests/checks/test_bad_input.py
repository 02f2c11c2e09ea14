"""Whatever arrives is read, and nothing raises."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.checker import Checker
from tests.checks.conftest import COFFEE, NVIDIA, RENT
from tests.quick import examples

CHECKER = Checker([COFFEE, NVIDIA, RENT])

NASTY = {
    "control characters": "coffee\x00\x01\x1b[31m dehydrates \x7f you",
    "lone surrogates": "coffee \ud800 dehydrates \udfff you",
    "half a character beside Han": "喝咖啡会 \ud83d 脱水",
    "zalgo": "c̷̛̥o̴̪͝f̶̱͝f̵͕̓e̶̞͐e̸̟̚ d̶e̷h̸y̵d̴r̷a̷t̸e̴s̵ you",
    "right to left": "\u202ecoffee dehydrates you\u202c قهوة",
    "one letter": "a" * 4000,
    "one Han character": "银" * 4000,
    "thousands of numbers": "1 2.5 3,000 " * 400,
    "one long number": "9" * 4000,
    "nested quotes": '"' * 500 + "“「『" * 300 + "coffee dehydrates you" + "』」”" * 300,
    "open markup": "```" + "[" * 800 + "||" * 300 + "`" * 99,
    "question marks": "?" * 4000,
    "far too long": "coffee dehydrates you. " * 1000,
    "emoji": "👩‍👩‍👧‍👦" * 300,
}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_nasty_input_is_checked_like_any_other(text: str):
    finding = CHECKER.check(text)
    assert finding.action in {"reply", "offer", "silent"}


def test_disguise_does_not_hide_a_claim():
    assert CHECKER.check("drinking cof\u200bfee de\u200dhydrates ｙｏｕ for sure").action == "reply"


@settings(max_examples=examples(150), deadline=None)
@given(st.text(max_size=400))
def test_any_text_at_all(text: str):
    assert len(CHECKER.check(text).matches) <= 3


@settings(max_examples=examples(80), deadline=None)
@given(
    st.lists(
        st.sampled_from(["coffee", "脱水", "不", "?", '"', "2", "万亿", "\n> ", "not", "nvidia", "`", "“"]), max_size=60
    )
)
def test_any_jumble_of_telling_words(parts: list[str]):
    CHECKER.check(" ".join(parts))
    CHECKER.check("".join(parts))
