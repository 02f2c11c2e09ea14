"""Calibration: weights that tell claims from chat, and cut-offs that keep to the budget."""

import random
from dataclasses import replace
from fractions import Fraction

import pytest

from checks.calibration import Measurer, Sample, calibrate, calibrate_meaning, ticked
from checks.checker import Checker
from checks.kept_index import read_with
from checks.model import KnownWording
from checks.tuning import CutOffs, Model
from config.errors import EvaluationError
from tests.checks.conftest import COFFEE

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
    found = calibrate(samples(), MODEL, 50, Fraction(1, 1000), "test")
    assert found.after.chat_replies <= 1 / 1000
    assert found.after.false <= 0.02
    assert found.after.replied > 0.7
    assert found.before.chat_replies > found.after.chat_replies


def test_a_smaller_budget_raises_the_bar():
    strict, lax = (
        calibrate(samples(), MODEL, 50, share, "test").cut_offs.reply for share in (Fraction(1, 2000), Fraction(1, 50))
    )
    assert strict >= lax


def test_the_fitted_size_is_kept_beside_the_others_and_offers_never_outrank_replies():
    model = calibrate(samples(), MODEL, 200, Fraction(1, 1000), "test").model
    assert set(model.cut_offs) == {50, 200}
    assert all(each.near <= each.offer <= each.reply < 1 for each in model.cut_offs.values())
    assert model.provenance == "test"


def test_too_little_is_told_with_what_is_needed():
    with pytest.raises(EvaluationError, match="Give at least 30 of each"):
        calibrate(samples(right=5), MODEL, 50, Fraction(1, 1000), "test")
    with pytest.raises(EvaluationError, match="Give at least 1000 with --chat"):
        calibrate(samples(chat=500), MODEL, 50, Fraction(1, 1000), "test")


def measured(file, claim, text="drinking coffee dehydrates you"):
    measurer = Measurer(Checker([claim]), file)
    measurer.measure([text], lambda texts: texts)
    return measurer.chat(text).features


def test_a_slip_of_the_hand_is_mended_as_in_a_check(tmp_path):
    slip, plain = "drinking cofffee dehydrates you badly", "drinking coffee dehydrates you badly"
    mended, right = (measured(tmp_path / said[:12], COFFEE, said) for said in (slip, plain))
    assert mended["share"] == right["share"]


@pytest.mark.parametrize("other", [{"denies": True}, {"negative": True}])
def test_what_was_measured_of_other_claims_is_measured_again(tmp_path, other):
    taught = KnownWording("drinking coffee dehydrates you, they say", "en")
    both = [replace(COFFEE, wordings=(*COFFEE.wordings, each)) for each in (taught, replace(taught, **other))]
    for claim in both:
        measured(tmp_path / "work", claim)
    lines = (tmp_path / "work").read_text("utf-8").splitlines()
    assert len(lines) == len(both)


OTHERWISE = [{"muted": True}, {"cut_off": 0.9}, {"points": ("It does not.",)}, {"version": 2}]


@pytest.mark.parametrize("change", OTHERWISE)
def test_whatever_else_of_a_claim_has_changed_nothing_measured_before_counts(tmp_path, change):
    assert not Measurer(Checker([COFFEE]), tmp_path / "work").begins_anew
    measured(tmp_path / "work", COFFEE)
    assert not Measurer(Checker([COFFEE]), tmp_path / "work").begins_anew
    changed = replace(COFFEE, **change)
    assert Measurer(Checker([changed]), tmp_path / "work").begins_anew
    measured(tmp_path / "work", changed)
    assert not Measurer(Checker([changed]), tmp_path / "work").begins_anew
    assert len((tmp_path / "work").read_text("utf-8").splitlines()) == 2


def test_cues_units_and_turns_are_among_what_a_measurement_depends_on():
    read = {part for part in read_with(messages=True) if len(part) < 30}
    assert read >= {b"cues.py", b"units.py", b"units.yaml", b"turns.tsv", b"stance.yaml", b"syntax.yaml"}


SHIPPED = CutOffs(0.8, 0.3, 0.02, about=1.3)


def ticks(*, right: int, wrong: int, right_at=0.9, wrong_at=0.9):
    return [ticked(right_at, True)] * right + [ticked(wrong_at, False)] * wrong


def test_labels_that_agree_with_the_score_leave_the_cut_off_where_it_is():
    even = [*ticks(right=9, wrong=1), *ticks(right=15, wrong=15, right_at=0.5, wrong_at=0.5)]
    found = calibrate_meaning(even, SHIPPED, Fraction(1, 2000)).cut_offs
    assert found.reply == pytest.approx(SHIPPED.reply, abs=0.03)
    assert (found.near, found.about) == (SHIPPED.near, SHIPPED.about)


def test_wrong_ones_raise_the_cut_off_and_more_of_them_raise_it_further():
    some = calibrate_meaning(ticks(right=12, wrong=12), SHIPPED, Fraction(1, 2000)).cut_offs
    many = calibrate_meaning(ticks(right=120, wrong=120), SHIPPED, Fraction(1, 2000)).cut_offs
    assert SHIPPED.reply < some.reply < many.reply < 1


def test_what_is_right_far_below_the_cut_off_lowers_it():
    found = calibrate_meaning([*ticks(right=60, wrong=5, right_at=0.6, wrong_at=0.2)], SHIPPED, Fraction(1, 2000))
    assert found.cut_offs.reply < SHIPPED.reply
    assert found.after.replied > found.before.replied
    assert (found.right, found.wrong) == (60, 5)


def test_chat_keeps_the_bar_up_whatever_labels_say():
    chat = [Sample({"score": 0.97}, right=False, about_a_claim=False, answer_due=False, chat=True)] * 10
    silent = [Sample(None, right=False, about_a_claim=False, answer_due=False, chat=True)] * 1990
    found = calibrate_meaning([*ticks(right=60, wrong=5, right_at=0.6), *chat, *silent], SHIPPED, Fraction(1, 2000))
    assert found.cut_offs.reply > 0.97
    assert found.after.chat_replies <= 1 / 1000


def test_too_few_labels_are_refused_with_what_is_needed():
    with pytest.raises(EvaluationError, match="Give at least 20, 5 of each"):
        calibrate_meaning(ticks(right=30, wrong=4), SHIPPED, Fraction(1, 2000))
    with pytest.raises(EvaluationError, match="Give at least 2000 with --chat"):
        calibrate_meaning(
            [*ticks(right=30, wrong=9), Sample(None, False, False, False, chat=True)], SHIPPED, Fraction(1, 2000)
        )
