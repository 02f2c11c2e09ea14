"""Evidence: what in a message speaks against the claim, each piece with its weight."""

from collections.abc import Sequence
from dataclasses import dataclass

from checks.stance.cues import CueFinder, Hit
from checks.stance.message import ReadText, Span
from checks.stance.polarity import is_negative, turned

_AGAINST = ("debunk", "stop", "belief", "contrast", "impossible", "minor", "counter", "reported", "answer_no")
_CONCEDED = ("impossible", "minor", "counter", "reported")
_BESIDE = 0.6
_CONCESSION = 0.3


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece: its weight, its reason (a catalogue key) and the words that show it."""

    weight: float
    reason: str
    hit: Hit


def against(read: ReadText, wording: ReadText, quoted: Sequence[Span], asking: frozenset[int]) -> list[Evidence]:
    """Return what stands against the claim in the author's own words; `asking` are the numbers of the sentences that ask."""
    found = [
        Evidence(hit.cue.weight * _concession(read, hit), _reason(hit), hit)
        for hit in read.of(*_AGAINST)
        if _reaches(read, hit) and not _in_spans(hit, quoted) and read.sentence_at(hit.start) not in asking
        and not _in_wording(read, wording, hit)
    ]
    return found + _negated(read, wording, quoted, asking)


def _negated(read: ReadText, wording: ReadText, quoted: Sequence[Span], asking: frozenset[int]) -> list[Evidence]:
    if is_negative(wording):
        return []
    return [
        Evidence(1.0 if negation.governs else _BESIDE, "negated", negation.hit)
        for negation in turned(read)
        if not _in_spans(negation.hit, quoted) and negation.clause.sentence not in asking
    ]


def opposed(read: ReadText, wording: ReadText, opposites: CueFinder) -> list[Evidence]:
    """Return the words that are opposites of words in the wording, where the message has none of the wording's side."""
    said, meant = opposites.find(read.text), opposites.find(wording.text)
    sides = {hit.category for hit in meant}
    own = {hit.category for hit in said}
    found: list[Evidence] = []
    for hit in said:
        other = hit.category[:-1] + ("-" if hit.category.endswith("+") else "+")
        if other in sides and hit.category not in sides and other not in own and _near(read, hit, 0):
            found.append(Evidence(hit.cue.weight, "counter", hit))
    return found[:1]


def total(evidence: Sequence[Evidence]) -> float:
    """Return the sum of the weights, the strongest of each category counting."""
    best: dict[str, float] = {}
    for piece in evidence:
        best[piece.hit.category] = max(best.get(piece.hit.category, 0.0), piece.weight)
    return sum(best.values())


def _reason(hit: Hit) -> str:
    return {"contrast": "contrast", "minor": "counter", "counter": "counter", "impossible": "negated"}.get(hit.category, "debunk")


def _in_spans(hit: Hit, spans: Sequence[Span]) -> bool:
    return any(start <= hit.start and hit.end <= end for start, end in spans)


def _in_wording(read: ReadText, wording: ReadText, hit: Hit) -> bool:
    """Tell whether a cue belongs to the claim itself, because the wording has it too or the match rests on it."""
    if hit.cue.shared == "kind" and wording.has(hit.category):
        return True
    if hit.cue.shared != "never" and any(hit.cue.phrase == other.cue.phrase for other in wording.hits):
        return True
    return hit.category == "impossible" and is_negative(wording)


def _reaches(read: ReadText, hit: Hit) -> bool:
    if hit.cue.reach == "message":
        return True
    return _near(read, hit, 1 if hit.cue.reach == "near" else 0)


def _near(read: ReadText, hit: Hit, distance: int) -> bool:
    here = read.sentence_at(hit.start)
    return any(abs(here - sentence) <= distance for sentence in read.anchored_sentences())


def _concession(read: ReadText, hit: Hit) -> float:
    """Return how much a cue keeps of its weight: little where a "but" with words of the match follows it in its sentence."""
    if hit.category not in _CONCEDED:
        return 1.0
    sentence = read.sentence_at(hit.start)
    for turn in read.of("but"):
        clause = read.clause_at(turn.start)
        if clause and turn.start == clause.start >= hit.end and clause.sentence == sentence and read.anchors_within(clause.start, clause.end):
            return _CONCESSION
    return 1.0
