"""The close look: what a message and the nearest wordings of a claim have in common beyond their words."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import cached_property, reduce
from itertools import islice, pairwise

import numpy as np
from rapidfuzz import fuzz, process

from checks.index import Segment
from checks.lexicon import Analysis, Lexicon, TermWeights
from checks.model import Guard
from checks.words import Floats, Keys, Numbers, Rows, Runs, Shares, begins, each_once


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
        question: 0; where its stance is read, 1 stands in its place if the message asks.
    """

    dice: float
    share: float
    concept_dice: float
    concept_share: float
    characters: float
    letters: float
    letters_cosine: float
    whole_characters: float
    whole_dice: float
    whole_cosine: float
    sentence: float
    phrases: float
    numbers_missing: float
    length: float
    length_gap: float
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
    partial: float = math.nan
    whole_partial: float = math.nan
    token_set: float = math.nan
    token_sort: float = math.nan

    def in_short(self) -> str:
        """Return the most telling measures in words, for whoever asks why."""
        shares = {"words": self.dice, "concepts": self.concept_dice, "characters": self.characters}
        shares |= {"profile": self.profile, "margin": self.margin}
        return ", ".join(f"{name} {value:.2f}" for name, value in shares.items())

    def features(self) -> dict[str, float]:
        """Return the measures as the decision model takes them: counts as logarithms, negatives as a distance."""
        values: dict[str, float] = {name: getattr(self, name) for name in self.__slots__}
        values["words"] = math.log1p(self.words)
        values["concepts"] = math.log1p(self.concepts)
        values["beside_negative"] = self.best - self.negative
        return values


# What counts where it is not measured.
NOT_MEASURED = {each.name: each.default for each in fields(Evidence) if each.default is not MISSING}
# The names of all that a model may weigh.
MEASURES = frozenset((*Evidence.__slots__, "beside_negative"))


@dataclass(frozen=True, slots=True, eq=False)
class GramVector:
    """Weights of parts of a text, by the keys of these, ascending."""

    keys: Keys
    weights: Shares

    def held_by(self, others: "Sequence[GramVector]") -> tuple[Shares, Shares, Rows]:
        """Return of all parts of others their weights here (0 where there is none), their weights there, and where."""
        keys = np.concatenate([each.keys for each in others])
        weights = np.concatenate([each.weights for each in others])
        owners = np.repeat(np.arange(len(others)), [len(each.keys) for each in others])
        if not len(self.keys):
            return np.zeros_like(weights), weights, owners
        places = self.keys.searchsorted(keys)
        places[places == len(self.keys)] = 0
        return self.weights[places] * (self.keys[places] == keys), weights, owners


# Texts are gone through so many at once: what is worked out on the way takes little room.
_TEXTS_AT_ONCE = 100


class GramCounts:
    """In how many texts each n-gram stands, at twelve bytes an n-gram."""

    def __init__(self, keys: Keys, counts: Numbers) -> None:
        """Take the keys of n-grams, ascending, with their counts."""
        self.keys, self.counts = keys, counts

    def __len__(self) -> int:
        return len(self.keys)

    @classmethod
    def of(cls, texts: Iterable[str]) -> "tuple[GramCounts, int]":
        """Count the n-grams of folded texts, and the texts."""
        parts, size, rest = [GramCounts(np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int32))], 0, iter(texts)
        while some := list(islice(rest, _TEXTS_AT_ONCE)):
            size += len(some)
            parts.append(GramCounts(*Runs(some).counted()))
            while len(parts) > 1 and len(parts[-2]) <= 2 * len(parts[-1]):
                parts[-2:] = [parts[-2].plus(parts[-1])]
        return reduce(lambda one, other: one.plus(other), reversed(parts)), size

    def plus(self, other: "GramCounts", sign: int = 1) -> "GramCounts":
        """Return the counts of both; with the sign -1, without those of the other."""
        if not len(other):
            return self
        keys = np.concatenate([self.keys, other.keys])
        order = np.argsort(keys, kind="stable")
        keys, counts = keys[order], np.concatenate([self.counts, other.counts * np.int32(sign)])[order]
        first = begins(keys).nonzero()[0]
        summed = np.add.reduceat(counts, first, dtype=np.int32)
        kept = summed != 0
        return GramCounts(keys[first[kept]], summed[kept])

    def of_keys(self, keys: Keys) -> Numbers:
        """Return the count of each key, 0 for those that stand nowhere."""
        if not len(self.keys):
            return np.zeros(len(keys), dtype=np.int32)
        places = np.minimum(self.keys.searchsorted(keys), len(self.keys) - 1)
        return np.where(self.keys[places] == keys, self.counts[places], np.int32(0))


