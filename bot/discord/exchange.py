"""`/claims export` and `/claims import`: moderators take the claims of their server out and bring them back."""

import asyncio
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str

from bot.discord.bot import BotInteraction
from bot.discord.items import Joining, Lasting, Subcommand, label_of
from bot.discord.markdown import escape, fit, fit_fairly, length, shorten
from bot.discord.person import actor_of, respond, texts_for
from bot.import_plan import SHOWN, detail_lines, heading, problem_line, report_lines, short_detail, unchanged_line
from bot.texts import Texts, msgid
from claims.base import ClaimBase
from claims.exchange.export import export_claims
from claims.exchange.formats import FORMATS, SUFFIXES, Format
from claims.exchange.importing import import_claims, plan_import, read_import_bytes
from claims.exchange.plan import ImportEntry, ImportOutcome, ImportPlan, ImportReport
from claims.exchange.source import MAX_BYTES
from claims.moderation.rights import Actor
from config.errors import ImportRefusedError, PlanChangedError

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


class WriteButton(
    Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:import:write:(?P<digest>[0-9a-f]{16}):(?P<mark>[0-9a-f]{16})"
):
    """Writes the file of its message, where it still does what the dry run said."""

    def __init__(self, digest: str, mark: str, label: str) -> None:
        custom_id = f"ts:import:write:{digest}:{mark}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, style=discord.ButtonStyle.primary))
        self.digest, self.mark = digest, mark

    @classmethod
    def of(cls, digest: str, mark: str, count: int, texts: Texts) -> Self:
        """Return the button for a file and the mark of its plan, which writes so many claims."""
        return cls(digest, mark, texts.plural("Write {count} claim", "Write {count} claims", count))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read checksum and mark from the id of a button that was sent earlier."""
        return cls(match["digest"], match["mark"], label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Write; rights are asked in the transaction."""
        await interaction.response.defer()
        await interaction.client.exchange.write(interaction, self.digest, self.mark)


class DiscardButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:import:discard"):
    """Takes the dry run and its file away; that needs no right, since only the person who asked has them."""

    def __init__(self, label: str) -> None:
        super().__init__(ui.Button(label=label, custom_id="ts:import:discard"))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:  # noqa: ARG003
        """Take over the button of a message that was sent earlier."""
        return cls(label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Say so in place of the dry run."""
        texts = texts_for(interaction)
        sentence = texts("The file is discarded; nothing was written.")
        await interaction.response.edit_message(content=sentence, attachments=[], view=None)


EXCHANGE_ITEMS: tuple[type[ui.DynamicItem[Any]], ...] = (WriteButton, DiscardButton)


# Discord takes 2,000 characters of plain text.
ROOM = 1900
REPORT_BYTES = 1024 * 1024
_TITLE = 100
_DETAIL = 200


@dataclass(frozen=True, slots=True)
class DryRun:
    """The text and the buttons of the message (None: there is nothing to write), and the report that goes with it.

    The report is None where the message says everything itself.
    """

    content: str
    report: bytes | None
    view: ui.View | None


def draw(plan: ImportPlan, digest: str, texts: Texts, lead: Sequence[str] = ()) -> DryRun:
    """Return the dry run of the file with this checksum; `lead` are lines that stand first, already escaped."""
    ends = [unchanged_line(plan, texts)]
    ends.append(texts("Nothing has been written yet.") if plan.writes else texts("There is nothing to write."))
    more = texts("Everything is in the report below.")
    title = texts("What {file} would change", file=shorten(plan.name, _TITLE))
    heads = [*lead, f"### {escape(title)}"]
    room = ROOM - sum(length(line) + 1 for line in [*heads, *ends, more])
    columns, left_out = fit_fairly([column for outcome, _ in SHOWN if (column := _column(plan, outcome, texts))], room)
    is_whole = not left_out and not any(_says_more(entry, texts) for entry in plan.entries)
    lines = [*heads, *(line for column in columns for line in column), *ends, *([] if is_whole else [more])]
    view = _buttons(plan, digest, texts) if plan.writes else None
    return DryRun("\n".join(lines), None if is_whole else _report(plan, texts), view)


def refusal(error: ImportRefusedError, texts: Texts) -> str:
    """Return why a file is refused as a whole: its faults, as many as fit."""
    head = texts("{file} is refused; nothing was written.", file=escape(shorten(error.name, _TITLE)))
    lines = [f"- {escape(shorten(problem_line(each, texts), ROOM // 2))}" for each in error.problems]
    kept, left_out = fit(lines, ROOM - length(head))
    if left_out:
        kept = (*kept, texts.plural("-# {count} more does not fit here.", "-# {count} more do not fit here.", left_out))
    return "\n".join([head, *kept])


def outcome(report: ImportReport, texts: Texts) -> str:
    """Return what was written, what was left out, and how to take it back."""
    if report.revision is None:
        return texts("There is nothing to write.")
    plan = report.plan
    lines = [
        texts.plural(
            "{count} claim written, as revision {revision}.",
            "{count} claims written, as revision {revision}.",
            plan.written,
            revision=report.revision,
        )
    ]
    conflicting, refused = len(plan.of("conflicting")), len(plan.of("refused"))
    if conflicting or refused:
        left = texts(
            "Left out: {conflicting} conflicting, {refused} refused.", conflicting=conflicting, refused=refused
        )
        lines.append(left)
    return "\n".join([*lines, texts("`/history` shows the revision and takes it back as a whole.")])


def _column(plan: ImportPlan, outcome: ImportOutcome, texts: Texts) -> list[str]:
    entries = plan.of(outcome)
    head = f"**{heading(outcome, texts, drafts=plan.drafts)}** ({len(entries)})"
    return [head, *(_line(entry, texts) for entry in entries)] if entries else []


def _line(entry: ImportEntry, texts: Texts) -> str:
    title = escape(shorten(texts.pick(entry.title_en, entry.title_zh) or entry.claim, _TITLE))
    detail = escape(shorten(short_detail(entry, texts), _DETAIL))
    return f"- {title}\n-# {detail}" if detail else f"- {title}"


def _says_more(entry: ImportEntry, texts: Texts) -> bool:
    """Tell whether the report says more of a claim than its line does."""
    details = detail_lines(entry, texts)
    title = texts.pick(entry.title_en, entry.title_zh)
    return bool(entry.fields) or len(details) > 1 or len(title) > _TITLE or len("".join(details)) > _DETAIL


def _report(plan: ImportPlan, texts: Texts) -> bytes:
    made = bytearray()
    lines = list(report_lines(plan, texts))
    for number, line in enumerate(lines):
        made += f"{line}\n".encode()
        if len(made) > REPORT_BYTES:
            rest = len(lines) - number - 1
            made += texts.plural("… and {count} more line.\n", "… and {count} more lines.\n", rest).encode()
            break
    return bytes(made)


def _buttons(plan: ImportPlan, digest: str, texts: Texts) -> ui.View:
    view = ui.View(timeout=None)
    view.add_item(WriteButton.of(digest, plan.fingerprint, plan.written, texts))
    view.add_item(DiscardButton(texts("Discard")))
    # Dynamic items need no view that is remembered.
    view.stop()
    return view


MEGABYTE = 1024 * 1024
_FORMS: Mapping[str, Format] = {form: form for form in FORMATS}


async def send_export(interaction: BotInteraction, chosen: str) -> None:
    """Answer a deferred command with the file, or say why there is none; raises NotAllowedError."""
    touchstone, texts, actor = interaction.client.touchstone, texts_for(interaction), actor_of(interaction)
    form = _FORMS.get(chosen, "yaml")
    await asyncio.to_thread(touchstone.moderation.rights.permit, actor, "claim.export")
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


REPORT = "report.txt"
_DIGITS = 16

Carried = discord.Attachment | discord.File


async def show_file(interaction: BotInteraction, file: discord.Attachment, turn: asyncio.Semaphore) -> None:
    """Answer a deferred command with the dry run of a file; raises NotAllowedError before anything is fetched."""
    texts, actor = texts_for(interaction), actor_of(interaction)
    rights = interaction.client.touchstone.moderation.rights
    await asyncio.to_thread(rights.permit, actor, "claim.import")
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
    await asyncio.to_thread(rights.permit, actor, "claim.import")
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


_CHOICES = [
    app_commands.Choice(name=locale_str(name), value=value)
    for value, name in (
        ("yaml", msgid("YAML: everything, and it comes back as it was")),
        ("csv", msgid("CSV: a sheet, which comes back too")),
        ("claimreview", msgid("ClaimReview: what is published, for other fact checkers")),
    )
]


class Exchange(Joining):
    """Answers moderators privately.

    `turn` is held while a file is read: each keeps a core busy, and one after the other they are done no later.
    """

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot
        self.turn = asyncio.Semaphore(1)
        added: list[Subcommand] = [
            app_commands.Command(
                name=locale_str(msgid("export")),
                description=locale_str(msgid("Get the claims of this server as a file")),
                callback=self.export,
            ),
            app_commands.Command(
                name=locale_str(msgid("import")),
                description=locale_str(msgid("See what a file would change in this server's claims, then write it")),
                callback=self.import_,
            ),
        ]
        self.join(bot.browse, added)

    @app_commands.rename(form=locale_str(msgid("format")))
    @app_commands.describe(form=locale_str(msgid("The kind of file; without one, YAML")))
    @app_commands.choices(form=_CHOICES)
    async def export(self, interaction: BotInteraction, form: str = "yaml") -> None:
        """Send the claims as this server sees them."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await send_export(interaction, form)

    @app_commands.rename(file=locale_str(msgid("file")))
    @app_commands.describe(
        file=locale_str(msgid("A pack in YAML, a sheet in CSV or ClaimReview in JSON; at most 8 MB"))
    )
    async def import_(self, interaction: BotInteraction, file: discord.Attachment) -> None:
        """Show what the file would change; a button of the answer writes it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await show_file(interaction, file, self.turn)

    async def write(self, interaction: BotInteraction, digest: str, mark: str) -> None:
        """Write the file that the message of a deferred button carries, if it has this checksum and plan."""
        await write_file(interaction, digest, mark, self.turn)
