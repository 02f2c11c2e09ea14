"""Clauses, moods and cues of a message: which of them bear on the words that matched, and which only seem to."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from checks.stance.cues import Grammar, Hit, StanceLexicon
from checks.text import MOST_CHARACTERS, Span

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


# What counts as one word when a distance is measured: a Latin word, or two Han characters.
UNIT = re.compile(r"[a-z0-9]+(?:[.'’][a-z0-9]+)*|[\u3400-\u9fff]{1,2}")
_MOST_HITS = 200
_MOST_ANCHORS = 400
_NO_SENTENCE = -1


@dataclass(frozen=True)
class ReadText:
    """A text with its clauses, cues (those that are part of a longer one left out) and anchors, in order.

    `grammar` are the words by which moods and negators of the text are told.
    """

    text: str
    grammar: Grammar
    clauses: tuple[Clause, ...]
    hits: tuple[Hit, ...]
    anchors: tuple[Span, ...]

    def of(self, *categories: str) -> Sequence[Hit]:
        """Return the cues of these categories."""
        if len(categories) == 1:
            return self._of_category.get(categories[0], ())
        return [hit for hit in self.hits if hit.category in categories]

    def has(self, *categories: str) -> bool:
        """Tell whether a cue of these categories stands in the text."""
        return any(each in self._of_category for each in categories)

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
    def _of_category(self) -> dict[str, list[Hit]]:
        found: dict[str, list[Hit]] = {}
        for hit in self.hits:
            found.setdefault(hit.category, []).append(hit)
        return found

    @cached_property
    def _starts(self) -> list[int]:
        return [clause.start for clause in self.clauses]


def read_text(text: str, anchors: Sequence[Span], lexicon: StanceLexicon) -> ReadText:
    """Return `text` read; without anchors every clause is one."""
    starts = [start for start, _, _ in sentence_spans(text)]
    hits = _outermost(lexicon.cues.find(text, starts), len(text))[:_MOST_HITS]
    clauses = split_clauses(text, [hit.start for hit in hits if hit.category == "but"])
    kept = sorted({(max(0, start), min(len(text), end)) for start, end in anchors if start < end})[:_MOST_ANCHORS]
    whole = [(clause.start, clause.end) for clause in clauses]
    return ReadText(text, lexicon.grammar, tuple(clauses), tuple(hits), tuple(kept or whole))


def _outermost(hits: Sequence[Hit], length: int) -> list[Hit]:
    """Drop the cues that are part of a longer one: "not only" holds no "not"."""
    longest = [0] * length
    for hit in hits:
        size = hit.end - hit.start
        for position in range(hit.start, hit.end):
            longest[position] = max(longest[position], size)
    return [hit for hit in hits if any(longest[at] <= hit.end - hit.start for at in range(hit.start, hit.end))]


Mood = Literal["states", "asks", "bare", "rhetorical"]

_LONGEST_OPEN = 120
_LEAST_SHARE = 0.25


def moods_of(read: ReadText) -> dict[int, Mood]:
    """Return the mood of each sentence, by its number."""
    sentences: dict[int, list[Clause]] = {}
    for clause in read.clauses:
        sentences.setdefault(clause.sentence, []).append(clause)
    categories: dict[int, set[str]] = {}
    for hit in read.hits:
        categories.setdefault(read.sentence_at(hit.start), set()).add(hit.category)
    return {number: _mood(read, clauses, categories.get(number, set())) for number, clauses in sentences.items()}


def _mood(read: ReadText, clauses: Sequence[Clause], categories: set[str]) -> Mood:
    if categories & {"rhetorical", "reversal"}:
        return "rhetorical"
    start, end, mark = clauses[0].start, clauses[-1].end, clauses[-1].mark
    if "?" not in mark:
        body = read.text[start:end]
        opens = len(body) <= _LONGEST_OPEN and read.grammar.unmarked.match(body)
        return "asks" if opens or read.grammar.particle.search(body) else "states"
    openings = [read.text[clause.start : clause.end] for clause in clauses]
    if any(read.grammar.rhetorical.match(opening) for opening in openings):
        return "rhetorical"
    if "alternative" in categories or any(read.grammar.asking.match(opening) for opening in openings):
        return "asks" if _bears_anchors(read, clauses[-1].start, start, end) else "states"
    return "bare"


def _bears_anchors(read: ReadText, last: int, start: int, end: int) -> bool:
    """Tell whether the asking clause (the last one) holds a fair part of the sentence's anchors."""
    if read.grammar.points_back.match(read.text, last, end):
        return True
    whole = len(read.anchors_within(start, end))
    return len(read.anchors_within(last, end)) >= _LEAST_SHARE * whole


