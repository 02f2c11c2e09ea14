"""The sentences of a backtest's report that every front end shows."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.texts import Texts
from checks.model import Action, Finding
from claims.moderation.shadow import DOUBTFUL, cut_off_within


@dataclass(frozen=True, slots=True)
class PastMessage:
    """A member's message: its id, its text, and where it can be looked at (empty: not known)."""

    id: str
    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A would-be reply that only just passed; the message's text is for the screen and must not be kept."""

    message: PastMessage
    claim: str
    score: float


@dataclass(frozen=True, slots=True)
class ClaimCount:
    """How often a claim would have been answered and offered."""

    claim: str
    replies: int
    offers: int


@dataclass(frozen=True, slots=True)
class BacktestReport:
    """What the messages would have led to; cool-downs are left out, so that the counts are upper bounds.

    `budget`: replies wanted at most per 1,000 messages; `cut_off`: what keeps it (None: it is kept as things are);
    `left`: the replies from that cut-off on.
    """

    messages: int
    replies: int
    offers: int
    claims: tuple[ClaimCount, ...]
    doubtful: tuple[Doubtful, ...]
    budget: float
    cut_off: float | None
    left: int

    def per_thousand(self, count: int) -> float:
        """Return a count as so many in 1,000 messages."""
        return 1000 * count / self.messages if self.messages else 0.0


class Backtest:
    """Checks messages one by one and counts; of texts it keeps only those of the ten most doubtful replies."""

    def __init__(self, check: Callable[[str], Finding], *, keep_texts: bool = False) -> None:
        """Take the check of whose outcomes the counts are; without `keep_texts` no text is kept at all."""
        self._check = check
        self._keep_texts = keep_texts
        self._messages = 0
        self._offers = 0
        self._scores: list[float] = []
        self._claims: Counter[tuple[str, Action]] = Counter()
        self._doubtful: list[Doubtful] = []

    @property
    def messages(self) -> int:
        """The number of messages so far."""
        return self._messages

    def add(self, message: PastMessage) -> None:
        """Check one message and count what it would have led to."""
        finding = self._check(message.text)
        self._messages += 1
        best = finding.best
        if best is None or finding.action == "silent":
            return
        self._claims[best.claim, finding.action] += 1
        if finding.action == "offer":
            self._offers += 1
            return
        score = best.score if best.exact is None else best.exact
        self._scores.append(score)
        kept = message if self._keep_texts else replace(message, text="")
        self._doubtful.append(Doubtful(kept, best.claim, score))
        self._doubtful = sorted(self._doubtful, key=lambda each: each.score)[:DOUBTFUL]

    def report(self, budget: float) -> BacktestReport:
        """Return what was counted so far; `budget` is in replies per 1,000 messages."""
        cut_off = cut_off_within(self._scores, self._messages, budget)
        left = self._scores if cut_off is None else [score for score in self._scores if score >= cut_off]
        claims = [
            ClaimCount(claim, self._claims[claim, "reply"], self._claims[claim, "offer"])
            for claim in {claim for claim, _ in self._claims}
        ]
        claims.sort(key=lambda count: (-count.replies, -count.offers, count.claim))
        return BacktestReport(
            messages=self._messages,
            replies=len(self._scores),
            offers=self._offers,
            claims=tuple(claims),
            doubtful=tuple(self._doubtful),
            budget=budget,
            cut_off=cut_off,
            left=len(left),
        )


def summary_lines(report: BacktestReport, texts: Texts) -> list[str]:
    """Return how many messages, replies and offers there were, and the cut-off that keeps the budget."""
    read = texts("{count} messages of members read.", count=report.messages)
    if not report.messages:
        return [read]
    replies, offers = (f"{report.per_thousand(count):.2f}" for count in (report.replies, report.offers))
    return [
        read,
        texts("Replies: {count}, {rate} per 1,000 messages.", count=report.replies, rate=replies),
        texts("Offers: {count}, {rate} per 1,000 messages.", count=report.offers, rate=offers),
        texts("Cool-downs are not counted in: in chat it is this many at most."),
        _cut_off(report, texts),
    ]


def _cut_off(report: BacktestReport, texts: Texts) -> str:
    budget = f"{report.budget:g}"
    if report.cut_off is None:
        return texts("That keeps the budget of {budget} replies per 1,000 messages.", budget=budget)
    return texts(
        "To keep the budget of {budget} replies per 1,000 messages, set the cut-off to {cut_off}; {left} are left.",
        budget=budget,
        cut_off=written(report.cut_off),
        left=report.left,
    )


def written(cut_off: float) -> str:
    """Return a cut-off with as many decimals as it needs, at most 9: near 1 a few of them are not enough."""
    return f"{cut_off:.9f}".rstrip("0").rstrip(".")
