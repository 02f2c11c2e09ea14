"""The forms of a figure: one that the claim has, and a new one."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, Self, cast

import discord
from discord import ui

from bot.discord.bot import BotInteraction
from bot.discord.cards import draw_lines, layout, source_line
from bot.discord.editor.screen import (
    LONGEST_OPTION,
    TAIL,
    DeskSight,
    PartButton,
    done_line,
    field_line,
    figure_words,
    moderator,
    point_line,
    point_words,
    read_sight,
    title_line,
)
from bot.discord.editor.wordings import mark_at, place_now
from bot.discord.forms.form import Form, FormField, FormName, choice, line, long
from bot.discord.forms.forms import OpenFormButton
from bot.discord.items import Lasting, label_of
from bot.discord.markdown import ROOM, escape, fit, quote, shorten
from bot.discord.person import texts_for
from bot.reply import display_date
from bot.texts import Texts, msgid
from bot.wording import field_name, value_text
from checks.model import KnownFigure
from claims.moderation.citing import citation_line
from claims.moderation.edits import BOUNDS, ROLES, EditFigure, EditPoint
from claims.packs.plain import write_documented
from claims.record import PointRecord

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


EntryPart = Literal["points", "figs"]
Step = Literal["view", "ask", "drop"]


class EntryMenu(Lasting, ui.DynamicItem[ui.Select[Any]], template=rf"ts:desk:menu:(?P<part>points|figs):\d+:{TAIL}"):
    """Opens the point or figure that is chosen from the list."""

    def __init__(self, part: EntryPart, edition: str, claim: str, select: ui.Select[Any]) -> None:
        super().__init__(select)
        self.part: EntryPart = part
        self.edition = edition
        self.claim = claim

    @classmethod
    def of(
        cls, part: EntryPart, edition: str, claim: str, options: Sequence[discord.SelectOption], placeholder: str
    ) -> Self:
        """Return the menu; the values of its options are places from 0, and the first tells menus of a list apart."""
        custom_id = f"ts:desk:menu:{part}:{options[0].value}:{edition}:{claim}"
        select = ui.Select[Any](custom_id=custom_id, placeholder=placeholder, options=list(options))
        return cls(part, edition, claim, select)

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Take over the menu of a message that was sent earlier."""
        if not isinstance(item, ui.Select):
            raise TypeError(f"{item} is not a menu")
        return cls(cast("EntryPart", match["part"]), match["edition"], match["claim"], item)

    async def press(self, interaction: BotInteraction) -> None:
        """Show the entry."""
        await interaction.response.defer()
        place = int(self.item.values[0])
        await interaction.client.desk.entry(interaction, self.part, "view", self.claim, self.edition, place)


class EntryButton(
    Lasting,
    ui.DynamicItem[ui.Button[Any]],
    template=rf"ts:desk:(?P<step>view|ask|drop):(?P<part>points|figs):(?P<place>\d+):{TAIL}",
):
    """Shows one point or figure, asks whether it is to go, or takes it out."""

    def __init__(self, step: Step, part: EntryPart, place: int, edition: str, claim: str, label: str) -> None:
        style = discord.ButtonStyle.danger if step == "drop" else discord.ButtonStyle.secondary
        custom_id = f"ts:desk:{step}:{part}:{place}:{edition}:{claim}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, style=style))
        self.step: Step = step
        self.part: EntryPart = part
        self.place = place
        self.edition = edition
        self.claim = claim

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read step and place from the id of a button that was sent earlier."""
        step, part = cast("Step", match["step"]), cast("EntryPart", match["part"])
        return cls(step, part, int(match["place"]), match["edition"], match["claim"], label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Take the step."""
        await interaction.response.defer()
        await interaction.client.desk.entry(interaction, self.part, self.step, self.claim, self.edition, self.place)


ENTRY_ITEMS: tuple[type[ui.DynamicItem[Any]], ...] = (EntryMenu, EntryButton)


# Discord's limit for the options of a menu.
_MOST = 25
_FIELDS = {"points": "points", "figs": "figures"}
_NONE = {"points": msgid("It has no point yet."), "figs": msgid("It has no figure yet.")}
_OPEN = {"points": msgid("Open a point"), "figs": msgid("Open a figure")}
_NEW = {"points": msgid("New point"), "figs": msgid("New figure")}
_FORMS = {"points": "pnew", "figs": "fignew"}
_ASK = {"points": msgid("Take this point out?"), "figs": msgid("Take this figure out?")}


def entries_of(sight: DeskSight, part: EntryPart) -> Sequence[Any]:
    """Return the points or the figures of the claim."""
    return sight.claim.points if part == "points" else sight.claim.figures


