"""What the checks know of a claim."""

import pickle

from hypothesis import given
from hypothesis import strategies as st

from checks.model import KnownWording, WordingList

# Any character at all, half ones and the one without a sign too.
TEXTS = st.text(st.characters(), max_size=40)
WORDINGS = st.lists(
    st.builds(KnownWording, TEXTS, st.sampled_from(["en", "zh", "zh-Hant"]), st.booleans(), st.booleans()), max_size=6
).map(tuple)


@given(wordings=WORDINGS)
def test_a_list_of_wordings_gives_back_what_was_put_in(wordings):
    held = WordingList(wordings)
    assert tuple(held) == wordings
    assert [held[place] for place in range(len(held))] == [*wordings]
    assert held[1:] == wordings[1:]
    assert held.has_denials == any(wording.denies for wording in wordings)


@given(wordings=WORDINGS)
def test_wordings_given_as_rows_are_the_same_list(wordings):
    rows = [(each.text, each.language, each.negative, each.denies) for each in wordings]
    made = WordingList.of_rows(rows)
    assert made == WordingList(wordings)
    assert made.has_denials == WordingList(wordings).has_denials


@given(one=WORDINGS, other=WORDINGS)
def test_lists_of_wordings_are_equal_where_tuples_of_them_are(one, other):
    held = WordingList(one)
    assert (held == WordingList(other)) == (held == other) == (one == held if one == other else one == other)
    assert held == one == pickle.loads(pickle.dumps(held))  # noqa: S301  written here
    assert hash(held) == hash(one)


def test_a_list_of_wordings_is_no_wording_and_nothing_else():
    assert WordingList(()) != []
    assert not WordingList(())
    assert repr(WordingList([KnownWording("gold is money", "en")])) == repr((KnownWording("gold is money", "en"),))
