"""Scanning: which kinds of cues and moods stand around a claim."""

import pytest

from checks.stance.cues import StanceLexicon
from checks.stance.syntax import CueScan
from checks.text import TextFolder, stretches_of


@pytest.fixture(scope="module")
def lexicon() -> StanceLexicon:
    return StanceLexicon.load(TextFolder().fold)


def scan(lexicon: StanceLexicon, text: str, sentence: int = 0) -> tuple[CueScan, dict[str, float]]:
    stretches = stretches_of(text)
    span = stretches.sentences[sentence]
    found = CueScan.of(text, lexicon)
    return found, found.measures(span, stretches.around(span))


def test_a_cue_counts_where_it_stands(lexicon):
    _, measures = scan(lexicon, "silver is a bubble. that is a myth. bye")
    assert measures["carrying_cue_debunk"] == 0.0
    assert measures["around_cue_debunk"] == 1.0
    _, far = scan(lexicon, "silver is a bubble. and so on. that is a myth", 0)
    assert far["around_cue_debunk"] == 0.0


def test_the_mood_of_the_sentence_behind_is_seen(lexicon):
    _, measures = scan(lexicon, "silver is a bubble. is that true?")
    assert measures["behind_mood_asks"] == 1.0
    assert measures["ends_asking"] == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "silver is a bubble ❌",
        "[silver is a bubble] = false",
        "silver is a bubble (wrong)",
        "silver is a bubble ≠ true",
        "silver is a bubble 🧢",
        "silver is a bubble 🙄",
        "silver is a bubble /s",
        "myth: silver is a bubble",
        "silver is a bubble, said no one ever",
        "白银是泡沫 = 假",
        "白银是泡沫(假的)",
        "白银是泡沫,这不是真的",
        "笑死,白银是泡沫",
        "谣言:白银是泡沫",
    ],
)
def test_a_mark_passes_a_verdict(lexicon, text):
    found, _ = scan(lexicon, text)
    assert found.is_marked_false((0, len(text)))


@pytest.mark.parametrize(
    "text",
    [
        "silver is a bubble, and that is false modesty",
        "silver is a bubble, no cap 🚫🧢",
        "silver falls at 5 m/s",
        "白银是泡沫,这不是真的吗?",
    ],
)
def test_without_a_mark_there_is_no_verdict(lexicon, text):
    found, _ = scan(lexicon, text)
    assert not found.is_marked_false((0, 80))


@pytest.mark.parametrize(
    "text",
    ["nobody can deny that silver is a bubble", "没人能否认白银是泡沫", "谁也没法否认白银是泡沫", "说真的白银是泡沫"],
)
def test_who_says_that_nobody_can_deny_it_neither_denies_nor_asks(lexicon, text):
    found, _ = scan(lexicon, text)
    assert not found.read.has("negator", "ask", "truth", "alternative")


@pytest.mark.parametrize(
    "text",
    [
        "silver is a bubble. my neighbour says so, and he sells boats. is there anything in it?",
        "白银是泡沫。隔壁老王说的,他卖船的。到底靠不靠谱?",
    ],
)
def test_a_question_after_the_truth_is_seen_wherever_it_follows_the_claim(lexicon, text):
    _, measures = scan(lexicon, text)
    assert measures["later_asked_truth"] == 1.0
    assert measures["carrying_asked_any"] == 0.0


def test_a_question_about_something_else_is_not_one_after_the_truth(lexicon):
    _, measures = scan(lexicon, "silver is a bubble. by the way, when does the shop close?")
    assert measures["later_asked_any"] == 1.0
    assert measures["later_asked_truth"] == 0.0


def test_words_of_truth_ask_nothing_where_no_question_stands(lexicon):
    _, measures = scan(lexicon, "silver is a bubble. that is the truth")
    assert measures["around_cue_truth"] == 1.0
    assert measures["around_asked_truth"] == 0.0


def test_a_question_that_is_one_only_in_form_asks_nothing(lexicon):
    _, measures = scan(lexicon, "silver is a bubble. isn't it the truth?")
    assert measures["around_asked_truth"] == 0.0


def test_a_question_with_another_possibility_leaves_it_open(lexicon):
    _, measures = scan(lexicon, "is silver a bubble or plain fear?")
    assert measures["carrying_asked_either"] == 1.0
