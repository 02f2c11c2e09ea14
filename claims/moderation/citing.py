"""Citations as people type them: a source, and, where its text is loaded, the words or the place meant."""

import hashlib
import re

from sqlalchemy import or_, select
from sqlmodel import Session, col

from claims.fields import FormReader
from claims.record import CitationRecord
from claims.store.tables import Document, DocumentText

WHOLE = hashlib.sha256(b"").hexdigest()
_PLACE = re.compile(r"(\d{1,9})\s*[-–]\s*(\d{1,9})")
_QUOTES = "\"'“”„«»「」『』"


class Sources:
    """The documents that a server may cite: the shared ones and its own; read within the transaction of the edit."""

    def __init__(self, session: Session, server: int | None) -> None:
        self._session = session
        self._server = server

    def knows(self, document: str) -> bool:
        """Tell whether the server may cite the document."""
        row = self._session.get(Document, document)
        return row is not None and row.server in {None, self._server}

    def names(self) -> list[str]:
        """Return the ids of all documents that the server may cite."""
        seen = or_(col(Document.server).is_(None), col(Document.server) == self._server)
        return list(self._session.scalars(select(col(Document.id)).where(seen).order_by(col(Document.id))))

    def read(self, form: FormReader, typed: str) -> tuple[CitationRecord, ...]:
        """Read citations, one a line: `source`, `source 120-180` (characters) or `source "the very words"`."""
        lines = [line.strip() for line in typed.splitlines() if line.strip()]
        return tuple(found for line in lines if (found := self._citation(form, line)) is not None)

    def _citation(self, form: FormReader, line: str) -> CitationRecord | None:
        name, _, rest = line.partition(" ")
        if not self.knows(name):
            known = ", ".join(self.names()[:20])
            form.refuse("citations", "There is no source {name}.", "Known: {known}; or add it.", name=name, known=known)
            return None
        if not rest.strip():
            return CitationRecord(name, 0, 0, WHOLE)
        text = self._text(name)
        if text is None:
            form.refuse(
                "citations", "The text of {name} is not loaded.", "Cite it as a whole: write its name only.", name=name
            )
            return None
        place = _PLACE.fullmatch(rest.strip())
        start, end = (int(place[1]), int(place[2])) if place else _find(text, rest.strip().strip(_QUOTES))
        if not 0 <= start < end <= len(text):
            form.refuse(
                "citations", "{words} does not stand in {name} exactly once.", "Copy more words of it.",
                words=rest.strip()[:60], name=name,
            )  # fmt: skip
            return None
        return CitationRecord(name, start, end, hashlib.sha256(text[start:end].encode()).hexdigest())

    def _text(self, name: str) -> str | None:
        document = self._session.get_one(Document, name)
        loaded = self._session.get(DocumentText, document.sha256) if document.sha256 else None
        return loaded.text if loaded else None


def citation_line(citation: CitationRecord) -> str:
    """Return a citation as `Sources.read` takes it, for a prefilled form."""
    whole = citation.start == citation.end
    return citation.document if whole else f"{citation.document} {citation.start}-{citation.end}"


def _find(text: str, words: str) -> tuple[int, int]:
    start = text.find(words) if words else -1
    unique = start >= 0 and text.find(words, start + 1) < 0
    return (start, start + len(words)) if unique else (-1, -1)
