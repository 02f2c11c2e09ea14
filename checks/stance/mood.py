"""Mood: which sentences ask, and which only look as if."""

import re
from typing import Literal

from checks.stance.message import ReadText

Mood = Literal["states", "asks", "bare", "rhetorical"]

_FILLER = (
    r"(?:(?:so|wait|but|and|ok|okay|hey|lol|hm+|um+|uh|well|also|yo|guys|bro|dude|man|honestly|genuinely|like|now|then|or|genuine question|"
    r"serious question|question|hi|hello|sorry|plus|all|everyone|folks|out of curiosity)\W+)*"
)
_NEGATIVE = re.compile(_FILLER + r"(?:isn|aren|wasn|weren|don|doesn|didn|won|can|couldn|wouldn|shouldn|hasn|haven|ain)'?t\b")
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
_POINTS_BACK = re.compile(_FILLER + r"(?:is|was|are|were|does|did|do|will|would|could|can)\s+(?:it|that|this|they|he)\b")
_LONGEST_OPEN = 120
_PARTICLE = re.compile(r"[吗么咩](?=\s*(?:[,!~)。]|$))")
_LEAST_SHARE = 0.25


def sentence_mood(read: ReadText, sentence: int) -> Mood:
    """Return the mood of a sentence, by its number."""
    clauses = [clause for clause in read.clauses if clause.sentence == sentence]
    if not clauses:
        return "states"
    start, end, mark = clauses[0].start, clauses[-1].end, clauses[-1].mark
    categories = {hit.category for hit in read.hits if start <= hit.start < end + len(mark)}
    if categories & {"rhetorical", "reversal"}:
        return "rhetorical"
    body = read.text[start:end]
    openings = [read.text[clause.start : clause.end] for clause in clauses]
    if "?" not in mark:
        particle = _PARTICLE.search(body)
        return "asks" if particle or (len(body) <= _LONGEST_OPEN and _OPEN.match(body)) else "states"
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
