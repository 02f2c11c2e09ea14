"""The forms of the wordings: some to add, and a whole list as one text."""

import asyncio
import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import ui

from bot.discord.bot import BotInteraction
from bot.discord.cards import layout
from bot.discord.editor.screen import (
    LIST_NAMES,
    LONGEST_OPTION,
    USES,
    PartButton,
    done_line,
    list_of,
    moderator,
    read_sight,
    title_line,
)
from bot.discord.forms.form import LONGEST_FIELD, Form, FormName, choice, long
from bot.discord.forms.forms import OpenFormButton
from bot.discord.items import Lasting, label_of
from bot.discord.markdown import ROOM, escape, length, shorten
from bot.discord.person import texts_for
from bot.service import Touchstone
from bot.texts import Texts
from bot.wording import field_name
from claims.exchange.plan import NEAR_FROM
from claims.moderation.edits import LISTS, LOOK_AGAIN, NO_PLACE, AddWordings, Edit, EditWordings
from claims.moderation.rights import Actor
from claims.record import ClaimRecord
from config.errors import InvalidEditError
from config.faults import FieldFault

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


_PART = 4


def mark_of(entry: object) -> str:
    """Return eight characters that stand for an entry; equal entries have equal marks."""
    return _digest(entry, 2 * _PART)


def mark_at(entries: Sequence[object], place: int) -> str:
    """Return what stands for the entry at a place: four characters for itself, four for all others."""
    return _digest(entries[place], _PART) + _digest(_others(entries, place), _PART)


def place_now(entries: Sequence[object], place: int, mark: str) -> int:
    """Return where the entry stands that was at the place when the mark was made.

    An entry that somebody has edited since is found where all others are as they were. Raises InvalidEditError where
    it is gone, or cannot be told any more: no other entry may be changed in its stead.
    """
    itself, others = mark[:_PART], mark[_PART:]
    same = [at for at, entry in enumerate(entries) if _digest(entry, _PART) == itself]
    if place in same:
        return place
    if len(same) == 1:
        return same[0]
    if place < len(entries) and _digest(_others(entries, place), _PART) == others:
        return place
    raise InvalidEditError((FieldFault("place", NO_PLACE, LOOK_AGAIN, {"number": place + 1}),))


def _others(entries: Sequence[object], place: int) -> list[object]:
    return [*entries[:place], *entries[place + 1 :]]


def _digest(value: object, length: int) -> str:
    # Records are frozen dataclasses of plain values: what they look like is what they are.
    return base64.urlsafe_b64encode(hashlib.sha256(repr(value).encode()).digest())[:length].decode()


# Each text takes some milliseconds; whoever adds hundreds at once looks through them before.
_MOST_TEXTS = 40
_MOST_LINES = 5
_LONGEST = 120


async def near_lines(interaction: BotInteraction, claim_id: str, new: Sequence[str], texts: Texts) -> list[str]:
    """Return a warning for each new text that another claim of the server says, whatever its status; escaped."""
    touchstone, actor = interaction.client.touchstone, moderator(interaction)
    found = await asyncio.to_thread(lambda: list(_near(touchstone, actor, claim_id, new[:_MOST_TEXTS])))
    return [
        texts(
            "⚠ “{text}” is nearly what another claim says: {claim}.",
            text=escape(shorten(text, _LONGEST)),
            claim=escape(shorten(texts.pick(claim.title_en, claim.title_zh), _LONGEST)),
        )
        for text, claim in found[:_MOST_LINES]
    ]


def _near(touchstone: Touchstone, actor: Actor, claim_id: str, new: Iterable[str]) -> Iterator[tuple[str, ClaimRecord]]:
    others = {claim.id: claim for claim in touchstone.moderation.claims.all(actor) if claim.id != claim_id}
    said = {text.casefold(): claim for claim in others.values() for text in _texts(claim)}
    for text in new:
        # The checks know published claims only: of others, the very same text is found.
        if (same := said.get(text.casefold())) is not None:
            yield text, same
            continue
        matches = touchstone.check(text, actor.server).matches
        near = next((match for match in matches if match.claim in others and match.score >= NEAR_FROM), None)
        if near is not None:
            yield text, others[near.claim]


def _texts(claim: ClaimRecord) -> Iterator[str]:
    yield from (claim.title_en, claim.title_zh)
    yield from (wording.text for wording in claim.wordings if not wording.negative)


# Which list and which page of it an id names; pages count from 0.
_WHERE = r"(?P<name>[a-z_]+):(?P<page>-?\d+):(?P<claim>.+)"


