"""Documents and their passages, read from the base."""

import hashlib

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from claims.record import CitationRecord, DocumentRecord, Passage
from claims.tables import Document, DocumentText
from config.errors import ClaimBaseError


def read_documents(session: Session, server: int | None = None) -> tuple[DocumentRecord, ...]:
    """Return the shared documents and the server's own by id, each with whether its text is loaded."""
    loaded = set(session.scalars(select(col(DocumentText.sha256))))
    seen = or_(col(Document.server).is_(None), col(Document.server) == server)
    rows = session.scalars(select(Document).where(seen).order_by(col(Document.id)))
    return tuple(_record(row, loaded=row.sha256 in loaded) for row in rows)


def read_passage(session: Session, citation: CitationRecord) -> Passage:
    """Return the words of a citation; its text is None where the document is not loaded, or says something else there.

    So it is, too, where the document is cited as a whole (an empty span).

    Raises ClaimBaseError for a document that the base does not know.
    """
    row = session.get(Document, citation.document)
    if row is None:
        raise ClaimBaseError(
            f"There is no document {citation.document!r} in the claim base. Load the pack that cites it."
        )
    length = citation.end - citation.start
    if not length:
        return Passage(citation, _record(row, loaded=False), None)
    # The database cuts the span out (it counts from 1), so that a long document is not moved for a short passage.
    cut = select(func.substr(col(DocumentText.text), citation.start + 1, length))
    text = session.scalar(cut.where(col(DocumentText.sha256) == row.sha256))
    loaded = text is not None
    if text is not None and hashlib.sha256(text.encode()).hexdigest() != citation.sha256:
        text = None
    return Passage(citation, _record(row, loaded=loaded), text)


def _record(row: Document, *, loaded: bool) -> DocumentRecord:
    return DocumentRecord(
        row.id, row.title, row.author, row.publisher, row.published, row.language, row.address, row.sha256, loaded
    )