# The rarity of n-grams is learned from so many wordings of a large base.
_MOST_COUNTED = 20_000


class CharacterVectors:
    """Unit vectors of n-grams, sublinear in counts, weighted by how few wordings hold them."""

    def __init__(self, holders: GramCounts, size: int, added: Sequence[str] = (), removed: Sequence[str] = ()) -> None:
        """Take in how many of `size` wordings each n-gram stands, and what came and went since."""
        self._holders, self._before, self._added, self._removed = holders, size, added, removed
        self._counted = size + len(added) - len(removed)
        self._size = self._counted + 20

    @cached_property
    def _changed(self) -> GramCounts:
        """Return by how many more texts hold an n-gram now; counted where a message first comes near a claim."""
        return GramCounts.of(self._added)[0].plus(GramCounts.of(self._removed)[0], -1)

    @classmethod
    def of(cls, texts: Iterable[str]) -> "CharacterVectors":
        """Count the n-grams of folded texts, of the first 20,000."""
        return cls(*GramCounts.of(islice(texts, _MOST_COUNTED)))

    def counts(self) -> tuple[GramCounts, int]:
        """Return in how many texts each n-gram stands, and how many texts there are; without later changes."""
        return self._holders, self._before

    def changed(self, added: Sequence[str], removed: Sequence[str] = ()) -> "CharacterVectors":
        """Return the same with some more texts, and without some; a large base has learned enough."""
        if self._counted >= _MOST_COUNTED or not (added or removed):
            return self
        came, went = (*self._added, *added), (*self._removed, *removed)
        return CharacterVectors(self._holders, self._before, came, went)

    def folded(self) -> "CharacterVectors":
        """Return the same, counted in one."""
        if not (self._added or self._removed):
            return self
        return CharacterVectors(self._holders.plus(self._changed), self._counted)

    def _held(self, keys: Keys) -> Numbers:
        held = self._holders.of_keys(keys)
        return held + self._changed.of_keys(keys) if self._added or self._removed else held

    def vectors(self, texts: Sequence[str]) -> tuple[list[GramVector], list[GramVector]]:
        """Return of folded texts the unit vectors of n-grams, and the weights of Han characters and Latin words."""
        runs = Runs(texts)
        keys, owners, times = runs.grams_of_each()
        weights = (1 + np.log(times)) * np.log(self._size / (self._held(keys) + 1))
        norms = np.sqrt(np.bincount(owners, weights * weights, len(texts)))
        letters, counted, owner_of = runs.letters()
        places = each_once(letters, owner_of)
        held = self._held(counted[places]) + 0.5
        rarities = np.log(1 + np.maximum(0.0, self._size - held) / held)
        return (
            _by_text(keys, weights / np.where(norms, norms, 1.0)[owners], owners, len(texts)),
            _by_text(letters[places], rarities, owner_of[places], len(texts)),
        )


def _by_text(keys: Keys, weights: Floats, owners: Rows, texts: int) -> list[GramVector]:
    ends = owners.searchsorted(np.arange(texts + 1)).tolist()
    narrow = weights.astype(np.float32)
    # Copies: a slice that is kept would hold what all the texts have.
    return [GramVector(keys[start:end].copy(), narrow[start:end].copy()) for start, end in pairwise(ends)]


