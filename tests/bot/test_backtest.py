"""What a backtest counts, what it keeps, and what is said of moderators' labels."""

import json

import pytest

from bot.backtest import Backtest, PastMessage, label_row, proposal_lines, summary_lines
from bot.texts import Texts
from checks.evaluation_files import read_labelled
from checks.model import Finding, Match
from claims.moderation.labels import SAMPLE, CutOffProposal


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


def test_few_replies_are_all_named_and_of_many_a_sample_drawn_by_chance():
    report = run("reply 0.9 crane", "hello", "offer 0.5 lamp", "reply 0.7 lamp").report(None)
    assert [(each.message.link, each.claim, each.score) for each in report.sample] == [
        ("link 0", "crane", 0.9),
        ("link 3", "lamp", 0.7),
    ]
    many = run(*["reply 0.9 crane"] * 200).report(None).sample
    numbers = [int(each.message.id) for each in many]
    assert len(numbers) == SAMPLE
    assert numbers == sorted(set(numbers))
    assert max(numbers) >= SAMPLE, "later replies can take the place of earlier ones"


def test_texts_are_kept_only_where_that_is_wanted():
    assert run("reply 0.9 crane").report(None).sample[0].message.text == ""
    assert run("reply 0.9 crane", keep_texts=True).report(None).sample[0].message.text == "reply 0.9 crane"


def test_a_budget_says_how_many_replies_it_leaves():
    backtest = run(*["hello"] * 996, *["reply 0.9 crane"] * 4)
    assert [backtest.report(budget).within for budget in (None, 0, 0.5, 2, 4, 1000)] == [4, 0, 1, 2, 4, 4]


@pytest.mark.parametrize("count", [1003, 1017])
def test_a_budget_of_one_in_so_many_allows_one_in_just_so_many(count):
    report = run(*["reply 0.9 crane"] * 2, *["hello"] * (count - 2)).report(1000 * (1 / count))
    assert report.within == 1
    enough = run("reply 0.9 crane", *["hello"] * (count - 1)).report(1000 * (1 / count))
    assert "keeps the budget" in summary_lines(enough, Texts.open("en"))[-1]


def test_nothing_read_is_no_division_by_nothing():
    report = run().report(0.5)
    assert report.per_thousand(report.replies) == 0
    assert report.within == 0


def test_a_label_is_written_in_the_form_of_labelled_messages(tmp_path):
    rows = [
        label_row("1", "made in 1920", "crane", "asserts", is_right=True),
        label_row("2", "made in 1920?", "crane", "asks", is_right=True),
        label_row("3", "lunch", "crane", "asserts", is_right=False),
    ]
    (tmp_path / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    read = read_labelled(tmp_path / "labels.jsonl")
    assert [(row.id, set(row.claims), row.said) for row in read] == [
        ("1", {"crane"}, True),
        ("2", {"crane"}, True),
        ("3", set(), False),
    ]


def said(proposal: CutOffProposal) -> str:
    return "\n".join(proposal_lines(proposal, Texts.open("en")))


def test_a_proposal_says_how_sure_it_is_in_two_decimals():
    shown = said(CutOffProposal("proposed", 36, 9, 0.93, 0.9, 0.95, 34, 2))
    assert "Ticked: 45, of these wrong: 9. Of all such replies, 12–31% are likely wrong." in shown
    assert "They speak for a cut-off of 0.93; others from 0.90 to 0.95 may do as well." in shown
    assert "34 of 36 right ones and 2 of 9 wrong ones" in shown


@pytest.mark.parametrize(
    ("outcome", "says"),
    [("few", "From 20 ticks on"), ("rare", "Too few are wrong"), ("kept", "as well as"), ("mixed", "No cut-off tells")],
)
def test_without_a_proposal_the_reason_is_said(outcome, says):
    assert says in said(CutOffProposal(outcome, 8, 3))
    assert "speak for" not in said(CutOffProposal(outcome, 8, 3))
