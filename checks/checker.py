"""The check of one message: clean, find candidates, score, read stance and figures, decide."""

from collections.abc import Iterable, Sequence

from checks.analysis import CONCEPT_MARK, Analysis, analyse
from checks.base import IndexedBase, ReadClaim, read_claim
from checks.figures import FigureComparer, FigureReader, Quantity
from checks.finding import Action, FigureFinding, Finding, Guard, Match
from checks.known import KnownClaim
from checks.lexicon import Lexicon
from checks.names import compare_names
from checks.policy import Case, decide
from checks.scoring import Candidate
from checks.stance import StanceReader, StanceReading
from checks.text import count_han, language_of
from checks.tuning import Tuning

_MOST_MATCHES = 3
_LEAST_WORDS = 4
_LEAST_HAN = 2
# Terms that weigh less than this are in every second sentence and anchor no match.
_ANCHOR_WEIGHT = 3.0


class Checker:
    """Checks messages against the claims it holds; a check reads one snapshot, so that changes never disturb it."""

    def __init__(
        self, claims: Iterable[KnownClaim], lexicon: Lexicon | None = None, tuning: Tuning | None = None
    ) -> None:
        """Read and index the claims; lexicon and tuning are the shipped ones unless given."""
        self.lexicon = lexicon or Lexicon.load()
        self.tuning = tuning or Tuning.load()
        self._stances = StanceReader.load(self.lexicon.folder)
        self._figures = FigureReader.load()
        self._comparer = FigureComparer(self._figures)
        self._read = {claim.id: read_claim(claim, self.lexicon) for claim in claims}
        self.base = IndexedBase(self._read, self.lexicon, self.tuning)

    def update(self, claim: KnownClaim) -> None:
        """Add the claim, or replace it where it is known."""
        self._read = {**self._read, claim.id: read_claim(claim, self.lexicon)}
        self.base = IndexedBase(self._read, self.lexicon, self.tuning)

    def remove(self, claim_id: str) -> None:
        """Forget the claim; unknown ids are ignored."""
        if claim_id in self._read:
            self._read = {known: read for known, read in self._read.items() if known != claim_id}
            self.base = IndexedBase(self._read, self.lexicon, self.tuning)

    def check(self, text: str) -> Finding:
        """Return the finding for one message; any string is taken, of which the first 4,000 characters are read."""
        base = self.base
        language = language_of(text, self.lexicon.folder)
        message = analyse(text, self.lexicon)
        if base.scorer is None or not message.words:
            return Finding(text, language, "silent")
        model = base.scorer.model
        near = model.cut_offs_for(len(base.claims)).near
        # Most chat comes near no claim: stance and figures are read only where something may be said.
        candidates = [
            candidate
            for candidate in base.scorer.candidates(message)[:_MOST_MATCHES]
            if model.probability(candidate.evidence.features()) >= near
        ]
        quantities = self._figures.read(message.text) if candidates else ()
        matches = [self._match(message, candidate, base, quantities) for candidate in candidates]
        matches.sort(key=lambda match: -match.score)
        return Finding(text, language, _overall(matches, message), tuple(matches))

    def _match(
        self, message: Analysis, candidate: Candidate, base: IndexedBase, quantities: Sequence[Quantity]
    ) -> Match:
        read = base.claims[candidate.claim]
        assert base.scorer is not None  # noqa: S101  a candidate comes from a scorer
        model, wording = base.scorer.model, base.scorer.index.wordings[candidate.row]
        anchors = self._anchors(message, wording.reading, base)
        stance = self._stances.read(
            message.text, anchors, wording.reading.text, message.clean.quoted, read.positive_texts
        )
        evidence = candidate.evidence
        probability = model.probability(evidence.features() | {"question": float(stance.stance == "asks")})
        figures = self._comparer.compare(quantities, read.claim.figures, message.text)
        guards = _guards(message, candidate, read, stance, figures)
        claim = read.claim
        case = Case(
            probability, stance.stance, stance.sure, guards, claim.muted, claim.cut_off, raised_to=claim.raised_to
        )
        return Match(
            claim=read.claim.id,
            score=round(probability, 4),
            stance=stance.stance,
            wording=wording.raw,
            figures=figures,
            guards=guards,
            why=_in_short(candidate, stance, guards),
            version=read.claim.version,
            action=decide(case, model.cut_offs_for(len(base.claims))),
        )

    def _anchors(self, message: Analysis, wording: Analysis, base: IndexedBase) -> list[tuple[int, int]]:
        """Return the spans of the message's telling words that the wording shares, by form or by concept."""
        assert base.scorer is not None  # noqa: S101
        weight = base.scorer.index.weight
        spans = {
            (token.start, token.end)
            for token in message.tokens
            if token.form in wording.words and weight(token.form) >= _ANCHOR_WEIGHT
        }
        spans |= {
            (mention.start, mention.end)
            for mention in message.mentions
            if CONCEPT_MARK + mention.concept in wording.concepts
            and weight(CONCEPT_MARK + mention.concept) >= _ANCHOR_WEIGHT
        }
        return sorted(spans)


def _guards(
    message: Analysis, candidate: Candidate, read: ReadClaim, stance: StanceReading, figures: Sequence[FigureFinding]
) -> tuple[Guard, ...]:
    evidence = candidate.evidence
    return (
        Guard("stance", passed=stance.stance != "denies", seen=stance.cue),
        compare_names(message, read.names),
        Guard(
            "figures",
            passed=all(figure.agrees for figure in figures),
            seen=", ".join(figure.said for figure in figures),
        ),
        Guard("negative", passed=evidence.negative <= evidence.best),
        Guard("quoted", passed=stance.reason != "quoted"),
    )


def _in_short(candidate: Candidate, stance: StanceReading, guards: Sequence[Guard]) -> str:
    e = candidate.evidence
    shares = {
        "words": e.dice,
        "concepts": e.concept_dice,
        "characters": e.characters,
        "profile": e.profile,
        "margin": e.margin,
    }
    measures = ", ".join(f"{name} {value:.2f}" for name, value in shares.items())
    failed = [guard.name for guard in guards if not guard.passed]
    return f"{measures}; stance {stance.reason}; " + (
        f"stopped by {', '.join(failed)}" if failed else "all guards passed"
    )


def _overall(matches: Sequence[Match], message: Analysis) -> Action:
    """Return what the message calls for: its best match decides; very short messages are never answered unasked."""
    if not matches:
        return "silent"
    action = matches[0].action
    too_short = len(message.words) < _LEAST_WORDS and count_han(message.text) < _LEAST_HAN
    return "silent" if too_short and action == "reply" and matches[0].score < 1 else action
