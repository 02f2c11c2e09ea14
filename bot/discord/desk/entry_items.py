"""The menu and the buttons of single points and figures; their place in the list holds for one edition only."""

import re
from collections.abc import Sequence
from typing import Any, Literal, Self, cast

import discord
from discord import ui

from bot.discord.button import Lasting, label_of
from bot.discord.desk.items import TAIL
from bot.discord.interaction import BotInteraction

EntryPart = Literal["points", "figs"]
Step = Literal["view", "ask", "drop"]


class EntryMenu(Lasting, ui.DynamicItem[ui.Select[Any]], template=rf"ts:desk:menu:(?P<part>points|figs):\d+:{TAIL}"):
    """Opens the point or figure that is chosen from the list."""

    def __init__(self, part: EntryPart, edition: str, claim: str, select: ui.Select[Any]) -> None:
        super().__init__(select)
        self.part: EntryPart = part
        self.edition = edition
        self.claim = claim

    @classmethod
    def of(
        cls, part: EntryPart, edition: str, claim: str, options: Sequence[discord.SelectOption], placeholder: str
    ) -> Self:
        """Return the menu; the values of its options are places from 0, and the first tells menus of a list apart."""
        custom_id = f"ts:desk:menu:{part}:{options[0].value}:{edition}:{claim}"
        select = ui.Select[Any](custom_id=custom_id, placeholder=placeholder, options=list(options))
        return cls(part, edition, claim, select)

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Take over the menu of a message that was sent earlier."""
        if not isinstance(item, ui.Select):
            raise TypeError(f"{item} is not a menu")
        return cls(cast("EntryPart", match["part"]), match["edition"], match["claim"], item)

    async def press(self, interaction: BotInteraction) -> None:
        """Show the entry."""
        await interaction.response.defer()
        place = int(self.item.values[0])
        await interaction.client.desk.entry(interaction, self.part, "view", self.claim, self.edition, place)


class EntryButton(
    Lasting,
    ui.DynamicItem[ui.Button[Any]],
    template=rf"ts:desk:(?P<step>view|ask|drop):(?P<part>points|figs):(?P<place>\d+):{TAIL}",
):
    """Shows one point or figure, asks whether it is to go, or takes it out."""

    def __init__(self, step: Step, part: EntryPart, place: int, edition: str, claim: str, label: str) -> None:
        style = discord.ButtonStyle.danger if step == "drop" else discord.ButtonStyle.secondary
        custom_id = f"ts:desk:{step}:{part}:{place}:{edition}:{claim}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, style=style))
        self.step: Step = step
        self.part: EntryPart = part
        self.place = place
        self.edition = edition
        self.claim = claim

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read step and place from the id of a button that was sent earlier."""
        step, part = cast("Step", match["step"]), cast("EntryPart", match["part"])
        return cls(step, part, int(match["place"]), match["edition"], match["claim"], label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Take the step."""
        await interaction.response.defer()
        await interaction.client.desk.entry(interaction, self.part, self.step, self.claim, self.edition, self.place)


ENTRY_ITEMS: tuple[type[ui.DynamicItem[Any]], ...] = (EntryMenu, EntryButton)
