"""Fitted weights and cut-offs: data with a line on where they come from."""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.embedders.embedder import Vector
from checks.model import Stance
from config.errors import TuningError, worded
from config.named_files import encoding_of, open_named

_SHIPPED = "tuning.json"
_ANEW = worded("Write it anew with `touchstone calibrate`.")


@dataclass(frozen=True, slots=True)
class CutOffs:
    """Probabilities from which a match is answered, offered, and named at all (as a near miss).

    `about`: log odds of the topic below which it is offered at most, unless its probability reaches `sure`.
    """

    reply: float
    offer: float
    near: float
    about: float = -math.inf
    sure: float = math.inf

    def is_on_topic(self, probability: float, about: float) -> bool:
        """Tell whether a match of this probability, by topic of these log odds, may be answered."""
        return about >= self.about or probability >= self.sure


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

    def rank(self, values: Mapping[str, float], *, han: bool) -> float:
        """Return the ranking score of named measures; `han`: the message is in Chinese."""
        return sum(weight * values[name] for name, weight in (self.ranking_han if han else self.ranking).items())

    def is_near(self, values: Mapping[str, float]) -> bool:
        """Tell whether a message with these measures of words and concepts is worth a close look."""
        return self.gate_bias + sum(weight * values[name] for name, weight in self.gate.items()) >= 0

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
        meaning = MeaningTuning(**data["meaning"]) if "meaning" in data else None
        return Tuning(_model(data["few"]), _model(data["many"]), float(data["many_from"]), meaning)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        said = worded("{file}: not a tuning file ({reason}). {mend}", file=where, reason=str(error), mend=_ANEW)
        raise TuningError(said) from error


def _model(data: dict[str, Any]) -> Model:
    cut_offs = {int(size): CutOffs(**values) for size, values in data["cut_offs"].items()}
    min(cut_offs)  # a tuning without any cut-off is none
    return Model(
        provenance=str(data["provenance"]),
        ranking=data["ranking"],
        ranking_han=data["ranking_han"],
        decision=data["decision"],
        bias=float(data["bias"]),
        gate=data["gate"],
        gate_bias=float(data["gate_bias"]),
        cut_offs=cut_offs,
    )


Weights = npt.NDArray[np.float64]

_CLASSES = 5
# A measure further than so many standard deviations from the mean of the fitted texts counts as that far.
_FURTHEST = 6.0
_HUNDREDTHS = 100
_LONG = 250
# Up to so many claims the topic orders them, from so many on likeness alone, and between these both (on a logarithmic
# scale). Standing in meaning, in standard deviations, and the log odds of the topic count so much beside words.
_FEW_CLAIMS, _MANY_CLAIMS = 200, 5_000
_STANDING, _TOPIC = 0.1, 0.1
# So many log odds of the topic a claim's wordings are worth by chance (times the logarithm of their number).
_BY_CHANCE = 0.3
_LIKENESS = 10.0
_LEAST_SHARE = 1e-9


@dataclass(frozen=True, slots=True)
class Shares:
    """How likely each way to treat a claim is; the five add up to 1."""

    asserts: float
    denies: float
    asks: float
    mentions: float
    other: float

    @property
    def makes(self) -> float:
        """Return the probability that the message makes the claim or asks about it."""
        return self.asserts + self.asks

    def stance(self, denial: float, question: float) -> Stance:
        """Return the likeliest stance; a denial counts `denial` times, a question `question` times."""
        weighed: Mapping[Stance, float] = {
            "asserts": self.asserts,
            "denies": self.denies * denial,
            "asks": self.asks * question,
            "mentions": self.mentions,
        }
        return max(weighed, key=lambda stance: weighed[stance])


@dataclass(frozen=True, slots=True)
class Scale:
    """Names of measures with the mean and the standard deviation that they had in the fitted texts."""

    names: Sequence[str]
    centre: Weights
    spread: Weights

    def values(self, measures: Mapping[str, float]) -> Weights:
        """Return the measures in standard deviations, in the order of the names."""
        raw = np.array([measures[name] for name in self.names])
        return np.clip((raw - self.centre) / self.spread, -_FURTHEST, _FURTHEST)


@dataclass(frozen=True, slots=True)
class Beyond:
    """What one model's log odds add to another's: `rate` for each beyond `least`."""

    least: float
    rate: float

    def of(self, odds: float) -> float:
        """Return the log odds to add."""
        return self.rate * max(0.0, odds - self.least)


