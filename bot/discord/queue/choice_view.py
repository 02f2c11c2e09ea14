"""What a decision asks back: of which claim an item is a wording, and other words where these cannot be taken."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.discord.cards import layout
from bot.discord.escape import escape
from bot.discord.fitting import ROOM, fit, shorten
from bot.discord.forms.items import OpenFormButton
from bot.discord.queue.buttons import Decision
from bot.discord.queue.item_view import around, wording_form
from bot.discord.queue.menus import ClaimMenu
from bot.faults import fault_lines
from bot.texts import Texts
from claims.record import ClaimRecord
from config.errors import InvalidEditError

_LONGEST_OPTION = 100


def draw_choice(number: int, near: Sequence[ClaimRecord], kind: str, texts: Texts) -> ui.LayoutView:
    """Return the question; `near` are the claims to choose from."""
    container: ui.Container[Any] = ui.Container(ui.TextDisplay(texts("Of which claim is this a wording?")))
    if near:
        menu = ClaimMenu.of([_option(claim, texts) for claim in near], number, kind, texts("The nearest claims"))
        container.add_item(ui.ActionRow[Any](menu))
    named = OpenFormButton.of(wording_form(number, "word", kind), texts("Name the claim"))
    return layout(container, [named, *around(number, kind, texts)])


def draw_refusal(error: InvalidEditError, number: int, deed: Decision, kind: str, texts: Texts) -> ui.LayoutView:
    """Say what is wrong with the words, which a form lets change."""
    lines = [texts("That cannot be written like this:"), *(f"- {escape(line)}" for line in fault_lines(error, texts))]
    kept, _ = fit(lines, ROOM)
    change = OpenFormButton.of(wording_form(number, deed, kind), texts("Change the text"))
    return layout(ui.Container(ui.TextDisplay("\n".join(kept))), [change, *around(number, kind, texts)])


def _option(claim: ClaimRecord, texts: Texts) -> discord.SelectOption:
    title = texts.pick(claim.title_en, claim.title_zh)
    return discord.SelectOption(label=shorten(title, _LONGEST_OPTION), value=claim.id)
