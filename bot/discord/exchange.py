"""`/claims export` and `/claims import`: moderators take the claims of their server out and bring them back."""

import asyncio
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.bot import BotInteraction, CommandGroup, TouchstoneBot, subcommand
from bot.discord.cards import escape, fit, fit_fairly, length, shorten
from bot.discord.routes import Click, Request, Route, Router
from bot.import_plan import (
    SHOWN,
    code_page_lines,
    detail_lines,
    heading,
    problem_line,
    report_lines,
    short_detail,
    unchanged_line,
)
from bot.texts import Texts, msgid
from claims.base import ClaimBase
from claims.exchange.formats import FORMATS, MAX_BYTES, SUFFIXES, Format
from claims.exchange.importing import export_claims, import_claims, plan_import, read_import_bytes
from claims.exchange.plan import ImportEntry, ImportOutcome, ImportPlan, ImportReport
from claims.moderation.rights import Actor
from config.errors import ImportRefusedError, PlanChangedError

# The checksum of the file that the message carries, and the mark of the plan that was agreed to.
WRITE = Route("ts:import:write:{digest:[0-9a-f]+}:{mark:[0-9a-f]+}", "claim.import")
# That needs no right, since only the person who asked sees it.
DISCARD = Route("ts:import:discard", way="itself")

# Discord takes 2,000 characters of plain text.
ROOM = 1900
REPORT_BYTES = 1024 * 1024
_TITLE = 100
_DETAIL = 200


@dataclass(frozen=True, slots=True)
class DryRun:
    """The text of the message, and the report that goes with it (None: the message says everything itself)."""

    content: str
    report: bytes | None


def draw(plan: ImportPlan, texts: Texts, lead: Sequence[str] = ()) -> DryRun:
    """Return the dry run of a file; `lead` are lines that stand first, already escaped."""
    ends = [unchanged_line(plan, texts)]
    ends.append(texts("Nothing has been written yet.") if plan.writes else texts("There is nothing to write."))
    if plan.writes and plan.of("refused"):
        ends.append(texts("Mend what is refused and bring the file again, or take only the rest of it."))
    more = texts("Everything is in the report below.")
    title = texts("What {file} would change", file=shorten(plan.name, _TITLE))
    heads = [*lead, f"### {escape(title)}"]
    heads += [f"-# {line}" for line in code_page_lines(plan, texts)]
    room = ROOM - sum(length(line) + 1 for line in [*heads, *ends, more])
    columns, left_out = fit_fairly([column for outcome, _ in SHOWN if (column := _column(plan, outcome, texts))], room)
    is_whole = not left_out and not any(_says_more(entry, texts) for entry in plan.entries)
    lines = [*heads, *(line for column in columns for line in column), *ends, *([] if is_whole else [more])]
    return DryRun("\n".join(lines), None if is_whole else _report(plan, texts))


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
    title = escape(shorten(texts.pick(entry.title) or entry.claim, _TITLE))
    detail = escape(shorten(short_detail(entry, texts), _DETAIL))
    return f"- {title}\n-# {detail}" if detail else f"- {title}"


def _says_more(entry: ImportEntry, texts: Texts) -> bool:
    """Tell whether the report says more of a claim than its line does."""
    details = detail_lines(entry, texts)
    title = texts.pick(entry.title)
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
    label, style = (
        texts.plural("Write {count} claim", "Write {count} claims", plan.written),
        discord.ButtonStyle.primary,
    )
    if plan.of("refused"):
        # A part of a file is written only by choice.
        label = texts.plural("Write the other {count} claim only", "Write the other {count} claims only", plan.written)
        style = discord.ButtonStyle.danger
    view.add_item(WRITE.button(label, style, digest=digest, mark=plan.fingerprint))
    view.add_item(DISCARD.button(texts("Discard")))
    # Routes need no view that is remembered.
    view.stop()
    return view


MEGABYTE = 1024 * 1024
_TOO_LARGE = msgid(
    "The file is larger than the {limit} MB that Discord takes here. Whoever runs me gets it with {command}."
)
_TOO_LARGE_HERE = msgid(
    "{file} is larger than {limit} MB. Split it into several files, or let whoever runs me import it: {command}"
)
_KINDS: Mapping[str, Format] = {kind: kind for kind in FORMATS}


def _export(base: ClaimBase, kind: Format, server: int | None, most: int) -> bytes | None:
    """Return the file, None as soon as it is larger than `most` bytes; no bytes where it would hold no claim."""
    made = io.BytesIO()
    for piece in export_claims(base, kind, server, byte_order_mark=True):
        if made.tell() + len(raw := piece.encode()) > most:
            return None
        made.write(raw)
    whole = made.getvalue()
    # A sheet has its heads all the same, and JSON its brackets.
    is_empty = {"csv": whole.count(b"\n") < 2, "claimreview": whole.strip() == b"[]"}.get(kind, False)
    return b"" if is_empty else whole


def _about(kind: Format, texts: Texts) -> str:
    if kind == "claimreview":
        return texts("The published claims as this server sees them, for other fact checkers.")
    return texts("The claims as this server sees them. Change the file and bring it back with `/claims import`.")


REPORT = "report.txt"
_DIGITS = 16

Carried = discord.Attachment | discord.File


