"""`/touchstone shadow`: what the bot would have said where it only counts."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str

from bot.backtest import written
from bot.discord.backtest import BUDGET, CutOffButton
from bot.discord.bot import BotInteraction
from bot.discord.cards import draw_lines
from bot.discord.items import Joining, Lasting, Subcommand, label_of
from bot.discord.markdown import escape
from bot.discord.person import actor_of, respond, texts_for
from bot.texts import Texts, msgid
from claims.moderation.rights import Actor
from claims.moderation.shadow import ShadowOutcome, ShadowReport

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


class ClearShadowButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:shadow-clear:(?P<channel>\d+)"):
    """Clears one channel, or (0) the whole server; the right to do so is asked again when it is pressed."""

    def __init__(self, channel: int, label: str) -> None:
        button = ui.Button[Any](label=label, custom_id=f"ts:shadow-clear:{channel}", style=discord.ButtonStyle.danger)
        super().__init__(button)
        self.channel = channel

    @classmethod
    def of(cls, channel: int | None, texts: Texts) -> Self:
        """Return the button for a channel (None: all) in a language."""
        return cls(channel or 0, texts("Delete these counts"))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the channel from the id of a button that was sent earlier."""
        return cls(int(match["channel"]), label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Delete the counts."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        clear = interaction.client.touchstone.moderation.shadow.clear
        await asyncio.to_thread(clear, actor_of(interaction), self.channel or None)
        texts = texts_for(interaction)
        await respond(interaction, texts("Deleted. Counting begins anew."))


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


Counted = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread


class ShadowCommand(Joining):
    """Answers moderators privately."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot
        command: Subcommand = app_commands.Command(
            name=locale_str(msgid("shadow")),
            description=locale_str(msgid("See what I would have said where I only count")),
            callback=self.shadow,
        )
        self.join(bot.manage, (command,))

    @app_commands.rename(channel=locale_str(msgid("channel")), days=locale_str(msgid("days")))
    @app_commands.describe(
        channel=locale_str(msgid("The channel or thread; without one, all of them")),
        days=locale_str(msgid("How many days back")),
    )
    async def shadow(
        self, interaction: BotInteraction, channel: Counted | None = None, days: app_commands.Range[int, 1, 365] = 7
    ) -> None:
        """Show the report, the cut-off that keeps the budget, and the means to begin anew."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        texts, actor = texts_for(interaction), actor_of(interaction)
        collected = await asyncio.to_thread(self._read, actor, channel.id if channel else None, days)
        claims = await asyncio.to_thread(self.bot.touchstone.base.claims, actor.server)
        titles = {claim.id: texts.pick(claim.title_en, claim.title_zh) for claim in claims}
        where = channel.mention if channel else texts("all channels")
        head = texts("Only counted in {channel}, last {days} days", channel=where, days=days)
        await respond(interaction, draw_shadow(collected, head, titles, texts))

    def _read(self, actor: Actor, channel: int | None, days: int) -> Collected:
        """Read the report; raises NotAllowedError."""
        touchstone = self.bot.touchstone
        shadow = touchstone.moderation.shadow
        report = shadow.report(actor, channel, days)
        chosen = touchstone.servers.settings(actor.server or 0).budget
        budget = BUDGET if chosen is None else chosen
        return Collected(report, budget, shadow.cut_off_for(actor, budget, channel, days), actor.server or 0, channel)
