"""The server's own evaluation set: messages that moderators keep, what their authors are told, and the list of them."""

import io
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.bot import BotInteraction, CommandGroup, TouchstoneBot, subcommand
from bot.discord.cards import draw_lines, escape, layout, quote, shorten
from bot.discord.lookup import ClaimLookup, claims_named
from bot.discord.messages import fetch_message, message_link, said_in, unseen_among
from bot.discord.routes import LONGEST_OPTION, Click, Request, Route, Router, page_buttons
from bot.texts import Texts, msgid
from claims.moderation.examples import ExampleRecord, KeptMessage, examples_file
from claims.moderation.rights import Actor
from claims.record import ClaimRecord
from config.errors import NotAllowedError, UnknownEntryError

# Also pressed in a direct message, where the author is a plain member of the server.
FORGET = Route("ts:example:forget:{server:number}:{number:number}")
LABEL_MENU = Route("ts:example:label:{channel:number}:{message:number}", "example.keep", "below")
DELETE = Route("ts:examples:delete:{number:number}:{page:page}", "example.keep")
PAGE = Route("ts:examples:page:{page:page}", "example.see")
FILE = Route("ts:examples:file", "example.see", "below")

_log = logging.getLogger(__name__)
_MOST_TOLD = 600


async def _tell_author(message: discord.Message, guild: int, number: int, lines: Sequence[str], texts: Texts) -> bool:
    """Tell the author what was kept and how to delete it; False where Discord lets no word through."""
    button = FORGET.button(texts("Delete it"), discord.ButtonStyle.danger, server=guild, number=number)
    try:
        await message.author.send(view=draw_lines(lines, texts, [button]))
    except discord.HTTPException as closed:
        _log.info("The author of an example cannot be reached directly: %s", closed)
    else:
        return True
    try:
        await message.reply(view=draw_lines(lines, texts, [button]), mention_author=False)
    except discord.HTTPException as refusal:
        _log.info("The author of an example cannot be told in its channel: %s", refusal)
        return False
    return True


def _lines(
    guild: discord.Guild, message: discord.Message, kept: KeptMessage, claim: ClaimRecord | None, texts: Texts
) -> list[str]:
    title = escape(texts.pick(claim.title)) if claim else ""
    server, link = escape(guild.name), message.jump_url
    head = texts("A moderator of {server} has kept a message of yours to try me on: {link}", server=server, link=link)
    if not kept.claim:
        label = texts("It is kept as a message that makes none of the claims I know.")
    elif kept.makes_claim:
        label = texts("It is kept as a message that makes the claim “{claim}”.", claim=title)
    else:
        label = texts("It is kept as a message that does not make the claim “{claim}”.", claim=title)
    end = texts("Only the moderators of that server see it. You can delete it here at any time, or with /forget-me.")
    return [head, quote(shorten(kept.text, _MOST_TOLD)), label, end]


async def _keep_message(request: Request, message: discord.Message, claim_id: str, *, makes: bool) -> None:
    """Keep the message and tell its author; where no word reaches the author, nothing is kept.

    Raises NotAllowedError, InvalidEditError and UnknownClaimError.
    """
    if message.author.bot or message.webhook_id:
        raise NotAllowedError("Only messages of members can be kept.")
    texts, actor, examples = request.texts, request.actor, request.moderation.examples
    kept = KeptMessage(message.channel.id, message.id, message.author.id, said_in(message), claim_id, makes_claim=makes)
    # All that may fail is read first: between the keeping and the telling lies nothing but Discord.
    claim = await request.do(request.touchstone.base.claim, claim_id, actor.server) if claim_id else None
    shared = await request.interaction.client.server_texts(request.guild.id, request.interaction.guild_locale)
    lines = _lines(request.guild, message, kept, claim, shared)
    made = await request.do(examples.keep, actor, kept)
    is_told = False
    try:
        is_told = await _tell_author(message, request.guild.id, made.number, lines, shared)
    finally:
        # Whatever keeps the word from the author, nothing stays of which nobody was told.
        if not is_told:
            await request.do(examples.take_back, actor, made)
    if is_told:
        await request.respond(texts("Kept as example {number}. Its author has been told.", number=made.number))
    else:
        await request.respond(texts("Not kept: I could not tell its author, neither directly nor in the channel."))


# Two entries a claim and one for none of them: Discord shows 25.
MOST_CLAIMS = 12
_NONE = "-"


