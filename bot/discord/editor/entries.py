"""The points and figures of a claim in the editor: their lists, each single one, and the forms that change them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import discord
from discord import ui

from bot.discord.cards import ROOM, draw_lines, escape, fit, layout, quote, shorten, source_line
from bot.discord.editor.claim_forms import languages_of, text_lines
from bot.discord.editor.screen import (
    AT,
    ClaimScreen,
    done_line,
    field_line,
    figure_words,
    part_button,
    point_line,
    point_words,
    read_screen,
    title_line,
)
from bot.discord.forms import Form, FormField, FormName, choice, form_button, line, long
from bot.discord.routes import LONGEST_OPTION, Request, Route
from bot.quantities import documented_words, unit_name, unit_named
from bot.reply import display_date
from bot.texts import Texts, msgid
from bot.wording import field_name, value_text
from checks.model import KnownFigure
from claims.moderation.citations import citation_line
from claims.moderation.edits import BOUNDS, ROLES, EditFigure, EditPoint, place_now
from claims.moderation.rights import Act
from claims.packs.plain import write_documented
from claims.record import ClaimRecord, PointRecord, fingerprint_at
from config.languages import NO_TEXT, ByLanguage, by_field, typed_texts

EntryPart = Literal["points", "figs"]
Step = Literal["view", "ask", "drop", "first"]

# Several menus of one list are told apart by the place of their first entry.
ENTRY_MENU = Route("ts:desk:menu:{part:points|figs}:{first:number}:" + AT, "claim.edit")
ENTRY = Route("ts:desk:{step:view|ask|drop|first}:{part:points|figs}:{place:number}:" + AT, "claim.edit")

# Discord's limit for the options of a menu.
_MOST = 25
_FIELDS = {"points": "points", "figs": "figures"}
_NONE = {"points": msgid("It has no point yet."), "figs": msgid("It has no figure yet.")}
_OPEN = {"points": msgid("Open a point"), "figs": msgid("Open a figure")}
_NEW = {"points": msgid("New point"), "figs": msgid("New figure")}
_FORMS = {"points": "pnew", "figs": "fignew"}
_ASK = {"points": msgid("Take this point out?"), "figs": msgid("Take this figure out?")}


def entries_of(screen: ClaimScreen, part: EntryPart) -> Sequence[Any]:
    """Return the points or the figures of the claim."""
    return screen.claim.points if part == "points" else screen.claim.figures


def draw_entries(screen: ClaimScreen, part: EntryPart, texts: Texts, remarks: Sequence[str] = ()) -> ui.LayoutView:
    """Return the list of points or figures; of more than a menu can have, there are several menus."""
    claim, sources = screen.claim, screen.sources(texts)
    if part == "points":
        words = [point_words(point, texts) for point in claim.points]
        lines = [f"{n}. {point_line(point, sources, texts)}" for n, point in enumerate(claim.points, 1)]
    else:
        words = [figure_words(figure, texts) for figure in claim.figures]
        lines = [f"{n}. {escape(each)}" for n, each in enumerate(words, 1)]
    heading = texts.named(field_name(_FIELDS[part], texts), len(lines))
    heads = [*remarks, title_line(claim, texts), f"**{heading}**"]
    kept, left_out = fit([*heads, *(lines or [texts(_NONE[part])])], ROOM)
    ends = [texts.plural("-# {count} more", "-# {count} more", left_out)] if left_out else []
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join([*kept, *ends])))
    numbered = [(place, shorten(f"{place + 1}. {each}", LONGEST_OPTION)) for place, each in enumerate(words)]
    for start in range(0, len(numbered), _MOST):
        options = [discord.SelectOption(label=label, value=str(place)) for place, label in numbered[start:][:_MOST]]
        about = {"part": part, "first": start, "version_tag": claim.version_tag, "claim": claim.id}
        menu = ui.Select[Any](custom_id=ENTRY_MENU.id(**about), placeholder=texts(_OPEN[part]), options=options)
        container.add_item(ui.ActionRow[Any](menu))
    buttons = [
        form_button(FormName(_FORMS[part], (claim.id,)), texts(_NEW[part])),
        part_button("card", claim.id, texts("To the claim")),
    ]
    return layout(container, buttons)


def draw_question(screen: ClaimScreen, part: EntryPart, place: int, texts: Texts) -> ui.LayoutView:
    """Return the question whether a point or figure is to go."""
    claim = screen.claim
    words = point_words(claim.points[place], texts) if part == "points" else figure_words(claim.figures[place], texts)
    lines = [title_line(claim, texts), texts(_ASK[part]), f"> {escape(words)}"]
    buttons = [
        _button("drop", part, place, claim, texts("Yes, take it out")),
        _button("view", part, place, claim, texts("No")),
    ]
    return layout(ui.Container(ui.TextDisplay("\n".join(lines))), buttons)


def _button(step: Step, part: EntryPart, place: int, claim: ClaimRecord, label: str) -> ui.Button[Any]:
    style = discord.ButtonStyle.danger if step == "drop" else discord.ButtonStyle.secondary
    return ENTRY.button(label, style, step=step, part=part, place=place, version_tag=claim.version_tag, claim=claim.id)


_LONGEST_PASSAGE = 600


def draw_entry(
    screen: ClaimScreen, part: EntryPart, place: int, texts: Texts, remarks: Sequence[str] = ()
) -> ui.LayoutView:
    """Return the point or figure at a place that the list has."""
    draw = _draw_point if part == "points" else _draw_figure
    return draw(screen, place, texts, remarks)


def _draw_point(screen: ClaimScreen, place: int, texts: Texts, remarks: Sequence[str]) -> ui.LayoutView:
    claim = screen.claim
    point, about = claim.points[place], (claim.id, str(place), fingerprint_at(claim.points, place))
    heading = texts("Point {number} of {count}", number=place + 1, count=len(claim.points))
    lines = [*remarks, title_line(claim, texts), f"**{heading}**", *_facts(point, texts), *_cited(screen, point, texts)]
    buttons = [
        form_button(FormName("ptext", about), texts("Text")),
        form_button(FormName("psrc", about), texts("Source")),
        *([_button("first", "points", place, claim, texts("Put first"))] if place else []),
        _button("ask", "points", place, claim, texts("Remove")),
        part_button("points", claim.id, texts("All points")),
    ]
    return draw_lines(lines, texts, buttons)


def _draw_figure(screen: ClaimScreen, place: int, texts: Texts, remarks: Sequence[str]) -> ui.LayoutView:
    claim = screen.claim
    figure, about = claim.figures[place], (claim.id, str(place), fingerprint_at(claim.figures, place))
    heading = texts("Figure {number} of {count}", number=place + 1, count=len(claim.figures))
    lines = [*remarks, title_line(claim, texts), f"**{heading}**", escape(figure_words(figure, texts))]
    lines += [
        field_line(field, escape(figure.subject[code]), texts)
        for code, field in by_field("subject", figure.subject).items()
    ]
    buttons: list[ui.Item[Any]] = [
        form_button(FormName("figure", about), texts("Edit")),
        _button("ask", "figs", place, claim, texts("Remove")),
        part_button("figs", claim.id, texts("All figures")),
    ]
    return draw_lines(lines, texts, buttons)


def _facts(point: PointRecord, texts: Texts) -> Iterator[str]:
    yield field_line("role", value_text("role", point.role, texts), texts)
    for stem, said in (("text", point.text), ("speaker", point.speaker)):
        for code, field in by_field(stem, said.plain).items():
            yield field_line(field, escape(said[code]), texts)
    yield field_line("date", escape(display_date(point.date, texts)), texts)
    if point.numbers:
        yield field_line("numbers", escape(texts.apart(point.numbers)), texts)


def _cited(screen: ClaimScreen, point: PointRecord, texts: Texts) -> Iterator[str]:
    if not point.citations:
        yield texts("No source yet.")
    sources = screen.sources(texts)
    for number in map(sources.number, point.citations):
        source = sources.lines[number - 1]
        place = f" · {escape(source.place)}" if source.place else ""
        yield f"{source_line(source, number)}{place} · {escape(source.document)}"
        passage = screen.passages.get(source.citation)
        if passage:
            yield quote(shorten(passage, _LONGEST_PASSAGE))


# A claim, the place of one of its entries from 0, and the fingerprint of that entry.
_ENTRY = r"[^|]+\|\d{1,6}\|[^|]{8}"


class NewPointForm:
    """About a claim's id. It only adds, so that nobody else's change can be lost."""

    kind = "pnew"
    act: Act = "claim.edit"
    about = r"[^|]+"

    async def open(self, request: Request, about: tuple[str, ...]) -> Form:
        """Return the form, empty."""
        texts = request.texts
        await read_screen(request, about[0])
        fields = (
            *_texts(NO_TEXT, texts, 2),
            *text_lines("speaker", NO_TEXT, texts, 1),
            date_line("", texts),
            _citations("", texts),
        )
        return Form(FormName(self.kind, about), texts("New point"), fields)

    async def submit(self, request: Request, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Add it, and return it."""
        return await _write(request, name, _point(typed))


