"""The claims of a server as a file that Discord takes."""

import asyncio
import io
from collections.abc import Mapping

import discord

from bot.discord.actor import actor_of
from bot.discord.interaction import BotInteraction
from bot.discord.private import respond, texts_for
from bot.texts import Texts
from claims.base import ClaimBase
from claims.exchange.export import export_claims
from claims.exchange.format_names import FORMATS, SUFFIXES, Format

MEGABYTE = 1024 * 1024
_FORMS: Mapping[str, Format] = {form: form for form in FORMATS}


async def send_export(interaction: BotInteraction, chosen: str) -> None:
    """Answer a deferred command with the file, or say why there is none; raises NotAllowedError."""
    touchstone, texts, actor = interaction.client.touchstone, texts_for(interaction), actor_of(interaction)
    form = _FORMS.get(chosen, "yaml")
    await asyncio.to_thread(touchstone.moderation.rights.require, actor, actor.server, "moderator")
    made = await asyncio.to_thread(_export, touchstone.base, form, actor.server, interaction.filesize_limit)
    if made is None:
        command = f"touchstone claims export --server {actor.server} --format {form} --out claims{SUFFIXES[form]}"
        sentence = texts(
            "The file is larger than the {limit} MB that Discord takes here. Whoever runs me gets it with {command}.",
            limit=interaction.filesize_limit // MEGABYTE,
            command=f"`{command}`",
        )
        await respond(interaction, sentence)
    elif not made:
        await respond(interaction, texts("This server sees no claims."))
    else:
        file = discord.File(io.BytesIO(made), f"claims{SUFFIXES[form]}")
        await interaction.followup.send(_about(form, texts), file=file, ephemeral=True)


def _export(base: ClaimBase, form: Format, server: int | None, most: int) -> bytes | None:
    """Return the file, or None as soon as it is larger than `most` bytes."""
    made = io.BytesIO()
    for piece in export_claims(base, form, server, byte_order_mark=True):
        if made.tell() + len(raw := piece.encode()) > most:
            return None
        made.write(raw)
    return made.getvalue()


def _about(form: Format, texts: Texts) -> str:
    if form == "claimreview":
        return texts("The published claims as this server sees them, for other fact checkers.")
    return texts("The claims as this server sees them. Change the file and bring it back with `/claims import`.")
