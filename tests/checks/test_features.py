"""Letters and n-grams of texts: they come as near to each other as plain dictionaries of strings say."""

import math
import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.features import CharacterVectors, GramVector

TEXT = st.text("abcdz1 ,.'中文书石é", max_size=40)
TEXTS = st.lists(TEXT, min_size=1, max_size=8)


def runs(text: str) -> list[str]:
    found = re.findall("[a-z0-9]+|[中文书石]+", text)
    return [run if run[0] > "z" else f"_{run}_" for run in found]


def grams(text: str) -> Counter[str]:
    """Count n-grams of 3 to 5 letters in Latin words with their edges, and of 1 to 3 in Chinese."""
    return Counter(
        run[start : start + size]
        for run in runs(text)
        for size in ((3, 4, 5) if run[0] == "_" else (1, 2, 3))
        for start in range(len(run) - size + 1)
    )


def unit(text: str, held: Counter[str], size: int) -> dict[str, float]:
    weights = {gram: (1 + math.log(n)) * math.log((size + 20) / (held[gram] + 1)) for gram, n in grams(text).items()}
    norm = math.hypot(*weights.values()) or 1.0
    return {gram: weight / norm for gram, weight in weights.items()}


def letters(text: str, held: Counter[str], size: int) -> dict[str, float]:
    parts = {part for run in runs(text) for part in ([run] if run[0] == "_" else run)}
    count = {part: held[part[:5]] + 0.5 for part in parts}
    return {part: math.log(1 + max(0.0, size + 20 - n) / n) for part, n in count.items()}


def product(one: GramVector, others: list[GramVector]) -> list[float]:
    here, there, owners = one.held_by(others)
    return np.bincount(owners, here * there, len(others)).tolist()


@given(texts=TEXTS, message=TEXT)
def test_texts_come_as_near_as_plain_dictionaries_say(texts: list[str], message: str):
    held = Counter(gram for text in texts for gram in grams(text))
    characters = CharacterVectors.of(texts)
    ([vector], [spelt]), (vectors, words) = characters.vectors([message]), characters.vectors(texts)
    for found, own, others, plain in ((vector, unit, vectors, unit), (spelt, letters, words, letters)):
        said = own(message, held, len(texts))
        expected = [plain(text, held, len(texts)) for text in texts]
        assert product(found, others) == pytest.approx(
            [sum(said.get(part, 0.0) * weight for part, weight in each.items()) for each in expected], abs=1e-4
        )
        assert sorted(found.weights.tolist()) == pytest.approx(sorted(said.values()), abs=1e-5)


@given(texts=TEXTS)
def test_a_text_is_taken_apart_alone_as_beside_others(texts: list[str]):
    characters = CharacterVectors.of(texts)
    together = characters.vectors(texts)
    for place, text in enumerate(texts):
        for [alone], beside in zip(characters.vectors([text]), together, strict=True):
            assert alone.keys.tolist() == beside[place].keys.tolist()
            assert alone.weights.tolist() == pytest.approx(beside[place].weights.tolist(), rel=1e-6)


def test_a_text_that_is_kept_holds_nothing_of_those_taken_apart_with_it():
    texts = ["the stone bridge", "石桥", "bcd"]
    for vectors in CharacterVectors.of(texts).vectors(texts):
        assert all(len(each.keys) for each in vectors)
        assert [(each.keys.base, each.weights.base) for each in vectors] == [(None, None)] * len(texts)


@given(texts=TEXTS, added=TEXTS, data=st.data())
def test_what_came_and_went_counts_as_if_it_had_been_counted_at_once(texts: list[str], added: list[str], data):
    removed = data.draw(st.lists(st.sampled_from(texts), max_size=len(texts), unique_by=id))
    left = list((Counter([*texts, *added]) - Counter(removed)).elements())
    changed = CharacterVectors.of(texts).changed(added, removed)
    expected = CharacterVectors.of(left).vectors(texts)
    for found in (changed, changed.folded()):
        for one, other in zip(found.vectors(texts), expected, strict=True):
            assert [each.weights.tolist() for each in one] == [each.weights.tolist() for each in other]


@pytest.mark.parametrize(("added", "removed"), [(["石桥"], ["石桥"]), (["1"], []), ([], ["bcd"])])
def test_what_came_and_went_is_not_carried_on_when_it_is_folded(added: list[str], removed: list[str]):
    whole = CharacterVectors.of(["bcd", "石桥", "石桥 1"])
    folded = whole.changed(added, removed).folded()
    assert folded.counts()[1] == 3 + len(added) - len(removed)
    assert folded.folded() is folded
    for _ in range(3):
        folded = folded.changed(added, added).folded()
    assert (folded._added, folded._removed) == ((), ())
