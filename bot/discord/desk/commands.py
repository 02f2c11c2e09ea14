"""`/claims find`, `/claims new` and `/claims source`: the ways to a claim's desk, and to the forms of new things."""

from typing import TYPE_CHECKING

from discord import app_commands
from discord.app_commands import locale_str

from bot.discord.desk.claim_forms import CutOffForm, NewForm, TextsForm
from bot.discord.desk.figure_forms import FigureForm, NewFigureForm
from bot.discord.desk.point_forms import NewPointForm, PointSourceForm, PointTextForm
from bot.discord.desk.show import show_desk
from bot.discord.desk.source_form import SourceForm
from bot.discord.desk.wording_forms import AddForm, ListForm
from bot.discord.forms.form import FormName
from bot.discord.interaction import BotInteraction
from bot.discord.joining import Joining, Subcommand
from bot.texts import msgid
from config.errors import UnknownClaimError

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


class DeskCommands(Joining):
    """Puts its commands into the group `/claims`; rights are asked for in each of them."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot
        added: list[Subcommand] = [
            app_commands.Command(
                name=locale_str(msgid("find")),
                description=locale_str(msgid("Find a claim and change it")),
                callback=self.find,
            ),
            app_commands.Command(
                name=locale_str(msgid("new")),
                description=locale_str(msgid("Begin a claim of this server's own")),
                callback=self.new,
            ),
            app_commands.Command(
                name=locale_str(msgid("source")),
                description=locale_str(msgid("Add a source that points can cite")),
                callback=self.source,
            ),
        ]
        self.join(bot.browse, added)

    async def cog_load(self) -> None:
        """Add the forms too."""
        folder = await self.bot.known.load()
        self.bot.forms.add(TextsForm(self.bot), NewForm(self.bot), CutOffForm(self.bot))
        self.bot.forms.add(AddForm(self.bot), ListForm(self.bot))
        self.bot.forms.add(NewPointForm(self.bot), PointTextForm(self.bot), PointSourceForm(self.bot))
        self.bot.forms.add(FigureForm(self.bot), NewFigureForm(self.bot), SourceForm(self.bot, folder))
        await super().cog_load()

    async def _complete(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        return await self.bot.known.suggest(interaction, typed)

    @app_commands.rename(claim=locale_str(msgid("claim")))
    @app_commands.describe(claim=locale_str(msgid("Part of a claim, in English or Chinese")))
    @app_commands.autocomplete(claim=_complete)
    async def find(self, interaction: BotInteraction, claim: str) -> None:
        """Show the desk of a claim."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        titles = await self.bot.known.titles(interaction)
        # The value may be a suggestion's id or whatever was typed.
        found = [known for known in titles.claims if known.id == claim] or titles.find(claim, 1)
        if not found:
            raise UnknownClaimError(claim)
        await show_desk(interaction, found[0].id)

    async def new(self, interaction: BotInteraction) -> None:
        """Open the form of a new claim."""
        await self.bot.forms.open(interaction, FormName(NewForm.kind))

    async def source(self, interaction: BotInteraction) -> None:
        """Open the form of a new source."""
        await self.bot.forms.open(interaction, FormName(SourceForm.kind))
