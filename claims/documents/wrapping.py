"""Lines that were broken to fit a page or a window, read as the sentences that they were.

Around them: heads and feet of pages, times in transcripts, and lines that captions show again.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from checks.text import Tokenizer
from checks.words import RAREST, Frequencies
from claims.documents.markup import Edit, Form

# Between two pages of a PDF.
PAGE = "\f"
_WIDE = re.compile(
    r"[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\U00020000-\U0003ffff]"
)
_TIGHT = re.compile(rf"{_WIDE.pattern}|[%,.;:!?)]")
_ITEM = re.compile(r"\s*(?:[•·‣▪*+–—-]\s|[(（]?\d{1,3}(?:[)、）]|\.(?!\d))\s?\S)")
_STOP = re.compile(r"[。！？!?；;.:：…][\"'”’」』）)]*$")
_NAMED = re.compile(r"[^\W\d_][\w.·-]{0,20}(?: [\w.·-]{1,20}){0,3}[:：](?:\s|$)")
# A line of at least this share of the width was broken to fit it.
_FULL = 0.8
_NARROWEST, _WIDEST = 40, 160
# Fewer lines, or a smaller share of them, show no width; nor do lines that are sentences each, or much longer ones.
_LEAST_LINES, _LEAST_SHARE, _MOST_SENTENCES, _MOST_LONGER = 3, 0.6, 0.5, 0.05
# Words that go on in small letters after so long a line were broken, whatever the lines around them are.
_LEAST_PLAIN = 50
_GOES_ON = re.compile(r"[a-z0-9,]$|[a-z]-$")
_SMALL = re.compile(r"[a-z0-9]")


@dataclass(frozen=True, slots=True)
class _Row:
    """A line at `start`–`end` without the spaces around it; `indent` are those before it."""

    start: int
    end: int
    text: str
    indent: int

    @property
    def width(self) -> int:
        return width_of(self.text)


def width_of(text: str) -> int:
    """Return how many columns a text takes: two for each Chinese character."""
    return len(text) + len(_WIDE.findall(text))


def joint(before: str, after: str) -> str:
    """Return what stands between two parts of a sentence that a line's end has cut: a space, or nothing in Chinese."""
    return "" if before.endswith("-") or _WIDE.match(before[-1:]) or _TIGHT.match(after) else " "


def broken_lines(text: str, form: Form) -> Iterator[Edit]:
    """Yield the edits that join lines of a text or of Markdown, with the quotation marks of mails left out.

    A text is taken as broken where most of its lines end at one width; Markdown joins the lines of a paragraph always.
    """
    rows = list(_rows(text))
    quoted = _are_quoted(rows) if form == "text" else False
    if quoted:
        rows = [_unquoted(row) for row in rows]
    yield from sorted(
        (*_joined(rows, form, _width(rows)), *(_marks(text, rows) if quoted else ())), key=lambda edit: edit.start
    )


def _rows(text: str) -> Iterator[_Row]:
    at = 0
    for line in text.split("\n"):
        words = line.strip()
        start = at + line.find(words) if words else at
        yield _Row(start, start + len(words), words, start - at)
        at += len(line) + 1


_QUOTED = re.compile(r"(?:>\s?)+")


def _are_quoted(rows: Sequence[_Row]) -> bool:
    filled = [row for row in rows if row.text]
    return len(filled) > 1 and all(row.text.startswith(">") for row in filled)


def _unquoted(row: _Row) -> _Row:
    found = _QUOTED.match(row.text)
    if not found:
        return row
    text = row.text[found.end() :]
    return _Row(row.end - len(text), row.end, text, 0)


def _marks(text: str, rows: Sequence[_Row]) -> Iterator[Edit]:
    """Yield the marks before lines that are not joined to those above them."""
    for row in rows:
        first = text.rfind("\n", 0, row.start) + 1
        if first < row.start:
            yield Edit(first, row.start, "mark")


def _joined(rows: Sequence[_Row], form: Form, width: float) -> Iterator[Edit]:
    is_code = is_head = False
    for number, (row, after) in enumerate(pairwise(rows)):
        if form == "markdown":
            is_code ^= row.text.startswith(("```", "~~~"))
            is_head = (number == 0 or is_head) and (row.text != "---" or number == 0) and rows[0].text == "---"
            if is_code or is_head or _is_apart(row.text) or _is_apart(after.text):
                continue
        if _goes_on(row, after, width) or (form == "markdown" and _is_paragraph(row, after)):
            cut = _CUT.search(row.text), _REST.match(after.text)
            end = row.end - 1 if cut[0] and cut[1] and _is_one_word(cut[0][1].lower(), cut[1].group()) else row.end
            yield Edit(end, after.start, "space", joint(row.text, after.text))


