"""`/backtest`, and right or wrong: what the bot would have said in a channel's past, and moderators' ticks on it.

Ticks on answers, on backtests and on what was counted in shadow mode are one; a cut-off is proposed from them. Messages
are named by links: their texts are fetched only for the file of labels, and kept nowhere.
"""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic
from typing import Any, cast

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.answering import Report
from bot.backtest import (
    Backtest,
    BacktestReport,
    ClaimCount,
    PastMessage,
    WouldSay,
    kept_line,
    label_row,
    proposal_lines,
    summary_lines,
    written,
)
from bot.discord.bot import BotInteraction
from bot.discord.cards import ROOM, draw_lines, escape, fit, layout, shorten
from bot.discord.errors import FAILED_REQUEST
from bot.discord.lookup import claims_named, title_in, titles_of
from bot.discord.messages import (
    fetch_message,
    home_of,
    is_exempt,
    location_of,
    may_read,
    message_link,
    open_finding,
    said_in,
    unseen_among,
    with_threads,
)
from bot.discord.notices import TICK, draw_log
from bot.discord.routes import Click, Request, Route, Router, page_buttons
from bot.texts import Texts, msgid
from checks.model import Finding
from claims.moderation.labels import CutOffProposal, LabelledReply, LabelPage, Origin
from claims.record import ClaimRecord, fingerprint_of
from config.errors import NotAllowedError, UnknownEntryError

# Channel 0 stands for all channels.
_OF = "{origin:backtest|shadow}:{channel:number}"
OPEN = Route(f"ts:labels-open:{_OF}", "answer.label", "below")
PAGE = Route(f"ts:labels:{_OF}:{{page:page}}", "answer.label")
TICK_MENU = Route(f"ts:label:{{word:right|wrong}}:{_OF}:{{page:page}}", "answer.label")
FILE = Route("ts:labels-file", "answer.label", "below")
# Asks before a cut-off is in force, and sets it.
CUT_OFF = Route(r"ts:cut-off:{cut_off:[01]\.\d\d}", "server.settings", "below")
SET_CUT_OFF = Route(r"ts:cut-off-set:{cut_off:[01]\.\d\d}", "server.settings")

# How a server goes on from counting to answers.
LIVE = msgid("-# Where I only count, /touchstone watch lets me answer.")
_LONGEST_TITLE = 80
_MOST_IN_FILE = 200
# More than are ever put up in one place.
_ALL = 10_000
_MARKS = {None: "", True: "✓ ", False: "✗ "}


def open_button(origin: Origin, channel: int, texts: Texts) -> ui.Button[Any]:
    """Return the button under a report that leads to its replies."""
    return OPEN.button(texts("Tick right or wrong"), discord.ButtonStyle.primary, origin=origin, channel=channel)


def reply_line(mark: str, reply: LabelledReply, server: int, title: str) -> str:
    """Return a reply as a line: its mark or number, its tick, the link of its message, the claim and the score."""
    link = message_link(server, reply.channel, reply.message)
    return f"{mark} {_MARKS[reply.right]}{link} {escape(title)} · {reply.score:.2f}"


def draw_labels(
    page: LabelPage,
    of: tuple[Origin, int],
    proposal: CutOffProposal,
    claims: Mapping[str, ClaimRecord],
    server: int,
    texts: Texts,
) -> ui.LayoutView:
    """Return a page of replies with the menus that tick them, and what all ticks of the server speak for."""
    origin, channel = of
    heading, first = texts("Right or wrong?"), page.page * 10 + 1
    place = texts("Page {page} of {pages}", page=page.page + 1, pages=page.pages)
    ticked = texts("{ticked} of {total} ticked", ticked=page.ticked, total=page.total)
    titles = [shorten(title_in(claims, reply.claim, texts), _LONGEST_TITLE) for reply in page.replies]
    rows = zip(page.replies, titles, strict=True)
    lines = [f"### {heading}", f"-# {place} · {ticked}"]
    lines += [reply_line(f"{first + at}\\.", reply, server, title) for at, (reply, title) in enumerate(rows)]
    if not page.replies:
        lines.append(texts("Nothing is left to tick; a new report puts it up again."))
    kept, _ = fit([*lines, *proposal_lines(proposal, texts)], ROOM)
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join(kept)))
    for word, said in (("right", texts("These are right")), ("wrong", texts("These are wrong"))):
        options = [
            discord.SelectOption(
                label=f"{first + at} · {title}", value=_value(reply), default=reply.right is (word == "right")
            )
            for at, (reply, title) in enumerate(zip(page.replies, titles, strict=True))
        ]
        if options:
            where = {"origin": origin, "channel": channel, "page": page.page}
            menu = TICK_MENU.menu(options, said, least=0, most=len(options), word=word, **where)
            container.add_item(ui.ActionRow[Any](menu))
    buttons = page_buttons(PAGE, page.page, page.pages, texts, origin=origin, channel=channel)
    if proposal.cut_off is not None:
        shown = f"{proposal.cut_off:.2f}"
        label = texts("Use cut-off {cut_off} …", cut_off=shown)
        buttons.append(CUT_OFF.button(label, discord.ButtonStyle.primary, cut_off=shown))
    if proposal.total:
        buttons.append(FILE.button(texts("Labels as a file")))
    return layout(container, buttons)


