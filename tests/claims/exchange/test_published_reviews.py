"""ClaimReview as it is published: verdicts, days, languages and shapes; and our own, which come back."""

import json
from pathlib import Path
from typing import Any

import pytest

from claims.base import ClaimBase
from claims.exchange.claimreview import Publishing
from claims.exchange.formats import IncomingClaim, RefusedClaim
from claims.exchange.importing import export_claims, load_pack
from config.errors import ImportRefusedError
from tests.claims.exchange.conftest import TODAY, NewBase, exported, incoming, outcomes, plan, write
from tests.claims.exchange.test_reviews import SHIPPED, feed, review
from tests.claims.packs import edit_claim


def drafts(text: str, name: str = "feed.json") -> list[IncomingClaim]:
    [pack] = incoming(text, name).packs
    return [claim for claim in pack.claims if isinstance(claim, IncomingClaim)]


def refused(text: str, name: str = "feed.json") -> list[RefusedClaim]:
    [pack] = incoming(text, name).packs
    return [claim for claim in pack.claims if isinstance(claim, RefusedClaim)]


@pytest.mark.parametrize(
    ("rating", "role", "said"),
    [
        ("False", "refutes", "False"),
        ({"name": "False"}, "refutes", "False"),
        ([{"alternateName": "Mostly true."}], "supports", "Mostly true."),
        ({"alternateName": "“Completely FALSE!”"}, "refutes", "FALSE"),
        ({"alternateName": "This is wrong: plums do not sing."}, "refutes", "wrong"),
        ({"alternateName": "No, that isn't true"}, "refutes", "true"),
        ({"alternateName": "Nobody has shown this to be not quite accurate"}, "context", "accurate"),
        ({"alternateName": "不是事實"}, "refutes", "不是事實"),
        ({"alternateName": "该说法是谣言。"}, "refutes", "谣言"),
        ({"alternateName": "基本屬實"}, "supports", "基本屬實"),
        ({"alternateName": "部分错误"}, "context", "部分错误"),
        ({"ratingValue": "1", "alternateName": "Sour plum"}, "refutes", "Sour plum"),
        ({"ratingValue": 5, "bestRating": "5", "alternateName": "Sweet plum"}, "supports", "Sweet plum"),
        (
            {"ratingValue": 1, "bestRating": 10, "worstRating": 0, "ratingExplanation": "We looked."},
            "refutes",
            "looked",
        ),
        ({"ratingValue": "Mostly false"}, "refutes", "Mostly false"),
        ({"ratingValue": "不實訊息"}, "refutes", "不實訊息"),
        ({"ratingValue": "1/5"}, "refutes", "1/5"),
        ({"ratingValue": "4,5", "worstRating": "0", "bestRating": "5,0", "name": "Stars"}, "supports", "Stars"),
        ([{"ratingValue": 1, "bestRating": 5}, {"alternateName": "Sour plum"}], "refutes", "Sour plum"),
        ({"alternateName": "Fact check: False"}, "refutes", "False"),
        ({"alternateName": "Barely True"}, "refutes", "Barely True"),
        ({"alternateName": "Nothing false in it"}, "context", "Nothing false"),
        ({"alternateName": "Our verdict – true"}, "supports", "true"),
        ({"alternateName": "True of plums, as far as anybody can tell"}, "context", "True of plums"),
        ({"alternateName": "Almost true", "ratingValue": 4, "bestRating": 5}, "supports", "Almost true"),
        ({"alternateName": "不符合事实"}, "refutes", "不符合事实"),
        ({"alternateName": "沒有事實依據"}, "refutes", "沒有事實依據"),
        ({"alternateName": "內容有誤"}, "refutes", "有誤"),
        ({"alternateName": "部分有誤"}, "context", "部分有誤"),
        ({"alternateName": "查無此事"}, "refutes", "查無此事"),
        ({"alternateName": "並沒有誤導"}, "context", "沒有誤導"),
        ({"alternateName": "偽"}, "refutes", "偽"),
        ({"alternateName": "真偽不明"}, "context", "真偽不明"),
        ({"alternateName": "事實釐清"}, "context", "事實釐清"),
        ({"alternateName": "與事實有些距離"}, "context", "與事實有些距離"),
        ({"alternateName": "正確說法：李子不會唱歌"}, "context", "正確說法"),
        ({"alternateName": "查核結果：經查證該說法屬實"}, "supports", "屬實"),
        ({"alternateName": "查证属实"}, "supports", "属实"),
        ({"alternateName": "查證不實"}, "refutes", "不實"),
        ({"@value": "Mostly True"}, "supports", "Mostly True"),
        ({"ratingValue": True}, "context", ""),
        ({"ratingValue": True, "alternateName": "False"}, "refutes", "False"),
    ],
)
def test_a_verdict_is_found_wherever_it_stands(rating: object, role: str, said: str) -> None:
    [draft] = drafts(feed(review(reviewRating=rating)))
    [point] = draft.record.points
    assert point.role == role
    assert said in point.text["en"]


