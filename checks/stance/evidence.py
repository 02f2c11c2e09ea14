"""Evidence: what in a message speaks against the claim, each piece with its weight."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from checks.stance.claim import ClaimVoice, Forms, content_forms, mirror, sided
from checks.stance.clauses import Clause
from checks.stance.cues import Cue, CueFinder, Hit
from checks.stance.message import ReadText, Span
from checks.stance.mood import Mood, sentence_mood
from checks.stance.polarity import Negation, negations

_AGAINST = ("debunk", "stop", "belief", "contrast", "impossible", "minor", "counter", "reported", "answer_no")
_CONCEDED = ("impossible", "minor", "counter", "reported")
_OF_STATEMENTS = ("stop", "belief")
_REASONS = {"contrast": "contrast", "minor": "counter", "counter": "counter", "impossible": "negated"}
_UNIT = re.compile(r"[a-z0-9]+(?:[.'’][a-z0-9]+)*|[\u3400-\u9fff]{1,2}")
_CLOSE = 20
_BESIDE = 0.6
_CONCESSION = 0.3
# A word that the claim's wordings negate so often is negated in the claim.
_OWN_NEGATION = 0.3
_UNLIKELY = 0.15
_OWN_IMPOSSIBLE = 0.1
_NEGATIVE = 0.4


@dataclass(frozen=True, slots=True)
class Scales:
    """What evidence is weighed with: opposites, the cutter of words, the spans and sentences in which the author states nothing."""

    opposites: CueFinder
    forms: Forms
    quoted: tuple[Span, ...]
    moods: dict[int, Mood]

    def counts(self, read: ReadText, hit: Hit) -> bool:
        """Tell whether a cue stands in the author's own statement."""
        is_quoted = any(start <= hit.start and hit.end <= end for start, end in self.quoted)
        return not is_quoted and self.moods.get(read.sentence_at(hit.start)) != "asks"
_AS_A_RULE = 0.5
_WORD = 24
_AFFIRMED = Cue("affirmed", "", _BESIDE, "sentence", "never")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece: its weight, its reason (a catalogue key) and the words that show it."""

    weight: float
    reason: str
    hit: Hit


def against(read: ReadText, claim: ClaimVoice, scales: Scales) -> list[Evidence]:
    """Return what stands against the claim in the author's own words."""
    cues = [
        Evidence(_weight(read, claim, scales, hit), _REASONS.get(hit.category, "debunk"), hit)
        for hit in read.of(*_AGAINST)
        if _reaches(read, hit) and scales.counts(read, hit) and not claim.has_cue(hit.cue) and not _is_negated(read, hit)
    ]
    return [*cues, *_negated(read, claim, scales), *_opposed(read, claim, scales), *_reversed(read, claim), *_affirmed(read, claim, scales)]


def total(evidence: Sequence[Evidence]) -> float:
    """Return the sum of the weights; of each category the strongest counts, and half of the second strongest."""
    weights: dict[str, list[float]] = {}
    for piece in evidence:
        weights.setdefault(piece.hit.cue.category, []).append(piece.weight)
    return sum(ranked[0] + sum(ranked[1:2]) / 2 for ranked in (sorted(each, reverse=True) for each in weights.values()))


def _weight(read: ReadText, claim: ClaimVoice, scales: Scales, hit: Hit) -> float:
    if hit.category == "impossible" and claim.categories.get("impossible", 0.0) >= _OWN_IMPOSSIBLE:
        return 0.0
    if hit.category in _OF_STATEMENTS and _takes_a_no(read, claim, scales, hit):
        return 0.0
    if hit.category == "debunk" and claim.negative >= _NEGATIVE and _names_the_opposite(read, hit):
        return _BESIDE / 2
    return hit.cue.weight * _concession(read, hit)


def _takes_a_no(read: ReadText, claim: ClaimVoice, scales: Scales, hit: Hit) -> bool:
    """Tell whether "who says" or "stop saying" takes up a negated statement that the claim does not make: both together assert."""
    clause = read.clause_at(hit.start)
    return any(each.clause == clause and hit.end <= each.hit.start and _turn(read, claim, scales, each) for each in negations(read))


def _names_the_opposite(read: ReadText, hit: Hit) -> bool:
    """Tell whether a debunk takes up a plain positive statement ("shortage is a myth"), which a negative claim does itself."""
    clause = read.clause_at(hit.start)
    if clause is None or not read.anchors_within(clause.start, clause.end):
        return False
    return not any(clause.covers(other.start, other.end) for other in read.of("negator", "impossible"))


