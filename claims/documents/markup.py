"""Markup read away as edits of the raw text, and the article found among menus and advertisements."""

import bisect
import html
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal


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
        # A long text has millions of places.
        starts, ends = array("I"), array("I")
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


Form = Literal["text", "page", "markdown", "subtitles"]

_HEAD = 2000
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_MARKDOWN = re.compile(r"^#{1,6} \S|\]\(https?://|^---\n(?:[\w-]{1,40}:[^\n]*\n){1,40}---\n", re.MULTILINE)
_TIMING = r"(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}[ \t]*-->[ \t]*(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}[^\n]*"
_SUBTITLES = re.compile(rf"\s*(?:WEBVTT\b|(?:\d+\s*\n)?{_TIMING})")


def form_of(raw: str) -> Form:
    """Tell what a raw text is written in, from the text alone."""
    start = raw[:_HEAD].lstrip("\ufeff")
    if _PAGE.search(start):
        return "page"
    if _SUBTITLES.match(start):
        return "subtitles"
    return "markdown" if _MARKDOWN.search(raw[: _HEAD * 10]) else "text"


def without_markup(view: View, form: Form) -> View:
    """Return the view without the marks of its form; a text without any loses stray tags only."""
    match form:
        case "page":
            return view.edited(page_edits(view.text))
        case "markdown":
            return view.edited(_markdown_edits(view.text))
        case "subtitles":
            return view.edited(_subtitle_edits(view.text))
        case "text":
            return view.edited(stray_tags(view.text))


_STRAY = re.compile(r"</?[a-zA-Z][a-zA-Z0-9-]{0,30}(?:\s[^<>\n]{0,300})?/?>")


def stray_tags(text: str) -> Iterator[Edit]:
    """Yield the tags that were left in a text."""
    for found in _STRAY.finditer(text):
        yield Edit(*found.span(), "tag")


_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9-]*)")
_HEAD_END = re.compile(r"</head\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_SPACE = re.compile(r"[ \t\r\n\f]+")
# Elements whose content nobody reads.
_HIDDEN = frozenset({"script", "style", "head", "noscript", "template", "svg", "iframe", "textarea", "select"})
_INLINE = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd",
    "mark", "q", "rb", "rp", "rt", "rtc", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "svg",
    "time", "tt", "u", "var", "wbr",
})  # fmt: skip
# How characters are read aloud, which stands above them.
_READING = re.compile(
    r"<r(?:p|t|tc)\b[^<>]{0,200}+>(?:[^<]{1,40}+|</?(?:span|font|small|b|i)\b[^<>]{0,200}+>){0,8}+(?=<)", re.IGNORECASE
)


def page_edits(text: str) -> Iterator[Edit]:
    """Yield the edits that make a page its words: blocks on lines of their own, entities as what they stand for.

    What is never closed ends with the page; the time is linear in its length, however it is nested.
    """
    at, last_head = 0, max((found.start() for found in _HEAD_END.finditer(text)), default=-1)
    while at < len(text):
        start = text.find("<", at)
        yield from _page_words(text, at, len(text) if start < 0 else start)
        if start < 0:
            return
        at = start + 1
        if reading := _READING.match(text, start):
            at = reading.end()
            yield Edit(start, at, "reading")
        elif text.startswith("<!--", start):
            at = _after(text, "-->", start + 4)
            yield Edit(start, at, "tag")
        elif (name := _NAME.match(text, start + 1)) or text[start + 1 : start + 2] in {"!", "?"}:
            at = _after(text, ">", start + 1)
            word = name[1].lower() if name else "!"
            is_hidden = name and text[start + 1] != "/" and word in _HIDDEN and not text.endswith("/>", start, at)
            # Nobody has to close a page's head.
            if is_hidden and (word != "head" or at <= last_head):
                closing = re.compile(rf"</{word}\b", re.IGNORECASE).search(text, at)
                at = _after(text, ">", closing.end()) if closing else len(text)
                yield Edit(start, at, "script", "" if word in _INLINE else "\n")
            else:
                yield Edit(start, at, "tag", "" if word in _INLINE else "\n")


def _page_words(text: str, start: int, end: int) -> Iterator[Edit]:
    edits = [
        *(Edit(*each.span(), "entity", html.unescape(each.group())) for each in _ENTITY.finditer(text, start, end)),
        *(
            Edit(*each.span(), "space", _between(text, each))
            for each in _SPACE.finditer(text, start, end)
            if each.group() != " "
        ),
    ]
    yield from sorted(edits, key=lambda each: each.start)


def _between(text: str, spaces: re.Match[str]) -> str:
    """Return what spaces are read as: one, or none where a line of Chinese goes on in the next."""
    around = text[max(0, spaces.start() - 1) : spaces.start()] + text[spaces.end() : spaces.end() + 1]
    return "" if "\n" in spaces.group() and _TWO_HAN.fullmatch(around) else " "


_TWO_HAN = re.compile(r"[\u3001-\u9fff\uff00-\uffef]{2}")


