"""The queue as moderators see it: its pages, one item, and what a decision asks back."""

from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord import ui

from bot.discord.cards import ROOM, escape, fit, layout, shorten
from bot.discord.editor.screen import OPEN_EDITOR
from bot.discord.forms import FormName, form_button
from bot.discord.lookup import title_in, title_of
from bot.discord.queue.deciding import (
    ALL,
    CLAIM_MENU,
    DECIDE,
    ITEM_KINDS,
    ITEM_MENU,
    KIND_MENU,
    KINDS,
    LIST,
    NEXT,
    Decision,
    age_text,
    candidate_lines,
    counts_text,
    kind_text,
    proposed_words,
    source_lines,
    steps_of,
)
from bot.discord.request import message_link
from bot.discord.routes import page_buttons
from bot.reply import display_date
from bot.texts import Texts, msgid
from bot.wording import fault_lines
from claims.moderation.queue import Item, ItemKind, QueuePage
from claims.moderation.reports import Reporter
from claims.record import ClaimRecord
from config.errors import InvalidEditError

_LABELS: Mapping[Decision, str] = {
    "word": msgid("Accept as wording"),
    "never": msgid("Never match"),
    "drop": msgid("Dismiss"),
    "resume": msgid("Answer it again"),
}


def draw_item(
    item: Item,
    claims: Mapping[str, ClaimRecord],
    kind: str,
    texts: Texts,
    remarks: Sequence[str] = (),
    passage: Sequence[str] = (),
) -> ui.LayoutView:
    """Return the item; `remarks` are lines above it, such as what the last decision did, `passage` on its source.

    Both are escaped already.
    """
    heading = escape(kind_text(item, texts))
    kept, _ = fit([*remarks, f"### {heading}", *_facts(item, claims, texts, passage)], ROOM)
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join(kept)))
    container.add_item(ui.ActionRow[Any](*_decisions(item, kind, texts)))
    return layout(container, around(item.id, kind, texts))


_MOST_REPORTERS = 8
_MOST_OTHERS = 3


def reporter_lines(reporters: Sequence[Reporter], claims: Mapping[str, ClaimRecord], texts: Texts) -> list[str]:
    """Return who has reported, by the beginning of a hash, how much that counts, and what else they have reported."""
    lines: list[str] = []
    for each in reporters[:_MOST_REPORTERS]:
        counts = texts("counts {weight}", weight=f"{each.weight:.2g}")
        parts = [f"`{each.mark}`", counts]
        if each.is_author:
            parts.append(texts("wrote the message"))
        if each.upheld or each.dismissed:
            told = {"upheld": each.upheld, "dismissed": each.dismissed}
            parts.append(texts("earlier reports: {upheld} upheld, {dismissed} dismissed", **told))
        if each.others:
            titles = [escape(title_in(claims, claim, texts)) for claim in each.others[:_MOST_OTHERS]]
            titles += ["…"] if len(each.others) > _MOST_OTHERS else []
            parts.append(texts("also reported: {claims}", claims="; ".join(titles)))
        lines.append("- " + " · ".join(parts))
    if more := len(reporters) - len(lines):
        lines.append(texts.plural("-# and {count} more", "-# and {count} more", more))
    return [texts("Reported by:"), *lines] if lines else []


def draw_end(kind: str, texts: Texts, remarks: Sequence[str]) -> ui.LayoutView:
    """Return what is shown when nothing of the kind waits any more."""
    lines = [*remarks, texts("Nothing waits for a decision.")]
    kept, _ = fit(lines, ROOM)
    return layout(ui.Container(ui.TextDisplay("\n".join(kept))), [_to_list(kind, texts)])


def around(number: int, kind: str, texts: Texts) -> list[ui.Item[Any]]:
    """Return the ways on from an item."""
    return [NEXT.button(texts("Next item"), number=number, kind=kind), _to_list(kind, texts)]


def _to_list(kind: str, texts: Texts) -> ui.Button[Any]:
    return LIST.button(texts("To the list"), page=0, kind=kind)


def wording_form(number: int, use: Decision, kind: str) -> FormName:
    """Name the form where text and claim of a decision can be changed."""
    return FormName("qword", (str(number), use, kind))


