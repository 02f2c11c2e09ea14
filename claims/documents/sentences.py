"""Sentences of a document as it is read, each with its place in the raw text, and what is held against them there."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile

from claims.documents.cleaning import HAN
from claims.documents.markup import View
from claims.documents.worthiness import CandidateCues
from claims.fields import clean_text

_CLOSING = "\"'”’」』）)】》"
_END = re.compile(
    rf"(?:[。！？!?；]|;(?!\s*[^\W_A-Z{HAN}])|…+|\.(?=\s|$|[{_CLOSING}{HAN}]))+(?P<close>[{_CLOSING}]*)|\n+",
    re.MULTILINE,
)
_LAST_WORD = re.compile(r"[A-Za-z][A-Za-z.]*$")
_LEADING = re.compile(r"[\s\ufeff\u200b•·*#>\-–—,，.。、;；:：!！…)）\]】”’」』]+")
_LONGEST_WORD = 12


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence at `start`–`end` of the raw text; `text` is clean, `stop` the mark that ends it ("" for none).

    `at` and `till` are its place in the view, `opens` tells whether it is the first of its paragraph.
    """

    start: int
    end: int
    text: str
    stop: str
    at: int
    till: int
    opens: bool = False


def sentences_of(view: View, abbreviations: Collection[str]) -> Iterator[Sentence]:
    """Yield the sentences that a view reads, in order."""
    text = view.text
    for start, end, stop in _spans(text, (0, len(text)), abbreviations):
        leading = _LEADING.match(text, start, end)
        first = leading.end() if leading else start
        last = first + len(text[first:end].rstrip())
        if last > first and (words := clean_text(text[first:last])):
            opens = start == 0 or text[start - 1] == "\n" or "\n" in text[start:first]
            yield Sentence(*view.span(first, last), words, stop, first, last, opens)


def _spans(raw: str, span: tuple[int, int], abbreviations: Collection[str]) -> Iterator[tuple[int, int, str]]:
    start, limit = span
    for found in _END.finditer(raw, *span):
        if _goes_on(raw, start, found, abbreviations):
            continue
        yield start, found.end(), found.group().rstrip(_CLOSING + "\n")[-1:]
        start = found.end()
    yield start, limit, ""


def _goes_on(raw: str, start: int, found: re.Match[str], abbreviations: Collection[str]) -> bool:
    """Tell whether the sentence goes on after what might end it."""
    mark = found.group()
    if mark == ".":
        word = _LAST_WORD.search(raw, max(start, found.start() - _LONGEST_WORD), found.start())
        return word is not None and (_is_initial(raw, word, found.end()) or word.group().lower() in abbreviations)
    # “Who pays?” she asked.
    return bool(found["close"]) and mark[0] in "?？!！" and bool(_SMALL.match(raw, found.end()))


def _is_initial(raw: str, word: re.Match[str], end: int) -> bool:
    """Tell whether a letter stands for a name, J. Smith: no grade or unit does, nor what a new sentence follows."""
    if len(word.group()) > 1 or word.group() == "I" or raw[word.start() - 1 : word.start()] == "°":
        return False
    return not _OPENING.match(raw, end)


_SMALL = re.compile(rf"[a-z{HAN}]|\s[a-z]")
_OPENING = re.compile(
    r"\s(?:The|This|That|These|Those|It|He|She|They|We|You|But|And|So|In|On|At|As|If|When|While|However|There|Not|No|For)\b"
)


@dataclass(frozen=True, slots=True)
class Counterpoint:
    """What stands against a candidate, at `start`–`end` of the raw text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence with who says it: its words stand at `start`–`end` of the view, without what leads up to them.

    `plain` is the whole sentence in Simplified characters, `turn` who has the word in an interview.
    """

    sentence: Sentence
    start: int
    end: int
    text: str
    plain: str
    speaker: str
    turn: str
    is_reported: bool
    is_named: bool


