"""The cues that make a sentence look like a claim, from config/lexicon/candidates.yaml."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources

import yaml
from pydantic import BaseModel, ConfigDict

from checks.stance.cues import Cue, CueFinder

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
