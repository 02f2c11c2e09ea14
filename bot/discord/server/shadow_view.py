"""What was collected in shadow mode, as a card: counts, claims, the most doubtful would-be replies as links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from discord import ui

from bot.backtest_summary import written
from bot.discord.backtest_report import CutOffButton
from bot.discord.cards import draw_lines
from bot.discord.escape import escape
from bot.discord.server.clear_button import ClearShadowButton
from bot.texts import Texts
from claims.shadow import ShadowOutcome, ShadowReport

_MOST_CLAIMS = 15


@dataclass(frozen=True, slots=True)
class Collected:
    """A report, the budget it is held against, and the cut-off that keeps it (None: it is kept)."""

    report: ShadowReport
    budget: float
    cut_off: float | None
    server: int
    channel: int | None


def draw_shadow(of: Collected, head: str, titles: Mapping[str, str], texts: Texts) -> ui.LayoutView:
    """Return the card; messages are named by their links only."""
    report = of.report
    lines = [f"### {head}"]
    if not report.messages:
        return draw_lines([*lines, texts("Nothing was counted. /touchstone watch has a mode for it.")], texts)
    rate = f"{1000 * report.offers / report.messages:.2f}"
    lines += [
        texts("{count} messages of members read.", count=report.messages),
        texts("Replies: {count}, {rate} per 1,000 messages.", count=report.replies, rate=f"{report.per_thousand:.2f}"),
        texts("Offers: {count}, {rate} per 1,000 messages.", count=report.offers, rate=rate),
        texts("Cool-downs are not counted in: in chat it is this many at most."),
        _cut_off(of, texts),
    ]
    if report.claims:
        heading = texts("Claims")
        lines += [f"**{heading}**", *_claims(report.claims, titles, texts)]
    if report.doubtful:
        heading = texts("The most doubtful replies:")
        lines += [f"**{heading}**", *(_doubtful(each, of.server, titles) for each in report.doubtful)]
    buttons: list[ui.Item[Any]] = [] if of.cut_off is None else [CutOffButton.of(of.cut_off, texts)]
    return draw_lines(lines, texts, [*buttons, ClearShadowButton.of(of.channel, texts)])


def _cut_off(of: Collected, texts: Texts) -> str:
    budget = f"{of.budget:g}"
    if of.cut_off is None:
        return texts("That keeps the budget of {budget} replies per 1,000 messages.", budget=budget)
    return texts(
        "To keep the budget of {budget} replies per 1,000 messages, set the cut-off to {cut_off}.",
        budget=budget,
        cut_off=written(of.cut_off),
    )


def _claims(counts: Sequence[tuple[str, int]], titles: Mapping[str, str], texts: Texts) -> list[str]:
    return [
        texts.plural(
            "- {claim}: {count} reply", "- {claim}: {count} replies", count, claim=escape(titles.get(claim, claim))
        )
        for claim, count in counts[:_MOST_CLAIMS]
    ]


def _doubtful(outcome: ShadowOutcome, server: int, titles: Mapping[str, str]) -> str:
    link = f"https://discord.com/channels/{server}/{outcome.channel}/{outcome.message}"
    return f"- {outcome.score:.4f} {link} {escape(titles.get(outcome.claim, outcome.claim))}"
