"""A claim and its parts: as values, as the plain data that history, packs and sheets share, and how two differ."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any, Literal, cast

from checks.model import Kind, KnownClaim, KnownFigure, KnownWording, WordingList
from config.errors import FieldDifference
from config.languages import ByLanguage


@dataclass(frozen=True, slots=True)
class PackRecord:
    """The head of a pack: a versioned file of claims."""

    id: str
    version: int
    title: ByLanguage
    licence: str
    as_of: date


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A source document: what is known of it, whether its text has been loaded, and since when its page is another."""

    id: str
    title: str
    author: str
    publisher: str
    published: str
    language: str
    address: str | None
    sha256: str
    loaded: bool = False
    changed_on: date | None = None


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
    speaker: ByLanguage
    date: str
    text: ByLanguage
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
    title: ByLanguage
    pack: str
    version: int
    as_of: date
    review_by: date | None
    wordings: Sequence[KnownWording]
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
    def version_tag(self) -> str:
        """Return what tells one state of the claim from every other that this server has seen, for forms to carry."""
        return f"{self.version}" if self.server is None else f"{self.version}o"

    def lacks_to_publish(self) -> Iterator[tuple[Literal["wordings", "points", "citations"], int]]:
        """Yield what an answer needs and the claim has not: the field, and for `citations` the point's place (from 0).

        Forms and imports both ask this of claims that are published, and word it for their readers.
        """
        if not any(wording.says for wording in self.wordings):
            yield "wordings", 0
        if not self.points:
            yield "points", 0
        for place, point in enumerate(self.points):
            if not point.citations:
                yield "citations", place

    @property
    def known(self) -> KnownClaim:
        """Return the part of the claim that the checks work with."""
        return KnownClaim(
            self.id,
            self.kind,
            self.title,
            self.wordings,
            self.figures,
            self.version,
            self.cut_off,
            self.muted or self.paused,
            self.raised_to,
            tuple(text for point in self.points for text in point.text.values()),
        )


State = dict[str, Any]
# What makes up a claim, in the order in which people read it; its version, its editor and what a server sets on it do
# not. A field of a claim is named here and in its dataclass; tables, history, packs and sheets follow.
CLAIM_FACTS = ("kind", "title", "as_of", "review_by", "status")
STATE_FIELDS = (*CLAIM_FACTS, "wordings", "figures", "points")


_LEAVES = frozenset({str, int, float, bool, type(None)})  # a claim has hundreds of values: nothing else is as quick


def claim_state(claim: ClaimRecord) -> State:
    """Return everything that makes up the claim, fit for JSON; it equals what JSON gives back of it."""
    return {name: _plain(getattr(claim, name)) for name in STATE_FIELDS}


def plain_fields(part: Any) -> State:  # noqa: ANN401  any of the records
    """Return the fields of a record by name, fit for JSON."""
    values = ((name, getattr(part, name)) for name in part.__slots__)
    return {name: value if type(value) in _LEAVES else _plain(value) for name, value in values}


def _plain(value: Any) -> Any:  # noqa: ANN401
    if type(value) in _LEAVES:
        return value
    if isinstance(value, ByLanguage):
        return value.plain
    if isinstance(value, (tuple, WordingList)):
        return [_plain(each) for each in cast("Sequence[Any]", value)]
    if isinstance(value, date):
        return value.isoformat()
    fields = plain_fields(value)
    if isinstance(value, KnownFigure) and value.documented_low is None:
        # States from before there was a source's figure have none of its fields.
        return {name: each for name, each in fields.items() if not name.startswith("documented_")}
    return fields


def claim_from_state(
    claim_id: str, state: State, *, server: int | None, pack: str, edited_by: str | None = None
) -> ClaimRecord:
    """Return the claim that a state describes, as version 1; `claim_state` of it is that state again."""
    state = with_texts(state)
    review_by = state["review_by"]
    parts: State = {
        "title": ByLanguage(state["title"]),
        "as_of": date.fromisoformat(state["as_of"]),
        "review_by": date.fromisoformat(review_by) if review_by else None,
        "wordings": tuple(KnownWording(**wording) for wording in state["wordings"]),
        "figures": tuple(map(figure_from_state, state["figures"])),
        "points": tuple(map(_point, state["points"])),
    }
    return ClaimRecord(id=claim_id, pack=pack, version=1, server=server, edited_by=edited_by, **state | parts)