_REACH_UNITS = 7
_PERSON_UNITS = 3


@dataclass(frozen=True, slots=True)
class Negation:
    """A negator at work: its clause, the span it governs, and whether words of the match stand there or beside it."""

    hit: Hit
    clause: Clause
    start: int
    end: int
    governs: bool


def negations(read: ReadText) -> list[Negation]:
    """Return the negators that bear on the anchors of `read`."""
    found: list[Negation] = []
    for hit in read.of("negator"):
        clause = read.clause_at(hit.start)
        if clause is None or any(idles(read, hit, clause) for idles in _IDLE):
            continue
        start, end = scope_of(read, hit)
        governs = bool(read.anchors_within(start, end))
        if governs or (start <= hit.end and read.anchors_within(clause.start, hit.start)):
            found.append(Negation(hit, clause, start, end, governs))
    return found


def scope_of(read: ReadText, hit: Hit) -> tuple[int, int]:
    """Return the span that a negator governs: the next words of its clause, or the cause that is named there.

    Between a Chinese verb and its complement (`买不起`) it is that verb; of a closing "nothing" what stands before it.
    """
    clause = read.clause_at(hit.start)
    if clause is None:
        return hit.end, hit.end
    if hit.end - hit.start == 1 and read.grammar.complement.match(read.text, max(0, hit.start - 1)):
        return max(clause.start, hit.start - 2), hit.end + 1
    if read.text[hit.start : hit.end] in read.grammar.objects and not UNIT.search(read.text, hit.end, clause.end):
        return clause.start, hit.start
    end = clause.end
    for count, unit in enumerate(UNIT.finditer(read.text, hit.end, clause.end)):
        if count == _REACH_UNITS:
            end = unit.start()
            break
    for cause in read.of("cause"):
        if hit.end <= cause.start < end:
            return cause.end, clause.end
    return hit.end, end


def _is_personal(read: ReadText, hit: Hit, clause: Clause) -> bool:
    """Tell whether a negator speaks of the author or the reader ("I'm not selling")."""
    before = (person for person in read.of("personal") if clause.start <= person.start and person.end <= hit.start)
    return any(len(UNIT.findall(read.text, person.end, hit.start)) <= _PERSON_UNITS for person in before)


def _is_order(read: ReadText, hit: Hit, clause: Clause) -> bool:
    """Tell whether a negator opens an order to the reader ("don't buy the top")."""
    before = read.text[clause.start : hit.start]
    return (
        read.text[hit.start : hit.end] in read.grammar.orders
        and read.grammar.before_order.fullmatch(before) is not None
    )


def _is_supposed(read: ReadText, hit: Hit, clause: Clause) -> bool:
    """Tell whether a negator stands in a supposition: behind an "if", or opening a clause that another follows."""
    if any(clause.start <= condition.start <= hit.start for condition in read.of("conditional")):
        return True
    opens = not read.text[clause.start : hit.start].strip() and read.text[hit.start : hit.end] in read.grammar.supposing
    follower = read.clause_at(clause.end + 1)
    return opens and follower is not None and follower.sentence == clause.sentence and follower.start > clause.start


def _is_rhetorical(read: ReadText, _: Hit, clause: Clause) -> bool:
    """Tell whether a negator belongs to a question that only looks like one ("isn't that a bubble?")."""
    return any(clause.covers(other.start, other.end) for other in read.of("rhetorical", "reversal"))


_IDLE = (_is_personal, _is_order, _is_supposed, _is_rhetorical)


_MOODS: tuple[Mood, ...] = ("asks", "bare", "rhetorical", "states")
_MOODS_BEHIND: tuple[Mood, ...] = ("asks", "rhetorical")
# Kinds of cues that tell in a question whether its author wants to know if the claim is so.
_ASKED = ("any", "ask", "alternative", "either", "truth")
_ASKED_CUES = ("ask", "alternative", "truth", "rhetorical", "negator")


