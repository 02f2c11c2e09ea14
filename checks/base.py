"""A base of known claims, read and indexed: an immutable snapshot that many checks share."""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Any

from checks.index import IndexedWording
from checks.lexicon import CONCEPT_MARK, Analysis, Lexicon, Spelling, analyse
from checks.model import Guard, KnownClaim, KnownWording
from checks.scoring import Scorer, is_han
from checks.text import Span
from checks.tuning import Gates, Tuning

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
        nearer = _nearest(*weighed, self.denies, weight) - _nearest(*weighed, self.says, weight)
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


# Titles of fewer different words count as wordings only where a claim has no other.
_LEAST_TITLE = 4


@dataclass(frozen=True, slots=True)
class ReadClaim:
    """A claim with the readings of its wordings; the titles count as wordings too."""

    claim: KnownClaim
    wordings: tuple[tuple[KnownWording, Analysis], ...]
    names: ClaimNames
    voices: Voices
    points: tuple[Analysis, ...] = ()

    @property
    def is_sayable(self) -> bool:
        """Tell whether anything could match the claim."""
        return bool(self.voices.says)


def read_claim(claim: KnownClaim, lexicon: Lexicon) -> ReadClaim:
    """Read all wordings of a claim; wordings without any term are left out."""
    titles = _read((KnownWording(text, language) for language, text in claim.title.items()), lexicon)
    wordings = _read(claim.wordings, lexicon)
    if any(wording.says for wording, _ in wordings):
        # "Short sale" is a heading: every mention of the words would pass for the claim.
        titles = [each for each in titles if len(each[1].words) >= _LEAST_TITLE]
    kept = (*titles, *wordings)
    says = [reading for wording, reading in kept if wording.says]
    denies = [reading for wording, reading in kept if wording.denies]
    points = tuple(analyse(text, lexicon) for text in claim.points)
    return ReadClaim(claim, kept, ClaimNames.of(says), Voices.of(says, denies), points)


def _read(wordings: Iterable[KnownWording], lexicon: Lexicon) -> list[tuple[KnownWording, Analysis]]:
    read = [(wording, analyse(wording.text, lexicon)) for wording in wordings]
    return [(wording, reading) for wording, reading in read if reading.words]


_BARE = re.compile(r"[\W_]+")


def bare(folded: str) -> str:
    """Return a folded text without its spaces and punctuation."""
    return _BARE.sub("", folded)


class IndexedBase:
    """Claims and the scorer over their wordings; built anew on a change, from readings that are kept."""

    def __init__(self, claims: Mapping[str, ReadClaim], lexicon: Lexicon, tuning: Tuning) -> None:
        """Index the claims that have at least one positive wording."""
        self._lexicon = lexicon
        self.claims: Sequence[ReadClaim] = [read for read in claims.values() if read.is_sayable]
        wordings = [
            IndexedWording(number, reading, wording.text, wording.negative)
            for number, read in enumerate(self.claims)
            for wording, reading in read.wordings
            if not wording.denies
        ]
        self.scorer = Scorer(wordings, len(self.claims), lexicon, tuning) if wordings else None
        said = [[is_han(each.text) for each in read.voices.says] for read in self.claims]
        self._all_han, self._all_latin = all(map(any, said)), all(not all(each) for each in said)
        # Where claims share a wording, the first one keeps it.
        self._verbatim = {
            bare(each.reading.text): row for row, each in reversed(list(enumerate(wordings))) if not each.negative
        }

    @cached_property
    def spelling(self) -> Spelling:
        """Return what mends slips of the hand, by the words of this base; made when first asked for."""
        return Spelling((reading.text for read in self.claims for _, reading in read.wordings), self._lexicon)

    def is_far(self, message: Analysis, gates: Gates) -> bool:
        """Tell by words alone whether a message is far from every claim: most chat is, and no embedder is asked of it.

        Never where a claim has no wording in the message's language: words cannot tell then.
        """
        if self.scorer is None or (self._all_han if is_han(message.text) else self._all_latin):
            return self.scorer is None or self.scorer.is_far(message, gates)
        return False

    def said_verbatim(self, message: Analysis) -> int | None:
        """Return the row of the wording that a message repeats word for word, and nothing beside; None if it does not.

        Case, script, spaces and punctuation do not count; a quotation is nobody's own word.
        """
        return None if message.clean.quoted else self._verbatim.get(bare(message.text))

    @classmethod
    def of(cls, claims: Iterable[KnownClaim], lexicon: Lexicon, tuning: Tuning) -> "IndexedBase":
        """Read and index claims."""
        return cls({claim.id: read_claim(claim, lexicon) for claim in claims}, lexicon, tuning)
