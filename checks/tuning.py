"""Fitted weights and cut-offs, with a line on where they come from: who makes a claim, and who disputes it."""

import json
import math
from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from checks.features import MEASURES
from checks.lexicon import CONCEPT_MARK, Analysis
from checks.text import Span
from checks.words import Flags, Floats
from config.errors import TuningError, worded
from config.named_files import encoding_of, open_named

_SHIPPED = "tuning.json"
# Sums of measures are as exact as this: what comes so near a bound may reach it.
ROUNDED = 1e-4
# What is measured of a claim before it is looked at closely.
_AT_A_GLANCE = frozenset(("share", "dice", "concept_dice", "bm25", "profile", "words"))
# While the setting names a file that is none, nothing starts, `calibrate` neither.
_ANEW = worded("Take the setting tuning_file out, and write it anew with `touchstone calibrate`.")


@dataclass(frozen=True, slots=True)
class CutOffs:
    """Probabilities from which a match is answered, offered, and named at all (as a near miss).

    `about`: log odds of the topic below which it is offered at most, unless the share of the assertion reaches `sure`.
    """

    reply: float
    offer: float
    near: float
    about: float = -math.inf
    sure: float = math.inf


@dataclass(frozen=True, slots=True)
class Gates:
    """Likeness by words below which a message is far from a claim that has few wordings, and from one that has many.

    `many_from` is the number of wordings from which a claim has many.
    """

    few: float
    many: float
    many_from: float


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of the ranking and the decision, and the cut-offs by size of the base (number of claims).

    Attributes:
        provenance: what the weights were fitted on, and how that was checked.
        ranking: weights that order the claims for a message.
        ranking_han: the same for a message in Chinese.
        decision: weights of the log odds, beside `bias`.
        gate: weights of the log odds by words and concepts alone, beside `gate_bias`; a message for which they are
            below 0 is not looked at closely.
        cut_offs: for each fitted size of base.
    """

    provenance: str
    ranking: Mapping[str, float]
    ranking_han: Mapping[str, float]
    decision: Mapping[str, float]
    bias: float
    gate: Mapping[str, float]
    gate_bias: float
    cut_offs: Mapping[int, CutOffs]

    @property
    def weighed(self) -> Set[str]:
        """Return the names of all measures that weigh in the order or in the decision."""
        return self.ranking.keys() | self.ranking_han.keys() | self.decision.keys()

    def rank(self, values: Mapping[str, float], *, han: bool) -> float:
        """Return the ranking score of named measures; `han`: the message is in Chinese."""
        return sum(weight * values[name] for name, weight in (self.ranking_han if han else self.ranking).items())

    def are_near(self, values: Mapping[str, Floats]) -> Flags:
        """Tell of each claim with these measures of words and concepts whether it is worth a close look."""
        weighed = (weight * values[name] for name, weight in self.gate.items())
        return self.gate_bias + sum(weighed, np.zeros(len(values["words"]))) >= 0

    def may_be_near(self, most: float, words: int) -> bool:
        """Tell whether a claim may be worth that whose measures, but for the number of words, weigh `most` at most."""
        return most + self.gate.get("words", 0.0) * math.log1p(words) + self.gate_bias > -ROUNDED

    def probability(self, values: Mapping[str, float]) -> float:
        """Return the probability (0–1) that a message with these measures makes the claim."""
        sum_ = self.bias + sum(weight * values[name] for name, weight in self.decision.items())
        return 1 / (1 + math.exp(-max(-40.0, min(40.0, sum_))))

    def cut_offs_for(self, claims: int) -> CutOffs:
        """Return the cut-offs for a base of `claims` claims, interpolated between fitted sizes (logarithmic scale)."""
        sizes = sorted(self.cut_offs)
        if claims <= sizes[0]:
            return self.cut_offs[sizes[0]]
        for smaller, larger in pairwise(sizes):
            if claims <= larger:
                part = math.log(claims / smaller) / math.log(larger / smaller)
                return _between(self.cut_offs[smaller], self.cut_offs[larger], part)
        return self.cut_offs[sizes[-1]]


@dataclass(frozen=True, slots=True)
class MeaningTuning:
    """Cut-offs for the decision by words and meaning, in place of the shipped ones, and what they were fitted to."""

    provenance: str
    reply: float
    offer: float


@dataclass(frozen=True, slots=True)
class Tuning:
    """Two models: for claims with few wordings (as moderators write them) and with many (as in the shipped pack).

    `many_from` is the mean number of wordings of a claim from which a base counts as one with many. `meaning` holds
    what an operator has fitted for the decision with an embedder.
    """

    few: Model
    many: Model
    many_from: float
    meaning: MeaningTuning | None = None

    @property
    def provenance(self) -> str:
        """Return where the weights come from."""
        return self.many.provenance

    def model_for(self, wordings: float) -> Model:
        """Return the model for a base whose claims have so many wordings in the mean."""
        return self.many if wordings >= self.many_from else self.few

    def as_json(self) -> str:
        """Return the tuning as the text of a tuning file."""
        data = {"many_from": self.many_from, "few": _as_data(self.few), "many": _as_data(self.many)}
        data |= {} if self.meaning is None else {"meaning": asdict(self.meaning)}
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def load(cls, path: Path | None = None) -> "Tuning":
        """Read a tuning file; the shipped one where `path` is None. Raises TuningError for a file that is not one."""
        if path is None:
            return _parse((resources.files("config") / "lexicon" / _SHIPPED).read_text("utf-8"), _SHIPPED)
        try:
            with open_named(path) as file:
                data = file.read()
            text = data.decode(encoding_of(data))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            said = worded("{file}: cannot be read ({reason}). {mend}", file=path, reason=reason, mend=_ANEW)
            raise TuningError(said) from error
        except UnicodeError as error:
            raise TuningError(worded("{file}: this is no text in UTF-8. {mend}", file=path, mend=_ANEW)) from error
        return _parse(text, str(path))


def _between(one: CutOffs, other: CutOffs, part: float) -> CutOffs:
    def mix(a: float, b: float) -> float:
        return a + (b - a) * part

    return CutOffs(mix(one.reply, other.reply), mix(one.offer, other.offer), mix(one.near, other.near))


def _as_data(model: Model) -> dict[str, Any]:
    cut_offs = {str(size): {"reply": c.reply, "offer": c.offer, "near": c.near} for size, c in model.cut_offs.items()}
    return {
        "provenance": model.provenance,
        "ranking": dict(model.ranking),
        "ranking_han": dict(model.ranking_han),
        "decision": dict(model.decision),
        "bias": model.bias,
        "gate": dict(model.gate),
        "gate_bias": model.gate_bias,
        "cut_offs": cut_offs,
    }


def _parse(text: str, where: str) -> Tuning:
    try:
        data: dict[str, Any] = json.loads(text)
        return Tuning(
            few=_model(data["few"]),
            many=_model(data["many"]),
            many_from=_number(data["many_from"]),
            meaning=_meaning(data["meaning"]) if "meaning" in data else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        said = worded("{file}: not a tuning file ({reason}). {mend}", file=where, reason=str(error), mend=_ANEW)
        raise TuningError(said) from error


def _model(data: dict[str, Any]) -> Model:
    cut_offs = {
        int(size): CutOffs(**{name: _number(value) for name, value in values.items()})
        for size, values in data["cut_offs"].items()
    }
    # Of no cut-off at all there is no least size either.
    if min(cut_offs) < 1:
        raise ValueError(min(cut_offs))
    return Model(
        provenance=str(data["provenance"]),
        ranking=_weights(data["ranking"], MEASURES),
        ranking_han=_weights(data["ranking_han"], MEASURES),
        decision=_weights(data["decision"], MEASURES),
        bias=_number(data["bias"]),
        gate=_weights(data["gate"], _AT_A_GLANCE),
        gate_bias=_number(data["gate_bias"]),
        cut_offs=cut_offs,
    )


def _meaning(data: dict[str, Any]) -> MeaningTuning:
    return MeaningTuning(str(data["provenance"]), _number(data["reply"]), _number(data["offer"]))


def _weights(data: dict[str, Any], measured: Set[str]) -> dict[str, float]:
    if not data.keys() <= measured:
        raise ValueError(", ".join(sorted(data.keys() - measured)))
    return {name: _number(weight) for name, weight in data.items()}


def _number(value: Any) -> float:  # noqa: ANN401  whatever stands in the file
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number


_NEAREST = 3
_CONCEPT_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class DisputeTuning:
    """Fitted weights, and the log odds from which a message is doubted (`doubt`) or read as a denial (`denies`).

    A question is read as a denial from `asked` on: people who ask use the words of both sides.
    """

    unsure: float
    nearer: float
    words: float
    bias: float
    doubt: float
    denies: float
    asked: float

    @classmethod
    def load(cls) -> "DisputeTuning":
        """Read the shipped weights."""
        data: dict[str, Any] = json.loads((resources.files("config") / "lexicon" / "dispute.json").read_text("utf-8"))
        return cls(**{name: float(value) for name, value in data.items() if name != "provenance"})


@dataclass(frozen=True)
class Voices:
    """The wordings of one claim by those who make it and by those who dispute it."""

    says: tuple[Analysis, ...]
    denies: tuple[Analysis, ...]

    @cached_property
    def said(self) -> Mapping[str, int]:
        """Return how many wordings of those who make the claim hold each term."""
        return _count(self.says)

    @cached_property
    def denied(self) -> Mapping[str, int]:
        """Return how many of the others do."""
        return _count(self.denies)

    def log_odds(
        self,
        words: frozenset[str],
        concepts: frozenset[str],
        weight: Callable[[str], float],
        tuning: DisputeTuning,
        *,
        sure: bool,
    ) -> float:
        """Return the log odds that a text of these terms disputes the claim, given that its cues do not say so.

        Below every threshold for a claim that ships no denials.
        """
        if not self.denies or not self.says:
            return -math.inf
        weighed = _Weighed.of(words, weight), _Weighed.of(concepts, weight)
        denies, says = self._weighed(weight)
        nearer = denies.nearest(*weighed, weight) - says.nearest(*weighed, weight)
        evidence = tuning.unsure * (not sure) + tuning.nearer * nearer + tuning.words * self._by_words(words, concepts)
        return evidence + tuning.bias

    def log_odds_within(
        self, message: Analysis, window: Span, weight: Callable[[str], float], tuning: DisputeTuning, *, sure: bool
    ) -> float:
        """Return the same for a window of a message; 0 for a claim that ships no denials."""
        words = frozenset(token.form for token in message.tokens if window[0] <= token.start < window[1])
        if not self.denies or not self.says or not words:
            return 0.0
        mentions = (mention for mention in message.mentions if window[0] <= mention.start < window[1])
        concepts = frozenset(CONCEPT_MARK + mention.concept for mention in mentions)
        return self.log_odds(words, concepts, weight, tuning, sure=sure)

    def _weighed(self, weight: Callable[[str], float]) -> tuple["_Side", "_Side"]:
        """Return who disputes the claim and who makes it, each weighed once for all messages to a base."""
        sides = self._sides.get(weight)
        if sides is None:
            sides = self._sides[weight] = _Side.of(self.denies, weight), _Side.of(self.says, weight)
        return sides

    @cached_property
    def _sides(self) -> WeakKeyDictionary[Callable[[str], float], tuple["_Side", "_Side"]]:
        return WeakKeyDictionary()

    def _by_words(self, words: frozenset[str], concepts: frozenset[str]) -> float:
        """Return the evidence of single terms: the log ratios of how often each side uses them, summed and damped."""
        denied, said = len(self.denies) + 1, len(self.says) + 1
        summed = sum(
            math.log(((self.denied.get(term, 0) + 0.5) / denied) / ((self.said.get(term, 0) + 0.5) / said))
            for term in words | concepts
        )
        return summed / math.sqrt(len(words) + 3)


def _count(readings: Sequence[Analysis]) -> Mapping[str, int]:
    counts: Counter[str] = Counter()
    for reading in readings:
        counts.update(reading.words | reading.concepts)
    return counts


@dataclass(frozen=True, slots=True)
class _Weighed:
    """Terms of a message with the sum of their weights, which every reading is held against."""

    terms: frozenset[str]
    mass: float

    @classmethod
    def of(cls, terms: frozenset[str], weight: Callable[[str], float]) -> "_Weighed":
        return cls(terms, sum(map(weight, terms)))


@dataclass(frozen=True, slots=True)
class _Side:
    """The wordings of one side, and of each the sums of the weights of its words and of its concepts."""

    readings: Sequence[Analysis]
    words: Sequence[float]
    concepts: Sequence[float]

    @classmethod
    def of(cls, readings: Sequence[Analysis], weight: Callable[[str], float]) -> "_Side":
        words = array("d", (sum(map(weight, each.words)) for each in readings))
        return cls(readings, words, array("d", (sum(map(weight, each.concepts)) for each in readings)))

    def nearest(self, words: _Weighed, concepts: _Weighed, weight: Callable[[str], float]) -> float:
        """Return how much a message is like those of the wordings that are most like it, in the mean."""
        likeness = sorted(
            (
                _dice(words, each.words, own, weight) + _CONCEPT_SHARE * _dice(concepts, each.concepts, other, weight)
                for each, own, other in zip(self.readings, self.words, self.concepts, strict=True)
            ),
            reverse=True,
        )[:_NEAREST]
        return sum(likeness) / len(likeness)


def _dice(one: _Weighed, other: frozenset[str], mass: float, weight: Callable[[str], float]) -> float:
    shared = sum(map(weight, one.terms & other))
    return 2 * shared / (one.mass + mass) if shared else 0.0
