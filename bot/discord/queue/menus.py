"""The menus of the queue: which kind, which item, which claim."""

import re
from collections.abc import Sequence
from typing import Any, Self, cast

import discord
from discord import ui

from bot.discord.button import Lasting
from bot.discord.interaction import BotInteraction


class _Menu(Lasting):
    """A menu of which one entry is chosen."""

    item: ui.Select[Any]

    @classmethod
    def _checked(cls, item: ui.Item[Any]) -> ui.Select[Any]:
        if not isinstance(item, ui.Select):
            raise TypeError(f"{item} is not a menu")
        return cast("ui.Select[Any]", item)


class KindMenu(_Menu, ui.DynamicItem[ui.Select[Any]], template=r"ts:q:kind"):
    """Shows one kind of items, or all."""

    def __init__(self, select: ui.Select[Any]) -> None:
        super().__init__(select)

    @classmethod
    def of(cls, options: Sequence[discord.SelectOption]) -> Self:
        """Return the menu with these entries, whose values are kinds."""
        return cls(ui.Select(custom_id="ts:q:kind", options=list(options)))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:  # noqa: ARG003
        """Take over the menu of a message that was sent earlier."""
        return cls(cls._checked(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Show the first page of the kind."""
        await interaction.response.defer()
        await interaction.client.queue.show_list(interaction, self.item.values[0])


class ItemMenu(_Menu, ui.DynamicItem[ui.Select[Any]], template=r"ts:q:open:(?P<kind>[a-z]+)"):
    """Opens an item of the page."""

    def __init__(self, select: ui.Select[Any], kind: str) -> None:
        super().__init__(select)
        self.kind = kind

    @classmethod
    def of(cls, options: Sequence[discord.SelectOption], kind: str, placeholder: str) -> Self:
        """Return the menu with these entries, whose values are numbers of items."""
        select = ui.Select[Any](custom_id=f"ts:q:open:{kind}", placeholder=placeholder, options=list(options))
        return cls(select, kind)

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Take over the menu of a message that was sent earlier."""
        return cls(cls._checked(item), match["kind"])

    async def press(self, interaction: BotInteraction) -> None:
        """Show the item."""
        await interaction.response.defer()
        await interaction.client.queue.show_item(interaction, int(self.item.values[0]), self.kind)


class ClaimMenu(_Menu, ui.DynamicItem[ui.Select[Any]], template=r"ts:q:to:(?P<number>\d+):(?P<kind>[a-z]+)"):
    """Takes the item's text as a wording of the claim that is chosen."""

    def __init__(self, select: ui.Select[Any], number: int, kind: str) -> None:
        super().__init__(select)
        self.number = number
        self.kind = kind

    @classmethod
    def of(cls, options: Sequence[discord.SelectOption], number: int, kind: str, placeholder: str) -> Self:
        """Return the menu with these entries, whose values are ids of claims."""
        custom_id = f"ts:q:to:{number}:{kind}"
        return cls(ui.Select(custom_id=custom_id, placeholder=placeholder, options=list(options)), number, kind)

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Take over the menu of a message that was sent earlier."""
        return cls(cls._checked(item), int(match["number"]), match["kind"])

    async def press(self, interaction: BotInteraction) -> None:
        """Decide."""
        await interaction.response.defer()
        await interaction.client.queue.decide(interaction, "word", self.number, self.kind, self.item.values[0])


MENUS: tuple[type[ui.DynamicItem[Any]], ...] = (KindMenu, ItemMenu, ClaimMenu)
