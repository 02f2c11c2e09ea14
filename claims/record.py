"""How two states of a thing differ, field by field; of lists, only the entries that the other side lacks."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, cast

from checks.model import Kind, KnownClaim, KnownFigure, KnownWording
from config.faults import FieldDifference


@dataclass(frozen=True, slots=True)
class PackRecord:
    """The head of a pack: a versioned file of claims."""

    id: str
    version: int
    title_en: str
    title_zh: str
    licence: str
    as_of: date


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A source document: what is known of it, and whether its text has been loaded."""

    id: str
    title: str
    author: str
    publisher: str
    published: str
    language: str
    address: str | None
    sha256: str
    loaded: bool = False


@dataclass(frozen=True, slots=True)
class CitationRecord:
    """A passage of a document: character positions in its raw text and the SHA-256 of that span in UTF-8.

    `end` is exclusive.
    """

    document: str
    start: int
    end: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Passage:
    """The words of a citation, shown only where an operator has loaded the document."""

    citation: CitationRecord
    document: DocumentRecord
    text: str | None


@dataclass(frozen=True, slots=True)
class PointRecord:
    """One statement for, against or about a claim, with who says it and when.

    `date` is as the pack writes it: a day, month or year; `numbers` are the text's figures as the documents write them.
    """

    role: str
    speaker_en: str
    speaker_zh: str
    date: str
    text_en: str
    text_zh: str
    citations: tuple[CitationRecord, ...]
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """A claim with everything that belongs to it, as the shared base or one server sees it.

    `server` is set on a server's own claim or version; `paused` stops automatic replies after members' reports;
    `raised_to` is the score up to which a match is answered more reluctantly, after such a report.
    """

    id: str
    kind: Kind
    title_en: str
    title_zh: str
    pack: str
    version: int
    as_of: date
    review_by: date | None
    wordings: tuple[KnownWording, ...]
    figures: tuple[KnownFigure, ...]
    points: tuple[PointRecord, ...]
    status: str = "published"
    server: int | None = None
    muted: bool = False
    cut_off: float | None = None
    edited_by: str | None = None
    paused: bool = False
    raised_to: float = 0.0

    @property
    def edition(self) -> str:
        """Return what tells one state of the claim from every other that this server has seen, for forms to carry."""
        return f"{self.version}" if self.server is None else f"{self.version}o"

    @property
    def known(self) -> KnownClaim:
        """Return the part of the claim that the checks work with."""
        return KnownClaim(
            self.id,
            self.kind,
            self.title_en,
            self.title_zh,
            self.wordings,
            self.figures,
            self.version,
            self.cut_off,
            self.muted or self.paused,
            self.raised_to,
            tuple(text for point in self.points for text in (point.text_en, point.text_zh) if text),
        )


State = dict[str, Any]


def claim_state(claim: ClaimRecord) -> State:
    """Return everything that makes up the claim, fit for JSON.

    Its version, its editor and what a server sets on it are no part of its state.
    """
    return {
        "kind": claim.kind,
        "title_en": claim.title_en,
        "title_zh": claim.title_zh,
        "as_of": claim.as_of.isoformat(),
        "review_by": claim.review_by.isoformat() if claim.review_by else None,
        "status": claim.status,
        "wordings": [plain_fields(wording) for wording in claim.wordings],
        "figures": [_figure_state(figure) for figure in claim.figures],
        "points": [_point_state(point) for point in claim.points],
    }


def _figure_state(figure: KnownFigure) -> State:
    """Return the figure's fields; those of the source only where it gives something, as states before them had none."""
    state = plain_fields(figure)
    if figure.documented_low is None:
        return {name: value for name, value in state.items() if not name.startswith("documented_")}
    return state


def plain_fields(part: KnownWording | KnownFigure | PointRecord | CitationRecord) -> State:
    """Return the fields of a part of a claim by name, without the deep copies that `dataclasses.asdict` makes."""
    return {each.name: getattr(part, each.name) for each in fields(part)}


def claim_from_state(
    claim_id: str, state: State, *, server: int | None, pack: str, edited_by: str | None = None
) -> ClaimRecord:
    """Return the claim that a state describes, as version 1; `claim_state` of it is that state again."""
    return ClaimRecord(
        id=claim_id,
        kind=state["kind"],
        title_en=state["title_en"],
        title_zh=state["title_zh"],
        pack=pack,
        version=1,
        as_of=date.fromisoformat(state["as_of"]),
        review_by=date.fromisoformat(state["review_by"]) if state["review_by"] else None,
        wordings=tuple(KnownWording(**wording) for wording in state["wordings"]),
        figures=tuple(KnownFigure(**figure) for figure in state["figures"]),
        points=tuple(_point(point) for point in state["points"]),
        status=state["status"],
        server=server,
        edited_by=edited_by,
    )


def _point_state(point: PointRecord) -> State:
    # Lists as JSON gives them back, so that a state from the history equals one made here.
    parts: State = {"citations": list(map(plain_fields, point.citations)), "numbers": list(point.numbers)}
    return plain_fields(point) | parts


def _point(state: State) -> PointRecord:
    citations = tuple(CitationRecord(**citation) for citation in state["citations"])
    parts: State = {"citations": citations, "numbers": tuple(state["numbers"])}
    return PointRecord(**state | parts)


def claim_digest(claim: ClaimRecord) -> str:
    """Return the SHA-256 of the claim's state; equal states have equal digests."""
    text = json.dumps(claim_state(claim), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def differences(mine: State | None, theirs: State | None) -> tuple[FieldDifference, ...]:
    """Return the fields in which the states differ, in the order of the fields."""
    mine, theirs = mine or {}, theirs or {}
    names = dict.fromkeys((*theirs, *mine))
    return tuple(
        _difference(name, mine.get(name), theirs.get(name)) for name in names if mine.get(name) != theirs.get(name)
    )


def _difference(name: str, mine: object, theirs: object) -> FieldDifference:
    if not isinstance(mine or [], list) or not isinstance(theirs or [], list):
        return FieldDifference(name, mine, theirs)
    left, right = cast("list[Any]", mine or []), cast("list[Any]", theirs or [])
    ours, others = lacking(left, right), lacking(right, left)
    # Two lists of the same entries in another order differ as a whole.
    return FieldDifference(name, ours, others) if ours or others else FieldDifference(name, left, right)


def lacking(entries: Sequence[Any], other: Sequence[Any]) -> list[Any]:
    """Return the entries that the other list does not have."""
    return [entry for entry in entries if entry not in other]
