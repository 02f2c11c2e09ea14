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


@pytest.mark.parametrize("text", ["silver is a bubble ❌", "[silver is a bubble] = false", "白银是泡沫 = 假"])
def test_a_mark_passes_a_verdict(lexicon, text):
    found, _ = scan(lexicon, text)
    assert found.is_marked_false((0, len(text)))


def test_without_a_mark_there_is_no_verdict(lexicon):
    found, _ = scan(lexicon, "silver is a bubble, and that is false modesty")
    assert not found.is_marked_false((0, 80))
