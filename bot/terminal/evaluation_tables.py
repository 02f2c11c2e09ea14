"""Tables of an evaluation."""

from typing import TYPE_CHECKING

from rich.table import Table

from bot.terminal.console import Terminal
from bot.texts import Texts, msgid

if TYPE_CHECKING:
    from checks.evaluate.chat import ChatReport
    from checks.evaluate.deciding import Threshold
    from checks.evaluate.messages import MessageReport
    from checks.evaluate.retrieval import RetrievalReport

_SHORT = 90
_MOST_PAIRS = 10

FIGURES = {
    "top1": msgid("the right claim on top"),
    "replied": msgid("answered rightly"),
    "replied_or_offered": msgid("answered or offered rightly"),
    "wrong": msgid("answered with another claim"),
    "false": msgid("answered where there is no claim"),
    "false_offer": msgid("answered or offered where there is no claim"),
    "lectured": msgid("a debunker answered"),
    "denies_seen": msgid("denials seen"),
    "asks_seen": msgid("questions seen"),
    "conflict_seen": msgid("differing figures seen"),
    "conflict_false": msgid("figures wrongly found to differ"),
}
FAULTS = {
    "false reply": msgid("reply where there is no claim"),
    "wrong reply": msgid("reply with another claim"),
    "lectured": msgid("reply to a debunker"),
    "false offer": msgid("offer where there is no claim"),
    "another claim on top": msgid("another claim on top"),
    "nothing found": msgid("nothing found"),
    "left unanswered": msgid("left unanswered"),
}
ACTIONS = {"reply": msgid("reply"), "offer": msgid("offer"), "silent": msgid("silence")}


def show_messages(terminal: Terminal, report: "MessageReport", worst: int) -> None:
    """Print the figures by language, the worst rows and the confused claims."""
    texts = terminal.texts
    table = _table(texts("Figure"), texts("all"), *report.by_language)
    for name, share in report.figures.items():
        shares = [figures.get(name) for figures in report.by_language.values()]
        table.add_row(texts(FIGURES[name]), f"{share:.3f}", *("" if one is None else f"{one:.3f}" for one in shares))
    terminal.out.print(table)
    rows = _table(texts("Row"), texts("What went wrong"), texts("Found"), texts("Score"), texts("Message"))
    for row in report.worst[:worst]:
        fault = texts(FAULTS[row.fault])
        rows.add_row(row.message.id, fault, row.claim or "", f"{row.score:.2f}", _short(row.message.text))
    _show_if_any(terminal, rows)
    pairs = _table(texts("Right claim"), texts("Found"), texts("Times"))
    for right, found, count in report.confusion[:_MOST_PAIRS]:
        pairs.add_row(right, found, str(count))
    _show_if_any(terminal, pairs)


def show_chat(terminal: Terminal, report: "ChatReport", worst: int) -> None:
    """Print how often the bot would speak, and where."""
    texts = terminal.texts
    table = _table(texts("Action"), texts("Times"), texts("in 1,000 messages"))
    for action in ("reply", "offer"):
        table.add_row(texts(ACTIONS[action]), str(report.count(action)), f"{report.per_thousand(action):.2f}")
    terminal.out.print(table)
    terminal.print(texts.plural("{count} message", "{count} messages", report.lines), style="dim")
    rows = _table(texts("Line"), texts("Action"), texts("Found"), texts("Score"), texts("Message"))
    for alarm in report.alarms[:worst]:
        action = texts(ACTIONS[alarm.action])
        rows.add_row(str(alarm.line.number), action, alarm.claim, f"{alarm.score:.2f}", _short(alarm.line.text))
    _show_if_any(terminal, rows)


def show_retrieval(terminal: Terminal, name: str, report: "RetrievalReport", worst: int) -> None:
    """Print how high the right claims rank, and the first messages for which none is among the first five."""
    texts = terminal.texts
    table = _table(texts("Set"), texts("Claims"), texts("Messages"), "MAP@5", "P@1", "S@5", "ms")
    shares = [f"{share:.4f}" for share in report.figures.values()]
    table.add_row(name, str(report.claims), str(len(report.ranked)), *shares, f"{report.milliseconds:.1f}")
    terminal.out.print(table)
    rows = _table(texts("Row"), texts("Right claim"), texts("Found"), texts("Message"))
    for each in report.missed[:worst]:
        rows.add_row(each.query.id, min(each.query.right, default=""), *each.found[:1], _short(each.query.text))
    _show_if_any(terminal, rows)


def show_threshold(terminal: Terminal, claims: int, threshold: "Threshold") -> None:
    """Print what is answered when ordinary chat may raise few false alarms."""
    texts = terminal.texts
    table = _table(
        texts("Claims"), texts("Chat"), texts("False alarms"), _figure(texts, "replied"), _figure(texts, "wrong")
    )
    counts = (str(claims), str(threshold.lines), str(threshold.alarms))
    table.add_row(*counts, f"{threshold.answered:.3f}", f"{threshold.wrong:.3f}")
    terminal.out.print(table)


def _figure(texts: Texts, name: str) -> str:
    return texts(FIGURES[name])


def _table(*headings: str) -> Table:
    table = Table(box=None, header_style="bold")
    for heading in headings:
        table.add_column(heading)
    return table


def _show_if_any(terminal: Terminal, table: Table) -> None:
    if table.row_count:
        terminal.print()
        terminal.out.print(table)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 1]}…"