@pytest.mark.parametrize(
    ("given", "date", "as_of", "warned"),
    [
        ("2024-05", "2024-05", "2024-05-01", True),
        ("2024", "2024", "2024-01-01", True),
        ("May 2, 2024", "2024-05-02", "2024-05-02", False),
        ("02.05.2024", "2024-05-02", "2024-05-02", False),
        (1714608000, "2024-05-02", "2024-05-02", False),
        ("05/06/2024", "", "1970-01-01", True),
        ("soon", "", "1970-01-01", True),
        (None, "", "1970-01-01", True),
        ("2126-05-02", "2126-05-02", "2126-05-02", True),
    ],
)
def test_a_review_is_dated_by_itself_or_not_at_all(given: object, date: str, as_of: str, warned: bool) -> None:
    [draft] = drafts(feed(review(datePublished=given)))
    assert (draft.record.points[0].date, draft.record.as_of.isoformat()) == (date, as_of)
    assert draft.record.as_of != TODAY
    assert bool(draft.warnings) == warned


def test_a_day_that_may_be_three_is_told_with_all_of_them() -> None:
    [draft] = drafts(feed(review(datePublished="3/4/05")))
    assert "datePublished '3/4/05' is 2003-04-05, 2005-04-03 or 2005-03-04" in draft.warnings


def test_moments_may_be_texts_of_digits() -> None:
    assert drafts(feed(review(datePublished="1714608000")))[0].record.as_of.isoformat() == "2024-05-02"


@pytest.mark.parametrize(
    ("facts", "speaker"),
    [
        ({"author": "https://www.plums.example/about"}, "plums.example"),
        ({"author": None, "url": "https://x.example/p"}, "x.example"),
        ({"author": {"name": "", "url": "https://plums.example"}, "sdPublisher": {"name": "A feed"}}, "plums.example"),
        ({"author": None, "url": None, "sdPublisher": {"name": "A feed"}}, "A feed"),
        ({"author": [{"@type": "Person"}, {"name": ["Plum Check", "PC"]}]}, "Plum Check"),
    ],
)
def test_a_review_is_said_by_whoever_wrote_it_or_by_its_site(facts: dict[str, Any], speaker: str) -> None:
    assert drafts(feed(review(**facts)))[0].record.points[0].speaker["en"] == speaker


def test_a_review_without_a_verdict_says_so() -> None:
    [draft] = drafts(feed(review(reviewRating={"ratingValue": "8"})))
    assert draft.record.points[0].role == "context"
    assert "it gives no verdict" in draft.warnings


def test_a_second_verdict_on_the_same_claim_is_told() -> None:
    first, second = review(), review(reviewRating={"alternateName": "True"})
    [draft] = drafts(feed(first, second))
    assert any("with another verdict" in each for each in draft.warnings)


@pytest.mark.parametrize("key", ["review", "mainEntity", "hasPart"])
def test_what_a_review_leaves_to_the_page_around_it_is_taken_from_there(key: str) -> None:
    inner = review("Plums sing at night", url="", author=None, datePublished=None, reviewRating="False")
    page = {"@type": "NewsArticle", "url": "https://n.example/1", "datePublished": "2024-05-02", key: inner}
    [draft] = drafts(json.dumps(page | {"publisher": {"name": "Plum News"}}))
    [point] = draft.record.points
    assert (point.date, point.speaker["en"], point.text["en"]) == (
        "2024-05-02", "Plum News", "False – https://n.example/1",
    )  # fmt: skip


GRAPH = {
    "its article": [{"@type": "NewsArticle", "datePublished": "2024-05-02", "author": {"name": "Plum News"}}],
    "its page": [
        {"@type": "WebPage", "datePublished": "2024-05-02T23:30:00+08:00", "author": {"@id": "#us"}},
        {"@type": "Organization", "@id": "#us", "name": "Plum News"},
    ],
    "both": [
        {"@type": ["WebPage"], "datePublished": "2024-05-02", "dateModified": "2026-01-01"},
        {"@type": "Article", "author": {"name": "Plum News"}},
    ],
}


