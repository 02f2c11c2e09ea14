"""Documents that points can cite: a server's own sources, and the shelf of texts taken in from files and addresses."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Literal

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from checks.lexicon import Lexicon
from checks.text import language_of
from claims.base import ClaimBase
from claims.documents.cleaning import CleanDocument, CleaningRules
from claims.documents.decoding import editions
from claims.documents.intake import DocumentFacts, Intake, IntakeReader, is_pdf
from claims.documents.loading import NO_DOCUMENT, is_loaded, left_out_documents, loaded_text
from claims.documents.worthiness import CandidateCues
from claims.fields import FormReader
from claims.moderation.citations import FoundSentence, free_id, quoted_line, sentences_with
from claims.moderation.queue import gone_with
from claims.moderation.rights import Actor, permitted
from claims.record import DocumentRecord, differences, fingerprint_of
from claims.store.changes import DOCUMENT, DOCUMENT_FACTS, SOURCE, SOURCE_FACTS, Change, write_changes
from claims.store.tables import Citation, Claim, Document, DocumentText, Point
from config.errors import ConflictError, DocumentRefusedError, DocumentTextError
from config.languages import FIRST_SHOWN, SHOWN


@dataclass(frozen=True, slots=True)
class NewSource:
    """A source as it is typed."""

    title: str
    publisher: str
    published: str
    address: str = ""
    author: str = ""
    language: str = FIRST_SHOWN


class SourceBook:
    """The sources of single servers; no server sees another's."""

    def __init__(self, base: ClaimBase) -> None:
        self._base = base

    def add(self, actor: Actor, source: NewSource) -> str:
        """Add a source and return its id, which citations name; raises NotAllowedError and InvalidEditError."""
        form = FormReader()
        facts = {
            "title": form.needed("title", source.title),
            "author": form.text("author", source.author),
            "publisher": form.needed("publisher", source.publisher),
            "published": form.when("published", source.published),
            "language": form.choice("language", source.language, tuple(SHOWN)),
            "address": form.address("address", source.address) or None,
        }
        form.finish(source)
        with permitted(self._base.database.changing(), actor, "source.add") as session:
            name = free_id(session, "source")
            write_changes(session, actor.entry("source.add"), [Change(SOURCE, name, facts)], self._base.clock())
        return name


# Documents of a server's own, each with its text.
MOST_OWN = 500


@dataclass(frozen=True, slots=True)
class Shelved:
    """What became of a document that was handed in: new, or one that was known, with its text now or before."""

    document: str
    outcome: Literal["added", "loaded", "known"]


@dataclass(frozen=True, slots=True)
class ShelfEntry:
    """A document with how often it is cited, and by which claims; not `in_force`: only packs left out cite it."""

    document: DocumentRecord
    citations: int
    claims: tuple[str, ...]
    own: bool
    in_force: bool