def _value(reply: LabelledReply) -> str:
    return f"{reply.channel}:{reply.message}:{fingerprint_of(reply.claim)}"


class Labels(commands.Cog):
    """Answers moderators privately; a click says all there is to know, and asks for the right again."""

    def __init__(self, router: Router) -> None:
        router.answer(OPEN, self._open)
        router.answer(PAGE, self._turn)
        router.answer(TICK_MENU, self._tick)
        router.answer(FILE, self._send_file)
        router.answer(TICK, self._tick_card)
        router.answer(CUT_OFF, self._ask)
        router.answer(SET_CUT_OFF, self._set)

    async def _open(self, click: Click) -> None:
        await click.respond(await _draw(click, 0))

    async def _turn(self, click: Click) -> None:
        await click.show(await _draw(click, click.number("page")))

    async def _tick(self, click: Click) -> None:
        """Tick what was chosen, and take the tick from what is no longer chosen."""
        book, actor, is_right = click.moderation.labels, click.actor, click["word"] == "right"
        # What others have put up or ticked since has moved the pages: what counts is what this menu showed.
        there = {_value(reply): reply for reply in (await _page(click, 0, _ALL)).replies}
        chosen = [there[value] for value in click.values if value in there]
        freed = click.chosen_before.difference(click.values)
        dropped = [each for value, each in there.items() if value in freed]
        await click.do(book.tick, actor, [_name(each) for each in chosen], is_right)
        await click.do(book.tick, actor, [_name(each) for each in dropped if each.right is is_right], None)
        await click.show(await _draw(click, click.number("page")))

    async def _tick_card(self, click: Click) -> None:
        """Label one claim of an answer in the moderators' channel, and show there who has said what."""
        channel, message = click.number("channel"), click.number("message")
        labels, server = click.moderation.labels, click.guild.id
        record = await click.do(click.touchstone.answers.answer, channel, message)
        if record is None or click.number("at") >= len(record.claims):
            raise UnknownEntryError("Nothing is kept of this answer any more.")
        claim = record.claims[click.number("at")]
        await click.do(labels.tick_card, click.actor, channel, message, claim, click["word"] == "right")
        replies = await click.do(labels.of_answer, server, channel, message)
        claims = await click.do(claims_named, click.touchstone, server, [reply.claim for reply in replies])
        texts = await click.interaction.client.server_texts(server, click.interaction.guild_locale)
        await click.show(draw_log(Report(record, replies, claims), texts))

    async def _send_file(self, click: Click) -> None:
        """Send the ticked replies as labelled messages, with the texts of those that the person may read."""
        texts, touchstone = click.texts, click.touchstone
        rows: list[str] = []
        replies = await click.do(click.moderation.labels.labelled, click.actor, _MOST_IN_FILE)
        for reply in replies:
            try:
                text = said_in(await fetch_message(click, reply.channel, reply.message))
            except (NotAllowedError, *FAILED_REQUEST):
                continue
            finding = await click.do(touchstone.check, text, click.server)
            stance = next((match.stance for match in finding.matches if match.claim == reply.claim), "asserts")
            row = label_row(str(reply.message), text, reply.claim, stance, is_right=bool(reply.right))
            rows.append(json.dumps(row, ensure_ascii=False))
        if not rows:
            await click.respond(texts("None of the ticked messages can be read now."))
            return
        line = texts("`touchstone calibrate --messages labels.jsonl --chat FILE` fits me to them.")
        if len(rows) < len(replies):
            missing = len(replies) - len(rows)
            told = texts.plural("{count} message cannot be read.", "{count} messages cannot be read.", missing)
            line = f"{line} {told}"
        file = discord.File(io.BytesIO(("\n".join(rows) + "\n").encode()), "labels.jsonl")
        await click.interaction.followup.send(line, file=file, ephemeral=True)

    async def _ask(self, click: Click) -> None:
        """Say what the cut-off would do, and ask for a word."""
        texts, wanted = click.texts, click["cut_off"]
        proposal = await click.do(click.moderation.labels.proposal, click.actor)
        settings = await click.do(click.touchstone.servers.settings, click.guild.id)
        now = texts("as fitted") if settings.cut_off is None else written(settings.cut_off)
        line = msgid("If you confirm, I answer in this server from a score of {cut_off} on. Now: {now}.")
        lines = [texts(line, cut_off=wanted, now=now)]
        if proposal.cut_off is not None and f"{proposal.cut_off:.2f}" == wanted:
            lines.append(kept_line(proposal, texts))
        lines.append(texts("Nothing changes until you confirm."))
        button = SET_CUT_OFF.button(texts("Confirm"), discord.ButtonStyle.primary, cut_off=wanted)
        await click.respond(draw_lines(lines, texts, [button]))

    async def _set(self, click: Click) -> None:
        """Write the cut-off as one change of the server's settings."""
        texts, cut_off = click.texts, click["cut_off"]
        await click.do(click.moderation.setup.change, click.actor, cut_off=float(cut_off))
        done = texts("From now on I answer in this server from {cut_off} on.", cut_off=cut_off)
        await click.show(draw_lines([done, texts("/history can take it back."), texts(LIVE)], texts))


