"""Picking the sentences of a document that look like claims that can be checked, for moderators to decide on."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict
from rapidfuzz import fuzz

from checks.figures import FigureReader
from checks.lexicon import Lexicon
from checks.stance.cues import Cue, CueFinder
from claims.documents.sentences import Sentence, prose_span, sentences_of
from claims.fields import LINE, language_of_wording

Signal = Literal["figure", "cause", "absolute"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence at `start`–`end` of the raw text of a document; `signals` say why it was picked.

    `text` is the sentence made clean; `digest` is of the raw words, so that the same passage is known again.
    """

    document: str
    start: int
    end: int
    text: str
    language: Literal["en", "zh"]
    score: int
    signals: tuple[Signal, ...]
    digest: str

    @property
    def occasion(self) -> str:
        """Return what names this candidate in a queue."""
        return f"{self.document}/{self.digest}"

    @property
    def payload(self) -> dict[str, str | int]:
        """Return what an item of the queue holds of it."""
        return {
            "title_en": self.text[:LINE] if self.language == "en" else "",
            "title_zh": self.text[:LINE] if self.language == "zh" else "",
            "text": self.text,
            "source": self.document,
            "start": self.start,
            "end": self.end,
        }


HARMLESS, TALK = "harmless", "talk"


class _Phrases(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    en: tuple[str, ...]
    zh: tuple[str, ...]

    @property
    def both(self) -> tuple[str, ...]:
        return (*self.en, *self.zh)


class _Category(_Phrases):
    points: int


class _Spoken(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    share: float
    least: int


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    least: int
    spoken: _Spoken
    figure: int
    in_digits: frozenset[str]
    concept: int
    cues: dict[str, _Category]
    harmless: _Phrases
    talk: _Phrases
    ends: _Phrases
    abbreviations: frozenset[str]


@dataclass(frozen=True, slots=True)
class CandidateCues:
    """Cues by category with their points, beginnings of a page's frame, and abbreviations; all of it folded.

    A candidate needs `least` points, `least_spoken` in a text with a greater share of talk than `spoken` (0–1).
    `figure` and `concept` are the points of those; figures of the dimensions `in_digits` count only where written so.
    """

    finder: CueFinder
    points: Mapping[str, int]
    least: int
    least_spoken: int
    spoken: float
    figure: int
    concept: int
    in_digits: frozenset[str]
    ends: tuple[str, ...]
    abbreviations: frozenset[str]

    @classmethod
    def load(cls) -> "CandidateCues":
        """Read the shipped file."""
        data = yaml.safe_load((resources.files("config") / "lexicon" / "candidates.yaml").read_text("utf-8"))
        file = _File.model_validate(data)
        return cls(
            CueFinder(_cues({**file.cues, HARMLESS: file.harmless, TALK: file.talk})),
            {name: category.points for name, category in file.cues.items()},
            file.least,
            file.spoken.least,
            file.spoken.share,
            file.figure,
            file.concept,
            file.in_digits,
            file.ends.both,
            file.abbreviations,
        )

    def named(self, folded: str) -> frozenset[str]:
        """Return the categories that a folded sentence holds; a cue inside a harmless word is none."""
        hits = self.finder.find(folded)
        harmless = [hit for hit in hits if hit.category == HARMLESS]
        return frozenset(
            hit.category
            for hit in hits
            if not any(each.start <= hit.start and hit.end <= each.end for each in harmless)
        )


def _cues(categories: Mapping[str, _Phrases]) -> Iterator[Cue]:
    for name, phrases in categories.items():
        for phrase in phrases.both:
            yield Cue(name, phrase, 1.0, "sentence", "never")


MOST = 20
# Of a long document that is covered already, no more sentences than this are held against the claims.
_MOST_CHECKED = 200
# From this probability on, a claim of the base says the sentence already.
COVERED = 0.5
# rapidfuzz's ratio (0–100) from which two sentences about the same things say the same.
_SAME = 80
_HAN_LENGTH = range(10, 161)
_WORDS_LENGTH = range(6, 41)
_ASKING = re.compile(r"[?？]|[吗嗎呢][。.!！]?$")
# Stops that follow one another are left by speech recognition.
_BROKEN = re.compile(r"[。，,][。，,.]|\.[。，,]")
_MOST_CONCEPTS = 2
_SIGNALS: tuple[Signal, ...] = ("figure", "cause", "absolute")

# Says how likely (0–1) a claim of the base makes a sentence.
Coverage = Callable[[str], float]
# Told how many sentences of how many have been read.
Moved = Callable[[int, int], None]


class CandidateReader:
    """Picks candidates by rules; holds tables only, so that one reader serves all threads.

    A sentence scores 3 for a figure with its unit beside a concept of the lexicon, 2 for a cause, 1 for an absolute, 1
    for naming who says so, 1 for each concept (two at most), and −1 each for leaning on the sentence before and for
    talking to somebody; from 2 on it is a candidate, from 5 on in a text full of talk. All of these, and the cues,
    stand in config/lexicon/candidates.yaml.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def find(self, document: str, raw: str, coverage: Coverage, moved: Moved | None = None) -> tuple[Candidate, ...]:
        """Return the best candidates of a raw text, at most twenty: best first, those alike as they stand in it.

        Sentences that say nearly the same come once; those that a claim covers already do not come. The same text and
        the same coverage give the same candidates.
        """
        ranked = sorted(self._read(document, raw, moved), key=lambda each: (-each.score, each.start))
        return tuple(self._best(ranked, coverage))

    def _best(self, ranked: Iterable[Candidate], coverage: Coverage) -> Iterator[Candidate]:
        seen: list[tuple[str, frozenset[str]]] = []
        found = 0
        for candidate in ranked:
            folded = self._lexicon.folder.fold(candidate.text)
            concepts = self._concepts(folded)
            if any(concepts == others and fuzz.ratio(folded, other) >= _SAME for other, others in seen):
                continue
            seen.append((folded, concepts))
            if coverage(candidate.text) < COVERED:
                yield candidate
                found += 1
            if found == MOST or len(seen) == _MOST_CHECKED:
                return

    def _read(self, document: str, raw: str, moved: Moved | None) -> list[Candidate]:
        cues, fold = self._cues, self._lexicon.folder.fold
        sentences = list(sentences_of(raw, prose_span(raw, cues.ends, fold), cues.abbreviations))
        found: list[Candidate] = []
        talk = 0
        for number, sentence in enumerate(sentences, 1):
            folded = fold(sentence.text)
            named = cues.named(folded)
            if TALK in named:
                talk += 1
            elif _is_sound(sentence):
                found.extend(self._judge(document, raw, sentence, folded, named))
            if moved is not None:
                moved(number, len(sentences))
        least = cues.least_spoken if talk > cues.spoken * len(sentences) else cues.least
        return [candidate for candidate in found if candidate.score >= least]

    def _judge(
        self, document: str, raw: str, sentence: Sentence, folded: str, named: frozenset[str]
    ) -> Iterator[Candidate]:
        """Yield the sentence as a candidate, where it says something that can be checked."""
        concepts = len(self._concepts(folded))
        figure = bool(concepts) and self._has_figure(folded)
        signals: tuple[Signal, ...] = tuple(each for each in _SIGNALS if each in named or (each == "figure" and figure))
        if signals:
            score = sum(self._cues.points[name] for name in named) + self._cues.figure * figure
            score += self._cues.concept * min(concepts, _MOST_CONCEPTS)
            digest = hashlib.sha256(raw[sentence.start : sentence.end].encode()).hexdigest()[:16]
            language = language_of_wording(sentence.text)
            yield Candidate(
                document,
                sentence.start,
                sentence.end,
                sentence.text,
                "zh" if language == "zh" else "en",
                score,
                signals,
                digest,
            )

    def _concepts(self, folded: str) -> frozenset[str]:
        return frozenset(mention.concept for mention in self._lexicon.concepts.mentions(folded))

    def _has_figure(self, folded: str) -> bool:
        return any(
            not each.bare
            and each.dimension != "year"
            and (each.dimension not in self._cues.in_digits or any(map(str.isdigit, each.text)))
            for each in self._figures.read(folded)
        )

    @cached_property
    def _cues(self) -> CandidateCues:
        return CandidateCues.load()

    @cached_property
    def _figures(self) -> FigureReader:
        return FigureReader.load()


def _is_sound(sentence: Sentence) -> bool:
    """Tell whether a sentence is whole, of a length to be quoted, and no question."""
    text = sentence.text
    if not sentence.stop or _ASKING.search(text) or _BROKEN.search(text) or len(text) > LINE:
        return False
    return len(text) in _HAN_LENGTH if language_of_wording(text) == "zh" else len(text.split()) in _WORDS_LENGTH
