"""Whoever clicks or types, as the claim base knows people: with what Discord says of them this moment."""

import asyncio

import discord

from bot.discord.interaction import BotInteraction
from claims.rights import Actor


def actor_of(interaction: BotInteraction) -> Actor:
    """Return the person for one look at the rights; never keep it, because roles and permissions change."""
    held = interaction.user.roles if isinstance(interaction.user, discord.Member) else []
    return Actor(
        interaction.user.id,
        interaction.guild_id,
        is_administrator=interaction.permissions.administrator,
        can_manage_server=interaction.permissions.manage_guild,
        role_ids=tuple(role.id for role in held),
    )


async def may_tidy(interaction: BotInteraction) -> bool:
    """Tell whether the person may take cards away: whoever moderates claims, or may delete messages in the channel."""
    if interaction.guild_id is None:
        return False
    level = interaction.client.touchstone.moderation.rights.level
    return interaction.permissions.manage_messages or await asyncio.to_thread(level, actor_of(interaction)) != "member"
