"""The buttons around forms: open one, keep mine over theirs, drop what was typed."""

import re
from typing import Any, Self

import discord
from discord import ui

from bot.discord.button import Lasting, label_of
from bot.discord.forms.form import FormName
from bot.discord.interaction import BotInteraction


class _FormButton(Lasting):
    """A button whose id names a form."""

    name: FormName

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the form from the id of a button that was sent earlier."""
        return cls.of(FormName.read(match["name"]), label_of(item))

    @classmethod
    def of(cls, name: FormName, label: str) -> Self:
        """Return the button for a form."""
        raise NotImplementedError


class OpenFormButton(_FormButton, ui.DynamicItem[ui.Button[Any]], template=r"ts:fo:(?P<name>.+)"):
    """Opens a form, prefilled with what was typed into it before and not written."""

    def __init__(self, name: FormName, button: ui.Button[Any]) -> None:
        super().__init__(button)
        self.name = name

    @classmethod
    def of(cls, name: FormName, label: str) -> Self:
        """Return the button for a form; without an edition in the name, the one of that moment is opened."""
        return cls(name, ui.Button(label=label, custom_id=f"ts:fo:{name}"))

    async def press(self, interaction: BotInteraction) -> None:
        """Open the form."""
        await interaction.client.forms.open(interaction, self.name)


class MineButton(_FormButton, ui.DynamicItem[ui.Button[Any]], template=r"ts:fm:(?P<name>.+)"):
    """Writes what was typed over the version that the id names."""

    def __init__(self, name: FormName, button: ui.Button[Any]) -> None:
        super().__init__(button)
        self.name = name

    @classmethod
    def of(cls, name: FormName, label: str) -> Self:
        """Return the button for a form on the edition that is to be written over."""
        return cls(name, ui.Button(label=label, custom_id=f"ts:fm:{name}", style=discord.ButtonStyle.primary))

    async def press(self, interaction: BotInteraction) -> None:
        """Submit again."""
        await interaction.client.forms.again(interaction, self.name)


class DropButton(_FormButton, ui.DynamicItem[ui.Button[Any]], template=r"ts:fd:(?P<name>.+)"):
    """Forgets what was typed, and leaves everything as it stands."""

    def __init__(self, name: FormName, button: ui.Button[Any]) -> None:
        super().__init__(button)
        self.name = name

    @classmethod
    def of(cls, name: FormName, label: str) -> Self:
        """Return the button for a form."""
        return cls(name, ui.Button(label=label, custom_id=f"ts:fd:{name}"))

    async def press(self, interaction: BotInteraction) -> None:
        """Drop it."""
        await interaction.client.forms.drop(interaction, self.name)


FORM_ITEMS: tuple[type[ui.DynamicItem[Any]], ...] = (OpenFormButton, MineButton, DropButton)