class _PointForm:
    """About a claim's id, the place of one of its points, and what stands for that point."""

    kind = ""
    act: Act = "claim.edit"
    about = _ENTRY

    async def open(self, request: Request, about: tuple[str, ...]) -> Form:
        """Return the form with what the point says now, wherever it stands now."""
        claim_id, place, fingerprint = about
        texts, claim = request.texts, (await read_screen(request, claim_id)).claim
        point = claim.points[place_now(claim.points, int(place), fingerprint)]
        title = texts("Text of the point") if self.kind == PointTextForm.kind else texts("Source of the point")
        return Form(FormName(self.kind, about, claim.version_tag), title, self._fields(point, texts))

    async def submit(self, request: Request, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Write the point, and return it."""
        _, place, fingerprint = name.about
        return await _write(request, name, replace(_point(typed), place=int(place), fingerprint=fingerprint))

    def _fields(self, point: PointRecord, texts: Texts) -> tuple[FormField, ...]:
        raise NotImplementedError


class PointTextForm(_PointForm):
    """What a point says, and whether that is for the claim or against it."""

    kind = "ptext"

    def _fields(self, point: PointRecord, texts: Texts) -> tuple[FormField, ...]:
        return (
            choice("role", point.role, ROLES, texts),
            *_texts(point.text, texts, 4),
        )


class PointSourceForm(_PointForm):
    """Who says it, when, and where that is written."""

    kind = "psrc"

    def _fields(self, point: PointRecord, texts: Texts) -> tuple[FormField, ...]:
        cited = "\n".join(map(citation_line, point.citations))
        return (
            *text_lines("speaker", point.speaker, texts),
            date_line(point.date, texts, required=bool(point.date)),
            _citations(cited, texts),
            line("numbers", "; ".join(point.numbers), texts, texts("As the source writes them, with ; between.")),
        )


async def _write(request: Request, name: FormName, edit: EditPoint | EditFigure) -> ui.LayoutView:
    """Write a point or figure, and return it where it stands then."""
    claim_id, write = name.about[0], request.moderation.editor.edit
    part: EntryPart = "points" if isinstance(edit, EditPoint) else "figs"
    entries = entries_of(await read_screen(request, claim_id), part)
    place = len(entries) if edit.place is None else place_now(entries, edit.place, edit.fingerprint)
    edited = await request.do(write, request.actor, claim_id, name.version_tag or None, edit)
    screen = await read_screen(request, claim_id)
    place = min(place, len(entries_of(screen, part)) - 1)
    return draw_entry(screen, part, place, request.texts, [done_line(changed=edited.changed, texts=request.texts)])


def _point(typed: Mapping[str, str]) -> EditPoint:
    """Return a point with the fields of a form; those that the form lacks are left as they are."""
    said, speaker, text = typed.get, typed_texts(typed, "speaker"), typed_texts(typed, "text")
    return EditPoint(None, said("role"), speaker, said("date"), text, said("citations"), said("numbers"))


def _texts(text: ByLanguage, texts: Texts, most: int) -> tuple[FormField, ...]:
    return tuple(long(f"text_{code}", text[code], texts) for code in languages_of(texts, most))


def date_line(value: str, texts: Texts, *, required: bool = True) -> FormField:
    """Return the field for the date of a point."""
    return line("date", value, texts, texts("Write it as 2026-01-23, 2026-01 or 2026."), required=required)


def _citations(value: str, texts: Texts) -> FormField:
    hint = texts.plain('One a line: source, source 120-180, or source "its very words". New ones: /claims source')
    return long("citations", value, texts, hint)


class FigureForm:
    """About a claim's id, the place of one of its figures, and what stands for that figure."""

    kind = "figure"
    act: Act = "claim.edit"
    about = _ENTRY

    async def open(self, request: Request, about: tuple[str, ...]) -> Form:
        """Return the form with the figure, wherever it stands now."""
        claim_id, place, fingerprint = about
        texts, claim = request.texts, (await read_screen(request, claim_id)).claim
        figure = claim.figures[place_now(claim.figures, int(place), fingerprint)]
        return Form(FormName(self.kind, about, claim.version_tag), texts("Edit the figure"), _fields(figure, texts))

    async def submit(self, request: Request, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Write it, and return it; what it is for stays as it was."""
        claim_id, place, fingerprint = name.about
        figures = (await read_screen(request, claim_id)).claim.figures
        edit, old = _figure(typed, request.texts), figures[place_now(figures, int(place), fingerprint)]
        subject = {**old.subject, **edit.subject}
        edit = replace(edit, role=old.role, subject=subject, place=int(place), fingerprint=fingerprint)
        return await _write(request, name, edit)


class NewFigureForm:
    """About a claim's id. It only adds, so that nobody else's change can be lost."""

    kind = "fignew"
    act: Act = "claim.edit"
    about = r"[^|]+"

    async def open(self, request: Request, about: tuple[str, ...]) -> Form:
        """Return the form, empty."""
        texts = request.texts
        await read_screen(request, about[0])
        return Form(FormName(self.kind, about), texts("New figure"), _fields(None, texts))

    async def submit(self, request: Request, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Add it, and return it."""
        return await _write(request, name, _figure(typed, request.texts))


def _figure(typed: Mapping[str, str], texts: Texts) -> EditFigure:
    """Return a new figure as it was typed; the unit may be called what the reader's language calls it."""
    unit = unit_named(typed["unit"], texts)
    return EditFigure(typed["value"], unit, typed["bound"], "claim", typed_texts(typed, "subject"))


def _fields(figure: KnownFigure | None, texts: Texts) -> tuple[FormField, ...]:
    values = texts("5, or 2 to 3. Behind a bar what the source gives: 1 | over 5; p. 12")
    units = texts("Such as kg, percent or years; or your own: BTC|bitcoin")
    return (
        line("value", _value(figure, texts), texts, values, required=True),
        line("unit", unit_name(figure.unit, texts) if figure else "", texts, units, required=True),
        choice("bound", figure.bound if figure else BOUNDS[0], BOUNDS, texts),
        *text_lines("subject", figure.subject if figure else NO_TEXT, texts),
    )


def _value(figure: KnownFigure | None, texts: Texts) -> str:
    """Return the value as people of the language type it, with all its digits."""
    if figure is None:
        return ""
    low, high = (repr(each).removesuffix(".0") for each in (float(figure.low), float(figure.high)))
    words = documented_words(texts)
    source = write_documented(figure, words)
    return f"{low if low == high else f'{low}{words.to}{high}'}{f' | {source}' if source else ''}"
