"""The buttons and the menu of the history: where they lead stands in their ids."""

import re
from collections.abc import Sequence
from typing import Any, Literal, Self

import discord
from discord import ui

from bot.discord.button import Lasting, label_of
from bot.discord.history.spot import TAIL, Spot
from bot.discord.interaction import BotInteraction
from bot.texts import Texts

Step = Literal["view", "undo", "restore", "do-undo", "do-restore"]
# Short, because a long id of a claim has to fit behind it.
_CODES: dict[Step, str] = {"view": "v", "undo": "u", "restore": "r", "do-undo": "U", "do-restore": "R"}
_STEPS: dict[str, Step] = {code: step for step, code in _CODES.items()}


class HistoryButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:history:claim:(?P<claim>.+)"):
    """Opens the history of one claim, below a card that stays."""

    def __init__(self, claim: str, label: str) -> None:
        super().__init__(ui.Button(label=label, custom_id=f"ts:history:claim:{claim}"))
        self.claim = claim

    @classmethod
    def of(cls, claim: str, texts: Texts) -> Self:
        """Return the button for a claim in a language."""
        return cls(claim, texts("History"))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the claim from the id of a button that was sent earlier."""
        return cls(match["claim"], label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Show the newest page privately."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.client.history.open(interaction, Spot(self.claim))


class PageButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=rf"ts:history:page:{TAIL}"):
    """Shows a page in the place of what stands there."""

    def __init__(self, spot: Spot, label: str) -> None:
        super().__init__(ui.Button(label=label, custom_id=f"ts:history:page:{spot}"))
        self.spot = spot

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the page from the id of a button that was sent earlier."""
        return cls(Spot.read(match), label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Turn to the page."""
        await interaction.response.defer()
        await interaction.client.history.turn(interaction, self.spot)


class RevisionMenu(Lasting, ui.DynamicItem[ui.Select[Any]], template=rf"ts:history:open:{TAIL}"):
    """Opens the revision that is chosen from a page."""

    def __init__(self, spot: Spot, select: ui.Select[Any]) -> None:
        super().__init__(select)
        self.spot = spot

    @classmethod
    def of(cls, spot: Spot, options: Sequence[discord.SelectOption], texts: Texts) -> Self:
        """Return the menu of a page."""
        placeholder = texts("Look into a revision")
        custom_id = f"ts:history:open:{spot}"
        return cls(spot, ui.Select(custom_id=custom_id, placeholder=placeholder, options=list(options)))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Take over the menu of a message that was sent earlier."""
        if not isinstance(item, ui.Select):
            raise TypeError(f"{item} is not a menu")
        return cls(Spot.read(match), item)

    async def press(self, interaction: BotInteraction) -> None:
        """Show the revision."""
        await interaction.response.defer()
        await interaction.client.history.step(interaction, "view", self.spot.at(int(self.item.values[0])))


class StepButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=rf"ts:history:(?P<code>[vurUR]):{TAIL}"):
    """Shows a revision, asks whether to undo or restore it, or does so."""

    def __init__(self, step: Step, spot: Spot, label: str) -> None:
        style = discord.ButtonStyle.danger if step.startswith("do-") else discord.ButtonStyle.secondary
        super().__init__(ui.Button(label=label, custom_id=f"ts:history:{_CODES[step]}:{spot}", style=style))
        self.step: Step = step
        self.spot = spot

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read step and revision from the id of a button that was sent earlier."""
        return cls(_STEPS[match["code"]], Spot.read(match), label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Take the step."""
        await interaction.response.defer()
        await interaction.client.history.step(interaction, self.step, self.spot)


HISTORY_ITEMS: tuple[type[ui.DynamicItem[Any]], ...] = (HistoryButton, PageButton, RevisionMenu, StepButton)
