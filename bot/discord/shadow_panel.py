"""`/touchstone shadow`: what the bot would have said where it only counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.backtest import written
from bot.discord.backtest import BUDGET, cut_off_button
from bot.discord.bot import BotInteraction, CommandGroup, Subcommand, TouchstoneBot
from bot.discord.cards import draw_lines, escape
from bot.discord.lookup import titles_of
from bot.discord.request import Request
from bot.discord.routes import Click, Route, Router
from bot.service import Touchstone
from bot.texts import Texts, msgid
from claims.moderation.rights import Actor
from claims.moderation.shadow import ShadowOutcome, ShadowReport

# Clears one channel, or (0) the whole server.
CLEAR = Route("ts:shadow-clear:{channel:number}", "shadow.see", "below")
_MOST_CLAIMS = 15


@dataclass(frozen=True, slots=True)
class Collected:
    """A report, the budget it is held against, and the cut-off that keeps it (None: it is kept)."""

    report: ShadowReport
    budget: float
    cut_off: float | None
    server: int
    channel: int | None


def draw_shadow(of: Collected, head: str, titles: Mapping[str, str], texts: Texts) -> ui.LayoutView:
    """Return the card; messages are named by their links only."""
    report = of.report
    lines = [f"### {head}"]
    if not report.messages:
        return draw_lines([*lines, texts("Nothing was counted. /touchstone watch has a mode for it.")], texts)
    rate = f"{1000 * report.offers / report.messages:.2f}"
    lines += [
        texts("{count} messages of members read.", count=report.messages),
        texts("Replies: {count}, {rate} per 1,000 messages.", count=report.replies, rate=f"{report.per_thousand:.2f}"),
        texts("Offers: {count}, {rate} per 1,000 messages.", count=report.offers, rate=rate),
        texts("Cool-downs are not counted in: in chat it is this many at most."),
        _cut_off(of, texts),
    ]
    if report.claims:
        heading = texts("Claims")
        lines += [f"**{heading}**", *_claims(report.claims, titles, texts)]
    if report.doubtful:
        heading = texts("The most doubtful replies:")
        lines += [f"**{heading}**", *(_doubtful(each, of.server, titles) for each in report.doubtful)]
    buttons = [] if of.cut_off is None else [cut_off_button(of.cut_off, texts)]
    buttons.append(CLEAR.button(texts("Delete these counts"), discord.ButtonStyle.danger, channel=of.channel or 0))
    return draw_lines(lines, texts, buttons)


def _cut_off(of: Collected, texts: Texts) -> str:
    budget = f"{of.budget:g}"
    if of.cut_off is None:
        return texts("That keeps the budget of {budget} replies per 1,000 messages.", budget=budget)
    return texts(
        "To keep the budget of {budget} replies per 1,000 messages, set the cut-off to {cut_off}.",
        budget=budget,
        cut_off=written(of.cut_off),
    )


def _claims(counts: Sequence[tuple[str, int]], titles: Mapping[str, str], texts: Texts) -> list[str]:
    return [
        texts.plural(
            "- {claim}: {count} reply", "- {claim}: {count} replies", count, claim=escape(titles.get(claim, claim))
        )
        for claim, count in counts[:_MOST_CLAIMS]
    ]


def _doubtful(outcome: ShadowOutcome, server: int, titles: Mapping[str, str]) -> str:
    link = f"https://discord.com/channels/{server}/{outcome.channel}/{outcome.message}"
    return f"- {outcome.score:.4f} {link} {escape(titles.get(outcome.claim, outcome.claim))}"


Counted = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread


class ShadowCommand(CommandGroup):
    """Answers moderators privately."""

    def __init__(self, bot: TouchstoneBot, group: commands.Cog, router: Router) -> None:
        self.bot = bot
        router.answer(CLEAR, self._clear)
        command: Subcommand = app_commands.Command(
            name=locale_str(msgid("shadow")),
            description=locale_str(msgid("See what I would have said where I only count")),
            callback=self.shadow,
        )
        self.join(group, (command,))

    @app_commands.rename(channel=locale_str(msgid("channel")), days=locale_str(msgid("days")))
    @app_commands.describe(
        channel=locale_str(msgid("The channel or thread; without one, all of them")),
        days=locale_str(msgid("How many days back")),
    )
    async def shadow(
        self, interaction: BotInteraction, channel: Counted | None = None, days: app_commands.Range[int, 1, 365] = 7
    ) -> None:
        """Show the report, the cut-off that keeps the budget, and the means to begin anew."""
        request = await Request.waiting(interaction)
        texts, actor = request.texts, request.actor
        collected = await request.do(_read, request.touchstone, actor, channel.id if channel else None, days)
        claims = await request.do(request.touchstone.base.claims, actor.server)
        titles = titles_of(claims, texts)
        where = channel.mention if channel else texts("all channels")
        head = texts("Only counted in {channel}, last {days} days", channel=where, days=days)
        await request.respond(draw_shadow(collected, head, titles, texts))

    async def _clear(self, click: Click) -> None:
        """Delete the counts."""
        await click.do(click.moderation.shadow.clear, click.actor, click.number("channel") or None)
        await click.respond(click.texts("Deleted. Counting begins anew."))


def _read(touchstone: Touchstone, actor: Actor, channel: int | None, days: int) -> Collected:
    """Read the report; raises NotAllowedError."""
    shadow, server = touchstone.moderation.shadow, actor.server or 0
    report = shadow.report(actor, channel, days)
    chosen = touchstone.servers.settings(server).budget
    budget = BUDGET if chosen is None else chosen
    return Collected(report, budget, shadow.cut_off_for(actor, budget, channel, days), server, channel)
