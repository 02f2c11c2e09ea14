"""Cards and what stands on them: texts escaped for Discord, within its limits, drawn as replies, lines or pages."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import discord
from discord import ui

from bot.reply import PointLine, Reply, ReplyEntry, SourceLine
from bot.service import Touchstone
from bot.short import ShortEntry, ShortSource, beside, shorten_reply, source_label
from bot.texts import Texts
from bot.wording import actor_label
from claims.record import CitationRecord
from claims.store.server_settings import CardForm
from config.errors import UnknownClaimError

_SYMBOLS = re.compile(r"([\\`*_~|\[\]<>])")
_LINE_START = re.compile(r"^(\s*)([#+-]|\d+(?=[.)]))", re.MULTILINE)
_MENTION = re.compile(r"@(?=\S)")
_LINK = re.compile(r":(?=//)")
_NOTHING = "\u200b"


def escape(text: str) -> str:
    """Return the text so that Discord shows it letter by letter.

    Markdown symbols get a backslash; a zero-width space keeps @names and addresses from becoming mentions and links.
    """
    text = _SYMBOLS.sub(r"\\\1", text)
    text = _LINE_START.sub(lambda found: f"{found[1]}{_NOTHING}{found[2]}", text)
    return _LINK.sub(f":{_NOTHING}", _MENTION.sub(f"@{_NOTHING}", text))


def quote(text: str) -> str:
    """Return the text as an escaped block quotation."""
    return "\n".join(f"> {escape(line)}" for line in text.strip().splitlines() if line.strip())


def link(title: str, address: str) -> str:
    """Return a link with an escaped title; an address that is not plain http(s) is left out."""
    if not re.fullmatch(r"https?://[^\s<>]+", address):
        return escape(title)
    # Brackets, as in addresses of encyclopedias, would end the link.
    written = address.translate({ord(sign): f"%{ord(sign):02X}" for sign in "()[]"})
    return f"[{escape(title)}]({written})"


# Discord's limit is 4,000 characters over all texts of a message; the rest is left for lines that say what was cut.
ROOM = 3800


def length(text: str) -> int:
    """Return the length as Discord's client counts it: characters beyond the basic plane count twice."""
    return len(text) + sum(character > "\uffff" for character in text)


def fit(lines: Sequence[str], room: int) -> tuple[tuple[str, ...], int]:
    """Return the first lines that fit into `room` characters, line ends included, and the number of those left out."""
    kept: list[str] = []
    for line in lines:
        room -= length(line) + 1
        if room < 0:
            break
        kept.append(line)
    return tuple(kept), len(lines) - len(kept)


def fit_fairly(columns: Sequence[Sequence[str]], room: int) -> tuple[list[tuple[str, ...]], int]:
    """Fit several columns into one room, taking the first line of each, then the second, and so on.

    Returns the kept lines of each column and the number of lines left out of all of them; a column that has lost a line
    gets no later one.
    """
    kept: list[list[str]] = [[] for _ in columns]
    full = [False for _ in columns]
    for row in zip_longest(*columns):
        for place, line in enumerate(row):
            if line is None or full[place]:
                continue
            if length(line) + 1 > room:
                full[place] = True
                continue
            kept[place].append(line)
            room -= length(line) + 1
    return [tuple(lines) for lines in kept], sum(map(len, columns)) - sum(map(len, kept))


