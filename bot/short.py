"""The short form of a reply, as it is read in a chat: the claim, a verdict, its strongest points, and their source."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from unicodedata import east_asian_width

from bot.reply import PointLine, Reply, ReplyEntry, SourceLine
from bot.texts import Texts, msgid


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long the text about one claim may be, markup and addresses of links included.

    `lines` are those of a phone on which `cells` halves of a wide character stand side by side.
    """

    characters: int
    lines: int = 9
    cells: int = 42


ENGLISH, CHINESE = Bounds(480), Bounds(220)
MOST_CLAIMS = 2
MOST_POINTS = 2
# What a front end may add to each entry: signs for bold, small and list, and escapes.
_MARKUP = 24
# A longer address is counted as this many characters, lest nothing be left for what is said.
_LONGEST_ADDRESS = 100
# A point that is cut shorter than this, in halves of a wide character, says too little.
_LEAST_POINT = 24
_TITLE = msgid("Claim: {title}")
# From a text to ever less of it.
_Ways = Callable[[str], Iterator[str]]


@dataclass(frozen=True, slots=True)
class ShortPoint:
    """One statement, shortened where it must be; `origin` is empty where the next point has the same."""

    text: str
    origin: str


@dataclass(frozen=True, slots=True)
class ShortSource:
    """One document: its title, shortened where it must be, and its address without the place in it.

    `language` is what is said of it in brackets: its language, and since when its page says something else.
    """

    title: str
    address: str | None
    language: str
    document: str


@dataclass(frozen=True, slots=True)
class ShortEntry:
    """What is said about one claim; `figure` is the one figure line, "" where no figure differs."""

    claim_id: str
    title: str
    figure: str
    verdict: str
    points: tuple[ShortPoint, ...]
    sources: tuple[ShortSource, ...]


@dataclass(frozen=True, slots=True)
class ShortReply:
    """A reply that fits on a phone; `left_out` counts the claims that it does not name."""

    entries: tuple[ShortEntry, ...]
    sources: tuple[ShortSource, ...]
    note: str
    left_out: int


def bounds_of(texts: Texts) -> Bounds:
    """Return the bounds for one claim in the language of the texts."""
    return ENGLISH if texts.spaced else CHINESE


