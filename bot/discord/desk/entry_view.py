"""One point or one figure of a claim, in full: a point with its sources, and their words where they are loaded."""

from collections.abc import Iterator, Sequence
from typing import Any

from discord import ui

from bot.dates import display_date
from bot.discord.cards import draw_lines, source_line
from bot.discord.desk.entry_items import EntryButton, EntryPart
from bot.discord.desk.items import PartButton
from bot.discord.desk.marks import mark_at
from bot.discord.desk.sight import DeskSight
from bot.discord.desk.words import field_line, figure_words, title_line
from bot.discord.escape import escape, quote
from bot.discord.fitting import shorten
from bot.discord.forms.form import FormName
from bot.discord.forms.items import OpenFormButton
from bot.faults import value_text
from bot.texts import Texts
from claims.record import PointRecord

_LONGEST_PASSAGE = 600


def draw_entry(
    sight: DeskSight, part: EntryPart, place: int, texts: Texts, remarks: Sequence[str] = ()
) -> ui.LayoutView:
    """Return the point or figure at a place that the list has."""
    draw = _draw_point if part == "points" else _draw_figure
    return draw(sight, place, texts, remarks)


def _draw_point(sight: DeskSight, place: int, texts: Texts, remarks: Sequence[str]) -> ui.LayoutView:
    claim = sight.claim
    point, about = claim.points[place], (claim.id, str(place), mark_at(claim.points, place))
    heading = texts("Point {number} of {count}", number=place + 1, count=len(claim.points))
    lines = [*remarks, title_line(claim, texts), f"**{heading}**", *_facts(point, texts), *_cited(sight, point, texts)]
    buttons = [
        OpenFormButton.of(FormName("ptext", about), texts("Text")),
        OpenFormButton.of(FormName("psrc", about), texts("Source")),
        EntryButton("ask", "points", place, claim.edition, claim.id, texts("Remove")),
        PartButton("points", claim.id, texts("All points")),
    ]
    return draw_lines(lines, texts, buttons)


def _draw_figure(sight: DeskSight, place: int, texts: Texts, remarks: Sequence[str]) -> ui.LayoutView:
    claim = sight.claim
    figure, about = claim.figures[place], (claim.id, str(place), mark_at(claim.figures, place))
    heading = texts("Figure {number} of {count}", number=place + 1, count=len(claim.figures))
    lines = [*remarks, title_line(claim, texts), f"**{heading}**", escape(figure_words(figure, texts))]
    lines += [
        field_line(field, escape(getattr(figure, field)), texts)
        for field in ("subject_en", "subject_zh")
        if getattr(figure, field)
    ]
    buttons: list[ui.Item[Any]] = [
        OpenFormButton.of(FormName("figure", about), texts("Edit")),
        EntryButton("ask", "figs", place, claim.edition, claim.id, texts("Remove")),
        PartButton("figs", claim.id, texts("All figures")),
    ]
    return draw_lines(lines, texts, buttons)


def _facts(point: PointRecord, texts: Texts) -> Iterator[str]:
    yield field_line("role", value_text("role", point.role, texts), texts)
    for field in ("text_en", "text_zh", "speaker_en", "speaker_zh"):
        yield field_line(field, escape(getattr(point, field)), texts)
    yield field_line("date", escape(display_date(point.date, texts)), texts)
    if point.numbers:
        yield field_line("numbers", escape("; ".join(point.numbers)), texts)


def _cited(sight: DeskSight, point: PointRecord, texts: Texts) -> Iterator[str]:
    if not point.citations:
        yield texts("No source yet.")
    sources = sight.sources(texts)
    for number in map(sources.number, point.citations):
        source = sources.lines[number - 1]
        place = f" · {escape(source.place)}" if source.place else ""
        yield f"{source_line(source, number)}{place} · {escape(source.document)}"
        passage = sight.passages.get(source.citation)
        if passage:
            yield quote(shorten(passage, _LONGEST_PASSAGE))
