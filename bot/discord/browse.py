"""Look around in the claim base: `/claims browse`."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.interaction import BotInteraction
from bot.discord.pages import draw_list, show_claim, title_of
from bot.discord.private import respond, texts_for
from bot.discord.titles import Titles
from bot.texts import msgid
from checks.text import TextFolder
from config.errors import UnknownClaimError

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

# Discord shows no more suggestions than this.
_MOST_CHOICES = 25


@dataclass(frozen=True, slots=True)
class _Held:
    """The titles of a server's view, and the revision of the base that they were read at."""

    revision: int
    titles: Titles


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class Browse(
    commands.GroupCog,
    group_name=locale_str(msgid("claims")),
    group_description=locale_str(msgid("The claims this bot knows")),
):
    """Shows claims without any message."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot
        self._folder: TextFolder | None = None
        self._held: dict[int | None, _Held] = {}
        super().__init__()

    async def cog_load(self) -> None:
        """Read the shared titles now: what is typed has to be completed within three seconds."""
        self._folder = await asyncio.to_thread(TextFolder)
        await self.titles(None)

    async def titles(self, server: int | None) -> Titles:
        """Return the titles of a server's view from memory; read again only where the base has changed."""
        base = self.bot.touchstone.base
        revision = await asyncio.to_thread(lambda: base.revision)
        held = self._held.get(server)
        if held is None or held.revision != revision:
            held = _Held(revision, await asyncio.to_thread(self._read, server))
            self._held[server] = held
        return held.titles

    def _read(self, server: int | None) -> Titles:
        return Titles(self.bot.touchstone.base.claims(server), self._folder or TextFolder())

    @app_commands.command(
        name=locale_str(msgid("browse")), description=locale_str(msgid("Look at the claims and their sources"))
    )
    @app_commands.rename(claim=locale_str(msgid("claim")))
    @app_commands.describe(claim=locale_str(msgid("Part of a claim; without one, all claims page by page")))
    async def browse(self, interaction: BotInteraction, claim: str | None = None) -> None:
        """Show a claim, or the first page of all."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        titles = await self.titles(interaction.guild_id)
        if claim is None:
            await respond(interaction, draw_list(titles.claims, 0, texts_for(interaction)))
            return
        # The value may be a suggestion's id or whatever was typed.
        found = [known for known in titles.claims if known.id == claim] or titles.find(claim, 1)
        if not found:
            raise UnknownClaimError(claim)
        await show_claim(interaction, found[0].id)

    @browse.autocomplete("claim")
    async def complete(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        """Suggest claims for what has been typed so far."""
        texts = texts_for(interaction)
        found = (await self.titles(interaction.guild_id)).find(typed, _MOST_CHOICES)
        return [app_commands.Choice(name=title_of(claim, texts), value=claim.id) for claim in found]