@dataclass(frozen=True)
class CueScan:
    """A message read once: its cues of all kinds, and the mood of each sentence.

    `question` is how surely it asks whether something is so (`QuestionReader`).
    """

    kinds: tuple[str, ...]
    read: ReadText
    moods: Mapping[int, Mood]
    question: float = 0.0

    @classmethod
    def of(cls, text: str, lexicon: StanceLexicon) -> "CueScan":
        """Scan a folded text."""
        read = read_text(text[:MOST_CHARACTERS].replace("’", "'"), (), lexicon)
        kinds = tuple(sorted({cue.category for cue in lexicon.cues.cues}))
        return cls(kinds, read, moods_of(read))

    def measures(self, span: Span, window: Span) -> dict[str, float]:
        """Return 1 for each kind of cue and mood in the stretch that carries a claim, and in the window around it."""
        carrying, around = self._kinds_in(span), self._kinds_in(window)
        own, behind = self._moods_in(span), self._moods_in((span[1], window[1]))
        length = max(1, len(self.read.text))
        asked = {
            "carrying": self._asked_in(span),
            "around": self._asked_in(window),
            "later": self._asked_in((span[1], length)),
        }
        return {
            **{f"carrying_cue_{kind}": float(kind in carrying) for kind in self.kinds},
            **{f"around_cue_{kind}": float(kind in around) for kind in self.kinds},
            **{f"carrying_mood_{mood}": float(mood in own) for mood in _MOODS},
            **{f"behind_mood_{mood}": float(mood in behind) for mood in _MOODS_BEHIND},
            **{f"{where}_asked_{kind}": float(kind in kinds) for where, kinds in asked.items() for kind in _ASKED},
            "ends_asking": float(self.read.text[-1:] == "?"),
            "question": self.question,
            "carrying_from": span[0] / length,
            "many_clauses": float(len(self.read.clauses) > 1),
        }

    def asking(self, span: Span, *, first: bool, last: bool) -> dict[str, float]:
        """Return 1 for each sign of a question in a sentence, which may be the message's first or last."""
        asked, kinds, moods = self._asked_in(span), self._kinds_in(span), self._moods_in(span)
        return {
            **{f"asked_{kind}": float(kind in asked) for kind in _ASKED},
            **{f"cue_{kind}": float(kind in kinds) for kind in _ASKED_CUES},
            **{f"mood_{mood}": float(mood in moods) for mood in _MOODS},
            "mark": float("?" in self.read.text[slice(*span)]),
            "first": float(first),
            "last": float(last),
            "only": float(first and last),
        }

    def is_marked_false(self, window: Span) -> bool:
        """Tell whether a mark in the window passes a verdict on what stands beside it (`❌`, `= false`)."""
        return "verdict" in self._kinds_in(window)

    def has_sign(self, window: Span) -> bool:
        """Tell whether such a mark in the window is a sign without letters (`❌`), which is no part of any wording."""
        marks = (hit for hit in self.read.of("verdict") if window[0] <= hit.start < window[1])
        return any(not any(map(str.isalnum, self.read.text[hit.start : hit.end])) for hit in marks)

    def _asked_in(self, span: Span) -> set[str]:
        """Return what kinds of cues the questions in a span hold; "any" where there is one at all."""
        found = set[str]()
        for number, kinds in self._asked.items():
            start, end = self._bounds[number]
            if start < span[1] and end > span[0]:
                found |= kinds
        return found

    @cached_property
    def _asked(self) -> dict[int, set[str]]:
        marks = {clause.sentence: clause.mark for clause in self.read.clauses}
        asking = {
            number
            for number, mood in self.moods.items()
            if mood == "asks" or (mood != "rhetorical" and "?" in marks[number])
        }
        kinds = {number: {"any"} for number in asking}
        for hit in self.read.hits:
            number = self.read.sentence_at(hit.start)
            if number in kinds:
                kinds[number].add(hit.category)
        return kinds

    @cached_property
    def _bounds(self) -> dict[int, Span]:
        bounds: dict[int, Span] = {}
        for clause in self.read.clauses:
            start, _ = bounds.get(clause.sentence, (clause.start, 0))
            bounds[clause.sentence] = start, clause.end
        return bounds

    def _kinds_in(self, span: Span) -> set[str]:
        return {hit.category for hit in self.read.hits if span[0] <= hit.start < span[1]}

    def _moods_in(self, span: Span) -> set[Mood | None]:
        numbers = {clause.sentence for clause in self.read.clauses if span[0] <= clause.start < span[1]}
        return {self.moods.get(number) for number in numbers}
