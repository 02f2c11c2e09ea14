"""Where the article stands in a file: its lines of prose, without menus above and recommendations below."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

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
