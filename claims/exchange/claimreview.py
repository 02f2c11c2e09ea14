"""ClaimReview (JSON-LD), out and in: published claims as reviews; each review of a feed as a draft for moderators."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast
from urllib.parse import quote, urlsplit

from checks.figures.units import join_spellings
from claims.exchange.formats import ExportedPack, Incoming, IncomingClaim, IncomingPack, RefusedClaim, Source
from claims.exchange.json_text import LinedJson, Object, many, read_json
from claims.exchange.reading import read_pack_data
from claims.exchange.reviews_in import CLAIMED, DOCUMENTED, Draft, FoundReview, Languages, Ratings, ReviewReader
from claims.packs.plain import plain_claim
from claims.packs.schema import PartPath
from claims.record import ClaimRecord, DocumentRecord
from config.errors import ImportRefusedError, PackProblem, worded
from config.languages import LANGUAGES, written_language

CONTEXT = "https://schema.org"
PUBLISHER = "Touchstone"

Node = dict[str, Any]
Documents = Mapping[str, DocumentRecord]


@dataclass(frozen=True, slots=True)
class Publishing:
    """Who publishes the reviews, and at which address: `{id}` and `{language}` in it stand for those of each review.

    Collectors know a review by its address: one without `{id}` gets the claim's id as its fragment.
    """

    publisher: str = PUBLISHER
    url: str = ""

    def address(self, claim: str, language: str) -> str:
        """Return the address of one review, or nothing."""
        if self.url and "{id}" not in self.url:
            return f"{self.url}#{quote(claim)}-{language}"
        return self.url.replace("{id}", quote(claim)).replace("{language}", language)

    def author(self) -> Node:
        """Return who publishes, with the site of the address."""
        site = urlsplit(self.url)
        known = {"url": f"{site.scheme}://{site.netloc}/"} if self.url else {}
        return {"@type": "Organization", "name": self.publisher, **known}


def write_reviews(packs: Iterable[ExportedPack], publishing: Publishing | None = None) -> Iterator[str]:
    """Yield the text of a JSON list of reviews."""
    ratings, publishing = Ratings.load(), publishing or Publishing()
    before = "[\n"
    for pack in packs:
        documents = {document.id: document for document in pack.documents}
        for exported in pack.claims:
            for node in _reviews(exported.record, documents, ratings, publishing):
                # `<` is written as an escape, so that the text may stand inside a page's script element.
                yield before + json.dumps(node, ensure_ascii=False, indent=1).replace("<", "\\u003c")
                before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def review_nodes(
    claim: ClaimRecord, documents: Documents, ratings: Ratings, publishing: Publishing
) -> tuple[Node, ...]:
    """Return the reviews of one published claim, one a language that its title is written in."""
    return tuple(_reviews(claim, documents, ratings, publishing))


def _reviews(claim: ClaimRecord, documents: Documents, ratings: Ratings, publishing: Publishing) -> Iterator[Node]:
    if claim.status != "published":
        return
    plain = plain_claim(claim, None)
    titles: dict[str, str] = plain["title"]
    for language, tag in ((each.code, each.tag) for each in LANGUAGES):
        title = titles.get(language)
        # Where nobody wrote a title, that of another language stands.
        if title and (written_language(title) == language or [*titles.values()].count(title) == 1):
            yield {
                "@context": CONTEXT,
                "@type": "ClaimReview",
                "identifier": claim.id,
                **({"url": publishing.address(claim.id, language)} if publishing.url else {}),
                "inLanguage": tag,
                "claimReviewed": title,
                "itemReviewed": _claim(plain, language, documents),
                "author": publishing.author(),
                "datePublished": plain["as_of"],
                **({"expires": plain["review_by"]} if "review_by" in plain else {}),
                "reviewRating": {"@type": "Rating", "alternateName": ratings.words(claim.kind, language)},
                **_body(plain, language),
                **_works("citation", plain["points"], documents),
            }


def _claim(claim: Node, language: str, documents: Documents) -> Node:
    """Return the claim as it is made: those who support it made it, and where they did, it appeared."""
    made = [point for point in claim["points"] if point["role"] == "supports"]
    names = dict.fromkeys(point["speaker"].get(language) for point in made)
    authors = [{"name": name} for name in names if name]
    return {
        "@type": "Claim",
        "name": claim["title"][language],
        **({"author": authors} if authors else {}),
        **_works("appearance", made, documents),
        **_figures(claim, language),
    }


def _figures(claim: Node, language: str) -> Node:
    """Return the claim's figures, and beside each what its source gives, where that is another."""
    nodes: list[Node] = []
    for figure in claim.get("figures", ()):
        subject, unit = figure["subject"].get(language), figure["unit"]
        named: Node = {"@type": "PropertyValue", **({"name": subject} if subject else {})}
        named["unitText"] = unit if isinstance(unit, str) else join_spellings(unit)
        if figure["role"] == "claim":
            nodes.append(named | {"propertyID": CLAIMED, **_values(figure)})
        if documented := figure.get("documented"):
            place = {"description": documented["place"]} if "place" in documented else {}
            nodes.append(named | {"propertyID": DOCUMENTED, **_values(documented), **place})
    return {"about": nodes} if nodes else {}


