"""The close look: what a message and the nearest wordings of a claim have in common beyond their words."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise
from operator import mul

from rapidfuzz import fuzz

from checks.index import Segment
from checks.lexicon import Analysis, Lexicon, TermWeights
from checks.model import Guard


@dataclass(frozen=True, slots=True)
class Evidence:
    """Measures of likeness between a message and a claim; the best over the claim's wordings unless said otherwise.

    Attributes:
        dice: weighted Dice of the words (0–1).
        share: share of a wording's word weight that the message holds (0–1).
        concept_dice: the same Dice over concepts.
        concept_share: the same share over concepts.
        characters: cosine of the character n-grams (0–1).
        letters: weighted Dice of single Han characters and whole Latin words (0–1).
        letters_cosine: cosine of the same (0–1).
        partial: rapidfuzz's partial ratio (0–1); never decides alone.
        whole_partial: the same against the fullest of the nearest wordings, as are the next seven.
        whole_characters: cosine of the character n-grams (0–1).
        whole_dice: weighted Dice of the words (0–1).
        whole_cosine: cosine of the words (0–1).
        sentence: weighted Dice of the message's best sentence (0–1).
        phrases: weight of the neighbouring word pairs that both hold, as a logarithm (0 and up).
        numbers_missing: how many numbers the wording holds that the message lacks.
        length: weight of the wording's words, as a logarithm.
        length_gap: difference in length of message and wording, as a share of the longer (0–1); the least.
        token_set: rapidfuzz's token set ratio (0–1); never decides alone.
        token_sort: rapidfuzz's token sort ratio (0–1).
        profile: evidence of the words by the claim's profile (0 and up).
        concept_profile: the same of the concepts.
        bm25: BM25 of all the claim's wordings as one document (0–1).
        best: the best wording's combined overlap (0–2).
        best_three: mean of the three best wordings' combined overlap.
        negative: the best negative wording's combined overlap.
        rank: the ranking score that orders claims.
        margin: distance of the ranking score to the next claim's (0 and up; 0 for all but the first).
        words: number of different word terms in the message.
        concepts: number of different concepts in the message.
        question: 1 where the message asks, else 0.
    """

    dice: float
    share: float
    concept_dice: float
    concept_share: float
    characters: float
    letters: float
    letters_cosine: float
    partial: float
    whole_partial: float
    whole_characters: float
    whole_dice: float
    whole_cosine: float
    sentence: float
    phrases: float
    numbers_missing: float
    length: float
    length_gap: float
    token_set: float
    token_sort: float
    profile: float
    concept_profile: float
    bm25: float
    best: float
    best_three: float
    negative: float
    rank: float = 0.0
    margin: float = 0.0
    words: int = 0
    concepts: int = 0
    question: float = 0.0

    def in_short(self) -> str:
        """Return the most telling measures in words, for whoever asks why."""
        shares = {
            "words": self.dice,
            "concepts": self.concept_dice,
            "characters": self.characters,
            "profile": self.profile,
            "margin": self.margin,
        }
        return ", ".join(f"{name} {value:.2f}" for name, value in shares.items())

    def features(self) -> dict[str, float]:
        """Return the measures as the decision model takes them: counts as logarithms, negatives as a distance."""
        values: dict[str, float] = {name: getattr(self, name) for name in self.__slots__}
        values["words"] = math.log1p(self.words)
        values["concepts"] = math.log1p(self.concepts)
        values["beside_negative"] = self.best - self.negative
        return values


_RUN = re.compile(r"[a-z0-9]+|[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_FIRST_HAN = "\u3400"
_MOST_CHARACTERS = 600

Vector = Mapping[str, float]


def grams(folded: str) -> Counter[str]:
    """Count the n-grams of a folded text: 3–5 within Latin words (with edges), 1–3 within Han runs."""
    found: list[str] = []
    for run in _RUN.findall(folded[:_MOST_CHARACTERS]):
        latin = run[0] < _FIRST_HAN
        text = f"_{run}_" if latin else run
        for size in (3, 4, 5) if latin else (1, 2, 3):
            found += [text[i : i + size] for i in range(len(text) - size + 1)]
    return Counter(found)


def letters(folded: str) -> set[str]:
    """Return the single Han characters and whole Latin words (with edges) of a folded text."""
    return {
        part
        for run in _RUN.findall(folded[:_MOST_CHARACTERS])
        for part in ((f"_{run}_",) if run[0] < _FIRST_HAN else run)
    }


# The rarity of n-grams is learned from so many wordings of a large base.
_MOST_COUNTED = 20_000


class CharacterVectors:
    """Unit vectors of n-grams, sublinear in counts, weighted by how few wordings hold them."""

    def __init__(
        self, holders: Mapping[str, int], size: int, most: int, added: Sequence[str] = (), removed: Sequence[str] = ()
    ) -> None:
        """Take in how many of `size` wordings each n-gram stands (`most` at most), and what came and went since."""
        self._holders, self._before, self._most, self._added, self._removed = holders, size, most, added, removed
        self._counted = size + len(added) - len(removed)
        self._size = self._counted + 20

    @cached_property
    def _changed(self) -> Mapping[str, int]:
        """Return by how many more texts hold an n-gram now; counted where a message first comes near a claim."""
        changed: Counter[str] = Counter()
        for text in self._added:
            changed.update(grams(text).keys())
        for text in self._removed:
            changed.subtract(grams(text).keys())
        return changed

    @classmethod
    def of(cls, texts: Iterable[str]) -> "CharacterVectors":
        """Count the n-grams of folded texts, of the first 20,000."""
        holders: Counter[str] = Counter()
        size = 0
        for text in islice(texts, _MOST_COUNTED):
            holders.update(grams(text).keys())
            size += 1
        return cls(holders, size, max(holders.values(), default=0))

    def counts(self) -> tuple[Mapping[str, int], int]:
        """Return in how many texts each n-gram stands, and how many texts there are; without later changes."""
        return self._holders, self._before

    def changed(self, added: Sequence[str], removed: Sequence[str] = ()) -> "CharacterVectors":
        """Return the same with some more texts, and without some; a large base has learned enough."""
        if self._counted >= _MOST_COUNTED or not (added or removed):
            return self
        came, went = (*self._added, *added), (*self._removed, *removed)
        return CharacterVectors(self._holders, self._before, self._most, came, went)

    def folded(self) -> "CharacterVectors":
        """Return the same, counted in one."""
        if not self._changed:
            return self
        holders = dict(self._holders)
        for gram, count in self._changed.items():
            holders[gram] = holders.get(gram, 0) + count
        return CharacterVectors(holders, self._counted, max(holders.values(), default=0))

    @cached_property
    def _rarities(self) -> Sequence[float]:
        """Return weights by how many hold an n-gram: a logarithm for each one of each text would take too long."""
        most = self._most + max(0, max(self._changed.values(), default=0))
        return [math.log(self._size / (held + 1)) for held in range(most + 1)]

    def _held(self, gram: str, none: int = 0) -> int:
        return self._holders.get(gram, none) + self._changed.get(gram, none)

    def vector(self, folded: str) -> Vector:
        """Return the unit vector of a folded text."""
        held, rarities, log = self._held if self._changed else self._holders.get, self._rarities, math.log
        weights = {
            gram: rarities[held(gram, 0)] if count == 1 else (1 + log(count)) * rarities[held(gram, 0)]
            for gram, count in grams(folded).items()
        }
        norm = math.sqrt(sum(map(mul, weights.values(), weights.values()))) or 1.0
        return {gram: value / norm for gram, value in weights.items()}

    def letters(self, folded: str) -> Vector:
        """Return the single Han characters and whole Latin words of a folded text, each with its weight."""
        return {part: self._rarity(part) for part in letters(folded)}

    def _rarity(self, part: str) -> float:
        held = self._held(part[:5]) + 0.5
        return math.log(1 + max(0.0, self._size - held) / held)


def dice(one: Vector, other: Vector) -> float:
    """Return the weighted Dice coefficient of two sets of parts (0–1)."""
    both = sum(one.values()) + sum(other.values())
    return 2 * sum(one[part] for part in one.keys() & other.keys()) / both if both else 0.0


def cosine(one: Vector, other: Vector) -> float:
    """Return the cosine of two unit vectors (0–1)."""
    return sum(one[gram] * other[gram] for gram in one.keys() & other.keys())


_SENTENCE = re.compile(r"[.!?。!?;:—\n]+")
_LEAST_SENTENCE = 3
_MOST_SENTENCES = 12
_MOST_COMPARED = 600

Pairs = frozenset[tuple[str, str]]


class Reader:
    """Takes texts apart for the close look; wordings are taken apart once."""

    def __init__(self, weight: TermWeights, characters: CharacterVectors, most: int) -> None:
        """Weigh words by `weight` and n-grams by `characters`.

        A wording taken apart holds some 10 kB: the ones in use are kept, up to `most`; all of a large base are not.
        """
        self.weight = weight
        self.characters = characters
        self._most = most
        self._wordings: dict[tuple[Segment, int], Parts] = {}

    def wording(self, segment: Segment, row: int, lexicon: Lexicon) -> "Parts":
        """Return the parts of the wording in a row of a segment."""
        key = segment, row
        parts = self._wordings.get(key)
        if parts is None:
            if len(self._wordings) >= self._most:
                self._wordings = {}
            parts = self._wordings[key] = Parts(segment.texts[row], lexicon, self)
        return parts

    def mass(self, words: frozenset[str]) -> float:
        """Return the summed weight of words."""
        return sum(map(self.weight, words))


@dataclass(frozen=True)
class Parts:
    """A text's words, n-grams, letters, neighbouring pairs, numbers and sentences, each worked out when needed."""

    folded: str
    lexicon: Lexicon
    reader: Reader

    @cached_property
    def forms(self) -> Sequence[str]:
        """Return the words in order."""
        return self.lexicon.tokenizer.forms(self.folded)

    @cached_property
    def words(self) -> frozenset[str]:
        """Return the words, each once."""
        return frozenset(self.forms)

    @cached_property
    def text(self) -> str:
        """Return the folded text, cut to what is compared letter by letter."""
        return self.folded[:_MOST_COMPARED]

    @cached_property
    def vector(self) -> Vector:
        """Return the unit vector of character n-grams."""
        return self.reader.characters.vector(self.folded)

    @cached_property
    def letters(self) -> Vector:
        """Return the weighted Han characters and Latin words."""
        return self.reader.characters.letters(self.folded)

    @cached_property
    def letters_norm(self) -> float:
        """Return the length of the vector of letters."""
        return math.sqrt(sum(weight * weight for weight in self.letters.values())) or 1.0

    @cached_property
    def pairs(self) -> Pairs:
        """Return the pairs of words that stand next to each other."""
        return frozenset(pairwise(self.forms))

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Return the words that begin with a digit."""
        return frozenset(word for word in self.words if word[0].isdigit())

    @cached_property
    def mass(self) -> float:
        """Return the weight of all words."""
        return self.reader.mass(self.words)

    @cached_property
    def norm(self) -> float:
        """Return the length of the vector of words."""
        return math.sqrt(sum(self.reader.weight(word) ** 2 for word in self.words)) or 1.0

    @cached_property
    def sentences(self) -> Sequence[tuple[frozenset[str], float]]:
        """Return the words of each sentence, with their weight; of a single sentence, all words."""
        forms = self.lexicon.tokenizer.forms
        cut = [frozenset(forms(part)) for part in _SENTENCE.split(self.folded) if part.strip()]
        long = [words for words in cut if len(words) >= _LEAST_SENTENCE][:_MOST_SENTENCES]
        return [(words, self.reader.mass(words)) for words in long or [self.words]]


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
        "whole_dice": _dice(message.words, message.mass, fullest),
        "whole_cosine": _word_cosine(message, fullest),
        "sentence": max(_dice(words, mass, fullest) for words, mass in message.sentences),
        "phrases": _phrases(message, fullest),
        "numbers_missing": float(len(fullest.numbers - message.numbers)),
        "length": math.log1p(fullest.mass),
        "length_gap": min(_length_gap(message.text, each.text) for each in wordings),
    }


def _dice(words: frozenset[str], mass: float, wording: Parts) -> float:
    return 2 * wording.reader.mass(words & wording.words) / (mass + wording.mass)


def _word_cosine(message: Parts, wording: Parts) -> float:
    weight = message.reader.weight
    shared = sum(weight(word) ** 2 for word in message.words & wording.words)
    return shared / (message.norm * wording.norm)


def _phrases(message: Parts, wording: Parts) -> float:
    weight = message.reader.weight
    return math.log1p(sum(min(weight(one), weight(other)) for one, other in message.pairs & wording.pairs))


def _letters_cosine(message: Parts, wording: Parts) -> float:
    return cosine(message.letters, wording.letters) / (message.letters_norm * wording.letters_norm)


def _length_gap(one: str, other: str) -> float:
    return abs(len(one) - len(other)) / max(len(one), len(other), 1)


# A group of names belongs to a claim from this share of its wordings on.
_BELONGS = 0.5


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """The names that a claim's wordings use, by group, and the groups that belong to the claim."""

    used: Mapping[str, frozenset[str]]
    own_groups: frozenset[str]

    @classmethod
    def of(cls, wordings: Sequence[Analysis]) -> "ClaimNames":
        """Collect the names of a claim's positive wordings."""
        used: dict[str, set[str]] = {}
        holding: Counter[str] = Counter()
        for wording in wordings:
            for group, names in wording.names.items():
                used.setdefault(group, set()).update(names)
                holding[group] += 1
        belong = frozenset(group for group, count in holding.items() if count >= _BELONGS * len(wordings))
        return cls({group: frozenset(names) for group, names in used.items()}, belong)


def compare_names(message: Analysis, claim: ClaimNames) -> Guard:
    """Return the guard on names: it fails where the message names only others of a group that belongs to the claim."""
    for group, said in message.names.items():
        if group in claim.own_groups and not said & claim.used[group]:
            return Guard("names", passed=False, seen=", ".join(sorted(said)))
    return Guard("names", passed=True)
