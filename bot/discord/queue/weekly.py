"""The digest for moderators: once a week in the channel of their choice, and at any time with `/digest`."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import aiohttp
import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands, tasks
from discord.utils import format_dt

from bot.discord.bot import BotInteraction, TouchstoneBot, tirelessly
from bot.discord.card_buttons import REPORTS
from bot.discord.cards import draw_lines, escape, who_label
from bot.discord.lanes import take_lane
from bot.discord.lookup import claims_named, title_in
from bot.discord.queue.deciding import waiting_lines
from bot.discord.routes import Request
from bot.texts import Texts, msgid
from claims.moderation.digest import WEEK, Digest
from claims.moderation.reports import HELPFUL
from claims.record import ClaimRecord
from config.errors import ClaimBaseError

_MOST_NAMED = 20
# So many seconds a posting is tried again while Discord is out of order.
_PATIENCE = 30.0


def draw_digest(digest: Digest, claims: Mapping[str, ClaimRecord], until: datetime, texts: Texts) -> ui.LayoutView:
    """Return the card; `claims` are those that the digest names."""
    heading = texts("Digest of the claims in this server")
    span = f"{format_dt(digest.since, 'd')} – {format_dt(until, 'd')}"
    lines = [f"### {heading}", f"-# {span}", *waiting_lines(digest.waiting, digest.oldest, texts)]
    lines += [texts("/queue shows them.")] if digest.oldest is not None else []
    lines += [*_happened(digest, texts), *_changed(digest, texts)]
    if digest.paused:
        lines.append(texts("Paused after reports by members:"))
        lines += [f"- {escape(title_in(claims, claim, texts))}" for claim in digest.paused]
    return draw_lines(lines, texts)


def _happened(digest: Digest, texts: Texts) -> list[str]:
    counts: dict[str, Any] = {"replies": digest.replies, "offers": digest.offers, "decided": digest.decided}
    lines = [texts("Replies: {replies}. Offers: {offers}. Decided: {decided}.", **counts)]
    # A vote that a card has helped reports nothing.
    told = [
        texts.named(texts(REPORTS[kind]) if kind in REPORTS else kind, count)
        for kind, count in digest.reports.items()
        if kind != HELPFUL
    ]
    if told:
        lines.append(texts("Reports by members: {kinds}", kinds=" · ".join(told)))
    if helped := digest.reports.get(HELPFUL):
        lines.append(texts("Called helpful by members: {count}", count=helped))
    return lines


def _changed(digest: Digest, texts: Texts) -> list[str]:
    if not digest.changes:
        return [texts("Nothing was changed.")]
    named = [who_label(actor, texts) for actor in digest.actors]
    more = len(named) - _MOST_NAMED
    if more > 0:
        named = [*named[:_MOST_NAMED], texts.plural("{count} more", "{count} more", more)]
    return [
        texts.plural("{count} change, by {who}.", "{count} changes, by {who}.", digest.changes, who=texts.listed(named))
    ]


_log = logging.getLogger(__name__)


class WeeklyDigest(commands.Cog):
    """Looks twice an hour whose digest is due; the claim base remembers what was posted."""

    def __init__(self, bot: TouchstoneBot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Begin to look."""
        self.rounds.start()

    async def cog_unload(self) -> None:
        """Stop."""
        self.rounds.cancel()

    @app_commands.command(
        name=locale_str(msgid("digest")),
        description=locale_str(msgid("What the last seven days brought, for moderators")),
    )
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def digest(self, interaction: BotInteraction) -> None:
        """Show the digest privately; what is posted in the channel stays as it was planned."""
        request = await Request.waiting(interaction)
        make, since = request.moderation.digests.for_moderator, self._now() - WEEK
        made = await request.do(make, request.actor, since)
        await request.respond(await self._draw(made, request.texts))

    @tasks.loop(minutes=30)
    async def rounds(self) -> None:
        """Post what is due."""
        take_lane("chores")
        try:
            await self.post_due()
        except ClaimBaseError as error:
            _log.error("The weekly digests could not be made: %s", error)
        except Exception:  # noqa: BLE001  an error would end the rounds until somebody restarts the bot
            _log.exception("The weekly digests could not be made")

    @rounds.before_loop
    async def _ready(self) -> None:
        await self.bot.wait_until_ready()

    async def post_due(self) -> None:
        """Post the digests that are due, in the servers that this process looks after."""
        moderation = self.bot.touchstone.moderation
        channels = await asyncio.to_thread(moderation.digests.channels)
        for server in await asyncio.to_thread(moderation.digest_postings.due, channels):
            guild = self.bot.get_guild(server)
            if guild is not None and not guild.unavailable:
                await self._post(guild, channels[server])

    async def _post(self, guild: discord.Guild, channel: int) -> None:
        """Post one digest, tried again as the same message while Discord is out of order.

        What surely was not sent comes next round; after a refusal, and where it may stand already, the next in a week:
        better one digest less than two.
        """
        moderation = self.bot.touchstone.moderation
        since = await asyncio.to_thread(moderation.digest_postings.take, guild.id)
        if since is None:
            return
        target, is_due = self.bot.get_partial_messageable(channel, guild_id=guild.id), True
        try:
            digest = await asyncio.to_thread(moderation.digests.digest, guild.id, since)
            view = await self._draw(digest, await self.bot.server_texts(guild.id, guild.preferred_locale))

            async def send() -> None:
                nonlocal is_due
                was_due, is_due = is_due, False
                try:
                    await target.send(view=view, nonce=f"digest{since:%Y%m%d%H%M%S}")
                except aiohttp.ClientConnectorError:
                    is_due = was_due
                    raise

            async with asyncio.timeout(_PATIENCE):
                await tirelessly(send)
        except discord.HTTPException as refusal:
            _log.warning("The digest of server %s was refused in channel %s: %s", guild.id, channel, refusal)
        except TimeoutError:
            what = "could not be sent, and comes next round" if is_due else "was lost on its way, and may stand or not"
            _log.warning("The digest of server %s %s", guild.id, what)
        except Exception:  # noqa: BLE001  whatever it is, it must not end the rounds
            _log.exception("The digest of server %s could not be posted", guild.id)
        finally:
            if is_due:
                await asyncio.to_thread(moderation.digest_postings.give_back, guild.id)

    async def _draw(self, digest: Digest, texts: Texts) -> ui.LayoutView:
        claims = await asyncio.to_thread(claims_named, self.bot.touchstone, digest.server, digest.paused)
        return draw_digest(digest, claims, self._now(), texts)

    def _now(self) -> datetime:
        return self.bot.touchstone.base.clock()