def _values(figure: Node) -> Node:
    bounded = {"alternateName": figure["bound"]} if figure["bound"] not in ("exactly", "range") else {}
    if "value" in figure:
        return {"value": figure["value"], **bounded}
    return {"minValue": figure["low"], "maxValue": figure["high"], **bounded}


def _body(claim: Node, language: str) -> Node:
    said = [(point["speaker"].get(language), point["text"].get(language), point["date"]) for point in claim["points"]]
    body = "\n".join(
        f"{text} ({', '.join(filter(None, (speaker, date)))})" if speaker else text
        for speaker, text, date in said
        if text
    )
    return {"reviewBody": body} if body else {}


def _works(key: str, points: Iterable[Node], documents: Documents) -> Node:
    names = dict.fromkeys(citation["document"] for point in points for citation in point["citations"])
    works = [_work(documents[name]) for name in names if name in documents]
    return {key: works} if works else {}


def _work(document: DocumentRecord) -> Node:
    return {
        "@type": "CreativeWork",
        "name": document.title,
        "creditText": document.author,
        "publisher": {"@type": "Organization", "name": document.publisher},
        "inLanguage": document.language,
        **({"datePublished": document.published} if document.published else {}),
        **({"url": document.address} if document.address else {}),
    }


_TYPE = "ClaimReview"
MOST_REVIEWS = 20_000  # as many claims as a pack may have


@dataclass(slots=True)
class _Drafts:
    """The drafts of a feed in the form of a pack, each with the line of its review."""

    data: Object = field(default_factory=lambda: {"pack": None, "documents": [], "claims": []})
    drafts: list[Draft] = field(default_factory=list[Draft])
    _lines: list[int] = field(default_factory=list[int])
    _ours: dict[str, Draft] = field(default_factory=dict[str, Draft])
    _numbers: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, draft: Draft, line: int) -> None:
        """Put a draft at the end; reviews of ours in the other language join the claim's, repeated ones are one."""
        name = draft.data["id"]
        first = self._ours.get(name) if draft.is_ours else None
        if first is not None and not first.data["title"].get(draft.language):
            _join(first.data, draft)
            return
        if name in self._numbers:
            self._repeat(self._numbers[name], draft)
            return
        self._numbers[name] = len(self.drafts)
        if draft.is_ours:
            self._ours[name] = draft
        self.data["claims"].append(draft.data)
        self.drafts.append(draft)
        self._lines.append(line)

    def _repeat(self, number: int, other: Draft) -> None:
        """Say of a draft that the feed holds another verdict on it, which is left out."""
        first = self.drafts[number]
        mine, others = ([point["role"] for point in draft.data["points"]] for draft in (first, other))
        if mine != others:
            warnings = (*first.warnings, worded("a second review of it, with another verdict, is left out"))
            self.drafts[number] = replace(first, warnings=warnings)

    def tell_of_more(self, data: list[Any]) -> None:
        """Say at the last draft where the API's answer is only the first pages of one."""
        if self.drafts and isinstance(data[-1], dict) and cast("Object", data[-1]).get("nextPageToken"):
            said = worded("the answer has further pages, which are not in this file")
            self.drafts[-1] = replace(self.drafts[-1], warnings=(*self.drafts[-1].warnings, said))

    def line(self, place: PartPath) -> int:
        """Return the line of the review that a part comes from."""
        return self._lines[place[1]] if len(place) > 1 and isinstance(place[1], int) else 1


def _join(claim: Object, other: Draft) -> None:
    language = other.language
    claim["title"][language] = other.data["title"][language]
    claim["wordings"][language] = other.data["wordings"][language]
    for mine, theirs in zip(claim.get("figures", ()), other.data.get("figures", ()), strict=False):
        mine["subject"][language] = theirs["subject"][language]
    if len(claim["points"]) != len(other.data["points"]):
        return
    for mine, theirs in zip(claim["points"], other.data["points"], strict=True):
        for key in ("text", "speaker"):
            mine[key][language] = theirs[key][language]


def read_reviews(source: Source, today: date) -> Incoming:
    """Read all reviews of the text; raises ImportRefusedError where it is no JSON or holds none.

    `today` tells which dates lie ahead; no review is ever dated by it.
    """
    ratings, languages, drafts = Ratings.load(), Languages(), _Drafts()
    refused: list[RefusedClaim] = []
    for lined in read_json(source.name, source.text):
        reader = ReviewReader(lined, today, ratings, languages)
        for found in _found_in(lined.data, lined):
            line = lined.line(found.node)
            for made in reader.drafts(found):
                if len(drafts.drafts) + len(refused) >= MOST_REVIEWS:
                    fault = worded("it holds more than {most:,} reviews", most=MOST_REVIEWS)
                    problem = PackProblem(line, "", fault, worded("Split it into several files."))
                    raise ImportRefusedError(source.name, (problem,))
                if isinstance(made, Draft):
                    drafts.add(made, line)
                else:
                    refused.append(RefusedClaim(made.name, line, (replace(made.problem, line=line),)))
        drafts.tell_of_more(lined.data)
    if not drafts.drafts and not refused:
        mend = worded("Give one object, a list, an @graph or a DataFeed of reviews.")
        raise ImportRefusedError(source.name, (PackProblem(0, "@type", worded("it holds no ClaimReview"), mend),))
    digest = hashlib.sha256(source.text.encode("utf-8", "surrogatepass")).hexdigest()
    read = read_pack_data(source.name, drafts, digest, set()).claims
    claims = tuple(_told(claim, draft) for claim, draft in zip(read, drafts.drafts, strict=True))
    packs = (IncomingPack(None, digest, (), (*claims, *refused)),)
    return Incoming(source.name, source.format, packs, code_page=source.code_page)


