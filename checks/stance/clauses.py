"""Clauses: where sentences and their clauses begin and end."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_SENTENCE_END = re.compile(r"(?:[!?。;\n~]|\.(?=\s|$|[\u3400-\u9fff])|\.{2,}|…)+")
_CLAUSE_END = re.compile(r",(?!\d)|:(?!\d)|—|–|\s-+\s|\(|\)|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_MOST_SENTENCES = 200


@dataclass(frozen=True, slots=True)
class Clause:
    """A span of text without a break; `sentence` counts from 0, `mark` is what ends the sentence."""

    start: int
    end: int
    sentence: int
    mark: str

    def covers(self, start: int, end: int) -> bool:
        """Tell whether the span from `start` to `end` touches this clause."""
        return start < self.end and end > self.start


def sentence_spans(text: str) -> list[tuple[int, int, str]]:
    """Return (start, end, mark) of each sentence; a sentence of spaces is left out."""
    spans: list[tuple[int, int, str]] = []
    start = 0
    for found in _SENTENCE_END.finditer(text):
        if len(spans) >= _MOST_SENTENCES:
            break
        if text[start : found.start()].strip():
            spans.append((_skip(text, start), found.start(), found[0].strip()))
        start = found.end()
    if text[start:].strip():
        spans.append((_skip(text, start), len(text), ""))
    return spans


def split_clauses(text: str, breaks: Sequence[int] = ()) -> list[Clause]:
    """Return the clauses of `text`; `breaks` are further positions where one begins (words such as "but")."""
    clauses: list[Clause] = []
    for number, (start, end, mark) in enumerate(sentence_spans(text)):
        cuts = [(found.start(), found.end()) for found in _CLAUSE_END.finditer(text, start, end)]
        cuts = sorted(cuts + [(at, at) for at in breaks if start < at < end])
        last = start
        for left, right in [*cuts, (end, end)]:
            if text[last:left].strip():
                clauses.append(Clause(_skip(text, last), left, number, mark))
            last = max(last, right)
    return clauses


def _skip(text: str, start: int) -> int:
    """Return the first position from `start` that holds no space."""
    while start < len(text) and text[start].isspace():
        start += 1
    return start
