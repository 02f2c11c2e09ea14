"""Tone: how the words around a claim sound, whatever the claim is.

People dispute without a negator: by mockery, by their own experience, by a laugh. Which turns of phrase they use is
learned from labelled messages; the words of the claim are masked, so that nothing is learned about any one claim.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from checks.text import Span

_TOKEN = re.compile(r"[a-z]+(?:['’][a-z]+)*|\d[\d.,]*%?|[\u3400-\u9fff]|[!?。;]|\.{2,}|[^\s\w.,。'\"()\-:/]")
_LATIN_WORD = re.compile(r"[a-z0-9]+")
_FIRST_HAN, _LAST_HAN = "\u3400", "\u9fff"
_CLAIM = "§"
_NUMBER = "#"
_LINE_END = "⏎"
_BREAK = "|"
# Shorter Latin words are function words: they stay, also where the wording has them.
_SHORTEST = 4
_LONGEST = 3
_EDGE = 3
_MOST_WORDINGS = 4096


@dataclass(frozen=True, slots=True)
class _Words:
    """What a wording says: its stems, and its pairs of Han characters."""

    stems: frozenset[str]
    pairs: frozenset[str]


class ToneReader:
    """Finds the turns of phrase of a message, with the words of a wording masked."""

    def __init__(self, stem: Callable[[str], str]) -> None:
        """Compare Latin words by `stem`."""
        self._stem = stem
        self._words = lru_cache(maxsize=_MOST_WORDINGS)(self._words_of)

    def turns(self, text: str, span: Span, window: Span, wording: str) -> set[str]:
        """Return the turns of phrase around a claim, each with a letter for its place.

        Args:
            text: the folded message.
            span: the stretch that carries the claim (`o`: the turn stands there).
            window: that stretch with its neighbours (`n`: in a neighbour; `w`: anywhere in the window).
            wording: the folded wording whose words are masked. `s` and `e` mark the message's first and last tokens.
        """
        words = self._words(wording)
        own = self._masked(text[span[0] : span[1]], words)
        before = self._masked(text[window[0] : span[0]], words)
        behind = self._masked(text[span[1] : window[1]], words)
        whole = self._masked(text, words)
        found = _grams(own, "o", _LONGEST) | _grams(before, "n", _LONGEST) | _grams(behind, "n", _LONGEST)
        found |= {f"s{gram}" for gram in _grams(whole[:_EDGE], "", _LONGEST)}
        found |= {f"e{gram}" for gram in _grams(whole[-_EDGE:], "", _LONGEST)}
        return found | _grams([*before, _BREAK, *own, _BREAK, *behind], "w", _LONGEST - 1)

    def _masked(self, text: str, words: _Words) -> list[str]:
        tokens = _TOKEN.findall(text.replace("’", "'").replace("\n", _LINE_END))
        out: list[str] = []
        for number, token in enumerate(tokens):
            masked = self._mask(tokens, number, token, words)
            if masked != _CLAIM or out[-1:] != [_CLAIM]:
                out.append(masked)
        return out

    def _mask(self, tokens: Sequence[str], number: int, token: str, words: _Words) -> str:
        if _is_han(token):
            after = number + 1 < len(tokens) and token + tokens[number + 1] in words.pairs
            return _CLAIM if after or (number and tokens[number - 1] + token in words.pairs) else token
        if token[0].isdigit():
            return _NUMBER
        if token[0].isalpha() and len(token) >= _SHORTEST and self._stem(token) in words.stems:
            return _CLAIM
        return token

    def _words_of(self, wording: str) -> _Words:
        pairs = (wording[i : i + 2] for i in range(len(wording) - 1))
        return _Words(
            frozenset(map(self._stem, _LATIN_WORD.findall(wording))),
            frozenset(pair for pair in pairs if _is_han(pair[0]) and _is_han(pair[1])),
        )


def _is_han(token: str) -> bool:
    return _FIRST_HAN <= token[0] <= _LAST_HAN


def _grams(tokens: Sequence[str], place: str, longest: int) -> set[str]:
    return {
        f"{place}|{' '.join(part)}"
        for size in range(1, longest + 1)
        for part in (tokens[i : i + size] for i in range(len(tokens) - size + 1))
        if _tells(part)
    }


def _tells(part: Iterable[str]) -> bool:
    """Tell whether a gram is worth counting: the claim's place alone is not, and three Latin words seldom recur."""
    parts = list(part)
    if len(parts) == 1:
        return parts[0] != _CLAIM
    return len(parts) < _LONGEST or _CLAIM in parts or any(map(_is_han, parts))
