"""`/touchstone examples`: the server's own evaluation set, to look through, to delete from, and as a file."""

import asyncio
import io
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.discord.actor import actor_of
from bot.discord.examples.list_view import draw_examples
from bot.discord.interaction import BotInteraction
from bot.discord.joining import Joining, Subcommand
from bot.discord.private import texts_for
from bot.discord.queue.known import claims_named
from bot.examples_file import examples_file
from bot.texts import msgid

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


class ExamplesCommand(Joining):
    """Answers moderators privately."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot
        command: Subcommand = app_commands.Command(
            name=locale_str(msgid("examples")),
            description=locale_str(msgid("Look through the messages that moderators have kept to try me on")),
            callback=self.examples,
        )
        self.join(bot.manage, (command,))

    async def examples(self, interaction: BotInteraction) -> None:
        """Show the first page."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self.show(interaction, 0)

    async def show(self, interaction: BotInteraction, page: int) -> None:
        """Show a page in place of what a deferred interaction has shown; raises NotAllowedError."""
        actor, touchstone = actor_of(interaction), self.bot.touchstone
        examples = await asyncio.to_thread(touchstone.moderation.examples.examples, actor)
        ids = [example.claim for example in examples]
        claims = await asyncio.to_thread(claims_named, touchstone, actor.server, ids)
        view = draw_examples(examples, page, actor.server or 0, claims, texts_for(interaction))
        await interaction.edit_original_response(view=view)

    async def delete(self, interaction: BotInteraction, number: int, page: int) -> None:
        """Delete an example and show the page again; raises NotAllowedError and UnknownEntryError."""
        actor, examples = actor_of(interaction), self.bot.touchstone.moderation.examples
        await asyncio.to_thread(examples.delete, actor, number)
        await self.show(interaction, page)

    async def send_file(self, interaction: BotInteraction) -> None:
        """Answer a deferred button with all examples as JSON lines; raises NotAllowedError."""
        examples = await asyncio.to_thread(self.bot.touchstone.moderation.examples.examples, actor_of(interaction))
        file = discord.File(io.BytesIO(examples_file(examples).encode()), "examples.jsonl")
        texts = texts_for(interaction)
        line = texts("`touchstone evaluate messages examples.jsonl` measures me on them.")
        await interaction.followup.send(line, file=file, ephemeral=True)