def link_of(item: Item) -> str | None:
    """Return the address of the message meant, for those who may see it."""
    place = (item.server, item.channel, item.message)
    return None if None in place else message_link(*place)


def _facts(item: Item, claims: Mapping[str, ClaimRecord], texts: Texts, passage: Sequence[str]) -> list[str]:
    claim = claims.get(item.claim or "")
    words, note = proposed_words(item, texts), item.payload.get("note")
    lines = [f"> {escape(words)}"] if words else []
    if note:
        lines.append(texts("Note: {note}", note=escape(str(note))))
    lines.extend(passage)
    if item.claim is not None:
        lines.append(texts("Claim: {claim}", claim=escape(title_in(claims, item.claim, texts))))
    if item.kind == "candidate":
        lines.extend(candidate_lines(item, texts))
    if item.kind == "source":
        lines.extend(source_lines(item, texts))
    if item.kind == "stale" and claim is not None and claim.review_by is not None:
        lines.append(texts("To be reviewed by {day}.", day=display_date(claim.review_by.isoformat(), texts)))
    if item.score is not None:
        lines.append(texts("Score: {score}", score=f"{item.score:.2f}"))
    if item.reports:
        lines.append(texts.plural("{count} member reports it.", "{count} members report it.", item.reports))
    if (link := link_of(item)) is not None:
        label = texts("To the message")
        lines.append(f"[{label}]({link})")
    waited = texts("Waits for {age}.", age=age_text(item.age, texts))
    return [*lines, f"-# {waited}"]


def _decisions(item: Item, kind: str, texts: Texts) -> list[ui.Item[Any]]:
    buttons: list[ui.Item[Any]] = []
    for step in steps_of(item):
        if step == "claim":
            form = "qcand" if item.kind == "candidate" else "qclaim"
            buttons.append(form_button(FormName(form, (str(item.id), kind)), texts("Open as new claim")))
        elif step == "point":
            buttons.append(form_button(FormName("qpoint", (str(item.id), kind)), texts("Add as a point")))
        elif step == "editor":
            buttons.append(OPEN_EDITOR.button(texts("To the claim"), claim=item.claim or ""))
        else:
            style = discord.ButtonStyle.primary if step in {"word", "resume"} else discord.ButtonStyle.secondary
            buttons.append(DECIDE.button(texts(_LABELS[step]), style, decision=step, number=item.id, kind=kind))
    return buttons


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
        container.add_item(ui.ActionRow[Any](ITEM_MENU.menu(options, texts("Open an item"), kind=among)))
    container.add_item(ui.ActionRow[Any](KIND_MENU.menu(_kinds(page, kind, texts))))
    return layout(container, page_buttons(LIST, page.page, page.pages, texts, kind=among))


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
    if (link := link_of(item)) is not None:
        label = texts("message")
        parts.append(f"[{label}]({link})")
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


def draw_choice(number: int, near: Sequence[ClaimRecord], kind: str, texts: Texts) -> ui.LayoutView:
    """Return the question; `near` are the claims to choose from."""
    container: ui.Container[Any] = ui.Container(ui.TextDisplay(texts("Of which claim is this a wording?")))
    if near:
        options = [discord.SelectOption(label=title_of(claim, texts), value=claim.id) for claim in near]
        menu = CLAIM_MENU.menu(options, texts("The nearest claims"), number=number, kind=kind)
        container.add_item(ui.ActionRow[Any](menu))
    named = form_button(wording_form(number, "word", kind), texts("Name the claim"))
    return layout(container, [named, *around(number, kind, texts)])


def draw_refusal(error: InvalidEditError, number: int, decision: Decision, kind: str, texts: Texts) -> ui.LayoutView:
    """Say what is wrong with the words, which a form lets change."""
    lines = [texts("That cannot be written like this:"), *(f"- {escape(line)}" for line in fault_lines(error, texts))]
    kept, _ = fit(lines, ROOM)
    change = form_button(wording_form(number, decision, kind), texts("Change the text"))
    return layout(ui.Container(ui.TextDisplay("\n".join(kept))), [change, *around(number, kind, texts)])
