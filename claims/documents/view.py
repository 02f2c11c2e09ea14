"""A view of a text: what of it is read, each character with its place in the raw text."""

import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters `start`–`end` of a view to be read as `text`; `reason` is the word for what is left out there."""

    start: int
    end: int
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A stretch of the raw text that is not read, and why."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class View:
    """A readable text over a raw one that is never altered; character n of it stands at `starts[n]`–`ends[n]` there.

    A character that stands for several (an entity of a page) has the place of all of them, one that was put in an
    empty place or that of what it replaces. Places never run backwards.
    """

    raw: str
    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    dropped: tuple[Dropped, ...] = field(default=())

    @classmethod
    def of(cls, raw: str) -> "View":
        """Return the view that reads the whole text as it stands."""
        return cls(raw, raw, range(len(raw)), range(1, len(raw) + 1))

    def edited(self, edits: Iterable[Edit]) -> "View":
        """Return the view with the edits made, which come in order and do not overlap; one that does is passed over."""
        words: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        dropped: list[Dropped] = []
        last = 0
        for edit in edits:
            if edit.start < last:
                continue
            words.append(self.text[last : edit.start])
            starts.extend(self.starts[last : edit.start])
            ends.extend(self.ends[last : edit.start])
            first, after = self._place(edit.start, edit.end)
            words.append(edit.text)
            starts.extend([first] * len(edit.text))
            ends.extend([after] * len(edit.text))
            if after > first:
                dropped.append(Dropped(first, after, edit.reason))
            last = edit.end
        if last == 0 and not words:
            return self
        words.append(self.text[last:])
        starts.extend(self.starts[last:])
        ends.extend(self.ends[last:])
        return View(self.raw, "".join(words), starts, ends, _in_order((*self.dropped, *dropped)))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the raw text of characters `start`–`end` of the view."""
        return self._place(start, end)

    def within(self, start: int, end: int) -> tuple[int, int]:
        """Return the characters of the view that stand at `start`–`end` of the raw text."""
        return bisect.bisect_left(self.starts, start), max(
            bisect.bisect_left(self.starts, start), bisect.bisect_right(self.ends, end)
        )

    def reading(self, start: int, end: int) -> str:
        """Return the words that are read of `start`–`end` of the raw text."""
        first, after = self.within(start, end)
        return self.text[first:after]

    def parts(self) -> Iterator[tuple[int, int, str]]:
        """Yield the raw text whole, in order: (start, end, "") for what is read, with the reason for what is not."""
        last = 0
        for each in self.dropped:
            if each.start > last:
                yield last, each.start, ""
            if each.end > max(last, each.start):
                yield max(last, each.start), each.end, each.reason
            last = max(last, each.end)
        if last < len(self.raw):
            yield last, len(self.raw), ""

    def _place(self, start: int, end: int) -> tuple[int, int]:
        if start < end:
            return self.starts[start], self.ends[end - 1]
        here = self.starts[start] if start < len(self.starts) else len(self.raw)
        return here, here


def _in_order(dropped: Sequence[Dropped]) -> tuple[Dropped, ...]:
    return tuple(sorted(dropped, key=lambda each: (each.start, -each.end)))
