"""A text read for stance: its clauses, its cues, and the words that the match rests on."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from checks.stance.clauses import Clause, sentence_spans, split_clauses
from checks.stance.cues import CueFinder, Hit

Span = tuple[int, int]
# What counts as one word when a distance is measured: a Latin word, or two Han characters.
UNIT = re.compile(r"[a-z0-9]+(?:[.'’][a-z0-9]+)*|[\u3400-\u9fff]{1,2}")
_MOST_HITS = 200
_MOST_ANCHORS = 400
_NO_SENTENCE = -1


@dataclass(frozen=True)
class ReadText:
    """A text with its clauses, cues (those that are part of a longer one left out) and anchors, in order."""

    text: str
    clauses: tuple[Clause, ...]
    hits: tuple[Hit, ...]
    anchors: tuple[Span, ...]

    def of(self, *categories: str) -> list[Hit]:
        """Return the cues of these categories."""
        return [hit for hit in self.hits if hit.category in categories]

    def has(self, *categories: str) -> bool:
        """Tell whether a cue of these categories stands in the text."""
        return any(hit.category in categories for hit in self.hits)

    def clause_at(self, position: int) -> Clause | None:
        """Return the clause that holds `position`, or the one before it."""
        number = bisect_right(self._starts, position)
        return self.clauses[number - 1] if number else None

    def sentence_at(self, position: int) -> int:
        """Return the number of the sentence that holds `position`; -1 before the first one."""
        clause = self.clause_at(position)
        return clause.sentence if clause else _NO_SENTENCE

    def anchors_within(self, start: int, end: int) -> list[Span]:
        """Return the anchors that touch the span."""
        return [anchor for anchor in self.anchors if anchor[0] < end and anchor[1] > start]

    @cached_property
    def anchored_sentences(self) -> dict[int, int]:
        """Return how many anchors each sentence holds, for those that hold any."""
        counts: dict[int, int] = {}
        for anchor in self.anchors:
            number = self.sentence_at(anchor[0])
            counts[number] = counts.get(number, 0) + 1
        return counts

    @cached_property
    def _starts(self) -> list[int]:
        return [clause.start for clause in self.clauses]


def read_text(text: str, anchors: Sequence[Span], finder: CueFinder) -> ReadText:
    """Return `text` read; without anchors every clause is one."""
    starts = [start for start, _, _ in sentence_spans(text)]
    hits = _outermost(finder.find(text, starts), len(text))[:_MOST_HITS]
    clauses = split_clauses(text, [hit.start for hit in hits if hit.category == "but"])
    kept = sorted({(max(0, start), min(len(text), end)) for start, end in anchors if start < end})[:_MOST_ANCHORS]
    whole = [(clause.start, clause.end) for clause in clauses]
    return ReadText(text, tuple(clauses), tuple(hits), tuple(kept or whole))


def _outermost(hits: Sequence[Hit], length: int) -> list[Hit]:
    """Drop the cues that are part of a longer one: "not only" holds no "not"."""
    longest = [0] * length
    for hit in hits:
        size = hit.end - hit.start
        for position in range(hit.start, hit.end):
            longest[position] = max(longest[position], size)
    return [hit for hit in hits if any(longest[at] <= hit.end - hit.start for at in range(hit.start, hit.end))]