def shorten_reply(reply: Reply, texts: Texts) -> ShortReply:
    """Return the short form of a reply: at most two claims, each within the bounds of the language."""
    named = reply.entries[:MOST_CLAIMS]
    left_out = len(reply.entries) - len(named)
    bounds = bounds_of(texts)
    ends = [reply.note] if reply.note else []
    if left_out:
        ends.append(texts.plural("{count} more: More", "{count} more: More", left_out))
    if ends:
        taken, rows = sum(len(end) + 4 for end in ends), sum(rows_of(end, bounds.cells) for end in ends)
        share = len(named)
        bounds = replace(
            bounds, characters=bounds.characters - -(-taken // share), lines=bounds.lines - -(-rows // share)
        )
    entries = tuple(_entry(entry, reply.sources, texts, bounds) for entry in named)
    sources = {source.document: source for entry in entries for source in entry.sources}
    return ShortReply(entries, tuple(sources.values()), reply.note, left_out)


def source_label(texts: Texts, count: int) -> str:
    """Return what stands before the sources, up to the first of them."""
    label = texts.plural("Source:", "Sources:", count)
    return f"{label} " if texts.spaced else label


def _entry(entry: ReplyEntry, sources: Sequence[SourceLine], texts: Texts, bounds: Bounds) -> ShortEntry:
    verdict = entry.verdict or entry.kind_line
    plain = ShortEntry(entry.claim_id, "", "", verdict, (), ())
    if entry.figure_lines:
        # The figure is verdict enough where the claim itself is not in dispute.
        plain = replace(plain, figure=entry.brief_figure, verdict="" if entry.kind == "context" else verdict)
    figures = [figure for figure in (*entry.figure_lines[:1], plain.figure) if figure] or [""]
    # What is said of a page stands in "More" as well; a card without any point is no answer.
    bare = [replace(source, note="") for source in sources]
    headings = list(_headings(entry.heading, texts, bounds))
    for ways, cited, heading, figure in product((_shortened, _broken), (sources, bare), headings, figures):
        titled = replace(plain, title=texts(_TITLE, title=heading), figure=figure)
        made = _with_points(titled, entry, cited, texts, bounds, ways)
        if made.points:
            return made
    return replace(plain, title=texts(_TITLE, title=entry.heading))


def _headings(heading: str, texts: Texts, bounds: Bounds) -> Iterator[str]:
    """Yield the claim's title, then what is left of it in two rows and in one."""
    label = width(texts(_TITLE, title=""))
    yield from dict.fromkeys((heading, *(_title(heading, rows * bounds.cells - label) for rows in (2, 1))))


def _with_points(
    made: ShortEntry, entry: ReplyEntry, sources: Sequence[SourceLine], texts: Texts, bounds: Bounds, ways: _Ways
) -> ShortEntry:
    """Return the entry with as many of its points as fit, shortened in one of these ways."""
    numbered = {source.number: source for source in sources}
    against = "supports" if entry.kind == "contested" else "refutes"
    for point in _strongest(entry)[:MOST_POINTS]:
        cited = [numbered[number] for number in point.source_numbers if number in numbered]
        added = _with_point(made, point, cited, texts, bounds, against, ways)
        if added is None:
            break
        made = added
    return made


def _strongest(entry: ReplyEntry) -> list[PointLine]:
    """Return the points in the order of their weight: as moderators have put them, what refutes a disputed claim first.

    Beside a first point the next that is of the same kind comes before the others.
    """
    first = "refutes" if entry.kind == "contested" else entry.points[0].role if entry.points else ""
    return sorted(entry.points, key=lambda point: point.role != first)


def _with_point(
    entry: ShortEntry,
    point: PointLine,
    cited: Sequence[SourceLine],
    texts: Texts,
    bounds: Bounds,
    against: str,
    ways: _Ways,
) -> ShortEntry | None:
    """Return the entry with the point, shortened as little as fits; None where not even its gist fits.

    A point that speaks `against` the verdict says so.

    A further point comes only with whole sentences, and only where it needs no more than the first has left.
    """
    label = texts("{label}: ", label=point.label) if point.role == against else ""
    # One document of a point is enough here; the first that a reader can open.
    is_shown = any(each.document in _documents(entry) for each in cited)
    fresh = [] if is_shown else sorted(cited, key=lambda source: source.address is None)[:1]
    named_below = any(each.title.casefold() == point.speaker.casefold() for each in fresh)
    origins = [point.date] if named_below else list(_origins(point, texts))
    rooms = (max(_room(entry, each, texts, bounds) for each in fresh), 24, 14) if fresh else (24,)
    best: ShortEntry | None = None
    for origin, cells in product(origins, dict.fromkeys(rooms)):
        sources = entry.sources + tuple(_source(each, cells) for each in fresh)
        for text in ways(point.text):
            if entry.points and "…" in text:
                continue
            points = _joined(entry.points, ShortPoint(label + text, origin))
            made = replace(entry, points=points, sources=sources)
            if fits(made, texts, bounds):
                best = made if best is None or _said(made) > _said(best) else best
                break
    return best


def _room(entry: ShortEntry, source: SourceLine, texts: Texts, bounds: Bounds) -> int:
    """Return how many cells the title of one more source can take in the row in which it begins, 24 at least."""
    named = [beside(each.title, each.language, texts) for each in (*entry.sources, _source(source, 0))]
    line = source_label(texts, len(named)) + texts.listed(named)
    return max(24, bounds.cells - width(line) % bounds.cells)


def _documents(entry: ShortEntry) -> set[str]:
    return {source.document for source in entry.sources}


def _said(entry: ShortEntry) -> int:
    """Return how much of the last point stands; what is gained by a shorter name must be worth it."""
    last = entry.points[-1]
    return 4 * len(last.text) + len(last.origin) + sum(len(source.title) for source in entry.sources)


def _joined(points: tuple[ShortPoint, ...], new: ShortPoint) -> tuple[ShortPoint, ...]:
    """Return the points with a new one; of neighbours by one speaker on one day, only the last says so."""
    if points and points[-1].origin == new.origin:
        return (*points[:-1], replace(points[-1], origin=""), new)
    return (*points, new)


def _origins(point: PointLine, texts: Texts) -> Iterator[str]:
    """Yield who said it and when, then the same with less of what describes the speaker."""
    shorter = [
        point.speaker[: found.start()] for found in re.finditer(r"\s*[,，;；](?![^(（]*[)）])|\s*[(（]", point.speaker)
    ]
    names = [point.speaker, *reversed(shorter)]
    for name in dict.fromkeys(name.strip() for name in names):
        if name:
            yield texts.told((name, point.date))
    if not point.speaker:
        yield point.date


def _source(source: SourceLine, cells: int) -> ShortSource:
    address = source.address.partition(":~:text=")[0].rstrip("#") if source.address else None
    beside = " · ".join(part for part in (source.language, source.note) if part)
    return ShortSource(_title(source.title, cells), address, beside, source.document)


def _title(title: str, cells: int) -> str:
    """Return a title that needs at most so many halves of a wide character, cut at a word's end."""
    if width(title) <= cells:
        return title
    for cut in _cuts(title):
        if width(title[:cut]) < cells:
            return title[:cut].rstrip(" ,;:，；：—-") + "…"
    return title[: cells // 2] + "…"


def beside(name: str, remark: str, texts: Texts) -> str:
    """Return a name with what is said of it in brackets, where there is anything."""
    return texts("{name} ({language})", name=name, language=remark) if remark else name


def lines_of(entry: ShortEntry, texts: Texts) -> list[str]:
    """Return the lines of an entry without any markup, its sources in the last."""
    lines = [entry.title, texts.sentences(entry.figure, entry.verdict)]
    lines += [f"• {point.text} — {point.origin}" if point.origin else f"• {point.text}" for point in entry.points]
    if entry.sources:
        named = texts.listed(beside(source.title, source.language, texts) for source in entry.sources)
        lines.append(f"{source_label(texts, len(entry.sources))}{named}")
    return [line for line in lines if line]


def fits(entry: ShortEntry, texts: Texts, bounds: Bounds) -> bool:
    """Tell whether the entry keeps the bounds, with room for a front end's markup and the addresses of its links."""
    lines = lines_of(entry, texts)
    addresses = sum(min(len(source.address), _LONGEST_ADDRESS) + 4 for source in entry.sources if source.address)
    characters = sum(len(line) + 1 for line in lines) + addresses + _MARKUP
    return characters <= bounds.characters and sum(rows_of(line, bounds.cells) for line in lines) <= bounds.lines


def width(text: str) -> int:
    """Return the width in halves of a wide character."""
    return sum(2 if east_asian_width(character) in "WFA" else 1 for character in text)


_PIECES = re.compile(r"[^\s\u2e80-\u9fff\uff00-\uffef]+\s*|.\s*", re.DOTALL)


def rows_of(line: str, cells: int) -> int:
    """Return how many rows a line takes that breaks between words and between wide characters."""
    rows, used = 1, 0
    for piece in _PIECES.findall(line):
        wide = width(piece.rstrip())
        if used and used + wide > cells:
            rows, used = rows + 1, 0
        rows += max(wide - 1, 0) // cells
        used += width(piece) if wide <= cells else wide % cells
    return rows


# A sentence ends behind its mark; a full stop within a number, or behind a single capital, ends none.
_SENTENCE_ENDS = re.compile(r"(?<=[。！？])[”」』）]?|(?<=[!?])\s+|(?<![A-Z]\.)(?<=\.)[”\")]?\s+(?=[^\sa-z])")
_CLAUSE_ENDS = re.compile(r"(?<=[,;:])(?=\s)|(?<=[，；：、])|\s(?=[—–(])|(?=（)|(?<=[）])")
_WORD_ENDS = re.compile(r"\s+")
# A clause that ends no earlier than this share of the room is better than more words with the last one hanging.
_NEAR = 0.6


def _shortened(text: str) -> Iterator[str]:
    """Yield the text, then what is left with ever less of it: whole sentences, then clauses, then words.

    Sentences with figures stay longest. A cut within a sentence, and a sentence that is left out between others, is
    marked with an ellipsis.
    """
    sentences = [part for part in _split(text, _SENTENCE_ENDS) if part.strip()]
    yield text
    kept = list(range(len(sentences)))
    while len(kept) > 1:
        plain = [place for place in kept if not re.search(r"\d", sentences[place])]
        kept.remove((plain or kept)[-1])
        yield _spoken(sentences, kept)
    whole = sentences[kept[0]] if kept else text
    for cut in _cuts(whole):
        if width(whole[:cut]) >= _LEAST_POINT:
            yield whole[:cut].rstrip(" ,;:，；：、—–-(（") + "…"


# Where there is neither the end of a clause nor of a word.
_BETWEEN_HAN = re.compile(r"(?<=[\u2e80-\u9fff])(?=[\u2e80-\u9fff])")
_LONGEST_BROKEN = 4 * _LEAST_POINT


def _broken(text: str) -> Iterator[str]:
    """Yield the beginning of a text, cut between any two Chinese characters: for a long clause that nothing divides."""
    begun = text[:_LONGEST_BROKEN]
    for found in reversed(list(_BETWEEN_HAN.finditer(begun))):
        if width(text[: found.start()]) >= _LEAST_POINT:
            yield f"{text[: found.start()]}…"


def _spoken(sentences: Sequence[str], kept: Sequence[int]) -> str:
    """Join sentences; where one before or between them is missing, an ellipsis stands."""
    spoken, expected = "", 0
    for place in kept:
        spoken += sentences[place] if place == expected else f"… {sentences[place]}"
        expected = place + 1
    return spoken.strip()


def _split(text: str, ends: re.Pattern[str]) -> Iterator[str]:
    start = 0
    for found in ends.finditer(text):
        if found.end() > start:
            yield text[start : found.end()]
            start = found.end()
    yield text[start:]


def _cuts(text: str) -> Iterator[int]:
    """Yield where a text can be cut, latest first: at the ends of clauses, and at those of words far from any of them.

    Never behind a number, which takes its unit along.
    """
    clauses, words = (
        {found.start() for found in ends.finditer(text) if not re.search(r"\d\s*$", text[: found.start()])}
        for ends in (_CLAUSE_ENDS, _WORD_ENDS)
    )
    lonely = {word for word in words if not any(_NEAR * word <= clause <= word for clause in clauses)}
    yield from sorted((clauses | lonely) - {0}, reverse=True)
