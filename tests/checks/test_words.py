"""Numbers by word in little room: they say what a dictionary would, and jieba cuts by them as by its own."""

from pathlib import Path

import jieba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from checks.features import GramCounts
from checks.text import converter
from checks.words import RAREST, FoldedTexts, Frequencies, WordNumbers
from config.languages import lexicon_files
from tests.checks import script_tables

WORDS = st.text(st.characters(exclude_characters=" \n", exclude_categories=["Cs"]), min_size=1, max_size=12)


def lines(counts: dict[str, int]) -> bytes:
    return "".join(f"{word} {count} n\n" for word, count in counts.items()).encode()


@given(st.dictionaries(WORDS, st.integers(0, 10**9), min_size=1, max_size=30), WORDS)
def test_each_word_has_its_number_and_no_other_word_has_one(counts: dict[str, int], other: str):
    numbers, total = WordNumbers.read(lines(counts), " ")
    assert (len(numbers), total) == (len(counts), sum(counts.values()))
    assert {word: numbers[word] for word in counts} == counts
    assert (other in numbers) == (other in counts)


def test_of_a_word_that_comes_twice_the_last_number_counts():
    numbers, _ = WordNumbers.read("台积电 1 n\nsilver 2 n\n台积电 3 n\n".encode(), " ")
    assert (numbers.get("台积电"), numbers.get("silver"), numbers.get("台积")) == (3, 2, None)


def test_words_are_added_to_others_and_to_none():
    none = WordNumbers.none()
    some = none.with_more({"silver": 2, "银": 0}).with_more({}).with_more({"gold": 1})
    assert (len(none), none.get("silver")) == (0, None)
    assert [some.get(word) for word in ("silver", "银", "gold", "tin")] == [2, 0, 1, None]


def test_what_words_begin_with_has_the_number_0():
    numbers, _ = WordNumbers.read("台积电 7 n\n台积 2 n\nnaïve 5 a\n".encode(), " ", beginnings=True)
    assert [numbers.get(begun) for begun in ("台", "台积", "台积电", "na", "naï", "naïv", "naïve")] == [
        *(0, 2, 7),
        *(0, 0, 0, 5),
    ]
    assert numbers.get("积") is None


def test_no_word_that_ships_is_taken_for_another():
    words = [line.split("\t")[0] for text in lexicon_files("frequencies.tsv").values() for line in text.splitlines()]
    said = {word for word in words if not word.startswith("#")}
    numbers, _ = WordNumbers.read("".join(f"{word}\t1\n" for word in said).encode(), "\t")
    assert len(numbers) == len(said)
    assert Frequencies.load().rarity("qqqzzzqqq") == RAREST


@pytest.mark.slow
def test_jieba_cuts_by_the_numbers_as_by_its_own_dictionary(tmp_path: Path):
    own, ours = jieba.Tokenizer(), jieba.Tokenizer()
    own.tmp_dir = str(tmp_path)
    own.initialize()
    ours.FREQ, ours.total = WordNumbers.read(ours.get_dict_file().read(), " ", beginnings=True)
    ours.initialized = True
    assert (len(ours.FREQ), ours.total) == (len(own.FREQ), own.total)
    assert all(ours.FREQ.get(word) == count for word, count in own.FREQ.items())
    text = "大厂延长服务器折旧年限虚增利润，台积电 2nm 产能全被包下，白银库存只够用三个月了。AT&T 的B超"
    assert ours.lcut(text) == own.lcut(text)


@pytest.mark.skipif(not script_tables.TOOL.exists(), reason="this OpenCC comes without its tool for dictionaries")
def test_the_table_of_scripts_is_that_of_the_opencc_that_is_installed():
    assert script_tables.TARGET.read_text("utf-8") == script_tables.table(), "run python -m tests.checks.script_tables"


_PHRASES = [line.split("\t")[0] for line in script_tables.TARGET.read_text("utf-8").splitlines() if line[:1] > "\u3400"]
_CHINESE = st.lists(
    st.sampled_from(_PHRASES) | st.text("发发干台里后头面着皇后云计算软体资讯网络，。a1 \n", min_size=1, max_size=4),
    max_size=8,
).map("".join)


@pytest.mark.parametrize("name", ["s2t", "s2tw", "s2twp"])
def test_traditional_is_written_as_opencc_writes_it(name: str):
    theirs, ours = OpenCC(name), converter(name)

    @given(_CHINESE, st.integers(0, 3))
    def is_the_same(text: str, cut: int) -> None:
        assert ours(text[cut:]) == theirs.convert(text[cut:])

    is_the_same()


def test_each_script_of_taiwan_has_its_own_words_and_forms():
    said = "软件的内存里面"
    assert [converter(name)(said) for name in ("s2t", "s2tw", "s2twp")] == [
        "軟件的內存裏面",
        "軟件的內存裡面",
        "軟體的記憶體裡面",
    ]
    assert converter("s2twp")("") == ""
    assert converter("s2t")("a\0发") == "a\0發"


GRAMS = st.lists(st.text("ab 1中文", max_size=12), max_size=6)


@given(GRAMS, GRAMS)
def test_n_grams_are_counted_once_a_text_and_taken_off_again(some: list[str], others: list[str]):
    (counts, texts), (more, _) = GramCounts.of(some), GramCounts.of(others)
    both, size = GramCounts.of([*some, *others])
    assert (texts, size) == (len(some), len(some) + len(others))
    for one, other in ((counts.plus(more), both), (both.plus(more, -1), counts)):
        assert (one.keys.tolist(), one.counts.tolist()) == (other.keys.tolist(), other.counts.tolist())
    assert both.of_keys(more.keys).tolist() == [
        both.counts[both.keys.tolist().index(key)] for key in more.keys.tolist()
    ]


def test_n_grams_are_those_of_latin_words_with_edges_and_of_runs_of_chinese():
    counts, _ = GramCounts.of(["ab, 中文", "abc", "中中"])
    # _ab ab_ _ab_ · abc bc_ _abc abc_ _abc_ · 中 文 中文 中中
    assert sorted(counts.counts.tolist()) == [1] * 10 + [2] * 2
    assert len(GramCounts.of(["", ",!"])[0]) == 0


@given(st.lists(st.tuples(st.text("aé中", max_size=4), st.booleans())))
def test_of_some_texts_those_that_stay_are_the_same_in_order(texts: list[tuple[str, bool]]):
    every = FoldedTexts.of(text for text, _ in texts)
    some = every.only(np.array([stays for _, stays in texts], dtype=bool))
    expected = [text for text, stays in texts if stays]
    assert [*every] == [text for text, _ in texts]
    assert [*some] == [some[row] for row in range(len(expected))] == expected


def test_of_more_texts_than_are_copied_at_once_those_that_stay_are_the_same():
    texts = [f"{number} {'long' * 100}" for number in range(2_000)]
    stays = np.arange(len(texts)) % 700 > 0
    assert [*FoldedTexts.of(texts).only(stays)] == [text for text, each in zip(texts, stays, strict=True) if each]
