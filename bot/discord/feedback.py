"""The button "Not what I said": members report a wrong match, hear what follows, and may say what else is wrong."""

import asyncio
import re
from typing import Any, Self, cast

from discord import ui

from bot.discord.button import AboutClaims, Lasting, card_of, claims_button, claims_of, label_of
from bot.discord.cards import draw_lines
from bot.discord.fitting import shorten
from bot.discord.hiding import HideButton, may_hide
from bot.discord.interaction import BotInteraction
from bot.discord.pause_notice import announce_pause
from bot.discord.private import respond, texts_for
from bot.texts import Texts, msgid
from claims.answers import AnswerRecord
from claims.feedback import FeedbackKind
from claims.reports import ReportOutcome
from config.errors import NotAllowedError, UnknownClaimError

_LONGEST_LABEL = 80
KINDS: dict[FeedbackKind, str] = {
    "not-said": msgid("Not what I said"),
    "wrong-claim": msgid("Wrong claim"),
    "out-of-date": msgid("Out of date"),
}


class NotSaidButton(AboutClaims, ui.DynamicItem[ui.Button[Any]], template=r"ts:not:(?P<claims>.*)"):
    """Counts a report; where the card answers several claims, asks which one is meant."""

    prefix = "ts:not:"

    async def press(self, interaction: BotInteraction) -> None:
        """Report the one claim, or ask which."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        texts, card = texts_for(interaction), card_of(interaction)
        record = await asyncio.to_thread(interaction.client.touchstone.answers.card, card)
        if record is None or len(record.claims) == 1:
            await _report(interaction, card, record, claims_of(record, self.claims)[0], "not-said")
            return
        known = await asyncio.to_thread(interaction.client.touchstone.base.claims, interaction.guild_id)
        titles = {claim.id: texts.pick(claim.title_en, claim.title_zh) for claim in known}
        buttons = [ReportButton("not-said", card, at, titles.get(of, of)) for at, of in enumerate(record.claims)]
        await respond(interaction, draw_lines([texts("Which of these did the message not say?")], texts, buttons))


class ReportButton(
    Lasting,
    ui.DynamicItem[ui.Button[Any]],
    template=r"ts:report:(?P<kind>not-said|wrong-claim|out-of-date):(?P<card>\d+):(?P<at>\d+)",
):
    """Reports one claim of a card, the one at this place, counted from 0; of one member the last kind counts."""

    def __init__(self, kind: FeedbackKind, card: int, at: int, label: str) -> None:
        super().__init__(claims_button(f"ts:report:{kind}:{card}:{at}", (), shorten(label, _LONGEST_LABEL)))
        self.kind: FeedbackKind = kind
        self.card = card
        self.at = at

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read kind, card and place from the id of a button that was sent earlier."""
        return cls(cast("FeedbackKind", match["kind"]), int(match["card"]), int(match["at"]), label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Report the claim."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        record = await asyncio.to_thread(interaction.client.touchstone.answers.card, self.card)
        if record is None or self.at >= len(record.claims):
            raise UnknownClaimError(f"{self.at} of card {self.card}")
        await _report(interaction, self.card, record, record.claims[self.at], self.kind)


async def _report(
    interaction: BotInteraction, card: int, record: AnswerRecord | None, claim: str, kind: FeedbackKind
) -> None:
    """Keep the report, say what follows from it, and offer the other kinds, and the hiding to those who may."""
    texts, touchstone, server = texts_for(interaction), interaction.client.touchstone, interaction.guild_id
    if server is None:
        raise NotAllowedError("This works in a server only.")
    outcome = await asyncio.to_thread(touchstone.feedback.act, server, claim, card, interaction.user.id, kind)
    lines, buttons = [_consequence(outcome, texts)], list[ui.Item[Any]]()
    if record is not None and claim in record.claims:
        at = record.claims.index(claim)
        lines.append(texts("-# If something else is wrong, choose it; your last choice counts."))
        buttons += [ReportButton(other, card, at, texts(KINDS[other])) for other in KINDS if other != kind]
    if record is not None and not record.hidden and await may_hide(interaction, record):
        buttons.append(HideButton.of(card, texts))
    await respond(interaction, draw_lines(lines, texts, buttons))
    if outcome.paused:
        await announce_pause(interaction, server, claim)


def _consequence(outcome: ReportOutcome, texts: Texts) -> str:
    """Say in one sentence what the report has led to."""
    if not outcome.new:
        return texts("You have reported this already; the moderators of this server will decide.")
    if outcome.paused:
        return texts("Thank you. I do not answer this claim here by myself until a moderator decides.")
    if outcome.raised_to:
        return texts("Thank you. Until a moderator decides, I am more careful about this claim here.")
    return texts("Thank you. I have noted it for the moderators of this server.")
