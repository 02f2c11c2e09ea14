"""One revision: everything it changed, before and after, with what can be done about it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import discord
from discord import ui
from discord.utils import format_dt

from bot.discord.bot import BotInteraction
from bot.discord.cards import draw_lines, layout
from bot.discord.items import Lasting, label_of
from bot.discord.markdown import ROOM, escape, fit, shorten
from bot.reply import display_date
from bot.texts import Texts, msgid
from bot.wording import difference_lines
from claims.moderation.history import RevisionPage, RevisionRecord, diff
from claims.store.changes import CLAIM, CLAIM_ORIGIN, ChangeResult
from claims.store.revisions import ChangeRecord
from config.faults import FieldDifference

# A claim's id has up to 64 characters, so that numbers of nine digits still fit into the 100 of a button's id.
TAIL = r"(?P<number>\d+):(?P<before>\d+):(?P<claim>.*)"


@dataclass(frozen=True, slots=True)
class Spot:
    """A revision (0: none), on the page that ends before `before` (0: the newest), of one claim ("": of all)."""

    claim: str = ""
    before: int = 0
    number: int = 0

    @classmethod
    def read(cls, match: re.Match[str]) -> "Spot":
        """Read the spot from the end of a button's id."""
        return cls(match["claim"], int(match["before"]), int(match["number"]))

    def __str__(self) -> str:
        return f"{self.number}:{self.before}:{self.claim}"

    def at(self, number: int) -> "Spot":
        """Return the spot of a revision on the same page."""
        return replace(self, number=number)


@dataclass(frozen=True, slots=True)
class Names:
    """Names things in one language. `titles` are those of the claims that the server sees now; nothing is escaped."""

    texts: Texts
    titles: Mapping[str, str]
    channel: Callable[[int], str]

    def of(self, change: ChangeRecord) -> str:
        """Return the name of the thing that was changed."""
        state, texts = change.after or change.before or {}, self.texts
        match change.kind:
            case "claim" | "pack" if "title_en" in state:
                return texts.pick(state["title_en"], state["title_zh"])
            case "source" | "document" if "title" in state:
                return state["title"]
            case "claim setting" | "claim origin":
                return self.titles.get(change.subject, change.subject)
            case "server":
                return texts("Settings of the server")
            case "channel":
                return self.channel(int(change.subject.partition("/")[2]))
            case "queue item":
                return texts("Item {number} of the queue", number=change.subject)
            case "example":
                return texts("Example {number}", number=change.subject)
            case _:
                return change.subject

    def of_all(self, changes: Sequence[ChangeRecord]) -> str:
        """Return the names of all things, shortened to the first one and a count."""
        names = list(dict.fromkeys(self.of(change) for change in changes if change.kind != CLAIM_ORIGIN))
        if len(names) < 2:
            return "".join(names)
        return self.texts.plural("{name} and {count} more", "{name} and {count} more", len(names) - 1, name=names[0])


def restorable(changes: Sequence[ChangeRecord]) -> str | None:
    """Return the one claim whose version a revision holds, or None where it holds none or several."""
    claims = [change for change in changes if change.kind == CLAIM]
    return claims[0].subject if len(claims) == 1 and claims[0].after is not None else None


ACTS: Mapping[str, str] = {
    "claim.edit": msgid("Claim edited"),
    "claim.create": msgid("Claim begun"),
    "claim.remove": msgid("The server's own version given up"),
    "claim.restore": msgid("Older version brought back"),
    "claim.mute": msgid("Claim muted"),
    "claim.unmute": msgid("Claim no longer muted"),
    "claim.cut-off": msgid("Cut-off of a claim set"),
    "claim.resume": msgid("Claim answered again after reports"),
    "claim.import": msgid("Claims imported"),
    "source.add": msgid("Source added"),
    "queue.wording": msgid("Wording taken from the queue"),
    "queue.negative": msgid("“Never match this” taken from the queue"),
    "queue.claim": msgid("Claim opened from the queue"),
    "queue.resume": msgid("Claim answered again, from the queue"),
    "queue.dismiss": msgid("Item of the queue dismissed"),
    "reports.raise": msgid("Answered more carefully after a report"),
    "reports.lower": msgid("Answered less carefully again after a report was changed"),
    "reports.pause": msgid("Paused after reports"),
    "example.keep": msgid("Example kept"),
    "example.delete": msgid("Example deleted"),
    "server.settings": msgid("Settings of the server changed"),
    "channel.mode": msgid("Mode of a channel changed"),
    "pack.load": msgid("Pack of claims loaded"),
    "documents.load": msgid("Documents loaded"),
    "undo": msgid("Taken back"),
}
_REASONS = (
    (re.compile("reported by members"), msgid("reported by members")),
    (re.compile(r"as after revision (?P<number>\d+)"), msgid("as after revision {number}")),
)
_WHO: Mapping[str, str] = {
    "operator": msgid("the operator"),
    "touchstone": msgid("Touchstone itself"),
    "author": msgid("the message's author"),
}


