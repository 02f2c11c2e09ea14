"""The buttons under a card that show more: "Sources" and "Why this?"."""

import asyncio
from collections.abc import Sequence
from typing import Any, Self

import discord
from discord import ui

from bot.discord.button import AboutClaims, card_of, claims_of
from bot.discord.cards import draw_lines, draw_pages
from bot.discord.escape import escape
from bot.discord.evidence import evidence_lines
from bot.discord.feedback import NotSaidButton, ReportButton
from bot.discord.hiding import HideButton
from bot.discord.interaction import BotInteraction
from bot.discord.private import respond, texts_for
from bot.texts import Texts


class SourcesButton(AboutClaims, ui.DynamicItem[ui.Button[Any]], template=r"ts:sources:(?P<claims>.*)"):
    """Shows every point with its sources, and the cited passages of documents that the operator has loaded."""

    prefix = "ts:sources:"

    @classmethod
    def of(cls, claims: Sequence[str], texts: Texts) -> Self:
        """Return the button for these claims in a language."""
        return cls(claims, texts("Sources"))

    async def press(self, interaction: BotInteraction) -> None:
        """Send the sources, on as many private pages as they need."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        texts = texts_for(interaction)
        touchstone = interaction.client.touchstone
        record = await asyncio.to_thread(touchstone.answers.card, card_of(interaction))
        claims = claims_of(record, self.claims)
        lines = await asyncio.to_thread(evidence_lines, touchstone, claims, texts, interaction.guild_id)
        for page in draw_pages(lines):
            await respond(interaction, page)


class WhyButton(AboutClaims, ui.DynamicItem[ui.Button[Any]], template=r"ts:why:(?P<claims>.*)"):
    """Checks the message again and says what in it led to the claim."""

    prefix = "ts:why:"

    async def press(self, interaction: BotInteraction) -> None:
        """Say why, or that the message is gone or reads differently now."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        texts = texts_for(interaction)
        touchstone = interaction.client.touchstone
        record = await asyncio.to_thread(touchstone.answers.card, card_of(interaction))
        known = await asyncio.to_thread(touchstone.base.claims, interaction.guild_id)
        claims = {claim.id: claim for claim in known if claim.id in claims_of(record, self.claims)}
        text = await _answered_text(interaction)
        if text is None:
            titles = "; ".join(escape(texts.pick(claim.title_en, claim.title_zh)) for claim in claims.values())
            await respond(
                interaction,
                texts("The message is gone, so I cannot check it again. The card answers: {claims}", claims=titles),
            )
            return
        finding = await asyncio.to_thread(touchstone.check, text, interaction.guild_id)
        lines = await asyncio.to_thread(touchstone.why, finding, claims, texts, escape)
        await respond(
            interaction,
            draw_lines(lines or [texts("The message reads differently now; I no longer see the claim in it.")], texts),
        )


async def _answered_text(interaction: BotInteraction) -> str | None:
    """Fetch the text of the message that the card answers; None where it cannot be read any more."""
    reference = interaction.message.reference if interaction.message else None
    if reference is None or reference.message_id is None:
        return None
    channel = interaction.client.get_partial_messageable(reference.channel_id, guild_id=interaction.guild_id)
    try:
        return (await channel.fetch_message(reference.message_id)).content
    except (discord.NotFound, discord.Forbidden):
        return None


def card_buttons(claims: Sequence[str], texts: Texts) -> list[ui.Item[Any]]:
    """Return the three buttons of a public card."""
    return [
        SourcesButton.of(claims, texts),
        WhyButton(claims, texts("Why this?")),
        NotSaidButton(claims, texts("Not what I said")),
    ]


CARD_BUTTONS: tuple[type[ui.DynamicItem[Any]], ...] = (
    SourcesButton,
    WhyButton,
    NotSaidButton,
    ReportButton,
    HideButton,
)
