"""Mood: which sentences ask, and which only look as if."""

import re
from collections.abc import Sequence
from typing import Literal

from checks.stance.clauses import Clause
from checks.stance.message import ReadText

Mood = Literal["states", "asks", "bare", "rhetorical"]

_FILLER = (
    r"(?:(?:so|wait|but|and|ok|okay|hey|lol|hm+|um+|uh|well|also|yo|guys|bro|dude|man|honestly|genuinely|like|now|then|or|"
    r"genuine question|serious question|question|hi|hello|sorry|plus|all|everyone|folks|out of curiosity)\W+)*"
)
_NEGATIVE = re.compile(
    _FILLER + r"(?:isn|aren|wasn|weren|don|doesn|didn|won|can|couldn|wouldn|shouldn|hasn|haven|ain)'?t\b"
)
_INVERTED = re.compile(
    _FILLER + r"(?:is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|should|might|may|"
    r"what|whats|what's|who|whos|who's|where|wheres|where's|when|why|which|how|hows|how's|whose)\b(?!\s*[,])"
)
_OPEN = re.compile(
    _FILLER
    + r"(?:is|are|does|could|would|should)\s+(?:ai|the|it|this|that|there|[a-z0-9]+)\b|"
    + _FILLER
    + r"how\s+(?:similar|much|many|long|big|likely|real|bad|true|accurate|reliable|far|fast)\b"
)
_POINTS_BACK = re.compile(
    _FILLER + r"(?:is|was|are|were|does|did|do|will|would|could|can)\s+(?:it|that|this|they|he)\b"
)
_LONGEST_OPEN = 120
_PARTICLE = re.compile(r"(?:[吗咩]|(?<![什怎这那多])么)(?=\s*(?:[,!~)。]|$))")
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
        opens = len(body) <= _LONGEST_OPEN and _OPEN.match(body)
        return "asks" if opens or _PARTICLE.search(body) else "states"
    openings = [read.text[clause.start : clause.end] for clause in clauses]
    if any(_NEGATIVE.match(opening) for opening in openings):
        return "rhetorical"
    if "alternative" in categories or any(_INVERTED.match(opening) for opening in openings):
        return "asks" if _bears_anchors(read, clauses[-1].start, start, end) else "states"
    return "bare"


def _bears_anchors(read: ReadText, last: int, start: int, end: int) -> bool:
    """Tell whether the asking clause (the last one) holds a fair part of the sentence's anchors."""
    if _POINTS_BACK.match(read.text, last, end):
        return True
    whole = len(read.anchors_within(start, end))
    return len(read.anchors_within(last, end)) >= _LEAST_SHARE * whole