def _point(state: State) -> PointRecord:
    citations = tuple(CitationRecord(**citation) for citation in state["citations"])
    parts: State = {name: ByLanguage(state[name]) for name in ("speaker", "text")}
    parts |= {"citations": citations, "numbers": tuple(state["numbers"])}
    return PointRecord(**state | parts)


def figure_from_state(state: Mapping[str, Any]) -> KnownFigure:
    """Return the figure that an entry of a state describes, also one of an older state."""
    fields = with_texts(state)
    fields["subject"] = ByLanguage(fields.get("subject"))
    return KnownFigure(**fields)


TEXTS = ("title", "subject", "speaker", "text")


def with_texts(state: Mapping[str, Any]) -> State:
    """Return a state, or a part of one, with its texts by language; older states have a field for each (`title_en`)."""
    made: State = {}
    for name, value in state.items():
        stem, _, language = name.rpartition("_")
        if stem in TEXTS:
            made[stem] = made.get(stem, {}) | ({language: value} if value is not None else {})
        elif name in ("figures", "points"):
            parts = cast("list[Any]", value)
            made[name] = [with_texts(cast("State", each)) if isinstance(each, dict) else each for each in parts]
        else:
            made[name] = value
    return made


def fields_by_language(state: State) -> State:
    """Return the state, or a part of one, with a field for each language of its texts."""
    made: State = {}
    for name, value in state.items():
        texts = cast("Mapping[str, str]", value) if isinstance(value, Mapping) and name in TEXTS else None
        texts = texts.plain if isinstance(texts, ByLanguage) else texts
        made |= {name: value} if texts is None else {f"{name}_{code}": text for code, text in texts.items()}
    return made


_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def is_date(text: str) -> bool:
    """Tell whether a text is a day, a month or a year."""
    try:
        date.fromisoformat((text + "-01-01")[:10] if _DATE.fullmatch(text) else "")
    except ValueError:
        return False
    return True


def claim_fingerprint(claim: ClaimRecord) -> str:
    """Return the SHA-256 of the claim's state; equal states have equal digests.

    Digests are kept, in the base and in exported files: they are of the form that states had first.
    """
    state = fields_by_language(claim_state(claim))
    state |= {part: [fields_by_language(each) for each in state[part]] for part in ("figures", "points")}
    text = json.dumps(state, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


_PART = 4


def fingerprint_of(entry: object) -> str:
    """Return eight characters that stand for an entry; equal entries have equal fingerprints."""
    return _digest(entry, 2 * _PART)


def fingerprint_at(entries: Sequence[object], place: int) -> str:
    """Return what stands for the entry at a place: four characters for itself, four for all others."""
    return _digest(entries[place], _PART) + _digest(_others(entries, place), _PART)


def place_of(entries: Sequence[object], place: int, fingerprint: str) -> int | None:
    """Return where the entry stands that was at the place when the fingerprint was taken.

    An entry that somebody has edited since is found where all others are as they were. None where it is gone, or
    cannot be told any more: no other entry may be changed in its stead.
    """
    itself, others = fingerprint[:_PART], fingerprint[_PART:]
    same = [at for at, entry in enumerate(entries) if _digest(entry, _PART) == itself]
    if place in same:
        return place
    if len(same) == 1:
        return same[0]
    is_edited = place < len(entries) and _digest(_others(entries, place), _PART) == others
    return place if is_edited else None


def _others(entries: Sequence[object], place: int) -> list[object]:
    return [*entries[:place], *entries[place + 1 :]]


def _digest(value: object, length: int) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(_look(value).encode()).digest())[:length].decode()


