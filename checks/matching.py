"""From a candidate to a match: probability, stance, figures, guards, and the action that follows."""

from collections.abc import Sequence
from dataclasses import dataclass

from checks.analysis import CONCEPT_MARK, Analysis
from checks.base import IndexedBase, ReadClaim
from checks.dispute import DisputeTuning
from checks.evidence import Evidence
from checks.figures import FigureComparer, FigureReader, Quantity
from checks.finding import FigureFinding, Guard, Match, Stance
from checks.index import IndexedWording
from checks.lexicon import Lexicon
from checks.meaning import MeaningTuning, Nearness
from checks.names import compare_names
from checks.policy import Case, bar, decide
from checks.scoring import Candidate, Scorer
from checks.stance import StanceReader, StanceReading
from checks.tuning import CutOffs

# Terms that weigh less than this are in every second sentence and anchor no match.
_ANCHOR_WEIGHT = 3.0


@dataclass(frozen=True, slots=True)
class Doubt:
    """Whether a message that asserts or asks sounds like a denial: so much that it is one, or enough to hold back."""

    is_denial: bool
    is_doubtful: bool


class MatchReader:
    """Reads candidates closely: what the author does with the claim, which figures are named, which guards pass."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Load the readers and their data."""
        self._stances = StanceReader.load(lexicon.folder)
        self._figures = FigureReader.load()
        self._comparer = FigureComparer(self._figures)
        self._dispute = DisputeTuning.load()
        self._meaning = MeaningTuning.load()

    def read(
        self, message: Analysis, candidates: Sequence[Candidate], base: IndexedBase, nearness: Nearness | None
    ) -> list[Match]:
        """Return a match for each candidate; `nearness` is what an embedder says, where one is at work."""
        if base.scorer is None or not candidates:
            return []
        quantities = self._figures.read(message.text)
        looks = [_Look(message, each, base.claims[each.claim], base.scorer, nearness) for each in candidates]
        return [self._match(look, quantities) for look in looks]

    def _match(self, look: "_Look", quantities: Sequence[Quantity]) -> Match:
        claim = look.read.claim
        stance = self._stance(look)
        doubt = self._doubt(look, stance)
        reading: Stance = "denies" if doubt.is_denial else stance.stance
        figures = self._comparer.compare(quantities, claim.figures, look.message.text)
        guards = _guards(look, stance, figures, doubt)
        probability = self._probability(look, stance)
        case = Case(probability, reading, guards, claim.muted, claim.cut_off, raised_to=claim.raised_to)
        cut_offs = self._cut_offs(look)
        return Match(
            claim=claim.id,
            score=round(probability, 4),
            stance=reading,
            wording=look.wording.raw,
            figures=figures,
            guards=guards,
            why=_in_short(look.candidate.evidence, stance, guards),
            version=claim.version,
            action=decide(case, cut_offs),
            places=tuple(_anchors(look)),
            bar=bar(case, cut_offs),
            exact=probability,
        )

    def _stance(self, look: "_Look") -> StanceReading:
        others = tuple(voice.text for voice in look.read.voices.says)
        message, wording = look.message, look.wording.reading
        return self._stances.read(message.text, _anchors(look), wording.text, message.clean.quoted, others)

    def _doubt(self, look: "_Look", stance: StanceReading) -> Doubt:
        if stance.stance == "denies":
            return Doubt(is_denial=False, is_doubtful=False)
        odds = look.read.voices.log_odds(look.message, look.scorer.index.weight, self._dispute, sure=stance.sure)
        if look.nearness is not None:
            odds += self._meaning.dispute * look.nearness.dispute(look.candidate.claim) + self._meaning.dispute_bias
        if stance.stance == "asks":
            return Doubt(is_denial=odds >= self._dispute.asked, is_doubtful=False)
        return Doubt(is_denial=odds >= self._dispute.denies, is_doubtful=odds >= self._dispute.doubt)

    def _probability(self, look: "_Look", stance: StanceReading) -> float:
        values = look.candidate.evidence.features() | {"question": float(stance.stance == "asks")}
        probability = look.scorer.model.probability(values)
        if look.nearness is None:
            return probability
        return self._meaning.probability(probability, look.nearness.standing(look.candidate.claim))

    def _cut_offs(self, look: "_Look") -> CutOffs:
        lexical = look.scorer.model.cut_offs_for(len(look.scorer.index.first_row))
        return lexical if look.nearness is None else self._meaning.cut_offs(lexical.near)


@dataclass(frozen=True, slots=True)
class _Look:
    """One candidate under the glass, with everything that is held against it."""

    message: Analysis
    candidate: Candidate
    read: ReadClaim
    scorer: Scorer
    nearness: Nearness | None

    @property
    def wording(self) -> IndexedWording:
        """Return the wording that comes nearest."""
        return self.scorer.index.wordings[self.candidate.row]


def _anchors(look: _Look) -> list[tuple[int, int]]:
    """Return the spans of the message's telling words that the wording shares, by form or by concept."""
    message, wording, weight = look.message, look.wording.reading, look.scorer.index.weight
    words = {
        (token.start, token.end)
        for token in message.tokens
        if token.form in wording.words and weight(token.form) >= _ANCHOR_WEIGHT
    }
    concepts = {
        (mention.start, mention.end)
        for mention in message.mentions
        if CONCEPT_MARK + mention.concept in wording.concepts
        and weight(CONCEPT_MARK + mention.concept) >= _ANCHOR_WEIGHT
    }
    return sorted(words | concepts)


def _guards(look: _Look, stance: StanceReading, figures: Sequence[FigureFinding], doubt: Doubt) -> tuple[Guard, ...]:
    evidence = look.candidate.evidence
    said = ", ".join(figure.said for figure in figures)
    return (
        Guard("stance", passed=stance.stance != "denies" and not doubt.is_denial, seen=stance.cue),
        Guard("doubt", passed=not doubt.is_doubtful),
        compare_names(look.message, look.read.names),
        Guard("figures", passed=all(figure.agrees for figure in figures), seen=said),
        Guard("negative", passed=evidence.negative <= evidence.best),
        Guard("quoted", passed=stance.reason != "quoted"),
    )


def _in_short(evidence: Evidence, stance: StanceReading, guards: Sequence[Guard]) -> str:
    shares = {
        "words": evidence.dice,
        "concepts": evidence.concept_dice,
        "characters": evidence.characters,
        "profile": evidence.profile,
        "margin": evidence.margin,
    }
    measures = ", ".join(f"{name} {value:.2f}" for name, value in shares.items())
    failed = [guard.name for guard in guards if not guard.passed]
    stopped = f"stopped by {', '.join(failed)}" if failed else "all guards passed"
    return f"{measures}; stance {stance.reason}; {stopped}"
