"""The index: postings say what a plain loop would, and segments joined from parts say what one built anew does."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import checks.index
from checks.index import Part, Segment, index_claims, joined, weigh
from checks.lexicon import Lexicon, Vocabulary, analyse
from checks.model import KnownClaim
from checks.text import bare
from config.languages import ByLanguage

WORDS = ("ferry", "tunnel", "harbour", "stone", "clock", "石桥", "咖啡")
WORDING = st.tuples(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join), st.booleans())
# The first wording of a claim is a positive one.
CLAIM = st.lists(WORDING, min_size=1, max_size=3).map(lambda each: [(each[0][0], False), *each[1:]])
CLAIMS = st.lists(CLAIM, max_size=5)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.empty(Lexicon.load())


def segment(vocabulary: Vocabulary, lexicon: Lexicon, claims) -> Segment:
    known = (
        (
            KnownClaim(str(number), "context", ByLanguage(en=""), ()),
            [(analyse(text, lexicon), negative) for text, negative in wordings],
        )
        for number, wordings in enumerate(claims)
    )
    return index_claims(known, vocabulary, bare)


def said(segment: Segment) -> list[tuple[list[tuple[str, bool]], list[tuple[int, int, int]]]]:
    """Return the wordings of each claim, and its terms with their counts."""
    postings = segment.postings
    terms = np.repeat(postings.terms, np.diff(postings.owner_starts))
    facts = list(zip(postings.owners, terms, postings.held, postings.times, strict=True))
    return [
        (
            [(segment.texts[row], bool(segment.negative[row])) for row in segment.rows_of(claim)],
            sorted((int(term), int(held), int(times)) for owner, term, held, times in facts if owner == claim),
        )
        for claim in range(len(segment.claims))
    ]


@given(claims=CLAIMS)
def test_tells_which_wordings_hold_each_term(vocabulary, lexicon, claims):
    index = segment(vocabulary, lexicon, claims)
    postings = index.postings
    texts = [(text, negative) for wordings in claims for text, negative in wordings]
    readings = [analyse(text, lexicon) for text, _ in texts]
    expected = sorted(
        (vocabulary.numbers([term])[term], row)
        for row, reading in enumerate(readings)
        for term in reading.words | reading.concepts
    )
    assert sorted(zip(np.repeat(postings.terms, np.diff(postings.row_starts)), postings.rows, strict=True)) == expected
    positive = Counter(term for term, row in expected if not texts[row][1])
    assert {int(term): int(count) for term, count in zip(postings.terms, postings.positive, strict=True)} == {
        term: positive[term] for term, _ in expected
    }


@given(claims=CLAIMS, data=st.data())
def test_what_is_joined_says_the_same(vocabulary, lexicon, claims, data):
    cut = data.draw(st.integers(0, len(claims)))
    alive = np.array(data.draw(st.lists(st.booleans(), min_size=len(claims), max_size=len(claims))), dtype=bool)
    parts = [segment(vocabulary, lexicon, each) for each in (claims[:cut], claims[cut:])]
    whole = joined([(parts[0], alive[:cut]), (parts[1], alive[cut:])])
    expected = segment(vocabulary, lexicon, [claim for claim, lives in zip(claims, alive, strict=True) if lives])
    assert said(whole) == said(expected)
    for name in ("first_row", "claim_of", "sizes", "lengths", "scripts", "sums", "summed"):
        assert getattr(whole, name).tolist() == getattr(expected, name).tolist()


@given(claims=CLAIMS, text=WORDING)
def test_finds_what_is_said_word_for_word(vocabulary, lexicon, claims, text):
    index = segment(vocabulary, lexicon, claims)
    wanted = bare(analyse(text[0], lexicon).text)
    texts = [(bare(analyse(text, lexicon).text), negative) for wordings in claims for text, negative in wordings]
    assert index.said(wanted) == [row for row, each in enumerate(texts) if each == (wanted, False)]


def weighed(segment: Segment, vocabulary: Vocabulary, alive, terms_at_once: int) -> Part:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks.index, "_TERMS_AT_ONCE", terms_at_once)
        [part], _ = weigh([(segment, alive)], vocabulary, {}, None, 100)
    return part


# Of its five terms no positive wording holds the last two.
FIVE_TERMS = [("ferry ferry tunnel harbour", False), ("stone clock", True)]


@given(claims=CLAIMS, data=st.data())
def test_terms_weigh_the_same_a_few_at_a_time_as_all_at_once(vocabulary, lexicon, claims, data):
    index = segment(vocabulary, lexicon, [FIVE_TERMS, *claims])
    gone = data.draw(st.sets(st.integers(0, len(claims))))
    alive = np.array([number not in gone for number in range(len(claims) + 1)], dtype=bool) if gone else None
    at_once = weighed(index, vocabulary, alive, 1_000)
    assert 4 < len(index.postings.terms) < 1_000
    for few in (2, 1):
        part = weighed(index, vocabulary, alive, few)
        assert part.says.ravel().tolist() == pytest.approx(at_once.says.ravel().tolist(), rel=1e-6)
        for name in ("word_mass", "concept_mass"):
            assert getattr(part, name).tolist() == getattr(at_once, name).tolist()
