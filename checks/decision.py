"""The fitted decision by words and meaning: which claim a message is about, and what its author does with it.

Four fitted models: one orders the claims of a message, one tells the topic, a third shares out what the author may be
doing, and trees weigh these shares anew by what stands together with what, which sums cannot tell.
"""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.embedders.embedder import Vector
from checks.model import Stance
from checks.tuning import CutOffs, Gates, MeaningTuning

Weights = npt.NDArray[np.float64]
Nodes = npt.NDArray[np.int64]

_CLASSES = 5
# A measure further than so many standard deviations from the mean of the fitted texts counts as that far.
_FURTHEST = 6.0
_HUNDREDTHS = 100
_LONG = 250
# Up to so many claims the fitted order tells which is meant, from so many on likeness alone, and between these both (on
# a logarithmic scale). Standing in meaning, in standard deviations, and the fitted order count so much beside words.
_FEW_CLAIMS, _MANY_CLAIMS = 200, 5_000
STANDING, _ORDER = 0.1, 0.1
_LIKENESS = 10.0
_LEAST_SHARE = 1e-9
# The least share of a class that the trees are shown.
_LEAST_SHOWN = 1e-6


@dataclass(frozen=True, slots=True)
class StanceShares:
    """How likely each way to treat a claim is; the five add up to 1."""

    asserts: float
    denies: float
    asks: float
    mentions: float
    other: float

    def makes(self, disputed: float) -> float:
        """Return how likely the message makes the claim or asks about it, where a dispute counts `disputed` times."""
        return (self.asserts + self.asks) / (1 - (1 - disputed) * self.denies)

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
class MessageVectors:
    """Unit vectors of the stretch that carries a claim, of the nearest wording, and of a long message as a whole.

    `whole` is None for a short message, which is hardly more than the stretch.
    """

    stretch: Vector
    wording: Vector
    whole: Vector | None = None


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


@dataclass(frozen=True, slots=True)
class Trees:
    """Boosted trees, all grown for one list of values: nodes of all trees in one row, leaves pointing to themselves.

    Attributes:
        values: which value a node looks at.
        limits: up to which it goes to the `left` node, and above it to the `right` one.
        worth: the log odds that a leaf adds; 0 for all others.
        roots: the first node of each tree, a column for each class.
        start: the log odds of the classes before any tree.
        depth: the steps from a root to the deepest leaf.
    """

    values: Nodes
    limits: Weights
    left: Nodes
    right: Nodes
    worth: Weights
    roots: Nodes
    start: Weights
    depth: int

    def odds(self, values: Weights) -> Weights:
        """Return the log odds of the classes for these values."""
        at = self.roots
        for _ in range(self.depth):
            at = np.where(values[self.values[at]] <= self.limits[at], self.left[at], self.right[at])
        return self.start + self.worth[at].sum(axis=0)

    @classmethod
    def read(cls, file: Traversable) -> "Trees":
        """Read trees: their nodes are numbered through, tree by tree."""
        data: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return cls(
            values=np.array(data["values"], dtype=np.int64),
            limits=np.array(data["limits"], dtype=np.float64),
            left=np.array(data["left"], dtype=np.int64),
            right=np.array(data["right"], dtype=np.int64),
            worth=np.array(data["worth"], dtype=np.float64),
            roots=np.array(data["roots"], dtype=np.int64),
            start=np.array(data["start"], dtype=np.float64),
            depth=int(data["depth"]),
        )


@dataclass(frozen=True, slots=True)
class Pairing:
    """What a long message and a claim tell together: the same good news is for one claim and against another.

    Attributes:
        message: axes of the vectors of long messages, a column each, scaled, and where their mean lies on them.
        wording: the same of the vectors of wordings.
        weights: of each product of an axis of the one and an axis of the other, for each class.
    """

    message: tuple[Weights, Weights]
    wording: tuple[Weights, Weights]
    weights: Weights

    def odds(self, message: Vector, wording: Vector) -> Weights:
        """Return the log odds of the classes for the vectors of a long message and of a claim's nearest wording."""
        left, right = (
            vector @ axes - centre for vector, (axes, centre) in ((message, self.message), (wording, self.wording))
        )
        return np.einsum("i,j,ijc->c", left, right, self.weights)

    @classmethod
    def read(cls, file: Traversable) -> "Pairing":
        """Read what the fit has written."""
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as held:
            data = {name: held[name].astype(np.float64) for name in held.files}
        return cls(
            message=(data["message"], data["message_centre"]),
            wording=(data["wording"], data["wording_centre"]),
            weights=data["weights"],
        )