class ListMenu(Lasting, ui.DynamicItem[ui.Select[Any]], template=r"ts:desk:list:(?P<claim>.+)"):
    """Shows another list of wordings."""

    def __init__(self, claim: str, select: ui.Select[Any]) -> None:
        super().__init__(select)
        self.claim = claim

    @classmethod
    def of(cls, claim: str, options: Sequence[discord.SelectOption]) -> Self:
        """Return the menu; the values of its options are names of lists."""
        return cls(claim, ui.Select(custom_id=f"ts:desk:list:{claim}", options=list(options)))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Take over the menu of a message that was sent earlier."""
        if not isinstance(item, ui.Select):
            raise TypeError(f"{item} is not a menu")
        return cls(match["claim"], item)

    async def press(self, interaction: BotInteraction) -> None:
        """Show the list."""
        await interaction.response.defer()
        await interaction.client.desk.wordings(interaction, self.claim, self.item.values[0])


class WordingPageButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=rf"ts:desk:page:{_WHERE}"):
    """Turns to a page of a list."""

    def __init__(self, name: str, page: int, claim: str, label: str, *, disabled: bool = False) -> None:
        custom_id = f"ts:desk:page:{name}:{page}:{claim}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, disabled=disabled))
        self.name = name
        self.page = page
        self.claim = claim

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the page from the id of a button that was sent earlier."""
        return cls(match["name"], int(match["page"]), match["claim"], label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Turn to it."""
        await interaction.response.defer()
        await interaction.client.desk.wordings(interaction, self.claim, self.name, self.page)


class RemoveMenu(Lasting, ui.DynamicItem[ui.Select[Any]], template=rf"ts:desk:out:{_WHERE}"):
    """Takes the chosen wordings out, all in one revision."""

    def __init__(self, name: str, page: int, claim: str, select: ui.Select[Any]) -> None:
        super().__init__(select)
        self.name = name
        self.page = page
        self.claim = claim

    @classmethod
    def of(cls, name: str, page: int, claim: str, options: Sequence[discord.SelectOption], placeholder: str) -> Self:
        """Return the menu; the values of its options are marks of wordings, not places, because lists shift."""
        select = ui.Select[Any](
            custom_id=f"ts:desk:out:{name}:{page}:{claim}",
            placeholder=placeholder,
            options=list(options),
            max_values=len(options),
        )
        return cls(name, page, claim, select)

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Take over the menu of a message that was sent earlier."""
        if not isinstance(item, ui.Select):
            raise TypeError(f"{item} is not a menu")
        return cls(match["name"], int(match["page"]), match["claim"], item)

    async def press(self, interaction: BotInteraction) -> None:
        """Take them out."""
        await interaction.response.defer()
        marks = frozenset(self.item.values)
        await interaction.client.desk.remove_wordings(interaction, self.claim, self.name, self.page, marks)


WORDING_ITEMS: tuple[type[ui.DynamicItem[Any]], ...] = (ListMenu, WordingPageButton, RemoveMenu)


PER_PAGE = 20
# A page of long wordings shows less and less of each, until all of them fit.
_WIDTHS = (300, 150, 100, 60)
LAST = 10_000


def draw_wordings(claim: ClaimRecord, name: str, page: int, texts: Texts, remarks: Sequence[str] = ()) -> ui.LayoutView:
    """Return a page of a list (an unknown name gives the first); a page that is not there becomes the nearest one."""
    name = name if name in LIST_NAMES else LIST_NAMES[0]
    wordings = list_of(claim, name)
    last = max(0, (len(wordings) - 1) // PER_PAGE)
    page = min(max(page, 0), last)
    shown = wordings[page * PER_PAGE : (page + 1) * PER_PAGE]
    heading = texts("{name}: {value}", name=field_name(name, texts), value=len(wordings))
    heads = [*remarks, title_line(claim, texts), f"**{heading}**"]
    ends = [texts("Page {page} of {pages}", page=page + 1, pages=last + 1)] if last else []
    if _is_long(wordings):
        ends.append(texts("This list is too long to be edited as one text."))
    ends = [f"-# {line}" for line in ends]
    lines = _fitting(shown, ROOM - sum(length(line) + 1 for line in (*heads, *ends)))
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join([*heads, *lines, *ends])))
    for menu in _menus(claim, name, page, shown, texts):
        container.add_item(ui.ActionRow[Any](menu))
    if last:
        container.add_item(ui.ActionRow(*_turning(claim, name, page, last, texts)))
    return layout(container, list(_buttons(claim, name, texts, is_long=_is_long(wordings))))


def as_text(claim: ClaimRecord, name: str) -> str:
    """Return a list as a form shows it: one text a line."""
    return "\n".join(list_of(claim, name))


