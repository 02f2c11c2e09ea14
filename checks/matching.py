"""From candidate to match: measure message and claim, judge what the author does with it, decide what follows.

In doubt, silence.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

from checks.base import IndexedBase, ReadClaim
from checks.decision import DecisionModel, MessageVectors
from checks.features import Evidence, compare_names
from checks.figures import FigureComparer, FigureReader, Quantity
from checks.lexicon import CONCEPT_MARK, Analysis, Lexicon
from checks.meaning import Measures, Nearness
from checks.model import Action, FigureFinding, Guard, LocalCutOff, Match, Stance
from checks.scoring import Candidate, Scorer
from checks.stance import StanceReader, StanceReading
from checks.stance.cues import ToneReader, words_in
from checks.stance.reader import REASONS, QuestionReader
from checks.stance.syntax import CueScan
from checks.text import Span, count_han, cut, is_han, plain_text
from checks.tuning import CutOffs, DisputeTuning, MeaningTuning

# Terms that weigh less than this are in every second sentence and anchor no match.
_ANCHOR_WEIGHT = 3.0


@dataclass(frozen=True)
class Look:
    """One candidate under the glass, with everything that is held against it."""

    message: Analysis
    candidate: Candidate
    base: IndexedBase
    scorer: Scorer
    nearness: Nearness | None

    @cached_property
    def read(self) -> ReadClaim:
        """Return the reading of the claim; most candidates are put in order, and left aside, without one."""
        return self.base.read(self.candidate.claim)

    @property
    def wording(self) -> Analysis:
        """Return the reading of the wording that comes nearest."""
        return self.read.indexed[self.candidate.row][1]

    @cached_property
    def anchors(self) -> list[Span]:
        """Return the spans of the message's telling words that the wording shares, by form or by concept."""
        message, wording, weight = self.message, self.wording, self.scorer.weight
        words = ((token.form, (token.start, token.end)) for token in message.tokens if token.form in wording.words)
        concepts = ((CONCEPT_MARK + each.concept, (each.start, each.end)) for each in message.mentions)
        shared = (*words, *(each for each in concepts if each[0] in wording.concepts))
        return sorted({span for term, span in shared if weight(term) >= _ANCHOR_WEIGHT})

    @property
    def carrying(self) -> str:
        """Return the part of the message that says the claim; "" where no embedder has told."""
        if self.nearness is None:
            return ""
        start, end = self.nearness.span(self.candidate.claim)
        return self.message.text[start:end]

    def stance(self, reader: StanceReader, window: Span | None = None) -> StanceReading:
        """Return what the author does with the wording by cues: in the whole message, or in a window of it."""
        others = tuple(voice.text for voice in self.read.voices.says)
        text, anchors, quoted = self.message.text, self.anchors, self.message.clean.quoted
        if window is not None:
            text, anchors, quoted = text[slice(*window)], cut(anchors, window), cut(quoted, window)
        return reader.read(text, anchors, self.wording.text, quoted, others)


@dataclass(frozen=True, slots=True)
class StanceReadings:
    """What the cues say: in the whole message, around the claim, and in the stretch that carries it."""

    whole: StanceReading
    around: StanceReading
    carrying: StanceReading

    @classmethod
    def of(cls, look: Look, nearness: Nearness, reader: StanceReader) -> "StanceReadings":
        """Read all three; what is the same stretch is read once."""
        span = nearness.span(look.candidate.claim)
        spans = (0, len(look.message.text)), nearness.stretches.around(span), span
        read = {each: look.stance(reader, each) for each in spans}
        return cls(*(read[each] for each in spans))

    def shown(self, stance: Stance) -> StanceReading:
        """Return the reading that shows why the author is taken to do so: the nearest that says the same."""
        agreeing = (each for each in (self.carrying, self.around, self.whole) if each.stance == stance)
        return next(agreeing, self.around)

    def measures(self) -> Measures:
        """Return the readings as numbers."""
        found: Measures = {}
        for name, reading in (("whole", self.whole), ("around", self.around), ("carrying", self.carrying)):
            found[f"{name}_weight"] = reading.weight
            found[f"{name}_sure"] = float(reading.sure)
            found |= {f"{name}_{stance}": float(reading.stance == stance) for stance in ("denies", "asks")}
            found |= {f"{name}_reason_{reason}": float(reading.reason == reason) for reason in REASONS}
        return found


