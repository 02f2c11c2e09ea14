"""Candidates from documents for moderators or the operator, and what is decided on the items of a queue."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import delete, or_, select
from sqlmodel import Session, col

from checks.lexicon import Lexicon
from checks.model import Finding, Match
from claims.base import ClaimBase
from claims.documents.candidates import COVERED, MOST_MERGED, Candidate, CandidateReader, Moved, NearClaim, SourceText
from claims.documents.loading import loaded_text
from claims.documents.markup import View
from claims.fields import clean_text
from claims.moderation.editor import edit_change, new_claim_change, searched
from claims.moderation.edits import AddWording, Edit, EditPoint, EditTexts
from claims.moderation.queue import WITH_DOCUMENT, Item, NewItem, is_from, item_of, put, reports_of
from claims.moderation.reports import Reporter, pause_holds, reporters_of
from claims.moderation.rights import Actor, permit, permitted
from claims.moderation.server_setup import setting_change, settled
from claims.record import ClaimRecord, with_texts
from claims.store.changes import Change, write_changes
from claims.store.database import insert_into
from claims.store.revisions import QUEUE_ITEM, ChangeResult
from claims.store.tables import (
    Citation,
    Claim,
    ClaimOverride,
    ExtractedChunk,
    Point,
    QueueItem,
)
from config.errors import (
    ConflictError,
    ExtractionError,
    FieldDifference,
    FieldFault,
    InvalidEditError,
    UnknownEntryError,
    msgid,
    worded,
)

if TYPE_CHECKING:  # making its forms takes time at every start, and few need them
    from claims.documents.extraction import ChunkReport, Extracted, Extractor

# Checks a text against the claims that a server sees (None: the shared ones).
Check = Callable[[str, int | None], Finding]


class CandidateDesk:
    """Looks through documents whose text is loaded; what it finds waits in the queue of the actor's server.

    `across` reads a long document for some ten seconds a million characters, and tells `moved` how far it is. What
    waits already, or has been decided, does not come again. All methods may raise NotAllowedError, and `source`
    DocumentTextError for a document that the server does not see or whose text is not loaded.
    """

    def __init__(self, base: ClaimBase, lexicon: Lexicon, check: Check) -> None:
        self._base = base
        self._lexicon = lexicon
        self._check = check
        self._clock = base.clock

    def across(
        self,
        actor: Actor,
        sources: Sequence[SourceText],
        moved: Moved | None = None,
        *,
        most: int = MOST_MERGED,
        beside_claims: bool = True,
    ) -> list[Candidate]:
        """Return the candidates of several texts as one list, best first, each with the published claims near it.

        Without `beside_claims` as if no claim were known: none is near, and no passage is cited already.
        """
        with permitted(self._base.database.reading(), actor, "queue.decide") as session:
            cited = _cited(session, actor.server) if beside_claims else {}
        surveys = [
            self._reader.survey(replace(source, cited=tuple(cited.get(source.document, ()))), moved)
            for source in sources
        ]
        found = self._reader.merged(surveys, most)
        return [self._placed(each, actor.server) for each in found] if beside_claims else found

    def source(self, actor: Actor, document: str) -> SourceText:
        """Return a document whose text is loaded, to look through."""
        with permitted(self._base.database.reading(), actor, "queue.decide") as session:
            record, raw = loaded_text(session, actor.server, document)
        return SourceText(document, raw, record.published)

    def _placed(self, candidate: Candidate, server: int | None) -> Candidate:
        """Return the candidate with the claims that it is about: one that it says gains a wording, else a point."""
        matches = self._check(candidate.text, server).matches
        near = (NearClaim(match.claim, round(match.score, 3), offer) for match in matches if (offer := _offer(match)))
        return replace(candidate, near=tuple(near))

    def add(self, actor: Actor, candidates: tuple[Candidate, ...]) -> int:
        """Put these candidates into the queue, all or none, and return how many are new there."""
        now = self._clock()
        with permitted(self._base.database.writing(), actor, "queue.decide") as session:
            items = (
                NewItem(actor.server, "candidate", each.occasion, each.said_by, each.payload) for each in candidates
            )
            return sum(put(session, item, now) for item in items)

    @cached_property
    def _reader(self) -> CandidateReader:
        return CandidateReader(self._lexicon)


# From this probability on, a claim is told to whoever decides.
_NEAR = 0.2


def _offer(match: Match) -> Literal["wording", "point", ""]:
    if not all(guard.passed for guard in match.guards if guard.name == "topic"):
        return ""
    # What speaks against a claim is a point of it, however unlikely it is that the sentence makes the claim.
    if match.stance == "denies":
        return "point"
    return "wording" if match.score >= COVERED else "point" if match.score >= _NEAR else ""


# Two passages of which one covers so much of the other are the same.
_SAME_PASSAGE = 0.6


@dataclass(frozen=True, slots=True)
class ExtractionStep:
    """How far a run over a document is: chunks read of all, and what this one gave.

    `new` items are in the queue now, `known` ones were there, decided or cited; `dropped` were not verbatim; `fault`
    says why the model gave nothing that can be used.
    """

    done: int
    chunks: int
    new: int = 0
    known: int = 0
    dropped: int = 0
    tokens: int = 0
    fault: str = ""


class ExtractionDesk:
    """Lets a language model look through documents; what it finds waits in the queue, marked, and nowhere else.

    A run that ends, for whatever reason, goes on where it ended: each chunk is noted with what came of it.
    """

    def __init__(self, base: ClaimBase, lexicon: Lexicon, check: Check, extractor: "Extractor | None") -> None:
        self._base = base
        self._lexicon = lexicon
        self._check = check
        self._extractor = extractor

    @property
    def extractor(self) -> "Extractor":
        """The model that is set up; raises ExtractionError where none is."""
        if self._extractor is None:
            raise ExtractionError(
                "No language model is set up. Name its address and the model: extractor_url, extractor_model."
            )
        return self._extractor

    @property
    def is_set_up(self) -> bool:
        """Tell whether there is a model to ask."""
        return self._extractor is not None

    def wordings(self, actor: Actor, claim: ClaimRecord) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return up to five further ways to say a claim, and to dispute it, for a form; raises ExtractionError."""
        with self._base.database.reading() as session:
            permit(session, actor, "claim.edit")
        titles = list(dict.fromkeys(claim.title.values()))
        return self.extractor.wordings(titles, [wording.text for wording in claim.wordings])

    def run(self, actor: Actor, document: str, *, again: bool = False) -> Iterator[ExtractionStep]:
        """Yield a step for each chunk that is read, the first with what was read before (`again`: nothing).

        Raises ExtractionError, DocumentTextError and NotAllowedError; what was yielded stays written.
        """
        extractor, server = self.extractor, actor.server or 0
        with permitted(self._base.database.writing(), actor, "queue.decide") as session:
            _, raw = loaded_text(session, actor.server, document)
            place = (col(ExtractedChunk.server) == server, col(ExtractedChunk.document) == document)
            if again:
                session.connection().execute(delete(ExtractedChunk).where(*place))
            read = set(session.scalars(select(col(ExtractedChunk.digest)).where(*place)))
        view = CandidateReader(self._lexicon).clean(raw).view
        chunks = {chunk.digest for chunk in extractor.chunks(view)}
        done = len(chunks & read)
        yield ExtractionStep(done, len(chunks))
        for report in extractor.extract(view, read):
            read.add(report.digest)
            done = len(chunks & read)
            new, known = self._note(actor, document, view, report, extractor.address.model)
            yield ExtractionStep(done, len(chunks), new, known, report.dropped, report.tokens, report.fault)

    def _note(self, actor: Actor, document: str, view: View, report: "ChunkReport", model: str) -> tuple[int, int]:
        """Put what a chunk gave into the queue, and note that it was read, unless the model failed on it."""
        now, server = self._base.clock(), actor.server
        found = [(each, self._said_by(view.reading(each.start, each.end), server)) for each in report.items]
        with permitted(self._base.database.writing(), actor, "queue.decide") as session:
            went = col(QueueItem.decision) == WITH_DOCUMENT
            rows = select(QueueItem).where(col(QueueItem.server) == server, is_from([document]), went.is_not(True))
            standing = session.scalars(rows).all()
            cited = _cited(session, server).get(document, [])
            new = 0
            for each, claim in found:
                payload = _payload(each, document, view, model)
                same = next((row for row in standing if _is_same_passage(row.payload, each)), None)
                if same is not None:
                    # What rules have found gains what only the model gives.
                    if same.state == "open" and "model" not in same.payload:
                        same.payload = payload | with_texts(same.payload) | {key: payload[key] for key in _OF_MODEL}
                elif not any(start < each.end and each.start < end for start, end in cited):
                    digest = hashlib.sha256(view.raw[each.start : each.end].encode()).hexdigest()[:16]
                    item = NewItem(server, "candidate", f"{document}/{digest}", claim, payload)
                    new += put(session, item, now)
            if not report.fault:
                row: dict[str, Any] = {"server": server or 0, "document": document, "digest": report.digest}
                chunk = insert_into(session, ExtractedChunk).values(row | {"tokens": report.tokens, "read_at": now})
                # Somebody else may have it looked through at this moment.
                session.connection().execute(chunk.on_conflict_do_nothing())
        return new, len(found) - new

    def _said_by(self, text: str, server: int | None) -> str | None:
        best = self._check(text, server).best
        return best.claim if best is not None and best.score >= COVERED else None


