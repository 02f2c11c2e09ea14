"""What the bot is, what it keeps, and how to make it forget: `/about`, `/privacy`, `/forget-me`."""

import asyncio
from importlib import metadata
from typing import TYPE_CHECKING

from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.interaction import BotInteraction
from bot.discord.private import everywhere, respond, texts_for
from bot.texts import msgid

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

ABOUT = (
    msgid("Touchstone recognises known claims in chat and answers with what the documents say, who said it, and when."),
    msgid(
        "It knows {claims} claims from {documents} documents. It judges no person, and it may be wrong about a message."
    ),
    msgid("Press “Not what I said” under a card to tell the moderators; the message's author can hide the card there."),
)
PRIVACY = (
    msgid("I read along only in channels that a moderator has switched on. No text leaves the machine I run on."),
    msgid(
        "I store no text of chat. Of a claim that I see I keep the message's number, the score and a keyed hash of its"
        " author."
    ),
    msgid(
        "What members propose is kept until moderators have decided. Of a message kept as an example, its author is"
        " told and can delete it."
    ),
    msgid("That is deleted after {days} days, or at once with /forget-me."),
)


class About(commands.Cog):
    """Answers privately what members ask about the bot itself."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    @app_commands.command(name=locale_str(msgid("about")), description=locale_str(msgid("What this bot is")))
    @everywhere
    async def about(self, interaction: BotInteraction) -> None:
        """Say what the bot is and how much it knows."""
        texts = texts_for(interaction)
        base = self.bot.touchstone.base
        claims, documents = await asyncio.gather(
            asyncio.to_thread(base.claims, interaction.guild_id), asyncio.to_thread(base.documents)
        )
        counts = {"claims": len(claims), "documents": len(documents)}
        lines = [f"### Touchstone {metadata.version('touchstone-bot')}", *(texts(line, **counts) for line in ABOUT)]
        await respond(interaction, "\n".join(lines))

    @app_commands.command(
        name=locale_str(msgid("privacy")), description=locale_str(msgid("What this bot reads and keeps"))
    )
    @everywhere
    async def privacy(self, interaction: BotInteraction) -> None:
        """Say what is read, kept, and for how long."""
        texts = texts_for(interaction)
        days = self.bot.settings.sighting_days
        heading = texts("Privacy")
        lines = [f"### {heading}", *(texts(line, days=days) for line in PRIVACY)]
        await respond(interaction, "\n".join(lines))

    @app_commands.command(
        name=locale_str(msgid("forget-me")), description=locale_str(msgid("Delete what this bot keeps about you"))
    )
    @everywhere
    async def forget_me(self, interaction: BotInteraction) -> None:
        """Delete everything that is kept under the person's hash."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        count = await asyncio.to_thread(self.bot.touchstone.sightings.forget, interaction.user.id)
        texts = texts_for(interaction)
        line = texts.plural(
            "Done: {count} record about you deleted.", "Done: {count} records about you deleted.", count
        )
        await respond(interaction, line)