class DocumentShelf:
    """The documents that a server sees, the shared ones and its own; what writes may raise NotAllowedError."""

    def __init__(self, base: ClaimBase, lexicon: Lexicon) -> None:
        """Take the base over; tables are read when first needed."""
        self._base = base
        self._lexicon = lexicon

    def read(self, data: bytes, name: str = "", charset: str = "", address: str | None = None) -> Intake:
        """Return what a file or an answer holds; raises DocumentRefusedError."""
        return self._reader.read(data, name, charset, address)

    def edition(self, actor: Actor, intake: Intake) -> tuple[str, str] | None:
        """Return the document that this is an edition of, and its text as that document has it.

        Line ends and encoding do not matter.
        """
        forms = _forms(intake)
        with self._base.database.reading() as session:
            found = _known(session, actor, forms)
        return (found[0].id, found[1]) if found else None

    def add(self, actor: Actor, intake: Intake, facts: DocumentFacts) -> Shelved:
        """Keep a document with its text, shared by the operator, or as the server's own; all or nothing.

        Raises InvalidEditError for facts that are none, with each field.
        """
        # It is read in all its forms before anybody waits for this write.
        forms = _forms(intake)
        with permitted(self._base.database.changing(), actor, "source.add") as session:
            if found := _known(session, actor, forms):
                row, text = found
                return Shelved(row.id, "loaded" if self._keep(session, row.sha256, text) else "known")
            own = select(func.count()).select_from(Document).where(col(Document.server) == actor.server)
            if actor.server is not None and (session.scalar(own) or 0) >= MOST_OWN:
                raise DocumentRefusedError(
                    "This server has {most} documents of its own. Remove one that no claim cites.", most=MOST_OWN
                )
            name = _name(session, facts)
            change = _change(actor, name, _checked(facts) | {"id": name, "sha256": intake.sha256})
            write_changes(session, actor.entry("documents.add"), [change], self._base.clock())
            self._keep(session, intake.sha256, intake.text)
        return Shelved(name, "added")

    def describe(self, actor: Actor, document: str, facts: DocumentFacts, version_tag: str = "") -> None:
        """Write other facts about a document of the actor's own: the server's, or of the operator a shared one.

        `version_tag`: of the facts that the caller has seen ("": whatever stands there now). Raises InvalidEditError
        for facts that are none, with each field, ConflictError where somebody else was faster, and DocumentTextError
        for any other document.
        """
        with permitted(self._base.database.changing(), actor, "source.add") as session:
            row = _own(session, actor, document)
            state, now = _checked(facts), facts_tag(row)
            if version_tag not in {"", now}:
                changed = differences(state, {name: getattr(row, name) for name in state})
                if changed:
                    raise ConflictError(document, changed, current=now, mine=facts)
            change = _change(actor, document, state | {"id": document, "sha256": row.sha256})
            write_changes(session, actor.entry("documents.describe"), [change], self._base.clock())

    def entries(self, server: int | None) -> tuple[ShelfEntry, ...]:
        """Return the documents that the server sees, by id."""
        documents = self._base.documents(server)
        cites = (
            select(col(Citation.document), col(Claim.id), func.count())
            .select_from(Citation)
            .join(Point, col(Point.key) == col(Citation.point))
            .join(Claim, col(Claim.key) == col(Point.claim))
            .where(or_(col(Claim.server).is_(None), col(Claim.server) == server))
            .group_by(col(Citation.document), col(Claim.id))
            .order_by(col(Claim.id))
        )
        with self._base.database.reading() as session:
            cited: defaultdict[str, dict[str, int]] = defaultdict(dict)
            for name, claim, count in session.connection().execute(cites):
                cited[name][claim] = count
            own = set(session.scalars(select(col(Document.id)).where(col(Document.server).is_not(None))))
            unused = left_out_documents(session)
        of_each = ((document, cited[document.id]) for document in documents)
        return tuple(
            ShelfEntry(document, sum(counts.values()), tuple(counts), document.id in own, document.id not in unused)
            for document, counts in of_each
        )

    def shown(self, actor: Actor, document: str) -> tuple[DocumentRecord, CleanDocument]:
        """Return a document with its clean reading; raises DocumentTextError where there is none."""
        with self._base.database.reading() as session:
            record, text = loaded_text(session, actor.server, document)
        return record, self._rules.clean(text)

    def sentences(self, actor: Actor, document: str, words: str) -> list[tuple[FoundSentence, str]]:
        """Return the sentences of a document that have all these words, each with the line that cites it.

        Raises DocumentTextError where the text is not loaded.
        """
        with self._base.database.reading() as session:
            _, text = loaded_text(session, actor.server, document)
        found = sentences_with(text, words)
        return [(each, quoted_line(document, text, each.start, each.end)) for each in found]

    def remove(self, actor: Actor, document: str) -> int:
        """Take a document away with its text and the candidates that wait of it, and return how many these were.

        Raises DocumentRefusedError while a claim cites it.
        """
        with permitted(self._base.database.changing(), actor, "source.add") as session:
            _own(session, actor, document)
            cited = select(func.count()).select_from(Citation).where(col(Citation.document) == document)
            if count := session.scalar(cited):
                raise DocumentRefusedError(
                    "{document} is cited {count} times. Change the points that cite it first.",
                    document=document, count=count,
                )  # fmt: skip
            removed, waiting = _change(actor, document, None), gone_with(session, actor.server, [document])
            write_changes(session, actor.entry("documents.remove"), [removed, *waiting], self._base.clock())
        return len(waiting)

    def _keep(self, session: Session, sha256: str, text: str) -> bool:
        if is_loaded(session, sha256):
            return False
        session.add(DocumentText(sha256=sha256, text=text, loaded_at=self._base.clock()))
        session.flush()
        return True

    @cached_property
    def _rules(self) -> CleaningRules:
        return CleaningRules.load(CandidateCues.load().ends, self._lexicon.folder.fold)

    @cached_property
    def _reader(self) -> IntakeReader:
        return IntakeReader(self._rules, partial(language_of, folder=self._lexicon.folder))


def facts_tag(document: DocumentRecord | Document) -> str:
    """Return what stands for the facts of a document, by which it is seen that somebody has changed them."""
    return fingerprint_of([getattr(document, name) for name in SOURCE_FACTS])


def _own(session: Session, actor: Actor, document: str) -> Document:
    row = session.get(Document, document)
    if row is None or row.server != actor.server:
        raise DocumentTextError(NO_DOCUMENT, document=document)
    return row


def _forms(intake: Intake) -> dict[str, str]:
    """Return the texts as which the document may be known, by SHA-256."""
    forms = {intake.sha256: intake.text}
    return forms if is_pdf(intake.data) else forms | dict(editions(intake.data))


def _known(session: Session, actor: Actor, forms: Mapping[str, str]) -> tuple[Document, str] | None:
    """Return the document of which one of these texts is the one, and that text."""
    seen = or_(col(Document.server).is_(None), col(Document.server) == actor.server)
    row = session.scalar(
        select(Document).where(col(Document.sha256).in_(forms), seen).order_by(col(Document.id)).limit(1)
    )
    return (row, forms[row.sha256]) if row else None


def _checked(facts: DocumentFacts) -> dict[str, str | None]:
    form = FormReader()
    state: dict[str, str | None] = {
        "title": form.needed("title", facts.title),
        "author": form.text("author", facts.author),
        "publisher": form.text("publisher", facts.publisher),
        "published": form.when("published", facts.published) if facts.published.strip() else "",
        "language": form.choice("language", facts.language or FIRST_SHOWN, tuple(SHOWN)),
        "address": form.address("address", facts.address or "") or None,
    }
    form.finish(facts)
    return state


def _change(actor: Actor, document: str, state: dict[str, str | None] | None) -> Change:
    kind, names = (DOCUMENT, DOCUMENT_FACTS) if actor.server is None else (SOURCE, SOURCE_FACTS)
    return Change(kind, document, {fact: state[fact] for fact in names} if state else None)


_LONGEST_NAME = 40


def _name(session: Session, facts: DocumentFacts) -> str:
    """Return an id of the title's Latin words that no document has; `document-7` where there are none."""
    plain = unicodedata.normalize("NFKD", facts.title).encode("ascii", "ignore").decode().lower()
    words = "-".join(re.findall(r"[a-z0-9]+", plain))[:_LONGEST_NAME].rstrip("-")
    if len(words) < 4 or words.isdigit():
        return free_id(session, "document")
    return words if session.get(Document, words) is None else free_id(session, words)
