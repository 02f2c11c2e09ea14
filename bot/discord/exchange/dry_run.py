"""The dry run of an import as a message: what fits of it, all of it as a report, and the buttons."""

from collections.abc import Sequence
from dataclasses import dataclass

from discord import ui

from bot.discord.escape import escape
from bot.discord.exchange.items import DiscardButton, WriteButton
from bot.discord.fitting import fit, fit_fairly, length, shorten
from bot.import_plan import SHOWN, detail_lines, heading, problem_line, report_lines, short_detail, unchanged_line
from bot.texts import Texts
from claims.exchange.plan import ImportEntry, ImportPlan, ImportReport, Outcome
from config.errors import ImportRefusedError

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


def _column(plan: ImportPlan, outcome: Outcome, texts: Texts) -> list[str]:
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
    view.add_item(WriteButton.of(digest, plan.mark, plan.written, texts))
    view.add_item(DiscardButton(texts("Discard")))
    # Dynamic items need no view that is remembered.
    view.stop()
    return view
