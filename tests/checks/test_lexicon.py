"""Concepts, frequencies, and the words shown as matched."""

import re
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.lexicon import CONCEPT_MARK, ConceptReader, Counts, Lexicon, SharedWords, Spelling, Vocabulary, analyse
from checks.text import PAIRED
from tests.quick import examples

_LEXICON = Path(__file__).parents[2] / "config" / "lexicon"


def concepts(text: str, lexicon: Lexicon) -> set[str]:
    return {mention.concept for mention in analyse(text, lexicon).mentions}


@pytest.mark.parametrize(
    ("english", "chinese", "concept"),
    [
        ("silver is up", "白銀漲了", "silver"),
        ("NVDA again", "辉达又来了", "nvidia"),
        ("what did Jensen say", "老黄说了什么", "huang"),
        ("the data centers", "資料中心", "datacentre"),
        ("that is round tripping", "左手倒右手而已", "circular"),
        ("shares are overpriced", "估值离谱", "overvalued"),
    ],
)
def test_both_languages_name_one_concept(lexicon: Lexicon, english: str, chinese: str, concept: str):
    assert concept in concepts(english, lexicon)
    assert concept in concepts(chinese, lexicon)


def _leaves(data: object) -> Iterator[object]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from _leaves(value)
    elif isinstance(data, list):
        for value in data:
            yield from _leaves(value)
    else:
        yield data


@pytest.mark.parametrize("file", sorted(_LEXICON.rglob("*.yaml")), ids=lambda file: str(file.relative_to(_LEXICON)))
def test_no_word_of_the_lexicon_is_read_as_yes_no_or_nothing(file: Path):
    """YAML reads on, off, yes, no and ~ so, where they stand without quotation marks."""
    said = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)
    assert not [leaf for leaf in _leaves(said) if leaf is None or isinstance(leaf, bool)]


def test_the_longest_form_wins(lexicon: Lexicon):
    assert "gpu" not in concepts("data center buildings", lexicon)
    assert "datacentre" in concepts("data centre buildings", lexicon)


def test_mentions_stand_where_they_say(lexicon: Lexicon):
    reading = analyse("The Server Farms of 英伟达", lexicon)
    named = {mention.concept: reading.text[mention.start : mention.end] for mention in reading.mentions}
    assert named["datacentre"] == "server farms"
    assert named["nvidia"] == "英伟达"


def named(forms: dict[str, list[str]], text: str) -> list[tuple[str, str]]:
    """Return the concepts of plain forms that a text names, each with what names it."""
    reader = ConceptReader(forms, str, str, lambda _: 1.0)
    return [(each.concept, text[each.start : each.end]) for each in reader.mentions(text)]


MONEY = {"silver": ["银"], "bank": ["银行"], "institution": ["银行"], "banker": ["行长"], "share": ["a股"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("银行", [("bank", "银行"), ("institution", "银行")]),
        ("银行长", [("bank", "银行"), ("institution", "银行")]),
        ("银银行", [("silver", "银"), ("bank", "银行"), ("institution", "银行")]),
        ("银 行长", [("silver", "银"), ("banker", "行长")]),
        ("aa股银", [("share", "a股"), ("silver", "银")]),
        ("行股a长", []),
    ],
)
def test_of_chinese_forms_the_longest_counts_and_none_inside_it(text: str, expected: list[tuple[str, str]]):
    assert named(MONEY, text) == expected


# Also what means something in a pattern.
SIGNS = "银行长股a^-]"
FORMS = st.sets(st.text(SIGNS, min_size=1, max_size=4).filter(PAIRED.search), max_size=8)


@given(forms=FORMS | st.just({"银", "银行", "行长", "a股"}), text=st.text(SIGNS, max_size=20))
def test_chinese_forms_are_found_as_one_pattern_of_all_finds_them(forms: set[str], text: str):
    pattern = "|".join(map(re.escape, sorted(forms, key=len, reverse=True))) or r"(?!)"
    expected = [(hit.group(), hit.group()) for hit in re.finditer(pattern, text)]
    assert named({form: [form] for form in forms}, text) == expected


def test_every_name_is_a_concept_and_belongs_to_one_group(lexicon: Lexicon):
    assert lexicon.names
    assert set(lexicon.names) <= set(lexicon.concepts.shares)


def test_common_words_are_common(lexicon: Lexicon):
    rarity = lexicon.frequencies.rarity
    assert rarity("the") < rarity("server") < rarity("depreci") <= 7.5
    assert rarity("我们") < rarity("白银") <= 7.5
    assert rarity("qqqzzz") == 7.5


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