def _look(value: object) -> str:
    """Return what an entry looks like, which is what it is: records are frozen dataclasses of plain values.

    Each language of a text is a field there, as it was once in records: buttons that were drawn then go on working.
    """
    if isinstance(value, list):
        return f"[{', '.join(map(_look, cast('list[object]', value)))}]"
    if not is_dataclass(value):
        return repr(value)
    parts: dict[str, object] = {}
    for name in (each.name for each in fields(value)):
        part: object = getattr(value, name)
        texts = {f"{name}_{code}": text for code, text in part.plain.items()} if isinstance(part, ByLanguage) else None
        parts |= {name: part} if texts is None else texts
    return f"{type(value).__qualname__}({', '.join(f'{name}={part!r}' for name, part in parts.items())})"


def differences(mine: State | None, theirs: State | None) -> tuple[FieldDifference, ...]:
    """Return the fields in which the states differ, in the order of the fields."""
    mine, theirs = fields_by_language(mine or {}), fields_by_language(theirs or {})
    names = [name for name in dict.fromkeys((*theirs, *mine)) if _differs(name, mine, theirs)]
    return tuple(_difference(name, mine.get(name), theirs.get(name)) for name in names)


_EMPTY: tuple[object, ...] = (None, "", [])


def _differs(name: str, mine: State, theirs: State) -> bool:
    """Tell whether a field differs; one that is empty here and missing there says the same, but for the packs.

    A server that has chosen no pack at all uses none, and one that has not chosen uses all.
    """
    left, right = mine.get(name), theirs.get(name)
    is_missing = name != "packs" and (name not in mine or name not in theirs)
    return left != right and not (is_missing and left in _EMPTY and right in _EMPTY)


def _difference(name: str, mine: object, theirs: object) -> FieldDifference:
    if not isinstance(mine or [], list) or not isinstance(theirs or [], list):
        return FieldDifference(name, mine, theirs)
    left, right = cast("list[Any]", mine or []), cast("list[Any]", theirs or [])
    ours, others = lacking(left, right), lacking(right, left)
    # Two lists of the same entries in another order differ as a whole.
    return FieldDifference(name, ours, others) if ours or others else FieldDifference(name, mine, theirs)


def lacking(entries: Sequence[Any], other: Sequence[Any]) -> list[Any]:
    """Return the entries that the other list does not have."""
    return [entry for entry in entries if entry not in other]


# Lists that forms hold as a whole: who took something out of one has seen it as it was.
_WHOLE_LISTS = frozenset({"wordings"})


def merge_states(base: State, mine: State, theirs: State) -> tuple[State, frozenset[str]]:
    """Return their state with my changes since `base`, and the fields that both have changed, which stay as theirs."""
    merged, both = dict(theirs), set[str]()
    for name in dict.fromkeys((*theirs, *mine)):
        old, own, other = base.get(name), mine.get(name), theirs.get(name)
        if own in (old, other):
            continue
        if other == old:
            merged[name] = own
        elif isinstance(old, dict) and isinstance(own, dict) and isinstance(other, dict):
            inner, clashes = merge_states(cast("State", old), cast("State", own), cast("State", other))
            merged[name] = inner
            both |= {name} if clashes else set()
        elif isinstance(old, list) and isinstance(own, list) and isinstance(other, list):
            lists = cast("list[Any]", old), cast("list[Any]", own), cast("list[Any]", other)
            joined = _merge_lists(*lists, as_a_whole=name in _WHOLE_LISTS)
            merged[name] = other if joined is None else joined
            both |= {name} if joined is None else set()
        else:
            both.add(name)
    return merged, frozenset(both)


def _merge_lists(old: list[Any], own: list[Any], other: list[Any], *, as_a_whole: bool) -> list[Any] | None:
    """Return their list with my entries put in and out; None where both changed the same, or one the order."""
    came, went = lacking(own, old), lacking(old, own)
    came_there, went_there = lacking(other, old), lacking(old, other)
    if not (came or went) or not (came_there or went_there) or (came and lacking(went, other)):
        return None
    if as_a_whole and (went or went_there):
        return None
    places = iter(lacking(came, other))
    kept = [entry if entry not in went else next(places, None) for entry in other]
    return [entry for entry in (*kept, *places) if entry is not None]
