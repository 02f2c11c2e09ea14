"""What all embedders share: bounded texts and rows of unit length."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.embedders.embedder import MOST_EMBEDDED, bounded, unit_rows
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
