"""Hear whether a message sounds like those who dispute a claim or like those who make it, by the wordings of both."""

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from checks.analysis import Analysis

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
    """The wordings of one claim by those who make it and by those who dispute it, with how many hold each term."""

    says: tuple[Analysis, ...]
    denies: tuple[Analysis, ...]
    said: Mapping[str, int]
    denied: Mapping[str, int]

    @classmethod
    def of(cls, says: Sequence[Analysis], denies: Sequence[Analysis]) -> "Voices":
        """Count the terms of both sides."""
        return cls(tuple(says), tuple(denies), _count(says), _count(denies))

    def log_odds(
        self, message: Analysis, weight: Callable[[str], float], tuning: DisputeTuning, *, sure: bool
    ) -> float:
        """Return the log odds that the message disputes the claim, given that its cues do not say so.

        Below every threshold for a claim that ships no denials.
        """
        if not self.denies or not self.says:
            return -math.inf
        words, concepts = _Weighed.of(message.words, weight), _Weighed.of(message.concepts, weight)
        nearer = _nearest(words, concepts, self.denies, weight) - _nearest(words, concepts, self.says, weight)
        evidence = tuning.unsure * (not sure) + tuning.nearer * nearer + tuning.words * self._by_words(message)
        return evidence + tuning.bias

    def _by_words(self, message: Analysis) -> float:
        """Return the evidence of single terms: the log ratios of how often each side uses them, summed and damped."""
        terms = message.words | message.concepts
        denied, said = len(self.denies) + 1, len(self.says) + 1
        summed = sum(
            math.log(((self.denied.get(term, 0) + 0.5) / denied) / ((self.said.get(term, 0) + 0.5) / said))
            for term in terms
        )
        return summed / math.sqrt(len(message.words) + 3)


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


def _nearest(
    words: _Weighed, concepts: _Weighed, readings: Sequence[Analysis], weight: Callable[[str], float]
) -> float:
    likeness = sorted(
        (
            _dice(words, each.words, weight) + _CONCEPT_SHARE * _dice(concepts, each.concepts, weight)
            for each in readings
        ),
        reverse=True,
    )[:_NEAREST]
    return sum(likeness) / len(likeness)


def _dice(one: _Weighed, other: frozenset[str], weight: Callable[[str], float]) -> float:
    both = one.mass + sum(map(weight, other))
    return 2 * sum(map(weight, one.terms & other)) / both if both else 0.0