def _label_menu(message: discord.Message, claims: Sequence[ClaimRecord], texts: Texts) -> ui.Select[Any]:
    """Return the menu for a message and the claims that it may be about."""
    options = [option for claim in claims[:MOST_CLAIMS] for option in _options(claim, texts)]
    options.append(discord.SelectOption(label=texts("None of the known claims"), value=_NONE))
    placeholder = texts("What does the message say?")
    return LABEL_MENU.menu(options, placeholder, channel=message.channel.id, message=message.id)


def _options(claim: ClaimRecord, texts: Texts) -> list[discord.SelectOption]:
    title = texts.pick(claim.title)
    labels = {"yes": texts("Makes it: {claim}", claim=title), "no": texts("Does not make it: {claim}", claim=title)}
    return [
        discord.SelectOption(label=shorten(text, LONGEST_OPTION), value=f"{label}:{claim.id}")
        for label, text in labels.items()
    ]


_LINK = re.compile(r"https://(?:\w+\.)?discord(?:app)?\.com/channels/(\d+)/(\d+)/(\d+)")


class KeepCommand(CommandGroup):
    """Answers moderators privately."""

    def __init__(self, bot: TouchstoneBot, group: commands.Cog, router: Router, lookup: ClaimLookup) -> None:
        self.bot = bot
        self._lookup = lookup
        router.answer(LABEL_MENU, self._keep)
        menu = app_commands.ContextMenu(name=locale_str(msgid("Keep as example")), callback=self.ask)
        self.offer(app_commands.default_permissions(manage_guild=True)(app_commands.guild_only(menu)))
        about = msgid("Keep a message as an example, for a claim that you name")
        command = subcommand(msgid("keep"), about, self.keep)
        command.autocomplete("claim")(self._complete)
        self.join(group, command)

    async def ask(self, interaction: BotInteraction, message: discord.Message) -> None:
        """Ask for the label of a message that somebody pointed at; the claims found in it come first."""
        request = await Request.waiting(interaction)
        actor, texts, touchstone = await request.require("example.keep"), request.texts, request.touchstone
        finding = await request.do(touchstone.check, said_in(message, interaction.channel), actor.server)
        found = [match.claim for match in finding.matches]
        claims = await request.do(claims_named, touchstone, actor.server, found)
        menu = _label_menu(message, [claims[claim] for claim in found if claim in claims], texts)
        lines = [
            texts("Its author is told at once, and can delete it at any time."),
            texts("-# For another claim: /touchstone keep, with the link of the message."),
        ]
        container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join(lines)))
        container.add_item(ui.ActionRow[Any](menu))
        await request.respond(layout(container))

    @app_commands.rename(
        link=locale_str(msgid("message")), claim=locale_str(msgid("claim")), makes=locale_str(msgid("makes_claim"))
    )
    @app_commands.describe(
        link=locale_str(msgid("The link of the message")),
        claim=locale_str(msgid("Part of the claim")),
        makes=locale_str(msgid("Whether the message makes the claim")),
    )
    async def keep(self, interaction: BotInteraction, link: str, claim: str, makes: bool) -> None:
        """Keep the message that a link names."""
        request = await Request.waiting(interaction)
        actor = await request.require("example.keep")
        place = _LINK.fullmatch(link.strip())
        if place is None or int(place[1]) != actor.server:
            texts = request.texts
            await request.respond(texts("That is no link of a message of this server. Copy it from its menu."))
            return
        meant = await self._lookup.meant(request, claim)
        message = await fetch_message(request, int(place[2]), int(place[3]))
        await _keep_message(request, message, meant.id, makes=makes)

    async def _keep(self, click: Click) -> None:
        """Keep a message with the label that was chosen; its words are fetched anew."""
        message = await fetch_message(click, click.number("channel"), click.number("message"))
        label, _, claim = click.value.partition(":")
        await _keep_message(click, message, claim, makes=label == "yes")

    async def _complete(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        return await self._lookup.suggest(Request(interaction), typed)


PER_PAGE = 4
# Markup that is escaped may double a text; four of them stay below the 4,000 characters of a card.
_MOST_LISTED = 300
_TITLE = 120


@dataclass(frozen=True, slots=True)
class _Listed:
    """The examples whose channels somebody may read, and how many others there are."""

    examples: Sequence[ExampleRecord]
    hidden: int

    def told(self, texts: Texts) -> list[str]:
        """Return a line on the others, where there are any."""
        told = texts.plural(
            "{count} example is not listed: you may not read its channel.",
            "{count} examples are not listed: you may not read their channels.",
            self.hidden,
        )
        return [f"-# {told}"] if self.hidden else []


async def _listed(request: Request) -> _Listed:
    """Return the server's examples for somebody: what was said in a channel is for those who may read it."""
    kept = await request.do(request.moderation.examples.examples, request.actor)
    unseen = await unseen_among(request, {example.channel for example in kept})
    seen = [example for example in kept if example.channel not in unseen]
    return _Listed(seen, len(kept) - len(seen))


def draw_examples(
    listed: _Listed, page: int, server: int, claims: Mapping[str, ClaimRecord], texts: Texts
) -> ui.LayoutView:
    """Return a page, counted from 0; a page that is no longer there shows the last one."""
    examples, told = listed.examples, listed.told(texts)
    if not examples and told:
        return draw_lines(told, texts)
    if not examples:
        line = texts("No message is kept. “Keep as example” in the menu of a message keeps one.")
        return layout(ui.Container(ui.TextDisplay(line)))
    pages = -(-len(examples) // PER_PAGE)
    page = max(0, min(page, pages - 1))
    heading = texts.plural("{count} example", "{count} examples", len(examples))
    place = texts("Page {page} of {pages}", page=page + 1, pages=pages)
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join([f"### {heading}", f"-# {place}", *told])))
    for example in examples[page * PER_PAGE : (page + 1) * PER_PAGE]:
        label = texts("Delete {number}", number=example.id)
        button = DELETE.button(label, discord.ButtonStyle.danger, number=example.id, page=page)
        container.add_item(ui.Section[Any](_example_text(example, server, claims, texts), accessory=button))
    as_file = FILE.button(texts("As a file"), discord.ButtonStyle.primary)
    return layout(container, [*page_buttons(PAGE, page, pages, texts), as_file])


