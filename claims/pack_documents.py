"""The documents of a pack: written beside its claims, and its citations held against the texts that are loaded."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict

from sqlmodel import Session

from claims.history import ChangeRecord
from claims.pack_file import PackFile
from claims.tables import Document, DocumentText
from config.errors import PackError, PackProblem

FACTS = ("id", "title", "author", "publisher", "published", "language", "address", "sha256")


def write_documents(session: Session, file: PackFile) -> list[ChangeRecord]:
    """Write the pack's documents; return what changed.

    Raises PackError where a citation does not fit the text of a document that is loaded.
    """
    changes: list[ChangeRecord] = []
    for record in file.documents:
        after = {fact: value for fact, value in asdict(record).items() if fact in FACTS}
        row = session.get(Document, record.id)
        before = {fact: getattr(row, fact) for fact in FACTS} if row else None
        if before == after:
            continue
        session.add(row.sqlmodel_update(after) if row else Document(**after))
        changes.append(ChangeRecord("document", record.id, before, after))
    session.flush()
    problems = tuple(_wrong_spans(session, file))
    if problems:
        raise PackError(file.path, problems)
    return changes


def _wrong_spans(session: Session, file: PackFile) -> Iterator[PackProblem]:
    digests = {record.id: record.sha256 for record in file.documents}
    texts = {name: row.text for name, digest in digests.items() if (row := session.get(DocumentText, digest))}
    for index, claim in enumerate(file.claims):
        for number, point in enumerate(claim.points):
            for count, citation in enumerate(point.citations):
                text = texts.get(citation.document)
                if text is not None and span_digest(text, citation.start, citation.end) != citation.sha256:
                    field = f"claims[{index}].points[{number}].citations[{count}]"
                    fault = f"the span of {citation.document!r} has another SHA-256 than the pack says"
                    yield PackProblem(0, field, fault, "Correct start, end or sha256.")


def span_digest(text: str, start: int, end: int) -> str:
    """Return the SHA-256 of a span of a text, in UTF-8."""
    return hashlib.sha256(text[start:end].encode()).hexdigest()
