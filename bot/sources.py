"""The numbered sources of a reply: one number for each cited passage."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from babel.numbers import format_decimal

from bot.dates import display_date
from bot.fragments import link_to
from bot.texts import Texts
from claims.record import CitationRecord, DocumentRecord

PassageText = Callable[[CitationRecord], str | None]


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One cited passage.

    `language` is said only where it is not the reader's; `place` counts characters of the raw text from 1; it is empty
    where the document is cited as a whole.
    """

    number: int
    title: str
    publisher: str
    date: str
    language: str
    address: str | None
    place: str
    document: str
    citation: CitationRecord


class SourceList:
    """Numbers citations in the order in which they are first named."""

    def __init__(self, documents: Mapping[str, DocumentRecord], texts: Texts, passage: PassageText) -> None:
        self._documents = documents
        self._texts = texts
        self._passage = passage
        self._lines: dict[CitationRecord, SourceLine] = {}

    def number(self, citation: CitationRecord) -> int:
        """Return the number of the citation, a new one where it has none."""
        if citation not in self._lines:
            self._lines[citation] = self._line(len(self._lines) + 1, citation)
        return self._lines[citation].number

    @property
    def lines(self) -> tuple[SourceLine, ...]:
        """Return the sources named so far, in the order of their numbers."""
        return tuple(self._lines.values())

    def _line(self, number: int, citation: CitationRecord) -> SourceLine:
        document = self._documents[citation.document]
        return SourceLine(
            number=number,
            title=document.title,
            publisher=document.publisher,
            date=display_date(document.published, self._texts),
            language=self._language(document.language),
            address=self._address(document, citation),
            place=self._place(citation),
            document=document.id,
            citation=citation,
        )

    def _place(self, citation: CitationRecord) -> str:
        if citation.start == citation.end:
            return ""
        return self._texts(
            "characters {start}–{end}",
            start=format_decimal(citation.start + 1, locale=self._texts.locale),
            end=format_decimal(citation.end, locale=self._texts.locale),
        )

    def _address(self, document: DocumentRecord, citation: CitationRecord) -> str | None:
        if not document.address:
            return None
        words = self._passage(citation)
        return link_to(document.address, words) if words else document.address

    def _language(self, code: str) -> str:
        if code[:2] == self._texts.language[:2]:
            return ""
        return self._texts("in Chinese") if code.startswith("zh") else self._texts("in English")
