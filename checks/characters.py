"""Character n-grams: likeness that survives typos, endings and word boundaries."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping

_RUN = re.compile(r"[a-z0-9]+|[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_FIRST_HAN = "\u3400"
_MOST_CHARACTERS = 600
_MOST_KEPT = 50_000


def grams(folded: str) -> Counter[str]:
    """Count the n-grams of a folded text: 3–5 within Latin words (with edges), 1–3 within Han runs."""
    counts: Counter[str] = Counter()
    for run in _RUN.findall(folded[:_MOST_CHARACTERS]):
        latin = run[0] < _FIRST_HAN
        text = f"_{run}_" if latin else run
        for size in (3, 4, 5) if latin else (1, 2, 3):
            counts.update(text[i : i + size] for i in range(len(text) - size + 1))
    return counts


class CharacterVectors:
    """Unit vectors of n-grams, sublinear in counts, weighted by how few wordings hold them."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Count in how many of the base's folded texts each n-gram stands."""
        self._holders: Counter[str] = Counter()
        size = 0
        for text in texts:
            self._holders.update(grams(text).keys())
            size += 1
        self._size = size + 20
        self._cache: dict[str, dict[str, float]] = {}
        self._letters: dict[str, dict[str, float]] = {}

    def vector(self, folded: str, *, keep: bool = False) -> Mapping[str, float]:
        """Return the vector of a folded text; `keep` remembers it (for wordings, which come again)."""
        cached = self._cache.get(folded)
        if cached is not None:
            return cached
        weights = {
            gram: (1 + math.log(count)) * math.log(self._size / (self._holders.get(gram, 0) + 1))
            for gram, count in grams(folded).items()
        }
        norm = math.sqrt(sum(value * value for value in weights.values())) or 1.0
        vector = {gram: value / norm for gram, value in weights.items()}
        if keep:
            self._cache[folded] = vector
        return vector

    def letters(self, folded: str) -> Mapping[str, float]:
        """Return the single Han characters and whole Latin words of a folded text, each with its weight."""
        cached = self._letters.get(folded)
        if cached is None:
            parts = {
                part
                for run in _RUN.findall(folded[:_MOST_CHARACTERS])
                for part in ((f"_{run}_",) if run[0] < _FIRST_HAN else run)
            }
            cached = {part: self._rarity(part) for part in parts}
            if len(self._letters) < _MOST_KEPT:
                self._letters[folded] = cached
        return cached

    def _rarity(self, part: str) -> float:
        held = self._holders.get(part[:5], 0) + 0.5
        return math.log(1 + max(0.0, self._size - held) / held)


def dice(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Return the weighted Dice coefficient of two sets of parts (0–1)."""
    if len(other) < len(one):
        one, other = other, one
    both = sum(one.values()) + sum(other.values())
    return 2 * sum(weight for part, weight in one.items() if part in other) / both if both else 0.0


def cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Return the cosine of two unit vectors (0–1)."""
    if len(other) < len(one):
        one, other = other, one
    get = other.get
    return sum(value * get(gram, 0.0) for gram, value in one.items())
