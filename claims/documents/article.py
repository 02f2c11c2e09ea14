"""The article within a file: where its body stands among menus and advertisements, and what it is called."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import accumulate

from claims.documents.markup import Form

_STOP = re.compile(r"[。！？!?]|\.(?:\s|$)")
_LEAST_PROSE = 12
# What a line that is no prose takes away from a run of lines.
_COST = 15
# An article does not end before so much of its prose.
_LEAST_SHARE = 0.3
_LONGEST_END = 40


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its place, line end included; its words are without outer spaces."""

    start: int
    end: int
    text: str

    @property
    def gain(self) -> int:
        """What the line adds to a run of prose; below 0 where it is none."""
        is_prose = len(self.text) >= _LEAST_PROSE and _STOP.search(self.text)
        return len(self.text) if is_prose else -_COST


def prose_span(text: str, ends: Sequence[str], fold: Callable[[str], str]) -> tuple[int, int]:
    """Return (start, end) of the run of lines with the most prose; (0, 0) where there is none.

    `ends` are folded beginnings of short lines that close an article, such as 相关推荐.
    """
    lines = _before_end(list(_filled(text)), ends, fold)
    best, best_sum = (0, 0), 0
    start, total = 0, 0
    for line in lines:
        if total <= 0:
            start, total = line.start, 0
        total += line.gain
        if total > best_sum:
            best, best_sum = (start, line.end), total
    return best


def _filled(text: str) -> Iterator[Line]:
    lines = text.splitlines(keepends=True)
    for line, end in zip(lines, accumulate(map(len, lines)), strict=True):
        if words := line.strip():
            yield Line(end - len(line), end, words)


def _before_end(lines: list[Line], ends: Sequence[str], fold: Callable[[str], str]) -> list[Line]:
    """Return the lines before the first that closes the article."""
    whole = sum(max(0, line.gain) for line in lines)
    seen = 0
    for number, line in enumerate(lines):
        is_late = seen >= _LEAST_SHARE * whole
        if is_late and len(line.text) <= _LONGEST_END and fold(line.text).startswith(tuple(ends)):
            return lines[:number]
        seen += max(0, line.gain)
    return lines


# Beyond this length, or this depth, a page is read by its prose alone.
_LONGEST_PAGE = 3_000_000
_DEEPEST = 400
_LEAST_BODY = 150
_SPACE = re.compile(r"\s+")
_SHORT = 20


def body_lines(raw: str, text: str) -> list[Line] | None:
    """Return the lines of a page's text that are none of its article; None where no article is found."""
    if len(raw) > _LONGEST_PAGE or _depth(raw) > _DEEPEST:
        return None
    import trafilatura  # noqa: PLC0415  (takes long to load, and only pages need it)

    body = trafilatura.extract(raw, include_comments=False, include_tables=True)
    if not body or len(body) < _LEAST_BODY:
        return None
    whole = _SPACE.sub("", body)
    lines = {_SPACE.sub("", line.lstrip("-•| ")) for line in body.splitlines()}
    frame: list[Line] = []
    for line in _filled(text):
        words = _SPACE.sub("", line.text)
        if words not in lines and (len(words) < _SHORT or words not in whole):
            frame.append(line)
    return frame


def _depth(raw: str) -> int:
    """Return how deep elements may be nested, counting opening and closing tags alone."""
    depth = deepest = 0
    for found in re.finditer(r"<(/?)(div|span|table|td|tr|ul|ol|li|section|article|b|i|em|font|blockquote)\b", raw):
        depth += -1 if found[1] else 1
        deepest = max(deepest, depth)
    return deepest


_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,400})</title", re.IGNORECASE)
_META = re.compile(r"<meta\b[^>]{0,600}>", re.IGNORECASE)
_HEADING = re.compile(r"^#{1,2} +(\S[^\n]{0,300})$", re.MULTILINE)
_FRONT_TITLE = re.compile(r"\A---\n(?:[^\n]*\n){0,40}?title:\s*([^\n]{1,300})\n")
_LEAST_TITLE = 6
_MOST_TITLE = 120
_LINES_ABOVE = 8
_ENDS = re.compile(r"[。！？!?.;；…:：][\"'”’」』）)]*$")


def title_of(raw: str, text: str, form: Form, is_frame: Callable[[str], bool]) -> str:
    """Return the title that the text shows: its heading, or the line above the article; "" where it shows none."""
    if form == "subtitles":
        return ""
    if form == "page":
        return _page_title(raw[:200_000])
    if form == "markdown":
        front, heading = _FRONT_TITLE.search(raw), _HEADING.search(raw)
        found = front or heading
        return found[1].strip().strip("\"'") if found else ""
    start, end = prose_span(text, (), str.casefold)
    above = [line.text for line in _filled(text[:start] if end else text[:400])][-_LINES_ABOVE:]
    first = next((line.text for line in _filled(text[start:end])), "")
    below = [first] if not _ENDS.search(first) else []
    for line in (*reversed(above), *below):
        if _LEAST_TITLE <= len(line) <= _MOST_TITLE and not is_frame(line):
            return line
    return ""


def _page_title(raw: str) -> str:
    for meta in _META.findall(raw):
        if re.search(r"og:title", meta, re.IGNORECASE) and (
            found := re.search(r"content\s*=\s*(\"[^\"]*\"|'[^']*')", meta, re.IGNORECASE)
        ):
            return _unescape(found[1][1:-1])
    found = _TITLE.search(raw)
    return _unescape(found[1]) if found else ""


def _unescape(text: str) -> str:
    return _SPACE.sub(" ", unescape(text)).strip()
