"""The message menu "Keep as example", and `/touchstone keep` for a claim that the moderator names."""

import asyncio
import re
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str

from bot.discord.cards import layout
from bot.discord.examples.keeping import keep_message, require_moderator
from bot.discord.examples.label_menu import LabelMenu
from bot.discord.interaction import BotInteraction
from bot.discord.joining import Joining, Subcommand
from bot.discord.pages import title_of
from bot.discord.private import respond, texts_for
from bot.discord.queue.known import claim_meant, claims_named
from bot.discord.queue.message import fetch_message
from bot.texts import msgid

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

# Discord shows no more suggestions than this.
_MOST = 25
_LINK = re.compile(r"https://(?:\w+\.)?discord(?:app)?\.com/channels/(\d+)/(\d+)/(\d+)")


class KeepCommand(Joining):
    """Answers moderators privately."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot
        menu = app_commands.ContextMenu(name=locale_str(msgid("Keep as example")), callback=self.ask)
        self.menu = app_commands.guild_only(menu)
        command: Subcommand = app_commands.Command(
            name=locale_str(msgid("keep")),
            description=locale_str(msgid("Keep a message as an example, for a claim that you name")),
            callback=self.keep,
        )
        command.autocomplete("claim")(self._complete)
        self.join(bot.manage, (command,), (self.menu,))

    async def ask(self, interaction: BotInteraction, message: discord.Message) -> None:
        """Ask for the label of a message that somebody pointed at; the claims found in it come first."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        actor, texts, touchstone = await require_moderator(interaction), texts_for(interaction), self.bot.touchstone
        finding = await asyncio.to_thread(touchstone.check, message.content, actor.server)
        found = [match.claim for match in finding.matches]
        claims = await asyncio.to_thread(claims_named, touchstone, actor.server, found)
        menu = LabelMenu.of(message, [claims[claim] for claim in found if claim in claims], texts)
        lines = [
            texts("Its author is told at once, and can delete it at any time."),
            texts("-# For another claim: /touchstone keep, with the link of the message."),
        ]
        container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join(lines)))
        container.add_item(ui.ActionRow[Any](menu))
        await respond(interaction, layout(container))

    @app_commands.rename(
        link=locale_str(msgid("message")), claim=locale_str(msgid("claim")), makes=locale_str(msgid("makes_claim"))
    )
    @app_commands.describe(
        link=locale_str(msgid("The link of the message")),
        claim=locale_str(msgid("Part of the claim")),
        makes=locale_str(msgid("Whether the message makes the claim")),
    )
    async def keep(self, interaction: BotInteraction, link: str, claim: str, makes: bool) -> None:
        """Keep the message that a link names."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        actor = await require_moderator(interaction)
        place = _LINK.fullmatch(link.strip())
        if place is None or int(place[1]) != actor.server:
            texts = texts_for(interaction)
            await respond(interaction, texts("That is no link of a message of this server. Copy it from its menu."))
            return
        meant = await claim_meant(interaction, claim)
        message = await fetch_message(interaction, int(place[2]), int(place[3]))
        await keep_message(interaction, message, meant.id, makes=makes)

    async def _complete(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        texts, titles = texts_for(interaction), await self.bot.browse.titles(interaction.guild_id)
        return [app_commands.Choice(name=title_of(each, texts), value=each.id) for each in titles.find(typed, _MOST)]