def act_words(act: str, texts: Texts) -> str:
    """Return what was done; an act that has no words here is shown as it is kept."""
    return texts(ACTS[act]) if act in ACTS else act


def who_words(actor: str, texts: Texts) -> str:
    """Return whoever did it, fit for a card: a mention, which pings nobody in a private answer, or words."""
    if actor.isdecimal():
        return f"<@{actor}>"
    return texts(_WHO[actor]) if actor in _WHO else escape(actor)


def reason_words(reason: str, texts: Texts) -> str:
    """Return why it was done: in other words only where Touchstone itself gave the reason. Nothing is escaped."""
    for pattern, words in _REASONS:
        found = pattern.fullmatch(reason)
        if found:
            return texts(words, **found.groupdict())
    return reason


Step = Literal["view", "undo", "restore", "do-undo", "do-restore"]
# Short, because a long id of a claim has to fit behind it.
_CODES: dict[Step, str] = {"view": "v", "undo": "u", "restore": "r", "do-undo": "U", "do-restore": "R"}
_STEPS: dict[str, Step] = {code: step for step, code in _CODES.items()}


class HistoryButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:history:claim:(?P<claim>.+)"):
    """Opens the history of one claim, below a card that stays."""

    def __init__(self, claim: str, label: str) -> None:
        super().__init__(ui.Button(label=label, custom_id=f"ts:history:claim:{claim}"))
        self.claim = claim

    @classmethod
    def of(cls, claim: str, texts: Texts) -> Self:
        """Return the button for a claim in a language."""
        return cls(claim, texts("History"))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the claim from the id of a button that was sent earlier."""
        return cls(match["claim"], label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Show the newest page privately."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.client.history.open(interaction, Spot(self.claim))


class PageButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=rf"ts:history:page:{TAIL}"):
    """Shows a page in the place of what stands there."""

    def __init__(self, spot: Spot, label: str) -> None:
        super().__init__(ui.Button(label=label, custom_id=f"ts:history:page:{spot}"))
        self.spot = spot

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the page from the id of a button that was sent earlier."""
        return cls(Spot.read(match), label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Turn to the page."""
        await interaction.response.defer()
        await interaction.client.history.turn(interaction, self.spot)


class RevisionMenu(Lasting, ui.DynamicItem[ui.Select[Any]], template=rf"ts:history:open:{TAIL}"):
    """Opens the revision that is chosen from a page."""

    def __init__(self, spot: Spot, select: ui.Select[Any]) -> None:
        super().__init__(select)
        self.spot = spot

    @classmethod
    def of(cls, spot: Spot, options: Sequence[discord.SelectOption], texts: Texts) -> Self:
        """Return the menu of a page."""
        placeholder = texts("Look into a revision")
        custom_id = f"ts:history:open:{spot}"
        return cls(spot, ui.Select(custom_id=custom_id, placeholder=placeholder, options=list(options)))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Take over the menu of a message that was sent earlier."""
        if not isinstance(item, ui.Select):
            raise TypeError(f"{item} is not a menu")
        return cls(Spot.read(match), item)

    async def press(self, interaction: BotInteraction) -> None:
        """Show the revision."""
        await interaction.response.defer()
        await interaction.client.history.step(interaction, "view", self.spot.at(int(self.item.values[0])))


class StepButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=rf"ts:history:(?P<code>[vurUR]):{TAIL}"):
    """Shows a revision, asks whether to undo or restore it, or does so."""

    def __init__(self, step: Step, spot: Spot, label: str) -> None:
        style = discord.ButtonStyle.danger if step.startswith("do-") else discord.ButtonStyle.secondary
        super().__init__(ui.Button(label=label, custom_id=f"ts:history:{_CODES[step]}:{spot}", style=style))
        self.step: Step = step
        self.spot = spot

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read step and revision from the id of a button that was sent earlier."""
        return cls(_STEPS[match["code"]], Spot.read(match), label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Take the step."""
        await interaction.response.defer()
        await interaction.client.history.step(interaction, self.step, self.spot)


HISTORY_ITEMS: tuple[type[ui.DynamicItem[Any]], ...] = (HistoryButton, PageButton, RevisionMenu, StepButton)


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


def draw_done(written: ChangeResult, spot: Spot, texts: Texts) -> ui.LayoutView:
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
