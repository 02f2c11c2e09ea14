"""Parts that bring commands into the group of another part, and menus into the tree."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from discord import app_commands
from discord.ext import commands

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

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
