"""Signs that a message disputes a claim: cues, and where it says the opposite by negators, opposites or questions."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from checks.stance.cues import Cue, CueFinder, Hit
from checks.stance.syntax import UNIT, Clause, Mood, Negation, ReadText, Span, moods_of, negations, scope_of

Forms = Callable[[str], list[str]]
_SHORTEST = 4
_OWN_CUE = 0.05
_OWN_KIND = 0.15
# A word is taken to be seen so many times more, negated as often as the claim's wordings are.
_LEAN = 2.0
_FIRST_HAN = "\u3400"
_MIRROR = {"+": "-", "-": "+"}


@dataclass(frozen=True, slots=True)
class ClaimVoice:
    """What the wordings of one claim say in common.

    `negative` is the share of wordings with a negator; `negated` gives, per word, how likely it stands under one (rare
    words lean on that share); `cues` and `categories` give the share of wordings that use them.
    """

    negative: float
    negated: dict[str, float]
    sides: frozenset[str]
    cues: dict[str, float]
    categories: dict[str, float]

    def negates(self, forms: Sequence[str]) -> float:
        """Return how likely the claim itself negates one of `forms`."""
        known = [self.negated[form] for form in forms if form in self.negated]
        return max(known) if known else self.negative

    def led_by(self, best: "ClaimVoice") -> "ClaimVoice":
        """Return this voice with that of the wording that matched laid over it."""
        always = {form: share for form, share in best.negated.items() if share == 1.0}
        cues, categories = self.cues | best.cues, self.categories | best.categories
        return replace(self, negated=self.negated | always, cues=cues, categories=categories)

    def has_cue(self, cue: Cue) -> bool:
        """Tell whether a cue is the claim's own way of speaking."""
        if cue.shared == "never":
            return False
        of_kind = self.categories.get(cue.category, 0.0) if cue.shared == "kind" else 0.0
        return self.cues.get(cue.phrase, 0.0) >= _OWN_CUE or of_kind >= _OWN_KIND


def hear(wordings: Sequence[ReadText], forms: Forms, opposites: CueFinder) -> ClaimVoice:
    """Return the voice of a claim from those of its wordings that state something."""
    stating = [read for read in wordings if set(moods_of(read).values()) <= {"states"}]
    reads = stating or wordings
    uses: Counter[str] = Counter()
    negated: Counter[str] = Counter()
    sides: Counter[str] = Counter()
    for read in reads:
        uses.update(set(content_forms(forms(read.text))))
        governed = (read.text[each.start : each.end] for each in negations(read))
        negated.update({form for span in governed for form in content_forms(forms(span))})
        sides.update(word.category for word in sided(read, opposites))
    negative = sum(read.has("negator", "impossible") for read in reads) / len(reads)
    return ClaimVoice(
        negative,
        {form: (negated[form] + _LEAN * negative) / (count + _LEAN) for form, count in uses.items()},
        frozenset(side for side, count in sides.items() if count > sides[mirror(side)]),
        _shares(reads, lambda hit: hit.cue.phrase),
        _shares(reads, lambda hit: hit.category),
    )


