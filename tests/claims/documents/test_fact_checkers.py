"""Other fact-checkers, asked over a local server that answers in the shapes that theirs have."""

import json
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from claims.documents.fact_checkers import FactCheckers, OutsideReview, _of_cofacts, _of_google
from tests.claims.documents.site import Site, answer, drip, site, to
from tests.quick import examples

KEY = "very-secret-key"
SAID = "Drinking bleach cures the flu"
GOOGLE = {
    "claims": [
        {
            "text": "Drinking bleach can cure influenza.",
            "claimant": "Social media posts",
            "claimDate": "2024-02-01T00:00:00Z",
            "claimReview": [
                {
                    "publisher": {"name": "Example Facts", "site": "facts.example"},
                    "url": "https://facts.example/bleach",
                    "title": "No, bleach does not cure the flu",
                    "reviewDate": "2024-02-03T00:00:00Z",
                    "textualRating": "False",
                    "languageCode": "en",
                }
            ],
        },
        {"text": "Without a review"},
        {
            "text": "Garlic",
            "claimReview": [{"publisher": {"site": "b.example"}, "url": "javascript:1", "textualRating": "?"}],
        },
    ],
    "nextPageToken": "CAo",
}
COFACTS = {
    "data": {
        "ListArticles": {
            "edges": [
                {
                    "node": {
                        "id": "3kq9xyz",
                        "text": "喝漂白水\n可以治流感",
                        "articleReplies": [
                            {
                                "createdAt": "2023-05-01T01:02:03.000Z",
                                "positiveFeedbackCount": 1,
                                "negativeFeedbackCount": 3,
                                "user": {"name": "甲"},
                                "reply": {"type": "NOT_RUMOR"},
                            },
                            {
                                "createdAt": "2023-05-02T01:02:03.000Z",
                                "positiveFeedbackCount": 9,
                                "negativeFeedbackCount": 0,
                                "user": {"name": "乙"},
                                "reply": {"type": "RUMOR"},
                            },
                        ],
                    }
                },
                {"node": {"id": "x", "text": "今天天氣很好", "articleReplies": [{"reply": {"type": "NOT_ARTICLE"}}]}},
                {"node": {"id": "../../evil", "text": "a", "articleReplies": [{"reply": {"type": "RUMOR"}}]}},
            ]
        }
    }
}


def as_json(value: object, status: str = "200 OK") -> bytes:
    return answer(status, json.dumps(value).encode(), "application/json")


@pytest.fixture
def here():
    with site() as running:
        yield running


def checkers(here: Site, seconds: float = 5.0) -> FactCheckers:
    place = f"http://127.0.0.1:{here.port}"
    return FactCheckers(SecretStr(KEY), with_cofacts=True, seconds=seconds, google=f"{place}/g", cofacts=f"{place}/c")


def served(here: Site, google: object = GOOGLE, cofacts: object = COFACTS) -> list[tuple[str, dict[str, str]]]:
    """Serve both; every address that begins like Google's is its own."""

    class Pages(dict):
        def get(self, path, _default=None):
            wanted = google if path.startswith("/g") else cofacts
            return wanted if isinstance(wanted, bytes) or callable(wanted) else as_json(wanted)

    here.pages = Pages()
    return here.asked


async def test_both_are_asked_and_name_publisher_rating_and_page(here: Site) -> None:
    asked = served(here)
    assert await checkers(here).ask(SAID, "en") == (
        OutsideReview(
            "google", "Drinking bleach can cure influenza.", "Example Facts", "False", "https://facts.example/bleach",
            "2024-02-03",
        ),
        OutsideReview(
            "cofacts", "喝漂白水 可以治流感", "Cofacts (乙)", "RUMOR", "https://cofacts.tw/article/3kq9xyz",
            "2023-05-02",
        ),
    )  # fmt: skip
    google = next((path, headers) for path, headers in asked if path.startswith("/g"))
    assert google[0] == "/g?query=Drinking+bleach+cures+the+flu&languageCode=en&pageSize=10"
    assert google[1]["x-goog-api-key"] == KEY
    assert "TouchstoneBot" in google[1]["user-agent"]


async def test_without_a_key_and_a_word_from_the_operator_nobody_is_asked(here: Site) -> None:
    asked = served(here)
    off = FactCheckers(google=checkers(here).google, cofacts=checkers(here).cofacts)
    assert off.names == ()
    assert await off.ask(SAID, "en") == ()
    assert asked == []
    assert await checkers(here).ask("   ", "en") == ()


@pytest.mark.parametrize(
    "broken",
    [
        as_json({"error": {"code": 403}}, "403 Forbidden"),
        as_json({"errors": [{"message": "no"}], "data": None}),
        answer(body=b"<html>captive portal</html>"),
        answer(body=b"[" * 100_000, kind="application/json"),
        as_json({"claims": "x", "data": {"ListArticles": [1, 2]}}),
        to("https://elsewhere.example/"),
        answer(body=b"x" * 2_000_000, kind="application/json"),
        b"nonsense",
    ],
)
async def test_who_answers_with_something_else_says_nothing_and_the_other_is_still_heard(here, broken, caplog) -> None:
    served(here, google=broken)
    with caplog.at_level(logging.DEBUG, logger="claims"):
        assert [each.source for each in await checkers(here).ask(SAID, "en")] == ["cofacts"]
    served(here, cofacts=broken)
    assert [each.source for each in await checkers(here).ask(SAID, "en")] == ["google"]
    assert KEY not in caplog.text
    assert "bleach" not in caplog.text


async def test_who_is_slow_is_not_waited_for(here: Site) -> None:
    served(here, google=drip(b" ", 0.05, b"HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n"))
    assert [each.source for each in await checkers(here, seconds=0.5).ask(SAID, "en")] == ["cofacts"]


KEYS = [
    "claims", "text", "claimReview", "publisher", "name", "url", "textualRating", "data", "ListArticles", "edges",
    "node", "id", "articleReplies", "reply", "type", "user", "positiveFeedbackCount",
]  # fmt: skip
NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=30,
)


@settings(max_examples=examples(400))
@given(NESTED)
def test_no_shape_of_an_answer_breaks_the_reading(value: object) -> None:
    for read in (_of_google, _of_cofacts):
        for each in read(value):
            assert each.statement
            assert each.address.startswith("http")
