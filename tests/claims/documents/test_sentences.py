"""Sentences of raw text: where they stand, and their words made clean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.documents.cleaning import unmarked
from claims.documents.markup import View, form_of
from claims.documents.sentences import sentences_of

SHORT = frozenset({"mr", "corp", "vs"})


def read(raw: str) -> View:
    return unmarked(raw, form_of(raw))


def texts(raw: str) -> list[str]:
    return [sentence.text for sentence in sentences_of(read(raw), SHORT)]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("银价涨了。铜价没涨！真的？", ["银价涨了。", "铜价没涨！", "真的？"]),
        ("It rose 1.2 per cent. Then it fell.", ["It rose 1.2 per cent.", "Then it fell."]),
        ("Mr. Lee of Corp. A. sold it. He left.", ["Mr. Lee of Corp. A. sold it.", "He left."]),
        ("她说：“涨了。”然后走了。", ["她说：“涨了。”", "然后走了。"]),
        ("“谁付钱？”我问他。", ["“谁付钱？”我问他。"]),
        (
            "It is −10 °C. The pack rests. Vitamin C. It fades.",
            ["It is −10 °C.", "The pack rests.", "Vitamin C.", "It fades."],
        ),
        ("J. Lee sold it. He left.", ["J. Lee sold it.", "He left."]),
        ("A heading\nA line of its own.", ["A heading", "A line of its own."]),
        ("• 第一点。\n\n• 第二点。", ["第一点。", "第二点。"]),
        ("It fell; the banks kept it. It rose；and fell", ["It fell; the banks kept it.", "It rose；", "and fell"]),
        ("", []),
    ],
)
def test_a_text_is_cut_where_its_sentences_end(raw: str, expected: list[str]) -> None:
    assert texts(raw) == expected


def test_a_line_that_was_broken_to_fit_a_page_goes_on() -> None:
    raw = "The demand for silver in the halls of servers grows every\nyear by half. It will not stop.\n"
    assert texts(raw) == [
        "The demand for silver in the halls of servers grows every year by half.",
        "It will not stop.",
    ]


def test_a_sentence_that_begins_far_right_in_a_broken_line_goes_on_too() -> None:
    raw = "Nobody has measured what a night at a charger does. It stops at\n100 percent, they say.\nA heading\nIt is."
    assert texts(raw)[1:] == ["It stops at 100 percent, they say.", "A heading", "It is."]


def test_inserted_readings_and_tags_are_left_out_of_the_words_but_not_of_the_place() -> None:
    raw = "<b>網(wǎng)上都說(shuō)白銀(yín)會(huì)漲。</b>"
    (sentence, *_) = sentences_of(read(raw), SHORT)
    assert sentence.text == "網上都說白銀會漲。"
    assert raw[sentence.start : sentence.end].endswith("漲。")
    assert "wǎng" in raw[sentence.start : sentence.end]


def test_a_text_that_teaches_a_reading_keeps_it() -> None:
    raw = "行(háng)是银行的行。" + "这里还有很多别的话，都没有读音。" * 20
    assert texts(raw)[0] == "行(háng)是银行的行。"


@given(st.text(alphabet=st.sampled_from(list("银价 a.b。!?\n“”é\u200b…;<>")), max_size=80))
def test_every_place_lies_in_the_text_and_after_the_one_before(raw: str) -> None:
    found = list(sentences_of(read(raw), SHORT))
    ends = [0, *(sentence.end for sentence in found)]
    assert all(before <= sentence.start < sentence.end for before, sentence in zip(ends, found, strict=False))
    assert ends[-1] <= len(raw)
    assert all(sentence.text == sentence.text.strip() != "" for sentence in found)
