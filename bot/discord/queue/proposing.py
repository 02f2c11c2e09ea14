"""How claims come into the queue: what members propose, and the sentences of a document that are looked through."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.bot import BotInteraction, CommandGroup, TouchstoneBot, subcommand
from bot.discord.cards import draw_lines, escape, shorten
from bot.discord.errors import FAILED_REQUEST
from bot.discord.forms import LONGEST_FIELD, Form, FormField, FormName, Forms
from bot.discord.lookup import LONGEST, ClaimLookup, meant_document, suggest_documents
from bot.discord.messages import fetch_message, read_message, said_in
from bot.discord.queue.decision_forms import one_line
from bot.discord.routes import Request, everywhere
from bot.texts import Texts, msgid
from bot.wording import field_name
from claims.documents.candidates import MOST as MOST_CANDIDATES
from claims.documents.candidates import Moved
from claims.fields import LINE
from claims.moderation.moderation import Moderation
from claims.moderation.rights import Act, Actor
from config.errors import NotAllowedError, UnknownClaimError


class ProposeForm:
    """About a claim, or about a channel and a message in it, or about nothing yet."""

    kind = "prop"
    act: Act = "claim.propose"
    about = r"[^|]*|\d{1,19}\|\d{1,19}"

    async def open(self, request: Request, about: tuple[str, ...]) -> Form:
        """Return the form; the text of a message stands in it whole, so that the member can shorten it."""
        texts = request.texts
        words = await _words(request, about)
        fields = (
            FormField("text", texts("What is claimed"), words, one_line(texts), long=True, required=True),
            FormField("note", field_name("note", texts), "", texts("For the moderators, if you like."), most=LINE),
        )
        title = texts("Propose a wording") if len(about) == 1 and about[0] else texts("Propose a claim")
        return Form(FormName(self.kind, about), title, fields)

    async def submit(self, request: Request, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Put the proposal into the queue, and say that it waits."""
        actor, texts, about = request.actor, request.texts, name.about
        place = (int(about[0]), int(about[1])) if _is_message(about) else None
        claim = None if place else about[0] or None
        propose = request.moderation.queue.propose
        said_by = await _author(request, *place) if place else None
        is_new = await request.do(propose, actor, typed["text"], claim, place, typed["note"], said_by)
        told = (
            texts("Thank you. It waits for the moderators of this server.")
            if is_new
            else texts("The same proposal waits already, or the moderators have decided on it.")
        )
        return draw_lines([told], texts)


def _is_message(about: tuple[str, ...]) -> bool:
    """Tell whether a proposal is about a message: channel and message."""
    return len(about) > 1


async def _words(request: Request, about: tuple[str, ...]) -> str:
    """Return the text of the message; Discord hands it over with the menu, later it is fetched."""
    if not _is_message(about):
        return ""
    data: Any = request.interaction.data or {}
    handed = data.get("resolved", {}).get("messages", {}).get(about[1])
    if handed is not None:
        return str(handed.get("content") or "")[:LONGEST_FIELD]
    try:
        return (await read_message(request, int(about[0]), int(about[1])))[:LONGEST_FIELD]
    except FAILED_REQUEST:
        # Without the message the member can still type.
        return ""


async def _author(request: Request, channel: int, message: int) -> int | None:
    """Return who wrote a message, who may want the proposal forgotten; None where it cannot be read any more."""
    try:
        return (await fetch_message(request, channel, message)).author.id
    except (NotAllowedError, *FAILED_REQUEST):
        return None


