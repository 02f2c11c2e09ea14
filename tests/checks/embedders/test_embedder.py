"""What all embedders share: bounded texts, rows of unit length, and very many of these in outline."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.embedders.embedder import MOST_EMBEDDED, Outline, bounded, unit_rows
from config.errors import EmbedderError


@settings(deadline=None)
@given(st.text(st.characters(), max_size=2 * MOST_EMBEDDED))
def test_any_text_becomes_short_and_encodable(text: str):
    short = bounded(text)
    assert len(short) <= MOST_EMBEDDED
    short.encode("utf-8")
    assert bounded(short) == short


def test_a_lone_surrogate_is_dropped_and_the_rest_stays():
    assert bounded("silver \ud83d goes up") == "silver  goes up"


def test_rows_get_unit_length():
    rows = unit_rows([[3, 4], [0, 5]], 2)
    assert rows.dtype == np.float32
    assert np.allclose(rows, [[0.6, 0.8], [0, 1]])


def test_a_zero_row_stays_zero():
    assert unit_rows([[0.0, 0.0]], 1).tolist() == [[0.0, 0.0]]


@pytest.mark.parametrize(
    ("raw", "rows"),
    [
        ([[1, 2], [3]], 2),
        ([[1, 2]], 2),
        ([], 1),
        ([[]], 1),
        ([1, 2], 2),
        ([[[1.0]]], 1),
        ([["one"]], 1),
        ([[None]], 1),
        ([[float("nan"), 1]], 1),
        ([[float("inf"), 1]], 1),
        ([[1e300, 1e300]], 1),
    ],
    ids=["ragged", "too few", "none", "empty", "flat", "too deep", "words", "nulls", "nan", "infinite", "too large"],
)
def test_anything_but_a_finite_matrix_is_refused(raw: object, rows: int):
    with pytest.raises(EmbedderError):
        unit_rows(raw, rows)


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=200),
    st.lists(st.integers(2, 5), min_size=1, max_size=4),
    st.integers(1, 12),
    st.integers(0, 9),
)
def test_the_owners_of_the_nearest_texts_are_found_in_outline(
    sizes: list[int], messages: list[int], most: int, seed: int
):
    chance = np.random.default_rng(seed)
    texts, rows = (chance.normal(size=(count, 16)).astype(np.float32) for count in (sum(sizes), sum(messages)))
    first, gone = np.cumsum(sizes) - sizes, chance.random(len(sizes)) < 0.2
    split = np.split(rows, np.cumsum(messages)[:-1])
    for message, found in zip(split, Outline.of(texts).nearest(split, first, gone, most), strict=True):
        said = message @ texts.T
        near = np.maximum.reduceat(said[0] + said[1:].max(axis=0), first)
        near[gone] = -np.inf
        there = min(most, int((~gone).sum()))
        assert {*np.argsort(-near)[:there].tolist()} <= {*found.tolist()}
        assert len(found) == min(most, len(sizes))
        assert found.tolist() == sorted(found.tolist())
