"""Draw a reply as a card in the terminal."""

from collections.abc import Iterator
from itertools import groupby

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from bot.reply import PointLine, Reply, ReplyEntry
from bot.sources import SourceLine
from bot.terminal.wrapping import FlowingText
from bot.texts import Texts

ACCENT = "dark_goldenrod"
WIDTH = 96


def draw_card(reply: Reply, texts: Texts) -> RenderableType:
    """Return the card of a reply; `texts` is the catalogue of the reply's language."""
    parts: list[RenderableType] = []
    for entry in reply.entries:
        parts += [*_entry(entry), Text("")]
    parts += _sources(reply.sources, texts)
    if reply.note:
        parts += [Text(""), FlowingText(reply.note, style="italic")]
    return Panel(
        Group(*parts), title=Text(reply.title), title_align="left", border_style=ACCENT, padding=(1, 2), width=WIDTH
    )


def _entry(entry: ReplyEntry) -> Iterator[RenderableType]:
    yield FlowingText(entry.heading, style="bold")
    yield FlowingText.assemble((entry.kind_line, "italic"), "  ", (entry.age_line, "dim"))
    for line in entry.figure_lines:
        yield FlowingText(line, style=f"bold {ACCENT}")
    for point in entry.points:
        yield Text("")
        yield from _point(point)


def _point(point: PointLine) -> Iterator[RenderableType]:
    numbers = "".join(f"[{number}]" for number in point.source_numbers)
    origin = ", ".join(part for part in (point.speaker, point.date) if part)
    yield FlowingText.assemble((f"{point.label}  ", f"bold {ACCENT}"), point.text)
    yield Padding(FlowingText(f"— {origin}  {numbers}", style="dim"), (0, 0, 0, 2))


def _sources(sources: tuple[SourceLine, ...], texts: Texts) -> Iterator[RenderableType]:
    if sources:
        yield Text(texts("Sources"), style="bold")
    for _, cited in groupby(sources, key=lambda source: source.document):
        places = list(cited)
        yield from _document(places[0])
        for source in places:
            yield Padding(_place(source), (0, 0, 0, 2))


def _document(source: SourceLine) -> Iterator[Text]:
    rest = " · ".join(part for part in (source.publisher, source.date, source.language) if part)
    yield FlowingText.assemble(source.title, (f"  {rest}", "dim"))
    if source.address:
        yield Text(source.address.partition(":~:text=")[0].rstrip("#"), style=f"dim link {source.address}")


def _place(source: SourceLine) -> Text:
    """Return the number and the place; a terminal that knows links opens the page at the passage."""
    return Text.assemble(
        (f"[{source.number}] ", ACCENT), (source.place, f"link {source.address}" if source.address else "")
    )
