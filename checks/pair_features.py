"""The measures of one message and one claim: what the decision looks at where an embedder is at work."""

import math
from dataclasses import dataclass
from functools import cached_property

from checks.base import DisputeTuning, ReadClaim
from checks.index import IndexedWording
from checks.lexicon import CONCEPT_MARK, Analysis
from checks.meaning import Measures, Nearness
from checks.model import Stance
from checks.scoring import Candidate, Scorer, is_han
from checks.stance import StanceReader, StanceReading
from checks.stance.reader import REASONS
from checks.stance.syntax import CueScan
from checks.text import Span, count_han, cut

# Terms that weigh less than this are in every second sentence and anchor no match.
_ANCHOR_WEIGHT = 3.0
_READ_STANCES: tuple[Stance, ...] = ("denies", "asks")


@dataclass(frozen=True)
class Look:
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

    @cached_property
    def anchors(self) -> list[Span]:
        """Return the spans of the message's telling words that the wording shares, by form or by concept."""
        message, wording, weight = self.message, self.wording.reading, self.scorer.index.weight
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

    def stance(self, reader: StanceReader, window: Span | None = None) -> StanceReading:
        """Return what the author does with the wording by cues: in the whole message, or in a window of it."""
        others = tuple(voice.text for voice in self.read.voices.says)
        text, anchors, quoted = self.message.text, self.anchors, self.message.clean.quoted
        if window is not None:
            text, anchors, quoted = text[slice(*window)], cut(anchors, window), cut(quoted, window)
        return reader.read(text, anchors, self.wording.reading.text, quoted, others)


@dataclass(frozen=True, slots=True)
class StanceReadings:
    """What the cues say: in the whole message, around the claim, and in the stretch that carries it."""

    whole: StanceReading
    around: StanceReading
    carrying: StanceReading

    @classmethod
    def of(cls, look: Look, nearness: Nearness, reader: StanceReader) -> "StanceReadings":
        """Read all three."""
        span = nearness.span(look.candidate.claim)
        window = nearness.stretches.around(span)
        return cls(look.stance(reader), look.stance(reader, window), look.stance(reader, span))

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
            found |= {f"{name}_{stance}": float(reading.stance == stance) for stance in _READ_STANCES}
            found |= {f"{name}_reason_{reason}": float(reading.reason == reason) for reason in REASONS}
        return found


def topic_measures(look: Look, nearness: Nearness) -> Measures:
    """Return the measures that tell whether the message is about the claim."""
    message, claim = look.message, look.candidate.claim
    text, stretches, span = message.text, nearness.stretches, nearness.span(claim)
    quoted = sum(end - start for start, end in message.clean.quoted)
    return {
        **look.candidate.evidence.features(),
        **nearness.measures(claim),
        "wordings": math.log(max(1, len(look.read.voices.says))),
        "message_length": math.log1p(len(text) + count_han(text)),
        "sentences": math.log(len(stretches.sentences) or 1),
        "carrying_share": (span[1] - span[0]) / max(1, len(text)),
        "chinese": float(is_han(text)),
        "quoted_share": quoted / max(1, len(text)),
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
        "dispute": _dispute(look, window, tuning, sure=readings.around.sure),
    }


def _dispute(look: Look, window: Span, tuning: DisputeTuning, *, sure: bool) -> float:
    """Return the log odds, by its words, that a window of the message disputes the claim; 0 without denials."""
    voices = look.read.voices
    words = frozenset(token.form for token in look.message.tokens if window[0] <= token.start < window[1])
    if not voices.denies or not voices.says or not words:
        return 0.0
    mentions = (mention for mention in look.message.mentions if window[0] <= mention.start < window[1])
    concepts = frozenset(CONCEPT_MARK + mention.concept for mention in mentions)
    return voices.log_odds(words, concepts, look.scorer.index.weight, tuning, sure=sure)
