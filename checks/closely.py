"""The close look: what a message and the nearest wordings of a claim have in common beyond their words."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from rapidfuzz import fuzz

from checks.analysis import Analysis
from checks.characters import CharacterVectors, Vector, cosine, dice
from checks.rarity import TermWeights

_SENTENCE = re.compile(r"[.!?。!?;:—\n]+")
_LEAST_SENTENCE = 3
_MOST_SENTENCES = 12
_MOST_COMPARED = 600
# A wording taken apart holds some 10 kB: the ones in use are kept, all of a large base are not.
_MOST_KEPT = 2_000

Pairs = frozenset[tuple[str, str]]


class Reader:
    """Takes texts apart for the close look; wordings are taken apart once."""

    def __init__(self, weight: TermWeights, characters: CharacterVectors) -> None:
        """Weigh words by `weight` and n-grams by `characters`."""
        self.weight = weight
        self.characters = characters
        self._wordings: dict[int, Parts] = {}

    def wording(self, row: int, reading: Analysis) -> "Parts":
        """Return the parts of the wording in a row."""
        parts = self._wordings.get(row)
        if parts is None:
            if len(self._wordings) >= _MOST_KEPT:
                self._wordings = {}
            parts = self._wordings[row] = Parts(reading, self)
        return parts

    def mass(self, words: frozenset[str]) -> float:
        """Return the summed weight of words."""
        return sum(map(self.weight, words))


@dataclass(frozen=True)
class Parts:
    """A text's n-grams, letters, neighbouring pairs, numbers and sentences, each worked out when first needed."""

    reading: Analysis
    reader: Reader

    @cached_property
    def text(self) -> str:
        """Return the folded text, cut to what is compared letter by letter."""
        return self.reading.text[:_MOST_COMPARED]

    @cached_property
    def vector(self) -> Vector:
        """Return the unit vector of character n-grams."""
        return self.reader.characters.vector(self.reading.text)

    @cached_property
    def letters(self) -> Vector:
        """Return the weighted Han characters and Latin words."""
        return self.reader.characters.letters(self.reading.text)

    @cached_property
    def letters_norm(self) -> float:
        """Return the length of the vector of letters."""
        return math.sqrt(sum(weight * weight for weight in self.letters.values())) or 1.0

    @cached_property
    def pairs(self) -> Pairs:
        """Return the pairs of words that stand next to each other."""
        return frozenset(pairwise(self.reading.lexicon.tokenizer.forms(self.reading.text)))

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Return the words that begin with a digit."""
        return frozenset(word for word in self.reading.words if word[0].isdigit())

    @cached_property
    def mass(self) -> float:
        """Return the weight of all words."""
        return self.reader.mass(self.reading.words)

    @cached_property
    def norm(self) -> float:
        """Return the length of the vector of words."""
        return math.sqrt(sum(self.reader.weight(word) ** 2 for word in self.reading.words)) or 1.0

    @cached_property
    def sentences(self) -> Sequence[tuple[frozenset[str], float]]:
        """Return the words of each sentence, with their weight; of a single sentence, all words."""
        forms = self.reading.lexicon.tokenizer.forms
        cut = [frozenset(forms(part)) for part in _SENTENCE.split(self.reading.text) if part.strip()]
        long = [words for words in cut if len(words) >= _LEAST_SENTENCE][:_MOST_SENTENCES]
        return [(words, self.reader.mass(words)) for words in long or [self.reading.words]]


def likeness(message: Parts, wordings: Sequence[Parts]) -> dict[str, float]:
    """Return the close measures by name: the best over the wordings (at least one), or those of the fullest one."""
    fullest = max(wordings, key=lambda each: each.mass)
    return {
        "characters": max(cosine(message.vector, each.vector) for each in wordings),
        "letters": max(dice(message.letters, each.letters) for each in wordings),
        "letters_cosine": max(_letters_cosine(message, each) for each in wordings),
        "token_set": max(fuzz.token_set_ratio(message.text, each.text) for each in wordings) / 100,
        "token_sort": max(fuzz.token_sort_ratio(message.text, each.text) for each in wordings) / 100,
        "partial": max(fuzz.partial_ratio(message.text, each.text) for each in wordings) / 100,
        "whole_partial": fuzz.partial_ratio(message.text, fullest.text) / 100,
        "whole_characters": cosine(message.vector, fullest.vector),
        "whole_dice": _dice(message.reading.words, message.mass, fullest),
        "whole_cosine": _word_cosine(message, fullest),
        "sentence": max(_dice(words, mass, fullest) for words, mass in message.sentences),
        "phrases": _phrases(message, fullest),
        "numbers_missing": float(len(fullest.numbers - message.numbers)),
        "length": math.log1p(fullest.mass),
        "length_gap": min(_length_gap(message.text, each.text) for each in wordings),
    }


def _dice(words: frozenset[str], mass: float, wording: Parts) -> float:
    return 2 * wording.reader.mass(words & wording.reading.words) / (mass + wording.mass)


def _word_cosine(message: Parts, wording: Parts) -> float:
    weight = message.reader.weight
    shared = sum(weight(word) ** 2 for word in message.reading.words & wording.reading.words)
    return shared / (message.norm * wording.norm)


def _phrases(message: Parts, wording: Parts) -> float:
    weight = message.reader.weight
    return math.log1p(sum(min(weight(one), weight(other)) for one, other in message.pairs & wording.pairs))


def _letters_cosine(message: Parts, wording: Parts) -> float:
    return cosine(message.letters, wording.letters) / (message.letters_norm * wording.letters_norm)


def _length_gap(one: str, other: str) -> float:
    return abs(len(one) - len(other)) / max(len(one), len(other), 1)
