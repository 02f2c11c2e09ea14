"""Citations as people type them: the documents that a server may cite, and a place in one found by a few words."""

import hashlib
import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, islice

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


# The sentences that have certain words, by the SHA-256 of their text and by the words.
Found = dict[tuple[str, str], list["FoundSentence"]]


class Sources:
    """The documents that a server may cite: the shared ones and its own; read within the transaction of the edit.

    A search for words takes seconds in a long document: whoever writes searches before, and hands in what was `found`.
    """

    def __init__(self, session: Session, server: int | None, found: Found | None = None) -> None:
        self._session = session
        self._server = server
        self.found: Found = {} if found is None else found

    def knows(self, document: str) -> bool:
        """Tell whether the server may cite the document."""
        row = self._session.get(Document, document)
        return row is not None and row.server in {None, self._server}

    def all(self) -> list[Document]:
        """Return all documents that the server may cite, by id."""
        seen = or_(col(Document.server).is_(None), col(Document.server) == self._server)
        return list(self._session.scalars(select(Document).where(seen).order_by(col(Document.id))))

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
            known = ", ".join(each.id for each in self.all()[:20])
            form.refuse("citations", "There is no source {name}.", "Known: {known}; or add it.", name=name, known=known)
            return None
        if not rest:
            return CitationRecord(name, 0, 0, WHOLE)
        loaded = self._loaded(name)
        if loaded is None:
            form.refuse(
                "citations", "The text of {name} is not loaded.", "Cite it as a whole: write its name only.", name=name
            )
            return None
        start, end = self._place(form, name, loaded, rest)
        if start == end:
            return None
        return CitationRecord(name, start, end, hashlib.sha256(loaded.text[start:end].encode()).hexdigest())

    def _place(self, form: FormReader, name: str, loaded: DocumentText, rest: str) -> tuple[int, int]:
        """Return where a line points to; an empty place where that is refused."""
        words, text = rest.strip(_QUOTES), loaded.text
        place = _PLACE.fullmatch(rest)
        start, end = (int(place[1]), int(place[2])) if place else _find(text, words) if words != rest else (-1, -1)
        if 0 <= start < end <= len(text):
            return start, end
        found = [] if place else self._with(loaded, words)
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

    def _with(self, loaded: DocumentText, words: str) -> "list[FoundSentence]":
        key = (loaded.sha256, words)
        if key not in self.found:
            self.found[key] = sentences_with(loaded.text, words)
        return self.found[key]

    def _loaded(self, name: str) -> DocumentText | None:
        document = self._session.get_one(Document, name)
        return self._session.get(DocumentText, document.sha256) if document.sha256 else None


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
    for row in sources.all():
        if text.casefold() in {row.title.casefold(), (row.address or "").casefold()}:
            return row.publisher or row.title, (CitationRecord(row.id, 0, 0, WHOLE),), None
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


@dataclass(frozen=True, slots=True)
class FoundSentence:
    """A sentence at `start`–`end` of a raw text, with its words as they are read."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Searchable:
    """The sentences of a text as they are read, folded, a line each: together, because a long text has very many.

    `lines` are the places of the lines in `folded`; `spans` are those of the sentences, four numbers each: in the view,
    whose words are `text`, and in the raw text.
    """

    text: str
    folded: str
    lines: Sequence[int]
    spans: Sequence[int]

    @classmethod
    def of(cls, raw: str) -> "_Searchable":
        rules, fold, abbreviations = _reading()
        view = rules.clean(raw).view
        spans, lines, folded, length = array("I"), array("I"), list[str](), 0
        # Many at once are folded faster than one after the other.
        for part in _batched(sentences_of(view, abbreviations)):
            whole = fold(_APART.join(each.text.replace(_APART, " ") for each in part))
            for each, line in zip(part, whole.split(_APART), strict=True):
                folded.append(_MARKS.sub("", line))
                lines.append(length)
                length += len(folded[-1]) + 1
                spans.extend((each.at, each.till, each.start, each.end))
        return cls(view.text, "\n".join(folded), lines, spans)

    def find(self, parts: Sequence[str]) -> Iterator[FoundSentence]:
        """Yield the sentences that have all of these folded words."""
        longest = max(parts, key=len)
        found = self.folded.find(longest)
        while found >= 0:
            number = bisect_right(self.lines, found) - 1
            end = self.folded.find("\n", found) + 1 or len(self.folded) + 1
            line = self.folded[self.lines[number] : end - 1]
            if all(part in line for part in parts):
                at, till, start, stop = self.spans[4 * number : 4 * number + 4]
                yield FoundSentence(start, stop, clean_text(self.text[at:till]))
            found = self.folded.find(longest, end)


_APART = "\u2016"
_BATCH = 200


def _batched(sentences: Iterator[Sentence]) -> Iterator[list[Sentence]]:
    while part := list(islice(sentences, _BATCH)):
        yield part


# Some texts are asked for again and again, with each key that somebody presses; very long ones fill the memory.
_LONG = 1_000_000


@lru_cache(4)
def _kept(raw: str) -> _Searchable:
    return _Searchable.of(raw)


@lru_cache(1)
def _kept_long(raw: str) -> _Searchable:
    return _Searchable.of(raw)


def sentences_with(raw: str, words: str) -> list[FoundSentence]:
    """Return the sentences of a raw text that have all words, whatever their script, case and marks; in order."""
    fold = _reading()[1]
    wanted = [part for each in words.split() if (part := _MARKS.sub("", fold(each)))]
    if sum(map(len, wanted)) < _LEAST_WORDS:
        return []
    return list((_kept_long(raw) if len(raw) > _LONG else _kept(raw)).find(wanted))


_LEAST_WORDS = 2