def _of(click: Click) -> tuple[Origin, int]:
    return cast("Origin", click["origin"]), click.number("channel")


def _name(reply: LabelledReply) -> tuple[int, int, str]:
    return reply.channel, reply.message, reply.claim


async def _page(click: Click, page: int, size: int = 10) -> LabelPage:
    """Return a page without the messages of channels that the person cannot see."""
    book, actor, (origin, channel) = click.moderation.labels, click.actor, _of(click)
    found = await click.do(book.channels, actor, origin)
    places = [channel] if origin == "backtest" else await with_threads(click, channel, found)
    hidden = await unseen_among(click, places or found)
    return await click.do(book.page, actor, origin, places, page, hidden, size)


async def _draw(click: Click, page: int) -> ui.LayoutView:
    book, actor, of = click.moderation.labels, click.actor, _of(click)
    found = await _page(click, page)
    proposal = await click.do(book.proposal, actor)
    claims = await click.do(claims_named, click.touchstone, actor.server, [reply.claim for reply in found.replies])
    return draw_labels(found, of, proposal, claims, actor.server or 0, click.texts)


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
        heading = texts("Claims")
        lines += [f"**{heading}**", *_claims(report.claims, titles, texts)]
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
    # Without numbers: those that are ticked count all that was put up.
    lines = [reply_line("-", each, server, titles.get(each.claim, each.claim)) for each in shown]
    more = len(replies) - len(shown)
    rest = [texts.plural("-# and {count} more", "-# and {count} more", more)] if more else []
    return [f"**{heading}**", *lines, *rest]


def _claims(counts: Sequence[ClaimCount], titles: Mapping[str, str], texts: Texts) -> list[str]:
    return [
        texts(
            "- {claim}: {counts}",
            claim=escape(titles.get(count.claim, count.claim)),
            counts=texts.listed(
                [
                    texts.plural("{count} reply", "{count} replies", count.replies),
                    texts.plural("{count} offer", "{count} offers", count.offers),
                ]
            ),
        )
        for count in counts[:_MOST_CLAIMS]
    ]


# Discord takes edits of the answer for fifteen minutes; the rest is left for the report.
LONGEST = 12 * 60.0
MOST_MESSAGES = 50_000
PROGRESS_EVERY = 4.0
_AT_ONCE = 50
NEEDED = {"view_channel": msgid("View Channel"), "read_message_history": msgid("Read Message History")}

