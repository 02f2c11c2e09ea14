"""Polarity: which negators turn round the words that matched, held against the wording's own polarity."""

import re
from dataclasses import dataclass

from checks.stance.clauses import Clause
from checks.stance.cues import Hit
from checks.stance.message import ReadText

_UNIT = re.compile(r"[a-z0-9]+(?:[.'’][a-z0-9]+)*|[\u3400-\u9fff]{1,2}")
_REACH_UNITS = 7
_PERSON_UNITS = 3
_ORDER = re.compile(r"(?:(?:pls|please|so|and|just|guys|bro|lol|ok|but|anyway|now)\W+)*$")
_ORDER_WORDS = {"don't", "dont", "never", "勿", "甭", "do not"}


@dataclass(frozen=True, slots=True)
class Negation:
    """A negator at work: where, in which clause, and whether it governs words of the match or stands beside them."""

    hit: Hit
    clause: Clause
    governs: bool


def negations(read: ReadText) -> list[Negation]:
    """Return the negators that bear on the anchors of `read`."""
    found: list[Negation] = []
    for hit in read.of("negator"):
        clause = read.clause_at(hit.start)
        if clause is None or _is_personal(read, hit, clause) or _is_order(read, hit, clause):
            continue
        start, end = _scope(read, hit, clause)
        if read.anchors_within(start, end):
            found.append(Negation(hit, clause, governs=True))
        elif start == hit.end and read.anchors_within(clause.start, hit.start):
            found.append(Negation(hit, clause, governs=False))
    return found


def turned(read: ReadText) -> list[Negation]:
    """Return the negations that remain after two in one clause have cancelled each other."""
    by_clause: dict[Clause, list[Negation]] = {}
    for negation in negations(read):
        by_clause.setdefault(negation.clause, []).append(negation)
    return [group[0] for group in by_clause.values() if len(group) % 2]


def is_negative(read: ReadText) -> bool:
    """Tell whether a wording is negative itself."""
    return bool(read.of("negator", "impossible"))


def _scope(read: ReadText, hit: Hit, clause: Clause) -> tuple[int, int]:
    """Return the span that a negator governs: the next words of its clause, or, where a cause is named there, the cause."""
    end = clause.end
    for count, unit in enumerate(_UNIT.finditer(read.text, hit.end, clause.end)):
        if count == _REACH_UNITS:
            end = unit.start()
            break
    for cause in read.of("cause"):
        if hit.end <= cause.start < end:
            return cause.end, clause.end
    return hit.end, end


def _is_personal(read: ReadText, hit: Hit, clause: Clause) -> bool:
    """Tell whether a negator speaks of the author or the reader ("I'm not selling")."""
    for person in read.of("personal"):
        if clause.start <= person.start and person.end <= hit.start:
            between = read.text[person.end : hit.start]
            if len(_UNIT.findall(between)) <= _PERSON_UNITS:
                return True
    return False


def _is_order(read: ReadText, hit: Hit, clause: Clause) -> bool:
    """Tell whether a negator opens an order to the reader ("don't buy the top")."""
    before = read.text[clause.start : hit.start]
    return read.text[hit.start : hit.end] in _ORDER_WORDS and _ORDER.fullmatch(before) is not None
