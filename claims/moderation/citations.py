"""Citations as people type them: the documents that a server may cite, and a place in one found by a few words."""

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from itertools import count

from sqlalchemy import or_, select
from sqlmodel import Session, col

from checks.text import TextFolder
from claims.documents.cleaning import CleaningRules
from claims.documents.sentences import Sentence, sentences_of
from claims.documents.worthiness import CandidateCues
from claims.fields import LINE, FormReader, clean_text
from claims.record import CitationRecord
from claims.store.changes import SOURCE, Change
from claims.store.tables import Document, DocumentText, last_revision
from config.languages import tag_of, written_language

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
        """Read citations, one a line: `source`, `source "the very words"`, or `source` and some words of a sentence.

        `source 120-180` (characters of the raw text) is read too, because citations that stand are shown so.
        """
        lines = [line.strip() for line in typed.splitlines() if line.strip()]
        return tuple(found for line in lines if (found := self._citation(form, line)) is not None)

    def _citation(self, form: FormReader, line: str) -> CitationRecord | None:
        # By whatever stands between, such as the full-width space of a Chinese keyboard.
        name, rest = (*line.split(maxsplit=1), "")[:2]
        name = clean_text(name)
        if not self.knows(name):
            known = ", ".join(self.names()[:20])
            form.refuse("citations", "There is no source {name}.", "Known: {known}; or add it.", name=name, known=known)
            return None
        if not rest:
            return CitationRecord(name, 0, 0, WHOLE)
        text = self._text(name)
        if text is None:
            form.refuse(
                "citations", "The text of {name} is not loaded.", "Cite it as a whole: write its name only.", name=name
            )
            return None
        start, end = self._place(form, name, text, rest)
        if start == end:
            return None
        return CitationRecord(name, start, end, hashlib.sha256(text[start:end].encode()).hexdigest())

    def _place(self, form: FormReader, name: str, text: str, rest: str) -> tuple[int, int]:
        """Return where a line points to; an empty place where that is refused."""
        words = rest.strip(_QUOTES)
        place = _PLACE.fullmatch(rest)
        start, end = (int(place[1]), int(place[2])) if place else _find(text, words) if words != rest else (-1, -1)
        if 0 <= start < end <= len(text):
            return start, end
        found = [] if place else sentences_with(text, words)
        if len(found) == 1:
            return found[0].start, found[0].end
        if found:
            several = " … ".join(each.text[:80] for each in found[:_MOST_TOLD])
            form.refuse(
                "citations", "{count} sentences of {name} have these words: {several}",
                "Add words of the one that is meant.", count=len(found), name=name, several=several,
            )  # fmt: skip
        else:
            form.refuse(
                "citations", "{words} does not stand in {name} exactly once.", "Copy more words of it.",
                words=rest[:60], name=name,
            )  # fmt: skip
        return 0, 0

    def _text(self, name: str) -> str | None:
        document = self._session.get_one(Document, name)
        loaded = self._session.get(DocumentText, document.sha256) if document.sha256 else None
        return loaded.text if loaded else None


def source_cited(
    form: FormReader, session: Session, sources: Sources, typed: str
) -> tuple[str, tuple[CitationRecord, ...], Change | None]:
    """Return who is cited and the citations of one line, and the change that adds its source, where it is new.

    The line is what `Sources.read` takes, the title or the address of a source, or those of one that is made of it.
    """
    text = clean_text(typed)
    if not text or sources.knows(text.partition(" ")[0]):
        cited = sources.read(form, text)
        row = session.get(Document, cited[0].document) if cited else None
        return (row.publisher or row.title) if row else "", cited, None
    for name in sources.names():
        row = session.get_one(Document, name)
        if text.casefold() in {row.title.casefold(), (row.address or "").casefold()}:
            return row.publisher or row.title, (CitationRecord(name, 0, 0, WHOLE),), None
    address = text if text.startswith(("https://", "http://")) else None
    host = (_HOST.match(text) or [""])[0].partition("//")[2].removeprefix("www.")
    address = form.address("source", address or "") or None
    title = text.partition("//")[2].rstrip("/") if address else form.text("source", text)
    name = free_id(session, "source")
    facts: dict[str, str | None] = {"title": title[:LINE], "author": "", "publisher": host, "published": ""}
    facts |= {"language": tag_of(written_language(title)), "address": address}
    return host or title[:LINE], (CitationRecord(name, 0, 0, WHOLE),), Change(SOURCE, name, facts)


_HOST = re.compile(r"https?://[^/?#\s]+")


def free_id(session: Session, name: str) -> str:
    """Return the name with a number, as no document of any server is called: from that of the next revision on."""
    numbers = count(last_revision(session) + 1)
    return next(free for number in numbers if session.get(Document, free := f"{name}-{number}") is None)


def citation_line(citation: CitationRecord) -> str:
    """Return a citation as `Sources.read` takes it, for a prefilled form."""
    whole = citation.start == citation.end
    return citation.document if whole else f"{citation.document} {citation.start}-{citation.end}"


def _find(text: str, words: str) -> tuple[int, int]:
    start = text.find(words) if words else -1
    unique = start >= 0 and text.find(words, start + 1) < 0
    return (start, start + len(words)) if unique else (-1, -1)


_MOST_TOLD = 3
# Words of a form's line that a sentence may need, and the marks around them.
_MARKS = re.compile(r"[\s\"'“”„«»「」『』,，.。;；:：!！?？…()（）]+")


def quoted_line(document: str, raw: str, start: int, end: int) -> str:
    """Return a citation as people read it, by its words; where these do not show its place, by its characters."""
    words = raw[start:end]
    is_plain = _MARKUP.isdisjoint(words) and words == words.strip(_QUOTES + " ") and len(words) <= _LONGEST_QUOTE
    if words and is_plain and _find(raw, words) == (start, end):
        return f'{document} "{words}"'
    return f"{document} {start}-{end}" if start < end else document


_LONGEST_QUOTE = 600
# Words with these do not read as they stand.
_MARKUP = frozenset("\n<>&")


@lru_cache(1)
def _reading() -> tuple[CleaningRules, Callable[[str], str], frozenset[str]]:
    cues, fold = CandidateCues.load(), TextFolder().fold
    return CleaningRules.load(cues.ends, fold), fold, frozenset(cues.file.abbreviations)


@lru_cache(4)
def _sentences(raw: str) -> tuple[tuple[str, Sentence], ...]:
    """Return the sentences of a raw text, folded, each with its place; some texts are asked for again and again."""
    rules, fold, abbreviations = _reading()
    return tuple((_MARKS.sub("", fold(each.text)), each) for each in sentences_of(rules.clean(raw).view, abbreviations))


def sentences_with(raw: str, words: str) -> list[Sentence]:
    """Return the sentences of a raw text that have all words, whatever their script, case and marks; in order."""
    fold = _reading()[1]
    wanted = [part for each in words.split() if (part := _MARKS.sub("", fold(each)))]
    if sum(map(len, wanted)) < _LEAST_WORDS:
        return []
    return [each for folded, each in _sentences(raw) if all(part in folded for part in wanted)]


_LEAST_WORDS = 2