_OF_MODEL = ("model", "wordings", "denials", "points", "title")


def _payload(item: "Extracted", document: str, view: View, model: str) -> dict[str, Any]:
    def words(start: int, end: int) -> str:
        return clean_text(view.reading(start, end))

    counter = item.counter
    return {
        "title": {"en": item.claim_en, "zh": item.claim_zh},
        "text": words(item.start, item.end),
        "source": document,
        "start": item.start,
        "end": item.end,
        "attitude": item.stance,
        "speaker": item.speaker,
        "counter": [*counter, words(*counter)] if counter else None,
        "near": [],
        "model": model,
        "wordings": list(item.wordings),
        "denials": list(item.denials),
        "points": [[*each, words(*each[1:])] for each in item.points],
    }


def _is_same_passage(payload: Mapping[str, Any], item: "Extracted") -> bool:
    start, end = payload.get("start"), payload.get("end")
    if not isinstance(start, int) or not isinstance(end, int):
        return False
    shared = min(end, item.end) - max(start, item.start)
    return shared >= _SAME_PASSAGE * min(end - start, item.end - item.start)


def _cited(session: Session, server: int | None) -> dict[str, list[tuple[int, int]]]:
    """Return the spans of documents that claims cite, as the server sees them."""
    cites = (
        select(col(Citation.document), col(Citation.start), col(Citation.end))
        .join(Point, col(Point.key) == col(Citation.point))
        .join(Claim, col(Claim.key) == col(Point.claim))
        .where(or_(col(Claim.server).is_(None), col(Claim.server) == server), col(Citation.end) > col(Citation.start))
        .where(col(Claim.status) != "withdrawn")
    )
    found: dict[str, list[tuple[int, int]]] = {}
    for row in session.connection().execute(cites):
        found.setdefault(row[0], []).append((row[1], row[2]))
    return found