@dataclass(frozen=True)
class DecisionModel:
    """The fitted weights.

    Attributes:
        provenance: what the weights were fitted on, and how that was checked.
        topic: scale and weights of the log odds that the message is about the claim, beside `topic_bias`.
        stance: scale and weights (one column for each class) of the second model, beside `stance_bias`.
        turns: gives the weights of turns of phrase, one for each class; the first time it reads them, in 0.1 s.
        encoder: name (its beginning) of the embedder for whose vectors `directions` were fitted.
        directions: weights of the vector of the carrying stretch, and of its difference to the nearest wording's.
        denial: so many times the likelihood of a denial counts when the stance is chosen, in short messages and in
            long ones (of more than 250 letters, a Han character counting as two), where there is more to misread.
        known: the same for a claim of which it is known how people dispute it.
        question: the same for a question.
        asked: how much more a question counts where a sentence asks whether something is so.
        topical: how much less another matter counts where the topic is surely the claim's (in a few words, say, which
            are much like chat).
        cut_offs: from which probability on a match is answered, offered, and named at all.
        gates: below which likeness by words alone a message is not embedded.
    """

    provenance: str
    topic: Scale
    topic_weights: Weights
    topic_bias: float
    stance: Scale
    stance_weights: Weights
    stance_bias: Weights
    turns: Callable[[], Mapping[str, Weights]]
    encoder: str
    directions: Weights
    denial: tuple[float, float]
    known: tuple[float, float]
    question: float
    asked: Beyond
    topical: Beyond
    cut_offs: CutOffs
    gates: Gates

    def about(self, measures: Mapping[str, float]) -> float:
        """Return the log odds that a message with these measures is about the claim."""
        return float(self.topic.values(measures) @ self.topic_weights + self.topic_bias)

    def order(self, measures: Mapping[str, float], claims: int) -> float:
        """Return the value by which the claims of a base of so many are ordered for a message, the nearest highest.

        Among few claims the topic tells which one is meant. Among thousands many share it, and likeness in words and
        the standing in meaning tell better. A claim with many wordings comes near by chance more often than one
        with few.
        """
        span = math.log(_MANY_CLAIMS / _FEW_CLAIMS)
        many = min(1.0, max(0.0, math.log(max(1, claims) / _FEW_CLAIMS) / span))
        likeness = measures["rank"] + _STANDING * measures["above_both"]
        topic = self.about(measures) - _BY_CHANCE * measures["wordings"]
        return (1 - many) * _TOPIC * topic + many * likeness

    def sureness(self, measures: Mapping[str, float], elsewhere: float) -> float:
        """Return how surely a message speaks of the claim, whatever its author does with it; the higher the surer.

        Adds up what both models say of it and plain likeness; `elsewhere` is the share of the class `other`.
        """
        kept = min(1 - _LEAST_SHARE, max(_LEAST_SHARE, elsewhere))
        likeness = measures["meaning_part"] + measures["characters"]
        return self.about(measures) + math.log((1 - kept) / kept) + _LIKENESS * likeness

    def shares(
        self, measures: Mapping[str, float], turns: Iterable[str], vectors: tuple[Vector, Vector] | None
    ) -> Shares:
        """Return the shares of the classes.

        `turns` are the turns of phrase around the claim, `vectors` those of the carrying stretch and of the nearest
        wording; None where the embedder is not the one that the directions were fitted for.
        """
        odds = self.stance.values(measures) @ self.stance_weights + self.stance_bias
        known = self.turns()
        odds = odds + sum((known[turn] for turn in turns if turn in known), np.zeros(_CLASSES))
        if vectors is not None and len(self.directions):
            stretch, wording = vectors
            odds = odds + np.concatenate([stretch, stretch - wording]) @ self.directions
        odds[-1] -= self.topical.of(self.about(measures))
        weights = np.exp(odds - odds.max())
        return Shares(*(weights / weights.sum()).tolist())

    def stance_of(self, shares: Shares, length: int, *, has_denials: bool, question: float = 0.0) -> Stance:
        """Return the likeliest stance in a message of `length` letters, a Han character counting as two.

        `has_denials`: the claim comes with wordings that dispute it; `question`: how surely a sentence asks whether
        something is so, in log odds.
        """
        short, long = self.known if has_denials else self.denial
        denial = long if self.is_long(length) else short
        return shares.stance(denial, self.question * math.exp(self.asked.of(question)))

    def is_long(self, length: int) -> bool:
        """Tell whether a message of so many letters is a long one, which holds more that can be misread."""
        return length > _LONG

    def tuned(self, meaning: MeaningTuning | None) -> "DecisionModel":
        """Return the decision with an operator's cut-offs, where there are any."""
        if meaning is None:
            return self
        return replace(self, cut_offs=replace(self.cut_offs, reply=meaning.reply, offer=meaning.offer))

    @classmethod
    def load(cls) -> "DecisionModel":
        """Read the shipped weights."""
        folder = resources.files("config") / "lexicon"
        data: dict[str, Any] = json.loads((folder / "decision.json").read_text("utf-8"))
        return cls(
            provenance=data["provenance"],
            topic=_scale(data["topic"]),
            topic_weights=np.array([each["weight"] for each in data["topic"].values()]),
            topic_bias=float(data["topic_bias"]),
            stance=_scale(data["stance"]),
            stance_weights=np.array([each["weights"] for each in data["stance"].values()]),
            stance_bias=np.array(data["stance_bias"]),
            turns=cache(_read_turns),
            encoder=data["encoder"],
            directions=np.array(data["directions"]),
            denial=(float(data["denial"]["short"]), float(data["denial"]["long"])),
            known=(float(data["known"]["short"]), float(data["known"]["long"])),
            question=float(data["question"]),
            asked=Beyond(**data["asked"]),
            topical=Beyond(**data["topical"]),
            cut_offs=CutOffs(**data["cut_offs"]),
            gates=Gates(**data["gates"]),
        )


def _read_turns() -> dict[str, Weights]:
    text = (resources.files("config") / "lexicon" / "turns.tsv").read_text("utf-8")
    cells = "\t".join(line for line in text.splitlines() if line[:2] != "# ").split("\t")
    width = _CLASSES + 1
    # One table for all: an array for each of twenty thousand turns takes a fifth of a second.
    weights = np.array([[*map(int, cells[column::width])] for column in range(1, width)]).T / _HUNDREDTHS
    return dict(zip(cells[::width], weights, strict=True))


def _scale(data: Mapping[str, Mapping[str, float]]) -> Scale:
    centre = np.array([each["centre"] for each in data.values()])
    return Scale(tuple(data), centre, np.array([each["spread"] for each in data.values()]))