@pytest.mark.parametrize("beside", GRAPH)
def test_what_a_review_leaves_to_the_page_beside_it_in_a_graph_is_taken_from_there(beside: str) -> None:
    inner = review("Plums sing at night", url="https://n.example/1", author=None, datePublished=None)
    [draft] = drafts(json.dumps({"@graph": [*GRAPH[beside], inner]}))
    assert (draft.record.points[0].date, draft.record.points[0].speaker["en"]) == ("2024-05-02", "Plum News")


def test_a_graph_of_several_articles_dates_no_review() -> None:
    inner = review("Plums sing at night", datePublished=None)
    [draft] = drafts(json.dumps({"@graph": [*GRAPH["its article"] * 2, inner]}))
    assert draft.record.points[0].date == ""


@pytest.mark.parametrize("named", ["und", "x-default", "mul"])
def test_a_tag_of_no_language_leaves_it_to_the_text(named: str) -> None:
    assert drafts(feed(review("李子夜裡唱歌", inLanguage=named)))[0].record.wordings[0].language == "zh"


@pytest.mark.parametrize(
    "named",
    [
        "zh_Hant",
        "cmn-Hans",
        "Chinese",
        "Chinese (Simplified)",
        "中文",
        "繁體中文",
        "yue-HK",
        "Traditional Chinese",
        "臺灣正體",
    ],
)
def test_chinese_is_known_by_all_its_names(named: str) -> None:
    [draft] = drafts(feed(review("李子夜裡唱歌", inLanguage=named)))
    assert draft.record.wordings[0].language == "zh"


def test_a_review_that_does_not_read_as_its_language_is_marked() -> None:
    [draft] = drafts(feed(review("Die Pflaumen haben nicht in der Nacht gesungen", inLanguage="en-GB")))
    assert any("'en-GB', but does not read so" in each for each in draft.warnings)


@pytest.mark.parametrize(
    ("claimed", "title"),
    [
        ("Plums &amp;amp; pears &amp;#8211; all sing", "Plums & pears – all sing"),
        ("Plums &lt;em&gt;sing&lt;/em&gt; at night", "Plums sing at night"),
        ("5 plums &lt; 6 pears and 7 pears &gt; 3", "5 plums < 6 pears and 7 pears > 3"),
        ("5 plums < 6 pears and 7 pears > 3", "5 plums < 6 pears and 7 pears > 3"),
        ("<p class='x'>Plums<br/>sing</p><!-- a > b -->", "Plums sing"),
    ],
)
def test_what_pages_escape_twice_is_read(claimed: str, title: str) -> None:
    assert drafts(feed(review(claimed)))[0].record.title["en"] == title


def test_an_address_keeps_its_parts() -> None:
    [draft] = drafts(feed(review(url="https://x.example/?a=1&amp;copy=2 b")))
    assert draft.record.points[0].text["en"].endswith("https://x.example/?a=1&copy=2%20b")


def test_a_draft_without_a_date_goes_out_and_comes_back(base: ClaimBase) -> None:
    [name] = outcomes(write(base, feed(review(datePublished=None)), "feed.json").plan)
    assert outcomes(plan(base, exported(base))) == {name: "unchanged"}
    published = exported(base).replace("status: draft", "status: published")
    [refused_claim] = plan(base, published).of("refused")
    assert [each.fault for each in refused_claim.problems] == ["a point of a published claim cites nothing"]


@pytest.mark.parametrize(
    ("claimed", "language"),
    [("Plums sing at night", "en"), ("李子夜里唱歌", "zh"), ("李子夜裡唱歌", "zh"), ("AI 泡沫要破了", "zh")],
)
def test_english_and_chinese_are_told_by_the_text(claimed: str, language: str) -> None:
    [draft] = drafts(feed(review(claimed)))
    assert [wording.language for wording in draft.record.wordings] == [language]


@pytest.mark.parametrize(
    "claimed",
    [
        "Die Pflaumen haben nicht in der Nacht gesungen",
        "Las ciruelas cantan por la noche",
        "Les prunes ne chantent pas la nuit",
        "Сливы поют по ночам",
        "すももは夜に歌う",
        "자두는 밤에 노래한다",
        "البرقوق يغني ليلا",
    ],
)
def test_other_languages_are_refused(claimed: str) -> None:
    assert [each.problems[0].field for each in refused(feed(review(claimed)))] == ["claimReviewed"]


def test_what_is_only_likely_in_another_language_is_marked() -> None:
    [draft] = drafts(feed(review("Pflaumen leuchten im Dunkeln")))
    assert any("may be 'de'" in each for each in draft.warnings)


