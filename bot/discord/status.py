"""`/status`, `/trends` and shadow mode: how the bot does in a server, and what it would have answered; counts only."""

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands
from discord.utils import format_dt

from bot.backtest import written
from bot.discord.bot import Backoff, BotInteraction, CommandGroup, GuildChannel, TouchstoneBot, Watched, subcommand
from bot.discord.cards import draw_lines, escape, shorten
from bot.discord.lookup import titles_of
from bot.discord.messages import unseen_among, with_threads
from bot.discord.redraw import CorrectionRuns
from bot.discord.routes import Click, Request, Route, Router
from bot.discord.setup_command import missing_rights
from bot.discord.ticking import LIVE, open_button, said_lines
from bot.service import Touchstone
from bot.texts import Texts, msgid
from bot.trends_picture import Shade, trends_csv, trends_png, trends_text
from bot.wording import value_text
from claims.moderation.digest import Activity, ActivityBook, TrendBook
from claims.moderation.labels import LabelledReply, ShadowReport, sample_of
from claims.moderation.rights import Actor
from claims.store.server_settings import ChannelSettings
from config.errors import version

DAYS = 7


class StatusCommand(commands.Cog):
    """Answers moderators privately."""

    def __init__(self, bot: TouchstoneBot, corrections: CorrectionRuns) -> None:
        self.bot = bot
        self._corrected = corrections

    @app_commands.command(
        name=locale_str(msgid("status")), description=locale_str(msgid("How I am doing in this server"))
    )
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def status(self, interaction: BotInteraction) -> None:
        """Show counts, what is paused, how quick the bot is, and where it reads along."""
        request = await Request.waiting(interaction)
        actor, texts = request.actor, request.texts
        touchstone, server = request.touchstone, actor.server or 0
        activity = await request.do(ActivityBook(touchstone.base).read, actor, DAYS)
        claims = await request.do(touchstone.claims, server)
        revision = await request.do(lambda: touchstone.base.revision)
        channels = await request.do(touchstone.servers.channel_settings, server)
        settings = await request.do(touchstone.servers.settings, server)
        titles = titles_of(claims.values(), texts)
        lines = [
            f"### Touchstone {version()}",
            *self._counts(server, activity, texts),
            *_paused(activity, titles, texts),
            *self._speed(texts),
            texts("Claim base: revision {revision}, {count} claims.", revision=revision, count=len(claims)),
            await self._corrections(request, server),
            *snooze_lines(settings.snoozed_until, texts),
            *_channels(channels, request.guild, texts),
            *_refusals(self.bot.backoff, request.guild, texts),
        ]
        await request.respond(draw_lines(lines, texts))

    def _counts(self, server: int, activity: Activity, texts: Texts) -> list[str]:
        metrics = self.bot.metrics
        started = format_dt(metrics.started, "R")
        counts = {"replies": activity.replies, "offers": activity.offers, "reports": activity.reports, "days": DAYS}
        return [
            texts("Messages read since my start {started}: {count}.", started=started, count=metrics.seen(server)),
            texts("Last {days} days: replies {replies}, offers {offers}, reports by members {reports}.", **counts),
        ]

    async def _corrections(self, request: Request, server: int) -> str:
        waiting = len(await request.do(request.moderation.corrections.pending, None, server))
        edited = self._corrected.edited[server]
        return request.texts(
            "Cards to correct: {waiting} waiting, {edited} edited in the latest run.", waiting=waiting, edited=edited
        )

    def _speed(self, texts: Texts) -> list[str]:
        took, delay = self.bot.metrics.seconds, self.bot.latency
        check = "–" if took is None else f"{1000 * took:.0f} ms"
        gateway = f"{1000 * delay:.0f} ms" if math.isfinite(delay) else "–"
        return [texts("A check takes {check}, Discord's answer {gateway}.", check=check, gateway=gateway)]


def _paused(activity: Activity, titles: Mapping[str, str], texts: Texts) -> list[str]:
    if not activity.paused:
        return [texts("No claim is paused.")]
    heading = texts("Paused after reports by members:")
    return [heading, *(f"- {escape(titles.get(claim, claim))}" for claim in activity.paused)]


def _channels(channels: Mapping[int, ChannelSettings], guild: discord.Guild, texts: Texts) -> list[str]:
    there = [(channel, own) for number, own in channels.items() if (channel := guild.get_channel(number))]
    lines = [line for channel, own in there for line in _channel(channel, own, texts)]
    return lines or [texts("I read along in no channel.")]