class QueueDecisions:
    """Decides items of the actor's server, one transaction each.

    All methods may raise NotAllowedError, UnknownEntryError, InvalidEditError, UnknownClaimError, and ConflictError
    where another moderator was faster.
    """

    def __init__(self, base: ClaimBase) -> None:
        self._base = base

    def item(self, actor: Actor, number: int) -> Item:
        """Return one open item."""
        with permitted(self._base.database.reading(), actor, "queue.see") as session:
            row = _open(session, actor, number)
            return item_of(row, self._base.clock(), reports_of(session, row))

    def reporters(self, actor: Actor, number: int) -> tuple[Reporter, ...]:
        """Return who has reported what an open item is about, and what else they reported; none for other items."""
        with permitted(self._base.database.reading(), actor, "queue.see") as session:
            return reporters_of(session, _open(session, actor, number))

    def accept_wording(
        self, actor: Actor, number: int, claim: str | None = None, text: str | None = None
    ) -> ChangeResult:
        """Add the item's text to its claim as a wording; items that name a message only need its text from there."""
        return self._add(actor, number, claim, text, "wording")

    def accept_negative(
        self, actor: Actor, number: int, claim: str | None = None, text: str | None = None
    ) -> ChangeResult:
        """Add the text as a negative wording; reports of this claim are then dealt with."""
        return self._add(actor, number, claim, text, "negative")

    def open_claim(self, actor: Actor, number: int, edit: Edit, wording: str | None = None) -> tuple[str, ChangeResult]:
        """Begin a new claim from the item, and return its id; where the edit gives its title only, with a wording."""
        found = searched(self._base, actor, "queue.decide", edit)
        with permitted(self._base.database.changing(), actor, "queue.decide") as session:
            row = _open(session, actor, number)
            words = (wording or row.payload.get("text") or "") if isinstance(edit, EditTexts) else ""
            change = new_claim_change(self._base, session, actor, edit, words, found)
            written = self._decide(session, actor, row, "claim", [change])
        return change.subject, written

    def accept_point(self, actor: Actor, number: int, claim: str, edit: EditPoint) -> ChangeResult:
        """Add what a document says to a claim that is there, as a further point."""
        found = searched(self._base, actor, "queue.decide", edit, claim)
        with permitted(self._base.database.changing(), actor, "queue.decide") as session:
            row = _open(session, actor, number)
            return self._decide(session, actor, row, "point", [edit_change(session, actor, claim, None, edit, found)])

    def dismiss(self, actor: Actor, number: int) -> ChangeResult:
        """Leave everything as it is; a pause by reports ends as soon as those left would not have led to it."""
        with permitted(self._base.database.changing(), actor, "queue.decide") as session:
            row = _open(session, actor, number)
            lifted = _lifting(session, row, self._base.clock(), dismisses=True)
            return self._decide(session, actor, row, "dismiss", lifted)

    def _add(self, actor: Actor, number: int, claim: str | None, text: str | None, decision: str) -> ChangeResult:
        with permitted(self._base.database.changing(), actor, "queue.decide") as session:
            row = _open(session, actor, number)
            target, words = claim or row.claim, text or row.payload.get("text")
            if not target or not words:
                field = "text" if target else "claim"
                raise InvalidEditError((FieldFault(field, "This is missing.", "Choose or write it.", {}),), text)
            edit = AddWording(words, "negative" if decision == "negative" else "says")
            lifted = _lifting(session, row, self._base.clock(), dismisses=False)
            changes = [edit_change(session, actor, target, None, edit), *lifted]
            return self._decide(session, actor, row, decision, changes)

    def _decide(
        self, session: Session, actor: Actor, row: QueueItem, decision: str, changes: list[Change]
    ) -> ChangeResult:
        state = "dismissed" if decision == "dismiss" else "accepted"
        decided = Change(QUEUE_ITEM, str(row.id), {"state": state, "decision": decision})
        entry = actor.entry(f"queue.{decision}")
        return write_changes(session, entry, [*changes, decided], self._base.clock())


