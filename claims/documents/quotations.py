"""Quotations found again in another edition of their text, by their own words and by what stood around them.

A quotation is W3C's TextQuoteSelector: the words (`exact`), and a little of what stood before (`prefix`) and after
(`suffix`). Spaces, quotation marks, dashes and small or capital letters never matter; figures and signs do.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from claims.documents.markup import View

_AROUND = 60
# A neighbourhood of fewer letters stands in too many places to show one.
_LEAST_AROUND = 12
# What may stand between the two neighbours of a changed passage: this many times its length, and so many characters.
_STRETCH, _SPARE = 3, 120
_ALIKE = 75.0
# Further in a page nobody's passage is looked for by likeness, which takes time.
_MOST_COMPARED = 300_000
_SAME = str.maketrans({
    **dict.fromkeys("‘’‚‛′`´", "'"), **dict.fromkeys("“”„‟″«»「」『』", '"'), **dict.fromkeys("‐‑‒–—―−─", "-"),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words of a text, with what stood before and after them."""

    exact: str
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class FoundAgain:
    """What became of a quotation: `same` words, `changed` ones (what stands there now), or `lost`."""

    outcome: Literal["same", "changed", "lost"]
    words: str = ""


def quotation_of(view: View, start: int, end: int) -> Quotation:
    """Return the quotation of a span of the raw text, in the words that are read."""
    first, after = view.within(start, end)
    text = view.text
    return Quotation(text[first:after].strip(), text[max(0, first - _AROUND) : first], text[after : after + _AROUND])


class Page:
    """A text in which quotations are looked for; folded once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._folded, self._places = _folded(text)

    def find(self, quotation: Quotation) -> FoundAgain:
        """Return what stands in the text in place of a quotation."""
        exact = fold(quotation.exact)
        if not exact or self._stands(exact):
            return FoundAgain("same", quotation.exact)
        between = self._between(fold(quotation.prefix)[-_AROUND:], fold(quotation.suffix)[:_AROUND], len(exact))
        return between or self._alike(exact) or FoundAgain("lost")

    def _stands(self, exact: str) -> bool:
        """Tell whether the words stand somewhere whole: 15 % is no part of 115 %, nor of 15.5 %."""
        at = self._folded.find(exact)
        while at >= 0:
            start, end = self._places[at], self._places[at + len(exact) - 1] + 1
            if not (
                _IN_NUMBER.match(self._text[max(0, start - 2) : start] + "|" + self._text[start : start + 1])
            ) and not (_ON_NUMBER.match(self._text[end - 1 : end] + "|" + self._text[end : end + 2])):
                return True
            at = self._folded.find(exact, at + 1)
        return False

    def share(self, marks: Sequence[str]) -> float:
        """Return which part of the sentences with these marks the text has, from 0 to 1; 1 where there are none."""
        here = set(sentence_marks(self._text))
        return sum(mark in here for mark in marks) / len(marks) if marks else 1.0

    def _between(self, prefix: str, suffix: str, length: int) -> FoundAgain | None:
        """Return what stands now between both neighbours, however unlike it is."""
        prefix, suffix = prefix[-_LEAST_AROUND * 2 :], suffix[: _LEAST_AROUND * 2]
        if min(len(prefix), len(suffix)) < _LEAST_AROUND:
            return None
        at = self._folded.find(prefix)
        while at >= 0:
            start = at + len(prefix)
            end = self._folded.find(suffix, start, start + length * _STRETCH + _SPARE + len(suffix))
            if end > start:
                return FoundAgain("changed", self._words(start, end))
            at = self._folded.find(prefix, at + 1)
        return None

    def _alike(self, exact: str) -> FoundAgain | None:
        found = fuzz.partial_ratio_alignment(exact, self._folded[:_MOST_COMPARED], score_cutoff=_ALIKE)
        if found is None or found.dest_end - found.dest_start < len(exact) // 2:
            return None
        return FoundAgain("changed", self._words(found.dest_start, found.dest_end))

    def _words(self, start: int, end: int) -> str:
        return " ".join(self._text[self._places[start] : self._places[end - 1] + 1].split())


def fold(text: str) -> str:
    """Return the text without what never matters."""
    return _folded(text)[0]


def _folded(text: str) -> tuple[str, list[int]]:
    letters: list[str] = []
    places: list[int] = []
    for place, each in enumerate(text):
        if each.isspace():
            continue
        plain = each.lower() if each.isascii() else unicodedata.normalize("NFKC", each).translate(_SAME).casefold()
        for letter in plain:
            if not letter.isspace() and (letter.isascii() or unicodedata.category(letter) not in {"Cf", "Mn"}):
                letters.append(letter)
                places.append(place)
    return "".join(letters).translate(_SAME), places


_IN_NUMBER = re.compile(r".?\d\|\d|\d[.,]\|\d", re.DOTALL)
_ON_NUMBER = re.compile(r"\d\|\d|\d\|[.,]\d")
_SENTENCE = re.compile(r"[^。！？!?\n]+(?:[。！？!?]|\n|$)")
_LEAST_SENTENCE = 12
MOST_MARKS = 2000


def sentence_marks(text: str) -> list[str]:
    """Return a short digest of each sentence that is long enough to be its own, at most two thousand."""
    marks: dict[str, None] = {}
    for found in _SENTENCE.finditer(text):
        words = fold(found.group())
        if len(words) >= _LEAST_SENTENCE:
            marks[hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:12]] = None
        if len(marks) == MOST_MARKS:
            break
    return list(marks)