CLAIM = {"@type": "Claim", "text": "Plums sing at night"}
SHAPES: dict[str, tuple[str, str]] = {
    "the claim's text": ("a.json", feed(review(claimReviewed=None, itemReviewed=CLAIM))),
    "a claim as what was claimed": ("a.json", feed(review(claimReviewed=CLAIM))),
    "a claim with its review inside": ("a.json", json.dumps(CLAIM | {"review": review(claimReviewed=None)})),
    "JSON lines": ("a.jsonl", json.dumps(review("Plums sing at night")) + "\n\n"),
    "JSON lines by another name": ("a.json", json.dumps(review("Plums sing at night")) + "\n"),
    "compact addresses": (
        "a.json",
        json.dumps(
            {
                "@type": "schema:ClaimReview",
                "schema:claimReviewed": "Plums sing at night",
                "schema:reviewRating": {"schema:alternateName": "False"},
            }
        ),
    ),
    "expanded": (
        "a.json",
        json.dumps(
            [
                {
                    "@type": ["http://schema.org/ClaimReview"],
                    "http://schema.org/claimReviewed": [{"@value": "Plums sing at night"}],
                    "http://schema.org/url": [{"@id": "https://x.example/p"}],
                }
            ]
        ),
    ),
    "a page": (
        "a.html",
        "<!DOCTYPE html>\n<html><script>var a = '<';</script>\n<SCRIPT type='application/ld+json' id=x>\n"
        + json.dumps({"@graph": [{"@type": "WebPage"}, review("Plums sing at night")]})
        + "\n</SCRIPT><script type=application/ld+json>{broken</script></html>",
    ),
    "a page with breaks in its texts": (
        "a.html",
        "<script type='application/ld+json'>"
        + json.dumps(review("Plums sing at night")).replace("Plums sing", "Plums\n\tsing")
        + ";\n</script>",
    ),
    "pages that hide their scripts": (
        "a.html",
        "".join(
            f"<script type='application/ld+json'>{begins}{json.dumps(review('Plums sing at night'))}{ends}</script>"
            for begins, ends in (
                ("/* <![CDATA[ */\n", "\n/* ]]> */"),
                ("//<![CDATA[\n", "\n//]]>"),
                ("<!--\n", "\n//-->"),
                ("<![CDATA[", "]]>"),
            )
        ),
    ),
    "the Fact Check Tools API": (
        "a.json",
        json.dumps(
            {
                "claims": [
                    {
                        "text": "Plums sing at night",
                        "claimReview": [{"publisher": {"site": "x.example"}, "textualRating": "False"}],
                    }
                ],
                "nextPageToken": "x",
            }
        ),
    ),
    "the API's markup": (
        "a.json",
        json.dumps(
            {
                "claimReviewMarkupPages": [
                    {
                        "pageUrl": "https://x.example/p",
                        "claimReviewMarkups": [
                            {"claimReviewed": "Plums sing at night", "rating": {"textualRating": "False"}}
                        ],
                    }
                ]
            }
        ),
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_draft(shape: str) -> None:
    name, text = SHAPES[shape]
    assert [draft.record.title["en"] for draft in drafts(text, name)] == ["Plums sing at night"]


def test_an_answer_of_the_api_that_goes_on_elsewhere_says_so() -> None:
    first, last = SHAPES["the Fact Check Tools API"][1], json.dumps({"claims": []})
    told = [any("further pages" in said for said in drafts(text)[0].warnings) for text in (first, f"{first}\n{last}")]
    assert told == [True, False]


def test_two_claims_in_one_review_are_two_drafts_each_with_its_rating() -> None:
    both = review(claimReviewed=["Plums sing", "Plums hum"], reviewRating=[{"name": "False"}, {"name": "True"}])
    made = [(draft.record.title["en"], draft.record.points[0].role) for draft in drafts(feed(both))]
    assert made == [("Plums sing", "refutes"), ("Plums hum", "supports")]
    shared = drafts(feed(review(claimReviewed=["Plums sing", "Plums hum"])))
    assert [draft.record.points[0].role for draft in shared] == ["refutes", "refutes"]


def test_a_review_that_stands_twice_is_one_draft() -> None:
    assert len(drafts(feed(review(), review()))) == 1


@pytest.mark.parametrize("tracked", ["?utm_source=a&utm_medium=b", "?fbclid=IwAR1", "?UTM_campaign=c"])
def test_a_review_is_the_same_by_whatever_way_its_readers_come(base: ClaimBase, tracked: str) -> None:
    write(base, feed(review(url="https://x.example/plums")), "a.json")
    again = feed(review(url=f"https://x.example/plums{tracked}"))
    assert [*outcomes(plan(base, again, "b.json")).values()] == ["unchanged"]


def test_what_an_address_needs_stays_beside_what_tracks_its_readers() -> None:
    [draft] = drafts(feed(review(url="https://x.example/?utm_source=a&id=3&gclid=b#plums")))
    assert draft.record.points[0].text["en"].endswith("https://x.example/?id=3#plums")
    [other] = drafts(feed(review(url="https://x.example/?id=4")))
    assert other.record.id != draft.record.id


def test_a_line_of_many_that_is_broken_is_named() -> None:
    text = "\n".join([json.dumps(review()), json.dumps(review())[:-9]])
    with pytest.raises(ImportRefusedError, match=r"line 2: this is no valid JSON"):
        incoming(text, "a.jsonl")


def test_a_line_that_is_cut_off_is_named_and_not_the_next() -> None:
    text = "\n".join([json.dumps(review()), '{"@type": "ClaimReview",', json.dumps(review("Plums hum"))])
    with pytest.raises(ImportRefusedError, match=r"line 2: this is no valid JSON"):
        incoming(text, "a.jsonl")


def test_a_review_in_the_tags_of_a_page_is_told() -> None:
    page = '<html><div itemscope itemtype="https://schema.org/ClaimReview">Plums sing</div></html>'
    with pytest.raises(ImportRefusedError, match="in its tags, which are not read"):
        incoming(page, "a.html")


def test_a_page_without_reviews_says_so() -> None:
    with pytest.raises(ImportRefusedError, match="no script of the type"):
        incoming("<html></html>", "a.html")


def test_our_own_reviews_come_back_as_the_same_claims(base: ClaimBase) -> None:
    load_pack(base, SHIPPED)
    text = "".join(export_claims(base, "claimreview", publishing=Publishing("Somebody", "https://x.example/{id}")))
    assert set(outcomes(plan(base, text, "a.json")).values()) == {"unchanged"}
    assert len(outcomes(plan(base, text, "a.json"))) == len(base.claims())
    edit_claim(base, "silver-h100-1.2kg", title_en="As moderators have it")
    made = plan(base, text, "a.json")
    [conflict] = made.of("conflicting")
    assert [field.field for field in conflict.fields] == ["title_en"]
    assert len(made.of("unchanged")) == len(base.claims()) - 1


def test_our_own_reviews_come_back_with_the_words_that_they_had_once(base: ClaimBase) -> None:
    load_pack(base, SHIPPED)
    text = exported(base, "claimreview").replace("文档对此有异议", "文件对此有异议").replace("文档报道的", "文件报道的")
    assert "文件对此有异议" in text
    assert set(outcomes(plan(base, text, "a.json")).values()) == {"unchanged"}


def test_our_own_reviews_make_the_same_claims_in_another_base(base: ClaimBase, new_base: NewBase) -> None:
    load_pack(base, SHIPPED)
    other, text = new_base(), exported(base, "claimreview")
    write(other, text, "a.json")
    for claim in base.claims():
        draft = other.claim(claim.id)
        assert (draft.status, draft.title["en"], draft.title["zh"]) == ("draft", claim.title["en"], claim.title["zh"])
        assert (draft.kind, draft.as_of, draft.review_by) == (claim.kind, claim.as_of, claim.review_by)
        assert [point.text["zh"] for point in draft.points] == [point.text["zh"] for point in claim.points]
    assert set(outcomes(plan(other, text, "a.json")).values()) == {"unchanged"}


@pytest.mark.parametrize(
    ("url", "first"),
    [
        ("https://x.example/{language}/{id}", "https://x.example/en/silver-ai-drives-price"),
        ("https://x.example/claims", "https://x.example/claims#silver-ai-drives-price-en"),
    ],
)
def test_every_review_has_the_address_and_the_publisher_that_were_asked_for(
    base: ClaimBase, url: str, first: str
) -> None:
    load_pack(base, SHIPPED)
    made: list[dict[str, Any]] = json.loads(
        "".join(export_claims(base, "claimreview", publishing=Publishing("Somebody", url)))
    )
    assert made[0]["url"] == first
    assert len({each["url"] for each in made}) == len(made)
    assert {each["author"]["name"] for each in made} == {"Somebody"}


CASES = Path(__file__).parents[4] / "shared" / "cases"


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases of the field are not here")
@pytest.mark.parametrize("number", ["10", "11", "13"])
def test_the_cases_of_the_field_make_drafts(number: str) -> None:
    for path in CASES.glob(f"{number}-*.[jh]*"):
        assert not refused(path.read_text("utf-8"), path.name)