def _channel(channel: GuildChannel, own: ChannelSettings, texts: Texts) -> list[str]:
    """Return what a channel has set, and which rights the bot lacks there for it."""
    lines = [channel_line(channel.id, own, texts)]
    if missing := missing_rights(channel, own.mode, texts):
        lacking = texts("I lack rights there: {rights}.", rights=texts.listed(missing))
        lines.append(f"  - {lacking}")
    return lines


def channel_line(channel: int, own: ChannelSettings, texts: Texts) -> str:
    """Return a channel's mode, and what it has set for itself."""
    mode = texts.named(f"<#{channel}>", value_text("mode", own.mode, texts))
    parts = [f"- {mode}"]
    if own.cooldown_hours is not None:
        parts.append(texts("cool-down {hours} hours", hours=f"{own.cooldown_hours:g}"))
    if own.cut_off is not None:
        parts.append(texts("cut-off {cut_off}", cut_off=written(own.cut_off)))
    if is_ahead(own.snoozed_until):
        parts.append(texts("quiet until {time}", time=f"<t:{own.snoozed_until}:f>"))
    return " · ".join(parts)


def snooze_lines(until: int | None, texts: Texts) -> list[str]:
    """Return a line on the snooze of the whole server, where there is one."""
    if not is_ahead(until):
        return []
    return [texts("I am quiet in the whole server until {time}: /touchstone snooze.", time=f"<t:{until}:f>")]


def is_ahead(moment: int | None) -> bool:
    """Tell whether a moment, in seconds since 1970, is still to come."""
    return moment is not None and moment > discord.utils.utcnow().timestamp()


def _refusals(backoff: Backoff, guild: discord.Guild, texts: Texts) -> list[str]:
    """Return a line for each channel and thread in which Discord has refused the bot, and until when it is quiet."""
    refused = {channel: backoff.until(channel) for channel in backoff.refusing if guild.get_channel_or_thread(channel)}
    return [
        texts("Discord has refused me in {channel}: I am quiet there until {time}.", channel=f"<#{channel}>", time=time)
        for channel, until in refused.items()
        if until is not None and (time := format_dt(until, "t"))
    ]


# Discord's limit for the words of a picture.
_LONGEST_WORDS = 1024
_SHADES: Sequence[tuple[Shade, str]] = (("dark", msgid("dark")), ("light", msgid("light")))


class TrendsCommand(commands.Cog):
    """Answers moderators privately."""

    @app_commands.command(
        name=locale_str(msgid("trends")), description=locale_str(msgid("See which claims circulate in this server"))
    )
    @app_commands.rename(days=locale_str(msgid("days")), shade=locale_str(msgid("picture")))
    @app_commands.describe(
        days=locale_str(msgid("How many days back")), shade=locale_str(msgid("Dark or light; without it, dark"))
    )
    @app_commands.choices(shade=[app_commands.Choice(name=locale_str(name), value=value) for value, name in _SHADES])
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def trends(
        self, interaction: BotInteraction, days: app_commands.Range[int, 1, 366] = 30, shade: str = "dark"
    ) -> None:
        """Draw the picture and the sheet."""
        request = await Request.waiting(interaction)
        texts = request.texts
        found = await request.do(_draw, request.touchstone, request.actor, days, cast("Shade", shade), texts)
        if found is None:
            await request.respond(texts("No claim was seen."))
            return
        picture, sheet, words = found
        drawn = discord.File(io.BytesIO(picture), "trends.png", description=shorten(words, _LONGEST_WORDS))
        files = [drawn, discord.File(io.BytesIO(sheet), "trends.csv")]
        kept = texts("Sightings are kept for {days} days.", days=interaction.client.settings.sighting_days)
        await interaction.followup.send(kept, files=files, ephemeral=True)


def _draw(
    touchstone: Touchstone, actor: Actor, days: int, shade: Shade, texts: Texts
) -> tuple[bytes, bytes, str] | None:
    """Return picture, sheet and the picture in words, or None where nothing was seen; raises NotAllowedError."""
    trends = TrendBook(touchstone.base).read(actor, days)
    if not trends.tallies:
        return None
    titles = titles_of(touchstone.claims(actor.server).values(), texts)
    return trends_png(trends, titles, texts, shade), trends_csv(trends, titles), trends_text(trends, titles, texts)


# Asks before the counts of one channel, or (0) of the whole server, are deleted, and deletes them.
CLEAR = Route("ts:shadow-clear:{channel:number}", "shadow.see", "below")
CLEAR_NOW = Route("ts:shadow-clear-now:{channel:number}", "shadow.see")
_MOST_CLAIMS = 15