NO_ITEM = msgid("There is no item {number} in this queue. It may have settled itself.")


def _open(session: Session, actor: Actor, number: int) -> QueueItem:
    row = session.get(QueueItem, number)
    if row is None or row.server != actor.server:
        raise UnknownEntryError(NO_ITEM, number=number)
    if row.state != "open":
        fields = (FieldDifference("decision", None, row.decision), FieldDifference("decided_by", None, row.decided_by))
        raise ConflictError(worded("Item {number} of the queue", number=number), fields)
    return row


def _lifting(session: Session, row: QueueItem, now: datetime, *, dismisses: bool) -> list[Change]:
    """Return the end of what reports have led to, where those that are left do not stand for it."""
    if row.server is None or row.claim is None or row.kind not in {"feedback", "paused"}:
        return []
    setting = session.get(ClaimOverride, (row.server, row.claim))
    if setting is None:
        return []
    others = (col(QueueItem.server) == row.server, col(QueueItem.claim) == row.claim, col(QueueItem.state) == "open")
    kinds = (col(QueueItem.kind).in_(("feedback", "paused")), col(QueueItem.id) != row.id)
    waiting = list(session.scalars(select(QueueItem).where(*others, *kinds)))
    pauses = [each for each in waiting if each.kind == "paused"]
    if not waiting or (dismisses and (row.kind == "paused" or len(pauses) == len(waiting))):
        change = setting_change(session, row.server, row.claim, paused=False, raised_to=None)
    elif dismisses and setting.paused:
        if pause_holds(session, setting, pauses, now, but=row.key):
            return []
        change = setting_change(session, row.server, row.claim, paused=False)
    else:
        return []
    return [change, *settled(pauses)]
