"""What the check of a whole message finds and calls for."""

from dataclasses import replace

import pytest
from opencc import OpenCC

from checks.checker import Checker
from checks.embedders.embedder import SafeEmbedder
from checks.embedders.semantic import SemanticEmbedder
from checks.lexicon import analyse
from checks.model import KnownClaim, KnownFigure, KnownWording
from config.languages import ByLanguage
from tests.checks.conftest import COFFEE, NVIDIA, RENT
from tests.evaluation.packs import SHIPPED, read_claims


@pytest.mark.parametrize(
    ("text", "claim", "stance", "action"),
    [
        ("drinking coffee really dehydrates you, look it up", "coffee-dehydrates", "asserts", "reply"),
        ("喝咖啡会让你的身体脱水的", "coffee-dehydrates", "asserts", "reply"),
        ("is it true that drinking coffee dehydrates you?", "coffee-dehydrates", "asks", "reply"),
        ("nvidia is so overvalued, the valuation is insane", "nvidia-overvalued", "asserts", "reply"),
        ("輝達的估值真的太離譜了", "nvidia-overvalued", "asserts", "reply"),
    ],
)
def test_a_claim_is_recognised(checker: Checker, text: str, claim: str, stance: str, action: str):
    finding = checker.check(text)
    assert finding.best is not None
    assert (finding.best.claim, finding.best.stance, finding.action) == (claim, stance, action)


@pytest.mark.parametrize(
    "text",
    [
        "coffee does not dehydrate you, that's a myth",
        "喝咖啡会脱水是谣言",
        "> drinking coffee dehydrates you\nlol who wrote this",
        ">>> some guy wrote this today:\ndrinking coffee really dehydrates you, look it up",
        "the coffee machine is out of water",
        "anyone up for lunch?",
        "咖啡机没水了",
        "nvidia drivers broke my desktop again",
        "ok",
        "",
        "😂😂😂",
    ],
)
def test_the_bot_stays_silent(checker: Checker, text: str):
    assert checker.check(text).action == "silent"


def test_of_two_that_are_nearly_certain_the_likelier_comes_first():
    found = Checker([COFFEE, NVIDIA, RENT]).check("Renting an H100 costs 2 dollars an hour. 英伟达被严重高估").matches
    assert [(each.claim, each.score) for each in found] == [("nvidia-overvalued", 1.0), ("gpu-rent-2-dollars", 1.0)]
    assert found[0].unrounded > found[1].unrounded


@pytest.mark.parametrize(
    ("text", "is_said"),
    [
        ("nvidia is overvalued !!", True),
        ("“NVIDIA” is… overvalued 🚀", True),
        ("英伟达，被严重高估。", True),
        ("an H100 rents for 2$ per hour", False),
        ("an H100 rents for 2 per hour", False),
        ("an H100 rents for $.2 per hour", False),
        ("an H100 rents for $-2 per hour", False),
        ("an H100 rents for $2 = per hour", False),
    ],
)
def test_a_wording_is_said_where_nothing_but_punctuation_and_pictures_differs(checker: Checker, text: str, is_said):
    message = analyse(text, checker.lexicon, checker.base.spelling)
    assert (checker.base.said_verbatim(message.clean) is not None) is is_said


@pytest.mark.parametrize(
    "text", ["NVIDIA is overvalued ❌", "❌ NVIDIA is overvalued", "英伟达被严重高估✘", "NVIDIA is overvalued 🙄"]
)
def test_a_wording_that_is_crossed_out_is_no_assertion(checker: Checker, text: str):
    found = checker.check(text)
    assert (found.action, found.best.stance) == ("silent", "denies")


TWO_YEARS = KnownClaim(
    "gpu-two-years",
    "contested",
    ByLanguage(en="GPUs are worthless after two years"),
    (
        KnownWording("GPUs are worthless after two years", "en"),
        KnownWording("two years and nobody wants that GPU", "en"),
        KnownWording('"let them rent GPUs", said no one ever', "en"),
        KnownWording("a GPU of two years? hard pass, nobody pays for that", "en"),
    ),
)


@pytest.fixture(scope="module")
def with_meaning() -> Checker:
    return Checker([TWO_YEARS, COFFEE, NVIDIA, RENT], meaning=SafeEmbedder(SemanticEmbedder()))


