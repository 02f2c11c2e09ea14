"""The buttons of the queue; each says in its id which item or page, and among which kind, it stands for."""

import re
from typing import Any, Literal, Self, cast

import discord
from discord import ui

from bot.discord.button import Lasting, label_of
from bot.discord.interaction import BotInteraction

Decision = Literal["word", "never", "drop", "resume"]


class DecideButton(
    Lasting,
    ui.DynamicItem[ui.Button[Any]],
    template=r"ts:q:(?P<deed>word|never|drop|resume):(?P<number>\d+):(?P<kind>[a-z]+)",
):
    """Decides an item with one click, and goes on to the next."""

    def __init__(self, deed: Decision, number: int, kind: str, label: str) -> None:
        style = discord.ButtonStyle.primary if deed in {"word", "resume"} else discord.ButtonStyle.secondary
        super().__init__(ui.Button(label=label, custom_id=f"ts:q:{deed}:{number}:{kind}", style=style))
        self.deed: Decision = deed
        self.number = number
        self.kind = kind

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the decision from the id of a button that was sent earlier."""
        return cls(cast("Decision", match["deed"]), int(match["number"]), match["kind"], label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Decide."""
        await interaction.response.defer()
        await interaction.client.queue.decide(interaction, self.deed, self.number, self.kind)


class NextButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:q:next:(?P<number>\d+):(?P<kind>[a-z]+)"):
    """Goes on to the item after this one, and leaves this one waiting."""

    def __init__(self, number: int, kind: str, label: str) -> None:
        super().__init__(ui.Button(label=label, custom_id=f"ts:q:next:{number}:{kind}"))
        self.number = number
        self.kind = kind

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the item from the id of a button that was sent earlier."""
        return cls(int(match["number"]), match["kind"], label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Show it."""
        await interaction.response.defer()
        await interaction.client.queue.show_next(interaction, self.number, self.kind)


class ListButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:q:list:(?P<page>-?\d+):(?P<kind>[a-z]+)"):
    """Shows a page of what waits; pages count from 0."""

    def __init__(self, page: int, kind: str, label: str, *, disabled: bool = False) -> None:
        super().__init__(ui.Button(label=label, custom_id=f"ts:q:list:{page}:{kind}", disabled=disabled))
        self.page = page
        self.kind = kind

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the page from the id of a button that was sent earlier."""
        return cls(int(match["page"]), match["kind"], label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Show it in place of what stands there."""
        await interaction.response.defer()
        await interaction.client.queue.show_list(interaction, self.kind, self.page)


BUTTONS: tuple[type[ui.DynamicItem[Any]], ...] = (DecideButton, NextButton, ListButton)
