"""The dry run of an import, drawn: what would be new, changed, conflicting or refused, and why."""

from typing import TYPE_CHECKING

from bot.terminal.console import Terminal

if TYPE_CHECKING:
    from claims.exchange.plan import ImportPlan


def draw_plan(plan: "ImportPlan", terminal: Terminal) -> None:
    """Print each claim under what would become of it; those that stay the same are only counted."""
    # With the database behind it, which help does without.
    from bot.import_plan import SHOWN, detail_lines, heading, title_of, unchanged_line  # noqa: PLC0415

    texts = terminal.texts
    for outcome, mark in SHOWN:
        entries = plan.of(outcome)
        if entries:
            terminal.print(f"{heading(outcome, texts, drafts=plan.drafts)} ({len(entries)})", style="bold")
        for entry in entries:
            terminal.print(f"  {mark} {title_of(entry, texts)}")
            for line in detail_lines(entry, texts):
                terminal.print(f"      {line}", style="yellow" if entry.near else None)
    terminal.print(unchanged_line(plan, texts), style="dim")
