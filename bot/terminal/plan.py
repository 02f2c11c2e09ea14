"""The dry run of an import, drawn: what would be new, changed, conflicting or refused, and why."""

from typing import TYPE_CHECKING

from bot.terminal.console import Terminal
from bot.texts import Texts

if TYPE_CHECKING:
    from claims.exchange.plan import ImportEntry, ImportPlan, Outcome

_SHOWN: "tuple[tuple[Outcome, str], ...]" = (("new", "+"), ("changed", "~"), ("conflicting", "!"), ("refused", "x"))


def draw_plan(plan: "ImportPlan", terminal: Terminal) -> None:
    """Print each claim under what would become of it; those that stay the same are only counted."""
    texts = terminal.texts
    for outcome, mark in _SHOWN:
        entries = plan.of(outcome)
        if entries:
            terminal.print(f"{_heading(outcome, texts, drafts=plan.drafts)} ({len(entries)})", style="bold")
        for entry in entries:
            _draw_entry(entry, mark, terminal)
    same = len(plan.of("unchanged"))
    terminal.print(texts.plural("{count} claim is unchanged.", "{count} claims are unchanged.", same), style="dim")


def _draw_entry(entry: "ImportEntry", mark: str, terminal: Terminal) -> None:
    texts = terminal.texts
    terminal.print(f"  {mark} {entry.claim}  {texts.pick(entry.title_en, entry.title_zh)}".rstrip())
    for problem in entry.problems:
        terminal.print(f"      {problem}")
    for near in entry.near:
        title = texts.pick(near.title_en, near.title_zh)
        likeness = round(near.likeness * 100)
        warning = texts("may repeat {claim}: {title} ({likeness} %)", claim=near.claim, title=title, likeness=likeness)
        terminal.print(f"      {warning}", style="yellow")


def _heading(outcome: "Outcome", texts: Texts, *, drafts: bool) -> str:
    match outcome:
        case "new":
            return texts("New, as drafts") if drafts else texts("New")
        case "changed":
            return texts("Changed")
        case "conflicting":
            return texts("Conflicting: changed here since, and left as they are here")
        case _:
            return texts("Refused")
