"""How much a sentence looks like a claim that can be checked: cues, figures, names and concepts, with their points."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from checks.figures import FigureReader
from checks.lexicon import Lexicon
from checks.stance.cues import Cue, CueFinder

Signal = Literal["figure", "cause", "compare", "trend", "absolute", "predicts", "reports", "rejects", "judgement"]
SIGNALS: tuple[Signal, ...] = (
    "figure", "cause", "compare", "trend", "absolute", "predicts", "reports", "rejects", "judgement",
)  # fmt: skip
HARMLESS, TALK = "harmless", "talk"


class _Phrases(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    en: tuple[str, ...]
    zh: tuple[str, ...]

    @property
    def both(self) -> tuple[str, ...]:
        return (*self.en, *self.zh)


class _Category(_Phrases):
    points: float


class _Spoken(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    share: float
    least: float


class _Lengths(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    zh: int
    en: int


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    least: float
    spoken: _Spoken
    figure: float
    number: float
    in_digits: frozenset[str]
    concept: float
    named: float
    disputed: float
    lonely: float
    long: float
    short: float
    handy: _Lengths
    whole: _Lengths
    saying: frozenset[str]
    cues: dict[str, _Category]
    leads: _Phrases
    bare: _Phrases
    turns: _Phrases
    disputes: _Phrases
    rather: tuple[str, ...]
    harmless: _Phrases
    talk: _Phrases
    ends: _Phrases
    abbreviations: frozenset[str]


@dataclass(frozen=True, slots=True)
class CandidateCues:
    """The `file` of cues, compiled: what finds cues with the points of their categories, and words around claims."""

    file: _File
    finder: CueFinder
    leads: re.Pattern[str]
    turn: re.Pattern[str]
    rather: tuple[re.Pattern[str], ...]

    @classmethod
    def load(cls) -> "CandidateCues":
        """Read the shipped file."""
        text = (resources.files("config") / "lexicon" / "candidates.yaml").read_text("utf-8")
        file = _File.model_validate(yaml.load(text, yaml.CSafeLoader))
        return cls(
            file,
            CueFinder(_cues({**file.cues, HARMLESS: file.harmless, TALK: file.talk})),
            re.compile(
                rf"(?:(?:{_words(file.leads)})\s?[,，:：]\s?|(?:{_either(file.bare.zh)})[,，:：]?\s?"
                rf"|(?:{_either(file.bare.en)})(?:[,，:：]\s?|\s))",
                re.IGNORECASE,
            ),
            re.compile(
                rf"(?:{_either(file.turns.zh)})|(?:{_either(file.turns.en)})(?![a-z])"
                rf"|[^,.;:，。；：]{{0,30}}(?:{_either(file.disputes.zh)})"
                rf"|[^,.;:，。；：]{{0,60}}\b(?:{_either(file.disputes.en)})(?![a-z])",
                re.IGNORECASE,
            ),
            tuple(re.compile(pattern) for pattern in file.rather),
        )

    @property
    def ends(self) -> tuple[str, ...]:
        """Return the folded beginnings of lines that end an article."""
        return self.file.ends.both

    def named(self, folded: str) -> frozenset[str]:
        """Return the categories that a folded sentence holds; a cue inside a harmless word is none."""
        hits = self.finder.find(folded)
        harmless = [hit for hit in hits if hit.category == HARMLESS]
        return frozenset(
            hit.category
            for hit in hits
            if not any(each.start <= hit.start and hit.end <= each.end for each in harmless)
        )

    def lead_of(self, plain: str) -> int:
        """Return how many characters before a claim are no part of it."""
        start = 0
        while found := self.leads.match(plain, start):
            start = found.end()
        return start if start < len(plain) else 0


def _words(phrases: _Phrases) -> str:
    return _either(phrases.both)


def _either(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _cues(categories: Mapping[str, _Phrases]) -> Iterator[Cue]:
    for name, phrases in categories.items():
        for phrase in phrases.both:
            yield Cue(name, phrase, 1.0, "sentence", "never")


_NAMED = re.compile(
    r"(?<![.!?]\s)(?<!^)\b[A-Z][A-Za-z0-9-]+|\b[A-Z]{2,}\b|[A-Za-z]+\d+|^[^\W\d_a-zA-Z]*[A-Za-z]{2,}|[“「《]"
)
_NUMBER = re.compile(r"(?<![\d.])(?!(?:19|20)\d\d(?!\d))\d[\d,]*\d|\d\.\d")


@dataclass(frozen=True, slots=True)
class Worth:
    """What a sentence is worth as a claim, why, and which concepts it names."""

    score: float
    signals: tuple[Signal, ...]
    concepts: frozenset[str]
    is_talk: bool = False


class WorthReader:
    """Weighs sentences; holds tables only, so that one reader serves all threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Take the lexicon over; tables are read when first needed."""
        self._lexicon = lexicon

    def weigh(self, text: str, *, is_reported: bool = False) -> Worth:
        """Weigh a clean sentence without its leads; one that says nothing has no signals."""
        cues, folded = self.cues, self._lexicon.folder.fold(text)
        named = cues.named(folded) | ({"reports"} if is_reported else set[str]())
        if TALK in named:
            return Worth(0, (), frozenset(), is_talk=True)
        concepts = frozenset(mention.concept for mention in self._lexicon.concepts.mentions(folded))
        figure = self._has_figure(folded)
        file = cues.file
        signals: tuple[Signal, ...] = tuple(
            each for each in SIGNALS if (each in named and each in file.saying) or (each == "figure" and figure)
        )
        score = sum(file.cues[name].points for name in named if name in file.cues)
        score += file.figure if figure else file.number * bool(_NUMBER.search(folded))
        is_named = bool(_NAMED.search(text))
        score += file.concept * min(len(concepts), 2) + file.named * is_named
        if not concepts and not is_named and not figure and not is_reported:
            score += file.lonely
        length, handy, whole = (
            (len(text.split()), file.handy.en, file.whole.en)
            if text.isascii()
            else (len(text), file.handy.zh, file.whole.zh)
        )
        score += file.long * (length > handy) + file.short * (length < whole)
        return Worth(round(score, 2), signals, concepts)

    def _has_figure(self, folded: str) -> bool:
        return any(
            not each.bare
            and each.dimension != "year"
            and (each.dimension not in self.cues.file.in_digits or any(map(str.isdigit, each.text)))
            for each in self._figures.read(folded)
        )

    @cached_property
    def cues(self) -> CandidateCues:
        """The cues of config/lexicon/candidates.yaml."""
        return CandidateCues.load()

    @cached_property
    def _figures(self) -> FigureReader:
        return FigureReader.load()
