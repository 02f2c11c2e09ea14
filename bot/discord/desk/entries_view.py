"""A claim's points or figures: the list with a menu, and the question before one of them goes."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.discord.cards import layout
from bot.discord.desk.card_lines import point_line
from bot.discord.desk.entry_items import EntryButton, EntryMenu, EntryPart
from bot.discord.desk.items import PartButton
from bot.discord.desk.sight import DeskSight
from bot.discord.desk.words import LONGEST_OPTION, figure_words, point_words, title_line
from bot.discord.escape import escape
from bot.discord.fitting import ROOM, fit, shorten
from bot.discord.forms.form import FormName
from bot.discord.forms.items import OpenFormButton
from bot.field_names import field_name
from bot.texts import Texts, msgid

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
