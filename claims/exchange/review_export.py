"""Claims as ClaimReview in JSON-LD (schema.org), one review for a claim and language.

Only published claims are written: a ClaimReview says in public what was found. The wordings stay behind, and so do the
figures. Who made a claim is written without a type, for the base does not know a person from an organisation.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from claims.exchange.contents import ExportedPack
from claims.exchange.ratings import Ratings
from claims.record import CitationRecord, ClaimRecord, DocumentRecord, PointRecord

CONTEXT = "https://schema.org"
PUBLISHER = "Touchstone"
LANGUAGES: tuple[tuple[Literal["en", "zh"], str], ...] = (("en", "en"), ("zh", "zh-Hans"))

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
    titles = {"en": claim.title_en, "zh": claim.title_zh}
    if claim.status != "published":
        return
    for language, tag in LANGUAGES:
        if titles[language]:
            yield {
                "@context": CONTEXT,
                "@type": "ClaimReview",
                "identifier": claim.id,
                "inLanguage": tag,
                "claimReviewed": titles[language],
                "itemReviewed": _claim(claim, language, documents),
                "author": {"@type": "Organization", "name": publisher},
                "datePublished": claim.as_of.isoformat(),
                **({"expires": claim.review_by.isoformat()} if claim.review_by else {}),
                "reviewRating": {"@type": "Rating", "alternateName": ratings.ours[claim.kind][language]},
                **_body(claim, language),
                **_works("citation", claim.points, documents),
            }


def _claim(claim: ClaimRecord, language: str, documents: Documents) -> Node:
    """Return the claim as it is made: those who support it made it, and where they did, it appeared."""
    made = [point for point in claim.points if point.role == "supports"]
    names = dict.fromkeys(_said(point, language)[0] for point in made)
    authors = [{"name": name} for name in names if name]
    title = claim.title_en if language == "en" else claim.title_zh
    return {
        "@type": "Claim",
        "name": title,
        **({"author": authors} if authors else {}),
        **_works("appearance", made, documents),
    }


def _body(claim: ClaimRecord, language: str) -> Node:
    said = [(*_said(point, language), point.date) for point in claim.points]
    body = "\n".join(f"{text} ({speaker}, {date})" if speaker else text for speaker, text, date in said if text)
    return {"reviewBody": body} if body else {}


def _said(point: PointRecord, language: str) -> tuple[str, str]:
    return (point.speaker_en, point.text_en) if language == "en" else (point.speaker_zh, point.text_zh)


def _works(key: str, points: Iterable[PointRecord], documents: Documents) -> Node:
    cited: Iterable[CitationRecord] = (citation for point in points for citation in point.citations)
    names = dict.fromkeys(citation.document for citation in cited)
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
