"""A text read for stance: its clauses, its cues, and the words that the match rests on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from checks.stance.clauses import Clause, sentence_spans, split_clauses
from checks.stance.cues import CueFinder, Hit

Span = tuple[int, int]
_MOST_HITS = 300
# An anchor that covers so much more than a word is a passage: it is judged as a whole.
_NO_SENTENCE = -1


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text with its clauses, cues (those that belong to a longer one left out) and anchors, in order."""

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
        best = None
        for clause in self.clauses:
            if clause.start > position:
                break
            best = clause
        return best

    def sentence_at(self, position: int) -> int:
        """Return the number of the sentence that holds `position`; -1 in a text without any."""
        clause = self.clause_at(position)
        return clause.sentence if clause else _NO_SENTENCE

    def anchors_within(self, start: int, end: int) -> list[Span]:
        """Return the anchors that touch the span."""
        return [anchor for anchor in self.anchors if anchor[0] < end and anchor[1] > start]

    def anchored_sentences(self) -> dict[int, int]:
        """Return how many anchors each sentence holds, for those that hold any."""
        counts: dict[int, int] = {}
        for anchor in self.anchors:
            number = self.sentence_at(anchor[0])
            counts[number] = counts.get(number, 0) + 1
        return counts


def read_text(text: str, anchors: Sequence[Span], finder: CueFinder) -> ReadText:
    """Return `text` read; without anchors every clause is one."""
    starts = sentence_starts(text)
    hits = _outermost(finder.find(text, starts)[:_MOST_HITS], len(text))
    clauses = split_clauses(text, [hit.start for hit in hits if hit.category == "but"])
    kept = sorted({(max(0, start), min(len(text), end)) for start, end in anchors if start < end})
    return ReadText(text, tuple(clauses), tuple(hits), tuple(kept) or tuple((clause.start, clause.end) for clause in clauses))


def sentence_starts(text: str) -> list[int]:
    """Return where a sentence or a clause begins, each a place for a plain "no"."""
    return [start for start, _, _ in sentence_spans(text)]


def _outermost(hits: Sequence[Hit], length: int) -> list[Hit]:
    """Drop negators, opposites and marks that are part of a longer cue: "not only" is no "not"."""
    longest = [0] * length
    for hit in hits:
        size = hit.end - hit.start
        for position in range(hit.start, hit.end):
            longest[position] = max(longest[position], size)
    return [hit for hit in hits if not _covered(hit, longest)]


def _covered(hit: Hit, longest: Sequence[int]) -> bool:
    size = hit.end - hit.start
    return all(longest[position] > size for position in range(hit.start, hit.end))


Reader = Callable[[str, Sequence[Span]], ReadText]
