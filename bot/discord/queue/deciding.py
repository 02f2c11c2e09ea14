"""What a click on an item does: the decision is written at once, and says in one line what it did."""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Literal, Self, cast, get_args

import discord
from babel.dates import format_timedelta
from discord import ui

from bot.discord.bot import BotInteraction
from bot.discord.items import Lasting, label_of
from bot.discord.markdown import escape, shorten
from bot.discord.person import actor_of, texts_for
from bot.service import Touchstone
from bot.texts import Texts, msgid
from bot.wording import value_text
from claims.moderation.queue import Item, ItemKind
from claims.record import ClaimRecord
from claims.store.changes import ChangeResult
from config.errors import ConflictError, NotAllowedError, UnknownClaimError

_LONGEST_TITLE = 100


def claims_named(touchstone: Touchstone, server: int | None, ids: Iterable[str | None]) -> Mapping[str, ClaimRecord]:
    """Return the claims as the server sees them, by id; those that are gone are left out."""
    found: dict[str, ClaimRecord] = {}
    for claim_id in {each for each in ids if each}:
        try:
            found[claim_id] = touchstone.base.claim(claim_id, server)
        except UnknownClaimError:
            continue
    return found


def title_in(claims: Mapping[str, ClaimRecord], claim_id: str, texts: Texts) -> str:
    """Return the claim's title in a language; its id where the claim is gone."""
    claim = claims.get(claim_id)
    return shorten(texts.pick(claim.title_en, claim.title_zh), _LONGEST_TITLE) if claim else claim_id


async def claim_meant(interaction: BotInteraction, typed: str) -> ClaimRecord:
    """Return the claim whose id was typed, or the only published one with the typed words.

    Raises UnknownClaimError, which names the nearest where several fit.
    """
    typed = typed.strip()
    touchstone, server = interaction.client.touchstone, interaction.guild_id
    found = await asyncio.to_thread(claims_named, touchstone, server, [typed])
    if typed in found:
        return found[typed]
    matching = (await interaction.client.browse.titles(server)).find(typed, 2) if typed else ()
    if len(matching) != 1:
        raise UnknownClaimError(typed, tuple(claim.id for claim in matching))
    return matching[0]


async def read_message(interaction: BotInteraction, channel_id: int, message_id: int) -> str:
    """Return the text of a message of this server; nothing of it is kept. Raises what `fetch_message` raises."""
    return (await fetch_message(interaction, channel_id, message_id)).content


async def fetch_message(interaction: BotInteraction, channel_id: int, message_id: int) -> discord.Message:
    """Return a message of this server.

    Raises NotAllowedError where the person may not read it in Discord, discord.NotFound where it is gone, and
    discord.Forbidden where the bot itself may not read it.
    """
    guild, person = interaction.guild, interaction.user
    if guild is None or not isinstance(person, discord.Member):
        raise NotAllowedError("This works in a server only.")
    channel = guild.get_channel_or_thread(channel_id) or await guild.fetch_channel(channel_id)
    if not isinstance(channel, discord.abc.Messageable) or not _may_read(person, channel):
        raise NotAllowedError("You may not read the channel of this message.")
    return await channel.fetch_message(message_id)


def _may_read(person: discord.Member, channel: "discord.abc.GuildChannel | discord.Thread") -> bool:
    held = channel.permissions_for(person)
    if isinstance(channel, discord.Thread) and channel.is_private() and not held.manage_threads:
        # Who else is in a private thread is not known without asking Discord; those who manage threads see all.
        return person.id in {member.id for member in channel.members}
    return held.view_channel and held.read_message_history


def proposed_words(item: Item, texts: Texts) -> str:
    """Return what a member or a document proposes; empty for items that only name a message."""
    text = str(item.payload.get("text") or "")
    english, chinese = (str(item.payload.get(name) or "") for name in ("title_en", "title_zh"))
    return text or ((english or chinese) if texts.language == "en" else (chinese or english))


