"""Tuning files: two models, cut-offs by size of base, and errors that say what to do."""

import json
import math
from dataclasses import replace
from functools import reduce

import pytest

from checks.tuning import MeaningTuning, Tuning
from config.errors import TuningError


def test_the_shipped_file_says_where_its_weights_come_from():
    tuning = Tuning.load()
    assert all("cross-valid" in model.provenance for model in (tuning.few, tuning.many))


def test_a_written_file_is_read_back_the_same(tmp_path):
    file = tmp_path / "tuning.json"
    for tuning in (Tuning.load(), replace(Tuning.load(), meaning=MeaningTuning("by hand", 0.9, 0.4))):
        file.write_text(tuning.as_json(), "utf-8")
        assert Tuning.load(file) == tuning


def test_bases_with_many_wordings_a_claim_have_a_model_of_their_own():
    tuning = Tuning.load()
    assert tuning.model_for(3) is tuning.few
    assert tuning.model_for(100) is tuning.many


def test_cut_offs_rise_with_the_base_and_lie_between_fitted_sizes():
    few = Tuning.load().few
    replies = [few.cut_offs_for(size).reply for size in (10, 50, 200, 500, 2_000, 5_000, 90_000)]
    assert replies == sorted(replies)
    assert few.cut_offs_for(10) == few.cut_offs_for(50)
    assert few.cut_offs_for(90_000) == few.cut_offs_for(5_000)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"few": 1, "many": 2, "many_from": 3}'])
def test_a_file_that_is_none_is_refused_with_its_mend(tmp_path, text):
    file = tmp_path / "tuning.json"
    file.write_text(text, "utf-8")
    with pytest.raises(TuningError, match=r"tuning\.json: not a tuning file .* `touchstone calibrate`"):
        Tuning.load(file)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("many/cut_offs", {}),
        ("few/cut_offs", {"0": {"reply": 0.7, "offer": 0.4, "near": 0.02}}),
        ("few/cut_offs/50/reply", "often"),
        ("few/cut_offs/50/offer", None),
        ("few/cut_offs/50/near", math.nan),
        ("few/cut_offs/50/far", 0.1),
        ("many/ranking", ["dice"]),
        ("many/ranking_han/dice", [1]),
        ("many/ranking/taste", 1.0),
        ("few/decision/taste", 1.0),
        ("few/gate/letters", 1.0),
        ("few/bias", math.inf),
        ("meaning", "by hand"),
        ("meaning", {"provenance": "by hand", "reply": "high", "offer": 0.4}),
    ],
)
def test_a_file_with_something_else_in_a_place_is_refused(tmp_path, place, value):
    data = json.loads(Tuning.load().as_json())
    *way, last = place.split("/")
    reduce(dict.__getitem__, way, data)[last] = value
    file = tmp_path / "tuning.json"
    file.write_text(json.dumps(data), "utf-8")
    with pytest.raises(TuningError):
        Tuning.load(file)


def test_a_number_in_quotation_marks_is_one(tmp_path):
    data = json.loads(Tuning.load().as_json())
    data["few"]["cut_offs"]["50"]["reply"] = "0.7"
    file = tmp_path / "tuning.json"
    file.write_text(json.dumps(data), "utf-8")
    assert Tuning.load(file).few.cut_offs_for(1).reply == 0.7
