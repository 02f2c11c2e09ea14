"""A claim as it begins from a passage of a document: title, kind, wordings, point and figures, all proposed by rule."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

from sqlmodel import Session

from checks.figures.reading import FigureReader
from checks.figures.units import Quantity, is_own
from claims.base import ClaimBase
from claims.fields import LINE, SENTENCE, clean_text
from claims.moderation.citations import Sources, quoted_line
from claims.moderation.editor import blank_claim
from claims.moderation.edits import AddWordings, Edit, EditFigure, EditPoint, EditTexts, SetStatus, Typed
from claims.moderation.queue import Item
from claims.moderation.rights import Actor, permitted
from claims.moderation.strength import first_clause
from claims.packs.plain import known_units, plain_number
from claims.record import ClaimRecord
from claims.store.tables import Document, DocumentText
from config.errors import InvalidEditError
from config.languages import NO_TEXT, written_language


@dataclass(frozen=True, slots=True)
class FirstDraft:
    """A whole new claim as one form holds it; as an edit it is written all at once, or refused with all its faults.

    `wordings` and `denials` have one text a line; `point` is the first point, `further` come after it.
    """

    texts: EditTexts
    wordings: str
    point: EditPoint
    denials: str = ""
    further: tuple[EditPoint, ...] = ()
    figures: tuple[EditFigure, ...] = ()
    publish: bool = False

    def apply(self, claim: ClaimRecord, sources: Sources) -> ClaimRecord:
        """Return the claim with all of it."""
        faults: list[Any] = []
        for edit in self._edits():
            try:
                claim = edit.apply(claim, sources)
            except InvalidEditError as error:
                faults += error.faults
        if faults:
            raise InvalidEditError(tuple(faults), self)
        return claim

    def _edits(self) -> Iterator[Edit]:
        yield self.texts
        yield AddWordings(self.wordings)
        if self.denials.strip():
            yield AddWordings(self.denials, "denies")
        yield self.point
        yield from self.further
        yield from self.figures
        if self.publish:
            yield SetStatus("published")


# What a document does with a sentence: the kind of the claim, and what its own words are to it.
_KINDS = {"rejects": "contested", "reports": "context", "asserts": "context", "predicts": "outlook"}
_ENDS = re.compile(r"[\s.!?。！？…]+$")
_MOST_FIGURES = 2


class FirstDrafts:
    """Begins claims from the candidates of a queue; every method may raise NotAllowedError."""

    def __init__(self, base: ClaimBase) -> None:
        """Take the base over; tables are read when first needed."""
        self._base = base

    def of(self, actor: Actor, item: Item) -> FirstDraft:
        """Return what the item gives: only its title, date and point may have to be mended before it is published."""
        payload = _as_claimed(item.payload)
        title = _titles(payload)
        attitude = str(payload.get("attitude") or "asserts")
        today = self._base.clock().date().isoformat()
        with permitted(self._base.database.reading(), actor, "queue.decide") as session:
            facts = _Facts.read(session, actor.server, payload)
        points = list(self._points(payload, attitude, facts))
        made = FirstDraft(
            EditTexts(title, _KINDS.get(attitude, "context"), today),
            "\n".join(_wordings(payload, title)),
            points[0] if points else EditPoint(role="context", speaker=NO_TEXT, date=facts.date, text=NO_TEXT),
            "\n".join(map(str, _listed(payload, "denials"))),
            tuple(points[1:]),
        )
        return self.with_figures(made)

    def with_figures(self, draft: FirstDraft) -> FirstDraft:
        """Return the draft with the figures that its title names now."""
        figures: list[EditFigure] = []
        for text in dict.fromkeys(draft.texts.title.values()):
            quantities = self._reader.read(text)
            figures = [made for each in quantities if (made := self._figure(each, quantities, text)) is not None]
            if figures:
                break
        return replace(draft, figures=tuple(figures[:_MOST_FIGURES]))

    def preview(self, actor: Actor, draft: FirstDraft) -> ClaimRecord:
        """Return the claim that a draft would make, to be tried; raises InvalidEditError."""
        with permitted(self._base.database.reading(), actor, "queue.decide") as session:
            return draft.apply(replace(blank_claim(self._base, actor), id="-"), Sources(session, actor.server))

    def _points(self, payload: Mapping[str, Any], attitude: str, facts: "_Facts") -> Iterator[EditPoint]:
        """Yield what the document says on the claim: first what stands against it, else the sentence itself."""
        start, end = payload.get("start"), payload.get("end")
        seen: set[str] = set()
        match payload.get("counter"):
            case [int(first), int(last), str(text)]:
                seen.add(text)
                yield facts.point("refutes", text, first, last, facts.author)
            case _ if isinstance(start, int) and isinstance(end, int):
                role = "refutes" if attitude == "rejects" else "context"
                speaker = str(payload.get("speaker") or "") or facts.author
                yield facts.point(role, str(payload.get("text") or ""), start, end, speaker)
            case _:
                pass
        for each in _listed(payload, "points"):
            match each:
                case [str(role), int(first), int(last), str(text)] if text not in seen:
                    seen.add(text)
                    yield facts.point(role, text, first, last, facts.author)
                case _:
                    pass

    def _figure(self, quantity: Quantity, beside: Sequence[Quantity], text: str) -> EditFigure | None:
        """Return a figure as a form has it, or None for years, bare numbers and what can be read in two ways."""
        unit = self._reader.units.units.get(quantity.unit)
        twice = sum((each.start, each.end) == (quantity.start, quantity.end) for each in beside) > 1
        if unit is None or twice or quantity.dimension == "year" or quantity.bare or quantity.loose:
            return None
        if quantity.unit not in known_units() or is_own(quantity.unit) or quantity.times:
            return None
        low, high = quantity.low / unit.factor, quantity.high / unit.factor
        match quantity.bound:
            case "range":
                value, bound = f"{_plain(low)} to {_plain(high)}", "range"
            case "about":
                value, bound = _plain((low + high) / 2), "about"
            case "nearly":
                value, bound = _plain(high), "about"
            case "under" | "upto":
                value, bound = _plain(high), "under"
            case "over":
                value, bound = _plain(low), "over"
            case _:
                value, bound = _plain(low), "exactly"
        subject = {written_language(text): _ENDS.sub("", text)}
        return EditFigure(value, quantity.unit, bound, subject=subject)

    @cached_property
    def _reader(self) -> FigureReader:
        return FigureReader.load()


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a point says of its source: the document's id and raw text, whose it is, and from when."""

    document: str
    raw: str
    author: str
    date: str

    @classmethod
    def read(cls, session: Session, server: int | None, payload: Mapping[str, Any]) -> "_Facts":
        name = str(payload.get("source") or "")
        row = session.get(Document, name) if name else None
        if row is None or row.server not in {None, server}:
            return cls(name, "", "", "")
        loaded = session.get(DocumentText, row.sha256) if row.sha256 else None
        return cls(name, loaded.text if loaded else "", row.author or row.publisher or row.title, row.published)

    def point(self, role: str, text: str, start: int, end: int, speaker: str) -> EditPoint:
        """Return a point with its citation, which the form shows as the words that it cites."""
        words = _begun(clean_text(text)[:SENTENCE])
        return EditPoint(
            role=role,
            speaker=_by_language(speaker[:LINE]),
            date=self.date,
            text=_by_language(words),
            citations=quoted_line(self.document, self.raw, start, end),
        )