class Turns(Mapping[str, Weights]):
    """Weights of turns of phrase, one for each class, each read when first asked for: a message has few of them.

    To make numbers of all at once takes a twentieth of a second more, and five megabytes; to make texts of them half of
    that, and another twelve.
    """

    def __init__(self, written: bytes) -> None:
        """Take lines of a turn and its weights in hundredths, with tabs between, in UTF-8."""
        lines = (line.split(b"\t", 1) for line in written.splitlines() if line[:2] != b"# ")
        self._written = dict(lines)
        self._weights = lru_cache(maxsize=None)(self._read)

    def _read(self, turn: str) -> Weights:
        return np.array([*map(int, self._written[turn.encode()].split(b"\t"))]) / _HUNDREDTHS

    def of(self, turns: Iterable[str]) -> Iterator[Weights]:
        """Return the weights of those of the turns that have any, in order."""
        return (self._weights(turn) for turn in turns if turn.encode() in self._written)

    def __getitem__(self, turn: str) -> Weights:
        return self._weights(turn)

    def __iter__(self) -> Iterator[str]:
        return map(bytes.decode, self._written)

    def __len__(self) -> int:
        return len(self._written)


@dataclass(frozen=True)
class DecisionModel:
    """The fitted weights.

    Attributes:
        provenance: what the weights were fitted on, and how that was checked.
        topic: scale and weights of the log odds that the message is about the claim, beside `topic_bias`.
        ordering: scale and weights that order the claims of one message, the one that it is about first.
        likeness: the same among thousands of claims, for messages in Chinese.
        stance: scale and weights (one column for each class) of the stance model, beside `stance_bias`.
        turns: gives the turns of phrase with their weights; reads them the first time.
        trees: gives the trees, which look at all measures of the stance model, at its shares (as logarithms) and at
            the log odds of the topic; reads them the first time.
        encoder: name (its beginning) of the embedder for whose vectors `directions` were fitted.
        directions: weights of the vector of the carrying stretch, and of its difference to the nearest wording's.
        whole: weights of the vector of a long message, beside `whole_bias`: a story undoes a claim as a whole.
        pairing: gives what that vector and the claim's tell together; reads it with the first long message.
        denial: so many times the likelihood of a denial counts when the stance is chosen, in short messages and in
            long ones (of more than 250 letters, a Han character counting as two), where there is more to misread.
        known: the same for a claim of which it is known how people dispute it.
        question: the same for a question.
        disputed: so many times the likelihood of a denial counts in the probability that the claim is made: more of the
            fitted messages dispute than of a chat's.
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
    ordering: Scale
    ordering_weights: Weights
    likeness: Scale
    likeness_weights: Weights
    stance: Scale
    stance_weights: Weights
    stance_bias: Weights
    turns: Callable[[], "Turns"]
    trees: Callable[[], Trees]
    encoder: str
    directions: Weights
    whole: Weights
    whole_bias: Weights
    pairing: Callable[[], Pairing]
    denial: tuple[float, float]
    known: tuple[float, float]
    question: float
    disputed: float
    asked: Beyond
    topical: Beyond
    cut_offs: CutOffs
    gates: Gates

    def about(self, measures: Mapping[str, float]) -> float:
        """Return the log odds that a message with these measures is about the claim."""
        return float(self.topic.values(measures) @ self.topic_weights + self.topic_bias)

    def order(self, measures: Mapping[str, float], claims: int) -> float:
        """Return the value by which the claims of a base of so many are ordered for a message, the nearest highest.

        Among few claims by weights that were fitted to tell the one that is meant from those beside it; among
        thousands by likeness in words and the standing in meaning, which tell better there; for messages in Chinese
        with weights of their own, as words are cut differently there and much the same letters ask other questions.
        """
        likeness = measures["rank"] + STANDING * measures["above_both"]
        if measures["chinese"] and claims > _FEW_CLAIMS:
            likeness = float(self.likeness.values(measures) @ self.likeness_weights)
        if claims >= _MANY_CLAIMS:
            return likeness
        many = max(0.0, math.log(max(1, claims) / _FEW_CLAIMS) / math.log(_MANY_CLAIMS / _FEW_CLAIMS))
        fitted = float(self.ordering.values(measures) @ self.ordering_weights)
        return (1 - many) * _ORDER * fitted + many * likeness

    def is_on_topic(self, asserted: float, measures: Mapping[str, float]) -> bool:
        """Tell whether a match is surely enough about the claim to be answered.

        `asserted` is the share of the assertion, which may be sure enough by itself. A question may not: those sound
        alike whatever they are about.
        """
        return self.about(measures) >= self.cut_offs.about or asserted >= self.cut_offs.sure

    def sureness(self, measures: Mapping[str, float], elsewhere: float) -> float:
        """Return how surely a message speaks of the claim, whatever its author does with it; the higher the surer.

        Adds up what both models say of it and plain likeness; `elsewhere` is the share of the class `other`.
        """
        kept = min(1 - _LEAST_SHARE, max(_LEAST_SHARE, elsewhere))
        likeness = measures["meaning_part"] + measures["characters"]
        return self.about(measures) + math.log((1 - kept) / kept) + _LIKENESS * likeness

    def shares(
        self, measures: Mapping[str, float], turns: Iterable[str], vectors: MessageVectors | None
    ) -> StanceShares:
        """Return the shares of the classes.

        `turns` are the turns of phrase around the claim; `vectors` are None where the embedder is not the one that the
        directions were fitted for.
        """
        values = self.stance.values(measures)
        odds = values @ self.stance_weights + self.stance_bias
        odds = odds + sum(self.turns().of(turns), np.zeros(_CLASSES))
        if vectors is not None and len(self.directions):
            odds = odds + np.concatenate([vectors.stretch, vectors.stretch - vectors.wording]) @ self.directions
            if vectors.whole is not None:
                odds = odds + vectors.whole @ self.whole + self.whole_bias
                odds = odds + self.pairing().odds(vectors.whole, vectors.wording)
        about = self.about(measures)
        odds = self.trees().odds(tree_values(values, _shared(odds), np.array(about)))
        odds[-1] -= self.topical.of(about)
        return StanceShares(*_shared(odds).tolist())

    def stance_of(self, shares: StanceShares, length: int, *, has_denials: bool, question: float = 0.0) -> Stance:
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
            ordering=_scale(data["ordering"]),
            ordering_weights=np.array([each["weight"] for each in data["ordering"].values()]),
            likeness=_scale(data["likeness"]),
            likeness_weights=np.array([each["weight"] for each in data["likeness"].values()]),
            stance=_scale(data["stance"]),
            stance_weights=np.array([each["weights"] for each in data["stance"].values()]),
            stance_bias=np.array(data["stance_bias"]),
            turns=cache(lambda: Turns((folder / "turns.tsv").read_bytes())),
            trees=cache(lambda: Trees.read(folder / "trees.json")),
            encoder=data["encoder"],
            directions=np.array(data["directions"]),
            whole=np.array(data["whole"]),
            whole_bias=np.array(data["whole_bias"]),
            pairing=cache(lambda: Pairing.read(folder / "pairing.npz")),
            denial=(float(data["denial"]["short"]), float(data["denial"]["long"])),
            known=(float(data["known"]["short"]), float(data["known"]["long"])),
            question=float(data["question"]),
            disputed=float(data["disputed"]),
            asked=Beyond(**data["asked"]),
            topical=Beyond(**data["topical"]),
            cut_offs=CutOffs(**data["cut_offs"]),
            gates=Gates(**data["gates"]),
        )


def tree_values(measures: Weights, shares: Weights, about: Weights) -> Weights:
    """Return what the trees look at, for one pair or, a row each, for many: all that was fitted before them.

    `measures` are those of the stance model in standard deviations, `shares` its shares, which the trees see as
    logarithms, `about` the log odds of the topic.
    """
    return np.concatenate([measures, np.log(np.maximum(shares, _LEAST_SHOWN)), about[..., None]], axis=-1)


def _shared(odds: Weights) -> Weights:
    weights = np.exp(odds - odds.max())
    return weights / weights.sum()


def _scale(data: Mapping[str, Mapping[str, float]]) -> Scale:
    centre = np.array([each["centre"] for each in data.values()])
    return Scale(tuple(data), centre, np.array([each["spread"] for each in data.values()]))
