"""`/claims export` and `/claims import`: moderators take the claims of their server out and bring them back."""

import asyncio
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.discord.exchange.incoming import show_file, write_file
from bot.discord.exchange.outgoing import send_export
from bot.discord.interaction import BotInteraction
from bot.discord.joining import Joining, Subcommand
from bot.texts import msgid

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

_CHOICES = [
    app_commands.Choice(name=locale_str(name), value=value)
    for value, name in (
        ("yaml", msgid("YAML: everything, and it comes back as it was")),
        ("csv", msgid("CSV: a sheet, which comes back too")),
        ("claimreview", msgid("ClaimReview: what is published, for other fact checkers")),
    )
]


class Exchange(Joining):
    """Answers moderators privately.

    `turn` is held while a file is read: each keeps a core busy, and one after the other they are done no later.
    """

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot
        self.turn = asyncio.Semaphore(1)
        added: list[Subcommand] = [
            app_commands.Command(
                name=locale_str(msgid("export")),
                description=locale_str(msgid("Get the claims of this server as a file")),
                callback=self.export,
            ),
            app_commands.Command(
                name=locale_str(msgid("import")),
                description=locale_str(msgid("See what a file would change in this server's claims, then write it")),
                callback=self.import_,
            ),
        ]
        self.join(bot.browse, added)

    @app_commands.rename(form=locale_str(msgid("format")))
    @app_commands.describe(form=locale_str(msgid("The kind of file; without one, YAML")))
    @app_commands.choices(form=_CHOICES)
    async def export(self, interaction: BotInteraction, form: str = "yaml") -> None:
        """Send the claims as this server sees them."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await send_export(interaction, form)

    @app_commands.rename(file=locale_str(msgid("file")))
    @app_commands.describe(
        file=locale_str(msgid("A pack in YAML, a sheet in CSV or ClaimReview in JSON; at most 8 MB"))
    )
    async def import_(self, interaction: BotInteraction, file: discord.Attachment) -> None:
        """Show what the file would change; a button of the answer writes it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await show_file(interaction, file, self.turn)

    async def write(self, interaction: BotInteraction, digest: str, mark: str) -> None:
        """Write the file that the message of a deferred button carries, if it has this checksum and plan."""
        await write_file(interaction, digest, mark, self.turn)