def _listed(payload: Mapping[str, Any], name: str) -> list[Any]:
    found = payload.get(name)
    return cast("list[Any]", found) if isinstance(found, list) else []


def _by_language(text: str) -> Typed:
    return {written_language(text): text} if text else NO_TEXT


def _as_claimed(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the payload with the claim that a document rejects as its text, never the words that reject it.

    What others say stands so already. Of "not the one but the other" the one becomes the claim, and the sentence what
    stands against it. A sentence that only denies something is what the document says itself.
    """
    if payload.get("model") or payload.get("attitude") != "rejects":
        return payload
    text, start, end = str(payload.get("text") or ""), payload.get("start"), payload.get("end")
    match payload.get("counter"):
        case [int(first), int(), str(words)] if isinstance(start, int) and isinstance(end, int) and start < first < end:
            before = text[: text.find(words)] if words in text else ""
        case [_, _, _]:
            return payload
        case _:
            before = ""
    claimed = _affirmed(before.rstrip("，,;； "))
    if not claimed:
        return {**payload, "attitude": "asserts", "counter": None}
    title = {written_language(claimed): claimed}
    return {**payload, "title": title, "text": claimed, "counter": [start, end, text], "denials": [_ENDS.sub("", text)]}


_DENIED = re.compile(
    r"^(?P<before>[^，。,;；]*?)"
    r"(?P<not>并非|並非|并不是|並不是|不在于|不在於|(?<!是)不是|\b(?:is|are|was|were) not\b)(?P<after>.{2,})$"
)
_AFFIRMED = {"不在于": "在于", "不在於": "在於"}


def _affirmed(text: str) -> str:
    """Return a denial without its "not", "" where that is not as plain as it should be."""
    found = _DENIED.match(text)
    if not found:
        return ""
    denied = found["not"]
    if denied.isascii():
        return f"{found['before']}{denied.split()[0]}{found['after']}"
    affirmed = _AFFIRMED.get(denied, "是" if found["before"] or "是" in denied else "")
    return f"{found['before']}{affirmed}{found['after']}"


def _titles(payload: Mapping[str, Any]) -> Typed:
    """Return the title by language: what was proposed, else the sentence itself without its end."""
    given = payload.get("title")
    written = cast("dict[object, object]", given) if isinstance(given, dict) else {}
    proposed = {str(code): str(text) for code, text in written.items() if text}
    if not proposed:
        proposed = dict(_by_language(clean_text(str(payload.get("text") or ""))[:LINE]))
    return {code: _begun(_ENDS.sub("", text)) for code, text in proposed.items()}


def _begun(text: str) -> str:
    """Return a text that begins as a sentence does: what led up to it in the document is gone. iPhones stay so."""
    return text[:1].upper() + text[1:] if re.match(r"[a-z](?![A-Z])", text) else text


def _wordings(payload: Mapping[str, Any], title: Typed) -> Iterator[str]:
    """Yield ways to say it: the title, the sentence, its first clause, and what a model has found."""
    seen: set[str] = set()
    sentence = _ENDS.sub("", clean_text(str(payload.get("text") or "")))
    for text in (*title.values(), sentence, _begun(first_clause(sentence)), *map(str, _listed(payload, "wordings"))):
        if text and len(text) <= LINE and text.casefold() not in seen:
            seen.add(text.casefold())
            yield text


def _plain(value: float) -> str:
    return str(plain_number(float(f"{value:.6g}")))
