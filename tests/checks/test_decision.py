"""The fitted decision: shares of what an author does with a claim."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.decision import Beyond, DecisionModel, MessageVectors, Pairing, StanceShares, Trees
from checks.tuning import MeaningTuning


@pytest.fixture(scope="module")
def model() -> DecisionModel:
    return DecisionModel.load()


def measures(model: DecisionModel) -> dict[str, float]:
    """Return the measures of the average pair of the fit."""
    scales = model.ordering, model.likeness, model.stance, model.topic
    return {name: value for each in scales for name, value in zip(each.names, each.centre.tolist(), strict=True)}


def test_the_shares_add_up(model):
    shares = model.shares(measures(model), (), None)
    assert sum(dataclasses.astuple(shares)) == pytest.approx(1.0)


def test_a_claim_that_is_nearer_in_meaning_is_likelier_the_topic(model):
    average = measures(model)
    nearer = average | {"above_both": average["above_both"] + 1, "lead_both": average["lead_both"] + 0.1}
    assert model.about(nearer) > model.about(average)


def test_among_few_claims_fitted_weights_tell_which_is_meant_and_among_thousands_likeness(model):
    average = measures(model) | {"rank": 1.0}
    sourced = average | {"rank": 0.9, "sourced": average["sourced"] + 0.3, "profile": average["profile"] + 3.0}
    assert model.order(sourced, 50) > model.order(average, 50)
    assert model.order(sourced, 10_000) < model.order(average, 10_000)


def test_among_thousands_messages_in_chinese_are_ordered_by_weights_of_their_own(model):
    average = measures(model) | {"chinese": 1.0}
    nearer = average | {"rank": average["rank"] + 0.2, "above_both": average["above_both"] + 1}
    assert model.order(nearer, 10_000) > model.order(average, 10_000)
    assert model.order(average, 10_000) != model.order(average | {"chinese": 0.0}, 10_000)


def test_a_claim_whose_denials_the_message_comes_near_is_likelier_meant(model):
    known = measures(model) | {"has_denials": 1.0}
    near, far = (known | dict.fromkeys(("denial_whole", "denial_part"), beyond) for beyond in (0.1, -0.1))
    assert model.order(near, 50) > model.order(far, 50)


def test_turns_of_phrase_count(model):
    turns = model.turns()
    turn = max(turns, key=lambda turn: turns[turn][1])
    heard, unheard = model.shares(measures(model), [turn], None), model.shares(measures(model), (), None)
    assert heard.denies > unheard.denies


def test_an_unknown_turn_says_nothing(model):
    assert model.shares(measures(model), ["o|never seen"], None) == model.shares(measures(model), (), None)


def test_vectors_count_where_they_are_of_the_fitted_encoder(model):
    vectors = MessageVectors(np.ones(512, dtype=np.float32) / 512**0.5, np.zeros(512, dtype=np.float32))
    assert model.shares(measures(model), (), vectors) != model.shares(measures(model), (), None)


def test_a_long_message_counts_as_a_whole_too(model):
    stretch, wording = np.ones(512, dtype=np.float32) / 512**0.5, np.zeros(512, dtype=np.float32)
    short, long = MessageVectors(stretch, wording), MessageVectors(stretch, wording, stretch)
    assert model.shares(measures(model), (), short) != model.shares(measures(model), (), long)


def test_the_same_news_is_for_one_claim_and_against_another():
    # One axis each: how well it goes in the message, and how well it goes by the claim.
    axis, centre = np.array([[1.0], [0.0]]), np.zeros(1)
    weights = np.zeros((1, 1, 5))
    weights[0, 0, 0] = 2.0
    pairing = Pairing((axis, centre), (axis, centre), weights)
    good, bad = np.array([1.0, 0.0], dtype=np.float32), np.array([-1.0, 0.0], dtype=np.float32)
    assert pairing.odds(good, good)[0] == pairing.odds(bad, bad)[0] == 2.0
    assert pairing.odds(good, bad)[0] == pairing.odds(bad, good)[0] == -2.0


def test_what_a_long_message_and_a_claim_tell_together_counts(model):
    message, wording = np.zeros(512, dtype=np.float32), np.zeros(512, dtype=np.float32)
    message[0] = wording[1] = 1.0
    assert np.abs(model.pairing().odds(message, wording)).max() > 0
    unpaired = dataclasses.replace(
        model, pairing=lambda: Pairing(*[model.pairing().message] * 2, np.zeros((64, 64, 5)))
    )
    vectors = MessageVectors(message, wording, message)
    assert model.shares(measures(model), (), vectors) != unpaired.shares(measures(model), (), vectors)


def test_a_measure_far_out_counts_as_far_and_no_farther(model):
    far = measures(model) | {"message_length": 1e6}
    farther = measures(model) | {"message_length": 1e9}
    assert model.shares(far, (), None) == model.shares(farther, (), None)


def test_denials_are_believed_sooner_in_short_messages(model):
    shares = StanceShares(asserts=0.4, denies=0.36, asks=0.1, mentions=0.1, other=0.04)
    assert model.stance_of(shares, 80, has_denials=False) == "denies"
    assert model.stance_of(shares, 800, has_denials=False) == "asserts"


def test_denials_are_believed_sooner_where_it_is_known_how_people_dispute_a_claim(model):
    shares = StanceShares(asserts=0.5, denies=0.33, asks=0.07, mentions=0.05, other=0.05)
    assert model.stance_of(shares, 80, has_denials=True) == "denies"
    assert model.stance_of(shares, 80, has_denials=False) == "asserts"


def test_a_dispute_takes_less_from_the_claim_than_it_would_where_half_the_messages_dispute():
    shares = StanceShares(asserts=0.6, denies=0.3, asks=0.05, mentions=0.03, other=0.02)
    assert shares.makes(1.0) == pytest.approx(0.65)
    assert shares.makes(0.5) == pytest.approx(0.65 / 0.85)
    assert shares.makes(0.0) == pytest.approx(0.65 / 0.7)


def test_an_operators_cut_offs_take_the_place_of_the_shipped_ones(model):
    tuned = model.tuned(MeaningTuning("by hand", 0.9, 0.4)).cut_offs
    assert (tuned.reply, tuned.offer) == (0.9, 0.4)
    assert (tuned.near, tuned.about) == (model.cut_offs.near, model.cut_offs.about)
    assert model.tuned(None) is model


def test_the_weights_say_where_they_come_from(model):
    assert "messages" in model.provenance


def test_a_sentence_that_asks_whether_it_is_so_makes_a_question_of_the_message(model):
    shares = StanceShares(asserts=0.6, denies=0.05, asks=0.2, mentions=0.05, other=0.1)
    assert model.stance_of(shares, 100, has_denials=False, question=-6.0) == "asserts"
    assert model.stance_of(shares, 100, has_denials=False, question=6.0) == "asks"


def test_a_sure_topic_leaves_less_room_for_another_matter(model):
    average = measures(model)
    sure = average | {"above_both": average["above_both"] + 9, "lead_both": average["lead_both"] + 9}
    assert model.about(sure) > model.topical.least
    plain = dataclasses.replace(model, topical=Beyond(least=0.0, rate=0.0))
    assert model.shares(sure, (), None).other < plain.shares(sure, (), None).other


def test_a_topic_that_is_not_sure_is_answered_only_where_all_else_is(model):
    cut_offs, average = model.cut_offs, measures(model)
    far = average | {"above_both": average["above_both"] - 9, "lead_both": average["lead_both"] - 9}
    near = average | {"above_both": average["above_both"] + 9, "lead_both": average["lead_both"] + 9}
    assert model.about(far) < cut_offs.about < model.about(near)
    assert not model.is_on_topic(cut_offs.reply, far)
    assert model.is_on_topic(cut_offs.sure, far)
    assert model.is_on_topic(cut_offs.reply, near)


def two_trees() -> Trees:
    """Return a tree a class, for two classes: the first asks for the first value, and then for the second."""
    return Trees(
        values=np.array([0, 0, 1, 0, 0, 0]),
        limits=np.array([0.5, 0.0, 2.0, 0.0, 0.0, 0.0]),
        left=np.array([1, 1, 3, 3, 4, 5]),
        right=np.array([2, 1, 4, 3, 4, 5]),
        worth=np.array([0.0, 1.0, 0.0, 10.0, 100.0, 0.25]),
        roots=np.array([[0, 5]]),
        start=np.array([0.5, 0.0]),
        depth=2,
    )


@pytest.mark.parametrize(
    ("values", "odds"), [((0.5, 9.0), 1.5), ((0.6, 2.0), 10.5), ((0.6, 2.1), 100.5)], ids=["left", "then left", "right"]
)
def test_a_tree_asks_one_value_after_the_other(values, odds):
    assert two_trees().odds(np.array(values)).tolist() == [odds, 0.25]


@given(st.lists(st.floats(-9, 9), min_size=400, max_size=400))
def test_every_tree_ends_at_a_leaf(model, values):
    trees = model.trees()
    at = trees.roots
    for _ in range(trees.depth):
        at = np.where(np.array(values)[trees.values[at]] <= trees.limits[at], trees.left[at], trees.right[at])
    assert (trees.left[at] == at).all()


def test_the_trees_look_at_what_the_check_measures_and_nothing_else(model):
    trees = model.trees()
    assert trees.values.max() < len(model.stance.names) + trees.roots.shape[1] + 1
