"""Claims as the front ends read them: frozen values, detached from the database."""

from dataclasses import dataclass
from datetime import date

from checks.known import Kind, KnownClaim, KnownFigure, KnownWording


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
        )