def topic_measures(look: Look, nearness: Nearness) -> Measures:
    """Return the measures that tell whether the message is about the claim."""
    message, claim = look.message, look.candidate.claim
    text, stretches, span = message.text, nearness.stretches, nearness.span(claim)
    measures = nearness.measures(claim)
    # Words say nothing about a claim that has wordings in another language alone: meaning and sources count for more.
    is_foreign = nearness.is_foreign(claim, han=is_han(text))
    foreign = ("meaning_whole", "meaning_part", "lead_both", "above_both", "above_sourced")
    return {
        **look.candidate.evidence.features(),
        **measures,
        "foreign": float(is_foreign),
        **{f"foreign_{name}": measures[name] * is_foreign for name in foreign},
        "wordings": math.log(max(1, int(look.scorer.sizes[claim]))),
        "message_length": math.log1p(len(text) + count_han(text)),
        "sentences": math.log(len(stretches.sentences) or 1),
        "carrying_share": (span[1] - span[0]) / max(1, len(text)),
        "chinese": float(is_han(text)),
        "quoted_share": sum(end - start for start, end in message.clean.quoted) / max(1, len(text)),
    }


def stance_measures(
    look: Look, nearness: Nearness, readings: StanceReadings, scan: CueScan, tuning: DisputeTuning
) -> Measures:
    """Return the measures that tell what the author does with the claim, beside those of the topic."""
    claim = look.candidate.claim
    span = nearness.span(claim)
    window = nearness.stretches.around(span)
    return {
        **readings.measures(),
        **nearness.dispute(claim),
        **scan.measures(span, window),
        "dispute": look.read.voices.log_odds_within(
            look.message, window, look.scorer.weight, tuning, sure=readings.around.sure
        ),
    }


def joint_measures(topic: Measures, stance: Measures) -> Measures:
    """Return how much each sign of a stance stands together with the claim itself.

    Near a wording the same word says more: "a myth" beside a claim's own words disputes it, beside a far paraphrase it
    may be about something else. So each is counted once more by nearness in meaning, and those around the claim by
    shared words.
    """
    near, shared = topic["meaning_part"], topic["best_three"]
    around = {f"shared_{name}": value * shared for name, value in stance.items() if name.startswith("around")}
    return {f"near_{name}": value * near for name, value in stance.items()} | around


@dataclass(frozen=True, slots=True)
class Case:
    """What the policy looks at: probability, stance and the guards."""

    probability: float
    stance: Stance
    guards: tuple[Guard, ...]
    muted: bool = False
    cut_off: float | None = None
    raised_to: float = 0.0

    def passed(self, guard: str) -> bool:
        """Tell whether the guard of that name passed (or was not asked)."""
        return all(each.passed for each in self.guards if each.name == guard)


_MORE_RELUCTANT: Mapping[Action, Action] = {"reply": "offer", "offer": "silent", "silent": "silent"}


def decide(case: Case, cut_offs: CutOffs) -> Action:
    """Return the action for one match.

    Silent: muted claims, debunkers, claims only quoted, the source's figure, what is nearer to a negative wording.
    Offer at most: other names than the claim's, half a denial, a mere mention, a claim's tone and hardly its topic.
    Below the bar that members' reports have raised: an offer instead of a reply, silence instead of an offer.
    """
    action = _by_rule(case, cut_offs)
    return _MORE_RELUCTANT[action] if case.probability < case.raised_to else action


def bar(case: Case, cut_offs: CutOffs) -> float:
    """Return the probability from which the match would be offered, reports left aside; 0 where it is not asked."""
    return 0.0 if _is_barred(case) or _is_doubtful(case) else _offer_from(case, cut_offs)


def _by_rule(case: Case, cut_offs: CutOffs) -> Action:
    reply_from = case.cut_off if case.cut_off is not None else cut_offs.reply
    if _is_barred(case) or case.probability < _offer_from(case, cut_offs):
        return "silent"
    if _is_doubtful(case):
        return "offer" if case.probability >= reply_from else "silent"
    if case.probability >= reply_from and case.passed("topic"):
        return "reply"
    return "offer"


