"""How members propose claims: `/claims propose`, and the message menu "Propose as claim"."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.discord.forms.form import FormName
from bot.discord.interaction import BotInteraction
from bot.discord.joining import Joining, Subcommand
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


class Proposing(Joining):
    """Opens the form; what is handed in waits for the moderators."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot
        menu = app_commands.ContextMenu(name=locale_str(msgid("Propose as claim")), callback=self.propose_message)
        self.menu = app_commands.guild_only(menu)
        command: Subcommand = app_commands.Command(
            name=locale_str(msgid("propose")),
            description=locale_str(msgid("Propose a claim, or one more wording of a claim")),
            callback=self.propose,
        )
        self.join(bot.browse, (command,), (self.menu,))

    async def cog_load(self) -> None:
        """Add the forms of the queue too."""
        self.bot.forms.add(ProposeForm(self.bot), WordingForm(self.bot), NewClaimForm(self.bot))
        await super().cog_load()

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