def _is_long(wordings: Sequence[str]) -> bool:
    return len("\n".join(wordings)) > LONGEST_FIELD


def _fitting(shown: Sequence[str], room: int) -> list[str]:
    lines: list[str] = []
    for width in _WIDTHS:
        lines = [f"- {escape(shorten(text, width))}" for text in shown]
        if sum(length(line) + 1 for line in lines) <= room:
            break
    return lines


def _menus(claim: ClaimRecord, name: str, page: int, shown: Sequence[str], texts: Texts) -> Iterator[ui.Item[Any]]:
    counts = {each: len(list_of(claim, each)) for each in LIST_NAMES}
    named = [
        discord.SelectOption(
            label=texts("{name}: {value}", name=field_name(each, texts), value=count), value=each, default=each == name
        )
        for each, count in counts.items()
    ]
    yield ListMenu.of(claim.id, named)
    if shown:
        options = [discord.SelectOption(label=shorten(text, LONGEST_OPTION), value=mark_of(text)) for text in shown]
        yield RemoveMenu.of(name, page, claim.id, options, texts("Remove some of these"))


def _turning(claim: ClaimRecord, name: str, page: int, last: int, texts: Texts) -> Iterator[ui.Item[Any]]:
    yield WordingPageButton(name, page - 1, claim.id, texts("Back"), disabled=page == 0)
    yield WordingPageButton(name, page + 1, claim.id, texts("Next"), disabled=page == last)


def _buttons(claim: ClaimRecord, name: str, texts: Texts, *, is_long: bool) -> Iterator[ui.Item[Any]]:
    yield OpenFormButton.of(FormName("wadd", (claim.id, name)), texts("Add"))
    if not is_long:
        yield OpenFormButton.of(FormName("wlist", (claim.id, name)), texts("Edit as text"))
    yield PartButton("card", claim.id, texts("To the claim"))


class AddForm:
    """About a claim's id and the list that was shown. It only adds, so that nobody else's change can be lost."""

    kind = "wadd"

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form; what it adds has the use of the list, unless another one is chosen."""
        claim_id, name = about
        texts = texts_for(interaction)
        await read_sight(interaction, claim_id)
        use = next(use for each, _, use in LISTS if each == name)
        fields = (
            long("texts", "", texts, texts("One text a line, in English or Chinese."), required=True),
            choice("use", use, tuple(USES), texts, USES),
        )
        return Form(FormName(self.kind, about), texts("Add wordings"), fields)

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Add them, and return the end of the list that has the last of them."""
        edit = AddWordings(typed["texts"], typed["use"])
        return await _write(self.bot, interaction, name, edit, texts_for(interaction))


class ListForm:
    """About a claim's id and one of its lists."""

    kind = "wlist"

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form with the whole list; raises InvalidEditError where it is too long for a form."""
        claim_id, name = about
        texts, claim = texts_for(interaction), (await read_sight(interaction, claim_id)).claim
        field = long(name, as_text(claim, name), texts, texts("One text a line."))
        return Form(FormName(self.kind, about, claim.version_tag), texts("Edit as text"), (field,))

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Write the list, and return its beginning."""
        listed = name.about[1]
        edit = EditWordings(**{listed: typed[listed]})
        return await _write(self.bot, interaction, name, edit, texts_for(interaction))


async def _write(
    bot: "TouchstoneBot", interaction: BotInteraction, name: FormName, edit: Edit, texts: Texts
) -> ui.LayoutView:
    claim_id, listed = name.about
    before = (await read_sight(interaction, claim_id)).claim
    write = bot.touchstone.moderation.editor.edit
    done = await asyncio.to_thread(write, moderator(interaction), claim_id, name.edition or None, edit)
    after = done.claim or before
    new = [wording for wording in after.wordings if wording not in before.wordings]
    remarks = [done_line(changed=done.changed, texts=texts)]
    said = [wording.text for wording in new if not wording.negative]
    remarks += await near_lines(interaction, claim_id, said, texts)
    if isinstance(edit, AddWordings):
        return draw_wordings(after, _list_of_last(before, after, listed), LAST, texts, remarks)
    return draw_wordings(after, listed, 0, texts, remarks)


def _list_of_last(before: ClaimRecord, after: ClaimRecord, otherwise: str) -> str:
    """Return the name of the list that the last new wording stands in."""
    for wording in reversed(after.wordings):
        if wording not in before.wordings:
            use = "negative" if wording.negative else "denies" if wording.denies else "says"
            return next(each for each, language, of in LISTS if (language, of) == (wording.language, use))
    return otherwise