_CUT = re.compile(r"(?<![\w-])([A-Za-z][a-z]+)-$")
_REST = re.compile(r"[a-z]{2,}(?![\w-])")
# Rarer than one word in a hundred thousand, what two words give without their hyphen may be a slip of somebody's.
_RARE = 5.0


def _is_one_word(first: str, second: str) -> bool:
    """Tell whether two parts are one word that a line's end has cut: common as one, or more so than a part alone."""
    rarity = _rarity()
    whole = rarity(first + second)
    return whole < RAREST and (whole < _RARE or whole < max(rarity(first), rarity(second)))


@cache
def _rarity() -> Callable[[str], float]:
    stem, frequencies = Tokenizer().stem, Frequencies.load()
    return lambda word: frequencies.rarity(stem(word))


def _is_apart(line: str) -> bool:
    """Tell whether a line of Markdown is no part of a paragraph."""
    return not line or line.startswith(("#", ">", "|", "```", "~~~", "<", "---", "===", "!["))


def _is_paragraph(row: _Row, after: _Row) -> bool:
    begins = bool(_ITEM.match(after.text) or _NAMED.match(after.text))
    return row.width >= _NARROWEST // 2 and not begins and not _STOP.search(row.text)


def _goes_on(row: _Row, after: _Row, width: float) -> bool:
    """Tell whether a line goes on in the next: it is full, and what follows begins nothing new."""
    if not _is_within(row, after):
        return False
    if len(row.text) >= _LEAST_PLAIN and _GOES_ON.search(row.text) and _SMALL.match(after.text):
        return True
    return bool(width) and row.width >= _FULL * width and not _NAMED.match(after.text)


def _is_within(row: _Row, after: _Row) -> bool:
    """Tell whether the second of two lines may belong to the paragraph of the first."""
    return bool(row.text and after.text) and after.indent <= row.indent + 1 and not _ITEM.match(after.text)


