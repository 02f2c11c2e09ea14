"""Answers that only the person who asked can see, in the language of that person's client."""

import asyncio
from typing import Literal, TypeVar

import discord
from discord import Locale, app_commands, ui

from bot.discord.bot import BotInteraction
from bot.texts import Texts, msgid
from checks.model import Language
from claims.moderation.rights import Actor

# How people choose a language; `auto` is that of each message.
LANGUAGE_NAMES = {
    "auto": msgid("as the message"),
    "en": "English",
    "zh-Hans": "简体中文",
    "zh-Hant": "繁體中文",
}
_CHINESE: dict[Locale, Language] = {Locale.chinese: "zh-Hans", Locale.taiwan_chinese: "zh-Hant"}


def language_of(locale: Locale) -> Language:
    """Return the language for a client's locale; everything that is not Chinese gets English."""
    return _CHINESE.get(locale, "en")


def chosen_language(*settings: Language | Literal["auto"] | None, otherwise: Language) -> Language:
    """Return the first setting there is, or the language given where there is none or it says `auto`."""
    for setting in settings:
        if setting is not None:
            return otherwise if setting == "auto" else setting
    return otherwise


def actor_of(interaction: BotInteraction) -> Actor:
    """Return the person for one look at the rights; never keep it, because roles and permissions change."""
    held = interaction.user.roles if isinstance(interaction.user, discord.Member) else []
    return Actor(
        interaction.user.id,
        interaction.guild_id,
        is_administrator=interaction.permissions.administrator,
        can_manage_server=interaction.permissions.manage_guild,
        role_ids=tuple(role.id for role in held),
    )


async def may_tidy(interaction: BotInteraction) -> bool:
    """Tell whether the person may take cards away: whoever moderates claims, or may delete messages in the channel."""
    if interaction.guild_id is None:
        return False
    may = interaction.client.touchstone.moderation.rights.may
    return interaction.permissions.manage_messages or await asyncio.to_thread(may, actor_of(interaction), "card.hide")


CommandT = TypeVar("CommandT")


def texts_for(interaction: BotInteraction) -> Texts:
    """Return the catalogue for the person who clicked or typed."""
    return interaction.client.texts(language_of(interaction.locale))


async def respond(interaction: BotInteraction, shown: str | ui.LayoutView) -> None:
    """Show a text or a layout, privately, whether or not the interaction was deferred before."""
    if isinstance(shown, ui.LayoutView) and interaction.response.is_done():
        await interaction.followup.send(view=shown, ephemeral=True)
    elif isinstance(shown, ui.LayoutView):
        await interaction.response.send_message(view=shown, ephemeral=True)
    elif interaction.response.is_done():
        await interaction.followup.send(shown, ephemeral=True)
    else:
        await interaction.response.send_message(shown, ephemeral=True)


def everywhere(command: CommandT) -> CommandT:
    """Offer a command in servers and direct messages, and to people who install the app only for themselves."""
    installs = app_commands.allowed_installs(guilds=True, users=True)
    return app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)(installs(command))