def _negated(read: ReadText, claim: ClaimVoice, scales: Scales) -> list[Evidence]:
    """Return the negators that turn the claim round; two of them in one clause cancel each other."""
    turning: dict[Clause, list[Evidence]] = {}
    for negation in negations(read):
        weight = _turn(read, claim, scales, negation) if scales.counts(read, negation.hit) else 0.0
        if weight and not _is_taken_up(read, negation):
            turning.setdefault(negation.clause, []).append(Evidence(weight, "negated", negation.hit))
    return [pieces[0] for pieces in turning.values() if len(pieces) % 2]


def _is_taken_up(read: ReadText, negation: Negation) -> bool:
    """Tell whether "who says" or "stop saying" stands before a negator in its clause."""
    return any(negation.clause.start <= other.start < negation.hit.start for other in read.of(*_OF_STATEMENTS))


def _turn(read: ReadText, claim: ClaimVoice, scales: Scales, negation: Negation) -> float:
    """Return how much a negator turns the claim round: nothing where the claim negates the same, or takes the side that comes out."""
    for word in sided(read, scales.opposites):
        is_part = word.hit.start <= negation.hit.start < word.hit.end
        if is_part or negation.start <= word.hit.start < negation.end:
            if word.category in claim.sides:
                return 0.0
            if mirror(word.category) in claim.sides:
                return 1.0
    forms = content_forms(scales.forms(read.text[negation.start : negation.end]))
    likely = claim.negates(forms)
    if likely >= _OWN_NEGATION:
        return 0.0
    return 1.0 if negation.governs and likely < _UNLIKELY else _BESIDE


def _opposed(read: ReadText, claim: ClaimVoice, scales: Scales) -> list[Evidence]:
    """Return a word of the side opposite to the claim's, where the message has none of the claim's own side."""
    words = [word for word in sided(read, scales.opposites) if scales.counts(read, word.hit)]
    own = {word.category for word in words}
    for word in words:
        other = mirror(word.category)
        if other in claim.sides and other not in own and _near(read, word.hit, 0):
            return [Evidence(_BESIDE, "counter", word.hit)]
    return []


def _reversed(read: ReadText, claim: ClaimVoice) -> list[Evidence]:
    """Return questions that mean the opposite ("how is this a bubble?"), where no negator turns them back."""
    if claim.negative >= _NEGATIVE:
        return []
    negated = {read.sentence_at(hit.start) for hit in read.of("negator", "double", "rhetorical")}
    hits = [hit for hit in read.of("reversal") if _near(read, hit, 0)]
    return [Evidence(hit.cue.weight, "rhetorical", hit) for hit in hits if read.sentence_at(hit.start) not in negated]


def _affirmed(read: ReadText, claim: ClaimVoice, scales: Scales) -> list[Evidence]:
    """Return a word that a negative claim negates as a rule, where the message uses it without any negation."""
    if claim.negative < _NEGATIVE or read.has("negator", "impossible", "rhetorical", "reversal", "ask", "double", "pseudo"):
        return []
    if any(word.category in claim.sides for word in sided(read, scales.opposites)):
        return []
    for start, end in read.anchors:
        if claim.negates(content_forms(scales.forms(read.text[start:end])) or [""]) >= _AS_A_RULE and end - start <= _WORD:
            return [Evidence(_BESIDE, "counter", Hit(_AFFIRMED, start, end))]
    return []


def _is_negated(read: ReadText, hit: Hit) -> bool:
    """Tell whether a negator stands right before a cue ("that is not a myth")."""
    before = (other for other in read.of("negator") if other.end <= hit.start)
    return any(len(_UNIT.findall(read.text[other.end : hit.start])) <= 1 for other in before if hit.start - other.end < _CLOSE)


def _reaches(read: ReadText, hit: Hit) -> bool:
    if hit.category == "answer_no":
        return _answers(read, hit)
    return hit.cue.reach == "message" or _near(read, hit, 1 if hit.cue.reach == "near" else 0)


def _answers(read: ReadText, hit: Hit) -> bool:
    """Tell whether a plain no opens the message, or follows a question that awaits one."""
    sentence = read.sentence_at(hit.start)
    return sentence == 0 or sentence_mood(read, sentence - 1) in ("asks", "bare")


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
