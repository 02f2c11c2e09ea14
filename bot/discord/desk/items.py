"""The buttons of a claim's desk; each says in its id which claim it stands for, and which edition was on the card."""

import re
from typing import Any, Literal, Self, cast

import discord
from discord import ui

from bot.discord.button import Lasting, label_of
from bot.discord.interaction import BotInteraction

Part = Literal["card", "words", "points", "figs"]
Act = Literal["publish", "withdraw", "draft", "mute", "unmute", "resume", "shared"]
# What an id ends with: the edition of the claim, and its id.
TAIL = r"(?P<edition>\d+o?):(?P<claim>.+)"


class OpenDeskButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:desk:open:(?P<claim>.+)"):
    """Opens the desk of a claim in a message of its own, from wherever a claim is shown to moderators."""

    def __init__(self, claim: str, label: str) -> None:
        super().__init__(ui.Button(label=label, custom_id=f"ts:desk:open:{claim}"))
        self.claim = claim

    @classmethod
    def of(cls, claim: str, label: str) -> Self:
        """Return the button for a claim."""
        return cls(claim, label)

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the claim from the id of a button that was sent earlier."""
        return cls(match["claim"], label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Show the desk privately."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.client.desk.open(interaction, self.claim)


class PartButton(
    Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:desk:go:(?P<part>card|words|points|figs):(?P<claim>.+)"
):
    """Goes to a part of the desk, in the place of what stands there."""

    def __init__(self, part: Part, claim: str, label: str) -> None:
        super().__init__(ui.Button(label=label, custom_id=f"ts:desk:go:{part}:{claim}"))
        self.part: Part = part
        self.claim = claim

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the part from the id of a button that was sent earlier."""
        return cls(cast("Part", match["part"]), match["claim"], label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Go there."""
        await interaction.response.defer()
        await interaction.client.desk.go(interaction, self.part, self.claim)


class ActButton(
    Lasting,
    ui.DynamicItem[ui.Button[Any]],
    template=rf"ts:desk:act:(?P<act>publish|withdraw|draft|mute|unmute|resume|shared):{TAIL}",
):
    """Does something to the claim with one click, where it still is as the card shows it."""

    def __init__(self, act: Act, edition: str, claim: str, label: str) -> None:
        style = discord.ButtonStyle.primary if act in {"publish", "resume"} else discord.ButtonStyle.secondary
        style = discord.ButtonStyle.danger if act == "shared" else style
        super().__init__(ui.Button(label=label, custom_id=f"ts:desk:act:{act}:{edition}:{claim}", style=style))
        self.act: Act = act
        self.edition = edition
        self.claim = claim

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the act from the id of a button that was sent earlier."""
        return cls(cast("Act", match["act"]), match["edition"], match["claim"], label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Do it."""
        await interaction.response.defer()
        await interaction.client.desk.act(interaction, self.act, self.claim, self.edition)


class AskSharedButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:desk:back:(?P<claim>.+)"):
    """Asks whether the server's own version of a shared claim is to be given up."""

    def __init__(self, claim: str, label: str) -> None:
        super().__init__(ui.Button(label=label, custom_id=f"ts:desk:back:{claim}"))
        self.claim = claim

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the claim from the id of a button that was sent earlier."""
        return cls(match["claim"], label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Ask."""
        await interaction.response.defer()
        await interaction.client.desk.ask_shared(interaction, self.claim)


DESK_BUTTONS: tuple[type[ui.DynamicItem[Any]], ...] = (OpenDeskButton, PartButton, ActButton, AskSharedButton)