def draw_entries(sight: DeskSight, part: EntryPart, texts: Texts, remarks: Sequence[str] = ()) -> ui.LayoutView:
    """Return the list of points or figures; of more than a menu can have, there are several menus."""
    claim, sources = sight.claim, sight.sources(texts)
    if part == "points":
        words = [point_words(point, texts) for point in claim.points]
        lines = [f"{n}. {point_line(point, sources, texts)}" for n, point in enumerate(claim.points, 1)]
    else:
        words = [figure_words(figure, texts) for figure in claim.figures]
        lines = [f"{n}. {escape(each)}" for n, each in enumerate(words, 1)]
    heading = texts("{name}: {value}", name=field_name(_FIELDS[part], texts), value=len(lines))
    heads = [*remarks, title_line(claim, texts), f"**{heading}**"]
    kept, left_out = fit([*heads, *(lines or [texts(_NONE[part])])], ROOM)
    ends = [texts.plural("-# {count} more", "-# {count} more", left_out)] if left_out else []
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join([*kept, *ends])))
    numbered = [(place, shorten(f"{place + 1}. {each}", LONGEST_OPTION)) for place, each in enumerate(words)]
    for start in range(0, len(numbered), _MOST):
        options = [discord.SelectOption(label=label, value=str(place)) for place, label in numbered[start:][:_MOST]]
        menu = EntryMenu.of(part, claim.edition, claim.id, options, texts(_OPEN[part]))
        container.add_item(ui.ActionRow[Any](menu))
    buttons = [
        OpenFormButton.of(FormName(_FORMS[part], (claim.id,)), texts(_NEW[part])),
        PartButton("card", claim.id, texts("To the claim")),
    ]
    return layout(container, buttons)


def draw_question(sight: DeskSight, part: EntryPart, place: int, texts: Texts) -> ui.LayoutView:
    """Return the question whether a point or figure is to go."""
    claim = sight.claim
    words = point_words(claim.points[place], texts) if part == "points" else figure_words(claim.figures[place], texts)
    lines = [title_line(claim, texts), texts(_ASK[part]), f"> {escape(words)}"]
    buttons = [
        EntryButton("drop", part, place, claim.edition, claim.id, texts("Yes, take it out")),
        EntryButton("view", part, place, claim.edition, claim.id, texts("No")),
    ]
    return layout(ui.Container(ui.TextDisplay("\n".join(lines))), buttons)


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


class NewPointForm:
    """About a claim's id. It only adds, so that nobody else's change can be lost."""

    kind = "pnew"

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form, empty."""
        texts = texts_for(interaction)
        await read_sight(interaction, about[0])
        fields = (
            long("text_en", "", texts),
            long("text_zh", "", texts),
            line("speaker_en", "", texts),
            _date("", texts),
            _citations("", texts),
        )
        return Form(FormName(self.kind, about), texts("New point"), fields)

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Add it, and return it."""
        return await _write(self.bot, interaction, name, _point(typed), None)


class _PointForm:
    """About a claim's id, the place of one of its points, and what stands for that point."""

    kind = ""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form with what the point says now, wherever it stands now."""
        claim_id, place, mark = about
        texts, claim = texts_for(interaction), (await read_sight(interaction, claim_id)).claim
        point = claim.points[place_now(claim.points, int(place), mark)]
        title = texts("Text of the point") if self.kind == PointTextForm.kind else texts("Source of the point")
        return Form(FormName(self.kind, about, claim.edition), title, self._fields(point, texts))

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Write the point, and return it."""
        claim_id, written, mark = name.about
        points = (await read_sight(interaction, claim_id)).claim.points
        place = place_now(points, int(written), mark)
        return await _write(self.bot, interaction, name, replace(_point(typed), place=place), place)

    def _fields(self, point: PointRecord, texts: Texts) -> tuple[FormField, ...]:
        raise NotImplementedError


class PointTextForm(_PointForm):
    """What a point says, and whether that is for the claim or against it."""

    kind = "ptext"

    def _fields(self, point: PointRecord, texts: Texts) -> tuple[FormField, ...]:
        return (
            choice("role", point.role, ROLES, texts),
            long("text_en", point.text_en, texts),
            long("text_zh", point.text_zh, texts),
        )


class PointSourceForm(_PointForm):
    """Who says it, when, and where that is written."""

    kind = "psrc"

    def _fields(self, point: PointRecord, texts: Texts) -> tuple[FormField, ...]:
        cited = "\n".join(map(citation_line, point.citations))
        return (
            line("speaker_en", point.speaker_en, texts),
            line("speaker_zh", point.speaker_zh, texts),
            _date(point.date, texts),
            _citations(cited, texts),
            line("numbers", "; ".join(point.numbers), texts, texts("As the source writes them, with ; between.")),
        )


