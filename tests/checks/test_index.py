"""Postings: sums over shared terms are those of a plain loop."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.index import Postings

WEIGHTS = st.dictionaries(st.text("abc", min_size=1, max_size=2), st.floats(0.125, 8, width=16), max_size=6)


@given(st.lists(WEIGHTS, max_size=8), WEIGHTS)
def test_sums_what_owner_and_query_share(holdings, query):
    sums = Postings(holdings).sums(query)
    expected = [sum(weight * query[term] for term, weight in held.items() if term in query) for held in holdings]
    assert sums.tolist() == pytest.approx(expected)


def test_reads_terms_in_the_querys_order_until_the_budget_is_spent():
    postings = Postings([{"rare": 1.0, "common": 1.0}, {"common": 1.0}])
    assert postings.sums({"rare": 1.0, "common": 1.0}, most=0).tolist() == [1.0, 0.0]
