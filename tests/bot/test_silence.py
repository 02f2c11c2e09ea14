"""Why a message was left alone: each rule has a line of its own, with its measure."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.explain import Circumstances, silence_lines
from bot.texts import Texts
from checks.model import Finding, Guard, Match
from claims.store.server_settings import MessageRules
from config.languages import SHOWN
from tests.bot.records import claim

ENGLISH = Texts.open("en")
MATCH = Match("a-claim", 0.8, "asserts", "A wording", bar=0.9)


def lines(match: Match | None = MATCH, action="silent", around=None, texts=ENGLISH):
    finding = Finding("a text", "en", action, (match,) if match else ())
    return silence_lines(finding, {}, texts, str, around)


def stopped_by(name: str, seen: str = "", stance="asserts"):
    return replace(MATCH, stance=stance, bar=0.0, guards=(Guard(name, passed=False, seen=seen),))


def test_a_text_without_any_match_says_so():
    assert lines(None) == ["No claim that this server sees is near this text."]


def test_a_score_below_the_cut_off_says_by_how_much():
    assert "0.80 is below 0.90, from which on I would leave a hint: 0.10 too little." in lines()[1]


def test_scores_that_both_round_to_1_are_told_apart():
    (_, line) = lines(replace(MATCH, score=1.0, exact=0.99991, bar=0.999992))
    assert "0.9999 is below 0.99999" in line


def test_a_claim_that_reports_have_raised_is_named_also_where_only_rounding_hides_it():
    claims, match = {"a-claim": claim(raised_to=0.9)}, replace(MATCH, score=0.9, exact=0.89999, bar=0.5)
    said = silence_lines(Finding("a text", "en", "silent", (match,)), claims, ENGLISH, str)
    assert any(line.startswith("After reports by members") for line in said)


def test_a_denial_names_the_words_that_it_was_read_from():
    assert lines(stopped_by("stance", "is a myth", "denies"))[1] == (
        "It is read as disputing the claim, by the words “is a myth”."
    )
    assert "by its words as a whole" in lines(stopped_by("stance", "", "denies"))[1]


@pytest.mark.parametrize(
    ("guard", "said"),
    [
        ("mention", "only mentions"),
        ("quoted", "quotation"),
        ("negative", "never meant"),
        ("doubt", "in part"),
        ("topic", "more than its topic"),
        ("source", "as the source does"),
    ],
)
def test_each_guard_that_held_it_back_is_named(guard, said):
    assert said in lines(stopped_by(guard))[1]


def test_a_sure_match_in_too_few_words_is_named():
    assert "too few words" in lines(replace(MATCH, score=1.0, action="reply"))[1]


def test_the_nearest_claim_of_a_text_that_is_left_alone_is_named():
    claims = {"a-claim": claim(title_en="The quay sinks", title_zh="码头在下沉")}
    finding = Finding("a text", "en", "silent", (MATCH,))
    said = [silence_lines(finding, claims, Texts.open(tag), str)[1] for tag in ("en", "zh-Hans", "zh-Hant")]
    english, *chinese = said
    assert english == "The nearest claim: “The quay sinks”."
    assert chinese == ["最接近的说法：“码头在下沉”。", "最接近的說法：「碼頭在下沉」。"]


def test_what_holds_in_the_channel_is_named():
    until = datetime(2025, 5, 1, 18, 30, tzinfo=UTC)
    around = Circumstances(MessageRules("off"), {"a-claim": until}, full=True, refused_until=until, answer="taken")
    shown = "\n".join(lines(around=around))
    for part in ("do not read along", "18:30 UTC", "cards for this hour", "Discord has refused", "said nothing"):
        assert part in shown


@pytest.mark.parametrize("language", SHOWN)
def test_every_language_has_the_lines(language):
    until = datetime(2025, 5, 1, 18, 30, tzinfo=UTC)
    around = Circumstances(MessageRules("hint"), {}, full=True, refused_until=until, answer="offer")
    assert all(lines(stopped_by("names", "Mars"), around=around, texts=Texts.open(language)))
