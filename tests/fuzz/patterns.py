"""How many steps a regular expression takes on a text, counted, so that no test has to look at a clock.

A small matcher goes through the parsed expression as the engine does, with backtracking and without any of its
shortcuts: what grows here grows there too.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from re import _constants as sre  # pyright: ignore[reportAttributeAccessIssue]  the parser has no public name
from typing import Any

from re import _parser as parser  # isort: skip  # pyright: ignore[reportAttributeAccessIssue]

Nodes = Sequence[tuple[Any, Any]]

_CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d",
    sre.CATEGORY_NOT_DIGIT: r"\D",
    sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S",
    sre.CATEGORY_WORD: r"\w",
    sre.CATEGORY_NOT_WORD: r"\W",
}
_REPEATS = {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}
_SINGLE = {sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN}
# One sign of each kind that classes tell apart, in several orders, so that two classes meet in the one they share.
_ORDERS = ("a1 中.,-\n", "1a 中.,-", " \n\ta1中", "中一a1 ", ".,:;!?-/'\"()[]<>=#*_`|a")


# More than so many squares of the length are no square any more.
_SQUARES, _LEAST_BOUND = 40, 10_000


class TooManyError(Exception):
    """The steps have come to their bound."""


class Steps:
    """Counts the signs that a search looks at."""

    def __init__(self, pattern: "re.Pattern[str] | re.Pattern[bytes]") -> None:
        self._flags = pattern.flags
        self._fold = bool(pattern.flags & re.IGNORECASE)
        self.nodes: Nodes = list(parser.parse(pattern.pattern, pattern.flags))
        self._most = 0
        self._text = ""
        self._groups: dict[int, str] = {}
        self.count = 0

    def search(self, text: str) -> int:
        """Return how many signs a search through the whole text looks at; raises TooManyError above the bound."""
        self._text, self.count, self._groups = text, 0, {}
        self._most = _LEAST_BOUND + _SQUARES * len(text) ** 2
        for start in range(len(text) + 1):
            if next(self._all(self.nodes, 0, start), None) is not None:
                break
        return self.count

    def _one(self, kind: Any, value: Any, at: int) -> bool:  # noqa: ANN401
        self.count += 1
        if self.count > self._most:
            raise TooManyError
        return at < len(self._text) and fits(kind, value, self._text[at], fold=self._fold)

    def _all(self, nodes: Nodes, number: int, at: int) -> Iterator[int]:
        if number == len(nodes):
            yield at
            return
        for end in self._node(*nodes[number], at):
            yield from self._all(nodes, number + 1, end)

    def _node(self, kind: Any, value: Any, at: int) -> Iterator[int]:  # noqa: ANN401, C901
        if kind in _SINGLE:
            if self._one(kind, value, at):
                yield at + 1
        elif kind in _REPEATS:
            yield from self._repeat(kind, *value, at)
        elif kind is sre.BRANCH:
            for branch in value[1]:
                if self._may_begin(branch, at):
                    yield from self._all(branch, 0, at)
        elif kind is sre.SUBPATTERN:
            for end in self._all(value[3], 0, at):
                self._groups[value[0]] = self._text[at:end]
                yield end
        elif kind is sre.ATOMIC_GROUP:
            end = next(self._all(value, 0, at), None)
            if end is not None:
                yield end
        elif kind in (sre.ASSERT, sre.ASSERT_NOT):
            if self._looks(*value, at) == (kind is sre.ASSERT):
                yield at
        elif kind is sre.GROUPREF:
            said = self._groups.get(value, "")
            if self._text.startswith(said, at):
                yield at + len(said)
        elif kind is sre.AT:
            if self._stands(value, at):
                yield at
        else:  # a conditional: both ways
            for branch in value[1:]:
                yield from self._all(branch or [], 0, at)

    def _may_begin(self, branch: Nodes, at: int) -> bool:
        """Tell as the engine does whether to enter a branch at all, by its first sign: of thousands it enters few."""
        if not branch or branch[0][0] not in _SINGLE:
            return True
        return at < len(self._text) and fits(*branch[0], self._text[at], fold=self._fold)

    def _looks(self, direction: int, nodes: Nodes, at: int) -> bool:
        if direction > 0:
            return next(self._all(nodes, 0, at), None) is not None
        width = sum(parser_width(nodes))
        return any(at in self._all(nodes, 0, start) for start in {at - width} if start >= 0)

    def _stands(self, where: Any, at: int) -> bool:  # noqa: ANN401
        text = self._text
        if where in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING):
            return at == 0 or (bool(self._flags & re.MULTILINE) and text[at - 1] == "\n")
        if where in (sre.AT_END, sre.AT_END_STRING):
            return at == len(text) or (bool(self._flags & re.MULTILINE) and text[at] == "\n")
        before, behind = (0 <= n < len(text) and bool(re.match(r"\w", text[n])) for n in (at - 1, at))
        return (before != behind) == (where is sre.AT_BOUNDARY)

    def _repeat(self, kind: Any, least: int, most: int, body: Nodes, at: int) -> Iterator[int]:  # noqa: ANN401
        ends = self._run(body, least, most, at) if len(body) == 1 and body[0][0] in _SINGLE else None
        if ends is None:
            found = self._nested(kind is sre.MIN_REPEAT, least, most, body, at, 0)
        else:
            found = iter(ends) if kind is sre.MIN_REPEAT else reversed(ends)
        if kind is sre.POSSESSIVE_REPEAT:
            end = next(iter(found), None)
            found = iter(()) if end is None else iter((end,))
        yield from found

    def _run(self, body: Nodes, least: int, most: int, at: int) -> range:
        length = 0
        while length < most and self._one(*body[0], at + length):
            length += 1
        return range(at + int(least), at + length + 1)

    def _nested(self, is_lazy: bool, least: int, most: int, body: Nodes, at: int, done: int) -> Iterator[int]:
        if is_lazy and done >= least:
            yield at
        if done < most:
            for end in self._all(body, 0, at):
                if end != at or done < least:
                    yield from self._nested(is_lazy, least, most, body, end, done + 1)
        if not is_lazy and done >= least:
            yield at


def parser_width(nodes: Nodes) -> Iterator[int]:
    """Yield the width of each node of a look behind, which is fixed."""
    for kind, value in nodes:
        if kind in _SINGLE:
            yield 1
        elif kind in _REPEATS:
            yield int(value[0]) * sum(parser_width(value[2]))
        elif kind is sre.SUBPATTERN:
            yield sum(parser_width(value[3]))
        elif kind is sre.BRANCH:
            yield sum(parser_width(value[1][0]))


@lru_cache(maxsize=100_000)
def _in_category(category: Any, sign: str) -> bool:  # noqa: ANN401
    return bool(re.match(_CATEGORIES[category], sign))


def fits(kind: Any, value: Any, sign: str, *, fold: bool = False) -> bool:  # noqa: ANN401
    """Tell whether a node for one sign takes this sign."""
    if fold and sign.swapcase() != sign and len(sign.swapcase()) == 1 and fits(kind, value, sign.swapcase()):
        return True
    if kind is sre.LITERAL:
        return ord(sign) == value
    if kind is sre.NOT_LITERAL:
        return ord(sign) != value
    if kind is sre.ANY:
        return True
    is_negated = value[0][0] is sre.NEGATE
    return any(_holds(*each, sign) for each in value[is_negated:]) != is_negated


def _holds(kind: Any, value: Any, sign: str) -> bool:  # noqa: ANN401
    if kind is sre.LITERAL:
        return ord(sign) == value
    if kind is sre.RANGE:
        return value[0] <= ord(sign) <= value[1]
    return _in_category(value, sign)


def sample(nodes: Nodes, order: str, way: int) -> str:
    """Return a text that the nodes take: signs in an order of preference, of branches the one of number `way`."""
    parts: list[str] = []
    for kind, value in nodes:
        if kind in _SINGLE:
            parts.append(_sign(kind, value, order))
        elif kind in _REPEATS:
            parts.append(sample(value[2], order, way) * max(int(value[0]), 1 if way % 2 else 0))
        elif kind is sre.BRANCH:
            parts.append(sample(value[1][way % len(value[1])], order, way))
        elif kind is sre.SUBPATTERN:
            parts.append(sample(value[3], order, way))
        elif kind is sre.ATOMIC_GROUP:
            parts.append(sample(value, order, way))
    return "".join(parts)


def _sign(kind: Any, value: Any, order: str) -> str:  # noqa: ANN401
    if kind is sre.LITERAL:
        return chr(value)
    liked = next((sign for sign in order if fits(kind, value, sign)), None)
    if liked is not None:
        return liked
    first = value[0] if kind is sre.IN else None
    if first is not None and first[0] in (sre.LITERAL, sre.RANGE):
        return chr(first[1] if first[0] is sre.LITERAL else first[1][0])
    return "\x01"


def pumps(nodes: Nodes, before: str = "", ways: int = 3) -> Iterator[tuple[str, str]]:
    """Yield (what leads to a repetition, what it repeats) for each repetition in an expression."""
    for number, (kind, value) in enumerate(nodes):
        lead = before + sample(nodes[:number], _ORDERS[0], 1)
        if kind in _REPEATS:
            if value[1] > 1:
                yield from ((lead, each) for each in _bodies(value[2], ways))
            yield from pumps(value[2], lead, ways)
        elif kind is sre.BRANCH:
            for branch in value[1][:ways]:
                yield from pumps(branch, lead, ways)
        elif kind is sre.SUBPATTERN:
            yield from pumps(value[3], lead, ways)
        elif kind in (sre.ASSERT, sre.ASSERT_NOT):
            yield from pumps(value[1], lead, ways)
        elif kind is sre.ATOMIC_GROUP:
            yield from pumps(value, lead, ways)


def _bodies(body: Nodes, ways: int) -> set[str]:
    return {found for order in _ORDERS for way in range(ways) if (found := sample(body, order, way))}


def growth(pattern: "re.Pattern[Any]", attacks: int = 40) -> tuple[float, str]:
    """Return by how much the steps grow at most where a repetition is made twice as long, and on which text.

    2 is in proportion, 4 as the square, 8 as the cube; infinite is above what a square could take. A repetition with a
    bound of its own may be steep up to there: what is, is made twice as long once more.
    """
    steps = Steps(pattern)
    worst, on = 0.0, ""
    for lead, repeated in sorted(set(pumps(steps.nodes)))[:attacks]:
        times = max(_FEWEST, _SIGNS_LONG // len(repeated))
        for tail in ("", "\x00"):
            texts = [f"{lead}{repeated * count}{tail}" for count in (times, 2 * times, 4 * times)]
            try:
                few, many = map(steps.search, texts[:2])
                if many > _STEEP * max(1, few):
                    few, many = many, steps.search(texts[2])
            except (TooManyError, RecursionError):
                return float("inf"), texts[0]
            if many > _LEAST and many / max(1, few) > worst:
                worst, on = many / max(1, few), texts[0]
    return worst, on


# How long a repetition is made at first, in signs and in times; and the fewest steps that say how they grow.
_SIGNS_LONG, _FEWEST = 30, 4
_LEAST, _STEEP = 400, 5
