"""The stance lexicon: the cues and opposites of config/lexicon/stance.yaml, folded like messages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import resources

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from checks.stance.cues import Cue, CueFinder, Reach, Shared

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
