"""Character n-grams: likeness that survives typos, endings and word boundaries."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping

_RUN = re.compile(r"[a-z0-9]+|[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_FIRST_HAN = "\u3400"
_MOST_CHARACTERS = 600

Vector = Mapping[str, float]


def grams(folded: str) -> Counter[str]:
    """Count the n-grams of a folded text: 3–5 within Latin words (with edges), 1–3 within Han runs."""
    found: list[str] = []
    for run in _RUN.findall(folded[:_MOST_CHARACTERS]):
        latin = run[0] < _FIRST_HAN
        text = f"_{run}_" if latin else run
        for size in (3, 4, 5) if latin else (1, 2, 3):
            found += [text[i : i + size] for i in range(len(text) - size + 1)]
    return Counter(found)


def letters(folded: str) -> set[str]:
    """Return the single Han characters and whole Latin words (with edges) of a folded text."""
    return {
        part
        for run in _RUN.findall(folded[:_MOST_CHARACTERS])
        for part in ((f"_{run}_",) if run[0] < _FIRST_HAN else run)
    }


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

    def vector(self, folded: str) -> Vector:
        """Return the unit vector of a folded text."""
        held, size, log = self._holders.get, self._size, math.log
        weights = {gram: (1 + log(count)) * log(size / (held(gram, 0) + 1)) for gram, count in grams(folded).items()}
        norm = math.sqrt(sum(value * value for value in weights.values())) or 1.0
        return {gram: value / norm for gram, value in weights.items()}

    def letters(self, folded: str) -> Vector:
        """Return the single Han characters and whole Latin words of a folded text, each with its weight."""
        return {part: self._rarity(part) for part in letters(folded)}

    def _rarity(self, part: str) -> float:
        held = self._holders.get(part[:5], 0) + 0.5
        return math.log(1 + max(0.0, self._size - held) / held)


def dice(one: Vector, other: Vector) -> float:
    """Return the weighted Dice coefficient of two sets of parts (0–1)."""
    both = sum(one.values()) + sum(other.values())
    return 2 * sum(one[part] for part in one.keys() & other.keys()) / both if both else 0.0


def cosine(one: Vector, other: Vector) -> float:
    """Return the cosine of two unit vectors (0–1)."""
    return sum(one[gram] * other[gram] for gram in one.keys() & other.keys())
