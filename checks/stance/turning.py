"""Turning: where the message says the opposite of what the claim says, by negators, opposites or questions."""

from checks.stance.claim import content_forms, mirror
from checks.stance.clauses import Clause
from checks.stance.cues import Cue, Hit
from checks.stance.evidence import BESIDE, NEGATIVE, Case, Evidence
from checks.stance.polarity import Negation

_OF_STATEMENTS = ("stop", "belief")
# A word that the claim's wordings negate so often is negated in the claim; one below the other hardly ever is.
_OWN_NEGATION = 0.3
_UNLIKELY = 0.15
_AS_A_RULE = 0.5
_WORD = 24
_AFFIRMED = Cue("affirmed", "", BESIDE, "sentence", "never")
_TURNS_BACK = ("negator", "impossible", "rhetorical", "reversal", "ask", "double", "pseudo")


def turning_evidence(case: Case) -> list[Evidence]:
    """Return what turns the claim round in the message."""
    return [*_negated(case), *_opposed(case), *_reversed(case), *_affirmed(case)]


def takes_a_no(case: Case, hit: Hit) -> bool:
    """Tell whether "who says" or "stop saying" takes up a negation that is not the claim's: both together assert."""
    if hit.category not in _OF_STATEMENTS:
        return False
    clause = case.read.clause_at(hit.start)
    return any(each.clause == clause and hit.end <= each.hit.start and _turn(case, each) for each in case.negations)


def _negated(case: Case) -> list[Evidence]:
    """Return the negators that turn the claim round; two of them in one clause cancel each other."""
    turning: dict[Clause, list[Evidence]] = {}
    for negation in case.negations:
        weight = _turn(case, negation) if case.counts(negation.hit) else 0.0
        if weight and not _is_taken_up(case, negation):
            turning.setdefault(negation.clause, []).append(Evidence(weight, "negated", negation.hit))
    return [pieces[0] for pieces in turning.values() if len(pieces) % 2]


def _is_taken_up(case: Case, negation: Negation) -> bool:
    """Tell whether "who says" or "stop saying" stands before a negator in its clause."""
    return any(negation.clause.start <= other.start < negation.hit.start for other in case.read.of(*_OF_STATEMENTS))


def _turn(case: Case, negation: Negation) -> float:
    """Return how much a negator turns the claim round.

    Nothing where the claim negates the same word, or takes the side of opposites that comes out.
    """
    for word in case.sided:
        is_part = word.hit.start <= negation.hit.start < word.hit.end
        if is_part or negation.start <= word.hit.start < negation.end:
            if word.category in case.claim.sides:
                return 0.0
            if mirror(word.category) in case.claim.sides:
                return 1.0
    likely = case.claim.negates(content_forms(case.forms(case.read.text[negation.start : negation.end])))
    if likely >= _OWN_NEGATION:
        return 0.0
    return 1.0 if negation.governs and likely < max(_UNLIKELY, case.claim.negative) else BESIDE


def _opposed(case: Case) -> list[Evidence]:
    """Return a word of the side opposite to the claim's, where the message has none of the claim's own side."""
    words = [word for word in case.sided if case.counts(word.hit)]
    own = {word.category for word in words}
    for word in words:
        other = mirror(word.category)
        if other in case.claim.sides and other not in own and case.is_near(word.hit, 0):
            return [Evidence(BESIDE, "counter", word.hit)]
    return []


def _reversed(case: Case) -> list[Evidence]:
    """Return questions that mean the opposite ("how is this a bubble?"), where no negator turns them back."""
    if case.claim.negative >= NEGATIVE:
        return []
    read = case.read
    turned_back = {read.sentence_at(hit.start) for hit in read.of("negator", "double", "rhetorical")}
    hits = [hit for hit in read.of("reversal") if case.is_near(hit, 0)]
    return [
        Evidence(hit.cue.weight, "rhetorical", hit) for hit in hits if read.sentence_at(hit.start) not in turned_back
    ]


def _affirmed(case: Case) -> list[Evidence]:
    """Return a word that a negative claim negates as a rule, where the message uses it without any negation."""
    if case.claim.negative < NEGATIVE or case.read.has(*_TURNS_BACK):
        return []
    if any(word.category in case.claim.sides for word in case.sided):
        return []
    for start, end in case.read.anchors:
        forms = content_forms(case.forms(case.read.text[start:end]))
        if end - start <= _WORD and forms and case.claim.negates(forms) >= _AS_A_RULE:
            return [Evidence(BESIDE, "counter", Hit(_AFFIRMED, start, end))]
    return []
