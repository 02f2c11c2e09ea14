"""The words of a message that an item only names: fetched for one look, by somebody who may read them anyway."""

import discord

from bot.discord.interaction import BotInteraction
from config.errors import NotAllowedError


async def read_message(interaction: BotInteraction, channel_id: int, message_id: int) -> str:
    """Return the text of a message of this server; nothing of it is kept. Raises what `fetch_message` raises."""
    return (await fetch_message(interaction, channel_id, message_id)).content


async def fetch_message(interaction: BotInteraction, channel_id: int, message_id: int) -> discord.Message:
    """Return a message of this server.

    Raises NotAllowedError where the person may not read it in Discord, discord.NotFound where it is gone, and
    discord.Forbidden where the bot itself may not read it.
    """
    guild, person = interaction.guild, interaction.user
    if guild is None or not isinstance(person, discord.Member):
        raise NotAllowedError("This works in a server only.")
    channel = guild.get_channel_or_thread(channel_id) or await guild.fetch_channel(channel_id)
    if not isinstance(channel, discord.abc.Messageable) or not _may_read(person, channel):
        raise NotAllowedError("You may not read the channel of this message.")
    return await channel.fetch_message(message_id)


def _may_read(person: discord.Member, channel: "discord.abc.GuildChannel | discord.Thread") -> bool:
    held = channel.permissions_for(person)
    if isinstance(channel, discord.Thread) and channel.is_private() and not held.manage_threads:
        # Who else is in a private thread is not known without asking Discord; those who manage threads see all.
        return person.id in {member.id for member in channel.members}
    return held.view_channel and held.read_message_history
