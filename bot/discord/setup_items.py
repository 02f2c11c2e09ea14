"""The menus and buttons of the set-up; each asks for the right again, writes at once, and draws its step anew."""

import re
from collections.abc import Sequence
from typing import Any, Self

import discord
from discord import ui

from bot.discord.button import Lasting, label_of
from bot.discord.interaction import BotInteraction
from bot.discord.setup_steps import STEPS, Step, step_of

_MOST = 25
_KINDS = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
    discord.ChannelType.forum,
]


class StepButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:setup-step:(?P<step>[a-z]+)"):
    """Goes to a step, where the set-up goes on after a break."""

    def __init__(self, step: Step, label: str) -> None:
        super().__init__(ui.Button(label=label, custom_id=f"ts:setup-step:{step}"))
        self.step: Step = step

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the step from the id of a button that was sent earlier."""
        return cls(step_of(match["step"]), label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Remember the step and show it; at the end nothing is left to remember."""
        await interaction.response.defer()
        stored = None if self.step == STEPS[-1] else self.step
        await interaction.client.setup.change(interaction, self.step, setup_step=stored)


class ChoiceMenu(Lasting, ui.DynamicItem[ui.Select[Any]], template=r"ts:setup:(?P<what>language|packs|budget)"):
    """Sets language, packs or budget."""

    def __init__(self, select: ui.Select[Any], what: str) -> None:
        super().__init__(select)
        self.what = what

    @classmethod
    def of(cls, what: Step, options: list[discord.SelectOption], least: int = 1, most: int = 1) -> Self:
        """Return the menu with these entries."""
        custom_id = f"ts:setup:{what}"
        return cls(ui.Select(custom_id=custom_id, options=options, min_values=least, max_values=most), what)

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Take over the menu of a message that was sent earlier."""
        if not isinstance(item, ui.Select):
            raise TypeError(f"{item} is not a menu")
        return cls(item, match["what"])

    async def press(self, interaction: BotInteraction) -> None:
        """Write what was chosen."""
        await interaction.response.defer()
        await interaction.client.setup.choose(interaction, step_of(self.what), tuple(self.item.values))


class RolesMenu(Lasting, ui.DynamicItem[ui.RoleSelect[Any]], template=r"ts:setup-roles"):
    """Sets the roles that moderate."""

    def __init__(self, select: ui.RoleSelect[Any]) -> None:
        super().__init__(select)

    @classmethod
    def of(cls, chosen: Sequence[int], placeholder: str) -> Self:
        """Return the menu with the roles chosen so far."""
        held = [discord.SelectDefaultValue(id=role, type=discord.SelectDefaultValueType.role) for role in chosen]
        menu = ui.RoleSelect[Any](
            custom_id="ts:setup-roles", placeholder=placeholder, min_values=0, max_values=_MOST, default_values=held
        )
        return cls(menu)

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:  # noqa: ARG003
        """Take over the menu of a message that was sent earlier."""
        if not isinstance(item, ui.RoleSelect):
            raise TypeError(f"{item} is not a menu of roles")
        return cls(item)

    async def press(self, interaction: BotInteraction) -> None:
        """Write the roles."""
        await interaction.response.defer()
        roles = tuple(role.id for role in self.item.values)
        await interaction.client.setup.change(interaction, "roles", moderator_roles=roles, setup_step="roles")


class ChannelsMenu(
    Lasting, ui.DynamicItem[ui.ChannelSelect[Any]], template=r"ts:setup-channels:(?P<mode>on|hint|shadow)"
):
    """Sets the channels of one mode; what is taken out of the menu is off."""

    def __init__(self, select: ui.ChannelSelect[Any], mode: str) -> None:
        super().__init__(select)
        self.mode = mode

    @classmethod
    def of(cls, mode: str, chosen: Sequence[int], placeholder: str) -> Self:
        """Return the menu with the channels chosen so far."""
        kind = discord.SelectDefaultValueType.channel
        menu = ui.ChannelSelect[Any](
            custom_id=f"ts:setup-channels:{mode}",
            placeholder=placeholder,
            channel_types=_KINDS,
            min_values=0,
            max_values=_MOST,
            default_values=[discord.SelectDefaultValue(id=channel, type=kind) for channel in chosen],
        )
        return cls(menu, mode)

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Take over the menu of a message that was sent earlier."""
        if not isinstance(item, ui.ChannelSelect):
            raise TypeError(f"{item} is not a menu of channels")
        return cls(item, match["mode"])

    async def press(self, interaction: BotInteraction) -> None:
        """Write the channels' modes."""
        await interaction.response.defer()
        await interaction.client.setup.place(interaction, self.mode, [channel.id for channel in self.item.values])


SETUP_ITEMS: tuple[type[ui.DynamicItem[Any]], ...] = (StepButton, ChoiceMenu, RolesMenu, ChannelsMenu)
