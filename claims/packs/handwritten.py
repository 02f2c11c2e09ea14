"""Packs as people write them by hand: what may be left out is filled in, and quoted words become passages."""

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, cast

from claims.fields import language_of_wording
from claims.packs.lines import Lined, PartPath, Plain
from claims.record import DocumentRecord

# Finds a document whose text is at hand, by its id or title.
Shelf = Callable[[str], tuple[DocumentRecord, str] | None]
PlainData = dict[str, Any]

NO_SHA256 = hashlib.sha256(b"").hexdigest()
_NO_SLUG = re.compile(r"[^a-z0-9]+")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_LONGEST_ID = 50


class Completed:
    """The data of a pack with all that was left out; lines are those of what was written."""

    def __init__(self, lined: Lined, data: Plain) -> None:
        self._lined = lined
        self.data = data

    def line(self, place: PartPath) -> int:
        """Return the line of the part, or of what it was made from."""
        return self._lined.line(place)


def completed(lined: Lined, today: date | None = None, shelf: Shelf | None = None) -> Lined:
    """Return the pack with everything that its schema asks for, as far as the file says enough for that.

    Parts of another form are left as they are, for the schema to refuse. What has no date is of `today`.
    """
    if not isinstance(lined.data, dict):
        return lined
    data: PlainData = dict(lined.data)
    day = (today or datetime.now(UTC).date()).isoformat()
    if isinstance(data.get("pack"), dict):
        data["pack"] = {"version": 1, "licence": "–", "as_of": day} | data["pack"]
        data["pack"] |= _both(data["pack"], "title")
        day = data["pack"]["as_of"]
    elif "pack" not in data:
        return lined
    filling = _Filling(data, day, shelf)
    if isinstance(data.get("claims"), list):
        data["claims"] = [filling.claim(claim) for claim in data["claims"]]
    data["documents"] = filling.documents
    return Completed(lined, cast("Plain", data))


class _Filling:
    """Fills claims in, and gathers the documents that their points name by title."""

    def __init__(self, data: PlainData, day: str, shelf: Shelf | None) -> None:
        given = data.get("documents", [])
        self._day, self._shelf = day, shelf
        self.documents: Any = [self._document(each) for each in given] if isinstance(given, list) else given
        head = data.get("pack")
        self._title = str(head["title"].get("en", "")) if head and isinstance(head.get("title"), dict) else ""

    def claim(self, claim: Any) -> Any:  # noqa: ANN401  nothing has vouched for the form yet (as below)
        if not isinstance(claim, dict):
            return claim
        claim = {"kind": "contested", "as_of": self._day} | claim
        claim |= _both(claim, "title")
        for name in ("wordings", "not_wordings", "denials"):
            if isinstance(claim.get(name), str | list):
                claim[name] = _by_language(claim[name])
        if isinstance(claim.get("points"), list) and isinstance(self.documents, list):
            claim["points"] = [self._point(point) for point in claim["points"]]
        return claim

    def _point(self, given: Any) -> Any:  # noqa: ANN401
        point = {"text": given} if isinstance(given, str) else given
        if not isinstance(point, dict):
            return given
        point = {"role": "refutes"} | point
        source, quote = point.pop("source", None), point.pop("quote", None)
        point |= _both(point, "text")
        if "citations" not in point:
            named = point.pop("document", None) or source or _one(point.get("speaker")) or self._title
            point["citations"] = [self._citation(named, quote)] if named else []
        cited = self._cited(point)
        point.setdefault("speaker", cited.get("publisher") or cited.get("title") or self._title)
        point |= _both(point, "speaker")
        published = str(cited.get("published", ""))
        point.setdefault("date", published if _DATE.fullmatch(published) else self._day)
        return point

    def _cited(self, point: PlainData) -> PlainData:
        citations = point["citations"]
        first = citations[0] if isinstance(citations, list) and citations else None
        name = first.get("document") if isinstance(first, dict) else None
        return next((each for each in self.documents if isinstance(each, dict) and each.get("id") == name), {})

    def _citation(self, source: Any, quote: Any) -> PlainData:  # noqa: ANN401
        facts: PlainData = dict(source) if isinstance(source, dict) else {"title": str(source)}
        title = str(facts.get("title", ""))
        known = next(
            (each for each in self.documents if isinstance(each, dict) and title in (each["id"], each.get("title"))),
            None,
        )
        found = self._shelf(known["id"] if known else title) if self._shelf and quote else None
        if found is not None:
            record, text = found
            if known is None:
                known = {name: getattr(record, name) for name in _FACTS}
                self.documents.append(known)
            span = find_quote(text, str(quote))
            if span is not None:
                words = text[span[0] : span[1]]
                sha256 = hashlib.sha256(words.encode()).hexdigest()
                return {"document": known["id"], "start": span[0], "end": span[1], "sha256": sha256}
        if known is None:
            known = self._document({"id": _slug(title)} | facts)
            self.documents.append(known)
        return {"document": known["id"], "start": 0, "end": 0, "sha256": NO_SHA256}

    def _document(self, document: Any) -> Any:  # noqa: ANN401
        if not isinstance(document, dict):
            return document
        title = str(document.get("title", ""))
        blank: PlainData = {
            "id": _slug(title),
            "author": "",
            "publisher": "",
            "published": self._day,
            "language": "zh-Hans" if language_of_wording(title) == "zh" else "en",
            "address": None,
            "sha256": "",
        }
        return blank | document


_FACTS = ("id", "title", "author", "publisher", "published", "language", "address", "sha256")


def find_quote(text: str, quote: str) -> tuple[int, int] | None:
    """Return where the quoted words stand, whatever white space is between them; None where they do not."""
    words = quote.split()
    found = re.search(r"\s+".join(map(re.escape, words)), text) if words else None
    return found.span() if found else None


def _both(data: PlainData, name: str) -> PlainData:
    """Return the text in both languages; one that is written in one language says the same in the other."""
    given = data.get(name)
    if isinstance(given, str):
        given = {language_of_wording(given): given}
    if not isinstance(given, dict) or not given:
        return {}
    texts = cast("PlainData", given)
    other = next(iter(texts.values()))
    return {name: {"en": other, "zh": other} | texts} if set(texts) <= {"en", "zh"} else {}


def _one(given: Any) -> str:  # noqa: ANN401
    texts = given.values() if isinstance(given, dict) else [given]
    return next((text for text in texts if isinstance(text, str) and text.strip()), "")


def _by_language(given: str | list[Any]) -> PlainData:
    texts = [given] if isinstance(given, str) else given
    if not all(isinstance(text, str) for text in texts):
        return {"en": texts}
    named = [(language_of_wording(text), text) for text in texts]
    return {name: found for name in ("en", "zh") if (found := [text for each, text in named if each == name])}


def _slug(title: str) -> str:
    """Return an id of the title; a title without Latin letters is known by its hash."""
    name = _NO_SLUG.sub("-", title.casefold()).strip("-")[:_LONGEST_ID].strip("-")
    digest = hashlib.sha256(title.encode()).hexdigest()[:8]
    return f"{name}-{digest}" if name else f"source-{digest}"