@pytest.mark.parametrize("text", ["two years and nobody wants that GPU ❌", "🙄 two years and nobody wants that gpu"])
def test_a_crossed_out_wording_with_a_negator_of_its_own_is_no_assertion(with_meaning: Checker, text: str):
    found = with_meaning.check(text)
    assert (found.action, found.best.stance) == ("silent", "denies")


@pytest.mark.parametrize("number", range(len(TWO_YEARS.wordings)))
def test_a_wording_that_quotes_or_mocks_or_answers_itself_is_answered_word_for_word(with_meaning: Checker, number: int):
    assert with_meaning.check(TWO_YEARS.wordings[number].text).action == "reply"


@pytest.mark.parametrize("comment", ["exactly, couldn't agree more", "so true", "agreed", "说得对", "完全同意"])
def test_who_agrees_with_a_quotation_says_it(with_meaning: Checker, comment: str):
    found = with_meaning.check(f"> NVIDIA is overvalued\n{comment}")
    assert (found.action, found.best.stance) == ("reply", "asserts")


def test_a_ranking_reads_an_agreed_quotation_as_the_check_does(with_meaning: Checker):
    said, agreed = (with_meaning.surest(text) for text in ("NVIDIA is overvalued", "> NVIDIA is overvalued\nexactly"))
    assert agreed == (said[0], pytest.approx(said[1], abs=1.0))
    assert agreed[1] > with_meaning.surest("> NVIDIA is overvalued\nwhat exactly do they mean?")[1]


@pytest.mark.parametrize(
    "text",
    [
        "> NVIDIA is overvalued\nnot exactly",
        "> NVIDIA is overvalued\nwhat exactly do they mean?",
        "> NVIDIA is overvalued\nI don't agree",
        "> NVIDIA is overvalued\nagreed, but only before the split",
        "> NVIDIA is overvalued\ndinner is ready. exactly at six",
        "> NVIDIA is not overvalued\nexactly",
        "> 英伟达没有被高估\n说得对",
        "> NVIDIA is overvalued",
        "`NVIDIA is overvalued`",
        "“NVIDIA is overvalued”",
    ],
)
def test_a_quotation_is_not_what_its_author_says(with_meaning: Checker, text: str):
    assert with_meaning.check(text).action == "silent"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("nvidia is building a new office", "stopped by score"),
        ("NVIDIA is not overvalued", "stopped by stance"),
    ],
)
def test_the_rule_that_keeps_silent_is_named(checker: Checker, text: str, rule: str):
    found = checker.check(text)
    assert found.action == "silent"
    assert rule in found.best.why


def test_that_a_message_is_too_short_is_named():
    found = Checker([replace(NVIDIA, cut_off=0.2), COFFEE]).check("NVIDIA")
    assert found.action == "silent"
    assert found.best.why.endswith("too few words")


def test_another_companys_name_never_gets_the_reply(checker: Checker):
    assert checker.check("AMD is so overvalued, the valuation is insane").action != "reply"


def test_a_differing_figure_is_found_with_the_documented_one(checker: Checker):
    finding = checker.check("an H100 rents for $9 per hour, crazy")
    assert finding.best is not None
    assert [(figure.said, figure.agrees) for figure in finding.best.figures] == [("$9", False)]
    assert checker.check("an H100 rents for $2 per hour, crazy").best.figures_differ is False  # type: ignore[union-attr]


BAR = KnownClaim(
    "espresso-15-bar",
    "contested",
    ByLanguage(en="Good espresso needs a pressure of 15 bar"),
    (KnownWording("good espresso needs 15 bar", "en"), KnownWording("below 15 bar you get no real espresso", "en")),
    figures=(KnownFigure(15, 15, "bar|bars", subject=ByLanguage(en="pressure"), documented_low=9, documented_high=9),),
)


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("good espresso needs 15 bar!", "reply"),
        ("good espresso really needs 20 bar", "reply"),
        ("good espresso really needs 9 bar", "silent"),
        ("is it true that good espresso needs 9 bar?", "reply"),
    ],
)
def test_who_gives_the_figure_of_the_source_is_not_answered(text: str, action: str):
    assert Checker([BAR, COFFEE, RENT]).check(text).action == action


def test_the_answer_is_in_the_language_of_the_authors_words(checker: Checker):
    link = "https://www.bloomberg.com/news/articles/coffee-and-the-water-of-the-body"
    assert checker.check(f"喝咖啡会让你的身体脱水的 {link} <:coffee_is_for_closers:123456>").language == "zh-Hans"