async def _fetch(file: discord.Attachment) -> bytes | None:
    """Return the bytes from Discord's own store, None where they are not there any more."""
    try:
        return await file.read()
    except (discord.NotFound, discord.Forbidden):
        return None


def _gone(texts: Texts) -> str:
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


class Exchange(CommandGroup):
    """Answers moderators privately.

    `turn` is held while a file is read, which keeps a core busy: one after the other they are done no later.
    """

    def __init__(self, bot: TouchstoneBot, group: commands.Cog, router: Router) -> None:
        self.bot = bot
        self.turn = asyncio.Semaphore(1)
        router.answer(WRITE, self._write)
        router.answer(DISCARD, self._discard)
        self.join(
            group,
            subcommand(msgid("export"), msgid("Get the claims of this server as a file"), self.export),
            subcommand(
                msgid("import"),
                msgid("See what a file would change in this server's claims, then write it"),
                self.import_,
            ),
        )

    @app_commands.rename(kind=locale_str(msgid("format")))
    @app_commands.describe(kind=locale_str(msgid("The kind of file; without one, YAML")))
    @app_commands.choices(kind=_CHOICES)
    async def export(self, interaction: BotInteraction, kind: str = "yaml") -> None:
        """Send the claims as this server sees them, or say why there is no file."""
        request = await Request.waiting(interaction)
        actor, texts, chosen = await request.require("claim.export"), request.texts, _KINDS.get(kind, "yaml")
        most = interaction.filesize_limit
        made = await request.do(_export, request.touchstone.base, chosen, actor.server, most)
        name = f"claims{SUFFIXES[chosen]}"
        if made is None:
            command = f"touchstone claims export --server {actor.server} --format {chosen} --out {name}"
            await request.respond(texts(_TOO_LARGE, limit=most // MEGABYTE, command=f"`{command}`"))
        elif not made:
            await request.respond(texts("This server sees no claims."))
        else:
            file = discord.File(io.BytesIO(made), name)
            await interaction.followup.send(_about(chosen, texts), file=file, ephemeral=True)

    @app_commands.rename(file=locale_str(msgid("file")))
    @app_commands.describe(
        file=locale_str(msgid("A pack in YAML, a sheet in CSV or ClaimReview in JSON; at most 8 MB"))
    )
    async def import_(self, interaction: BotInteraction, file: discord.Attachment) -> None:
        """Show what the file would change; a button of the answer writes it."""
        request = await Request.waiting(interaction)
        await request.require("claim.import")
        texts, name = request.texts, escape(file.filename)
        # The message of the dry run has to carry the file again.
        most = min(MAX_BYTES, interaction.filesize_limit)
        if file.size > most:
            limit = most // MEGABYTE
            # Whole, as an export of many thousand claims is, the terminal takes it.
            command = f"`touchstone claims import FILE --server {request.server}`"
            await request.respond(texts(_TOO_LARGE_HERE, file=name, limit=limit, command=command))
            return
        await interaction.edit_original_response(content=texts("Reading {file} …", file=name))
        raw = await _fetch(file)
        if raw is None:
            await interaction.edit_original_response(content=_gone(texts))
        else:
            await self._show(request, file.filename, raw, discord.File(io.BytesIO(raw), file.filename))

    async def _write(self, click: Click) -> None:
        """Write the file that the message carries, or show what it would change by now."""
        texts, edit = click.texts, click.interaction.edit_original_response
        carried = click.interaction.message.attachments if click.interaction.message else []
        raw = await _fetch(carried[0]) if carried else None
        if raw is None or _digest(raw) != click["digest"]:
            await click.respond(_gone(texts))
            return
        file, base = carried[0], click.touchstone.base
        try:
            async with self.turn:
                report = await click.do(_write, base, file.filename, raw, click.actor, click["mark"])
        except PlanChangedError:
            lead = texts("The claims have changed meanwhile, and nothing was written. Look at it again:")
            await self._show(click, file.filename, raw, file, [lead])
        except ImportRefusedError as error:
            await edit(content=refusal(error, texts), attachments=[], view=None)
        else:
            await edit(content=outcome(report, texts), attachments=carried[1:], view=None)

    async def _discard(self, click: Click) -> None:
        """Take the dry run and its file away."""
        sentence = click.texts("The file is discarded; nothing was written.")
        await click.interaction.response.edit_message(content=sentence, attachments=[], view=None)

    async def _show(self, request: Request, name: str, raw: bytes, carried: Carried, lead: Sequence[str] = ()) -> None:
        """Show the dry run of a file in place of what stands there; `carried` is the file for its message."""
        texts, base, edit = request.texts, request.touchstone.base, request.interaction.edit_original_response
        try:
            async with self.turn:
                plan = await request.do(_plan, base, name, raw, request.server)
        except ImportRefusedError as error:
            await edit(content=refusal(error, texts), attachments=[], view=None)
            return
        shown = await request.do(draw, plan, texts, lead)
        view = _buttons(plan, _digest(raw), texts) if plan.writes else None
        files = [] if shown.report is None else [discord.File(io.BytesIO(shown.report), REPORT)]
        attached: list[Carried] = [carried, *files] if plan.writes else [*files]
        await edit(content=shown.content, attachments=attached, view=view)
