"""ClaimReview (JSON-LD), out and in: published claims as reviews; each review of a feed as a draft for moderators."""

import hashlib
import html
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib import resources
from typing import Any, cast, get_args

import yaml

from checks.figures.units import is_own, join_spellings
from checks.model import Bound, Kind
from checks.text import count_han
from claims.exchange.formats import ExportedPack, Incoming, IncomingClaim, IncomingPack, RefusedClaim, Source
from claims.exchange.reading import read_pack_data
from claims.packs.lines import PartPath
from claims.packs.plain import LANGUAGES, plain_claim
from claims.packs.schema import known_units
from claims.record import ClaimRecord, DocumentRecord
from config.errors import ImportRefusedError, PackProblem
from config.faults import worded


@dataclass(frozen=True, slots=True)
class Ratings:
    """What ClaimReview's textual ratings say: ours by kind and language, and the role that others' have for a claim."""

    ours: Mapping[str, Mapping[str, str]]
    roles: Mapping[str, str]
    kinds: Mapping[str, Kind]

    @classmethod
    def load(cls) -> "Ratings":
        """Read the shipped words."""
        text = (resources.files("claims") / "exchange" / "ratings.yaml").read_text("utf-8")
        data: dict[str, Any] = yaml.safe_load(text)
        ours = data["ours"]
        roles = {word.casefold(): role for role, words in data["theirs"].items() for word in words}
        kinds: dict[str, Kind] = {word.casefold(): kind for kind, words in ours.items() for word in words.values()}
        return cls(ours, roles, kinds)


_TAG = re.compile(r"<[^<>]*>")
_LONGEST_ADDRESS = 400
_DATE = 10


def text_in(value: object) -> str:
    """Return a text without markup and line breaks; the first of a list, and the `@value` or name of an object."""
    if isinstance(value, list):
        return text_in(cast("list[object]", value)[0]) if value else ""
    if isinstance(value, dict):
        node = cast("dict[str, object]", value)
        return text_in(node.get("@value") or node.get("alternateName") or node.get("name"))
    return " ".join(html.unescape(_TAG.sub(" ", value)).split()) if isinstance(value, str) else ""


def address_in(value: object) -> str:
    """Return a web address, or nothing where it is none or too long to be shown."""
    text = value.strip() if isinstance(value, str) else ""
    fit = text.startswith(("https://", "http://")) and len(text) <= _LONGEST_ADDRESS and not re.search(r"\s", text)
    return text if fit else ""


def day_in(value: object) -> str:
    """Return the day of a date or a moment as 2026-01-23, or nothing."""
    try:
        return date.fromisoformat(text_in(value)[:_DATE]).isoformat()
    except ValueError:
        return ""


