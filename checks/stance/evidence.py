"""Evidence: the cues of a message that speak against the claim, each with its weight."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from checks.stance.claim import ClaimVoice, Forms, Sided, sided
from checks.stance.cues import CueFinder, Hit
from checks.stance.message import UNIT, ReadText, Span
from checks.stance.mood import Mood
from checks.stance.polarity import Negation, negations

BESIDE = 0.6
NEGATIVE = 0.4
_AGAINST = ("debunk", "stop", "belief", "contrast", "impossible", "minor", "trifle", "counter", "reported", "answer_no")
_CONCEDED = ("impossible", "minor", "trifle", "counter", "reported")
_REASONS = {
    "contrast": "contrast",
    "minor": "counter",
    "trifle": "counter",
    "counter": "counter",
    "impossible": "negated",
}
_OF_THE_OPPOSITE = 0.3
_CONCESSION = 0.3
_OWN_IMPOSSIBLE = 0.1
_CLOSE = 20


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece: its weight, its reason (a catalogue key) and the words that show it."""

    weight: float
    reason: str
    hit: Hit


@dataclass(frozen=True)
class Case:
    """A message held against a claim, with what the weighing needs more than once."""

    read: ReadText
    claim: ClaimVoice
    moods: Mapping[int, Mood]
    quoted: tuple[Span, ...]
    opposites: CueFinder
    forms: Forms

    @cached_property
    def negations(self) -> list[Negation]:
        """Return the negators that bear on the match."""
        return negations(self.read)

    @cached_property
    def sided(self) -> list[Sided]:
        """Return the words of opposites, with the side that they take."""
        return sided(self.read, self.opposites)

    def counts(self, hit: Hit) -> bool:
        """Tell whether a cue stands in the author's own statement: in no quotation, and in no sentence that asks."""
        is_quoted = any(start <= hit.start and hit.end <= end for start, end in self.quoted)
        return not is_quoted and self.moods.get(self.read.sentence_at(hit.start)) != "asks"

    def is_near(self, hit: Hit, distance: int) -> bool:
        """Tell whether a cue stands within so many sentences of the match."""
        here = self.read.sentence_at(hit.start)
        return any(here + step in self.read.anchored_sentences for step in range(-distance, distance + 1))


def cue_evidence(case: Case, takes_a_no: Callable[[Hit], bool]) -> list[Evidence]:
    """Return the cues against the claim in the author's own words, but for those that take up a negated statement."""
    pieces: list[Evidence] = []
    for hit in case.read.of(*_AGAINST):
        if (
            _reaches(case, hit)
            and case.counts(hit)
            and not case.claim.has_cue(hit.cue)
            and not _is_negated(case.read, hit)
        ):
            weight = 0.0 if takes_a_no(hit) else _weight(case, hit)
            pieces.append(Evidence(weight, _REASONS.get(hit.category, "debunk"), hit))
    return pieces


def total(evidence: Sequence[Evidence]) -> float:
    """Return the sum of the weights; of each category the strongest counts, and half of the second strongest."""
    weights: dict[str, list[float]] = {}
    for piece in evidence:
        weights.setdefault(piece.hit.category, []).append(piece.weight)
    ranked = (sorted(each, reverse=True) for each in weights.values())
    return sum(each[0] + sum(each[1:2]) / 2 for each in ranked)


def _weight(case: Case, hit: Hit) -> float:
    own_kind = case.claim.categories.get("impossible", 0.0) >= _OWN_IMPOSSIBLE or case.claim.negative >= NEGATIVE
    if hit.category == "impossible" and own_kind:
        return 0.0
    if hit.category == "debunk" and case.claim.negative >= NEGATIVE and _names_the_opposite(case.read, hit):
        return _OF_THE_OPPOSITE
    return hit.cue.weight * (_CONCESSION if hit.category in _CONCEDED and _is_conceded(case.read, hit) else 1.0)


def _names_the_opposite(read: ReadText, hit: Hit) -> bool:
    """Tell whether a debunk takes up a plain positive statement ("shortage is a myth"), as a negative claim does."""
    clause = read.clause_at(hit.start)
    if clause is None or not read.anchors_within(clause.start, clause.end):
        return False
    return not any(clause.covers(other.start, other.end) for other in read.of("negator", "impossible"))


def _is_negated(read: ReadText, hit: Hit) -> bool:
    """Tell whether a negator stands right before a cue ("that is not a myth")."""
    before = (other.end for other in read.of("negator") if 0 <= hit.start - other.end < _CLOSE)
    return any(len(UNIT.findall(read.text, end, hit.start)) <= 1 for end in before)


def _reaches(case: Case, hit: Hit) -> bool:
    if hit.category == "answer_no":
        sentence = case.read.sentence_at(hit.start)
        return sentence == 0 or case.moods.get(sentence - 1) in ("asks", "bare")
    return hit.cue.reach == "message" or case.is_near(hit, 1 if hit.cue.reach == "near" else 0)


def _is_conceded(read: ReadText, hit: Hit) -> bool:
    """Tell whether a "but" with words of the match follows a cue in its sentence."""
    sentence = read.sentence_at(hit.start)
    for turn in read.of("but"):
        clause = read.clause_at(turn.start)
        if clause and turn.start == clause.start >= hit.end and clause.sentence == sentence:
            return bool(read.anchors_within(clause.start, clause.end))
    return False
