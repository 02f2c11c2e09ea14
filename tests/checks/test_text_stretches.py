"""Stretches: the sentences of a message and their pairs, one of which may carry a claim."""

from hypothesis import given
from hypothesis import strategies as st

from checks.text import cut, stretches_of


def texts(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in stretches_of(text).sentences]


def test_sentences_end_at_marks_and_lines():
    assert texts("one. two! three? four\nfive") == ["one.", "two!", "three?", "four", "five"]
    assert texts("第一句。第二句!第三句") == ["第一句。", "第二句!", "第三句"]


def test_a_number_with_a_point_is_not_cut():
    assert texts("it holds 1.2 kg of it") == ["it holds 1.2 kg of it"]


def test_a_long_sentence_is_cut_at_its_commas():
    long = "so i went to the market in the morning because it was sunny, " * 5
    assert len(texts(long)) > 2
    assert all(len(part) <= 240 for part in texts(long))


def test_neighbours_make_stretches_too():
    found = stretches_of("one. two. three.")
    assert [each for each in found.all if each not in found.sentences] == [(0, 9), (4, 16)]


def test_the_window_takes_one_sentence_on_each_side():
    text = "one. two. three. four."
    found = stretches_of(text)
    start, end = found.around(found.sentences[1])
    assert text[start:end].strip() == "one. two. three."
    assert found.around(found.sentences[0])[0] == 0


def test_spans_are_counted_from_the_window():
    assert cut([(0, 4), (6, 12), (20, 25)], (5, 15)) == [(1, 7)]


@given(st.text())
def test_any_text_has_a_stretch_and_all_lie_inside_it(text: str):
    found = stretches_of(text)
    assert found.all
    assert all(0 <= start <= end <= len(text) for start, end in found.all)
    assert list(found.sentences) == sorted(found.sentences)
