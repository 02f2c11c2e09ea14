"""Answers that only the person who asked can see, in the language of that person's client."""

from typing import TypeVar

from discord import app_commands, ui

from bot.discord.interaction import BotInteraction
from bot.discord.languages import language_of
from bot.texts import Texts

CommandT = TypeVar("CommandT")


def texts_for(interaction: BotInteraction) -> Texts:
    """Return the catalogue for the person who clicked or typed."""
    return interaction.client.texts(language_of(interaction.locale))


async def respond(interaction: BotInteraction, shown: str | ui.LayoutView) -> None:
    """Show a text or a layout, privately, whether or not the interaction was deferred before."""
    if isinstance(shown, ui.LayoutView) and interaction.response.is_done():
        await interaction.followup.send(view=shown, ephemeral=True)
    elif isinstance(shown, ui.LayoutView):
        await interaction.response.send_message(view=shown, ephemeral=True)
    elif interaction.response.is_done():
        await interaction.followup.send(shown, ephemeral=True)
    else:
        await interaction.response.send_message(shown, ephemeral=True)


def everywhere(command: CommandT) -> CommandT:
    """Offer a command in servers and direct messages, and to people who install the app only for themselves."""
    installs = app_commands.allowed_installs(guilds=True, users=True)
    return app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)(installs(command))
