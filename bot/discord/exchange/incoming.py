"""A file that a moderator brings: fetched from Discord, tried dry, and written when the button is pressed.

Nothing is kept in between: the message of the dry run carries the file, and its button the file's checksum.
"""

import asyncio
import hashlib
import io
from collections.abc import Sequence
from datetime import date

import discord

from bot.discord.actor import actor_of
from bot.discord.escape import escape
from bot.discord.exchange.dry_run import draw, outcome, refusal
from bot.discord.exchange.outgoing import MEGABYTE
from bot.discord.interaction import BotInteraction
from bot.discord.private import respond, texts_for
from claims.base import ClaimBase
from claims.exchange.importing import import_claims, plan_import, read_import_bytes
from claims.exchange.plan import ImportPlan, ImportReport
from claims.exchange.source import MAX_BYTES
from claims.rights import Actor
from config.errors import ImportRefusedError, PlanChangedError

REPORT = "report.txt"
_DIGITS = 16

Carried = discord.Attachment | discord.File


async def show_file(interaction: BotInteraction, file: discord.Attachment, turn: asyncio.Semaphore) -> None:
    """Answer a deferred command with the dry run of a file; raises NotAllowedError before anything is fetched."""
    texts, actor = texts_for(interaction), actor_of(interaction)
    rights = interaction.client.touchstone.moderation.rights
    await asyncio.to_thread(rights.require, actor, actor.server, "moderator")
    # The message of the dry run has to carry the file again.
    most = min(MAX_BYTES, interaction.filesize_limit)
    name = escape(file.filename)
    if file.size > most:
        limit = most // MEGABYTE
        await respond(
            interaction, texts("{file} is larger than {limit} MB. Split it into several files.", file=name, limit=limit)
        )
        return
    await interaction.edit_original_response(content=texts("Reading {file} …", file=name))
    raw = await _fetch(file)
    if raw is None:
        await interaction.edit_original_response(content=_gone(interaction))
        return
    carried = discord.File(io.BytesIO(raw), file.filename)
    await _show(interaction, file.filename, raw, carried, turn)


async def write_file(interaction: BotInteraction, digest: str, mark: str, turn: asyncio.Semaphore) -> None:
    """Write the file of a deferred button's message, or show what it would change by now; raises NotAllowedError."""
    texts, actor = texts_for(interaction), actor_of(interaction)
    rights = interaction.client.touchstone.moderation.rights
    await asyncio.to_thread(rights.require, actor, actor.server, "moderator")
    carried = interaction.message.attachments if interaction.message else []
    raw = await _fetch(carried[0]) if carried else None
    if raw is None or _digest(raw) != digest:
        await respond(interaction, _gone(interaction))
        return
    file, base = carried[0], interaction.client.touchstone.base
    try:
        async with turn:
            report = await asyncio.to_thread(_write, base, file.filename, raw, actor, mark)
    except PlanChangedError:
        lead = texts("The claims have changed meanwhile, and nothing was written. Look at it again:")
        await _show(interaction, file.filename, raw, file, turn, [lead])
    except ImportRefusedError as error:
        await interaction.edit_original_response(content=refusal(error, texts), attachments=[], view=None)
    else:
        await interaction.edit_original_response(content=outcome(report, texts), attachments=carried[1:], view=None)


async def _show(
    interaction: BotInteraction,
    name: str,
    raw: bytes,
    carried: Carried,
    turn: asyncio.Semaphore,
    lead: Sequence[str] = (),
) -> None:
    texts, base = texts_for(interaction), interaction.client.touchstone.base
    try:
        async with turn:
            plan = await asyncio.to_thread(_plan, base, name, raw, interaction.guild_id)
    except ImportRefusedError as error:
        await interaction.edit_original_response(content=refusal(error, texts), attachments=[], view=None)
        return
    shown = draw(plan, _digest(raw), texts, lead)
    files = [] if shown.report is None else [discord.File(io.BytesIO(shown.report), REPORT)]
    attached: list[Carried] = [carried, *files] if plan.writes else [*files]
    await interaction.edit_original_response(content=shown.content, attachments=attached, view=shown.view)


async def _fetch(file: discord.Attachment) -> bytes | None:
    """Return the bytes from Discord's own store, None where they are not there any more."""
    try:
        return await file.read()
    except (discord.NotFound, discord.Forbidden):
        return None


def _gone(interaction: BotInteraction) -> str:
    texts = texts_for(interaction)
    return texts("The file is no longer there as it was. Bring it again with `/claims import`.")


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:_DIGITS]


def _plan(base: ClaimBase, name: str, raw: bytes, server: int | None) -> ImportPlan:
    return plan_import(base, read_import_bytes(name, raw, _today(base)), server)


def _write(base: ClaimBase, name: str, raw: bytes, actor: Actor, mark: str) -> ImportReport:
    return import_claims(base, read_import_bytes(name, raw, _today(base)), actor, agreed=mark)


def _today(base: ClaimBase) -> date:
    return base.clock().date()
