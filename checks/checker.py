"""The check of one message: clean, find candidates, score, read stance and figures, decide."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from checks.base import DisputeTuning, IndexedBase, ReadClaim, compare_names, read_claim
from checks.features import Evidence
from checks.figures import FigureComparer, FigureReader, Quantity
from checks.index import IndexedWording
from checks.lexicon import CONCEPT_MARK, Analysis, Lexicon, analyse
from checks.meaning import Meaning, MeaningSource, MeaningTuning, Nearness
from checks.model import Action, FigureFinding, Finding, Guard, KnownClaim, Match, Stance
from checks.policy import Case, bar, decide
from checks.scoring import Candidate, Scorer
from checks.stance import StanceReader, StanceReading
from checks.text import count_han, language_of, plain_text
from checks.tuning import CutOffs, Model, Tuning

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
        self,
        message: Analysis,
        raw: str,
        candidates: Sequence[Candidate],
        base: IndexedBase,
        nearness: Nearness | None,
    ) -> list[Match]:
        """Return a match for each candidate of a raw message; `nearness`: what an embedder says, if one is at work."""
        if base.scorer is None or not candidates:
            return []
        # Folding makes 106 of 10⁶: figures are read, and quoted, as their author wrote them.
        written = plain_text(raw)
        quantities = self._figures.read(written)
        looks = [_Look(message, each, base.claims[each.claim], base.scorer, nearness) for each in candidates]
        return [self._match(look, written, quantities) for look in looks]

    def _match(self, look: "_Look", written: str, quantities: Sequence[Quantity]) -> Match:
        claim = look.read.claim
        stance = self._stance(look)
        doubt = self._doubt(look, stance)
        reading: Stance = "denies" if doubt.is_denial else stance.stance
        wordings = [wording.text for wording in claim.wordings if wording.says] if claim.figures else ()
        figures = self._comparer.compare(quantities, claim.figures, written, wordings)
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


_MOST_MATCHES = 3
_LEAST_WORDS = 4
_LEAST_HAN = 2
_LEAST_OWN_WORDS = 3


class Checker:
    """Checks messages against the claims it holds; a check reads one snapshot, so that changes never disturb it."""

    def __init__(
        self,
        claims: Iterable[KnownClaim],
        lexicon: Lexicon | None = None,
        tuning: Tuning | None = None,
        meaning: MeaningSource | None = None,
        *,
        like: "Checker | None" = None,
    ) -> None:
        """Read and index the claims; lexicon and tuning are the shipped ones unless given.

        `meaning` is an embedder to ask where a claim is near. `like` is a checker with the same lexicon, whose readings
        of unchanged claims are taken over: after a change that saves nearly all the work.
        """
        self.lexicon = like.lexicon if like else lexicon or Lexicon.load()
        self.tuning = like.tuning if like else tuning or Tuning.load()
        self._source = like._source if like else meaning  # noqa: SLF001  its own kind
        self._reader = like._reader if like else MatchReader(self.lexicon)  # noqa: SLF001
        self._index({claim.id: self._read_again(claim, like._read if like else {}) for claim in claims})  # noqa: SLF001

    def update(self, claim: KnownClaim) -> None:
        """Add the claim, or replace it where it is known."""
        self._index({**self._read, claim.id: read_claim(claim, self.lexicon)})

    def remove(self, claim_id: str) -> None:
        """Forget the claim; unknown ids are ignored."""
        if claim_id in self._read:
            self._index({known: read for known, read in self._read.items() if known != claim_id})

    def check(self, text: str, *, thorough: bool = False) -> Finding:
        """Return the finding for one message; any string is taken, of which the first 4,000 characters are read.

        `thorough` searches longer, as fits a check that somebody asked for.
        """
        base = self.base
        language = language_of(text, self.lexicon.folder)
        message = analyse(text, self.lexicon)
        if base.scorer is None or not message.words:
            return Finding(text, language, "silent")
        candidates = _worth_reading(base.scorer.candidates(message, thorough=thorough), base.scorer.model, base)
        nearness = self._nearness(message, base) if candidates else None
        matches = self._reader.read(message, text, candidates, base, nearness)
        matches.sort(key=lambda match: -match.score)
        return Finding(text, language, _overall(matches, message), tuple(_set_apart(matches)))

    def _index(self, read: Mapping[str, ReadClaim]) -> None:
        self._read = read
        self._vectors: Meaning | None = None
        self.base = IndexedBase(read, self.lexicon, self.tuning)
        if self._source is not None:
            self._vectors = Meaning.of(self.base, self._source)

    def _read_again(self, claim: KnownClaim, known: Mapping[str, ReadClaim]) -> ReadClaim:
        before = known.get(claim.id)
        return before if before is not None and before.claim == claim else read_claim(claim, self.lexicon)

    def _nearness(self, message: Analysis, base: IndexedBase) -> Nearness | None:
        """Ask the embedder; None without one, or while it is out of order."""
        if self._source is None or (vectors := self._source.embed_or_none([message.text])) is None:
            return None
        # Another thread may have changed the base since this check began: vectors count for the snapshot they are of.
        kept = self._vectors
        if kept is None or kept.base is not base:
            kept = self._vectors = Meaning.of(base, self._source)
        return kept.nearness(vectors[0]) if kept is not None else None


def _worth_reading(candidates: Sequence[Candidate], model: Model, base: IndexedBase) -> list[Candidate]:
    """Return the first candidate where it is near, and further ones where they may be answered.

    Most chat comes near no claim: stance, figures and meaning are read only where something may be said.
    """
    cut_offs = model.cut_offs_for(len(base.claims))
    sure = [(candidate, model.probability(candidate.evidence.features())) for candidate in candidates[:_MOST_MATCHES]]
    return [each for n, (each, sureness) in enumerate(sure) if sureness >= (cut_offs.offer if n else cut_offs.near)]


def _set_apart(matches: Sequence[Match]) -> Iterator[Match]:
    """Let a further claim be answered only where the message has words for it that no better match has taken.

    Claims that are akin match together; one card about the nearest of them is enough.
    """
    taken: set[int] = set()
    for match in matches:
        fresh = [place for place in match.places if not taken.intersection(range(*place))]
        taken.update(*(range(*place) for place in match.places))
        is_own = match is matches[0] or len(fresh) >= _LEAST_OWN_WORDS
        yield match if is_own or match.action == "silent" else replace(match, action="silent")


def _overall(matches: Sequence[Match], message: Analysis) -> Action:
    """Return what the message calls for: its best match decides; very short messages are never answered unasked."""
    if not matches:
        return "silent"
    action = matches[0].action
    too_short = len(message.words) < _LEAST_WORDS and count_han(message.text) < _LEAST_HAN
    return "silent" if too_short and action == "reply" and matches[0].score < 1 else action