def shorten(text: str, most: int) -> str:
    """Return the text, cut at a word's end and marked with an ellipsis where it is longer than `most` characters."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    at_word = cut.rsplit(" ", 1)[0] if " " in cut[most // 2 :] else cut
    return f"{at_word.rstrip()}…"


def who_label(actor: str, texts: Texts) -> str:
    """Return whoever did it, fit for a card: a mention, which pings nobody in a private answer, or words."""
    if actor.isdecimal():
        return f"<@{actor}>"
    return escape(actor_label(actor, texts))


_COLOUR = discord.Colour.from_str("#b8860b")
_HEADING = 200
_KIND = 200


def draw_short(
    reply: Reply, texts: Texts, buttons: Sequence[ui.Item[Any]], remarks: Sequence[str] = ()
) -> ui.LayoutView:
    """Return the short card of a reply, as `bot.short` bounds it, in one text; remarks, already escaped, come below.

    Where the first claim has a page of its own, a last button leads there.
    """
    short = shorten_reply(reply, texts)
    lines = [line for entry in short.entries for line in _short_lines(entry, texts)]
    ends = [f"-# {escape(short.note)}"] if short.note else []
    if short.left_out:
        ends.append("-# " + texts.plural("{count} more: More", "{count} more: More", short.left_out))
    if short.sources:
        room = ROOM - sum(length(line) + 1 for line in (*lines, *ends))
        lines.append(_short_sources(short.sources, room, texts))
    lines += ends
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join(lines)), accent_colour=_COLOUR)
    small, _ = fit(remarks, ROOM - length("\n".join(lines)))
    if small:
        container.add_item(ui.TextDisplay("\n".join(small)))
    page = next((entry.page for entry in reply.entries[:1] if entry.page), "")
    return layout(container, [*buttons, ui.Button(label=texts("Page"), url=page)] if page else buttons)


def draw_public(
    reply: Reply, texts: Texts, buttons: Sequence[ui.Item[Any]], form: CardForm | None = None
) -> ui.LayoutView:
    """Return the card for a channel in the form that its server has chosen; short where it has not."""
    return draw_card(reply, texts, buttons) if form == "full" else draw_short(reply, texts, buttons)


def card_text(card: ui.LayoutView) -> str:
    """Return the text of a card as it is posted, markup and all."""
    return "\n".join(item.content for item in card.walk_children() if isinstance(item, ui.TextDisplay))


def _short_lines(entry: ShortEntry, texts: Texts) -> Iterator[str]:
    yield f"**{escape(entry.title)}**"
    figure = f"**{escape(entry.figure)}**" if entry.figure else ""
    yield texts.sentences(figure, escape(entry.verdict))
    for point in entry.points:
        yield f"- {escape(point.text)}" + (f" — {escape(point.origin)}" if point.origin else "")


def _short_sources(sources: Sequence[ShortSource], room: int, texts: Texts) -> str:
    """Return the line of the sources; from the one on whose address finds no room, titles stand alone."""
    label = f"-# {source_label(texts, len(sources))}"
    names = [beside(escape(source.title), escape(source.language), texts) for source in sources]
    line = label + texts.listed(names)
    for at, source in enumerate(sources):
        if source.address:
            names[at] = beside(link(source.title, source.address), escape(source.language), texts)
        linked = label + texts.listed(names)
        if length(linked) > room:
            break
        line = linked
    return line


def draw_card(
    reply: Reply, texts: Texts, buttons: Sequence[ui.Item[Any]], remarks: Sequence[str] = ()
) -> ui.LayoutView:
    """Return the card of a reply: at most 40 components and 4,000 characters.

    Where not everything fits, whole points and sources stay out, and a line says how many the button "More" has.

    Args:
        reply: what to draw.
        texts: the catalogue of the reply's language.
        buttons: at most five, shown below the text.
        remarks: lines of the front end itself, already escaped, shown small at the end; dropped first.
    """
    heads = [_head(entry) for entry in reply.entries]
    ends = [escape(reply.note)] if reply.note else []
    room = ROOM - sum(map(length, [reply.title, *heads, *ends]))
    points, missing_points = fit_fairly([_lines(entry) for entry in reply.entries], room)
    room -= sum(length(line) + 1 for column in points for line in column)
    sources, missing_sources = fit(list(document_lines(((each, each.number) for each in reply.sources), texts)), room)
    room -= sum(length(line) + 1 for line in sources)
    small, _ = fit(remarks, room)
    left_out = missing_points + missing_sources
    if left_out:
        ends.append("-# " + texts.plural("{count} more: More", "{count} more: More", left_out))
    container: ui.Container[Any] = ui.Container(ui.TextDisplay(f"-# {escape(reply.title)}"), accent_colour=_COLOUR)
    for head, lines in zip(heads, points, strict=True):
        container.add_item(ui.TextDisplay("\n".join([head, *lines])))
        container.add_item(ui.Separator())
    for block in (sources, ends, small):
        if block:
            container.add_item(ui.TextDisplay("\n".join(block)))
    return layout(container, buttons)


# So many buttons fit into a row.
_IN_A_ROW = 5


def layout(container: ui.Container[Any], buttons: Sequence[ui.Item[Any]] = ()) -> ui.LayoutView:
    """Return a view of one container with rows of buttons, which are found again by their ids."""
    for at in range(0, len(buttons), _IN_A_ROW):
        container.add_item(ui.ActionRow(*buttons[at : at + _IN_A_ROW]))
    view = ui.LayoutView(timeout=None)
    view.add_item(container)
    # A stopped view is sent as it is but not remembered: dynamic items need no view, and keeping it costs memory.
    view.stop()
    return view


def draw_lines(lines: Sequence[str], texts: Texts, buttons: Sequence[ui.Item[Any]] = ()) -> ui.LayoutView:
    """Return a card of plain lines, already escaped; those that do not fit are counted in the last line."""
    kept, left_out = fit(lines, ROOM)
    if left_out:
        kept = (*kept, texts.plural("-# {count} more does not fit here.", "-# {count} more do not fit here.", left_out))
    return layout(ui.Container(ui.TextDisplay("\n".join(kept))), buttons)


def draw_pages(lines: Sequence[str]) -> Iterator[ui.LayoutView]:
    """Yield as many cards as the lines need, whole lines each."""
    rest = list(lines)
    while rest:
        kept, left_out = fit(rest, ROOM)
        # A line longer than a whole page cannot be had whole.
        kept = kept or (shorten(rest[0], ROOM),)
        rest = rest[len(kept) :] if left_out else []
        yield layout(ui.Container(ui.TextDisplay("\n".join(kept))))


def source_line(source: SourceLine, number: int) -> str:
    """Return one source as a small line: number, title with its link, publisher, date, language."""
    title = link(source.title, source.address) if source.address else escape(source.title)
    rest = [escape(part) for part in (source.publisher, source.date, source.language, source.note) if part]
    return " · ".join([rf"-# \[{number}\] {title}", *rest])


def document_lines(numbered: Iterable[tuple[SourceLine, int]], texts: Texts) -> Iterator[str]:
    """Yield a small line for each document: the numbers of its passages, title with its link, and their places."""
    cited: dict[str, list[tuple[SourceLine, int]]] = {}
    for source, number in numbered:
        cited.setdefault(source.document, []).append((source, number))
    for passages in cited.values():
        source = passages[0][0]
        title = link(source.title, source.address) if source.address else escape(source.title)
        places = texts.apart(dict.fromkeys(each.place for each, _ in passages if each.place))
        facts = (source.publisher, source.date, source.language, places, source.note)
        rest = [escape(part) for part in facts if part]
        yield " · ".join([f"-# {_cited([number for _, number in passages])} {title}", *rest])


def point_line(point: PointLine, numbers: Sequence[int], before: PointLine | None = None) -> str:
    """Return one point: what it does for the claim, its text, and small below who said it, when, and the sources.

    Speaker and date are left out where the point `before` has the same.
    """
    known = before is not None and (before.speaker, before.date) == (point.speaker, point.date)
    said = () if known else (escape(point.speaker), escape(point.date))
    origin = " · ".join(part for part in (*said, _cited(numbers)) if part)
    text = f"- **{escape(point.label)}** {escape(point.text)}"
    return f"{text}\n-# {origin}" if origin else text


def _cited(numbers: Sequence[int]) -> str:
    return "".join(rf"\[{number}\]" for number in numbers)


def _head(entry: ReplyEntry) -> str:
    heading = shorten(entry.heading, _HEADING)
    lines = [
        f"### {link(heading, entry.page) if entry.page else escape(heading)}",
        escape(shorten(entry.kind_line, _KIND)),
    ]
    return "\n".join([*lines, f"-# {escape(entry.age_line)}"] if entry.age_line else lines)


def _lines(entry: ReplyEntry) -> list[str]:
    points = [
        point_line(point, point.source_numbers, before)
        for before, point in zip((None, *entry.points), entry.points, strict=False)
    ]
    return [*(f"**{escape(line)}**" for line in entry.figure_lines), *points]


def evidence_lines(touchstone: Touchstone, claims: Iterable[str], texts: Texts, server: int | None) -> list[str]:
    """Return the lines for the button "More": all points with the passages that are loaded, then the documents.

    Claims come in the order given; sources are numbered throughout.

    Raises:
        UnknownClaimError: none of the claims is known to the server any more.
    """
    numbers: dict[CitationRecord, int] = {}
    cited: list[tuple[SourceLine, int]] = []
    lines: list[str] = []
    missing: UnknownClaimError | None = None
    for claim in claims:
        try:
            reply = touchstone.claim_reply(claim, texts.language, server)
        except UnknownClaimError as error:
            missing = error
        else:
            fresh = [source for source in reply.sources if source.citation not in numbers]
            for source in fresh:
                numbers[source.citation] = len(numbers) + 1
                cited.append((source, numbers[source.citation]))
            lines += _claim_lines(reply, touchstone, numbers, {source.number for source in fresh})
    if missing is not None and not lines:
        raise missing
    return [*lines, *document_lines(cited, texts)]


def _claim_lines(
    reply: Reply, touchstone: Touchstone, numbers: Mapping[CitationRecord, int], fresh: set[int]
) -> Iterator[str]:
    """Yield head and points of the claim; a passage stands below the first point that cites it."""
    local = {source.number: source for source in reply.sources}
    for entry in reply.entries:
        yield _head(entry)
        for before, point in zip((None, *entry.points), entry.points, strict=False):
            cited = [local[number] for number in point.source_numbers]
            yield point_line(point, [numbers[source.citation] for source in cited], before)
            for source in cited:
                if source.number in fresh:
                    fresh.discard(source.number)
                    yield from _passage(touchstone, source.citation)


def _passage(touchstone: Touchstone, citation: CitationRecord) -> Iterator[str]:
    passage = touchstone.base.passage(citation)
    if passage.text:
        yield quote(passage.text)