def _told(claim: IncomingClaim | RefusedClaim, draft: Draft) -> IncomingClaim | RefusedClaim:
    if isinstance(claim, RefusedClaim):
        return claim
    return replace(claim, partial=draft.is_ours, warnings=draft.warnings)


# What a review that stands inside a page's object leaves to it.
_PAGES = ("WebPage", "BlogPosting", "Report")
_OF_PAGE = (("url",), ("datePublished", "dateCreated", "dateModified"), ("author", "publisher"), ("inLanguage",))


def _left_to(page: Object, review: Object) -> Object:
    """Return what a review leaves to its page; of keys that say the same in other words, those of one of the two."""
    missing = (key for keys in _OF_PAGE if not any(review.get(key) for key in keys) for key in keys)
    return {key: page[key] for key in missing if page.get(key)}


def _found_in(
    value: object, lined: LinedJson, claim: Object | None = None, page: Object | None = None
) -> Iterator[FoundReview]:
    """Yield the reviews of a feed, in order, wherever they stand; `claim` and `page` are those that stand around."""
    if isinstance(value, list):
        for each in cast("list[object]", value):
            yield from _found_in(each, lined, claim, page)
    elif isinstance(value, dict):
        node = cast("Object", value)
        types = _types(node)
        if _TYPE in types:
            yield FoundReview(lined.alike(node, node | _left_to(page, node)) if page else node, claim)
            return
        answered = list(_of_the_api(node, lined))
        yield from answered
        claim = node if "Claim" in types else claim
        page = node if _is_page(types) else _page_beside(node) or page
        for inner in node.values() if not answered else ():
            if isinstance(inner, dict | list):
                yield from _found_in(cast("object", inner), lined, claim, page)


def _is_page(types: list[str]) -> bool:
    return any(name.endswith("Article") or name in _PAGES for name in types)


def _page_beside(node: Object) -> Object | None:
    """Return the page that a graph is about: its only article, and what that leaves to its only other page."""
    graph = [cast("Object", each) for each in many(node.get("@graph")) if isinstance(each, dict)]
    pages = [each for each in graph if _is_page(_types(each)) and _TYPE not in _types(each)]
    others = [each for each in pages if "WebPage" in _types(each)]
    articles = [each for each in pages if each not in others]
    if not pages or len(articles) > 1 or len(others) > 1:
        return None
    article = articles[0] if articles else {}
    return article | (_left_to(others[0], article) if others else {})


def _of_the_api(node: Object, lined: LinedJson) -> Iterator[FoundReview]:
    """Yield the reviews in an answer of the Fact Check Tools API, which names things in its own way."""
    for review in many(node.get("claimReview")):
        if isinstance(review, dict) and "@type" not in review:
            said = cast("Object", review)
            yield FoundReview(
                lined.alike(
                    said,
                    {
                        "claimReviewed": node.get("text"),
                        "url": said.get("url"),
                        "author": said.get("publisher"),
                        "datePublished": said.get("reviewDate"),
                        "itemReviewed": {"@type": "Claim", "datePublished": node.get("claimDate")},
                        "inLanguage": said.get("languageCode"),
                        "headline": said.get("title"),
                        "reviewRating": {"alternateName": said.get("textualRating")},
                    },
                )
            )
    for markup in many(node.get("claimReviewMarkups")):
        if isinstance(markup, dict):
            said = cast("Object", markup)
            rating = cast("Object", said["rating"]) if isinstance(said.get("rating"), dict) else {}
            yield FoundReview(
                lined.alike(
                    said,
                    {
                        "claimReviewed": said.get("claimReviewed"),
                        "url": said.get("url") or node.get("pageUrl"),
                        "author": node.get("claimReviewAuthor"),
                        "datePublished": node.get("publishDate"),
                        "reviewRating": rating | {"alternateName": rating.get("textualRating")},
                    },
                )
            )


def _types(node: Object) -> list[str]:
    """Return the names of an object's types, without the vocabulary's address or prefix."""
    given = node.get("@type", node.get("type"))
    names = cast("list[object]", given) if isinstance(given, list) else [given]
    return [name.rpartition("/")[2].rpartition(":")[2] for name in names if isinstance(name, str)]
