"""What other fact-checkers say about a text: Google's Fact Check Tools and Cofacts, asked where somebody wants it.

They are asked about what one person types in to have it checked, and about nothing else. What they answer is somebody
else's: it comes with its publisher and its rating, becomes no claim of ours, and none of it is trusted to have a form.
"""

import asyncio
import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import httpx
from pydantic import SecretStr

from claims.documents.fetching import user_agent

_log = logging.getLogger(__name__)

Source = Literal["google", "cofacts"]
NAMES: Mapping[Source, str] = {"google": "Google Fact Check Tools", "cofacts": "Cofacts"}
GOOGLE = "https://factchecktools.googleapis.com/v1alpha1/claims:search"
COFACTS = "https://api.cofacts.tw/graphql"
_COFACTS_PAGE = "https://cofacts.tw/article/"
_OK = 200
_MOST_ASKED = 400
_MOST_BYTES = 1024 * 1024
_MOST_FOUND = 10
_LINE, _ADDRESS = 400, 500
_QUERY = """
query Alike($text: String!, $first: Int!) {
  ListArticles(
    filter: {moreLikeThis: {like: $text, minimumShouldMatch: "60%"}, replyCount: {GTE: 1}}
    orderBy: [{_score: DESC}]
    first: $first
  ) {
    edges { node {
      id
      text
      articleReplies(statuses: [NORMAL]) {
        createdAt
        positiveFeedbackCount
        negativeFeedbackCount
        user { name }
        reply { type }
      }
    } }
  }
}
"""
# What Cofacts' volunteers can say of a message; that it is none to be checked is no rating.
RATINGS = ("RUMOR", "NOT_RUMOR", "OPINIONATED")


@dataclass(frozen=True, slots=True)
class OutsideReview:
    """What somebody else has found out about a statement.

    `rating` is in the publisher's words, for Cofacts one of `RATINGS`; `date` is an ISO day, or "".
    """

    source: Source
    statement: str
    publisher: str
    rating: str
    address: str
    date: str = ""


@dataclass(frozen=True, slots=True)
class FactCheckers:
    """Asks those that the operator allows, all at once, for a bounded time; who fails or is late says nothing."""

    google_key: SecretStr | None = None
    with_cofacts: bool = False
    seconds: float = 5.0
    google: str = GOOGLE
    cofacts: str = COFACTS

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of those that are asked."""
        return tuple(NAMES[source] for source in self._sources)

    @property
    def _sources(self) -> Iterator[Source]:
        if self.google_key is not None:
            yield "google"
        if self.with_cofacts:
            yield "cofacts"

    async def ask(self, text: str, language: str) -> tuple[OutsideReview, ...]:
        """Return what they say about statements like the text, in the order of their own likeness; never raises.

        `language` is that of the text, as `LANGUAGES` names it.
        """
        said = " ".join(text.split())[:_MOST_ASKED]
        if not said:
            return ()
        headers = {"User-Agent": user_agent(), "Accept": "application/json"}
        async with httpx.AsyncClient(
            headers=headers, timeout=self.seconds, trust_env=False, follow_redirects=False
        ) as client:
            asked = (self._in_time(source, client, said, language) for source in self._sources)
            return tuple(each for found in await asyncio.gather(*asked) for each in found)

    async def _in_time(
        self, source: Source, client: httpx.AsyncClient, said: str, language: str
    ) -> list[OutsideReview]:
        try:
            async with asyncio.timeout(self.seconds):
                if source == "google":
                    return list(_of_google(await self._ask_google(client, said, language)))
                return list(_of_cofacts(await self._ask_cofacts(client, said)))
        except (httpx.HTTPError, TimeoutError, ValueError, RecursionError) as error:
            # Neither the text nor the key may stand in the log; httpx's errors name the address, which holds the text.
            _log.warning("%s could not be asked (%s)", NAMES[source], type(error).__name__)
            return []

    async def _ask_google(self, client: httpx.AsyncClient, said: str, language: str) -> Any:  # noqa: ANN401
        key = self.google_key.get_secret_value() if self.google_key else ""
        params = {"query": said, "languageCode": language, "pageSize": str(_MOST_FOUND)}
        request = client.build_request("GET", self.google, params=params, headers={"X-Goog-Api-Key": key})
        return await _answered(client, request)

    async def _ask_cofacts(self, client: httpx.AsyncClient, said: str) -> Any:  # noqa: ANN401
        asked = {"query": _QUERY, "variables": {"text": said, "first": _MOST_FOUND}}
        return await _answered(client, client.build_request("POST", self.cofacts, json=asked))


async def _answered(client: httpx.AsyncClient, request: httpx.Request) -> Any:  # noqa: ANN401
    """Return the JSON of an answer; raises ValueError for one that is refused, too large or none."""
    answer = await client.send(request, stream=True)
    try:
        if answer.status_code != _OK:
            raise ValueError(answer.status_code)
        data = bytearray()
        async for part in answer.aiter_bytes():
            data += part
            if len(data) > _MOST_BYTES:
                raise ValueError(len(data))
    finally:
        await answer.aclose()
    return json.loads(bytes(data))


def _of_google(answer: object) -> Iterator[OutsideReview]:
    for claim in _objects(_in(answer, "claims")):
        statement = _text(claim.get("text"))
        for review in _objects(claim.get("claimReview"))[:1]:
            publisher = _text(_in(review, "publisher", "name")) or _text(_in(review, "publisher", "site"))
            rating, address = _text(review.get("textualRating")), _address(review.get("url"))
            if statement and publisher and rating and address:
                day = _text(review.get("reviewDate"))[:10]
                yield OutsideReview("google", statement, publisher, rating, address, day)


def _of_cofacts(answer: object) -> Iterator[OutsideReview]:
    for edge in _objects(_in(answer, "data", "ListArticles", "edges")):
        name, statement = _text(_in(edge, "node", "id")), _text(_in(edge, "node", "text"))
        replies = [each for each in _objects(_in(edge, "node", "articleReplies")) if _rating(each) in RATINGS]
        if not (name and statement and replies) or not name.replace("-", "").replace("_", "").isalnum():
            continue
        best = max(replies, key=_balance)
        writer = _text(_in(best, "user", "name"))
        publisher = f"Cofacts ({writer})" if writer else "Cofacts"
        day = _text(best.get("createdAt"))[:10]
        yield OutsideReview("cofacts", statement, publisher, _rating(best), _COFACTS_PAGE + name, day)


def _rating(reply: Mapping[str, Any]) -> str:
    return _text(_in(reply, "reply", "type"))


def _balance(reply: Mapping[str, Any]) -> int:
    """Return how many more readers have found a reply useful than not."""
    helpful, useless = reply.get("positiveFeedbackCount"), reply.get("negativeFeedbackCount")
    return (helpful if isinstance(helpful, int) else 0) - (useless if isinstance(useless, int) else 0)


def _in(value: object, *path: str) -> object:
    for key in path:
        value = cast("dict[str, object]", value).get(key) if isinstance(value, dict) else None
    return value


def _objects(value: object) -> Sequence[dict[str, Any]]:
    each: Iterable[object] = cast("list[object]", value) if isinstance(value, list) else ()
    return [cast("dict[str, Any]", one) for one in each if isinstance(one, dict)][:_MOST_FOUND]


def _text(value: object) -> str:
    return " ".join(value.split())[:_LINE] if isinstance(value, str) else ""


def _address(value: object) -> str:
    address = value.strip() if isinstance(value, str) else ""
    known = address.startswith(("https://", "http://")) and len(address) <= _ADDRESS
    return address if known and not any(each.isspace() or each in "<>\"'" for each in address) else ""