async def words_of(interaction: BotInteraction, item: Item, texts: Texts) -> str:
    """Return the item's words; those of a message are fetched (see `read_message` for what that raises)."""
    proposed = proposed_words(item, texts)
    if proposed or item.channel is None or item.message is None:
        return proposed
    return await read_message(interaction, item.channel, item.message)


async def passage_lines(interaction: BotInteraction, item: Item) -> list[str]:
    """Return lines about the item's source, escaped; none for an item that names no source."""
    source, texts = str(item.payload.get("source") or ""), texts_for(interaction)
    if not source:
        return []
    start, end = item.payload.get("start"), item.payload.get("end")
    if not isinstance(start, int) or not isinstance(end, int):
        return [texts("Source: {source}", source=escape(source))]
    documents = await asyncio.to_thread(interaction.client.touchstone.base.documents, interaction.guild_id)
    title = next((document.title for document in documents if document.id == source), source)
    named = texts(
        "Source: {title}, characters {start}–{end}", title=escape(shorten(title, _LONGEST_TITLE)), start=start, end=end
    )
    # Written as the field for citations takes it.
    return [named, texts("A point cites it as: {citation}", citation=escape(f"{source} {start}-{end}"))]


Deed = Literal["word", "never", "claim", "drop", "resume", "desk"]
ITEM_KINDS: tuple[ItemKind, ...] = get_args(ItemKind)
# Stands for all kinds where a kind is asked for.
ALL = "all"

KINDS: Mapping[str, str] = {
    "proposal": msgid("Proposal"),
    "candidate": msgid("Candidate from a document"),
    "feedback": msgid("Report"),
    "paused": msgid("Paused claim"),
    "stale": msgid("Claim past its review day"),
    "offer": msgid("Offer that nobody took"),
    "near": msgid("Near miss"),
}
REPORTS: Mapping[str, str] = {
    "not-said": msgid("Not what I said"),
    "wrong-claim": msgid("Wrong claim"),
    "out-of-date": msgid("Out of date"),
}
_DEEDS: Mapping[ItemKind, tuple[Deed, ...]] = {
    "proposal": ("word", "never", "claim", "drop"),
    "candidate": ("word", "claim", "drop"),
    "feedback": ("never", "desk", "drop"),
    "paused": ("resume", "desk"),
    "stale": ("desk", "drop"),
    "offer": ("word", "never", "claim", "drop"),
    "near": ("word", "never", "claim", "drop"),
}


def kind_of(written: str) -> ItemKind | None:
    """Return the kind that an id or a choice names; None for all kinds."""
    return cast("ItemKind", written) if written in ITEM_KINDS else None


def deeds_of(item: Item) -> tuple[Deed, ...]:
    """Return the decisions that make sense for an item, the likeliest first."""
    has_words = bool(item.payload.get("text")) or item.message is not None
    lacking = {"resume", "desk"} if item.claim is None else set[str]()
    # A claim that is out of date was found rightly.
    if item.claim is None or not has_words or item.payload.get("kind") == "out-of-date":
        lacking.add("never")
    return tuple(deed for deed in _DEEDS[item.kind] if deed not in lacking)


def kind_text(item: Item, texts: Texts) -> str:
    """Return what an item is; a report with what members report."""
    kind = texts(KINDS[item.kind])
    if item.kind != "feedback":
        return kind
    report = str(item.payload.get("kind", ""))
    return texts("{kind}: {what}", kind=kind, what=texts(REPORTS[report]) if report in REPORTS else report)


def counts_text(counts: Mapping[Any, int], texts: Texts) -> str:
    """Return how many wait of each kind, in the order of the kinds."""
    known = [kind for kind in ITEM_KINDS if counts.get(kind)]
    return " · ".join(texts("{kind}: {count}", kind=texts(KINDS[kind]), count=counts[kind]) for kind in known)


def age_text(age: timedelta, texts: Texts) -> str:
    """Return an age in one unit, such as `3 days`."""
    return format_timedelta(max(age, timedelta(minutes=1)), granularity="minute", locale=texts.locale)


Decision = Literal["word", "never", "drop", "resume"]


