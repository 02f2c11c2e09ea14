"""Cut folded text into tokens: Latin words by stem, Han characters by pairs."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import cast

import snowballstemmer  # pyright: ignore[reportMissingTypeStubs]

_RUN = re.compile(r"[a-z0-9]+(?:[.'’&][a-z0-9]+)*|[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+|[a-zà-öø-ÿ]+")
_FIRST_HAN = "\u3400"
_MOST_TOKENS = 1500


@dataclass(frozen=True, slots=True)
class Token:
    """One token and the span of the folded text that it stands for."""

    form: str
    start: int
    end: int


def stemmer() -> Callable[[str], str]:
    """Return a caching English stemmer (Snowball's Porter 2)."""
    english = snowballstemmer.stemmer("english")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    cut = cast("Callable[[str], str]", english.stemWord)  # pyright: ignore[reportUnknownMemberType]

    @lru_cache(maxsize=50_000)
    def stem(word: str) -> str:
        return cut(word) if word.isalpha() or "'" in word else word

    return stem


class Tokenizer:
    """Cuts folded text into tokens, in order of appearance."""

    def __init__(self) -> None:
        """Set up the stemmer."""
        self.stem = stemmer()

    def tokens(self, folded: str) -> list[Token]:
        """Return at most 1,500 tokens: stems of Latin words and numbers, pairs of Han characters (a lone one stays)."""
        out: list[Token] = []
        for run in _RUN.finditer(folded):
            start, text = run.start(), run.group()
            if text[0] < _FIRST_HAN:
                out.append(Token(self.stem(text), start, run.end()))
            elif len(text) == 1:
                out.append(Token(text, start, start + 1))
            else:
                out.extend(Token(text[i : i + 2], start + i, start + i + 2) for i in range(len(text) - 1))
            if len(out) > _MOST_TOKENS:
                break
        return out[:_MOST_TOKENS]

    def forms(self, folded: str) -> list[str]:
        """Return the tokens' forms alone; the quick way where positions do not matter."""
        out: list[str] = []
        for text in _RUN.findall(folded):
            if text[0] < _FIRST_HAN:
                out.append(self.stem(text))
            elif len(text) == 1:
                out.append(text)
            else:
                out.extend(map("".join, pairwise(text)))
            if len(out) > _MOST_TOKENS:
                break
        return out[:_MOST_TOKENS]
