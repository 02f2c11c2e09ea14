"""Everything that can be asked of the bot in Discord stands in the README, and nothing else."""

import re
from pathlib import Path

import discord
from discord import app_commands

README = (Path(__file__).parents[3] / "README.md").read_text("utf-8")


async def test_the_readme_names_all_commands_and_menus(world):
    tree = world.env.bot.tree
    commands = {f"/{each.qualified_name}" for each in tree.walk_commands() if not isinstance(each, app_commands.Group)}
    menus = {each.name for each in tree.get_commands(type=discord.AppCommandType.message)}
    part = README[README.index("## In Discord") : README.index("## Settings")]
    assert set(re.findall(r"`(/[a-z -]+)`", part)) == commands
    assert set(re.findall(r"menu \*([^*]+)\*", part)) == menus