class DecideButton(
    Lasting,
    ui.DynamicItem[ui.Button[Any]],
    template=r"ts:q:(?P<deed>word|never|drop|resume):(?P<number>\d+):(?P<kind>[a-z]+)",
):
    """Decides an item with one click, and goes on to the next."""

    def __init__(self, deed: Decision, number: int, kind: str, label: str) -> None:
        style = discord.ButtonStyle.primary if deed in {"word", "resume"} else discord.ButtonStyle.secondary
        super().__init__(ui.Button(label=label, custom_id=f"ts:q:{deed}:{number}:{kind}", style=style))
        self.deed: Decision = deed
        self.number = number
        self.kind = kind

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the decision from the id of a button that was sent earlier."""
        return cls(cast("Decision", match["deed"]), int(match["number"]), match["kind"], label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Decide."""
        await interaction.response.defer()
        await interaction.client.queue.decide(interaction, self.deed, self.number, self.kind)


class NextButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:q:next:(?P<number>\d+):(?P<kind>[a-z]+)"):
    """Goes on to the item after this one, and leaves this one waiting."""

    def __init__(self, number: int, kind: str, label: str) -> None:
        super().__init__(ui.Button(label=label, custom_id=f"ts:q:next:{number}:{kind}"))
        self.number = number
        self.kind = kind

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the item from the id of a button that was sent earlier."""
        return cls(int(match["number"]), match["kind"], label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Show it."""
        await interaction.response.defer()
        await interaction.client.queue.show_next(interaction, self.number, self.kind)


class ListButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:q:list:(?P<page>-?\d+):(?P<kind>[a-z]+)"):
    """Shows a page of what waits; pages count from 0."""

    def __init__(self, page: int, kind: str, label: str, *, disabled: bool = False) -> None:
        super().__init__(ui.Button(label=label, custom_id=f"ts:q:list:{page}:{kind}", disabled=disabled))
        self.page = page
        self.kind = kind

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the page from the id of a button that was sent earlier."""
        return cls(int(match["page"]), match["kind"], label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Show it in place of what stands there."""
        await interaction.response.defer()
        await interaction.client.queue.show_list(interaction, self.kind, self.page)


BUTTONS: tuple[type[ui.DynamicItem[Any]], ...] = (DecideButton, NextButton, ListButton)


class _Menu(Lasting):
    """A menu of which one entry is chosen."""

    item: ui.Select[Any]

    @classmethod
    def _checked(cls, item: ui.Item[Any]) -> ui.Select[Any]:
        if not isinstance(item, ui.Select):
            raise TypeError(f"{item} is not a menu")
        return cast("ui.Select[Any]", item)


