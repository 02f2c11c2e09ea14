"""The decision where an embedder is at work: is the message about the claim, and what does its author do with it?

Two fitted models over the measures of one message and one claim. The first orders claims; the second shares out the
possibilities that the author asserts, denies or asks it, only mentions it, or speaks of something else.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.embedders.embedder import Vector
from checks.model import Stance
from checks.tuning import CutOffs, Gates

Weights = npt.NDArray[np.float64]

_CLASSES = 5
# A measure further than so many standard deviations from the mean of the fitted texts counts as that far.
_FURTHEST = 6.0
_HUNDREDTHS = 100
_LONG = 250


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


@dataclass(frozen=True)
class DecisionModel:
    """The fitted weights.

    Attributes:
        provenance: what the weights were fitted on, and how that was checked.
        topic: scale and weights of the log odds that the message is about the claim, beside `topic_bias`.
        stance: scale and weights (one column for each class) of the second model, beside `stance_bias`.
        turns: weights of turns of phrase, one for each class.
        encoder: name (its beginning) of the embedder for whose vectors `directions` were fitted.
        directions: weights of the vector of the carrying stretch, and of its difference to the nearest wording's.
        denial: so many times the likelihood of a denial counts when the stance is chosen, in short messages and in
            long ones (of more than 250 letters, a Han character counting as two), where there is more to misread.
        question: the same for a question.
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
    turns: Mapping[str, Weights]
    encoder: str
    directions: Weights
    denial: tuple[float, float]
    question: float
    cut_offs: CutOffs
    gates: Gates

    def about(self, measures: Mapping[str, float]) -> float:
        """Return the log odds that a message with these measures is about the claim."""
        return float(self.topic.values(measures) @ self.topic_weights + self.topic_bias)

    def shares(
        self, measures: Mapping[str, float], turns: Iterable[str], vectors: tuple[Vector, Vector] | None
    ) -> Shares:
        """Return the shares of the classes.

        `turns` are the turns of phrase around the claim, `vectors` those of the carrying stretch and of the nearest
        wording; None where the embedder is not the one that the directions were fitted for.
        """
        odds = self.stance.values(measures) @ self.stance_weights + self.stance_bias
        odds = odds + sum((self.turns[turn] for turn in turns if turn in self.turns), np.zeros(_CLASSES))
        if vectors is not None and len(self.directions):
            stretch, wording = vectors
            odds = odds + np.concatenate([stretch, stretch - wording]) @ self.directions
        weights = np.exp(odds - odds.max())
        return Shares(*(weights / weights.sum()).tolist())

    def stance_of(self, shares: Shares, length: int) -> Stance:
        """Return the likeliest stance in a message of `length` letters, a Han character counting as two."""
        return shares.stance(self.denial[length > _LONG], self.question)

    @classmethod
    def load(cls) -> "DecisionModel":
        """Read the shipped weights."""
        folder = resources.files("config") / "lexicon"
        data: dict[str, Any] = json.loads((folder / "decision.json").read_text("utf-8"))
        lines = (
            line.split("\t") for line in (folder / "turns.tsv").read_text("utf-8").splitlines() if line[:2] != "# "
        )
        turns = {turn: np.array([int(weight) for weight in weights]) / _HUNDREDTHS for turn, *weights in lines}
        return cls(
            provenance=data["provenance"],
            topic=_scale(data["topic"]),
            topic_weights=np.array([each["weight"] for each in data["topic"].values()]),
            topic_bias=float(data["topic_bias"]),
            stance=_scale(data["stance"]),
            stance_weights=np.array([each["weights"] for each in data["stance"].values()]),
            stance_bias=np.array(data["stance_bias"]),
            turns=turns,
            encoder=data["encoder"],
            directions=np.array(data["directions"]),
            denial=(float(data["denial"]["short"]), float(data["denial"]["long"])),
            question=float(data["question"]),
            cut_offs=CutOffs(**data["cut_offs"]),
            gates=Gates(**data["gates"]),
        )


def _scale(data: Mapping[str, Mapping[str, float]]) -> Scale:
    centre = np.array([each["centre"] for each in data.values()])
    return Scale(tuple(data), centre, np.array([each["spread"] for each in data.values()]))
