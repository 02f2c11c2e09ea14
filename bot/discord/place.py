"""Where a message stands: its server, its channel, and the channel whose settings count for it."""

from dataclasses import dataclass

import discord


@dataclass(frozen=True, slots=True)
class Place:
    """A server, the channel or thread of a message, and its `home`: a thread's channel, else the channel itself."""

    server: int
    channel: int
    home: int


def place_of(message: discord.Message) -> Place | None:
    """Return where a member's message stands; None for bots, webhooks, system lines, direct messages, empty texts."""
    is_own = message.type in (discord.MessageType.default, discord.MessageType.reply)
    if message.author.bot or message.webhook_id or message.guild is None or not is_own or not message.content:
        return None
    home = message.channel.parent_id if isinstance(message.channel, discord.Thread) else message.channel.id
    return Place(message.guild.id, message.channel.id, home)
