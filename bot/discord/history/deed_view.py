"""Taking back and bringing back: the question before, what was done, and why it could not be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from discord import ui

from bot.discord.cards import draw_lines
from bot.discord.escape import escape
from bot.discord.history.items import PageButton, StepButton
from bot.discord.history.names import Names
from bot.discord.history.spot import Spot
from bot.discord.history.words import act_words
from bot.faults import difference_lines
from bot.texts import Texts
from claims.changing import Written
from claims.revisions import RevisionRecord
from config.faults import FieldDifference


@dataclass(frozen=True, slots=True)
class Blocked:
    """An undo that would overwrite later changes: of what, where, and the claim's version before (0: none)."""

    name: str
    fields: Sequence[FieldDifference]
    claim: str = ""
    before: int = 0


def draw_undo_question(revision: RevisionRecord, spot: Spot, names: Names) -> ui.LayoutView:
    """Ask whether to take a revision back."""
    texts = names.texts
    about = escape(names.of_all(revision.changes))
    title = texts("Take back revision {number}?", number=revision.id)
    lines = [
        f"### {title}",
        ": ".join((escape(act_words(revision.act, texts)), about)),
        texts("What was changed elsewhere since then stays. The history keeps both."),
    ]
    return draw_lines(lines, texts, [StepButton("do-undo", spot, texts("Undo")), _back(spot, texts)])


def draw_restore_question(name: str, differences: Sequence[FieldDifference], spot: Spot, texts: Texts) -> ui.LayoutView:
    """Ask whether to bring a claim back to what it was after a revision; `differences` are those from now to then."""
    title = texts("Bring “{claim}” back to revision {number}?", claim=escape(name), number=spot.number)
    lines = [
        f"### {title}",
        texts("Everything in it that was changed since then is replaced. The history keeps both."),
        *(escape(line) for line in difference_lines(differences, texts)),
    ]
    return draw_lines(lines, texts, [StepButton("do-restore", spot, texts("Restore this version")), _back(spot, texts)])


def draw_done(written: Written, spot: Spot, texts: Texts) -> ui.LayoutView:
    """Say what was done, and offer to undo that as well."""
    to_list = PageButton(Spot(spot.claim), texts("Back to the list"))
    if not written.changes:
        return draw_lines([texts("It is so already; nothing was changed.")], texts, [to_list])
    done = texts("Done. This is revision {number} now; undoing it brings back what was there.", number=written.revision)
    again = Spot(spot.claim, number=written.revision)
    return draw_lines([done], texts, [to_list, StepButton("view", again, texts("Look at it"))])


def draw_blocked(blocked: Blocked, spot: Spot, texts: Texts) -> ui.LayoutView:
    """Say what stands in the way of an undo, and offer the claim's whole version before where there is one."""
    title = texts("Revision {number} cannot be taken back", number=spot.number)
    lines = [
        f"### {title}",
        texts("“{name}” has been changed since in the same places. Before it → now:", name=escape(blocked.name)),
        *(escape(line) for line in difference_lines(blocked.fields, texts)),
    ]
    buttons: list[ui.Item[Any]] = [_back(spot, texts)]
    if blocked.before:
        lines.append(texts("You can bring back the whole version before it, or undo the later changes first."))
        version = Spot(blocked.claim, number=blocked.before)
        buttons.insert(0, StepButton("restore", version, texts("Restore the version before")))
    else:
        lines.append(texts("Undo the later changes first."))
    return draw_lines(lines, texts, buttons)


def _back(spot: Spot, texts: Texts) -> StepButton:
    return StepButton("view", spot, texts("Back to the revision"))
