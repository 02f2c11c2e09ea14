"""The menus and the button of the wordings: which of the six lists, which page, and which ones are to go."""

import re
from collections.abc import Sequence
from typing import Any, Self

import discord
from discord import ui

from bot.discord.button import Lasting, label_of
from bot.discord.interaction import BotInteraction

# Which list and which page of it an id names; pages count from 0.
_WHERE = r"(?P<name>[a-z_]+):(?P<page>-?\d+):(?P<claim>.+)"


class ListMenu(Lasting, ui.DynamicItem[ui.Select[Any]], template=r"ts:desk:list:(?P<claim>.+)"):
    """Shows another list of wordings."""

    def __init__(self, claim: str, select: ui.Select[Any]) -> None:
        super().__init__(select)
        self.claim = claim

    @classmethod
    def of(cls, claim: str, options: Sequence[discord.SelectOption]) -> Self:
        """Return the menu; the values of its options are names of lists."""
        return cls(claim, ui.Select(custom_id=f"ts:desk:list:{claim}", options=list(options)))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Take over the menu of a message that was sent earlier."""
        if not isinstance(item, ui.Select):
            raise TypeError(f"{item} is not a menu")
        return cls(match["claim"], item)

    async def press(self, interaction: BotInteraction) -> None:
        """Show the list."""
        await interaction.response.defer()
        await interaction.client.desk.wordings(interaction, self.claim, self.item.values[0])


class WordingPageButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=rf"ts:desk:page:{_WHERE}"):
    """Turns to a page of a list."""

    def __init__(self, name: str, page: int, claim: str, label: str, *, disabled: bool = False) -> None:
        custom_id = f"ts:desk:page:{name}:{page}:{claim}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, disabled=disabled))
        self.name = name
        self.page = page
        self.claim = claim

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the page from the id of a button that was sent earlier."""
        return cls(match["name"], int(match["page"]), match["claim"], label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Turn to it."""
        await interaction.response.defer()
        await interaction.client.desk.wordings(interaction, self.claim, self.name, self.page)


class RemoveMenu(Lasting, ui.DynamicItem[ui.Select[Any]], template=rf"ts:desk:out:{_WHERE}"):
    """Takes the chosen wordings out, all in one revision."""

    def __init__(self, name: str, page: int, claim: str, select: ui.Select[Any]) -> None:
        super().__init__(select)
        self.name = name
        self.page = page
        self.claim = claim

    @classmethod
    def of(cls, name: str, page: int, claim: str, options: Sequence[discord.SelectOption], placeholder: str) -> Self:
        """Return the menu; the values of its options are marks of wordings, not places, because lists shift."""
        select = ui.Select[Any](
            custom_id=f"ts:desk:out:{name}:{page}:{claim}",
            placeholder=placeholder,
            options=list(options),
            max_values=len(options),
        )
        return cls(name, page, claim, select)

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Take over the menu of a message that was sent earlier."""
        if not isinstance(item, ui.Select):
            raise TypeError(f"{item} is not a menu")
        return cls(match["name"], int(match["page"]), match["claim"], item)

    async def press(self, interaction: BotInteraction) -> None:
        """Take them out."""
        await interaction.response.defer()
        marks = frozenset(self.item.values)
        await interaction.client.desk.remove_wordings(interaction, self.claim, self.name, self.page, marks)


WORDING_ITEMS: tuple[type[ui.DynamicItem[Any]], ...] = (ListMenu, WordingPageButton, RemoveMenu)