def _after(text: str, mark: str, start: int) -> int:
    found = text.find(mark, start)
    return len(text) if found < 0 else found + len(mark)


_FRONT = re.compile(r"\A---\n(?:[^\n]{0,500}\n){0,60}?---\n")
_MARKS = re.compile(
    r"""
      (?P<image>!\[[^\]\n]{0,300}\]\([^)\n]{0,1000}\))
    | (?P<link>\[(?P<linked>[^\[\]\n]{1,300})\]\([^)\n]{0,1000}\))
    | (?P<line>^[ ]{0,3}(?:\#{1,6}[ ]|>[ ]?|```[^\n]*|~~~[^\n]*|[-*_]{3,}[ ]*$))
    | (?P<mark>\*{1,3}(?=\S)|(?<=\S)\*{1,3}|(?<!\w)_{1,2}(?=\w)|(?<=\w)_{1,2}(?!\w)|`{1,2})
    | (?P<tag></?[a-zA-Z][^<>\n]{0,300}>)
    | (?P<note>\[\^[^\]\n]{1,20}\])
    """,
    re.VERBOSE | re.MULTILINE,
)


def _markdown_edits(text: str) -> Iterator[Edit]:
    front = _FRONT.match(text)
    start = front.end() if front else 0
    if front:
        yield Edit(0, start, "head")
    for found in _MARKS.finditer(text, start):
        if found["link"]:
            yield Edit(found.start(), found.start("linked"), "mark")
            yield Edit(found.end("linked"), found.end(), "mark")
        else:
            yield Edit(*found.span(), "mark")


_CUE = re.compile(
    rf"""
      (?P<head>\A\s*WEBVTT[^\n]*\n?(?:[\w-]{{1,40}}[:=](?![^\n]*-->)[^\n]*\n)*)
    | (?P<note>^(?:NOTE|STYLE|REGION)\b[^\n]*\n(?:[^\n]+\n)*)
    | (?P<timing>(?:^[^\n]{{0,100}}\n)?^{_TIMING}\n?)
    | (?P<voice><v(?:\.[\w.]+)?[ ]+(?P<who>[^<>\n]{{1,60}})>)
    | (?P<tag><[^<>\n]{{1,200}}>|\{{\\[^}}\n]{{1,60}}\}})
    | (?P<dash>^-[ ]*)
    | (?P<line>\n+)
    """,
    re.VERBOSE | re.MULTILINE,
)
_NAMED = r"([^\W\d_][\w.·' -]{0,30})[:：](?!//)"
_SPEAKS, _CUE_OF = re.compile(_NAMED), re.compile(rf"^{_TIMING}\n{_NAMED}", re.MULTILINE)
_IS_NUMBER = re.compile(r"\s*(?:[\w-]{1,40}\s*)?\n")


def voices_of(raw: str) -> frozenset[str]:
    """Return who speaks in subtitles that name the voice of each cue."""
    return frozenset(found["who"].strip() for found in _CUE.finditer(raw) if found["voice"])


def _subtitle_edits(text: str) -> Iterator[Edit]:
    """Yield the edits that make cues one text, in which a new voice begins a line."""
    voice, names = "", Counter(found[1] for found in _CUE_OF.finditer(text))
    for found in _CUE.finditer(text):
        start, end = found.span()
        if found["voice"]:
            # Who goes on speaking in the next cue begins no new line.
            goes_on, voice = found["who"].strip() == voice, found["who"].strip()
            yield Edit(start, end, "cue", " " if goes_on else f"\n{voice}: ")
        elif found["dash"]:
            yield Edit(start, end, "cue", "\n")
        elif found["line"]:
            yield Edit(start, end, "cue", " ")
        elif found["timing"]:
            # The line above a timing is the number of its cue only where it looks like one.
            first = found.group().split("-->")[0]
            above = first.rfind("\n")
            words = first[: above + 1] if above >= 0 else ""
            is_number = not words or bool(_IS_NUMBER.fullmatch(words))
            speaks = _SPEAKS.match(text, end)
            begins = "\n" if speaks and names[speaks[1]] > 1 else "" if is_number else " "
            yield Edit(start if is_number else start + len(words), end, "cue", begins)
        else:
            yield Edit(start, end, "cue")