async def _write(
    bot: "TouchstoneBot", interaction: BotInteraction, name: FormName, edit: EditPoint, place: int | None
) -> ui.LayoutView:
    """Write the point at the place (None: at the end), and return it."""
    texts, write = texts_for(interaction), bot.touchstone.moderation.editor.edit
    done = await asyncio.to_thread(write, moderator(interaction), name.about[0], name.edition or None, edit)
    sight = await read_sight(interaction, name.about[0])
    at = len(sight.claim.points) - 1 if place is None else min(place, len(sight.claim.points) - 1)
    return draw_entry(sight, "points", at, texts, [done_line(changed=done.changed, texts=texts)])


def _point(typed: Mapping[str, str]) -> EditPoint:
    """Return a point with the fields of a form; those that the form lacks are left as they are."""
    said = typed.get
    speaker, text = (said("speaker_en"), said("speaker_zh")), (said("text_en"), said("text_zh"))
    return EditPoint(None, said("role"), *speaker, said("date"), *text, said("citations"), said("numbers"))


def _date(value: str, texts: Texts) -> FormField:
    return line("date", value, texts, texts("Write it as 2026-01-23, 2026-01 or 2026."), required=True)


def _citations(value: str, texts: Texts) -> FormField:
    hint = texts('One a line: source, source 120-180, or source "its very words". New ones: /claims source')
    return long("citations", value, texts, hint)


# Discord's limit for the options of a menu.


class FigureForm:
    """About a claim's id, the place of one of its figures, and what stands for that figure."""

    kind = "figure"

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form with the figure, wherever it stands now."""
        claim_id, place, mark = about
        texts, claim = texts_for(interaction), (await read_sight(interaction, claim_id)).claim
        figure = claim.figures[place_now(claim.figures, int(place), mark)]
        return Form(FormName(self.kind, about, claim.edition), texts("Edit the figure"), _fields(figure, texts))

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Write it, and return it; what it is for stays as it was."""
        claim_id, written, mark = name.about
        figures = (await read_sight(interaction, claim_id)).claim.figures
        place = place_now(figures, int(written), mark)
        edit = replace(_figure(typed), role=figures[place].role, place=place)
        return await _figure_forms_write(self.bot, interaction, name, edit)


class NewFigureForm:
    """About a claim's id. It only adds, so that nobody else's change can be lost."""

    kind = "fignew"

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form, empty."""
        texts = texts_for(interaction)
        await read_sight(interaction, about[0])
        return Form(FormName(self.kind, about), texts("New figure"), _fields(None, texts))

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Add it, and return it."""
        return await _figure_forms_write(self.bot, interaction, name, _figure(typed))


async def _figure_forms_write(
    bot: "TouchstoneBot", interaction: BotInteraction, name: FormName, edit: EditFigure
) -> ui.LayoutView:
    texts, write = texts_for(interaction), bot.touchstone.moderation.editor.edit
    done = await asyncio.to_thread(write, moderator(interaction), name.about[0], name.edition or None, edit)
    sight = await read_sight(interaction, name.about[0])
    last = len(sight.claim.figures) - 1
    place = last if edit.place is None else min(edit.place, last)
    return draw_entry(sight, "figs", place, texts, [done_line(changed=done.changed, texts=texts)])


def _figure(typed: Mapping[str, str]) -> EditFigure:
    """Return a new figure as it was typed."""
    return EditFigure(typed["value"], typed["unit"], typed["bound"], "claim", typed["subject_en"], typed["subject_zh"])


def _fields(figure: KnownFigure | None, texts: Texts) -> tuple[FormField, ...]:
    values = texts("5, or 2 to 3. Behind a bar what the source gives: 1 | over 5; p. 12")
    units = texts("Such as kg, percent or years; or your own: BTC|bitcoin")
    return (
        line("value", _value(figure), texts, values, required=True),
        line("unit", figure.unit if figure else "", texts, units, required=True),
        choice("bound", figure.bound if figure else BOUNDS[0], BOUNDS, texts),
        line("subject_en", figure.subject_en if figure else "", texts),
        line("subject_zh", figure.subject_zh if figure else "", texts),
    )


def _value(figure: KnownFigure | None) -> str:
    """Return the value as it is typed, with all its digits."""
    if figure is None:
        return ""
    low, high = (repr(each).removesuffix(".0") for each in (float(figure.low), float(figure.high)))
    source = write_documented(figure)
    return f"{low if low == high else f'{low} to {high}'}{f' | {source}' if source else ''}"
