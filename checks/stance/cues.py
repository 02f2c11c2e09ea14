"""Cues: phrases with gaps and numbers, found in folded text in bounded time."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

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
