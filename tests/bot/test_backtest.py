"""What a backtest counts, and what it keeps."""

import pytest

from bot.backtest import Backtest, PastMessage
from checks.model import Finding, Match


def check(text: str) -> Finding:
    """Take "reply 0.9 crane" for a message that scores 0.9 for the claim `crane` and calls for a reply."""
    if not text.startswith(("reply", "offer")):
        return Finding(text, "en", "silent")
    action, score, claim = text.split()
    return Finding(text, "en", action, (Match(claim, float(score), "asserts", "", action=action),))


def run(*texts: str, keep_texts: bool = False) -> Backtest:
    backtest = Backtest(check, keep_texts=keep_texts)
    for number, text in enumerate(texts):
        backtest.add(PastMessage(str(number), text, f"link {number}"))
    return backtest


def test_replies_and_offers_are_counted_by_claim():
    report = run("hello", "reply 0.9 crane", "reply 0.8 lamp", "offer 0.5 lamp", "reply 0.7 lamp").report(1000)
    assert (report.messages, report.replies, report.offers) == (5, 3, 1)
    assert [(each.claim, each.replies, each.offers) for each in report.claims] == [("lamp", 2, 1), ("crane", 1, 0)]
    assert report.per_thousand(report.replies) == 600


def test_the_ten_replies_that_only_just_passed_are_named():
    report = run(*(f"reply 0.{score} crane" for score in range(50, 99)), "offer 0.1 crane").report(1)
    assert [each.score for each in report.doubtful] == pytest.approx([score / 100 for score in range(50, 60)])
    assert report.doubtful[0].message.link == "link 0"


def test_texts_are_kept_only_where_that_is_wanted():
    assert run("reply 0.9 crane").report(1).doubtful[0].message.text == ""
    assert run("reply 0.9 crane", keep_texts=True).report(1).doubtful[0].message.text == "reply 0.9 crane"


def test_the_cut_off_keeps_the_budget():
    backtest = run(*["hello"] * 996, "reply 0.6 crane", "reply 0.7 crane", "reply 0.8 crane", "reply 0.9 crane")
    report = backtest.report(2)
    assert report.left == 2
    assert 0.7 < report.cut_off <= 0.8
    assert backtest.report(4).cut_off is None
    assert backtest.report(4).left == 4


def test_nothing_read_is_no_division_by_nothing():
    report = run().report(0.5)
    assert report.per_thousand(report.replies) == 0
    assert report.cut_off is None