_SENTENCE = re.compile(r"[.!?。!?;:—\n]+")
_LEAST_SENTENCE = 3
_MOST_SENTENCES = 12
_MOST_COMPARED = 600

Pairs = frozenset[tuple[str, str]]


class Reader:
    """Takes texts apart for the close look; wordings are taken apart once."""

    def __init__(
        self, weight: TermWeights, characters: CharacterVectors, most: int, before: "Reader | None" = None
    ) -> None:
        """Weigh words by `weight` and n-grams by `characters`; one `before` that weighs these alike shares what it has.

        A wording taken apart holds some 10 kB: the ones in use are kept, up to `most`; all of a large base are not.
        """
        self.weight, self.characters, self._most = weight, characters, most
        self._wordings: dict[tuple[Segment, int], Parts] = {}
        if before is not None and before.characters is characters and before._most == most:  # noqa: SLF001  its own kind
            self._wordings = before._wordings  # noqa: SLF001

    def with_wordings(
        self, message: Analysis, claims: "Sequence[tuple[Segment, Sequence[int]]]"
    ) -> "tuple[Parts, list[list[Parts]]]":
        """Return the parts of a message and of some claims' wordings, given as rows of a segment."""
        kept, places = self._wordings, [(segment, row) for segment, rows in claims for row in rows]
        missing = [place for place in places if place not in kept]
        if len(kept) + len(missing) > self._most:
            kept = self._wordings = {place: kept[place] for place in places if place in kept}
        texts = [message.text, *(segment.texts[row] for segment, row in missing)]
        said, *made = self.taken_apart(texts, message.lexicon)
        kept.update(zip(missing, made, strict=True))
        return said, [[kept[segment, row] for row in rows] for segment, rows in claims]

    def taken_apart(self, texts: Sequence[str], lexicon: Lexicon) -> "list[Parts]":
        """Return the parts of folded texts."""
        both = zip(texts, *self.characters.vectors(texts), strict=True)
        # They hold no reader: it holds them, and both would stay until somebody looks for circles.
        return [Parts(text, lexicon, vector, letters) for text, vector, letters in both]