@pytest.fixture(scope="module")
def spelling(lexicon: Lexicon) -> Spelling:
    texts = ["zorp: the harbour ferry of the zorps carried four million passengers", "绿茶 cures hydroxychloroquine"]
    return Spelling(texts, lexicon)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("the hrabour", "the harbour"),
        ("The Fery for passengrs!", "the ferry for passengers!"),
        ("a milllion and 綠茶Hydroxychloroquinne too", "a million and 绿茶hydroxychloroquine too"),
        ("my ｈrabour, our #hydroxychlorokuine", "my harbour, our #hydroxychloroquine"),
    ],
)
def test_a_slip_of_one_letter_becomes_the_word_that_the_base_knows(
    spelling: Spelling, lexicon: Lexicon, typed: str, meant: str
):
    assert analyse(typed, lexicon, spelling).text == meant


LETTERS = st.text("abcdelorstu", min_size=5, max_size=24)


@given(st.lists(LETTERS, min_size=1, max_size=20), LETTERS)
def test_all_words_are_found_that_are_the_same_without_a_letter(lexicon: Lexicon, words: list[str], typed: str):
    def shortened(word: str) -> set[str]:
        return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}

    near = [*words, *(word[1:] + word[:1] for word in words), *(typed[:place] + typed[place + 1 :] for place in (0, 2))]
    found = [*Spelling([" ".join(near)], lexicon).alike(typed)]
    expected = [word for word in dict.fromkeys(near) if len(word) >= 5 and shortened(word) & shortened(typed)]
    assert [word for word in found if shortened(word) & shortened(typed)] == expected


@pytest.mark.parametrize(
    "text",
    ["carries parried", "zorp and zorps", "a hrabuor", "the " + "fery" * 8, "in passengrs_total", "the x1hrabour"],
)
def test_known_words_names_and_what_is_further_off_stay(spelling: Spelling, lexicon: Lexicon, text: str):
    assert analyse(text, lexicon, spelling).text == text


def test_a_text_in_another_language_stays(spelling: Spelling, lexicon: Lexicon):
    text = "quattordici milliom passengrs attendono zorpo traghetto"
    assert analyse(text, lexicon, spelling).text == text


def test_quotations_move_along(spelling: Spelling, lexicon: Lexicon):
    said = analyse('the passengrs say "four milllion people on the ferryy, wow" and they lie', lexicon, spelling)
    ((start, end),) = said.clean.quoted
    assert said.text[start:end] == "four million people on the ferry, wow"


@settings(max_examples=examples(60), deadline=None)
@given(text=st.text(max_size=80))
def test_any_text_can_be_looked_through_and_twice_is_as_once(spelling: Spelling, lexicon: Lexicon, text: str):
    mended = spelling.mend(lexicon.folder.clean(text))
    assert spelling.mend(mended) == mended


def test_a_term_keeps_its_number_when_very_many_others_come(lexicon: Lexicon):
    vocabulary = Vocabulary.empty(lexicon)
    terms = [f"{CONCEPT_MARK * (n % 7 == 0)}term{n}" for n in range(30_000)]
    numbers = [vocabulary.numbers([term])[term] for term in terms]
    assert numbers == list(range(30_000))
    assert [vocabulary.numbers([term])[term] for term in terms] == [vocabulary.known(term) for term in terms] == numbers
    assert vocabulary.known("term") is None
    settled, shares, concepts = vocabulary.settled()
    again = Vocabulary(lexicon, settled, shares, concepts)
    assert [again.known(term) for term in terms[::100]] == numbers[::100]
    assert again.numbers(["銀", terms[5]]) == {"銀": 30_000, terms[5]: 5}
    assert again.are_concepts(np.arange(30_001)).tolist() == [n % 7 == 0 for n in range(30_000)] + [False]
    assert again.backgrounds(np.array([30_000])) == [vocabulary.background("銀")]


def test_a_term_that_was_looked_for_in_vain_is_found_once_a_claim_brings_it(lexicon):
    vocabulary = Vocabulary.empty(lexicon)
    assert vocabulary.known("zyzzyva") is vocabulary.known("zyzzyva") is None
    vocabulary.settled()
    assert vocabulary.known("zyzzyva") is None
    assert vocabulary.numbers(["zyzzyva"]) == {"zyzzyva": 0}
    assert vocabulary.known("zyzzyva") == 0
    vocabulary.settled()
    assert vocabulary.known("zyzzyva") == 0


def test_to_look_up_a_count_copies_no_counts():
    terms = np.arange(0, 200_000, 2, dtype=np.int32)
    counts = Counts(np.array([7], dtype=np.int32), ((terms, terms + 1),))
    tracemalloc.start()
    try:
        assert [counts.of(number) for number in (0, 1, 1_998, 199_999)] == [1, 0, 1_999, 0]
        assert tracemalloc.get_traced_memory()[1] < terms.nbytes / 4
    finally:
        tracemalloc.stop()