_STOP = re.compile(r"[。！？!?]|\.(?:\s|$)")
_LEAST_PROSE = 12
# What a line that is no prose takes away from a run of lines.
_COST = 15
# An article does not end before so much of its prose.
_LEAST_SHARE = 0.3
_LONGEST_END = 40


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its place, line end included; its words are without outer spaces."""

    start: int
    end: int
    text: str

    @property
    def gain(self) -> int:
        """What the line adds to a run of prose; below 0 where it is none."""
        is_prose = len(self.text) >= _LEAST_PROSE and _STOP.search(self.text)
        return len(self.text) if is_prose else -_COST


def prose_span(text: str, ends: Sequence[str], fold: Callable[[str], str]) -> tuple[int, int]:
    """Return (start, end) of the run of lines with the most prose; (0, 0) where there is none.

    `ends` are folded beginnings of short lines that close an article, such as 相关推荐.
    """
    lines = _before_end(list(_filled(text)), ends, fold)
    best, best_sum = (0, 0), 0
    start, total = 0, 0
    for line in lines:
        if total <= 0:
            start, total = line.start, 0
        total += line.gain
        if total > best_sum:
            best, best_sum = (start, line.end), total
    return best


def _filled(text: str) -> Iterator[Line]:
    lines = text.splitlines(keepends=True)
    for line, end in zip(lines, accumulate(map(len, lines)), strict=True):
        if words := line.strip():
            yield Line(end - len(line), end, words)


def _before_end(lines: list[Line], ends: Sequence[str], fold: Callable[[str], str]) -> list[Line]:
    """Return the lines before the first that closes the article."""
    whole = sum(max(0, line.gain) for line in lines)
    seen = 0
    for number, line in enumerate(lines):
        is_late = seen >= _LEAST_SHARE * whole
        if is_late and len(line.text) <= _LONGEST_END and fold(line.text).startswith(tuple(ends)):
            return lines[:number]
        seen += max(0, line.gain)
    return lines


# Beyond this length, or this depth, a page is read by its prose alone.
_LONGEST_PAGE = 3_000_000
_DEEPEST = 400
_LEAST_BODY = 150
_SPACES = re.compile(r"\s+")
_SHORT = 20


def body_lines(raw: str, text: str) -> list[Line] | None:
    """Return the lines of a page's text that are none of its article; None where no article is found."""
    if len(raw) > _LONGEST_PAGE or _depth(raw) > _DEEPEST:
        return None
    import trafilatura  # noqa: PLC0415  (takes long to load, and only pages need it)

    body = trafilatura.extract(_READING.sub("", raw), include_comments=False, include_tables=True)
    if not body or len(body) < _LEAST_BODY:
        return None
    whole = _SPACES.sub("", body)
    lines = {_SPACES.sub("", line.lstrip("-•| ")) for line in body.splitlines()}
    frame: list[Line] = []
    for line in _filled(text):
        words = _SPACES.sub("", line.text)
        if words not in lines and (len(words) < _SHORT or words not in whole):
            frame.append(line)
    return frame


def _depth(raw: str) -> int:
    """Return how deep elements may be nested, counting opening and closing tags alone."""
    depth = deepest = 0
    for found in re.finditer(r"<(/?)(div|span|table|td|tr|ul|ol|li|section|article|b|i|em|font|blockquote)\b", raw):
        depth += -1 if found[1] else 1
        deepest = max(deepest, depth)
    return deepest


_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,400})</title", re.IGNORECASE)
_META = re.compile(r"<meta\b[^>]{0,600}>", re.IGNORECASE)
_HEADING = re.compile(r"^#{1,2} +(\S[^\n]{0,300})$", re.MULTILINE)
_FRONT_TITLE = re.compile(r"\A---\n(?:[^\n]*\n){0,40}?title:\s*([^\n]{1,300})\n")
_LEAST_TITLE = 6
_MOST_TITLE = 120
_LINES_ABOVE = 8
_ENDS = re.compile(r"[。！？!?.;；…:：][\"'”’」』）)]*$")
_SENTENCE = re.compile(r"[。;；]$|[a-z]\.$")


def title_of(raw: str, text: str, form: Form, is_frame: Callable[[str], bool]) -> str:
    """Return the title that the text shows: its heading, or the line above the article; "" where it shows none."""
    if form == "subtitles":
        return ""
    if form == "page":
        return _page_title(raw[:200_000])
    if form == "markdown":
        front, heading = _FRONT_TITLE.search(raw), _HEADING.search(raw)
        found = front or heading
        return found[1].strip().strip("\"'") if found else ""
    start, end = prose_span(text, (), str.casefold)
    lines = [line.text for line in _filled(text[:start] if end else text[:_HEAD])]
    above = lines[-_LINES_ABOVE:] if end else lines[:1]
    first = next((line.text for line in _filled(text[start:end])), "")
    below = [first] if not _ENDS.search(first) else []
    for line in (*below, *(each for each in reversed(above) if not _SENTENCE.search(each))):
        if _LEAST_TITLE <= len(line) <= _MOST_TITLE and not is_frame(line):
            return line
    return ""


def _page_title(raw: str) -> str:
    for meta in _META.findall(raw):
        if re.search(r"og:title", meta, re.IGNORECASE) and (
            found := re.search(r"content\s*=\s*(\"[^\"]*\"|'[^']*')", meta, re.IGNORECASE)
        ):
            return _unescape(found[1][1:-1])
    found = _TITLE.search(raw)
    return _unescape(found[1]) if found else ""


def _unescape(text: str) -> str:
    return _SPACES.sub(" ", html.unescape(text)).strip()