@dataclass(frozen=True)
class Parts:
    """A text's n-grams and letters, and its words, pairs, numbers and sentences, which are worked out when needed."""

    folded: str
    lexicon: Lexicon
    vector: GramVector
    letters: GramVector

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
    def sorted(self) -> str:
        """Return the same with its words in the order of the alphabet."""
        return " ".join(sorted(self.text.split()))

    @cached_property
    def pairs(self) -> Pairs:
        """Return the pairs of words that stand next to each other."""
        return frozenset(pairwise(self.forms))

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Return the words that begin with a digit."""
        return frozenset(word for word in self.words if word[0].isdigit())

    @cached_property
    def sentences(self) -> Sequence[frozenset[str]]:
        """Return the words of each sentence; of a single sentence, all words."""
        forms = self.lexicon.tokenizer.forms
        cut = [frozenset(forms(part)) for part in _SENTENCE.split(self.folded) if part.strip()]
        return [words for words in cut if len(words) >= _LEAST_SENTENCE][:_MOST_SENTENCES] or [self.words]


@dataclass(frozen=True, slots=True)
class _Weighed:
    """Words with what they weigh together, and the length of their vector."""

    words: frozenset[str]
    mass: float
    norm: float

    @classmethod
    def of(cls, words: frozenset[str], weight: TermWeights) -> "_Weighed":
        each = [*map(weight, words)]
        return cls(words, sum(each), math.sqrt(sum(one**2 for one in each)) or 1.0)


# What rapidfuzz measures takes most of a close look.
RATIOS = frozenset(("token_set", "token_sort", "partial", "whole_partial"))


def likeness(
    message: Parts, claims: Sequence[Sequence[Parts]], weight: TermWeights, *, ratios: bool = True
) -> list[dict[str, float]]:
    """Return the close measures of claims by name: the best over the wordings of each, or those of the fullest one.

    Each claim has one wording at least, and its fullest one first: the words of the others need not be cut. Without
    `ratios`, those of rapidfuzz are no numbers.
    """
    if not (wordings := [each for claim in claims for each in claim]):
        return []
    here, there, owners = message.vector.held_by([each.vector for each in wordings])
    cosines = np.bincount(owners, here * there, len(wordings))
    by_letters = zip(cosines.tolist(), *_letters(message.letters, [each.letters for each in wordings]), strict=True)
    said = [_Weighed.of(words, weight) for words in (message.words, *message.sentences)]
    found = [_likeness(message, claim, weight, said, list(islice(by_letters, len(claim)))) for claim in claims]
    return [each | _ratios(message, claim) for each, claim in zip(found, claims, strict=True)] if ratios else found


def _ratios(message: Parts, wordings: Sequence[Parts]) -> dict[str, float]:
    texts, whole = [each.text for each in wordings], fuzz.partial_ratio(message.text, wordings[0].text)
    # At what is lower than a known ratio the next one breaks off.
    higher = process.extractOne(message.text, texts[1:], scorer=fuzz.partial_ratio, score_cutoff=whole)
    sorted_ = [each.sorted for each in wordings]
    return {
        "token_set": process.extractOne(message.text, texts, scorer=fuzz.token_set_ratio)[1] / 100,
        "token_sort": process.extractOne(message.sorted, sorted_, scorer=fuzz.ratio)[1] / 100,
        "partial": (higher[1] if higher else whole) / 100,
        "whole_partial": whole / 100,
    }


def _likeness(
    message: Parts,
    wordings: Sequence[Parts],
    weight: TermWeights,
    said: Sequence[_Weighed],
    by_letters: Sequence[tuple[float, float, float]],
) -> dict[str, float]:
    (fullest, *_), (whole, *sentences), size = wordings, said, len(message.text)
    words = _Weighed.of(fullest.words, weight)
    characters, letters, letters_cosine = map(max, zip(*by_letters, strict=True))
    return {
        "characters": characters,
        "letters": letters,
        "letters_cosine": letters_cosine,
        "whole_characters": by_letters[0][0],
        "whole_dice": _dice(whole, words, weight),
        "whole_cosine": sum(weight(word) ** 2 for word in whole.words & words.words) / (whole.norm * words.norm),
        "sentence": max(_dice(each, words, weight) for each in sentences),
        "phrases": math.log1p(sum(min(map(weight, pair)) for pair in message.pairs & fullest.pairs)),
        "numbers_missing": float(len(fullest.numbers - message.numbers)),
        "length": math.log1p(words.mass),
        "length_gap": min(abs(size - len(each.text)) / max(size, len(each.text), 1) for each in wordings),
    }


def _dice(one: _Weighed, other: _Weighed, weight: TermWeights) -> float:
    return 2 * sum(map(weight, one.words & other.words)) / (one.mass + other.mass)


def _letters(message: GramVector, wordings: Sequence[GramVector]) -> tuple[list[float], list[float]]:
    """Return the weighted Dice coefficient and the cosine of the letters (0–1), for each wording."""
    shared, own, owners = message.held_by(wordings)
    both = np.bincount(owners, shared, len(wordings)), np.bincount(owners, shared * shared, len(wordings))
    masses = np.bincount(owners, own, len(wordings)) + message.weights.sum()
    norms = np.sqrt(np.bincount(owners, own * own, len(wordings)) * (message.weights @ message.weights))
    return (
        (both[0] * 2 / np.where(masses, masses, 1.0)).tolist(),
        (both[1] / np.where(norms, norms, 1.0)).tolist(),
    )


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
