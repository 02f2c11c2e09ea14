"""What a member's message says and where it stands: forwarded texts and polls are read too, and spoilers kept apart."""

import re
from dataclasses import dataclass

import discord

_SPOILER = re.compile(r"\|\|.+?\|\|", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Location:
    """A server, the channel or thread of a message, and its `home`: a thread's channel, else the channel itself."""

    server: int
    channel: int
    home: int


def location_of(message: discord.Message) -> Location | None:
    """Return where a member's message stands; None for bots, webhooks, system lines, direct messages, empty texts."""
    is_own = message.type in (discord.MessageType.default, discord.MessageType.reply)
    if message.author.bot or message.webhook_id or message.guild is None or not is_own or not said_in(message):
        return None
    home = message.channel.parent_id if isinstance(message.channel, discord.Thread) else message.channel.id
    return Location(message.guild.id, message.channel.id, home)


def said_in(message: discord.Message) -> str:
    """Return the text of a message, of what it forwards, and of its poll, one below the other."""
    parts = [message.content, *(forwarded.content for forwarded in message.message_snapshots)]
    if message.poll is not None:
        parts += [message.poll.question, *(answer.text for answer in message.poll.answers)]
    return "\n".join(part for part in parts if part)


def without_spoilers(text: str) -> str:
    """Return the text without what stands in spoilers; the same text where there are none."""
    return _SPOILER.sub(" ", text)
