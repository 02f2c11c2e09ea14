"""Documents: their files loaded, and they, their passages and the state of their pages read from the base."""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, cast

from sqlalchemy import JSON, func, or_, select
from sqlalchemy.orm import defer
from sqlmodel import Field, Session, col

from claims.record import CitationRecord, DocumentRecord, Passage
from claims.store.changes import note_changes
from claims.store.claim_rows import packs_in_force
from claims.store.database import Database
from claims.store.revisions import AuditEntry, ChangeRecord
from claims.store.tables import Citation, Claim, Document, DocumentText, Moment, Point, Table
from config.errors import (
    AddressRefusedError,
    ClaimBaseError,
    DocumentRefusedError,
    DocumentTextError,
    msgid,
    worded,
)

DocumentOutcome = Literal["loaded", "unchanged", "unknown", "unreadable"]


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """What became of one file: `document` is the id it was recognised as; `fault` says why it could not be read.

    `unknown`: no pack cites a file with this SHA-256, so it was not stored.
    """

    path: Path
    outcome: DocumentOutcome
    document: str | None = None
    sha256: str = ""
    fault: DocumentRefusedError | None = None


def load_files(database: Database, paths: Iterable[Path], clock: Callable[[], datetime]) -> list[DocumentReport]:
    """Store the text of each file that is a known document; folders are read one level deep.

    What is read and told apart takes long, and holds up nobody else's writes.
    """
    read = [_read(database, path) for path in _files(paths)]
    if not any(text for _, text in read):
        return [report for report, _ in read]
    at = clock()
    with database.changing() as session:
        reports = [_stored(session, report, text, at) for report, text in read]
        loaded = [report for report in reports if report.outcome == "loaded"]
        if loaded:
            changes = [ChangeRecord("document text", r.document or "", None, {"sha256": r.sha256}) for r in loaded]
            note_changes(session, AuditEntry("operator", "documents.load"), changes, at)
    return reports


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(entry for entry in path.iterdir() if entry.is_file() and not entry.name.startswith("."))
        else:
            yield path


def _read(database: Database, path: Path) -> tuple[DocumentReport, str]:
    """Return what there is to say of a file, and its text where that is still to be stored."""
    # What decodes files is large, and a base is opened without it.
    from claims.documents.decoding import read_file  # noqa: PLC0415
    from claims.documents.intake import forms_of  # noqa: PLC0415

    try:
        data = read_file(path)
    except DocumentRefusedError as error:
        return DocumentReport(path, "unreadable", fault=error), ""
    digest, fault = hashlib.sha256(data).hexdigest(), None
    try:
        forms = forms_of(data)
    except DocumentRefusedError as error:
        forms, fault = {digest: ""}, error
    with database.reading() as session:
        row = session.scalar(
            select(Document).where(col(Document.sha256).in_(forms)).order_by(col(Document.id)).limit(1)
        )
        if fault is not None:
            return DocumentReport(path, "unreadable", row.id if row else None, digest, fault), ""
        if row is None:
            return DocumentReport(path, "unknown", sha256=digest), ""
        text = "" if is_loaded(session, row.sha256) else forms[row.sha256]
        return DocumentReport(path, "unchanged", row.id, row.sha256), text


def _stored(session: Session, report: DocumentReport, text: str, at: datetime) -> DocumentReport:
    """Store a text, unless it has come from elsewhere in the meantime."""
    if not text or is_loaded(session, report.sha256):
        return report
    session.add(DocumentText(sha256=report.sha256, text=text, loaded_at=at))
    session.flush()
    return replace(report, outcome="loaded")


def is_loaded(session: Session, sha256: str) -> bool:
    """Tell whether the text of a document is there, without reading it."""
    return session.scalar(select(col(DocumentText.sha256)).where(col(DocumentText.sha256) == sha256)) is not None


class SourceCheck(Table, table=True):
    """What the last check of a document's page has found; `marks` stand for the page's sentences."""

    document: str = Field(primary_key=True, foreign_key="document.id", ondelete="CASCADE")
    address: str
    text_sha256: str
    state: str
    since: datetime = Field(sa_type=Moment)
    next_at: datetime = Field(sa_type=Moment)
    failures: int
    status: int
    found_at: str
    etag: str
    modified: str
    marks: list[str] = Field(sa_type=JSON)
    passages: list[dict[str, Any]] = Field(sa_type=JSON)


SourceStateName = Literal["fine", "moved", "changed", "dead", "silent", "barred"]
# What somebody should look at; a site that is silent, only when it has been so for several rounds.
REPORTED = frozenset({"moved", "changed", "dead", "silent"})
SILENT_AFTER = 4


