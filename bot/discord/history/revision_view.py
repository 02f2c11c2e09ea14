"""One revision: everything it changed, before and after, with what can be done about it."""

from collections.abc import Iterator
from typing import Any

from discord import ui
from discord.utils import format_dt

from bot.discord.cards import draw_lines
from bot.discord.escape import escape
from bot.discord.history.items import PageButton, StepButton
from bot.discord.history.names import Names, restorable
from bot.discord.history.page_view import remarks
from bot.discord.history.spot import Spot
from bot.discord.history.words import act_words, who_words
from bot.faults import difference_lines
from claims.history import ChangeRecord
from claims.keepers.claim_origin import CLAIM_ORIGIN
from claims.revisions import RevisionRecord, diff


def draw_revision(revision: RevisionRecord, spot: Spot, names: Names) -> ui.LayoutView:
    """Return the revision; a shared one, which only the operator can take back, without the button for that."""
    texts = names.texts
    title = texts("Revision {number}", number=revision.id)
    lines = [
        f"### {title}: {escape(act_words(revision.act, texts))}",
        f"{format_dt(revision.at, 'f')} · {who_words(revision.actor, texts)}",
        *(f"-# {remark}" for remark in remarks(revision, texts)),
    ]
    for change in revision.changes:
        # Where a claim comes from changes only together with the claim, and says nothing to people.
        if change.kind != CLAIM_ORIGIN:
            lines += _change_lines(change, names)
    return draw_lines(lines, texts, list(_buttons(revision, spot, names)))


def _change_lines(change: ChangeRecord, names: Names) -> Iterator[str]:
    texts, name = names.texts, escape(names.of(change))
    if change.before is None:
        name = texts("{name} (new)", name=name)
    elif change.after is None:
        name = texts("{name} (gone)", name=name)
    yield f"**{name}**"
    yield from (escape(line) for line in difference_lines(diff(change), texts))


def _buttons(revision: RevisionRecord, spot: Spot, names: Names) -> Iterator[ui.Item[Any]]:
    texts = names.texts
    if revision.server is not None:
        yield StepButton("undo", spot, texts("Undo"))
    if restorable(revision.changes):
        yield StepButton("restore", spot, texts("Restore this version"))
    yield PageButton(spot.at(0), texts("Back to the list"))
