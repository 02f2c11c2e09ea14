"""Sentences of a document as it is read: each with its place in the raw text."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from claims.documents.cleaning import HAN
from claims.documents.view import View
from claims.fields import clean_text

_CLOSING = "\"'”’」』）)】》"
_END = re.compile(
    rf"(?:[。！？!?；]|;(?!\s*[^\W_A-Z{HAN}])|…+|\.(?=\s|$|[{_CLOSING}{HAN}]))+(?P<close>[{_CLOSING}]*)|\n+",
    re.MULTILINE,
)
_LAST_WORD = re.compile(r"[A-Za-z][A-Za-z.]*$")
_LEADING = re.compile(r"[\s\ufeff\u200b•·*#>\-–—,，.。、;；:：!！…)）\]】”’」』]+")
_LONGEST_WORD = 12
# A line this long that ends within a sentence was broken to fit a page.
_LEAST_WRAPPED = 50


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence at `start`–`end` of the raw text; `text` is clean, `stop` the mark that ends it ("" for none).

    `at` and `till` are its place in the view, `opens` tells whether it is the first of its paragraph.
    """

    start: int
    end: int
    text: str
    stop: str
    at: int
    till: int
    opens: bool = False


def sentences_of(view: View, abbreviations: Collection[str]) -> Iterator[Sentence]:
    """Yield the sentences that a view reads, in order."""
    text = view.text
    for start, end, stop in _spans(text, (0, len(text)), abbreviations):
        leading = _LEADING.match(text, start, end)
        first = leading.end() if leading else start
        last = first + len(text[first:end].rstrip())
        if last > first and (words := clean_text(text[first:last])):
            opens = start == 0 or text[start - 1] == "\n" or "\n" in text[start:first]
            yield Sentence(*view.span(first, last), words, stop, first, last, opens)


def _spans(raw: str, span: tuple[int, int], abbreviations: Collection[str]) -> Iterator[tuple[int, int, str]]:
    start, limit = span
    for found in _END.finditer(raw, *span):
        if _goes_on(raw, start, found, abbreviations):
            continue
        yield start, found.end(), found.group().rstrip(_CLOSING + "\n")[-1:]
        start = found.end()
    yield start, limit, ""


def _goes_on(raw: str, start: int, found: re.Match[str], abbreviations: Collection[str]) -> bool:
    """Tell whether the sentence goes on after what might end it."""
    mark, after = found.group(), raw[found.end() : found.end() + 1]
    if mark == "\n":
        line = raw[max(start, raw.rfind("\n", 0, found.start()) + 1) : found.start()].rstrip()
        return len(line) >= _LEAST_WRAPPED and bool(re.search(r"[a-z0-9,]$", line) and re.match(r"[A-Za-z0-9]", after))
    if mark == ".":
        word = _LAST_WORD.search(raw, max(start, found.start() - _LONGEST_WORD), found.start())
        return word is not None and ((len(word.group()) == 1 and word.group() != "I") or _is_short(word, abbreviations))
    # “Who pays?” she asked.
    return (
        bool(found["close"]) and mark[0] in "?？!！" and bool(re.match(rf"[a-z{HAN}]|\s[a-z]", raw[found.end() :][:2]))
    )


def _is_short(word: re.Match[str], abbreviations: Collection[str]) -> bool:
    return word.group().lower() in abbreviations
