"""Sentences of a raw text: each with its place there, and its words made clean for reading."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from claims.fields import clean_text

_STOP = re.compile(r"[。！？!?]|\.(?:\s|$)")
_TAG = re.compile(r"<[^<>\n]{1,200}>")
_LEAST_PROSE = 12
# What a line that is no prose takes away from a run of lines.
_COST = 15
# An article does not end before so much of its prose.
_LEAST_SHARE = 0.3
_LONGEST_END = 40


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that holds something, with its place in the raw text; `gain` is below 0 where it is no prose."""

    start: int
    end: int
    text: str

    @property
    def gain(self) -> int:
        is_prose = len(self.text) >= _LEAST_PROSE and _STOP.search(self.text)
        return len(self.text) if is_prose else -_COST


def prose_span(raw: str, ends: Sequence[str], fold: Callable[[str], str]) -> tuple[int, int]:
    """Return (start, end) of the run of lines with the most prose; (0, 0) where there is none.

    `ends` are folded beginnings of short lines that close an article, such as 相关推荐.
    """
    lines = _before_end(list(_lines(raw)), ends, fold)
    best, best_sum = (0, 0), 0
    start, total = 0, 0
    for line in lines:
        if total <= 0:
            start, total = line.start, 0
        total += line.gain
        if total > best_sum:
            best, best_sum = (start, line.end), total
    return best


def without_tags(text: str) -> str:
    """Return the text without stray tags."""
    return _TAG.sub("", text)


def _lines(raw: str) -> Iterator[_Line]:
    lines = raw.splitlines(keepends=True)
    for line, end in zip(lines, accumulate(map(len, lines)), strict=True):
        text = without_tags(line).strip()
        if text:
            yield _Line(end - len(line), end, text)


def _before_end(lines: list[_Line], ends: Sequence[str], fold: Callable[[str], str]) -> list[_Line]:
    """Return the lines before the first that closes the article."""
    whole = sum(max(0, line.gain) for line in lines)
    seen = 0
    for number, line in enumerate(lines):
        is_late = seen >= _LEAST_SHARE * whole
        if is_late and len(line.text) <= _LONGEST_END and fold(line.text).startswith(tuple(ends)):
            return lines[:number]
        seen += max(0, line.gain)
    return lines


_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_CLOSING = "\"'”’」』）)】》"
_END = re.compile(rf"(?:[。！？!?；;]|…+|\.(?=\s|$|[{_CLOSING}{_HAN}]))+(?P<close>[{_CLOSING}]*)|\n+", re.MULTILINE)
_LAST_WORD = re.compile(r"[A-Za-z][A-Za-z.]*$")
_LEADING = re.compile(r"[\s\ufeff\u200b•·*#>\-–—,，.。、;；:：!！…)）\]】”’」』]+")
_LONGEST_WORD = 12
# A line this long that ends within a sentence was broken to fit a page.
_LEAST_WRAPPED = 50

# Characters followed by their reading in brackets, as some pages insert it: 網(wǎng)易.
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
_INSERTED = re.compile(rf"(?<=[{_HAN}])[(（][a-zü]*[{_TONED}][a-zü{_TONED}]*[)）]")
_ONE_HAN = re.compile(f"[{_HAN}]")
# Text that teaches readings has some of them too; a damaged page has them all over.
_LEAST_INSERTED = 0.01


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence at `start`–`end` of the raw text; `text` is clean, `stop` the mark that ends it ("" for none)."""

    start: int
    end: int
    text: str
    stop: str


def sentences_of(raw: str, span: tuple[int, int], abbreviations: Collection[str]) -> Iterator[Sentence]:
    """Yield the sentences within the span; inserted readings and stray tags are left out of their words."""
    has_readings = _has_readings(raw)
    for start, end, stop in _spans(raw, span, abbreviations):
        leading = _LEADING.match(raw, start, end)
        first = leading.end() if leading else start
        last = first + len(raw[first:end].rstrip())
        words = unicodedata.normalize("NFC", without_tags(raw[first:last]))
        text = clean_text(_INSERTED.sub("", words) if has_readings else words)
        if text:
            yield Sentence(first, last, text, stop)


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
        bool(found["close"]) and mark[0] in "?？!！" and bool(re.match(rf"[a-z{_HAN}]|\s[a-z]", raw[found.end() :][:2]))
    )


def _is_short(word: re.Match[str], abbreviations: Collection[str]) -> bool:
    return word.group().lower() in abbreviations


def _has_readings(raw: str) -> bool:
    composed = unicodedata.normalize("NFC", raw)
    return len(_INSERTED.findall(composed)) > _LEAST_INSERTED * len(_ONE_HAN.findall(composed))