class KindMenu(_Menu, ui.DynamicItem[ui.Select[Any]], template=r"ts:q:kind"):
    """Shows one kind of items, or all."""

    def __init__(self, select: ui.Select[Any]) -> None:
        super().__init__(select)

    @classmethod
    def of(cls, options: Sequence[discord.SelectOption]) -> Self:
        """Return the menu with these entries, whose values are kinds."""
        return cls(ui.Select(custom_id="ts:q:kind", options=list(options)))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:  # noqa: ARG003
        """Take over the menu of a message that was sent earlier."""
        return cls(cls._checked(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Show the first page of the kind."""
        await interaction.response.defer()
        await interaction.client.queue.show_list(interaction, self.item.values[0])


class ItemMenu(_Menu, ui.DynamicItem[ui.Select[Any]], template=r"ts:q:open:(?P<kind>[a-z]+)"):
    """Opens an item of the page."""

    def __init__(self, select: ui.Select[Any], kind: str) -> None:
        super().__init__(select)
        self.kind = kind

    @classmethod
    def of(cls, options: Sequence[discord.SelectOption], kind: str, placeholder: str) -> Self:
        """Return the menu with these entries, whose values are numbers of items."""
        select = ui.Select[Any](custom_id=f"ts:q:open:{kind}", placeholder=placeholder, options=list(options))
        return cls(select, kind)

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Take over the menu of a message that was sent earlier."""
        return cls(cls._checked(item), match["kind"])

    async def press(self, interaction: BotInteraction) -> None:
        """Show the item."""
        await interaction.response.defer()
        await interaction.client.queue.show_item(interaction, int(self.item.values[0]), self.kind)


class ClaimMenu(_Menu, ui.DynamicItem[ui.Select[Any]], template=r"ts:q:to:(?P<number>\d+):(?P<kind>[a-z]+)"):
    """Takes the item's text as a wording of the claim that is chosen."""

    def __init__(self, select: ui.Select[Any], number: int, kind: str) -> None:
        super().__init__(select)
        self.number = number
        self.kind = kind

    @classmethod
    def of(cls, options: Sequence[discord.SelectOption], number: int, kind: str, placeholder: str) -> Self:
        """Return the menu with these entries, whose values are ids of claims."""
        custom_id = f"ts:q:to:{number}:{kind}"
        return cls(ui.Select(custom_id=custom_id, placeholder=placeholder, options=list(options)), number, kind)

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Take over the menu of a message that was sent earlier."""
        return cls(cls._checked(item), int(match["number"]), match["kind"])

    async def press(self, interaction: BotInteraction) -> None:
        """Decide."""
        await interaction.response.defer()
        await interaction.client.queue.decide(interaction, "word", self.number, self.kind, self.item.values[0])


MENUS: tuple[type[ui.DynamicItem[Any]], ...] = (KindMenu, ItemMenu, ClaimMenu)


_DONE: dict[Decision, str] = {
    "word": msgid("Taken as a wording of: {claim}"),
    "never": msgid("Taken as never to be matched with: {claim}"),
    "drop": msgid("Dismissed."),
    "resume": msgid("Answered again: {claim}"),
}


async def write_decision(
    interaction: BotInteraction, deed: Decision, item: Item, claim: str | None, texts: Texts, text: str = ""
) -> str:
    """Write a decision and return a line about it; a claim and a text given count in place of the item's own.

    Raises what `QueueDecisions` and `read_message` raise.
    """
    moderation, actor = interaction.client.touchstone.moderation, actor_of(interaction)
    decisions, target = moderation.decisions, claim or item.claim
    write: Callable[[], ChangeResult]
    if deed == "drop":
        write = partial(decisions.dismiss, actor, item.id)
    elif deed == "resume":
        write = partial(moderation.claim_settings.resume, actor, item.claim or "")
    else:
        words = text or await words_of(interaction, item, texts)
        add = decisions.accept_wording if deed == "word" else decisions.accept_negative
        write = partial(add, actor, item.id, target, words)
    await asyncio.to_thread(write)
    return await _done_line(interaction, deed, target, texts)


async def nearest_claims(interaction: BotInteraction, item: Item, texts: Texts) -> list[ClaimRecord]:
    """Return the claims that come nearest to the item's words, best first."""
    touchstone, server = interaction.client.touchstone, interaction.guild_id
    words = await words_of(interaction, item, texts)
    finding = await asyncio.to_thread(touchstone.check, words, server)
    near = [match.claim for match in finding.matches]
    found = await asyncio.to_thread(claims_named, touchstone, server, near)
    return [found[claim] for claim in near if claim in found]


async def _done_line(interaction: BotInteraction, deed: Decision, claim: str | None, texts: Texts) -> str:
    """Return what was done, with the title of the claim."""
    found = await asyncio.to_thread(claims_named, interaction.client.touchstone, interaction.guild_id, [claim])
    sentence = texts(_DONE[deed], claim=escape(title_in(found, claim or "", texts)))
    return f"✓ {sentence}"


def faster_line(error: ConflictError, texts: Texts) -> str:
    """Say who has decided the item meanwhile, and how."""
    told = {each.field: each.theirs for each in error.fields}
    who = str(told.get("decided_by") or "")
    named = f"<@{who}>" if who.isdigit() else texts("somebody else")
    decision = value_text("decision", told.get("decision"), texts)
    return texts("{who} was faster: {decision}.", who=named, decision=decision)