def _example_text(example: ExampleRecord, server: int, claims: Mapping[str, ClaimRecord], texts: Texts) -> str:
    known = claims.get(example.claim)
    title = texts.pick(known.title) if known else example.claim
    claim = escape(shorten(title, _TITLE))
    if not example.claim:
        label = texts("None of the known claims")
    elif example.makes_claim:
        label = texts("Makes it: {claim}", claim=claim)
    else:
        label = texts("Does not make it: {claim}", claim=claim)
    link = message_link(server, example.channel, example.message)
    return f"**{example.id}** {label}\n{quote(shorten(example.text, _MOST_LISTED))}\n-# {link}"


class ExamplesCommand(CommandGroup):
    """Answers moderators privately, and authors who want their message forgotten."""

    def __init__(self, bot: TouchstoneBot, group: commands.Cog, router: Router) -> None:
        self.bot = bot
        router.answer(PAGE, self._turn)
        router.answer(DELETE, self._delete)
        router.answer(FILE, self._send_file)
        router.answer(FORGET, self._forget)
        about = msgid("Look through the messages that moderators have kept to try me on")
        self.join(group, subcommand(msgid("examples"), about, self.examples))

    async def examples(self, interaction: BotInteraction) -> None:
        """Show the first page."""
        await self._show(await Request.waiting(interaction), 0)

    async def _turn(self, click: Click) -> None:
        await self._show(click, click.number("page"))

    async def _delete(self, click: Click) -> None:
        """Delete an example and show the page again."""
        await click.do(click.moderation.examples.delete, click.actor, click.number("number"))
        await self._show(click, click.number("page"))

    async def _send_file(self, click: Click) -> None:
        """Send the examples as JSON lines."""
        listed = await _listed(click)
        file = discord.File(io.BytesIO(examples_file(listed.examples).encode()), "examples.jsonl")
        line = click.texts("`touchstone evaluate messages examples.jsonl` measures me on them.")
        await click.interaction.followup.send("\n".join([line, *listed.told(click.texts)]), file=file, ephemeral=True)

    async def _forget(self, click: Click) -> None:
        """Delete an example for its author, and take its words out of the message that the button is on."""
        server, texts = click.number("server"), click.texts
        actor = click.actor if click.server == server else Actor(click.interaction.user.id, server)
        line = texts("Deleted: the message is no longer kept.")
        try:
            await click.do(click.moderation.examples.delete, actor, click.number("number"))
        except UnknownEntryError:
            line = texts("The message is not kept any more.")
        await click.show(draw_lines([line], texts))

    async def _show(self, request: Request, page: int) -> None:
        """Show a page in place of what a deferred interaction has shown; raises NotAllowedError."""
        touchstone, server, listed = request.touchstone, request.server, await _listed(request)
        claims = await request.do(claims_named, touchstone, server, [example.claim for example in listed.examples])
        await request.show(draw_examples(listed, page, server or 0, claims, request.texts))
