"""The citations of claims for import, held against the documents that the file and the base know."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from claims.exchange.incoming import IncomingClaim
from claims.pack_documents import span_digest
from claims.record import CitationRecord, DocumentRecord
from claims.tables import Document, DocumentText
from config.errors import PackProblem
from config.faults import worded


class CitedTexts:
    """The documents that claims of one pack of a file may cite, with their texts where these are loaded.

    `fresh`: the pack is newer than the base's, and may put another file under a document's id.
    """

    def __init__(
        self, session: Session, documents: Sequence[DocumentRecord], server: int | None, *, fresh: bool
    ) -> None:
        self._session, self._fresh, self._server = session, fresh, server
        rows = session.scalars(select(Document).order_by(col(Document.id))).all()
        self._taken = {row.id for row in rows}
        self._here = {row.id: row for row in rows if row.server in {None, server}}
        # A server may bring sources of its own, which have no file; documents of packs are the operator's.
        self._given = {d.id: d for d in documents if server is None or not d.sha256}
        self._texts: dict[str, str | None] = {}

    def knows(self, document: str) -> bool:
        """Tell whether the base has a document of this id, for this server."""
        return document in self._here

    def clashes(self, document: str) -> bool:
        """Tell whether the file means another document by this id than the base does."""
        given, row = self._given.get(document), self._here.get(document)
        if given is None or self._fresh:
            return False
        if row is None:
            return document in self._taken
        return given.sha256 != row.sha256 or (not given.sha256 and given.title != row.title)

    def problems(self, claim: IncomingClaim) -> Iterator[PackProblem]:
        """Yield what is wrong with the citations of a claim."""
        for number, point in enumerate(claim.record.points):
            for count, citation in enumerate(point.citations):
                problem = self._problem(citation)
                if problem:
                    yield PackProblem(claim.line, f"points[{number}].citations[{count}]", *problem)

    def _problem(self, citation: CitationRecord) -> tuple[str, str] | None:
        name = citation.document
        if self.clashes(name):
            return worded("{name!r} is another document here", name=name), worded("Give the file's one another id.")
        source = self._given.get(name) or self._here.get(name)
        if source is None:
            mend = worded("Load the pack that has it, or add it as a source.")
            return worded("there is no document {name!r} here", name=name), mend
        text = self._text(source.sha256) if citation.start < citation.end else None
        if text is not None and span_digest(text, citation.start, citation.end) != citation.sha256:
            fault = worded("the span of {name!r} has another SHA-256 than the file says", name=name)
            return fault, worded("Correct start, end or sha256.")
        return None

    def _text(self, digest: str) -> str | None:
        if digest not in self._texts:
            row = self._session.get(DocumentText, digest)
            self._texts[digest] = row.text if row else None
        return self._texts[digest]
