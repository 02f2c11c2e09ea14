"""A base: the guard on names, and changes, after which it answers as one built anew."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import checks.base
from checks.base import IndexedBase, Overlay, Readings
from checks.checker import Checker
from checks.features import ClaimNames, compare_names
from checks.lexicon import Lexicon, analyse
from checks.model import KnownClaim
from checks.tuning import Tuning
from tests.bench.making import Words, make_chat, make_claims
from tests.checks.conftest import COFFEE, NVIDIA, RENT
from tests.quick import examples

CHIPS = ["NVIDIA is overvalued", "英伟达太贵了", "NVDA and TSMC are too expensive"]
HOARDS = ["China hoards all the silver", "中国在囤积白银"]
BUBBLE = ["AI is a bubble", "人工智能就是泡沫"]


@pytest.mark.parametrize(
    ("wordings", "message", "passes"),
    [
        (CHIPS, "NVDA is way too rich here", True),
        (CHIPS, "台积电太贵", True),
        (CHIPS, "AMD is way too rich here", False),
        (CHIPS, "超威估值太离谱", False),
        (CHIPS, "AMD and Nvidia are both too rich", True),
        (CHIPS, "these chip stocks are too rich", True),
        (BUBBLE, "AMD shows that AI is a bubble", True),
        (HOARDS, "the US hoards all the silver", False),
        (HOARDS, "US在囤积白银", False),
        (HOARDS, "the usa hoards all the silver", False),
        (HOARDS, "they hoard all the silver and leave us none", True),
        (HOARDS, "`they` hoard all the silver and leave us none, AMD too", True),
        (HOARDS, "THEY HOARD ALL THE SILVER AND LEAVE US NONE", True),
        (["they leave us no silver", "the banks take our silver from us"], "China hoards all the silver", True),
    ],
)
def test_a_claim_about_one_name_is_not_about_another(
    lexicon: Lexicon, wordings: list[str], message: str, *, passes: bool
):
    names = ClaimNames.of([analyse(wording, lexicon) for wording in wordings])
    assert compare_names(analyse(message, lexicon), names).passed is passes


def test_what_was_named_instead_is_told(lexicon: Lexicon):
    names = ClaimNames.of([analyse(wording, lexicon) for wording in CHIPS])
    assert compare_names(analyse("AMD is overvalued", lexicon), names).seen == "amd"


MOST_DRIFT = 0.05
SAID = ("drinking coffee really dehydrates you, look it up", "nvidia is so overvalued, the valuation is insane")
LOOSE = 90


@cache
def material() -> tuple[Lexicon, Tuning, list[KnownClaim], list[str]]:
    lexicon = Lexicon.load()
    words = Words.of(lexicon)
    claims = make_claims(words, 120, 6)
    chat = [wording.text for claim in claims[::9] for wording in claim.wordings[:2]] + make_chat(words, claims, 10)
    return lexicon, Tuning.load(), claims, chat


def anew(claims) -> IndexedBase:
    lexicon, tuning, _, _ = material()
    return IndexedBase.of(claims, lexicon, tuning)


@cache
def ninety() -> IndexedBase:
    return anew(material()[2][:LOOSE])


def found(base: IndexedBase, text: str) -> list[tuple[str, float]]:
    """Return the claims that come near, with their probabilities."""
    if base.scorer is None:
        return []
    candidates = base.scorer.candidates(analyse(text, material()[0]))
    probability = base.scorer.model.probability
    return [(base.claim(each.claim).id, probability(each.evidence.features())) for each in candidates]


def alike(found: list[tuple[str, float]], expected: list[tuple[str, float]], within: float = 1e-6) -> bool:
    return [name for name, _ in found] == [name for name, _ in expected] and [score for _, score in found] == (
        pytest.approx([score for _, score in expected], abs=within)
    )


def changed(base: IndexedBase, steps) -> IndexedBase:
    """Return the base after some steps, each of which changes a claim; what it holds then is looked at."""
    claims = material()[2]
    left = {claim.id: claim for claim in claims[:LOOSE]}
    for step, number in steps:
        claim = left.get(claims[number].id, claims[number])
        if step == "remove":
            left.pop(claim.id, None)
            base = base.changed([], [claim.id])
            continue
        if step == "edit":
            claim = replace(claim, wordings=claim.wordings[1:] or claim.wordings)
        if step == "mute":
            claim = replace(claim, muted=not claim.muted)
        left[claim.id] = claim
        base = base.changed([claim])
    assert {claim.id: claim for claim in base.claims()} == left
    return base


@contextmanager
def rules(**numbers: int) -> Iterator[None]:
    """Set from how many wordings on a base counts as large."""
    with pytest.MonkeyPatch.context() as patch:
        for name, number in numbers.items():
            patch.setattr(checks.base, name, number)
        yield


# Few numbers, so that claims change which have changed before.
NUMBERS = st.sampled_from((3, 40, 89, 90, 91, 92, 93, 94, 118, 119))
STEPS = st.lists(st.tuples(st.sampled_from(("add", "edit", "mute", "remove")), NUMBERS), max_size=12)


@settings(max_examples=examples(20), deadline=None)
@given(steps=STEPS)
def test_after_any_changes_it_answers_as_one_built_anew(steps):
    with rules(_JOINED_AT_ONCE=0):
        base = changed(ninety(), steps)
    # Claims that come equally near stand in the order of the base.
    expected, joined = anew(base.claims()), base.joined()
    for text in material()[3]:
        assert alike(found(base, text), found(expected, text))
        assert alike(found(joined, text), found(expected, text))


@settings(max_examples=examples(20), deadline=None)
@given(steps=STEPS)
def test_a_large_base_drifts_little_until_it_is_joined(steps):
    with rules(_JOINED_AT_ONCE=0, _WEIGHED_ANEW=0):
        base = changed(ninety(), steps)
    expected, joined = anew(base.claims()), base.joined()
    for text in material()[3]:
        right = found(expected, text)
        assert alike(found(base, text)[:1], right[:1], MOST_DRIFT)
        assert alike(found(joined, text), right)


@pytest.mark.parametrize("number", [3, 117])
def test_what_is_only_set_on_a_claim_is_not_read_again(number):
    claims = material()[2]
    with rules(_JOINED_AT_ONCE=0):
        base = changed(ninety(), [("add", 117)])
        muted = base.changed([replace(claims[number], muted=True)])
    assert {claim.id for claim in muted.claims() if claim.muted} == {claims[number].id}
    assert {claim.id for claim in muted.joined().claims() if claim.muted} == {claims[number].id}
    assert not any(claim.muted for claim in base.claims())
    for text in material()[3]:
        assert alike(found(muted, text), found(base, text))


def test_what_is_only_set_on_few_claims_stays_beside_them_and_nothing_is_worked_out_anew():
    claims = material()[2]
    with rules(_JOINED_AT_ONCE=0, _MOST_SET=3):
        base = ninety()
        for number in (3, 40, 89):
            base = base.changed([replace(claims[number], muted=True)])
            assert (base.scorer, base.is_loose) == (ninety().scorer, False)
        assert [base.read(number).claim.muted for number in (2, 3, 40, 89)] == [False, True, True, True]
        base = base.changed([replace(claims[3], muted=False), replace(claims[50], raised_to=0.9)])
        assert base.is_loose
    left = [replace(claims[number], muted=number in (40, 89)) for number in (3, 40, 89)]
    left = {claim.id: claim for claim in [*claims[:LOOSE], *left, replace(claims[50], raised_to=0.9)]}
    assert {claim.id: claim for claim in base.joined().claims()} == left
    assert not base.joined().is_loose


def test_however_many_changes_follow_few_claims_are_indexed_again_at_each():
    claims = material()[2][LOOSE:]
    with rules(_JOINED_AT_ONCE=0, _WEIGHED_ANEW=0):
        base = ninety()
        for claim in claims:
            base = base.changed([claim])
        assert [len(part.segment.claims) for part in base.parts] == [LOOSE, 16, 8, 4, 2]
        muted = base.changed([replace(claims[0], muted=True)], [claims[20].id])
        assert [part.segment for part in muted.parts] == [part.segment for part in base.parts]
        left = muted.changed([], [claim.id for claim in claims])
    assert (len(left.parts), left.is_loose) == (1, False)


def test_a_small_base_is_never_loose():
    base = anew([COFFEE]).changed([NVIDIA]).changed([RENT], [COFFEE.id])
    assert not base.is_loose
    for text in SAID:
        assert found(base, text) == found(anew([NVIDIA, RENT]), text)


def test_a_base_can_be_emptied_and_filled_again():
    base = anew([COFFEE]).changed([], [COFFEE.id])
    assert (base.size, list(base.claims())) == (0, [])
    assert found(base.changed([COFFEE]), SAID[0]) == found(anew([COFFEE]), SAID[0])


def test_a_message_of_unknown_words_is_near_nothing_though_a_claim_is_gone():
    with rules(_JOINED_AT_ONCE=0):
        base = changed(ninety(), [("remove", 3)])
    assert found(base, "qwxzv zzyqk") == []


def test_a_snapshot_does_not_change():
    claims, chat = material()[2:]
    before = [found(ninety(), text) for text in chat]
    with rules(_JOINED_AT_ONCE=0):
        ninety().changed([claims[100]], [claims[3].id])
    assert [found(ninety(), text) for text in chat] == before


def test_what_has_changed_is_joined_in_the_background():
    lexicon, tuning, claims, _ = material()
    with rules(_JOINED_AT_ONCE=0):
        checker = Checker(claims[:LOOSE], lexicon, tuning)
        checker.change([claims[100]], ())
        said = claims[100].wordings[0].text
        assert checker.base.is_loose
        assert checker.check(said).matches[0].claim == claims[100].id
        checker.settle()
    assert not checker.base.is_loose
    assert checker.check(said).matches[0].claim == claims[100].id


def test_what_changes_while_others_are_joined_is_in_force_afterwards():
    lexicon, tuning, claims, _ = material()
    begun, may_go_on, join = Event(), Event(), IndexedBase.joined

    def joined(base: IndexedBase) -> IndexedBase:
        begun.set()
        assert may_go_on.wait(60)
        return join(base)

    with rules(_JOINED_AT_ONCE=0), pytest.MonkeyPatch.context() as patch:
        patch.setattr(IndexedBase, "joined", joined)
        checker = Checker(claims[:LOOSE], lexicon, tuning)
        checker.change([claims[100]], ())
        assert begun.wait(60)
        edited = replace(claims[4], wordings=claims[4].wordings[1:])
        for put, gone in ([claims[101]], []), ([edited], []), ([replace(claims[5], muted=True)], [claims[100].id]):
            checker.change(put, gone)
        for put, gone in ([], [claims[101].id]), ([claims[102]], []), ([], [claims[102].id]), ([claims[102]], []):
            checker.change(put, gone)
        may_go_on.set()
        checker.settle()
    left = {**{claim.id: claim for claim in claims[:LOOSE]}, edited.id: edited, claims[102].id: claims[102]}
    left[claims[5].id] = replace(claims[5], muted=True)
    assert {claim.id: claim for claim in checker.base.claims()} == left
    assert not checker.base.is_loose


class SlowTexts:
    """Texts of which the first one takes until it may come."""

    def __init__(self) -> None:
        self.asked, self.may_come = Event(), Event()

    def __iter__(self) -> Iterator[str]:
        self.asked.set()
        assert self.may_come.wait(60)
        yield "slowly read"


def test_no_check_waits_while_the_words_of_another_base_are_collected():
    lexicon, tuning, claims, _ = material()
    texts, whole = SlowTexts(), ninety().whole(with_texts=False)
    slow_parts = replace(whole, segment=replace(whole.segment, texts=texts))
    slow = IndexedBase.of_parts(slow_parts, tuning, Readings(lexicon))
    slow._shelf.spellings.clear()
    with ThreadPoolExecutor(2) as threads:
        collected = threads.submit(lambda: slow.spelling)
        assert texts.asked.wait(60)
        try:
            other = threads.submit(lambda: ninety().changed([claims[100]]).spelling)
            assert not other.result(60).knows("slowly")
        finally:
            texts.may_come.set()
        assert collected.result(60).knows("slowly")


def test_a_change_that_could_not_be_joined_is_joined_with_the_next_one(monkeypatch):
    lexicon, tuning, claims, _ = material()
    with rules(_JOINED_AT_ONCE=0), monkeypatch.context() as broken:
        checker = Checker(claims[:LOOSE], lexicon, tuning)
        broken.setattr(IndexedBase, "joined", lambda _: 1 / 0)
        checker.change([claims[100]], ())
        checker.settle()
        assert checker.base.is_loose
        broken.undo()
        checker.change([claims[101]], ())
        checker.settle()
    assert not checker.base.is_loose
    assert {claims[100].id, claims[101].id} <= {claim.id for claim in checker.base.claims()}


def beside(shared: Checker, own=(), hidden=(), settings=None) -> Checker:
    return shared.beside(Overlay(shared.index_own(own), frozenset(hidden), settings or {}))


def test_a_server_sees_its_own_claims_and_settings_and_no_hidden_ones():
    lexicon, tuning, claims, _ = material()
    shared = Checker(claims[:LOOSE], lexicon, tuning)
    settings = {claims[5].id: replace(claims[5], muted=True), claims[6].id: replace(claims[6], cut_off=0.9)}
    own, other = beside(shared, [claims[100]], [claims[4].id], settings), beside(shared)
    texts = {number: claims[number].wordings[0].text for number in (4, 5, 6, 100)}
    assert own.check(texts[100]).best.claim == claims[100].id
    assert other.check(texts[100]).action == "silent"
    assert own.check(texts[4]).action == "silent"
    assert other.check(texts[4]).action == "reply"
    assert own.check(texts[5]).action == "silent"
    assert other.check(texts[5]).action == "reply"
    assert [claim.cut_off for claim in own.base.claims() if claim.id == claims[6].id] == [0.9]


@settings(max_examples=examples(10), deadline=None)
@given(own=st.sets(st.integers(80, 119), max_size=9))
def test_a_server_is_answered_as_from_a_base_of_its_own(own):
    claims, chat = material()[2:]
    mine = [replace(claims[number], wordings=claims[number].wordings[:5]) for number in own]
    seen = beside(Checker(claims[:LOOSE], material()[0], material()[1]), mine).base
    ids = {claim.id for claim in mine}
    expected = anew([*(claim for claim in claims[:LOOSE] if claim.id not in ids), *mine])
    for text in chat:
        assert alike(found(seen, text), found(expected, text))


@settings(max_examples=examples(10), deadline=None)
@given(own=st.sets(st.integers(80, 119), max_size=4))
def test_what_few_claims_of_its_own_weigh_a_server_hardly_notices(own):
    claims, chat = material()[2:]
    mine = [replace(claims[number], wordings=claims[number].wordings[:5]) for number in own]
    ids = {claim.id for claim in mine}
    with rules(_WEIGHED_ANEW=0):
        seen = beside(Checker(claims[:LOOSE], material()[0], material()[1]), mine).base
    expected = anew([*(claim for claim in claims[:LOOSE] if claim.id not in ids), *mine])
    for text in [*chat, *(claim.wordings[-1].text for claim in mine)]:
        assert alike(found(seen, text)[:1], found(expected, text)[:1], MOST_DRIFT)


@settings(max_examples=examples(10), deadline=None)
@given(before=st.sets(st.integers(90, 99)), after=st.sets(st.integers(90, 99)), muted=st.sets(st.integers(90, 99)))
def test_own_claims_that_are_not_read_again_are_indexed_as_if_they_were(before, after, muted):
    claims, chat = material()[2:]
    mine = [replace(claims[number], muted=number in muted) for number in after]
    kept = ninety().index_own(ninety().index_own(claims[number] for number in before).claims)
    again, expected = ninety().index_own(mine, kept), ninety().index_own(mine)
    assert {claim.id: claim for claim in again.claims} == {claim.id: claim for claim in mine}
    for text in [*chat[:4], *(claim.wordings[0].text for claim in mine)]:
        found_again, right = (found(ninety().beside(Overlay(own)), text) for own in (again, expected))
        assert alike(found_again[:1], right[:1])


def test_own_claims_that_stay_as_they_are_are_not_indexed_again():
    claims = material()[2][100:103]
    own = ninety().index_own(claims)
    assert ninety().index_own(claims, own) is own
    muted = [replace(claim, muted=True) for claim in claims]
    again = ninety().index_own(muted, own)
    assert (again.claims, again.postings) == (tuple(muted), own.postings)


def test_what_a_draft_says_takes_the_place_of_what_is_set_on_the_claim():
    lexicon, tuning, claims, _ = material()
    server = beside(Checker(claims[:LOOSE], lexicon, tuning), settings={claims[5].id: replace(claims[5], muted=True)})
    tried = beside(server, [replace(claims[5], wordings=claims[119].wordings)])
    assert tried.check(claims[119].wordings[0].text).best.claim == claims[5].id
    assert tried.check(claims[119].wordings[0].text).action == "reply"
