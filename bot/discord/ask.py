"""What members ask for: a text checked for them alone, with the rules for moderators, and the list of claims."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from time import monotonic
from typing import Any

import discord
from babel.lists import format_list
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands
from discord.utils import format_dt, utcnow

from bot.answering import Answerer
from bot.discord.about import other_checkers
from bot.discord.bot import BotInteraction, CommandGroup, TouchstoneBot
from bot.discord.card_buttons import beyond_more, more_button
from bot.discord.cards import (
    ROOM,
    card_text,
    draw_card,
    draw_lines,
    draw_short,
    escape,
    layout,
    length,
    link,
    shorten,
)
from bot.discord.lookup import ClaimLookup, title_in, title_of
from bot.discord.messages import home_of, is_members, open_finding, roles_in, said_in
from bot.discord.routes import Click, Request, Route, Router, everywhere, page_buttons
from bot.discord.setup_command import missing_rights
from bot.explain import Circumstances, silence_lines
from bot.reply import LIKELY, display_date
from bot.texts import Texts, msgid
from checks.model import Finding
from claims.answering.answers import AnswerRecord
from claims.documents.fact_checkers import FactCheckers, OutsideReview
from claims.record import ClaimRecord
from config.languages import written_language

_MOST = 4000
# Where to go from here.
_ON = msgid("/browse shows what I know; with /propose you put a claim to the moderators.")
_ELSEWHERE = msgid("/browse shows what I know.")


# How often others are asked, so that nobody uses up what they grant the operator: for one member, and for a server.
_MEMBER, _SERVER = (5, 600.0), (60, 3600.0)


class Allowance:
    """Counts how often others were asked of late; used on the event loop alone, and forgotten at a restart."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._asked: dict[int, deque[tuple[float, int]]] = {}

    def take(self, server: int, member: int) -> float:
        """Count one question and return 0, or count none and return the seconds until the next is granted."""
        now = self._clock()
        asked = self._asked.setdefault(server, deque())
        while asked and asked[0][0] <= now - _SERVER[1]:
            asked.popleft()
        own = [at for at, who in asked if who == member and at > now - _MEMBER[1]]
        limits = ((own, *_MEMBER), ([at for at, _ in asked], *_SERVER))
        waits = [times[-most] + span - now for times, most, span in limits if len(times) >= most]
        if waits:
            return max(waits)
        asked.append((now, member))
        return 0


class Ask(CommandGroup):
    """`/check` and the message menu; both answer privately and need no right, no server and no intent."""

    def __init__(self, bot: TouchstoneBot) -> None:
        self.bot = bot
        self._allowance = Allowance()
        menu = app_commands.ContextMenu(name=locale_str(msgid("Check this message")), callback=self.check_message)
        self.offer(everywhere(menu))

    @app_commands.command(
        name=locale_str(msgid("check")), description=locale_str(msgid("See whether a text repeats a known claim"))
    )
    @app_commands.rename(text=locale_str(msgid("text")))
    @app_commands.describe(text=locale_str(msgid("The text")))
    @everywhere
    async def check(self, interaction: BotInteraction, text: app_commands.Range[str, 1, _MOST]) -> None:
        """Answer about a typed text; then add what others say, where an administrator has switched that on."""
        await self._answer(interaction, text, asks_others=True)

    async def check_message(self, interaction: BotInteraction, message: discord.Message) -> None:
        """Answer about a message that somebody pointed at."""
        await self._answer(interaction, said_in(message, interaction.channel)[:_MOST], message)

    async def _answer(
        self,
        interaction: BotInteraction,
        text: str,
        message: discord.Message | None = None,
        *,
        asks_others: bool = False,
    ) -> None:
        request = await Request.waiting(interaction)
        others = await other_checkers(request) if asks_others else None
        texts = request.texts
        touchstone, server = request.touchstone, request.server
        # Of a message Discord gives a thread that is archived only as its number; the menu is where the message is.
        finding = await request.do(touchstone.check_in, home_of(interaction.channel), text, server)
        known = await request.do(touchstone.claims, server)
        rules = await self._rules(request, finding, known, message)
        reply = await request.do(touchstone.compose, finding, texts.language, server=server, requested=True)
        if reply is None:
            nothing = [texts("I see no claim here that I know."), f"-# {texts(_ELSEWHERE if server is None else _ON)}"]
            card = draw_lines([*nothing, *rules], texts)
            if others is not None:
                await self._with_others(request, others, text, card)
            else:
                await request.respond(card if rules else "\n".join(nothing))
            return
        shown = [entry.claim_id for entry in reply.entries]
        claims = {name: known[name] for name in shown if name in known}
        why = await request.do(touchstone.why, finding, claims, texts, escape)
        remarks = [*rules, *(f"-# {line}" for line in why)]
        if beyond := beyond_more(shown):
            titles = texts.apart(escape(title_in(known, name, texts)) for name in beyond)
            remarks.append(texts("-# “More” has no room for: {claims}. /browse shows it.", claims=titles))
        button = more_button(shown, texts)
        card = draw_short(reply, texts, [button], remarks)
        if others is not None:
            await self._with_others(request, others, text, card)
        else:
            await request.respond(card)

    async def _with_others(self, request: Request, others: FactCheckers, text: str, card: ui.LayoutView) -> None:
        """Show the own answer; then add to it what others say about the same statement, and who was asked."""
        await request.show(card)
        texts = request.texts
        if wait := self._allowance.take(request.server or 0, request.interaction.user.id):
            when = format_dt(utcnow() + timedelta(seconds=wait), "R")
            lines = [texts("Other fact-checkers were asked often enough for now, and not about this: again {when}.",
                           when=when)]  # fmt: skip
        else:
            found = await others.ask(text, written_language(text))
            likeness = await request.do(request.touchstone.likeness, text, [each.statement for each in found])
            alike = [each for each, score in zip(found, likeness, strict=True) if score >= LIKELY][:_MOST_OTHERS]
            lines = other_lines(alike, others.names, texts)
        if length(card_text(card)) + sum(length(line) + 1 for line in lines) > ROOM:
            await request.respond(draw_lines(lines, texts))
            return
        card.add_item(ui.Container[Any](ui.TextDisplay("\n".join(lines))))
        await request.show(card)

    async def _rules(
        self,
        request: Request,
        finding: Finding,
        claims: Mapping[str, ClaimRecord],
        message: discord.Message | None,
    ) -> list[str]:
        """Return which rules decide about the message, for moderators only: members could learn to slip past them."""
        # Who has installed the bot for themselves alone asks in servers where it is not, and no rule of it holds.
        if request.server is None or self.bot.get_guild(request.server) is None:
            return []
        if not await request.do(request.moderation.rights.may, request.actor, "queue.see"):
            return []
        around = await self._circumstances(request, finding, request.server, message)
        lines = await request.do(silence_lines, finding, claims, request.texts, escape, around)
        return [f"-# • {line}" for line in lines]

    async def _circumstances(
        self, request: Request, finding: Finding, server: int, message: discord.Message | None
    ) -> Circumstances:
        """Return what holds in the channel of the message, or of the command."""
        channel = request.interaction.channel
        if channel is None:
            return Circumstances()
        home, answers, guild = home_of(channel) or channel.id, request.touchstone.answers, request.guild
        settings = await request.do(request.touchstone.servers.settings_in, server, home)
        author = message.author if message else request.interaction.user
        roles = await roles_in(guild, author)
        rules = await request.do(request.touchstone.servers.rules, server, home, author.id, roles)
        where = channel if isinstance(channel, discord.Thread) else guild.get_channel(home)
        answerer = Answerer(request.touchstone)
        named = [match.claim for match in finding.answered]
        record = await request.do(answers.answer, channel.id, message.id) if message else None
        budget, is_used_up = settings.budget, request.touchstone.budgets.is_used_up
        touchstone, text = request.touchstone, finding.text
        return Circumstances(
            rules=rules,
            unread=message is not None and not is_members(message),
            cooling=await request.do(answers.cooling, channel.id, named, answerer.cooldown(settings)),
            full=await request.do(answers.is_full, channel.id, answerer.cards_per_hour(settings)),
            retracts=await request.do(answers.retracts, server, author.id),
            refused_until=self.bot.backoff.until(channel.id),
            missing=tuple(missing_rights(where, rules.mode, request.texts)) if where is not None else (),
            answer=_became(record),
            used_up=budget if budget is not None and await request.do(is_used_up, server, budget) else None,
            in_spoiler=await request.do(open_finding, touchstone, text, finding, home, server) is None,
        )


