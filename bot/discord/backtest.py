"""`/backtest`: read a channel's past and say what the bot would have answered there; no text is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.backtest import Backtest, BacktestReport, ClaimCount, Doubtful, PastMessage, summary_lines, written
from bot.discord.bot import BotInteraction
from bot.discord.cards import draw_lines, escape
from bot.discord.lookup import titles_of
from bot.discord.request import Request, location_of, said_in
from bot.discord.routes import Click, Route, Router
from bot.texts import Texts, msgid

_MOST_CLAIMS = 15


# Applies a cut-off to the server.
CUT_OFF = Route(r"ts:cut-off:{cut_off:[01](?:\.\d+)?}", "server.settings", "below")


def cut_off_button(cut_off: float, texts: Texts) -> ui.Button[Any]:
    """Return the button that applies a cut-off."""
    shown = written(cut_off)
    label = texts("Use cut-off {cut_off} in this server", cut_off=shown)
    return CUT_OFF.button(label, discord.ButtonStyle.primary, cut_off=shown)


def draw_report(report: BacktestReport, head: Sequence[str], titles: Mapping[str, str], texts: Texts) -> ui.LayoutView:
    """Return the report as a card; messages are named by their links only."""
    lines = [*head, *summary_lines(report, texts)]
    if report.claims:
        lines += [_bold(texts("Claims")), *_claims(report.claims, titles, texts)]
    if report.doubtful:
        lines += [_bold(texts("The most doubtful replies:")), *(_doubtful(each, titles) for each in report.doubtful)]
    buttons = [] if report.cut_off is None else [cut_off_button(report.cut_off, texts)]
    return draw_lines(lines, texts, buttons)


def _bold(text: str) -> str:
    return f"**{text}**"


def _claims(counts: Sequence[ClaimCount], titles: Mapping[str, str], texts: Texts) -> list[str]:
    return [
        texts(
            "- {claim}: {replies} replies, {offers} offers",
            claim=escape(titles.get(count.claim, count.claim)),
            replies=count.replies,
            offers=count.offers,
        )
        for count in counts[:_MOST_CLAIMS]
    ]


def _doubtful(doubtful: Doubtful, titles: Mapping[str, str]) -> str:
    title = escape(titles.get(doubtful.claim, doubtful.claim))
    return f"- {doubtful.score:.4f} {doubtful.message.link} {title}"


# Discord takes edits of the answer for fifteen minutes; the rest is left for the report.
LONGEST = 12 * 60.0
MOST_MESSAGES = 50_000
PROGRESS_EVERY = 4.0
_AT_ONCE = 50
# One in 2,000, where the server has set no budget.
BUDGET = 0.5
NEEDED = {"view_channel": msgid("View Channel"), "read_message_history": msgid("Read Message History")}

Readable = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread


class BacktestCommand(commands.Cog):
    """Answers moderators privately; one run at a time in a server."""

    def __init__(self, router: Router) -> None:
        self._running: set[int] = set()
        router.answer(CUT_OFF, self._apply)

    @app_commands.command(
        name=locale_str(msgid("backtest")),
        description=locale_str(msgid("Read a channel's past and see what I would have answered there")),
    )
    @app_commands.rename(channel=locale_str(msgid("channel")), days=locale_str(msgid("days")))
    @app_commands.describe(
        channel=locale_str(msgid("The channel to read")), days=locale_str(msgid("How many days back"))
    )
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def backtest(
        self, interaction: BotInteraction, channel: Readable, days: app_commands.Range[int, 1, 90] = 7
    ) -> None:
        """Check the rights of both sides, read, and report."""
        request = await Request.waiting(interaction)
        texts, server = request.texts, channel.guild.id
        await request.require("shadow.see")
        refusal = _refusal(request, channel)
        if refusal is None and server in self._running:
            refusal = texts("A backtest is running in this server already. Wait for its report.")
        if refusal is not None:
            await request.respond(refusal)
            return
        self._running.add(server)
        try:
            await self._read(request, channel, days)
        finally:
            self._running.discard(server)

    async def _apply(self, click: Click) -> None:
        """Write the cut-off as one change of the server's settings."""
        cut_off = click["cut_off"]
        await click.do(click.moderation.setup.change, click.actor, cut_off=float(cut_off))
        await click.respond(click.texts("From now on I answer in this server from {cut_off} on.", cut_off=cut_off))

    async def _read(self, request: Request, channel: Readable, days: int) -> None:
        """Read the newest messages first, so that a run that takes too long has what counts most."""
        touchstone, texts = request.touchstone, request.texts
        server = channel.guild.id
        run = Backtest(lambda text: touchstone.check(text, server))
        progress = _Progress(request, channel, days, texts, monotonic())
        waiting: list[PastMessage] = []
        whole, read = True, 0
        since = discord.utils.utcnow() - timedelta(days=days)
        async for message in channel.history(limit=MOST_MESSAGES, after=since, oldest_first=False):
            read += 1
            if location_of(message) is not None:
                waiting.append(PastMessage(str(message.id), said_in(message), message.jump_url))
            if len(waiting) >= _AT_ONCE:
                await request.do(_add_all, run, waiting)
                waiting = []
                await progress.show(run.messages, message)
            if progress.took > LONGEST:
                whole = False
                break
        await request.do(_add_all, run, waiting)
        settings = await request.do(touchstone.servers.settings, server)
        report = run.report(BUDGET if settings.budget is None else settings.budget)
        claims = await request.do(touchstone.base.claims, server)
        titles = titles_of(claims, texts)
        head = _heading(channel, days, texts, whole=whole and read < MOST_MESSAGES)
        await request.show(draw_report(report, head, titles, texts))


@dataclass(slots=True)
class _Progress:
    """Tells the moderator now and then how far the reading is."""

    request: Request
    channel: Readable
    days: int
    texts: Texts
    started: float
    shown: float = 0.0

    @property
    def took(self) -> float:
        """The seconds since the start."""
        return monotonic() - self.started

    async def show(self, count: int, message: discord.Message) -> None:
        """Edit the answer, unless that was done a moment ago."""
        if self.took - self.shown < PROGRESS_EVERY:
            return
        self.shown = self.took
        age = (discord.utils.utcnow() - message.created_at) / timedelta(days=self.days)
        percent = min(99, round(100 * age))
        values = {"channel": self.channel.mention, "percent": percent, "count": count}
        line = self.texts("Reading {channel}: {percent} % of the time, {count} messages.", **values)
        await self.request.show(draw_lines([line], self.texts))


def _add_all(run: Backtest, messages: list[PastMessage]) -> None:
    for message in messages:
        run.add(message)


def _heading(channel: Readable, days: int, texts: Texts, *, whole: bool) -> list[str]:
    heading = texts("Backtest of {channel}, last {days} days", channel=channel.mention, days=days)
    short = texts("There was more than I can read in one go; these are the newest messages.")
    return [f"### {heading}"] if whole else [f"### {heading}", short]


def _refusal(request: Request, channel: Readable) -> str | None:
    """Say why the channel cannot be read: because of the person's rights, or the bot's; None where it can."""
    texts, user = request.texts, request.interaction.user
    if isinstance(user, discord.Member):
        own = channel.permissions_for(user)
        if not (own.view_channel and own.read_message_history):
            return texts("You cannot read {channel} yourself, so I do not report on it.", channel=channel.mention)
    held = channel.permissions_for(channel.guild.me)
    missing = [texts(name) for right, name in NEEDED.items() if not getattr(held, right)]
    return texts("I lack rights there: {rights}.", rights=", ".join(missing)) if missing else None
