"""The kept examples, a few a page, each with a button that deletes it, and the file of all of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from discord import ui

from bot.discord.cards import layout
from bot.discord.escape import escape, quote
from bot.discord.examples.list_items import DeleteExampleButton, ExamplesFileButton, ExamplesPageButton
from bot.discord.fitting import shorten
from bot.texts import Texts
from claims.examples import ExampleRecord
from claims.record import ClaimRecord

PER_PAGE = 4
# Markup that is escaped may double a text; four of them stay below the 4,000 characters of a card.
_MOST_SHOWN = 300
_TITLE = 120


def draw_examples(
    examples: Sequence[ExampleRecord], page: int, server: int, claims: Mapping[str, ClaimRecord], texts: Texts
) -> ui.LayoutView:
    """Return a page, counted from 0; a page that is no longer there shows the last one."""
    if not examples:
        line = texts("No message is kept. “Keep as example” in the menu of a message keeps one.")
        return layout(ui.Container(ui.TextDisplay(line)))
    pages = -(-len(examples) // PER_PAGE)
    page = max(0, min(page, pages - 1))
    heading = texts.plural("{count} example", "{count} examples", len(examples))
    place = texts("Page {page} of {pages}", page=page + 1, pages=pages)
    container: ui.Container[Any] = ui.Container(ui.TextDisplay(f"### {heading}\n-# {place}"))
    for example in examples[page * PER_PAGE : (page + 1) * PER_PAGE]:
        button = DeleteExampleButton.of(example.id, page, texts)
        container.add_item(ui.Section[Any](_example_text(example, server, claims, texts), accessory=button))
    turns = [
        ExamplesPageButton(page - 1, texts("Back"), disabled=page == 0),
        ExamplesPageButton(page + 1, texts("Next"), disabled=page == pages - 1),
    ]
    return layout(container, [*turns, ExamplesFileButton.of(texts)])


def _example_text(example: ExampleRecord, server: int, claims: Mapping[str, ClaimRecord], texts: Texts) -> str:
    known = claims.get(example.claim)
    title = texts.pick(known.title_en, known.title_zh) if known else example.claim
    claim = escape(shorten(title, _TITLE))
    if not example.claim:
        label = texts("None of the known claims")
    elif example.makes_claim:
        label = texts("Makes it: {claim}", claim=claim)
    else:
        label = texts("Does not make it: {claim}", claim=claim)
    link = f"https://discord.com/channels/{server}/{example.channel}/{example.message}"
    return f"**{example.id}** {label}\n{quote(shorten(example.text, _MOST_SHOWN))}\n-# {link}"
