"""Where a quantity stands: the part of the sentence and the sentence around it."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from checks.figures.quantity import Quantity

_END = re.compile(r"(?P<sentence>[。!?！？;；\n]|\.(?!\d))|[，、：()（）—]|[,:](?!\d)| - | but | while | and ")
_REACH = 160
_BESIDE = 16


@dataclass(frozen=True, slots=True)
class Place:
    """The segment (to the next comma) and the sentence around a quantity, without the quantity itself."""

    segment: str
    sentence: str
    before: str
    after: str


class TextPlaces:
    """Cuts places out of one folded text; its ends of segments and sentences are looked up once."""

    def __init__(self, text: str) -> None:
        """Find where segments and sentences end."""
        self._text = text
        matches = list(_END.finditer(text))
        self._segments = [(match.start(), match.end()) for match in matches]
        self._sentences = [(match.start(), match.end()) for match in matches if match["sentence"]]

    def of(self, quantity: Quantity) -> Place:
        """Cut out what stands around a quantity; at most 160 characters each side."""
        segment, sentence = self._sides(self._segments, quantity), self._sides(self._sentences, quantity)
        return Place(" ".join(segment), " ".join(sentence), sentence[0][-_BESIDE:], sentence[1][:_BESIDE])

    def _sides(self, ends: list[tuple[int, int]], quantity: Quantity) -> tuple[str, str]:
        before = bisect_right(ends, quantity.start, key=lambda end: end[1])
        after = bisect_left(ends, quantity.end, key=lambda end: end[0])
        left = max(ends[before - 1][1] if before else 0, quantity.start - _REACH)
        right = min(ends[after][0] if after < len(ends) else len(self._text), quantity.end + _REACH)
        return self._text[left : quantity.start], self._text[quantity.end : max(right, quantity.end)]
