"""ClaimReview: what is written is in the vocabulary, and what others write comes in as drafts."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from claims.base import ClaimBase
from claims.exchange.importing import load_pack
from claims.store.tables import Document
from config.errors import ImportRefusedError
from tests.claims.exchange.conftest import exported, incoming, outcomes, plan, write
from tests.claims.exchange.vocabulary import faults
from tests.claims.packs import claim_data, edit_claim, pack_data, write_pack

SHIPPED = Path(__file__).parents[3] / "claims" / "packs" / "ai-economy.yaml"


def reviews(base: ClaimBase) -> list[dict[str, Any]]:
    return json.loads(exported(base, "claimreview"))


def review(claimed: str = "Silver heals every cold", **changes: object) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": "https://checks.example/silver",
        "claimReviewed": claimed,
        "author": {"@type": "Organization", "name": "Example Checks"},
        "datePublished": "2025-11-02T10:00:00Z",
        "reviewRating": {"@type": "Rating", "alternateName": "False"},
    } | changes


def feed(*items: object) -> str:
    return json.dumps(list(items), ensure_ascii=False)


def test_every_review_of_the_shipped_pack_keeps_to_the_vocabulary(base: ClaimBase) -> None:
    load_pack(base, SHIPPED)
    found = reviews(base)
    assert len(found) == 2 * len(base.claims())
    assert [fault for each in found for fault in faults(each)] == []
    assert all(each["@context"] == "https://schema.org" for each in found)


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"claimer": "x"}, "no property claimer"),
        ({"datePublished": "yesterday"}, "datePublished"),
        ({"author": {"@type": "Rating", "name": "x"}}, "none of"),
        ({"reviewRating": {"@type": "Rating", "stars": 5}}, "no property stars"),
        ({"itemReviewed": {"@type": "Rumour"}}, "no type Rumour"),
    ],
)
def test_the_vocabulary_would_notice(wrong: dict[str, Any], fault: str) -> None:
    assert any(fault in each for each in faults(review() | {"datePublished": "2025-11-02"} | wrong))


def test_the_rating_fits_the_kind_and_the_language(base: ClaimBase, tmp_path: Path) -> None:
    kinds = ("contested", "context", "outlook")
    load_pack(base, write_pack(tmp_path, pack_data(*(claim_data(kind, kind=kind) for kind in kinds))))
    said = {(each["identifier"], each["inLanguage"]): each["reviewRating"]["alternateName"] for each in reviews(base)}
    assert said["contested", "en"] == "disputed by the documents"
    assert said["context", "en"].startswith("reported figure")
    assert said["outlook", "en"] == "forecast"
    assert said["outlook", "zh-Hans"] == "预测"


def test_who_makes_the_claim_and_where_stands_with_the_claim(base: ClaimBase, tmp_path: Path) -> None:
    made = claim_data("one")
    made["points"] += deepcopy(made["points"])
    made["points"][1] |= {"role": "supports", "speaker": {"en": "A seller", "zh": "卖家"}}
    load_pack(base, write_pack(tmp_path, pack_data(made)))
    english = reviews(base)[0]
    assert english["itemReviewed"]["author"] == [{"name": "A seller"}]
    assert [work["name"] for work in english["itemReviewed"]["appearance"]] == ["A document"]
    assert english["author"]["name"] == "Touchstone"


def test_a_claim_in_one_language_has_no_review_in_the_other(base: ClaimBase, tmp_path: Path) -> None:
    claims = [
        claim_data("latin", title={"en": "Silver is gone", "zh": "Silver is gone"}),
        claim_data("han", title={"en": "白银没有了", "zh": "白银没有了"}),
        claim_data("both", title={"en": "Silver is gone", "zh": "白银没有了"}),
        claim_data("told", title={"en": "Silver is gone", "zh": "AI"}),
    ]
    load_pack(base, write_pack(tmp_path, pack_data(*claims)))
    assert [(each["identifier"], each["inLanguage"]) for each in reviews(base)] == [
        ("latin", "en"),
        ("han", "zh-Hans"),
        *(("both", tag) for tag in ("en", "zh-Hans")),
        *(("told", tag) for tag in ("en", "zh-Hans")),
    ]


def test_a_document_without_a_day_has_none_in_its_review(base: ClaimBase, tmp_path: Path) -> None:
    load_pack(base, write_pack(tmp_path, pack_data(claim_data("one"))))
    with base.database.changing() as session:
        session.execute(update(Document).values(published=""))
    assert '"datePublished": ""' not in json.dumps(reviews(base))
    assert "A document" in json.dumps(reviews(base))


def test_drafts_and_withdrawn_claims_are_not_made_public(base: ClaimBase, tiny: Path) -> None:
    load_pack(base, tiny)
    edit_claim(base, "silver-server", status="withdrawn")
    write(base, feed(review()), "feed.json")
    assert reviews(base) == []


def test_the_export_may_stand_inside_a_page(base: ClaimBase, tmp_path: Path) -> None:
    load_pack(base, write_pack(tmp_path, pack_data(claim_data("x", title={"en": "</script><b>", "zh": "x"}))))
    assert "<" not in exported(base, "claimreview")
    assert reviews(base)[0]["claimReviewed"] == "</script><b>"


SHAPES = {
    "one object": review(),
    "a list": [review()],
    "a graph": {"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, review()]},
    "a feed": {"@type": "DataFeed", "dataFeedElement": [{"@type": "DataFeedItem", "item": review()}]},
    "a feed of lists": {"@type": "DataFeed", "dataFeedElement": [{"@type": "DataFeedItem", "item": [review()]}]},
    "an item list": {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": review()}]},
    "two types": review(**{"@type": ["Review", "ClaimReview"]}),
    "a full type": review(**{"@type": "http://schema.org/ClaimReview"}),
    "a prefixed type": review(**{"@type": "schema:ClaimReview"}),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_feeds_come_in_many_shapes(base: ClaimBase, shape: str) -> None:
    report = write(base, json.dumps(SHAPES[shape]), "feed.json")
    [entry] = report.plan.entries
    draft = base.claim(entry.claim)
    assert (draft.status, draft.title["en"], draft.title["zh"]) == ("draft", "Silver heals every cold", "")
    [point] = draft.points
    assert (point.role, point.speaker["en"], point.date) == ("refutes", "Example Checks", "2025-11-02")
    assert point.text["en"] == "False – https://checks.example/silver"


def test_the_same_feed_again_brings_nothing_new_even_after_moderators_went_on(base: ClaimBase) -> None:
    text = feed(review(), review("银子能治感冒"))
    names = list(outcomes(write(base, text, "feed.json").plan))
    edit_claim(base, names[0], title_zh="银能治感冒", status="withdrawn")
    assert set(outcomes(plan(base, text, "feed.json")).values()) == {"unchanged"}
    changed = text.replace("False", "Pants on fire")
    assert outcomes(plan(base, changed, "feed.json"))[names[0]] == "conflicting"


def test_a_review_never_changes_a_published_claim(base: ClaimBase, tiny: Path) -> None:
    load_pack(base, tiny)
    before = base.claims()
    write(base, exported(base, "claimreview"), "feed.json")
    assert base.claims() == before


def test_a_new_draft_that_says_what_is_known_is_warned_of(base: ClaimBase) -> None:
    load_pack(base, SHIPPED)
    made = plan(
        base, feed(review("Silver's rally is caused by AI data centers"), review("Vaccines cause autism")), "a.json"
    )
    silver, vaccines = made.entries
    assert silver.near[0].claim == "silver-ai-drives-price"
    assert silver.near[0].repeats
    assert vaccines.near == ()


def test_a_new_draft_about_the_matter_of_a_claim_is_not_said_to_repeat_it(base: ClaimBase) -> None:
    write(base, feed(review("Cold water cooks rice faster")), "a.json")
    (made,) = plan(
        base, feed(review("Hot water freezes faster than cold water", url="https://b.example")), "b.json"
    ).entries
    assert [near.repeats for near in made.near] == [False]


def test_two_reviews_of_one_claim_are_warned_of(base: ClaimBase) -> None:
    first = review("Garlic soup cures the common cold within a day")
    second = review("Garlic soup cures the common cold in one day", url="https://other.example/garlic")
    made = plan(base, feed(first, second), "a.json")
    assert [[near.claim for near in entry.near] for entry in made.entries] == [
        [made.entries[1].claim],
        [made.entries[0].claim],
    ]


@pytest.mark.parametrize(
    ("rating", "role"),
    [
        ({"alternateName": "FALSE"}, "refutes"),
        ({"alternateName": "谣言"}, "refutes"),
        ({"alternateName": "True"}, "supports"),
        ({"alternateName": "Half true"}, "context"),
        ({"alternateName": "2 stars", "ratingValue": "1", "worstRating": 1, "bestRating": 5}, "refutes"),
        ({"alternateName": "?", "ratingValue": 5, "worstRating": 1, "bestRating": 5}, "supports"),
        ({"alternateName": "?", "ratingValue": 3, "worstRating": 1, "bestRating": 5}, "context"),
        ({"alternateName": "?", "ratingValue": 9, "worstRating": 1, "bestRating": 5}, "context"),
        ({"alternateName": "?", "ratingValue": "NaN", "worstRating": 1, "bestRating": 5}, "context"),
    ],
)
def test_the_rating_tells_what_it_means_for_the_claim(rating: dict[str, Any], role: str) -> None:
    [pack] = incoming(feed(review(reviewRating=rating)), "feed.json").packs
    assert pack.claims[0].record.points[0].role == role


@pytest.mark.parametrize(
    ("changes", "language"),
    [
        ({"claimReviewed": "银子能治感冒"}, "zh"),
        ({"inLanguage": "zh-TW", "claimReviewed": "銀子能治感冒"}, "zh"),
        ({"inLanguage": "en_GB"}, "en"),
        ({"inLanguage": {"@type": "Language", "name": "English", "alternateName": "en"}}, "en"),
    ],
)
def test_the_language_is_told_or_seen(changes: dict[str, Any], language: str) -> None:
    [pack] = incoming(feed(review(**changes)), "feed.json").packs
    assert [wording.language for wording in pack.claims[0].record.wordings] == [language]


def test_a_review_that_makes_no_draft_is_refused_with_its_line_and_the_others_come_in(base: ClaimBase) -> None:
    bad = [review(claimReviewed=None), review(inLanguage="de"), review("half a character \ud800")]
    text = "[\n" + ",\n".join(json.dumps(each) for each in [review(), *bad]) + "\n]"
    made = plan(base, text, "feed.json")
    reasons = {entry.line: entry.problems[0].fault for entry in made.of("refused")}
    assert set(reasons) == {3, 4, 5}
    assert "does not say what was claimed" in reasons[3]
    assert "'de'" in reasons[4]
    assert "half a character" in reasons[5]
    assert len(made.of("new")) == 1


def test_names_may_stand_elsewhere_in_a_graph() -> None:
    graph = {"@graph": [review(author={"@id": "#us"}), {"@id": "#us", "@type": "Organization", "name": "Us"}]}
    [pack] = incoming(json.dumps(graph), "feed.json").packs
    assert pack.claims[0].record.points[0].speaker["en"] == "Us"


def test_long_and_marked_up_texts_are_made_to_fit(base: ClaimBase) -> None:
    rating = {"alternateName": "long " * 300}
    entry = write(base, feed(review("<b>Silver</b>&amp;\n gold " * 40, reviewRating=rating)), "feed.json").plan.entries[
        0
    ]
    draft = base.claim(entry.claim)
    assert draft.title["en"].startswith("Silver & gold Silver")
    assert (len(draft.title["en"]), draft.title["en"][-1]) == (300, "…")
    assert len(draft.points[0].text["en"]) <= 600


@pytest.mark.parametrize("text", ["{}", "[]", '{"@type": "NewsArticle"}', "3", "null", '[{"@type": 5}]'])
def test_json_without_a_review_is_refused(text: str) -> None:
    with pytest.raises(ImportRefusedError, match="holds no ClaimReview"):
        incoming(text, "feed.json")


KEYS = st.sampled_from(
    [
        *("@type", "@id", "@graph", "claimReviewed", "author", "name", "url", "reviewRating"),
        *("ratingValue", "alternateName", "datePublished", "inLanguage", "itemReviewed"),
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=20,
)


@given(JSON)
def test_no_json_does_anything_but_be_read_or_be_refused(value: object) -> None:
    other = review(extra=value) | (value if isinstance(value, dict) else {})
    made = incoming(json.dumps([review(), other]), "feed.json")
    assert made.packs[0].claims
