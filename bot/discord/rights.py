"""Who may do what on Discord; asked at every use, because hiding a command in the client is no protection."""

import discord

from bot.discord.interaction import BotInteraction
from config.errors import NotAllowedError


def require_manager(interaction: BotInteraction) -> int:
    """Return the server's id if the person may manage it.

    Raises:
        NotAllowedError: outside a server, or without the right to manage it.
    """
    if interaction.guild_id is None or not _manages(interaction.permissions):
        raise NotAllowedError("This needs the right to manage the server.")
    return interaction.guild_id


def is_moderator(interaction: BotInteraction, roles: tuple[int, ...] = ()) -> bool:
    """Tell whether the person may tidy up: managers, those who may delete messages, holders of the roles."""
    if interaction.guild_id is None:
        return False
    if _manages(interaction.permissions) or interaction.permissions.manage_messages:
        return True
    held = interaction.user.roles if isinstance(interaction.user, discord.Member) else []
    return any(role.id in roles for role in held)


def _manages(permissions: discord.Permissions) -> bool:
    return permissions.manage_guild or permissions.administrator
