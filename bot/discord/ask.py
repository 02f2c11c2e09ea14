"""What members ask for: a text checked for them alone, with the rules for moderators, and the list of claims."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.bot import BotInteraction, TouchstoneBot
from bot.discord.card_buttons import more_button
from bot.discord.cards import draw_card, draw_lines, draw_short, escape, layout
from bot.discord.lookup import ClaimLookup, title_of
from bot.discord.request import Request, everywhere, home_of, roles_of, said_in
from bot.discord.routes import Click, Route, Router, page_buttons
from bot.discord.setup import missing_rights
from bot.explain import Circumstances, silence_lines
from bot.texts import Texts, msgid
from checks.model import Finding
from claims.answering.answers import AnswerRecord
from claims.record import ClaimRecord

_MOST = 4000


class Ask(commands.Cog):
    """`/check` and the message menu; both answer privately and need no right, no server and no intent."""

    def __init__(self, bot: TouchstoneBot) -> None:
        self.bot = bot
        # Menus cannot be methods by decorator.
        self.menu = everywhere(
            app_commands.ContextMenu(name=locale_str(msgid("Check this message")), callback=self.check_message)
        )

    async def cog_load(self) -> None:
        """Add the message menu."""
        self.bot.tree.add_command(self.menu)

    async def cog_unload(self) -> None:
        """Take the message menu away again."""
        self.bot.tree.remove_command(self.menu.name, type=self.menu.type)

    @app_commands.command(
        name=locale_str(msgid("check")), description=locale_str(msgid("See whether a text repeats a known claim"))
    )
    @app_commands.rename(text=locale_str(msgid("text")))
    @app_commands.describe(text=locale_str(msgid("The text, in English or Chinese")))
    @everywhere
    async def check(self, interaction: BotInteraction, text: app_commands.Range[str, 1, _MOST]) -> None:
        """Answer about a typed text."""
        await self._answer(interaction, text)

    async def check_message(self, interaction: BotInteraction, message: discord.Message) -> None:
        """Answer about a message that somebody pointed at."""
        await self._answer(interaction, said_in(message)[:_MOST], message)

    async def _answer(self, interaction: BotInteraction, text: str, message: discord.Message | None = None) -> None:
        request = await Request.waiting(interaction)
        texts = request.texts
        touchstone, server = request.touchstone, request.server
        place = message.channel if message else interaction.channel
        finding = await request.do(touchstone.check_in, home_of(place), text, server)
        known = {claim.id: claim for claim in await request.do(touchstone.base.claims, server)}
        rules = await self._rules(request, finding, known, message)
        reply = await request.do(touchstone.compose, finding, texts.language, server=server, requested=True)
        if reply is None:
            nothing = texts("I see no claim here that I know.")
            await request.respond(draw_lines([nothing, *rules], texts) if rules else nothing)
            return
        shown = {entry.claim_id for entry in reply.entries}
        claims = {name: claim for name, claim in known.items() if name in shown}
        why = await request.do(touchstone.why, finding, claims, texts, escape)
        remarks = [*rules, *(f"-# {line}" for line in why)]
        button = more_button([entry.claim_id for entry in reply.entries], texts)
        await request.respond(draw_short(reply, texts, [button], remarks))

    async def _rules(
        self,
        request: Request,
        finding: Finding,
        claims: Mapping[str, ClaimRecord],
        message: discord.Message | None,
    ) -> list[str]:
        """Return which rules decide about the message, for moderators only: members could learn to slip past them."""
        if request.server is None or not await request.do(request.moderation.rights.may, request.actor, "queue.see"):
            return []
        around = await self._circumstances(request, finding, request.server, message)
        lines = await request.do(silence_lines, finding, claims, request.texts, escape, around)
        return [f"-# • {line}" for line in lines]

    async def _circumstances(
        self, request: Request, finding: Finding, server: int, message: discord.Message | None
    ) -> Circumstances:
        """Return what holds in the channel of the message, or of the command."""
        channel = message.channel if message else request.interaction.channel
        if channel is None:
            return Circumstances()
        home, answers, guild = home_of(channel) or channel.id, request.touchstone.answers, request.guild
        settings = await request.do(request.touchstone.servers.settings_in, server, home)
        author = message.author if message else request.interaction.user
        rules = await request.do(
            request.moderation.exemptions.rules, server, home, author.id, await _roles(guild, author)
        )
        where = guild.get_channel(home)
        hours = self.bot.settings.cooldown_hours if settings.cooldown_hours is None else settings.cooldown_hours
        most = self.bot.settings.cards_per_hour if settings.cards_per_hour is None else settings.cards_per_hour
        named = [match.claim for match in finding.answered]
        record = await request.do(answers.answer, channel.id, message.id) if message else None
        return Circumstances(
            rules=rules,
            cooling=await request.do(answers.cooling, channel.id, named, timedelta(hours=hours)),
            full=await request.do(answers.is_full, channel.id, most),
            refused_until=self.bot.backoff.until(channel.id),
            missing=tuple(missing_rights(where, rules.mode, request.texts)) if where is not None else (),
            answer=_became(record),
        )


async def _roles(guild: discord.Guild, author: discord.User | discord.Member) -> tuple[int, ...]:
    """Return the roles of an author; Discord sends messages of the menu without them."""
    if isinstance(author, discord.Member):
        return roles_of(author)
    try:
        return roles_of(guild.get_member(author.id) or await guild.fetch_member(author.id))
    except discord.HTTPException:
        return ()


def _became(record: AnswerRecord | None) -> str:
    """Return what became of a message, as `Circumstances` names it."""
    if record is None:
        return ""
    if record.card_message is not None:
        return "hidden" if record.hidden else "card"
    return "offer" if record.kind == "offer" else "taken"


PER_PAGE = 10


PAGE = Route("ts:page:{page:page}", way="itself")
OPEN_MENU = Route("ts:open", way="itself")


def draw_list(claims: Sequence[ClaimRecord], page: int, texts: Texts) -> ui.LayoutView:
    """Return one page of the list; a page that is not there becomes the nearest one."""
    last = max(0, (len(claims) - 1) // PER_PAGE)
    page = min(max(page, 0), last)
    shown = claims[page * PER_PAGE : (page + 1) * PER_PAGE]
    lines = [f"- {escape(title_of(claim, texts))}" for claim in shown]
    heading = texts("Known claims")
    place = texts("Page {page} of {pages}", page=page + 1, pages=last + 1)
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join([f"### {heading}", *lines, f"-# {place}"])))
    if shown:
        options = [discord.SelectOption(label=title_of(claim, texts), value=claim.id) for claim in shown]
        container.add_item(ui.ActionRow[Any](OPEN_MENU.menu(options, texts("Open a claim"))))
    return layout(container, page_buttons(PAGE, page, last + 1, texts))


class Browse(commands.Cog):
    """Shows claims without any message."""

    def __init__(self, bot: TouchstoneBot, router: Router, lookup: ClaimLookup) -> None:
        self.bot = bot
        self._lookup = lookup
        router.answer(PAGE, self._turn)
        router.answer(OPEN_MENU, self._open)

    async def cog_load(self) -> None:
        """Make the lookup ready, which all commands complete from that take a claim."""
        await self._lookup.load(self.bot.touchstone)

    @app_commands.command(
        name=locale_str(msgid("browse")), description=locale_str(msgid("Look at the claims and their sources"))
    )
    @app_commands.rename(claim=locale_str(msgid("claim")))
    @app_commands.describe(claim=locale_str(msgid("Part of a claim; without one, all claims page by page")))
    @everywhere
    async def browse(self, interaction: BotInteraction, claim: str | None = None) -> None:
        """Show a claim, or the first page of all."""
        request = await Request.waiting(interaction)
        titles = await self._lookup.published(request)
        if claim is None:
            await request.respond(draw_list(titles.claims, 0, request.texts))
        else:
            await self._show_claim(request, titles.one(claim).id)

    @browse.autocomplete("claim")
    async def complete(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        """Suggest claims for what has been typed so far."""
        return await self._lookup.suggest(Request(interaction), typed)

    async def _turn(self, click: Click) -> None:
        """Show a page in place of the present one."""
        titles = await self._lookup.published(click)
        view = draw_list(titles.claims, click.number("page"), click.texts)
        await click.interaction.response.edit_message(view=view)

    async def _open(self, click: Click) -> None:
        await self._show_claim(click, click.value)

    async def _show_claim(self, request: Request, claim_id: str) -> None:
        """Show the card of a claim; raises UnknownClaimError."""
        texts = request.texts
        reply = await request.do(request.touchstone.claim_reply, claim_id, texts.language, request.server)
        await request.respond(draw_card(reply, texts, [more_button([claim_id], texts)]))
