"""`/backtest`: read a channel's past and say what the bot would have answered there; no text is kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.backtest import Backtest, BacktestReport, ClaimCount, PastMessage, WouldSay, summary_lines
from bot.discord.bot import BotInteraction
from bot.discord.cards import draw_lines, escape
from bot.discord.lookup import titles_of
from bot.discord.request import Request, location_of, said_in
from bot.discord.ticking import open_button, put_up, reply_line
from bot.texts import Texts, msgid
from claims.moderation.labels import LabelledReply

_MOST_CLAIMS = 15
_MOST_SHOWN = 10


def draw_report(
    report: BacktestReport,
    replies: Sequence[LabelledReply],
    head: Sequence[str],
    titles: Mapping[str, str],
    where: tuple[int, int],
    texts: Texts,
) -> ui.LayoutView:
    """Return the report as a card; messages are named by their links only, `where` is server and channel."""
    server, channel = where
    lines = [*head, *summary_lines(report, texts)]
    if report.claims:
        lines += [_bold(texts("Claims")), *_claims(report.claims, titles, texts)]
    lines += said_lines(replies, report.replies, titles, server, texts)
    return draw_lines(lines, texts, [open_button("backtest", channel, texts)] if replies else [])


def said_lines(
    replies: Sequence[LabelledReply], total: int, titles: Mapping[str, str], server: int, texts: Texts
) -> list[str]:
    """Return what would have been said, a line each; none where nothing would."""
    if not replies:
        return []
    heading = texts("What I would have answered")
    if total > len(replies):
        heading = texts("What I would have answered ({count} of {total}, by chance)", count=len(replies), total=total)
    shown = replies[:_MOST_SHOWN]
    lines = [reply_line(at, each, server, titles.get(each.claim, each.claim)) for at, each in enumerate(shown, 1)]
    more = len(replies) - len(shown)
    rest = [texts.plural("-# and {count} more", "-# and {count} more", more)] if more else []
    return [_bold(heading), *lines, *rest]


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


# Discord takes edits of the answer for fifteen minutes; the rest is left for the report.
LONGEST = 12 * 60.0
MOST_MESSAGES = 50_000
PROGRESS_EVERY = 4.0
_AT_ONCE = 50
NEEDED = {"view_channel": msgid("View Channel"), "read_message_history": msgid("Read Message History")}

Readable = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread


class BacktestCommand(commands.Cog):
    """Answers moderators privately; one run at a time in a server."""

    def __init__(self) -> None:
        self._running: set[int] = set()

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
                waiting.append(_past(message))
            if len(waiting) >= _AT_ONCE:
                await request.do(_add_all, run, waiting)
                waiting = []
                await progress.show(run.messages, message)
            if progress.took > LONGEST:
                whole = False
                break
        await request.do(_add_all, run, waiting)
        settings = await request.do(touchstone.servers.settings, server)
        report = run.report(settings.budget)
        replies = [_labelled(said, request.moderation.labels.mark) for said in report.sample]
        await put_up(request, "backtest", channel.id, replies)
        claims = await request.do(touchstone.base.claims, server)
        titles = titles_of(claims, texts)
        head = _heading(channel, days, texts, whole=whole and read < MOST_MESSAGES)
        await request.show(draw_report(report, replies, head, titles, (server, channel.id), texts))


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


def _past(message: discord.Message) -> PastMessage:
    return PastMessage(str(message.id), said_in(message), message.jump_url, message.channel.id, message.author.id)


def _labelled(said: WouldSay, mark: Callable[[int], str]) -> LabelledReply:
    message = said.message
    return LabelledReply(message.channel, int(message.id), said.claim, said.score, author_hash=mark(message.author))


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
