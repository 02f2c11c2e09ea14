"""Cut a message into the stretches that may carry a claim: its sentences, and neighbouring pairs of them.

A claim inside a long post stands in a sentence or two. Held against the whole post, it drowns; held against the stretch
that carries it, it is as plain as in a message of its own.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int]

_SENTENCE = re.compile(r"[^。!?;\n…]+?(?:[。!?;\n…]+|\.(?=\s|$)|$)")
_BREAK = re.compile(r"[,:，]|\s-\s|\bbut\b|\band\b")
_HAN = re.compile(r"[\u3400-\u9fff]")
# How long a sentence may be, in characters, before it is cut at a comma: Chinese says more with fewer.
_LONG, _LONG_HAN = 120, 36
_STRETCH, _LEAST, _LEAST_REST, _LEAP = 1.5, 0.5, 0.25, 2.0
_MOST = 20


@dataclass(frozen=True, slots=True)
class Stretches:
    """The sentences of a text (long ones cut at commas), and these together with all neighbouring pairs."""

    sentences: tuple[Span, ...]
    all: tuple[Span, ...]

    def around(self, span: Span) -> Span:
        """Return the span widened by the sentence before it and the one behind it."""
        before = [start for start, end in self.sentences if end <= span[0]]
        behind = [end for start, end in self.sentences if start >= span[1]]
        return max(before, default=span[0]), min(behind, default=span[1])


def stretches_of(text: str) -> Stretches:
    """Return the stretches of a folded text: of at most 20 sentences, never none."""
    sentences = tuple(_sentences(text))[:_MOST]
    pairs = tuple((one[0], other[1]) for one, other in pairwise(sentences))
    return Stretches(sentences, (*sentences, *pairs) or ((0, len(text)),))


def _sentences(text: str) -> Iterator[Span]:
    for found in _SENTENCE.finditer(text):
        if found.group().strip():
            yield from _cut(text, *found.span())


def _cut(text: str, start: int, end: int) -> Iterator[Span]:
    limit = _LONG_HAN if _HAN.search(text, start, end) else _LONG
    if end - start <= limit * _STRETCH:
        yield start, end
        return
    last = start
    for found in _BREAK.finditer(text, start, end):
        at = found.end()
        if limit * _LEAST <= at - last <= limit * _LEAP and end - at >= limit * _LEAST_REST:
            yield last, at
            last = at
    yield last, end


def cut(spans: Sequence[Span], window: Span) -> list[Span]:
    """Return the parts of `spans` that lie in `window`, counted from its start."""
    start, end = window
    return [
        (max(left, start) - start, min(right, end) - start) for left, right in spans if left < end and right > start
    ]
