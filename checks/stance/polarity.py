"""Polarity: which negators bear on the words that matched, and which only seem to."""

import re
from dataclasses import dataclass

from checks.stance.clauses import Clause
from checks.stance.cues import Hit
from checks.stance.message import UNIT, ReadText

_REACH_UNITS = 7
_PERSON_UNITS = 3
_COMPLEMENT = re.compile(r"[\u3400-\u9fff][不唔][了动起下到齐完住上出来过得掉开回赢够]")
_BEFORE_ORDER = re.compile(r"(?:(?:pls|please|so|and|just|guys|bro|lol|ok|but|anyway|now)\W+)*$")
_ORDERS = {"don't", "dont", "never", "勿", "甭"}
_OBJECTS = {"nothing", "nobody", "no one", "none"}
_SUPPOSING = {"no", "without", "没有", "没", "冇", "无"}


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
    if hit.end - hit.start == 1 and _COMPLEMENT.match(read.text, max(0, hit.start - 1)):
        return max(clause.start, hit.start - 2), hit.end + 1
    if read.text[hit.start : hit.end] in _OBJECTS and not UNIT.search(read.text, hit.end, clause.end):
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
    return read.text[hit.start : hit.end] in _ORDERS and _BEFORE_ORDER.fullmatch(before) is not None


def _is_supposed(read: ReadText, hit: Hit, clause: Clause) -> bool:
    """Tell whether a negator stands in a supposition: behind an "if", or opening a clause that another follows."""
    if any(clause.start <= condition.start <= hit.start for condition in read.of("conditional")):
        return True
    opens = not read.text[clause.start : hit.start].strip() and read.text[hit.start : hit.end] in _SUPPOSING
    follower = read.clause_at(clause.end + 1)
    return opens and follower is not None and follower.sentence == clause.sentence and follower.start > clause.start


def _is_rhetorical(read: ReadText, _: Hit, clause: Clause) -> bool:
    """Tell whether a negator belongs to a question that only looks like one ("isn't that a bubble?")."""
    return any(clause.covers(other.start, other.end) for other in read.of("rhetorical", "reversal"))


_IDLE = (_is_personal, _is_order, _is_supposed, _is_rhetorical)
