"""One item of the queue, with the decisions that make sense for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from discord import ui

from bot.dates import display_date
from bot.discord.cards import layout
from bot.discord.desk.items import OpenDeskButton
from bot.discord.escape import escape
from bot.discord.fitting import ROOM, fit
from bot.discord.forms.form import FormName
from bot.discord.forms.items import OpenFormButton
from bot.discord.queue.buttons import DecideButton, Decision, ListButton, NextButton
from bot.discord.queue.kinds import age_text, deeds_of, kind_text
from bot.discord.queue.known import title_in
from bot.discord.queue.words import proposed_words
from bot.texts import Texts, msgid
from claims.queue_items import Item
from claims.record import ClaimRecord

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


def draw_end(kind: str, texts: Texts, remarks: Sequence[str]) -> ui.LayoutView:
    """Return what is shown when nothing of the kind waits any more."""
    lines = [*remarks, texts("Nothing waits for a decision.")]
    kept, _ = fit(lines, ROOM)
    return layout(ui.Container(ui.TextDisplay("\n".join(kept))), [ListButton(0, kind, texts("To the list"))])


def around(number: int, kind: str, texts: Texts) -> list[ui.Item[Any]]:
    """Return the ways on from an item."""
    return [NextButton(number, kind, texts("Next item")), ListButton(0, kind, texts("To the list"))]


def wording_form(number: int, use: Decision, kind: str) -> FormName:
    """Name the form where text and claim of a decision can be changed."""
    return FormName("qword", (str(number), use, kind))


def _facts(item: Item, claims: Mapping[str, ClaimRecord], texts: Texts, passage: Sequence[str]) -> list[str]:
    claim = claims.get(item.claim or "")
    words, note = proposed_words(item, texts), item.payload.get("note")
    lines = [f"> {escape(words)}"] if words else []
    if note:
        lines.append(texts("Note: {note}", note=escape(str(note))))
    lines.extend(passage)
    if item.claim is not None:
        lines.append(texts("Claim: {claim}", claim=escape(title_in(claims, item.claim, texts))))
    if item.kind == "stale" and claim is not None and claim.review_by is not None:
        lines.append(texts("To be reviewed by {day}.", day=display_date(claim.review_by.isoformat(), texts)))
    if item.score is not None:
        lines.append(texts("Score: {score}", score=f"{item.score:.2f}"))
    if item.reports:
        lines.append(texts.plural("{count} member reports it.", "{count} members report it.", item.reports))
    if item.link is not None:
        label = texts("To the message")
        lines.append(f"[{label}]({item.link})")
    waited = texts("Waits for {age}.", age=age_text(item.age, texts))
    return [*lines, f"-# {waited}"]


def _decisions(item: Item, kind: str, texts: Texts) -> list[ui.Item[Any]]:
    buttons: list[ui.Item[Any]] = []
    for deed in deeds_of(item):
        if deed == "claim":
            name = FormName("qclaim", (str(item.id), kind))
            buttons.append(OpenFormButton.of(name, texts("Open as new claim")))
        elif deed == "desk":
            buttons.append(OpenDeskButton.of(item.claim or "", texts("To the claim")))
        else:
            buttons.append(DecideButton(deed, item.id, kind, texts(_LABELS[deed])))
    return buttons
