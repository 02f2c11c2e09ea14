"""What moderators are told unasked: in the channel of their choice, or as the owner; where wanted, each answer."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import discord
from discord import ui

from bot.answering import Report
from bot.discord.bot import TouchstoneBot
from bot.discord.cards import draw_lines, escape
from bot.discord.errors import FAILED_REQUEST
from bot.discord.lookup import title_in
from bot.discord.messages import message_link
from bot.discord.routes import Route
from bot.texts import Texts
from claims.moderation.labels import LabelledReply

# Right or wrong: one claim of an answer, at this place among all of them, counted from 0.
TICK = Route("ts:tick:{word:right|wrong}:{channel:number}:{message:number}:{at:number}", "answer.label")

_log = logging.getLogger(__name__)


async def tell_moderators(bot: TouchstoneBot, server: int, write: Callable[[Texts], str]) -> None:
    """Post a line in the moderators' channel, or that of the digest; the owner gets it where neither can be reached.

    Nobody is pinged; a refusal of Discord's is only logged.
    """
    guild = bot.get_guild(server)
    settings = await asyncio.to_thread(bot.touchstone.servers.settings, server)
    texts = await bot.server_texts(server, guild.preferred_locale if guild else None)
    for channel in filter(None, dict.fromkeys((settings.moderators_channel, settings.digest_channel))):
        try:
            await bot.get_partial_messageable(channel, guild_id=server).send(write(texts))
        except FAILED_REQUEST as refusal:
            _log.info("Moderators could not be told in channel %s: %s", channel, refusal)
        else:
            return
    if guild is not None:
        await _tell_owner(bot, guild, write(texts), texts)


async def _tell_owner(bot: TouchstoneBot, guild: discord.Guild, line: str, texts: Texts) -> None:
    if guild.owner_id is None:
        return
    why = texts(
        "-# You own {server}, and no channel for its moderators is chosen there, or I cannot write in it: /setup",
        server=escape(guild.name),
    )
    try:
        owner = guild.owner or await bot.fetch_user(guild.owner_id)
        await owner.send(f"{line}\n{why}")
    except FAILED_REQUEST as refusal:
        _log.info("The owner of server %s could not be told: %s", guild.id, refusal)


async def tell_used_up(bot: TouchstoneBot, server: int, budget: float) -> None:
    """Tell moderators that the server's budget is used up."""
    await tell_moderators(
        bot,
        server,
        lambda texts: texts(
            "The budget of {budget} per 1,000 messages is used up: until it allows more, I only leave hints"
            " here. /setup changes it.",
            budget=f"{budget:g}",
        ),
    )


async def log_answer(bot: TouchstoneBot, report: Report, channel: int) -> None:
    """Post a line about an answer that stands in the moderators' channel.

    The answer stands in any case: a refusal of Discord's is only logged.
    """
    server = report.record.server
    guild = bot.get_guild(server)
    texts = await bot.server_texts(server, guild.preferred_locale if guild else None)
    target = bot.get_partial_messageable(channel, guild_id=server)
    try:
        await target.send(view=draw_log(report, texts))
    except FAILED_REQUEST as refusal:
        _log.info("An answer could not be reported in channel %s: %s", channel, refusal)


def draw_log(report: Report, texts: Texts) -> ui.LayoutView:
    """Return the line of an answer: its claims with their scores and ticks, its link, and the buttons that tick it."""
    record, replies, claims = report.record, report.replies, report.claims
    link = message_link(record.server, record.channel, record.card_message)
    lines = [texts("Answered: {link}", link=link)]
    buttons: list[ui.Item[Any]] = []
    for reply in replies:
        # Of a claim nothing may be left to tick: the places of the others stay as they were.
        at = record.claims.index(reply.claim)
        number = f" {at + 1}" if len(record.claims) > 1 else ""
        line = f"-{number} {escape(title_in(claims, reply.claim, texts))} · {reply.score:.2f}"
        if reply.right is not None:
            line += " · " + _tick(reply, texts)
        lines.append(line)
        channel, message = record.channel, record.message
        for word, said in (("right", texts("Right")), ("wrong", texts("Wrong"))):
            is_chosen = reply.right is (word == "right")
            button = TICK.button(said + number, disabled=is_chosen, word=word, channel=channel, message=message, at=at)
            buttons.append(button)
    return draw_lines(lines, texts, buttons)


def _tick(reply: LabelledReply, texts: Texts) -> str:
    who = f"<@{reply.labelled_by}>" if (reply.labelled_by or "").isdecimal() else str(reply.labelled_by)
    return texts("✓ right, says {who}", who=who) if reply.right else texts("✗ wrong, says {who}", who=who)