class Proposing(CommandGroup):
    """Opens the form of a proposal; what is handed in waits for the moderators."""

    def __init__(self, bot: TouchstoneBot, forms: Forms, lookup: ClaimLookup) -> None:
        self.bot = bot
        self._forms = forms
        self._lookup = lookup
        menu = app_commands.ContextMenu(name=locale_str(msgid("Propose as claim")), callback=self.propose_message)
        self.offer(app_commands.guild_only(menu))

    async def _complete(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        return await self._lookup.suggest(Request(interaction), typed)

    @app_commands.command(
        name=locale_str(msgid("propose")),
        description=locale_str(msgid("Propose a claim, or one more wording of a claim")),
    )
    @everywhere
    @app_commands.rename(claim=locale_str(msgid("claim")))
    @app_commands.describe(claim=locale_str(msgid("The claim that it is a wording of; without one, a new claim")))
    @app_commands.autocomplete(claim=_complete)
    async def propose(self, interaction: BotInteraction, claim: str | None = None) -> None:
        """Open the form, for a claim where one is named."""
        request = Request(interaction)
        meant = await self._lookup.meant(request, claim) if claim else None
        if meant is not None and meant.status != "published":
            raise UnknownClaimError(meant.id)
        await self._forms.open(request, FormName(ProposeForm.kind, (meant.id if meant else "",)))

    async def propose_message(self, interaction: BotInteraction, message: discord.Message) -> None:
        """Open the form with the text of the message."""
        about, words = (str(message.channel.id), str(message.id)), said_in(message, interaction.channel)
        # The form itself reads the content that Discord hands over, without what is forwarded and without a poll.
        filled = {"text": words[:LONGEST_FIELD]} if words != message.content else None
        await self._forms.open(Request(interaction), FormName(ProposeForm.kind, about), filled)


# Seconds between two lines about how far something is: Discord allows five edits in five seconds.
_PACE = 2.0
Result = TypeVar("Result")


async def look_through(request: Request, document: str, title: str) -> list[str]:
    """Put the candidates of a document into the queue, and return lines that say how many; progress is shown."""
    named, texts, actor = escape(shorten(title, LONGEST)), request.texts, request.actor
    found, new = await _told(
        request,
        lambda moved: find_candidates(request.moderation, actor, document, moved),
        lambda share: texts("Looking through {title}: {share}", title=named, share=f"{share:.0%}"),
    )
    return _outcome(found, new, named, texts)


def find_candidates(moderation: Moderation, actor: Actor, document: str, moved: Moved) -> tuple[int, int]:
    """Put what is new into the queue; return how many sentences were found, and how many of them are new."""
    desk = moderation.candidates
    found = desk.across(actor, [desk.source(actor, document)], moved, most=MOST_CANDIDATES)
    return len(found), desk.add(actor, tuple(found))


async def _told(request: Request, work: Callable[[Moved], Result], say: Callable[[float], str]) -> Result:
    """Let a thread work, and tell every two seconds how far it is."""
    share = 0.0

    def moved(done: int, whole: int) -> None:
        nonlocal share
        share = done / whole if whole else 0.0

    task = asyncio.create_task(request.do(work, moved))
    while not (await asyncio.wait({task}, timeout=_PACE))[0]:
        with contextlib.suppress(*FAILED_REQUEST):
            await request.show(draw_lines([say(share)], request.texts))
    return await task


def _outcome(found: int, new: int, title: str, texts: Texts) -> list[str]:
    if not found:
        return [texts("No sentence of “{title}” looks like a claim that is not known here yet.", title=title)]
    if not new:
        return [texts("Nothing new in “{title}”: all it proposes waits already, or has been decided.", title=title)]
    told = texts.plural(
        "{count} sentence of “{title}” waits in the queue now.",
        "{count} sentences of “{title}” wait in the queue now.",
        new,
        title=title,
    )
    return [told, texts("Decide on them with /queue.")]


class CandidatesCommand(CommandGroup):
    """`/claims candidates`: a document proposes claims, which wait for the moderators like what members propose."""

    def __init__(self, bot: TouchstoneBot, group: commands.Cog, turn: asyncio.Semaphore) -> None:
        """`turn` is held while a document is looked through."""
        self.bot = bot
        self._turn = turn
        about = msgid("Look through a document for sentences that may become claims")
        self.join(group, subcommand(msgid("candidates"), about, self.candidates))

    async def _complete(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        return await suggest_documents(Request(interaction), typed, only_loaded=True)

    @app_commands.rename(source=locale_str(msgid("source")))
    @app_commands.describe(source=locale_str(msgid("The document to look through")))
    @app_commands.autocomplete(source=_complete)
    async def candidates(self, interaction: BotInteraction, source: str) -> None:
        """Put what the document proposes into the queue, and say how much that is."""
        request = await Request.waiting(interaction)
        await request.require("queue.decide")
        async with self._turn:
            lines = await look_through(request, *await meant_document(request, source))
        await request.show(draw_lines(lines, request.texts))
