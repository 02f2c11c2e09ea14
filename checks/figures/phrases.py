"""Looking for phrases of a list right before or right after a place of a text, without searching the text."""

import re
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


class Endings(Generic[T]):
    """Tells which phrase of a table a text ends with at some place; words must begin at a word's beginning."""

    def __init__(self, table: Mapping[str, T]) -> None:
        """Take over the table; keys are folded phrases."""
        self._table = dict(table)
        self._lengths = sorted({len(phrase) for phrase in table}, reverse=True)
        self._longest = self._lengths[0] if self._lengths else 0

    def before(self, text: str, end: int) -> tuple[str, T] | None:
        """Return the longest phrase that stands directly before `end` (blanks between are skipped), with its value."""
        tail = text[max(0, end - self._longest - 2) : end].rstrip(" ")
        for length in self._lengths:
            phrase = tail[-length:] if length <= len(tail) else ""
            if phrase in self._table and not _inside_word(tail, len(tail) - length):
                return phrase, self._table[phrase]
        return None


def _inside_word(text: str, start: int) -> bool:
    return start > 0 and _is_letter(text[start]) and _is_letter(text[start - 1])


def _is_letter(character: str) -> bool:
    return "a" <= character <= "z"


def alternatives(words: Iterable[str], not_before: Mapping[str, str] | None = None) -> str:
    """Return a regular expression for any of the words, longest first, grouped by first character for speed.

    A word that ends with a Latin letter or digit matches only where none follows; `not_before` names the characters
    that must not follow some words.
    """
    groups: dict[str, list[str]] = {}
    for word in sorted(set(words), key=lambda w: (-len(w), w)):
        barred = (not_before or {}).get(word, "")
        tail = "(?![a-z0-9])" if _is_letter(word[-1]) or word[-1].isdecimal() else f"(?![{barred}])" if barred else ""
        groups.setdefault(word[0], []).append(re.escape(word[1:]) + tail)
    return "(?:" + "|".join(f"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in groups.items()) + ")"
