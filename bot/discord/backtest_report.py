"""What a backtest found, with the button that applies its cut-off to the server."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any, Self

import discord
from discord import ui

from bot.backtest import BacktestReport, ClaimCount, Doubtful
from bot.backtest_summary import summary_lines, written
from bot.discord.actor import actor_of
from bot.discord.button import Lasting, label_of
from bot.discord.cards import draw_lines
from bot.discord.escape import escape
from bot.discord.interaction import BotInteraction
from bot.discord.private import respond, texts_for
from bot.texts import Texts

_MOST_CLAIMS = 15


class CutOffButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:cut-off:(?P<cut_off>[01](?:\.\d{1,9})?)"):
    """Applies a cut-off to the server; the right to do so is asked again when it is pressed."""

    def __init__(self, cut_off: str, label: str) -> None:
        button = ui.Button[Any](label=label, custom_id=f"ts:cut-off:{cut_off}", style=discord.ButtonStyle.primary)
        super().__init__(button)
        self.cut_off = cut_off

    @classmethod
    def of(cls, cut_off: float, texts: Texts) -> Self:
        """Return the button for a cut-off in a language."""
        shown = written(cut_off)
        return cls(shown, texts("Use cut-off {cut_off} in this server", cut_off=shown))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the cut-off from the id of a button that was sent earlier."""
        return cls(match["cut_off"], label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Write it as one change of the server's settings."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        change = interaction.client.touchstone.moderation.setup.change
        await asyncio.to_thread(change, actor_of(interaction), cut_off=float(self.cut_off))
        texts = texts_for(interaction)
        await respond(
            interaction, texts("From now on I answer in this server from {cut_off} on.", cut_off=self.cut_off)
        )


def draw_report(report: BacktestReport, head: Sequence[str], titles: Mapping[str, str], texts: Texts) -> ui.LayoutView:
    """Return the report as a card; messages are named by their links only."""
    lines = [*head, *summary_lines(report, texts)]
    if report.claims:
        lines += [_bold(texts("Claims")), *_claims(report.claims, titles, texts)]
    if report.doubtful:
        lines += [_bold(texts("The most doubtful replies:")), *(_doubtful(each, titles) for each in report.doubtful)]
    buttons = [] if report.cut_off is None else [CutOffButton.of(report.cut_off, texts)]
    return draw_lines(lines, texts, buttons)


def _bold(text: str) -> str:
    return f"**{text}**"


def _claims(counts: Sequence[ClaimCount], titles: Mapping[str, str], texts: Texts) -> list[str]:
    return [
        texts(
            "- {claim}: {replies} replies, {offers} offers",
            claim=escape(titles.get(count.claim, count.claim)),
            replies=count.replies,
            offers=count.offers,
        )
        for count in counts[:_MOST_CLAIMS]
    ]


def _doubtful(doubtful: Doubtful, titles: Mapping[str, str]) -> str:
    title = escape(titles.get(doubtful.claim, doubtful.claim))
    return f"- {doubtful.score:.4f} {doubtful.message.link} {title}"
