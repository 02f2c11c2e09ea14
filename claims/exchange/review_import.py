"""ClaimReview for import: each review of a feed becomes a draft for moderators, never a published claim."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import cast

from claims.exchange.incoming import Incoming, IncomingClaim, IncomingPack, RefusedClaim
from claims.exchange.json_lines import LinedJson, Object
from claims.exchange.ratings import Ratings
from claims.exchange.reading import read_pack_data
from claims.exchange.review_draft import NoDraftError, draft_data
from claims.exchange.source import Source
from claims.pack_yaml import Place
from config.errors import ImportRefusedError, PackProblem
from config.faults import worded

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

    def line(self, place: Place) -> int:
        """Return the line of the review that a part comes from."""
        return self._lines[place[1]] if len(place) > 1 and isinstance(place[1], int) else 1


def read_reviews(source: Source, today: date) -> Incoming:
    """Read all reviews of the text; raises ImportRefusedError where it is no JSON or holds none.

    `today` dates a review that has no date itself.
    """
    lined = LinedJson(source.name, source.text)
    ratings, drafts = Ratings.load(), _Drafts()
    refused: list[RefusedClaim] = []
    for review in _reviews(lined.data, lined):
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


def _reviews(value: object, lined: LinedJson) -> Iterator[Object]:
    """Yield the reviews of a feed, in order; other things are passed over."""
    if isinstance(value, list):
        for each in cast("list[object]", value):
            yield from _reviews(each, lined)
    elif isinstance(value, dict):
        node = cast("Object", value)
        if _TYPE in _types(node):
            yield node
            return
        for key in _INNER:
            yield from _reviews(node.get(key), lined)


def _types(node: Object) -> list[str]:
    """Return the names of an object's types, without the vocabulary's address or prefix."""
    given = node.get("@type")
    names = cast("list[object]", given) if isinstance(given, list) else [given]
    return [name.rpartition("/")[2].rpartition(":")[2] for name in names if isinstance(name, str)]