def _is_doubtful(case: Case) -> bool:
    return not (case.passed("names") and case.passed("doubt") and case.passed("mention"))


def _is_barred(case: Case) -> bool:
    return case.muted or case.stance == "denies" or not all(map(case.passed, ("negative", "quoted", "source")))


def _offer_from(case: Case, cut_offs: CutOffs) -> float:
    return cut_offs.offer if case.cut_off is None else min(cut_offs.offer, case.cut_off)


MOST_MATCHES = 3
# From this share on, a claim's own denials and the cues may make a denial of what the fit takes for something else.
_LEANS, _MOSTLY = 0.2, 0.5
# Likeness by words from which a message nearly says a negative wording; word for word it is 2.
_NEARLY_SAID = 1.4


@dataclass(frozen=True, slots=True)
class Doubt:
    """Whether a message that asserts or asks sounds like a denial: so much that it is one, or enough to hold back."""

    is_denial: bool
    is_doubtful: bool


_NO_DOUBT = Doubt(is_denial=False, is_doubtful=False)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was read of one candidate: how likely it is meant, what the author does with it, and how far to doubt that.

    `elsewhere` is the probability that the message speaks of something else; `on_topic`: it is near enough to the claim
    to be answered at all, whatever its tone; `sure`: by meaning, too, it would be answered; `verbatim`: it is one of
    the claim's wordings, word for word; `marked`: a sign beside it calls it false (❌).
    """

    probability: float
    stance: Stance
    reading: StanceReading
    cut_offs: CutOffs
    doubt: Doubt = _NO_DOUBT
    elsewhere: float = 0.0
    on_topic: bool = True
    sure: bool = False
    verbatim: bool = False
    marked: bool = False


class MatchReader:
    """Reads candidates closely: what the author does with the claim, which figures are named, which guards pass."""

    def __init__(self, lexicon: Lexicon, tuned: MeaningTuning | None = None) -> None:
        """Set up the readers; those of stance and figures read their data with the first message that needs them."""
        self.stances = cache(lambda: StanceReader.load(lexicon.folder, lexicon.tokenizer))
        self._questions = cache(QuestionReader.load)
        self._figures = cache(FigureReader.load)
        self._comparer = cache(lambda: FigureComparer(self._figures()))
        self._dispute = DisputeTuning.load()
        self._tone = ToneReader(lexicon.tokenizer.stem)
        self._decision = DecisionModel.load().tuned(tuned)
        self.gates = self._decision.gates

    def read(
        self,
        message: Analysis,
        raw: str,
        base: IndexedBase,
        candidates: Sequence[Candidate],
        verbatim: int | None,
        nearness: Nearness | None = None,
        local: LocalCutOff | None = None,
    ) -> list[Match]:
        """Return a match for each candidate (`verbatim`: said word for word); with `nearness`, for those near by it."""
        if base.scorer is None or not candidates:
            return []
        looks = [Look(message, each, base, base.scorer, nearness) for each in candidates]
        by_words = ((look, self._by_words(look)) for look in looks)
        judged = by_words if nearness is None else self._by_meaning(looks, nearness, verbatim)
        # Folding makes 106 of 10⁶: figures are read, and quoted, as their author wrote them.
        written = plain_text(raw)
        quantities = self._figures().read(written)
        return [
            self._match(look, _as_written(judgement, look, verbatim), written, quantities, local)
            for look, judgement in judged
        ]

    def _by_words(self, look: Look) -> Judgement:
        stance = look.stance(self.stances())
        doubt = self._doubt(look, stance)
        values = look.candidate.evidence.features() | {"question": float(stance.stance == "asks")}
        return Judgement(
            probability=look.scorer.model.probability(values),
            stance="denies" if doubt.is_denial else stance.stance,
            reading=stance,
            cut_offs=look.scorer.model.cut_offs_for(look.scorer.size),
            doubt=doubt,
        )

    def _doubt(self, look: Look, stance: StanceReading) -> Doubt:
        if stance.stance == "denies":
            return _NO_DOUBT
        odds = look.read.voices.log_odds(
            look.message.words, look.message.concepts, look.scorer.weight, self._dispute, sure=stance.sure
        )
        if stance.stance == "asks":
            return Doubt(is_denial=odds >= self._dispute.asked, is_doubtful=False)
        return Doubt(is_denial=odds >= self._dispute.denies, is_doubtful=odds >= self._dispute.doubt)

    def ranked(self, looks: Sequence[Look], nearness: Nearness, verbatim: int | None) -> list[tuple[Look, Measures]]:
        """Return the looks, the claim that the message is likeliest about first, with what was measured of each."""
        claims = nearness.meaning.base.size
        measured = [(look, topic_measures(look, nearness)) for look in looks]
        measured.sort(key=lambda each: (each[0].candidate.claim != verbatim, -self._decision.order(each[1], claims)))
        return measured

    def surest(self, looks: Sequence[Look], nearness: Nearness) -> tuple[Look, float]:
        """Return the claim on top, and how surely the message speaks of it, whatever its author does with it."""
        look, topic = self.ranked(looks, nearness, None)[0]
        judged = self._judge(look, nearness, self._scan(look, nearness), words_in(look.message.text), topic)
        return look, self._decision.sureness(topic, judged.elsewhere)

    def _scan(self, look: Look, nearness: Nearness) -> CueScan:
        stretches, encoder = nearness.stretches, nearness.meaning.encoder
        scan = self.stances().scan(look.message.text)
        return self._questions().heard(scan, stretches, nearness.vectors[1:], encoder)

    def _by_meaning(
        self, looks: Sequence[Look], nearness: Nearness, verbatim: int | None
    ) -> list[tuple[Look, Judgement]]:
        """Return the looks whose claims the message is likeliest about, each judged; one said word for word first."""
        ranked = self.ranked(looks, nearness, verbatim)[:MOST_MATCHES]
        scan, words = self._scan(looks[0], nearness), words_in(looks[0].message.text)
        judged = [(look, self._judge(look, nearness, scan, words, topic)) for look, topic in ranked]
        return [
            (look, judgement)
            for n, (look, judgement) in enumerate(judged)
            if judgement.probability >= self._decision.cut_offs.near or (n == 0 and _is_kept(look, judgement, verbatim))
        ]

    def _judge(self, look: Look, nearness: Nearness, scan: CueScan, words: set[str], topic: Measures) -> Judgement:
        claim, text = look.candidate.claim, look.message.text
        is_long = self._decision.is_long(length := len(text) + count_han(text))
        span, (wording, vector) = nearness.span(claim), nearness.wording(claim)
        window = nearness.stretches.around(span)
        readings = StanceReadings.of(look, nearness, self.stances())
        turns = self._tone.turns(text, span, window, wording) | words
        signs = stance_measures(look, nearness, readings, scan, self._dispute)
        measures = {**topic, **signs, **joint_measures(topic, signs)}
        vectors = None
        if nearness.meaning.encoder.startswith(self._decision.encoder):
            vectors = MessageVectors(nearness.vector(claim), vector, nearness.vectors[0] if is_long else None)
        shares = self._decision.shares(measures, turns, vectors)
        has_denials = bool(signs["has_denials"])
        stance = self._decision.stance_of(shares, length, has_denials=has_denials, question=scan.question)
        # What the author says to a quotation decides, and the cues know that better than the tone of both together.
        is_rebutted = readings.whole.is_quoted and readings.whole.stance == "denies"
        doubt = self._disputed(look, readings.around, signs["dispute"], shares.denies, length)
        if is_rebutted or doubt.is_denial or scan.is_marked_false(window):
            stance = "denies"
        shown = readings.whole if readings.whole.is_quoted else readings.shown(stance)
        on_topic = self._decision.is_on_topic(shares.asserts, topic)
        cuts, makes, marked = self._decision.cut_offs, shares.makes(self._decision.disputed), scan.has_sign(window)
        return Judgement(makes, stance, shown, cuts, doubt, shares.other, on_topic, makes >= cuts.reply, marked=marked)

    def _disputed(self, look: Look, around: StanceReading, odds: float, denies: float, length: int) -> Doubt:
        """Return what a claim's own denials and the cues add in a short message, where the fit leans their way."""
        if not look.read.voices.denies or denies < _LEANS or self._decision.is_long(length):
            return _NO_DOUBT
        least = self._dispute.asked if around.stance == "asks" else self._dispute.denies
        is_denial = around.stance == "denies" or odds >= least
        return Doubt(is_denial=is_denial, is_doubtful=odds >= self._dispute.doubt and around.stance != "asks")

    def _match(
        self, look: Look, judged: Judgement, written: str, quantities: Sequence[Quantity], local: LocalCutOff | None
    ) -> Match:
        claim = look.read.claim
        figures: tuple[FigureFinding, ...] = ()
        if claim.figures:
            figures = self._comparer().compare(quantities, claim.figures, written, look.read.said, look.carrying)
        guards = _guards(look, judged, figures)
        cut_off = claim.cut_off if local is None else local.of(claim)
        case = Case(judged.probability, judged.stance, guards, claim.muted, cut_off, raised_to=claim.raised_to)
        return Match(
            claim=claim.id,
            score=round(judged.probability, 4),
            stance=judged.stance,
            wording=look.read.indexed[look.candidate.row][0].text,
            figures=figures,
            guards=guards,
            why=_in_short(look, judged, case),
            version=claim.version,
            action=decide(case, judged.cut_offs),
            places=tuple(look.anchors),
            bar=bar(case, judged.cut_offs),
            exact=judged.probability,
            verbatim=judged.verbatim,
        )


