"""The figures over labelled messages."""

import pytest

from checks.evaluation import (
    count_alarms,
    decide_retrieval,
    hold_claims,
    judge_findings,
    judge_retrieval,
    mistyped,
)
from checks.evaluation_files import ChatLine, ClaimText, LabelledMessage, Query
from checks.model import Finding, Match
from checks.tuning import Tuning


def row(text, *claims: str, stance="asserts", language="en"):
    return LabelledMessage(text, text, language, frozenset(claims), stance if claims else "none", "none")


ANSWERS = {
    "right": ("reply", "clock"),
    "offered": ("offer", "clock"),
    "other": ("reply", "ferry"),
    "missed": ("silent", None),
    "chat": ("reply", "clock"),
    "debunk": ("reply", "clock"),
}


def check(text):
    action, claim = ANSWERS[text]
    matches = (Match(claim, 0.9, "asserts", "", action=action),) if claim else ()
    return Finding(text, "en", action, matches)


@pytest.fixture
def report():
    rows = [row(text, "clock") for text in ("right", "offered", "other", "missed")]
    said = [*rows, row("chat", language="zh-Hans"), row("debunk", "clock", stance="denies")]
    return judge_findings((each, check(each.text)) for each in said)


def test_shares_count_the_messages_that_they_are_about(report):
    assert report.figures["top1"] == 0.5
    assert report.figures["replied"] == 0.25
    assert report.figures["replied_or_offered"] == 0.5
    assert report.figures["wrong"] == 0.25
    assert report.figures["false"] == report.figures["false_offer"] == 1
    assert report.figures["lectured"] == 1
    assert "asks_seen" not in report.figures


def test_each_language_has_its_own_figures(report):
    assert report.by_language["zh-Hans"] == {"false": 1, "false_offer": 1}


def test_the_worst_rows_come_first(report):
    assert [each.fault for each in report.worst] == ["false reply", "wrong reply", "lectured", "nothing found"]


def test_confused_claims_are_listed(report):
    assert report.confusion == [("clock", "ferry", 1)]


def test_every_answer_to_chat_is_a_false_alarm():
    lines = [ChatLine(1, "missed"), ChatLine(2, "chat"), ChatLine(3, "offered")]
    report = count_alarms((line, check(line.text)) for line in lines)
    assert report.lines == 3
    assert (report.count("reply"), report.count("offer")) == (1, 1)
    assert report.per_thousand("reply", "offer") == pytest.approx(2000 / 3)
    assert [alarm.line.number for alarm in report.alarms] == [2, 3]


def test_every_third_longer_word_is_mistyped_and_the_rest_stays():
    text = "the quick silver prices of many traders explode under https://example.com/prices today again"
    pairs = zip(text.split(), mistyped(text, 1).split(), strict=True)
    assert [one for one, other in pairs if one != other] == ["quick", "traders", "today"]


def test_the_same_seed_makes_the_same_slips():
    text = "silver prices explode because traders everywhere expect shortages"
    assert mistyped(text, 1) == mistyped(text, 1)
    assert len({mistyped(text, seed) for seed in range(9)}) > 1


def test_a_text_without_longer_words_stays():
    assert mistyped("gold is up, 白银涨了", 1) == "gold is up, 白银涨了"


CLAIMS = (
    ClaimText("clock", "The town hall clock was built by a blind watchmaker", ""),
    ClaimText("same", "A blind watchmaker made the town hall clock", ""),
    ClaimText("ferry", "The harbour ferry carried four million passengers last winter", ""),
)


@pytest.fixture(scope="module")
def held(lexicon):
    return hold_claims(CLAIMS, lexicon, Tuning.load())


def test_a_claim_that_the_query_repeats_word_for_word_is_told_apart_from_a_wrong_one(held):
    queries = [Query("q", CLAIMS[1].text, frozenset({"clock"})), Query("r", CLAIMS[2].text, frozenset({"ferry"}))]
    figures = judge_retrieval(held, queries).figures
    assert (figures["p@1"], figures["p@1_others"], figures["s@5"]) == (0.5, 1.0, 1.0)


def test_the_threshold_is_that_which_so_much_chat_passes(held):
    queries = [Query("q", "a blind watchmaker built the town hall clock, they say", frozenset({"clock", "same"}))]
    found = decide_retrieval(held, queries, ["see you at lunch then", "the ferry was late again"], 1 / 1000)
    assert (found.alarms, found.lines, found.answered, found.wrong) == (0, 2, 1.0, 0.0)
    strict = decide_retrieval(held, queries, [CLAIMS[0].text], 1 / 1000)
    assert strict.answered == 0.0