def _shares(reads: Sequence[ReadText], name: Callable[[Hit], str]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for read in reads:
        counts.update({name(hit) for hit in read.hits})
    return {each: count / len(reads) for each, count in counts.items()}


def content_forms(forms: Sequence[str]) -> list[str]:
    """Return the forms without short Latin words, which are mostly function words."""
    return [form for form in forms if len(form) >= _SHORTEST or form[:1] >= _FIRST_HAN]


def mirror(side: str) -> str:
    """Return the other side of a pair of opposites."""
    return side[:-1] + _MIRROR[side[-1]]


@dataclass(frozen=True, slots=True)
class Sided:
    """A word of a pair of opposites, and the side that it takes once negators are counted."""

    category: str
    hit: Hit


def sided(read: ReadText, opposites: CueFinder) -> list[Sided]:
    """Return the words of opposites in a text; one under a negator takes the other side."""
    negators = [(hit, *scope_of(read, hit)) for hit in read.of("negator")]
    found: list[Sided] = []
    for hit in opposites.find(read.text):
        outside = (spans for negator, *spans in negators if not hit.start <= negator.start < hit.end)
        turned = sum(start <= hit.start < end for start, end in outside) % 2
        found.append(Sided(mirror(hit.category) if turned else hit.category, hit))
    return found


BESIDE = 0.6
NEGATIVE = 0.4
_AGAINST = (
    "debunk",
    "verdict",
    "stop",
    "belief",
    "contrast",
    "impossible",
    "minor",
    "trifle",
    "counter",
    "reported",
    "answer_no",
)
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
class Sign:
    """One sign: its weight, its reason (one of `REASONS` in `checks.stance.reader`) and the words that show it."""

    weight: float
    reason: str
    hit: Hit


@dataclass(frozen=True)
class Hearing:
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


def cue_signs(hearing: Hearing, takes_a_no: Callable[[Hit], bool]) -> list[Sign]:
    """Return the cues against the claim in the author's own words, but for those that take up a negated statement."""
    pieces: list[Sign] = []
    for hit in hearing.read.of(*_AGAINST):
        if (
            _reaches(hearing, hit)
            and hearing.counts(hit)
            and not hearing.claim.has_cue(hit.cue)
            and not _is_negated(hearing.read, hit)
        ):
            weight = 0.0 if takes_a_no(hit) else _weight(hearing, hit)
            pieces.append(Sign(weight, _REASONS.get(hit.category, "debunk"), hit))
    return pieces


def total(signs: Sequence[Sign]) -> float:
    """Return the sum of the weights; of each category the strongest counts, and half of the second strongest."""
    weights: dict[str, list[float]] = {}
    for piece in signs:
        weights.setdefault(piece.hit.category, []).append(piece.weight)
    ranked = (sorted(each, reverse=True) for each in weights.values())
    return sum(each[0] + sum(each[1:2]) / 2 for each in ranked)


def _weight(hearing: Hearing, hit: Hit) -> float:
    own_kind = hearing.claim.categories.get("impossible", 0.0) >= _OWN_IMPOSSIBLE or hearing.claim.negative >= NEGATIVE
    if hit.category == "impossible" and own_kind:
        return 0.0
    if hit.category == "debunk" and hearing.claim.negative >= NEGATIVE and _names_the_opposite(hearing.read, hit):
        return _OF_THE_OPPOSITE
    return hit.cue.weight * (_CONCESSION if hit.category in _CONCEDED and _is_conceded(hearing.read, hit) else 1.0)


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


def _reaches(hearing: Hearing, hit: Hit) -> bool:
    if hit.category == "answer_no":
        sentence = hearing.read.sentence_at(hit.start)
        return sentence == 0 or hearing.moods.get(sentence - 1) in ("asks", "bare")
    return hit.cue.reach == "message" or hearing.is_near(hit, 1 if hit.cue.reach == "near" else 0)


def _is_conceded(read: ReadText, hit: Hit) -> bool:
    """Tell whether a "but" with words of the match follows a cue in its sentence."""
    sentence = read.sentence_at(hit.start)
    for turn in read.of("but"):
        clause = read.clause_at(turn.start)
        if clause and turn.start == clause.start >= hit.end and clause.sentence == sentence:
            return bool(read.anchors_within(clause.start, clause.end))
    return False


_OF_STATEMENTS = ("stop", "belief")
# A word that the claim's wordings negate so often is negated in the claim; one below the other hardly ever is.
_OWN_NEGATION = 0.3
_UNLIKELY = 0.15
_AS_A_RULE = 0.5
_WORD = 24
_AFFIRMED = Cue("affirmed", "", BESIDE, "sentence", "never")
_TURNS_BACK = ("negator", "impossible", "rhetorical", "reversal", "ask", "double", "pseudo")


def turning_signs(hearing: Hearing) -> list[Sign]:
    """Return what turns the claim round in the message."""
    return [*_negated(hearing), *_opposed(hearing), *_reversed(hearing), *_affirmed(hearing)]


def takes_a_no(hearing: Hearing, hit: Hit) -> bool:
    """Tell whether "who says" or "stop saying" takes up a negation that is not the claim's: both together assert."""
    if hit.category not in _OF_STATEMENTS:
        return False
    clause = hearing.read.clause_at(hit.start)
    return any(
        each.clause == clause and hit.end <= each.hit.start and _turn(hearing, each) for each in hearing.negations
    )


def _negated(hearing: Hearing) -> list[Sign]:
    """Return the negators that turn the claim round; two of them in one clause cancel each other."""
    turning: dict[Clause, list[Sign]] = {}
    for negation in hearing.negations:
        weight = _turn(hearing, negation) if hearing.counts(negation.hit) else 0.0
        if weight and not _is_taken_up(hearing, negation):
            turning.setdefault(negation.clause, []).append(Sign(weight, "negated", negation.hit))
    return [pieces[0] for pieces in turning.values() if len(pieces) % 2]


def _is_taken_up(hearing: Hearing, negation: Negation) -> bool:
    """Tell whether "who says" or "stop saying" stands before a negator in its clause."""
    return any(negation.clause.start <= other.start < negation.hit.start for other in hearing.read.of(*_OF_STATEMENTS))


def _turn(hearing: Hearing, negation: Negation) -> float:
    """Return how much a negator turns the claim round.

    Nothing where the claim negates the same word, or takes the side of opposites that comes out.
    """
    for word in hearing.sided:
        is_part = word.hit.start <= negation.hit.start < word.hit.end
        if is_part or negation.start <= word.hit.start < negation.end:
            if word.category in hearing.claim.sides:
                return 0.0
            if mirror(word.category) in hearing.claim.sides:
                return 1.0
    likely = hearing.claim.negates(content_forms(hearing.forms(hearing.read.text[negation.start : negation.end])))
    if likely >= _OWN_NEGATION:
        return 0.0
    return 1.0 if negation.governs and likely < max(_UNLIKELY, hearing.claim.negative) else BESIDE


def _opposed(hearing: Hearing) -> list[Sign]:
    """Return a word of the side opposite to the claim's, where the message has none of the claim's own side."""
    words = [word for word in hearing.sided if hearing.counts(word.hit)]
    own = {word.category for word in words}
    for word in words:
        other = mirror(word.category)
        if other in hearing.claim.sides and other not in own and hearing.is_near(word.hit, 0):
            return [Sign(BESIDE, "counter", word.hit)]
    return []


def _reversed(hearing: Hearing) -> list[Sign]:
    """Return questions that mean the opposite ("how is this a bubble?"), where no negator turns them back."""
    if hearing.claim.negative >= NEGATIVE:
        return []
    read = hearing.read
    turned_back = {read.sentence_at(hit.start) for hit in read.of("negator", "double", "rhetorical")}
    hits = [hit for hit in read.of("reversal") if hearing.is_near(hit, 0)]
    return [Sign(hit.cue.weight, "rhetorical", hit) for hit in hits if read.sentence_at(hit.start) not in turned_back]


def _affirmed(hearing: Hearing) -> list[Sign]:
    """Return a word that a negative claim negates as a rule, where the message uses it without any negation."""
    if hearing.claim.negative < NEGATIVE or hearing.read.has(*_TURNS_BACK):
        return []
    if any(word.category in hearing.claim.sides for word in hearing.sided):
        return []
    for start, end in hearing.read.anchors:
        forms = content_forms(hearing.forms(hearing.read.text[start:end]))
        if end - start <= _WORD and forms and hearing.claim.negates(forms) >= _AS_A_RULE:
            return [Sign(BESIDE, "counter", Hit(_AFFIRMED, start, end))]
    return []
