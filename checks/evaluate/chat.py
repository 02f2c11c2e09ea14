"""Ordinary chat, in which nobody makes a claim: every answer is a false alarm."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from checks.evaluate.rows import ChatLine
from checks.finding import Finding


@dataclass(frozen=True, slots=True)
class FalseAlarm:
    """A line that was answered or offered an answer, with the claim and its score."""

    line: ChatLine
    action: str
    claim: str
    score: float


@dataclass(frozen=True, slots=True)
class ChatReport:
    """How many lines there were, and the false alarms among them, highest score first."""

    lines: int
    alarms: Sequence[FalseAlarm]

    def count(self, *actions: str) -> int:
        """Return the number of false alarms of these actions."""
        return sum(alarm.action in actions for alarm in self.alarms)

    def per_thousand(self, *actions: str) -> float:
        """Return the number of false alarms of these actions in 1,000 lines."""
        return 1000 * self.count(*actions) / max(1, self.lines)


def judge_chat(check: Callable[[str], Finding], lines: Iterable[ChatLine]) -> ChatReport:
    """Check every line."""
    alarms: list[FalseAlarm] = []
    count = 0
    for line in lines:
        count += 1
        finding = check(line.text)
        if finding.action != "silent" and finding.best is not None:
            alarms.append(FalseAlarm(line, finding.action, finding.best.claim, finding.best.score))
    return ChatReport(count, sorted(alarms, key=lambda alarm: (alarm.action != "reply", -alarm.score)))
