"""The buttons below a dry run. The file they are about travels with their message, its checksum in their id."""

import re
from typing import Any, Self

import discord
from discord import ui

from bot.discord.button import Lasting, label_of
from bot.discord.interaction import BotInteraction
from bot.discord.private import texts_for
from bot.texts import Texts


class WriteButton(
    Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:import:write:(?P<digest>[0-9a-f]{16}):(?P<mark>[0-9a-f]{16})"
):
    """Writes the file of its message, where it still does what the dry run said."""

    def __init__(self, digest: str, mark: str, label: str) -> None:
        custom_id = f"ts:import:write:{digest}:{mark}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, style=discord.ButtonStyle.primary))
        self.digest, self.mark = digest, mark

    @classmethod
    def of(cls, digest: str, mark: str, count: int, texts: Texts) -> Self:
        """Return the button for a file and the mark of its plan, which writes so many claims."""
        return cls(digest, mark, texts.plural("Write {count} claim", "Write {count} claims", count))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read checksum and mark from the id of a button that was sent earlier."""
        return cls(match["digest"], match["mark"], label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Write; rights are asked in the transaction."""
        await interaction.response.defer()
        await interaction.client.exchange.write(interaction, self.digest, self.mark)


class DiscardButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:import:discard"):
    """Takes the dry run and its file away; that needs no right, since only the person who asked has them."""

    def __init__(self, label: str) -> None:
        super().__init__(ui.Button(label=label, custom_id="ts:import:discard"))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:  # noqa: ARG003
        """Take over the button of a message that was sent earlier."""
        return cls(label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Say so in place of the dry run."""
        texts = texts_for(interaction)
        sentence = texts("The file is discarded; nothing was written.")
        await interaction.response.edit_message(content=sentence, attachments=[], view=None)


EXCHANGE_ITEMS: tuple[type[ui.DynamicItem[Any]], ...] = (WriteButton, DiscardButton)