_MOST_OTHERS = 3
_LONGEST_STATEMENT = 160
_LONGEST_RATING = 80
_COFACTS = {
    "RUMOR": msgid("contains false information"),
    "NOT_RUMOR": msgid("contains true information"),
    "OPINIONATED": msgid("contains personal opinions"),
}


def other_lines(reviews: Sequence[OutsideReview], asked: Sequence[str], texts: Texts) -> list[str]:
    """Return what others say, apart from all that is ours: publisher, rating, their own statement, page and day."""
    heading = texts("Other fact-checkers")
    lines = [f"### {heading}"]
    for each in reviews:
        rating = texts(_COFACTS[each.rating]) if each.source == "cofacts" and each.rating in _COFACTS else each.rating
        publisher = link(shorten(each.publisher, _LONGEST_RATING), each.address)
        lines.append(f"- **{publisher}** · {escape(shorten(rating, _LONGEST_RATING))}")
        day = display_date(each.date, texts) if each.date else ""
        about = texts("On: “{statement}”", statement=escape(shorten(each.statement, _LONGEST_STATEMENT)))
        lines.append(" · ".join(part for part in (f"-# {about}", escape(day)) if part))
    if not reviews:
        lines.append(texts("They have nothing on this statement that I can be sure of."))
    told = texts(
        "Your text was sent to {names}, as the administrators of this server have chosen. What they say is theirs and"
        " no claim of mine.",
        names=escape(format_list(list(asked), locale=texts.locale)),
    )
    lines.append(f"-# {told}")
    if any(each.source == "cofacts" for each in reviews):
        lines.append("-# Cofacts: CC BY-SA 4.0, cofacts.tw")
    return lines


def _became(record: AnswerRecord | None) -> str:
    """Return what became of a message, as `Circumstances` names it."""
    if record is None:
        return ""
    if record.card_message is not None:
        return "hidden" if record.hidden else "card"
    return record.kind if record.kind in {"offer", "lapsed"} else "taken"


PER_PAGE = 10


PAGE = Route("ts:page:{page:page}")
OPEN_MENU = Route("ts:open", way="below")


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
        await click.show(draw_list(titles.claims, click.number("page"), click.texts))

    async def _open(self, click: Click) -> None:
        await self._show_claim(click, click.value)

    async def _show_claim(self, request: Request, claim_id: str) -> None:
        """Show the card of a claim; raises UnknownClaimError."""
        texts = request.texts
        reply = await request.do(request.touchstone.claim_reply, claim_id, texts.language, request.server)
        await request.respond(draw_card(reply, texts, [more_button([claim_id], texts)]))