def _width(rows: Sequence[_Row]) -> float:
    """Return the width to which the lines of a text were broken; 0 where they were not."""
    widths = sorted(row.width for row in rows if row.text)
    if len(widths) < _LEAST_LINES:
        return 0
    width = widths[len(widths) * 9 // 10]
    inner = [row for row, after in pairwise(rows) if _is_within(row, after)]
    full = [row for row in inner if row.width >= _FULL * width]
    longer = sum(each > width * 1.1 for each in widths)
    sentences = sum(bool(_STOP.search(row.text)) for row in full)
    is_broken = (
        _NARROWEST <= width <= _WIDEST
        and len(full) >= max(_LEAST_LINES, _LEAST_SHARE * len(inner))
        and sentences <= _MOST_SENTENCES * len(full)
        and longer <= _MOST_LONGER * len(widths)
    )
    return width if is_broken else 0


def reflowed(page: str) -> str:
    """Return the text of a PDF's page with the lines joined that were broken to fit it; items of lists stay apart."""
    lines = page.split("\n")
    widths = sorted(width_of(line) for line in lines if line.strip())
    width = widths[len(widths) * 9 // 10] if widths else 0
    if width < _NARROWEST:
        return page
    words = Counter(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", page.lower()))
    joined: list[str] = []
    goes_on = False
    for line in lines:
        if goes_on and line.strip() and not _ITEM.match(line):
            before, after = joined[-1].rstrip(), line.strip()
            joined[-1] = (before[:-1] if _is_hyphen(before, after, words) else before) + joint(before, after) + after
        else:
            joined.append(line)
        goes_on = width_of(line.rstrip()) >= _FULL * width
    return "\n".join(joined)


def _is_hyphen(before: str, after: str, words: Counter[str]) -> bool:
    """Tell whether a hyphen only broke a word, which stands elsewhere on the page as one."""
    first, second = re.search(r"([a-z]+)-$", before.lower()), re.match(r"[a-z]+", after)
    return bool(first and second and words[first[1] + second.group()])


_AROUND = 2
_NO_WORD = re.compile(r"[^\w/]+")
_NUMBER = re.compile(r"(?:page ?|p ?|第 ?)?\d{1,4}(?: ?(?:/|of|von|共) ?\d{1,4})? ?(?:[页頁]|pages)?", re.IGNORECASE)
_PAGED = re.compile(r"\bpage \d|第 ?\d+ ?[页頁]", re.IGNORECASE)
_LEAST_PAGES = 3


def page_frame(text: str) -> Iterator[Edit]:
    """Yield the heads and feet of pages, and what stands between two pages where a sentence runs over."""
    if PAGE not in text:
        numbered = [row for row in _rows(text) if _PAGED.search(row.text) and not _STOP.search(row.text)]
        often = Counter(map(_key, numbered))
        yield from (Edit(row.start, row.end, "frame") for row in numbered if often[_key(row)] >= _LEAST_PAGES)
        return
    pages: list[list[_Row]] = []
    at = 0
    for page in text.split(PAGE):
        pages.append([_Row(at + row.start, at + row.end, row.text, row.indent) for row in _rows(page) if row.text])
        at += len(page) + 1
    seen = Counter(key for rows in pages for key in {_key(row) for row in (*rows[:_AROUND], *rows[-_AROUND:])})
    kept = [[row for row in rows if not _is_frame(row, rows, seen, len(pages))] for rows in pages]
    yield from sorted(_between(pages, kept), key=lambda edit: edit.start)


def _key(row: _Row) -> str:
    return re.sub(r"\d+", "#", row.text).casefold()


def _is_frame(row: _Row, rows: Sequence[_Row], seen: Counter[str], pages: int) -> bool:
    if row not in rows[:_AROUND] and row not in rows[-_AROUND:]:
        return False
    is_number = _NUMBER.fullmatch(_NO_WORD.sub(" ", row.text).strip())
    return bool(is_number) or seen[_key(row)] >= max(_LEAST_PAGES, pages / 2)


def _between(pages: Sequence[Sequence[_Row]], kept: Sequence[Sequence[_Row]]) -> Iterator[Edit]:
    own = {row.start for rows in kept for row in rows}
    after = (0, 0)  # from where to where a page runs over into the next
    for rows, here, there in zip(pages, kept, (*kept[1:], list[_Row]()), strict=True):
        before, after = after, (0, 0)
        if here and there and _runs_over(here[-1].text, there[0].text):
            after = here[-1].end, there[0].start
            yield Edit(*after, "frame", joint(here[-1].text, there[0].text))
        for row in rows:
            if row.start not in own and not any(start <= row.start < end for start, end in (before, after)):
                yield Edit(row.start, row.end, "frame")


def _runs_over(last: str, first: str) -> bool:
    if _STOP.search(last) or _ITEM.match(first) or min(len(last), len(first)) < _NARROWEST // 2:
        return False
    return bool(re.match(r"[a-z]", first) or (_WIDE.match(last[-1]) and _WIDE.match(first)))


_TIME = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
_TIMED = re.compile(
    rf"""
      ^(?P<alone>[ \t]*[\[(]?{_TIME}(?:[ \t]*(?:,|-|–|-->)[ \t]*{_TIME})?[\])]?[ \t]*(?:\n|\Z))
    | ^(?P<before>[ \t]*[\[(]{_TIME}(?:[ \t]*(?:,|-|–|-->)[ \t]*{_TIME})?[\])][ \t]*)
    | ^[^\W\d_][^\n:\d]{{0,40}}?(?P<named>[ \t]+{_TIME}[ \t]*\n)(?=[^\n])(?![^\n]*:\d{{2}}[ \t]*$)
    """,
    re.VERBOSE | re.MULTILINE,
)
_AT_ONCE = re.compile(r"\D*(?:0{1,2}:)?0?0:\d{2}")
_LEAST_TIMES, _LEAST_TIMED = 5, 0.2


def transcript_times(text: str) -> Iterator[Edit]:
    """Yield the times that stand all over a transcript, which begins with its first minute; who speaks gets a colon."""
    times = list(_TIMED.finditer(text))
    if len(times) < _LEAST_TIMES or not _AT_ONCE.match(times[0][times[0].lastgroup or 0]):
        return
    if len(times) < _LEAST_TIMED * sum(bool(line.strip()) for line in text.split("\n")):
        return
    for found in times:
        kind = found.lastgroup or ""
        yield Edit(*found.span(kind), "cue", ": " if kind == "named" else "")


_TAG = re.compile(r"<[^<>\n]{1,200}>")
_IS_TIMING = re.compile(rf"\s*(?:{_TIME}[ \t]*-->.*|\d*)")
# So many lines of captions that roll stand there twice or more.
_LEAST_ROLLED = 0.3


def rolled_lines(text: str) -> Iterator[Edit]:
    """Yield the lines of subtitles that only show again what the cue before had, where most cues do."""
    last, filled, rolled = "", 0, list[Edit]()
    for row in _rows(text):
        words = " ".join(_TAG.sub("", row.text).split())
        if _IS_TIMING.fullmatch(words):
            continue
        filled += 1
        if words == last:
            rolled.append(Edit(row.start, row.end, "cue"))
        last = words
    if len(rolled) >= max(_LEAST_LINES, _LEAST_ROLLED * filled):
        yield from rolled
