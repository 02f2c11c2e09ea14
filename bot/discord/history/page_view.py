"""A page of the history: a few lines for each revision, and a menu that opens one."""

from collections.abc import Iterator
from typing import Any

import discord
from discord import ui
from discord.utils import format_dt

from bot.dates import display_date
from bot.discord.cards import layout
from bot.discord.escape import escape
from bot.discord.fitting import ROOM, fit, shorten
from bot.discord.history.items import PageButton, RevisionMenu
from bot.discord.history.names import Names
from bot.discord.history.spot import Spot
from bot.discord.history.words import act_words, reason_words, who_words
from bot.texts import Texts
from claims.revisions import RevisionPage, RevisionRecord

PER_PAGE = 6
_LONGEST_NAME = 150
_LONGEST_REASON = 200
_LONGEST_OPTION = 100


def draw_page(page: RevisionPage, spot: Spot, names: Names) -> ui.LayoutView:
    """Return a page of the server's history, or of one claim's."""
    texts = names.texts
    title = names.titles.get(spot.claim, spot.claim)
    heading = texts("History of “{claim}”", claim=escape(title)) if spot.claim else texts("History of this server")
    blocks = ["\n".join(_lines(entry, names)) for entry in page.entries]
    empty = [] if blocks else [texts("Nothing has been changed here yet.")]
    kept, _ = fit([f"### {heading}", *blocks, *empty], ROOM)
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join(kept)))
    if page.entries:
        options = [_option(entry, names) for entry in page.entries]
        container.add_item(ui.ActionRow[Any](RevisionMenu.of(spot.at(0), options, texts)))
    return layout(container, list(_turning(page, spot, texts)))


def _lines(entry: RevisionRecord, names: Names) -> Iterator[str]:
    texts = names.texts
    yield f"**{entry.id}** · {format_dt(entry.at, 'f')} · {who_words(entry.actor, texts)}"
    about = escape(shorten(names.of_all(entry.changes), _LONGEST_NAME))
    yield ": ".join(part for part in (escape(act_words(entry.act, texts)), about) if part)
    yield from (f"-# {remark}" for remark in remarks(entry, texts))


def remarks(entry: RevisionRecord, texts: Texts) -> Iterator[str]:
    """Yield what else there is to say of a revision: its reason, and what it has to do with others."""
    if entry.reason:
        yield texts("Reason: {reason}", reason=escape(shorten(reason_words(entry.reason, texts), _LONGEST_REASON)))
    if entry.undoes is not None:
        yield texts("It takes back revision {number}.", number=entry.undoes)
    if entry.undone_by is not None:
        yield texts("It was taken back by revision {number}.", number=entry.undone_by)


def _option(entry: RevisionRecord, names: Names) -> discord.SelectOption:
    texts = names.texts
    label = f"{entry.id} · {act_words(entry.act, texts)}"
    about = " · ".join((display_date(entry.at.date().isoformat(), texts), names.of_all(entry.changes)))
    short, description = (shorten(text, _LONGEST_OPTION) for text in (label, about))
    return discord.SelectOption(label=short, value=str(entry.id), description=description)


def _turning(page: RevisionPage, spot: Spot, texts: Texts) -> Iterator[PageButton]:
    if spot.before:
        yield PageButton(Spot(spot.claim), texts("Newest"))
    if page.before is not None:
        yield PageButton(Spot(spot.claim, page.before), texts("Older"))