@dataclass(frozen=True, slots=True)
class Collected:
    """A report, the replies of it that are put up to be ticked, and where it is from (channel None: all of them)."""

    report: ShadowReport
    replies: Sequence[LabelledReply]
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
        texts.plural("{count} message of members read.", "{count} messages of members read.", report.messages),
        texts("Replies: {count}, {rate} per 1,000 messages.", count=report.replies, rate=f"{report.per_thousand:.2f}"),
        texts("Offers: {count}, {rate} per 1,000 messages.", count=report.offers, rate=rate),
        texts("Cool-downs are not counted in: in chat it is this many at most."),
    ]
    if report.claims:
        heading = texts("Claims")
        lines += [f"**{heading}**", *_claims(report.claims, titles, texts)]
    lines += said_lines(of.replies, len(report.would_say), titles, of.server, texts)
    if hidden := report.replies - len(report.would_say):
        told = texts.plural(
            "{count} reply is not listed: it is no longer kept, or you may not read its channel.",
            "{count} replies are not listed: they are no longer kept, or you may not read their channels.",
            hidden,
        )
        lines.append(f"-# {told}")
    lines.append(texts(LIVE))
    buttons = [open_button("shadow", of.channel or 0, texts)] if of.replies else []
    buttons.append(CLEAR.button(texts("Delete these counts"), discord.ButtonStyle.danger, channel=of.channel or 0))
    return draw_lines(lines, texts, buttons)


def _claims(counts: Sequence[tuple[str, int]], titles: Mapping[str, str], texts: Texts) -> list[str]:
    return [
        texts.plural(
            "- {claim}: {count} reply", "- {claim}: {count} replies", count, claim=escape(titles.get(claim, claim))
        )
        for claim, count in counts[:_MOST_CLAIMS]
    ]


class ShadowCommand(CommandGroup):
    """Answers moderators privately."""

    def __init__(self, bot: TouchstoneBot, group: commands.Cog, router: Router) -> None:
        self.bot = bot
        router.answer(CLEAR, self._ask)
        router.answer(CLEAR_NOW, self._clear)
        about = msgid("See what I would have said where I only count")
        self.join(group, subcommand(msgid("shadow"), about, self.shadow))

    @app_commands.rename(channel=locale_str(msgid("channel")), days=locale_str(msgid("days")))
    @app_commands.describe(
        channel=locale_str(msgid("The channel with its threads; without one, all of them")),
        days=locale_str(msgid("How many days back")),
    )
    async def shadow(
        self, interaction: BotInteraction, channel: Watched | None = None, days: app_commands.Range[int, 1, 365] = 7
    ) -> None:
        """Show the report, the way to tick its replies, and the means to begin anew."""
        request = await Request.waiting(interaction)
        texts, actor = request.texts, request.actor
        chosen, book = channel.id if channel else None, request.moderation.shadow
        places = await with_threads(request, chosen or 0, await request.do(book.channels, actor))
        counted = await request.do(book.report, actor, places, days)
        report = counted.without(await unseen_among(request, {reply.channel for reply in counted.would_say}))
        collected = Collected(report, sample_of(report.would_say), actor.server or 0, chosen)
        await request.do(request.moderation.labels.put_up, actor, "shadow", places, collected.replies)
        claims = await request.do(request.touchstone.claims, actor.server)
        titles = titles_of(claims.values(), texts)
        where = channel.mention if channel else texts("all channels")
        head = texts("Only counted in {channel}, last {days} days", channel=where, days=days)
        await request.respond(draw_shadow(collected, head, titles, texts))

    async def _ask(self, click: Click) -> None:
        """Say what would be deleted, which no history brings back, and ask for a word."""
        texts, channel = click.texts, click.number("channel")
        where = f"<#{channel}>" if channel else texts("all channels")
        lines = [
            texts("I delete what was counted in {channel}, for good; ticks stay.", channel=where),
            texts("Nothing changes until you confirm."),
        ]
        button = CLEAR_NOW.button(texts("Confirm"), discord.ButtonStyle.danger, channel=channel)
        await click.respond(draw_lines(lines, texts, [button]))

    async def _clear(self, click: Click) -> None:
        """Delete the counts."""
        book, actor = click.moderation.shadow, click.actor
        places = await with_threads(click, click.number("channel"), await click.do(book.channels, actor))
        await click.do(book.clear, actor, places)
        await click.show(draw_lines([click.texts("Deleted. Counting begins anew.")], click.texts))
