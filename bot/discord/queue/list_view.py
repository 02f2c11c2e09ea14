"""The queue as a list: what waits by kind, since when, and a page of it, oldest first."""

from collections.abc import Mapping
from typing import Any

import discord
from discord import ui

from bot.discord.cards import layout
from bot.discord.escape import escape
from bot.discord.fitting import ROOM, fit, shorten
from bot.discord.queue.buttons import ListButton
from bot.discord.queue.kinds import ALL, ITEM_KINDS, KINDS, age_text, counts_text, kind_text
from bot.discord.queue.known import title_in
from bot.discord.queue.menus import ItemMenu, KindMenu
from bot.discord.queue.words import proposed_words
from bot.texts import Texts
from claims.queue import QueuePage
from claims.queue_items import Item, ItemKind
from claims.record import ClaimRecord

Claims = Mapping[str, ClaimRecord]
_LONGEST_TEXT = 140
_LONGEST_OPTION = 100


def draw_queue(page: QueuePage, kind: ItemKind | None, claims: Claims, texts: Texts) -> ui.LayoutView:
    """Return one page of what waits; `claims` are those that its items speak of."""
    heading, among = texts("Queue"), kind or ALL
    lines = [f"### {heading}", _summary(page, texts), *(_line(item, claims, texts) for item in page.items)]
    kept, _ = fit(lines, ROOM)
    place = texts("Page {page} of {pages}", page=page.page + 1, pages=page.pages)
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join([*kept, f"-# {place}"])))
    if page.items:
        options = [_option(item, claims, texts) for item in page.items]
        container.add_item(ui.ActionRow[Any](ItemMenu.of(options, among, texts("Open an item"))))
    container.add_item(ui.ActionRow[Any](KindMenu.of(_kinds(page, kind, texts))))
    back = ListButton(page.page - 1, among, texts("Back"), disabled=page.page == 0)
    onward = ListButton(page.page + 1, among, texts("Next"), disabled=page.page + 1 >= page.pages)
    return layout(container, [back, onward])


def _summary(page: QueuePage, texts: Texts) -> str:
    if page.oldest is None:
        return texts("Nothing waits for a decision.")
    waiting = texts.plural("{count} item waits.", "{count} items wait.", sum(page.counts.values()))
    oldest = texts("The oldest has waited for {age}.", age=age_text(page.oldest, texts))
    return f"{waiting}\n{oldest}\n-# {counts_text(page.counts, texts)}"


def _line(item: Item, claims: Claims, texts: Texts) -> str:
    parts = [f"**{escape(kind_text(item, texts))}**"]
    if item.claim is not None:
        parts.append(escape(title_in(claims, item.claim, texts)))
    parts.append(age_text(item.age, texts))
    if item.score is not None:
        parts.append(texts("score {score}", score=f"{item.score:.2f}"))
    if item.reports:
        parts.append(texts.plural("{count} report", "{count} reports", item.reports))
    if item.link is not None:
        label = texts("message")
        parts.append(f"[{label}]({item.link})")
    words = proposed_words(item, texts)
    said = [f"> {escape(shorten(words, _LONGEST_TEXT))}"] if words else []
    return "\n".join(["- " + " · ".join(parts), *said])


def _option(item: Item, claims: Claims, texts: Texts) -> discord.SelectOption:
    about = proposed_words(item, texts) or (title_in(claims, item.claim, texts) if item.claim else "")
    label = texts("{kind}, {age}", kind=kind_text(item, texts), age=age_text(item.age, texts))
    description = shorten(about, _LONGEST_OPTION) or None
    return discord.SelectOption(label=shorten(label, _LONGEST_OPTION), value=str(item.id), description=description)


def _kinds(page: QueuePage, chosen: ItemKind | None, texts: Texts) -> list[discord.SelectOption]:
    counts = {KINDS[kind]: (kind, page.counts.get(kind, 0)) for kind in ITEM_KINDS}
    every = texts("All kinds")
    options = [discord.SelectOption(label=every, value=ALL, default=chosen is None)]
    return options + [
        discord.SelectOption(
            label=texts("{kind}: {count}", kind=texts(name), count=count), value=kind, default=kind == chosen
        )
        for name, (kind, count) in counts.items()
        if count or kind == chosen
    ]
