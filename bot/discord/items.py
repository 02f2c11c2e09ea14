"""Parts that bring commands into the group of another part, and menus into the tree."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.discord.bot import BotInteraction
from bot.discord.errors import answer_failure
from claims.answering.answers import AnswerRecord

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


_LONGEST_ID = 100


class Lasting:
    """A dynamic item that is read from its id, and whose failed press goes to `answer_failure`.

    discord.py itself would only log the failure and leave the person waiting.
    """

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Return the item of a message that was sent earlier, from what stands in its id."""
        raise NotImplementedError

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Do what discord.py asks of dynamic items."""
        return cls.read(item, match)

    async def press(self, interaction: BotInteraction) -> None:
        """Do what the button is for."""
        raise NotImplementedError

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Press the button, and answer whatever goes wrong."""
        try:
            await self.press(interaction)
        except Exception as error:  # noqa: BLE001  this is the outermost frame of a click
            await answer_failure(interaction, error)


class AboutClaims(Lasting):
    """A button about some claims, which its id names after the prefix."""

    prefix: ClassVar[str]

    def __init__(self, claims: Sequence[str], label: str) -> None:
        super().__init__(claims_button(self.prefix, claims, label))  # type: ignore[call-arg]  a dynamic item takes its button
        self.claims = tuple(claims)

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the claims from the id of a button that was sent earlier."""
        return cls(split_claims(match["claims"]), label_of(item))


def claims_button(prefix: str, claims: Sequence[str], label: str) -> ui.Button[Any]:
    """Return a plain button whose id is the prefix and as many of the claims as Discord's 100 characters hold."""
    kept = list(claims)
    while len(prefix) + len(",".join(kept)) > _LONGEST_ID:
        kept.pop()
    return ui.Button(label=label, custom_id=prefix + ",".join(kept), style=discord.ButtonStyle.secondary)


def split_claims(written: str) -> tuple[str, ...]:
    """Return the claims that stand in a button's id."""
    return tuple(claim for claim in written.split(",") if claim)


def label_of(item: ui.Item[Any]) -> str:
    """Return the label that the button of a sent message has."""
    return item.label or "" if isinstance(item, ui.Button) else ""


def card_of(interaction: BotInteraction) -> int:
    """Return the id of the message that the button is on."""
    if interaction.message is None:
        raise RuntimeError("a button without a message")
    return interaction.message.id


def claims_of(record: AnswerRecord | None, written: tuple[str, ...]) -> tuple[str, ...]:
    """Return the claims of a card: all of them where the answer book knows the card, else those in the button's id."""
    return record.claims if record is not None else written


Subcommand = app_commands.Command[Any, ..., Any]


class Joining(commands.Cog):
    """Adds what it brings when it is loaded, and takes it out again: neither can be methods by decorator."""

    bot: "TouchstoneBot"
    _host: commands.Cog
    _subcommands: Sequence[Subcommand] = ()
    _menus: Sequence[app_commands.ContextMenu] = ()

    def join(
        self, host: commands.Cog, subcommands: Sequence[Subcommand], menus: Sequence[app_commands.ContextMenu] = ()
    ) -> None:
        """Say, while the part is made, what is to be added to the group of `host`, and which menus to the tree."""
        self._host, self._subcommands, self._menus = host, subcommands, menus

    async def cog_load(self) -> None:
        """Add all of it."""
        for command in self._subcommands:
            self._group.add_command(command)
        for menu in self._menus:
            self.bot.tree.add_command(menu)

    async def cog_unload(self) -> None:
        """Take all of it out."""
        for command in self._subcommands:
            self._group.remove_command(command.name)
        for menu in self._menus:
            self.bot.tree.remove_command(menu.name, type=menu.type)

    @property
    def _group(self) -> app_commands.Group:
        group = self._host.app_command
        if group is None:
            raise RuntimeError(f"{self._host.qualified_name} has no group of commands")
        return group
