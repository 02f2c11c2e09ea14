"""The buttons of the list of examples; each asks for the right again."""

import re
from typing import Any, Self

import discord
from discord import ui

from bot.discord.button import Lasting, label_of
from bot.discord.interaction import BotInteraction
from bot.texts import Texts


class DeleteExampleButton(
    Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:examples:delete:(?P<number>\d+):(?P<page>\d+)"
):
    """Deletes an example and shows the page again."""

    def __init__(self, number: int, page: int, label: str) -> None:
        custom_id = f"ts:examples:delete:{number}:{page}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, style=discord.ButtonStyle.danger))
        self.number = number
        self.page = page

    @classmethod
    def of(cls, number: int, page: int, texts: Texts) -> Self:
        """Return the button for an example on a page in a language."""
        return cls(number, page, texts("Delete {number}", number=number))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read number and page from the id of a button that was sent earlier."""
        return cls(int(match["number"]), int(match["page"]), label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Delete it."""
        await interaction.response.defer()
        await interaction.client.examples.delete(interaction, self.number, self.page)


class ExamplesPageButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:examples:page:(?P<page>-?\d+)"):
    """Turns to a page; pages count from 0."""

    def __init__(self, page: int, label: str, *, disabled: bool = False) -> None:
        super().__init__(ui.Button(label=label, custom_id=f"ts:examples:page:{page}", disabled=disabled))
        self.page = page

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the page from the id of a button that was sent earlier."""
        return cls(int(match["page"]), label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Show the page in place of the present one."""
        await interaction.response.defer()
        await interaction.client.examples.show(interaction, self.page)


class ExamplesFileButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:examples:file"):
    """Sends all examples as a file."""

    def __init__(self, label: str) -> None:
        super().__init__(ui.Button(label=label, custom_id="ts:examples:file", style=discord.ButtonStyle.primary))

    @classmethod
    def of(cls, texts: Texts) -> Self:
        """Return the button in a language."""
        return cls(texts("As a file"))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:  # noqa: ARG003
        """Return the button of a message that was sent earlier."""
        return cls(label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Send the file."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.client.examples.send_file(interaction)
