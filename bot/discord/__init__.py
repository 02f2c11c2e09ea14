"""The Discord front end: what members and moderators see and click there.

Lives here: the bot, its commands, cards and buttons, the supervisor that keeps it connected, the lanes of its threads,
and what it tells whoever watches over it.
May not live here: SQL, a decision about a message, or a text that is not in the catalogue.
"""

from bot.discord.app import create_bot
from bot.discord.bot import TouchstoneBot

__all__ = ["TouchstoneBot", "create_bot"]
