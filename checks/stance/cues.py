"""The stance lexicon: the cues and opposites of config/lexicon/stance.yaml, folded like messages."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

Reach = Literal["clause", "sentence", "near", "message"]
Shared = Literal["same", "kind", "never"]

_GAP = r"[^.!?。;\n]{0,24}?"
_NUMBER = r"[\d一二三四五六七八九十两百][\d.,]*(?:\s?%)?"
_PARTS = re.compile(r"(…|#|\*|\s+|^\^|\$$)")
_LATIN = re.compile(r"[a-z0-9]")
_SPECIAL = {"…": _GAP, "#": r"[$€£¥]?" + _NUMBER, "*": r"[a-z]*", "$": r"(?=\s{0,3}(?:[.!?。;,\n]|\Z))"}


@dataclass(frozen=True)
class Cue:
    """One phrase of a category; `start_only` cues hold only where a sentence begins."""

    category: str
    phrase: str
    weight: float
    reach: Reach
    shared: Shared

    @property
    def start_only(self) -> bool:
        """Tell whether the cue holds only at the start of a sentence."""
        return self.phrase.startswith("^")

    @cached_property
    def key(self) -> str:
        """Return the longest literal part, for a quick look before the pattern is tried."""
        return max(re.split(r"[…#*^$\s]+", self.phrase), key=len)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return the compiled phrase; its gaps are bounded, so that a search stays linear."""
        body = self.phrase.removeprefix("^")
        parts = [_SPECIAL.get(part) or _literal(part) for part in _PARTS.split(body) if part]
        before = r"(?<![a-z0-9'])" if _LATIN.match(body) else ""
        after = r"(?![a-z0-9])" if _LATIN.match(body[-1:]) else ""
        return re.compile(before + "".join(parts) + after)


def _literal(part: str) -> str:
    return r"\s{1,3}" if part.isspace() else re.escape(part)


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue seen in a text."""

    cue: Cue
    start: int
    end: int

    @property
    def category(self) -> str:
        """Return the category of the cue."""
        return self.cue.category


class CueFinder:
    """Finds all cues of a list in a text."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        """Take the cues over; patterns are compiled when first needed."""
        self.cues = tuple(cues)

    def find(self, text: str, starts: Sequence[int] = (0,)) -> list[Hit]:
        """Return the hits in `text`, in order; `starts` are the positions where sentences begin."""
        hits: list[Hit] = []
        for cue in self.cues:
            if cue.key not in text:
                continue
            if cue.start_only:
                found = (cue.pattern.match(text, start) for start in starts)
                hits.extend(Hit(cue, match.start(), match.end()) for match in found if match)
            else:
                hits.extend(Hit(cue, match.start(), match.end()) for match in cue.pattern.finditer(text))
        return sorted(hits, key=lambda hit: (hit.start, -hit.end))


_SIGNS = "…#*^$"


class _Phrases(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    en: tuple[str, ...]
    zh: tuple[str, ...]

    @property
    def both(self) -> tuple[str, ...]:
        return (*self.en, *self.zh)


class _Category(_Phrases):
    weight: float
    reach: Reach
    shared: Shared


class _Opposites(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    one: _Phrases
    other: _Phrases


@dataclass(frozen=True, slots=True)
class StanceLexicon:
    """All cues, and the pairs of opposites (their cues are named `name+` and `name-`)."""

    cues: CueFinder
    opposites: CueFinder

    @classmethod
    def load(cls, fold: Callable[[str], str]) -> "StanceLexicon":
        """Read the shipped lexicon; `fold` is the folding that messages go through."""
        data = yaml.safe_load((resources.files("config") / "lexicon" / "stance.yaml").read_text("utf-8"))
        pairs = TypeAdapter(list[_Opposites]).validate_python(data.pop("opposites"))
        categories = TypeAdapter(dict[str, _Category]).validate_python(data)
        sides = {f"{pair.name}{sign}": side for pair in pairs for sign, side in (("+", pair.one), ("-", pair.other))}
        opposites = {name: _of_side(side) for name, side in sides.items()}
        return cls(CueFinder(_cues(categories, fold)), CueFinder(_cues(opposites, fold)))


def _of_side(side: _Phrases) -> _Category:
    return _Category(en=side.en, zh=side.zh, weight=0.6, reach="sentence", shared="never")


def _cues(categories: dict[str, _Category], fold: Callable[[str], str]) -> Iterator[Cue]:
    for name, category in categories.items():
        for phrase in dict.fromkeys(_fold(phrase, fold) for phrase in category.both):
            yield Cue(name, phrase, category.weight, category.reach, category.shared)


def _fold(phrase: str, fold: Callable[[str], str]) -> str:
    """Fold the literal parts of a cue and leave its signs alone."""
    out = ""
    part = ""
    for sign in phrase:
        if sign in _SIGNS:
            out, part = out + (fold(part) if part else "") + sign, ""
        else:
            part += sign
    return out + (fold(part) if part else "")
