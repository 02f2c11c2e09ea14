"""Scoring: which claims come near a message."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import checks.scoring
from checks.base import IndexedBase
from checks.lexicon import Lexicon, analyse
from checks.model import KnownClaim, KnownWording
from checks.tuning import Gates, Model, Tuning
from config.languages import ByLanguage
from tests.bench.making import Words, make_chat, make_claims
from tests.quick import examples

TEXTS = {
    "ferry": ("The harbour ferry carried four million passengers last winter.", "en", "Ferry passengers"),
    "clock": ("The town hall clock was built by a blind watchmaker.", "en", "Blind watchmaker"),
    "bridge": ("这座石桥是唐代的和尚修建的", "zh", ""),
    "tea": ("喝绿茶可以治好感冒", "zh", ""),
}


@pytest.fixture(scope="module")
def lexicon():
    return Lexicon.load()


@pytest.fixture(scope="module")
def base(lexicon):
    known = [
        KnownClaim(name, "context", ByLanguage(en=title), (KnownWording(text, language),))
        for name, (text, language, title) in TEXTS.items()
    ]
    return IndexedBase.of(known, lexicon, Tuning.load())


def found(base, lexicon, text):
    return [base.claim(each.claim).id for each in base.scorer.candidates(analyse(text, lexicon))]


def looked_at(base, lexicon, text):
    return base.scorer.close_look(analyse(text, lexicon), range(base.size))


def test_the_claim_that_a_message_repeats_is_on_top(base, lexicon):
    assert found(base, lexicon, "did you know a blind watchmaker built the clock on the town hall?")[0] == "clock"
    assert found(base, lexicon, "听说那座石桥是唐代和尚修的")[0] == "bridge"


def test_ordinary_chat_comes_near_nothing(base, lexicon):
    assert found(base, lexicon, "see you at lunch then") == []


def test_each_claim_has_a_gate_by_its_own_wordings(lexicon):
    gates = Gates(few=0.2, many=50.0, many_from=10)
    clock, ferry = ("The town hall clock was built by a blind watchmaker.", "The ferry is never late.")
    said = tuple(KnownWording(f"{ferry} I saw it {n} times.", "en") for n in range(40))
    thin = KnownClaim("clock", "context", ByLanguage(en=""), (KnownWording(clock, "en"),))
    full = KnownClaim("ferry", "context", ByLanguage(en=""), said)
    scorer = IndexedBase.of([thin, full], lexicon, Tuning.load()).scorer
    assert scorer.is_far(scorer.hear(analyse("nothing of either kind", lexicon)), gates)
    assert scorer.is_far(scorer.hear(analyse("ferry late", lexicon)), gates)
    assert not scorer.is_far(scorer.hear(analyse("who built the clock", lexicon)), gates)


def test_a_tag_of_several_words_is_read_as_these_words(base, lexicon):
    assert found(base, lexicon, "unbelievable #BlindWatchmaker #TownHallClock")[0] == "clock"


def test_a_title_of_two_words_is_no_wording(base):
    assert base.read(0).indexed[0][0].text == TEXTS["ferry"][0]


def test_candidates_are_ordered_and_only_the_first_has_a_margin(base, lexicon):
    each = looked_at(base, lexicon, "a blind watchmaker built the harbour ferry")
    assert len(each) == len(TEXTS)
    ranks = [one.evidence.rank for one in each]
    assert ranks == sorted(ranks, reverse=True)
    assert each[0].evidence.margin == pytest.approx(ranks[0] - ranks[1])
    assert all(one.evidence.margin == 0 for one in each[1:])


@settings(max_examples=examples(60), deadline=None)
@given(text=st.text(max_size=120))
def test_any_text_is_measured_within_bounds(base, lexicon, text):
    for each in looked_at(base, lexicon, text):
        values = each.evidence.features()
        for name in ("dice", "share", "characters", "letters", "sentence", "partial", "whole_cosine", "length_gap"):
            assert -1e-6 <= values[name] <= 1 + 1e-6


@pytest.fixture(scope="module")
def many(lexicon):
    """Return a base of made-up claims, of which some have wordings that must never match, and chat about them."""
    words = Words.of(lexicon)
    claims = make_claims(words, 300, 9)
    chat = make_chat(words, claims, 120) + [claim.wordings[n % 9].text for n, claim in enumerate(claims[::20])]
    known = [
        replace(claim, wordings=tuple(replace(each, negative=n % 4 == 3) for n, each in enumerate(claim.wordings)))
        if place % 3
        else claim
        for place, claim in enumerate(claims)
    ]
    return IndexedBase.of(known, lexicon, Tuning.load()), chat


def test_what_is_told_before_wordings_are_looked_at_is_what_they_tell(many, lexicon, monkeypatch):
    base, chat = many
    readings = [analyse(text, lexicon) for text in chat]
    early = [base.scorer.candidates(each) for each in readings]
    monkeypatch.setattr(Model, "may_be_near", lambda *_: True)
    assert early == [base.scorer.candidates(each) for each in readings]
    assert 0 < sum(map(bool, early)) < len(chat)


def test_to_leave_out_claims_that_cannot_come_near_changes_nothing(many, lexicon, monkeypatch):
    base, chat = many
    readings = [analyse(text, lexicon) for text in chat]

    def found():
        return [(base.scorer.candidates(each), base.scorer.close_look(each, (7, 8, 299))) for each in readings]

    whole = found()
    monkeypatch.setattr(checks.scoring, "_FEW", 0)
    assert found() == whole