def _is_kept(look: Look, judged: Judgement, verbatim: int | None) -> bool:
    return _is_said(look, judged, verbatim) or (judged.stance in ("denies", "mentions") and judged.elsewhere < _MOSTLY)


def _is_said(look: Look, judged: Judgement, verbatim: int | None) -> bool:
    # Whatever its own words say, they do not deny the claim; a sign beside them does (❌).
    return verbatim == look.candidate.claim and not (judged.marked or judged.reading.is_mark)


def _as_written(judged: Judgement, look: Look, verbatim: int | None) -> Judgement:
    """Let a claim be heard in its own wordings, word for word, whatever else is measured."""
    if not _is_said(look, judged, verbatim):
        return judged
    stance: Stance = "asks" if judged.reading.stance == "asks" else "asserts"
    return replace(judged, probability=1.0, stance=stance, doubt=_NO_DOUBT, on_topic=True, verbatim=True)


def _guards(look: Look, judged: Judgement, figures: Sequence[FigureFinding]) -> tuple[Guard, ...]:
    said, given = ", ".join(each.said for each in figures), [each.is_source for each in figures]
    return (
        Guard("stance", passed=judged.stance != "denies", seen=judged.reading.cue),
        Guard("mention", passed=judged.stance != "mentions"),
        Guard("topic", passed=judged.on_topic),
        Guard("doubt", passed=not judged.doubt.is_doubtful),
        compare_names(look.message, look.read.names),
        Guard("figures", passed=all(figure.agrees for figure in figures), seen=said),
        # Who gives the figure of the source, and not the contested one, does not make the claim.
        Guard("source", passed=judged.stance == "asks" or not (given and all(given)), seen=said),
        Guard("negative", passed=judged.verbatim or not _is_ruled_out(look.candidate.evidence, judged)),
        Guard("quoted", passed=judged.reading.reason != "quoted"),
    )


def _is_ruled_out(evidence: Evidence, judged: Judgement) -> bool:
    # Words alone bring messages near to many a negative wording; one whose meaning is sure must nearly say it.
    return evidence.negative > max(evidence.best, _NEARLY_SAID if judged.sure else 0.0)


def _in_short(look: Look, judged: Judgement, case: Case) -> str:
    stops = [guard.name for guard in case.guards if not guard.passed] + ["muted"] * case.muted
    if decide(case, judged.cut_offs) == "silent" and not _is_barred(case):
        stops.append("score" if _by_rule(case, judged.cut_offs) == "silent" else "reports")
    stopped = f"stopped by {', '.join(stops)}" if stops else "all guards passed"
    return f"{look.candidate.evidence.in_short()}; stance {judged.reading.reason}; {stopped}"
