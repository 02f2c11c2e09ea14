"""How members propose claims: `/claims propose`, and the message menu "Propose as claim"."""

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.forms.form import FormName
from bot.discord.interaction import BotInteraction
from bot.discord.pages import title_of
from bot.discord.private import texts_for
from bot.discord.queue.claim_form import NewClaimForm
from bot.discord.queue.known import claim_meant
from bot.discord.queue.propose_form import ProposeForm
from bot.discord.queue.wording_form import WordingForm
from bot.texts import msgid
from config.errors import UnknownClaimError

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

# Discord shows no more suggestions than this.
_MOST = 25


class Proposing(commands.Cog):
    """Opens the form; what is handed in waits for the moderators."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot
        menu = app_commands.ContextMenu(name=locale_str(msgid("Propose as claim")), callback=self.propose_message)
        # Menus and commands of another cog's group cannot be methods by decorator.
        self.menu = app_commands.guild_only(menu)
        self._command: app_commands.Command[Any, ..., Any] = app_commands.Command(
            name=locale_str(msgid("propose")),
            description=locale_str(msgid("Propose a claim, or one more wording of a claim")),
            callback=self.propose,
        )

    async def cog_load(self) -> None:
        """Add the command, the menu and the forms of the queue."""
        self.bot.forms.add(ProposeForm(self.bot), WordingForm(self.bot), NewClaimForm(self.bot))
        self._group.add_command(self._command)
        self.bot.tree.add_command(self.menu)

    async def cog_unload(self) -> None:
        """Take command and menu away again."""
        self._group.remove_command(self._command.name)
        self.bot.tree.remove_command(self.menu.name, type=self.menu.type)

    @property
    def _group(self) -> app_commands.Group:
        group = self.bot.browse.app_command
        if group is None:
            raise RuntimeError("a cog without its group")
        return group

    async def _complete(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        texts, titles = texts_for(interaction), await self.bot.browse.titles(interaction.guild_id)
        return [app_commands.Choice(name=title_of(each, texts), value=each.id) for each in titles.find(typed, _MOST)]

    @app_commands.rename(claim=locale_str(msgid("claim")))
    @app_commands.describe(claim=locale_str(msgid("The claim that it is a wording of; without one, a new claim")))
    @app_commands.autocomplete(claim=_complete)
    async def propose(self, interaction: BotInteraction, claim: str | None = None) -> None:
        """Open the form, for a claim where one is named."""
        meant = await claim_meant(interaction, claim) if claim else None
        if meant is not None and meant.status != "published":
            raise UnknownClaimError(meant.id)
        await self.bot.forms.open(interaction, FormName(ProposeForm.kind, (meant.id if meant else "",)))

    async def propose_message(self, interaction: BotInteraction, message: discord.Message) -> None:
        """Open the form with the text of the message."""
        about = (str(message.channel.id), str(message.id))
        await self.bot.forms.open(interaction, FormName(ProposeForm.kind, about))