def test_both_scripts_get_the_same_decision(checker: Checker):
    for text in ("咖啡因利尿，喝了反而缺水，我早就说了", "英伟达的估值太离谱，谁买谁傻", "咖啡不会让人脱水，别信谣言"):
        for way in ("s2t", "s2tw", "s2twp", "s2hk"):
            twin = checker.check(OpenCC(way).convert(text))
            plain = checker.check(text)
            assert twin.action == plain.action
            assert [(m.claim, m.score, m.stance) for m in twin.matches] == [
                (m.claim, m.score, m.stance) for m in plain.matches
            ]


def test_matches_come_best_first_and_at_most_three(checker: Checker):
    text = "nvidia is overvalued and also coffee dehydrates you and an H100 rents for $2 per hour"
    scores = [match.score for match in checker.check(text).matches]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) <= 3
    assert all(0 <= score <= 1 for score in scores)


def test_two_claims_in_one_message_are_both_answered(checker: Checker):
    text = "nvidia stock is way too expensive here, and besides drinking coffee dehydrates your body"
    assert {match.claim for match in checker.check(text).answered} == {"nvidia-overvalued", "coffee-dehydrates"}


def test_of_claims_that_are_akin_only_the_nearest_is_answered(lexicon):
    akin = KnownClaim(**{**_fields(COFFEE), "id": "coffee-is-bad", "wordings": COFFEE.wordings[1:]})
    finding = Checker([COFFEE, akin, NVIDIA], lexicon).check("drinking coffee really dehydrates your body")
    assert finding.action == "reply"
    assert len(finding.answered) == 1
    assert [match.bar for match in finding.matches if match.action == "silent"] == [0.0]


def test_a_claim_can_be_added_changed_muted_and_forgotten(lexicon):
    checker = Checker([COFFEE], lexicon)
    text = "nvidia is so overvalued, the valuation is insane"
    assert checker.check(text).action == "silent"
    checker.change([NVIDIA], ())
    assert checker.check(text).action == "reply"
    checker.change([KnownClaim(**{**_fields(NVIDIA), "muted": True})], ())
    assert checker.check(text).action == "silent"
    checker.change((), [NVIDIA.id, "never-known"])
    assert checker.check(text).action == "silent"


def test_a_negative_wording_silences_what_it_says(lexicon):
    taught = KnownWording("nvidia is so overvalued, the valuation is insane", "en", negative=True)
    checker = Checker([KnownClaim(**{**_fields(NVIDIA), "wordings": (*NVIDIA.wordings, taught)})], lexicon)
    assert checker.check("nvidia is so overvalued, the valuation is insane").action == "silent"
    assert checker.check("NVDA trades at an insane valuation").action == "reply"


def test_a_negative_wording_silences_no_message_that_surely_makes_the_claim_and_says_something_else():
    text = "once the robots and the driverless cars turn up, what we plan today will be far too little compute"
    taught = KnownWording("the robots and the driverless cars turn up at our stand today", "en", negative=True)
    claims = [
        KnownClaim(**{**_fields(claim), "wordings": (*claim.wordings, taught)}) if claim.id == "physical-ai" else claim
        for claim in read_claims(SHIPPED)
    ]
    checker = Checker(claims, meaning=SafeEmbedder(SemanticEmbedder()))
    assert checker.check(text).action == "reply"
    assert checker.check(taught.text).action == "silent"


def test_an_empty_base_is_no_fault(lexicon):
    assert Checker([], lexicon).check("anything at all").action == "silent"


def _fields(claim: KnownClaim) -> dict[str, object]:
    return {name: getattr(claim, name) for name in claim.__slots__}


def test_claims_are_ranked_as_a_check_finds_them(checker: Checker):
    text = "drinking coffee dehydrates you, and nvidia is overvalued"
    assert checker.ranking(text)[:2] == [match.claim for match in checker.check(text).matches][:2]
    assert checker.ranking("anyone up for lunch?") == []


def test_a_slip_of_the_hand_does_not_hide_a_claim(checker: Checker):
    finding = checker.check("drinking cofffee realy dehydratse you, look it up")
    assert finding.best is not None
    assert (finding.best.claim, finding.action) == ("coffee-dehydrates", "reply")