_Channel = discord.TextChannel | discord.VoiceChannel | discord.StageChannel
Readable = _Channel | discord.Thread
# The library would refuse a thread that it has forgotten because it is archived.
Named = _Channel | app_commands.AppCommandThread


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
        self, interaction: BotInteraction, channel: Named, days: app_commands.Range[int, 1, 90] = 7
    ) -> None:
        """Check the rights of both sides, read, and report."""
        request = await Request.waiting(interaction)
        texts, server = request.texts, request.guild.id
        await request.require("shadow.see")
        there = await interaction.client.channels.find(request.guild, channel.id)
        if not isinstance(there, Readable):
            raise NotAllowedError("That is no channel of this server.")
        refusal = _refusal(request, there)
        if refusal is None and server in self._running:
            refusal = texts("A backtest is running in this server already. Wait for its report.")
        if refusal is not None:
            await request.respond(refusal)
            return
        self._running.add(server)
        try:
            await self._read(request, there, days)
        finally:
            self._running.discard(server)

    async def _read(self, request: Request, channel: Readable, days: int) -> None:
        """Read the newest messages first, so that a run that takes too long has what counts most."""
        touchstone, texts = request.touchstone, request.texts
        server, home = channel.guild.id, home_of(channel)

        def check(text: str) -> Finding:
            """Check a message as the watch does, which only hints at what is said in a spoiler."""
            finding = touchstone.check_in(home, text, server)
            if finding.action != "reply":
                return finding
            return open_finding(touchstone, text, finding, home, server) or replace(finding, action="offer")

        run = Backtest(check)
        progress = _Progress(request, channel, days, texts, monotonic())
        waiting: list[PastMessage] = []
        exempt: dict[int, bool] = {}
        whole, read = True, 0
        since = discord.utils.utcnow() - timedelta(days=days)
        async for message in channel.history(limit=MOST_MESSAGES, after=since, oldest_first=False):
            read += 1
            if location_of(message) is not None:
                author = message.author
                if author.id not in exempt:
                    exempt[author.id] = await is_exempt(touchstone, channel.guild, author)
                if not exempt[author.id]:
                    waiting.append(_past(message))
            if len(waiting) >= _AT_ONCE:
                await request.do(run.add, *waiting)
                waiting = []
                await progress.show(run.messages, message)
            if progress.took > LONGEST:
                whole = False
                break
        await request.do(run.add, *waiting)
        settings = await request.do(touchstone.servers.settings, server)
        report = run.report(settings.budget)
        labels = request.moderation.labels
        replies = [_labelled(said, labels.mark) for said in report.sample]
        await request.do(labels.put_up, request.actor, "backtest", (channel.id,), replies)
        claims = await request.do(touchstone.claims, server)
        titles = titles_of(claims.values(), texts)
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
        line = self.texts("Reading {channel}: {percent}% of the time, {count} messages.", **values)
        await self.request.show(draw_lines([line], self.texts))


def _past(message: discord.Message) -> PastMessage:
    return PastMessage(str(message.id), said_in(message), message.jump_url, message.channel.id, message.author.id)


def _labelled(said: WouldSay, mark: Callable[[int], str]) -> LabelledReply:
    message = said.message
    return LabelledReply(message.channel, int(message.id), said.claim, said.score, author_hash=mark(message.author))


def _heading(channel: Readable, days: int, texts: Texts, *, whole: bool) -> list[str]:
    heading = texts("Backtest of {channel}, last {days} days", channel=channel.mention, days=days)
    short = texts("There was more than I can read in one go; these are the newest messages.")
    return [f"### {heading}"] if whole else [f"### {heading}", short]


def _refusal(request: Request, channel: Readable) -> str | None:
    """Say why the channel cannot be read: because of the person's rights, or the bot's; None where it can."""
    texts, user = request.texts, request.interaction.user
    if isinstance(user, discord.Member) and not may_read(user, channel):
        return texts("You cannot read {channel} yourself, so I do not report on it.", channel=channel.mention)
    held = channel.permissions_for(channel.guild.me)
    missing = [texts(name) for right, name in NEEDED.items() if not getattr(held, right)]
    return texts("I lack rights there: {rights}.", rights=texts.listed(missing)) if missing else None
