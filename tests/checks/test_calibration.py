"""Calibration: weights that tell claims from chat, and cut-offs that keep to the budget."""

import random

import pytest

from checks.calibration import Sample, calibrate
from checks.tuning import CutOffs, Model
from config.errors import EvaluationError

MODEL = Model("by hand", {}, {}, {"share": 1.0, "words": 0.0}, 0.0, {}, 0.0, {50: CutOffs(0.6, 0.5, 0.02)})


def samples(*, right=60, other=60, chat=2000, seed=3):
    chance = random.Random(seed)

    def one(middle, **labels):
        return Sample({"share": chance.gauss(middle, 0.12), "words": chance.random()}, **labels)

    return [
        *(one(0.8, right=True, about_a_claim=True, answer_due=True, chat=False) for _ in range(right)),
        *(one(0.3, right=False, about_a_claim=False, answer_due=False, chat=False) for _ in range(other)),
        *(one(0.15, right=False, about_a_claim=False, answer_due=False, chat=True) for _ in range(chat)),
    ]


def test_the_budget_is_kept_and_more_is_answered():
    found = calibrate(samples(), MODEL, 50, 1 / 1000, "test")
    assert found.after.chat_replies <= 1 / 1000
    assert found.after.false <= 0.02
    assert found.after.replied > 0.7
    assert found.before.chat_replies > found.after.chat_replies


def test_a_smaller_budget_raises_the_bar():
    strict, lax = (calibrate(samples(), MODEL, 50, share, "test").cut_offs.reply for share in (1 / 2000, 1 / 50))
    assert strict >= lax


def test_the_fitted_size_is_kept_beside_the_others_and_offers_never_outrank_replies():
    model = calibrate(samples(), MODEL, 200, 1 / 1000, "test").model
    assert set(model.cut_offs) == {50, 200}
    assert all(each.near <= each.offer <= each.reply < 1 for each in model.cut_offs.values())
    assert model.provenance == "test"


def test_too_little_is_told_with_what_is_needed():
    with pytest.raises(EvaluationError, match="Give at least 30 of each"):
        calibrate(samples(right=5), MODEL, 50, 1 / 1000, "test")
    with pytest.raises(EvaluationError, match="Give at least 1000 with --chat"):
        calibrate(samples(chat=500), MODEL, 50, 1 / 1000, "test")
