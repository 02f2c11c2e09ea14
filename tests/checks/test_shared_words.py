"""The words shown as matched."""

import pytest

from checks.lexicon import Lexicon
from checks.shared_words import SharedWords


@pytest.fixture(scope="module")
def shared(lexicon: Lexicon) -> SharedWords:
    return SharedWords(lexicon)


def test_words_are_shared_by_stem_and_common_ones_are_left_out(shared: SharedWords):
    assert shared.between("the servers are melting so much of it", "a server melts the metal") == ("servers", "melting")


def test_chinese_is_cut_into_words(shared: SharedWords):
    assert "折旧" in shared.between("大厂延长折旧虚增利润", "靠折旧做账")


def test_a_concept_is_shared_across_languages(shared: SharedWords):
    assert shared.between("英偉達又漲了", "NVIDIA is overvalued") == ("英伟达",)


def test_nothing_in_common_is_nothing(shared: SharedWords):
    assert shared.between("good morning", "白银涨了") == ()
    assert shared.between("", "") == ()