_ASKING = re.compile(r"[?？]|[吗呢][。.!！]?$")
_FURTHEST = 2
# Into a guest's answer, no further than this.
_ANSWER = 3


class Counterpoints:
    """Finds counterpoints among the sentences of one document."""

    def __init__(self, view: View, said: Sequence[Said], cues: CandidateCues, fold: Callable[[str], str]) -> None:
        """Take the sentences over, in order."""
        self._view = view
        self._said = said
        self._cues = cues
        self._fold = fold

    def of(self, number: int) -> Counterpoint | None:
        """Return what the document holds against a sentence, or None."""
        one = self._said[number]
        return (
            self._rather(one)
            or (self._following(number) if one.is_reported and not one.is_named else None)
            or self._answer(number)
        )

    def _rather(self, one: Said) -> Counterpoint | None:
        """Find it within the sentence."""
        words = one.plain[-(one.end - one.start) :]
        # Folding may move places: it is used only where it leaves the length alone.
        folded = self._fold(words)
        text = folded if len(folded) == len(words) else words.lower()
        for pattern in self._cues.rather:
            if (found := pattern.search(text)) and one.end - one.start - found.start("but") > _LEAST:
                return self._point(one.start + found.start("but"), one.end)
        return self._turned(one) if one.is_reported and not one.is_named else None

    def _turned(self, one: Said) -> Counterpoint | None:
        """Find it behind a comma: some say the one, in fact the other is so. A mere "but" may be theirs too."""
        words = one.plain[-(one.end - one.start) :]
        for turn in _IN_FACT.finditer(words):
            start = turn.start("but")
            if turn.start() >= _LEAST and len(words) - start > _LEAST:
                return self._point(one.start + start + self._cues.lead_of(words[start:]), one.end)
        return None

    def _following(self, number: int) -> Counterpoint | None:
        """Find it after the sentence, where the document turns against what it has reported."""
        for after in range(number + 1, min(number + 1 + _FURTHEST, len(self._said))):
            other = self._said[after]
            if self._cues.turn.match(other.plain):
                return self._answered(after)
            if other.is_reported:
                return None
        return None

    def _answered(self, number: int) -> Counterpoint:
        """Return a sentence as a counterpoint; after a question, what answers it belongs to it."""
        one = self._said[number]
        last = one
        if _ASKING.search(one.plain) and number + 1 < len(self._said):
            last = self._said[number + 1]
        return self._point(one.start, last.end)

    def _answer(self, number: int) -> Counterpoint | None:
        """Find it in the answer, where the one who asked has told what others say."""
        one = self._said[number]
        if not one.turn or not one.is_reported:
            return None
        for other in self._next_turn(number):
            if "rejects" in self._cues.named(self._fold(other.plain)) and not _ASKING.search(other.plain):
                return self._point(other.start, other.end)
        return None

    def _next_turn(self, number: int) -> Iterator[Said]:
        turn, after = self._said[number].turn, self._turn_ends[number]
        return takewhile(lambda other: other.turn != turn, self._said[after : after + _ANSWER])

    @cached_property
    def _turn_ends(self) -> list[int]:
        """For each sentence the number of the first one after it that is another speaker's."""
        turns = [one.turn for one in self._said]
        ends = [len(turns)] * len(turns)
        for number in range(len(turns) - 2, -1, -1):
            ends[number] = ends[number + 1] if turns[number] == turns[number + 1] else number + 1
        return ends

    def _point(self, start: int, end: int) -> Counterpoint:
        return Counterpoint(*self._view.span(start, end), clean_text(self._view.text[start:end]))


_LEAST = 8
_IN_FACT = re.compile(
    r"[,，;；]\s?(?P<but>(?:但|可|然而)?(?:其实|事实上|实际上|殊不知)"
    r"|(?:but |yet |when )?(?:in fact|in reality|actually)\b)",
    re.IGNORECASE,
)
