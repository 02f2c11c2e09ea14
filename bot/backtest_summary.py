"""The sentences of a backtest's report that every front end shows."""

from bot.backtest import BacktestReport
from bot.texts import Texts


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