def number_in(value: object) -> float | None:
    """Return a finite number, also where it stands as a text."""
    try:
        number = float(value) if isinstance(value, int | float | str) else math.nan
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def cut(text: str, most: int) -> str:
    """Return the text, cut with an ellipsis where it is too long."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


MAX_DEPTH = 32
# A text without its closing quote reaches to the end, so that no other quote is tried as a beginning.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[{}\[\]\n]', re.DOTALL)

Object = dict[str, Any]


class LinedJson:
    """The data of a JSON text, and the line (from 1) where each object of it begins."""

    def __init__(self, name: str, text: str) -> None:
        """Read the text; raises ImportRefusedError, naming the file `name`."""
        # Objects are closed in the same order in which the parser hands them over.
        lines = iter(_lines_by_closing(name, text))
        self._lines: dict[int, int] = {}
        self._named: dict[str, Object] = {}

        def keep(pairs: list[tuple[str, Any]]) -> Object:
            made = dict(pairs)
            self._lines[id(made)] = next(lines, 0)
            if isinstance(made.get("@id"), str) and len(made) > 1:
                self._named[made["@id"]] = made
            return made

        try:
            self.data: Any = json.loads(text, object_pairs_hook=keep)
        except (ValueError, RecursionError) as error:
            line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
            detail = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            fault = worded("this is no valid JSON: {detail}", detail=detail)
            raise ImportRefusedError(name, (PackProblem(line, "", fault, worded("Mend the line.")),)) from error

    def inner(self, node: Object, key: str) -> Object:
        """Return the object under a key: the first of a list, one named by `{"@id": …}`; a text stands for its name."""
        value: Any = node.get(key)
        if isinstance(value, list):
            value = cast("list[Any]", value)[0] if value else None
        if isinstance(value, dict):
            found = cast("Object", value)
            return self._named.get(str(found["@id"]), found) if list(found) == ["@id"] else found
        return {"name": value} if isinstance(value, str) else {}

    def line(self, node: Object) -> int:
        """Return the line of an object of the data."""
        return self._lines.get(id(node), 0)


def _lines_by_closing(name: str, text: str) -> list[int]:
    opened: list[int] = []
    closed: list[int] = []
    line = 1
    for found in _TOKEN.finditer(text):
        mark = found[0]
        if mark in "{[":
            opened.append(line)
            if len(opened) > MAX_DEPTH:
                fault = worded("nested deeper than {most} levels", most=MAX_DEPTH)
                raise ImportRefusedError(name, (PackProblem(line, "", fault, worded("Take the reviews out of it.")),))
        elif mark in "}]":
            begun = opened.pop() if opened else 0
            if mark == "}":
                closed.append(begun)
        else:
            line += mark.count("\n")
    return closed


_LINE, _SENTENCE, _NAME = 300, 600, 80  # the longest texts that packs allow, and the longest name of a refused review
_ID_DIGITS = 16
_MOST_FIGURES = 40
# A rating in the lower third of its scale speaks against the claim, one in the upper third for it.
_AGAINST, _FOR = 1 / 3, 2 / 3


class NoDraftError(Exception):
    """A review that makes no draft: what tells it apart, and what is wrong with it."""

    def __init__(self, name: str, field: str, fault: str, mend: str) -> None:
        super().__init__(fault)
        self.name = name
        self.problem = PackProblem(0, field, fault, mend)


def draft_data(review: Object, lined: LinedJson, ratings: Ratings, today: date) -> Object:
    """Return the draft; raises NoDraftError. The same review always gives a draft of the same id."""
    url = address_in(review.get("url"))
    claimed = text_in(review.get("claimReviewed")) or text_in(lined.inner(review, "itemReviewed").get("name"))
    if not claimed:
        fault = worded("it does not say what was claimed")
        raise NoDraftError(url or "?", "claimReviewed", fault, worded("Fill in claimReviewed."))
    language = _language(review, claimed)
    day = day_in(review.get("datePublished")) or today.isoformat()
    rating = lined.inner(review, "reviewRating")
    said = text_in(rating.get("alternateName")) or text_in(rating.get("ratingExplanation"))
    publisher = text_in(lined.inner(review, "author").get("name"))
    digest = hashlib.sha256(f"{url} {claimed}".encode("utf-8", "surrogatepass")).hexdigest()
    title = cut(claimed, _LINE)
    point: Object = {
        "role": _role(rating, said, ratings),
        "speaker": _in_one(language, cut(publisher, _LINE)),
        "date": day,
        "text": _in_one(language, " – ".join(part for part in (cut(said, _SENTENCE - len(url) - 3), url) if part)),
        "citations": [],
    }
    return {
        "id": f"review-{digest[:_ID_DIGITS]}",
        "kind": ratings.kinds.get(said.casefold(), "contested"),
        "status": "draft",
        "title": _in_one(language, title),
        "as_of": day,
        "wordings": {language: [title]},
        "points": [point] if said or url else [],
        **_read_figures(lined.inner(review, "itemReviewed").get("about"), language),
    }


def _read_figures(about: object, language: str) -> Object:
    """Return the figures that an export of ours has; a documented one belongs to the claimed one before it."""
    figures: list[Object] = []
    listed = cast("list[object]", about) if isinstance(about, list) else []
    units = known_units() if listed else ()
    for each in listed:
        node = cast("Object", each) if isinstance(each, dict) else {}
        ends = [number_in(node.get(name, node.get("value"))) for name in ("minValue", "maxValue")]
        unit, bound = text_in(node.get("unitText")), text_in(node.get("alternateName"))
        if None in ends or not (unit in units or is_own(unit)):
            continue
        low, high = ends
        values: Object = {"value": low} if low == high else {"low": low, "high": high}
        values |= {"bound": "range" if low != high else bound if bound in get_args(Bound) else "exactly"}
        if node.get("propertyID") == CLAIMED:
            figures.append(
                {**values, "unit": unit, "subject": _in_one(language, cut(text_in(node.get("name")), _LINE))}
            )
        elif node.get("propertyID") == DOCUMENTED and figures:
            place = cut(text_in(node.get("description")), _LINE)
            figures[-1]["documented"] = {**values, **({"place": place} if place else {})}
    return {"figures": figures[:_MOST_FIGURES]} if figures else {}


def _role(rating: Object, said: str, ratings: Ratings) -> str:
    """Tell what the rating means for the claim, by its words or else by its place on its scale."""
    known = ratings.roles.get(said.casefold())
    value, worst, best = (number_in(rating.get(key)) for key in ("ratingValue", "worstRating", "bestRating"))
    if known or value is None or worst is None or best is None or not worst <= value <= best or worst == best:
        return known or "context"
    place = (value - worst) / (best - worst)
    return "refutes" if place <= _AGAINST else "supports" if place >= _FOR else "context"


def _language(review: Object, claimed: str) -> str:
    given = text_in(review.get("inLanguage"))
    if not given:
        return "zh" if count_han(claimed) * 4 >= len(claimed) else "en"
    language = given.lower().replace("_", "-").partition("-")[0]
    if language not in LANGUAGES:
        fault = worded("the review is in {language!r}, and claims are kept in English and Chinese", language=given[:20])
        raise NoDraftError(cut(claimed, _NAME), "inLanguage", fault, worded("Give a review in one of these."))
    return language


def _in_one(language: str, text: str) -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, "") | {language: text}


CONTEXT = "https://schema.org"
# What tells a figure that is claimed from one that the source gives, in `itemReviewed.about`.
CLAIMED, DOCUMENTED = "claimed", "documented"
PUBLISHER = "Touchstone"
_TAGS = {"en": "en", "zh": "zh-Hans"}

Node = dict[str, Any]
Documents = Mapping[str, DocumentRecord]


def write_reviews(packs: Iterable[ExportedPack], publisher: str = PUBLISHER) -> Iterator[str]:
    """Yield the text of a JSON list of reviews; `publisher` is named as their author."""
    ratings = Ratings.load()
    before = "[\n"
    for pack in packs:
        documents = {document.id: document for document in pack.documents}
        for exported in pack.claims:
            for node in _reviews(exported.record, documents, ratings, publisher):
                # `<` is written as an escape, so that the text may stand inside a page's script element.
                yield before + json.dumps(node, ensure_ascii=False, indent=1).replace("<", "\\u003c")
                before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _reviews(claim: ClaimRecord, documents: Documents, ratings: Ratings, publisher: str) -> Iterator[Node]:
    if claim.status != "published":
        return
    plain = plain_claim(claim, None)
    for language, tag in _TAGS.items():
        if plain["title"][language]:
            yield {
                "@context": CONTEXT,
                "@type": "ClaimReview",
                "identifier": claim.id,
                "inLanguage": tag,
                "claimReviewed": plain["title"][language],
                "itemReviewed": _claim(plain, language, documents),
                "author": {"@type": "Organization", "name": publisher},
                "datePublished": plain["as_of"],
                **({"expires": plain["review_by"]} if "review_by" in plain else {}),
                "reviewRating": {"@type": "Rating", "alternateName": ratings.ours[claim.kind][language]},
                **_body(plain, language),
                **_works("citation", plain["points"], documents),
            }


def _claim(claim: Node, language: str, documents: Documents) -> Node:
    """Return the claim as it is made: those who support it made it, and where they did, it appeared."""
    made = [point for point in claim["points"] if point["role"] == "supports"]
    names = dict.fromkeys(point["speaker"][language] for point in made)
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
        subject, unit = figure["subject"][language], figure["unit"]
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
    said = [(point["speaker"][language], point["text"][language], point["date"]) for point in claim["points"]]
    body = "\n".join(f"{text} ({speaker}, {date})" if speaker else text for speaker, text, date in said if text)
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
        "datePublished": document.published,
        "inLanguage": document.language,
        **({"url": document.address} if document.address else {}),
    }


_TYPE = "ClaimReview"
# Where feeds keep their items: JSON-LD graphs, schema.org's DataFeed and ItemList, and pages about one thing.
_INNER = ("@graph", "dataFeedElement", "item", "itemListElement", "mainEntity", "review")


class _Drafts:
    """The drafts of a feed in the form of a pack, each with the line of its review."""

    def __init__(self) -> None:
        self.data: Object = {"pack": None, "documents": [], "claims": []}
        self._lines: list[int] = []

    def add(self, draft: Object, line: int) -> None:
        """Put a draft at the end."""
        self.data["claims"].append(draft)
        self._lines.append(line)

    def line(self, place: PartPath) -> int:
        """Return the line of the review that a part comes from."""
        return self._lines[place[1]] if len(place) > 1 and isinstance(place[1], int) else 1


def read_reviews(source: Source, today: date) -> Incoming:
    """Read all reviews of the text; raises ImportRefusedError where it is no JSON or holds none.

    `today` dates a review that has no date itself.
    """
    lined = LinedJson(source.name, source.text)
    ratings, drafts = Ratings.load(), _Drafts()
    refused: list[RefusedClaim] = []
    for review in _found_in(lined.data, lined):
        line = lined.line(review)
        try:
            drafts.add(draft_data(review, lined, ratings, today), line)
        except NoDraftError as error:
            refused.append(RefusedClaim(error.name, line, (replace(error.problem, line=line),)))
    if not drafts.data["claims"] and not refused:
        mend = worded("Give one object, a list, an @graph or a DataFeed of reviews.")
        raise ImportRefusedError(source.name, (PackProblem(0, "@type", worded("it holds no ClaimReview"), mend),))
    digest = hashlib.sha256(source.text.encode("utf-8", "surrogatepass")).hexdigest()
    read: tuple[IncomingClaim | RefusedClaim, ...] = read_pack_data(source.name, drafts, digest, set()).claims
    return Incoming(source.name, source.format, (IncomingPack(None, digest, (), (*read, *refused)),))


def _found_in(value: object, lined: LinedJson) -> Iterator[Object]:
    """Yield the reviews of a feed, in order; other things are passed over."""
    if isinstance(value, list):
        for each in cast("list[object]", value):
            yield from _found_in(each, lined)
    elif isinstance(value, dict):
        node = cast("Object", value)
        if _TYPE in _types(node):
            yield node
            return
        for key in _INNER:
            yield from _found_in(node.get(key), lined)


def _types(node: Object) -> list[str]:
    """Return the names of an object's types, without the vocabulary's address or prefix."""
    given = node.get("@type")
    names = cast("list[object]", given) if isinstance(given, list) else [given]
    return [name.rpartition("/")[2].rpartition(":")[2] for name in names if isinstance(name, str)]
