"""A claim's wordings: one of the six lists, a page at a time, with what can be done to it."""

from collections.abc import Iterator, Sequence
from typing import Any

import discord
from discord import ui

from bot.discord.cards import layout
from bot.discord.desk.items import PartButton
from bot.discord.desk.marks import mark_of
from bot.discord.desk.wording_items import ListMenu, RemoveMenu, WordingPageButton
from bot.discord.desk.words import LIST_NAMES, LONGEST_OPTION, list_of, title_line
from bot.discord.escape import escape
from bot.discord.fitting import ROOM, length, shorten
from bot.discord.forms.form import LONGEST_FIELD, FormName
from bot.discord.forms.items import OpenFormButton
from bot.field_names import field_name
from bot.texts import Texts
from claims.record import ClaimRecord

PER_PAGE = 20
# A page of long wordings shows less and less of each, until all of them fit.
_WIDTHS = (300, 150, 100, 60)
LAST = 10_000


def draw_wordings(claim: ClaimRecord, name: str, page: int, texts: Texts, remarks: Sequence[str] = ()) -> ui.LayoutView:
    """Return a page of a list (an unknown name gives the first); a page that is not there becomes the nearest one."""
    name = name if name in LIST_NAMES else LIST_NAMES[0]
    wordings = list_of(claim, name)
    last = max(0, (len(wordings) - 1) // PER_PAGE)
    page = min(max(page, 0), last)
    shown = wordings[page * PER_PAGE : (page + 1) * PER_PAGE]
    heading = texts("{name}: {value}", name=field_name(name, texts), value=len(wordings))
    heads = [*remarks, title_line(claim, texts), f"**{heading}**"]
    ends = [texts("Page {page} of {pages}", page=page + 1, pages=last + 1)] if last else []
    if _is_long(wordings):
        ends.append(texts("This list is too long to be edited as one text."))
    ends = [f"-# {line}" for line in ends]
    lines = _fitting(shown, ROOM - sum(length(line) + 1 for line in (*heads, *ends)))
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join([*heads, *lines, *ends])))
    for menu in _menus(claim, name, page, shown, texts):
        container.add_item(ui.ActionRow[Any](menu))
    if last:
        container.add_item(ui.ActionRow(*_turning(claim, name, page, last, texts)))
    return layout(container, list(_buttons(claim, name, texts, is_long=_is_long(wordings))))


def as_text(claim: ClaimRecord, name: str) -> str:
    """Return a list as a form shows it: one text a line."""
    return "\n".join(list_of(claim, name))


def _is_long(wordings: Sequence[str]) -> bool:
    return len("\n".join(wordings)) > LONGEST_FIELD


def _fitting(shown: Sequence[str], room: int) -> list[str]:
    lines: list[str] = []
    for width in _WIDTHS:
        lines = [f"- {escape(shorten(text, width))}" for text in shown]
        if sum(length(line) + 1 for line in lines) <= room:
            break
    return lines


def _menus(claim: ClaimRecord, name: str, page: int, shown: Sequence[str], texts: Texts) -> Iterator[ui.Item[Any]]:
    counts = {each: len(list_of(claim, each)) for each in LIST_NAMES}
    named = [
        discord.SelectOption(
            label=texts("{name}: {value}", name=field_name(each, texts), value=count), value=each, default=each == name
        )
        for each, count in counts.items()
    ]
    yield ListMenu.of(claim.id, named)
    if shown:
        options = [discord.SelectOption(label=shorten(text, LONGEST_OPTION), value=mark_of(text)) for text in shown]
        yield RemoveMenu.of(name, page, claim.id, options, texts("Remove some of these"))


def _turning(claim: ClaimRecord, name: str, page: int, last: int, texts: Texts) -> Iterator[ui.Item[Any]]:
    yield WordingPageButton(name, page - 1, claim.id, texts("Back"), disabled=page == 0)
    yield WordingPageButton(name, page + 1, claim.id, texts("Next"), disabled=page == last)


def _buttons(claim: ClaimRecord, name: str, texts: Texts, *, is_long: bool) -> Iterator[ui.Item[Any]]:
    yield OpenFormButton.of(FormName("wadd", (claim.id, name)), texts("Add"))
    if not is_long:
        yield OpenFormButton.of(FormName("wlist", (claim.id, name)), texts("Edit as text"))
    yield PartButton("card", claim.id, texts("To the claim"))