@dataclass(frozen=True, slots=True)
class PassageState:
    """A cited span of a document (characters of its raw text), and what became of its words.

    `unseen`: the page has never shown them, as where it is a video's. `was` and `now` are the words, shortened.
    """

    start: int
    end: int
    outcome: Literal["same", "changed", "lost", "unseen"]
    was: str = ""
    now: str = ""


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is known of a document's address: its state `since` then.

    `found_at` is where the page was found in the end; `status` the last answer of HTTP, 0 where there was none.
    """

    document: str
    address: str
    state: SourceStateName
    since: datetime
    status: int = 0
    failures: int = 0
    found_at: str = ""
    passages: tuple[PassageState, ...] = ()
    reason: AddressRefusedError | None = None

    @property
    def reported(self) -> bool:
        """Tell whether somebody should look at it."""
        return self.state in REPORTED and (self.state != "silent" or self.failures >= SILENT_AFTER)


def state_of(row: SourceCheck) -> SourceState:
    """Return a row as a value."""
    return SourceState(
        row.document, row.address, cast("SourceStateName", row.state), row.since, row.status, row.failures,
        row.found_at, tuple(PassageState(**each) for each in row.passages),
    )  # fmt: skip


def reported_sources(session: Session, documents: Collection[str]) -> dict[str, SourceState]:
    """Return those of the documents whose page somebody should look at, with what its check has found, by their ids."""
    # Without the marks: of a page there are two thousand, and the checks of all servers stand here.
    without = defer(col(SourceCheck.marks))  # pyright: ignore[reportArgumentType]  an attribute, whatever its type says
    query = select(SourceCheck).options(without).where(col(SourceCheck.state).in_(REPORTED))
    rows = session.scalars(query.order_by(col(SourceCheck.document)))
    found = (state_of(row) for row in rows if row.document in documents)
    return {each.document: each for each in found if each.reported}


def left_out_documents(session: Session) -> frozenset[str]:
    """Return the documents that claims cite, but only claims of packs which are not in force."""
    cites = (
        select(col(Citation.document))
        .join(Point, col(Point.key) == col(Citation.point))
        .join(Claim, col(Claim.key) == col(Point.claim))
    )
    in_use = or_(col(Claim.pack).is_(None), col(Claim.pack).in_(packs_in_force(session)))
    return frozenset(session.scalars(cites)) - frozenset(session.scalars(cites.where(in_use)))


def read_documents(session: Session, server: int | None = None) -> tuple[DocumentRecord, ...]:
    """Return the shared documents and the server's own by id, each with whether its text is loaded."""
    loaded = set(session.scalars(select(col(DocumentText.sha256))))
    changed = select(col(SourceCheck.document), col(SourceCheck.since)).where(col(SourceCheck.state) == "changed")
    since = {row[0]: row[1].date() for row in session.connection().execute(changed)}
    seen = or_(col(Document.server).is_(None), col(Document.server) == server)
    rows = session.scalars(select(Document).where(seen).order_by(col(Document.id)))
    return tuple(replace(_record(row, loaded=row.sha256 in loaded), changed_on=since.get(row.id)) for row in rows)


NO_DOCUMENT = msgid("There is no document {document} here. Pick one from the list.")


def loaded_text(session: Session, server: int | None, document: str) -> tuple[DocumentRecord, str]:
    """Return a document that the server sees, and its text; raises DocumentTextError where one of these is missing."""
    row = session.get(Document, document)
    if row is None or row.server not in {None, server}:
        raise DocumentTextError(NO_DOCUMENT, document=document)
    if row.server is not None and not row.sha256:
        raise DocumentTextError("{document} is this server's own source: its text is not kept here.", document=document)
    loaded = session.get(DocumentText, row.sha256)
    if loaded is None:
        raise DocumentTextError(
            "The text of {document} is not loaded. Whoever runs Touchstone loads its file: touchstone documents"
            " load FILE",
            document=document,
        )
    return _record(row, loaded=True), loaded.text


def read_passage(session: Session, citation: CitationRecord) -> Passage:
    """Return the words of a citation as they are read.

    The text is None where the document is not loaded, or says something else there.

    So it is, too, where the document is cited as a whole (an empty span).

    Raises ClaimBaseError for a document that the base does not know.
    """
    row = session.get(Document, citation.document)
    if row is None:
        said = msgid("There is no document {document!r} in the claim base. Load the pack that cites it.")
        raise ClaimBaseError(worded(said, document=citation.document))
    length = citation.end - citation.start
    if not length:
        return Passage(citation, _record(row, loaded=False), None)
    # The database cuts the span out (it counts from 1), so that a long document is not moved for a short passage.
    cut = select(func.substr(col(DocumentText.text), citation.start + 1, length))
    text = session.scalar(cut.where(col(DocumentText.sha256) == row.sha256))
    loaded = text is not None
    if text is not None and hashlib.sha256(text.encode()).hexdigest() != citation.sha256:
        text = None
    if text is not None and _MARKED.search(text):
        text = _as_read(session, row, citation)
    return Passage(citation, _record(row, loaded=loaded), text)


# What may have to be left out for reading: tags, entities, marks of Markdown, inserted readings, what nobody sees.
_MARKED = re.compile(r"[<&*_`\[#(（\n\u00ad\u200b-\u200f\u2060\ufeff]")


def _as_read(session: Session, row: Document, citation: CitationRecord) -> str:
    from claims.documents.cleaning import unmarked  # noqa: PLC0415
    from claims.documents.markup import form_of  # noqa: PLC0415

    whole = session.get_one(DocumentText, row.sha256).text
    return unmarked(whole, form_of(whole)).reading(citation.start, citation.end).strip()


def _record(row: Document, *, loaded: bool) -> DocumentRecord:
    return DocumentRecord(
        row.id, row.title, row.author, row.publisher, row.published, row.language, row.address, row.sha256, loaded
    )
