"""The private card of a claim, with everything that moderators can do with it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from discord import ui

from bot.discord.cards import layout
from bot.discord.desk.card_lines import Section, head_lines, sections
from bot.discord.desk.items import Act, ActButton, AskSharedButton, PartButton
from bot.discord.desk.sight import DeskSight
from bot.discord.desk.words import title_line
from bot.discord.fitting import ROOM, fit, fit_fairly, length
from bot.discord.forms.form import FormName
from bot.discord.forms.items import OpenFormButton
from bot.discord.history.items import HistoryButton
from bot.texts import Texts, msgid

# For the lines that count what was left out, one for each section.
_COUNTING = 300
# What may become of a claim that has a status.
_NEXT: Mapping[str, tuple[Act, ...]] = {"draft": ("publish",), "published": ("withdraw", "draft")}
_OTHERWISE: tuple[Act, ...] = ("publish", "draft")
_ACTS: Mapping[Act, str] = {
    "publish": msgid("Publish"),
    "withdraw": msgid("Withdraw"),
    "draft": msgid("Make a draft"),
    "mute": msgid("Mute"),
    "unmute": msgid("Unmute"),
    "resume": msgid("Resume"),
}


def draw_desk(sight: DeskSight, texts: Texts, remarks: Sequence[str] = ()) -> ui.LayoutView:
    """Return the card, with some lines above it, escaped already; what does not fit is counted."""
    heads, _ = fit([*remarks, *head_lines(sight, texts)], ROOM - _COUNTING)
    room = ROOM - _COUNTING - sum(length(line) + 1 for line in heads)
    found = sections(sight, texts)
    columns, _ = fit_fairly([[section.title, *section.entries] for section in found], room)
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join(heads)), ui.Separator())
    for section, column in zip(found, columns, strict=True):
        if column:
            container.add_item(ui.TextDisplay("\n".join(_counted(section, column, texts))))
    for row in _rows(sight, texts):
        container.add_item(ui.ActionRow(*row))
    return layout(container)


def draw_shared_question(sight: DeskSight, texts: Texts) -> ui.LayoutView:
    """Return the question whether the server's own version is to go."""
    claim = sight.claim
    lines = [
        title_line(claim, texts),
        texts("Give up this server's own version, and follow the shared claim again? The history keeps it."),
    ]
    buttons = [
        ActButton("shared", claim.edition, claim.id, texts("Yes, use the shared version")),
        PartButton("card", claim.id, texts("No")),
    ]
    return layout(ui.Container(ui.TextDisplay("\n".join(lines))), buttons)


def _counted(section: Section, column: Sequence[str], texts: Texts) -> Iterator[str]:
    yield from column
    left_out = section.count - (len(column) - 1)
    if left_out:
        yield texts.plural("-# {count} more", "-# {count} more", left_out)


def _rows(sight: DeskSight, texts: Texts) -> Iterator[Sequence[ui.Item[Any]]]:
    claim = sight.claim
    yield [
        OpenFormButton.of(FormName("texts", (claim.id,)), texts("Edit")),
        PartButton("words", claim.id, texts("Wordings")),
        PartButton("points", claim.id, texts("Points")),
        PartButton("figs", claim.id, texts("Figures")),
        HistoryButton.of(claim.id, texts),
    ]
    switch: Act = "unmute" if claim.muted else "mute"
    acts: list[Act] = [*_NEXT.get(claim.status, _OTHERWISE), switch]
    if claim.paused or claim.raised_to:
        acts.append("resume")
    buttons = [ActButton(act, claim.edition, claim.id, texts(_ACTS[act])) for act in acts]
    yield [*buttons, OpenFormButton.of(FormName("cutoff", (claim.id,)), texts("Cut-off"))]
    if sight.sight.origin == "version":
        yield [AskSharedButton(claim.id, texts("Use the shared version again"))]
