"""The button "Not what I said": members report a wrong match; the message's author or a moderator may hide the card."""

import asyncio
import contextlib
import re
from collections.abc import Sequence
from typing import Any, Self

import discord
from discord import ui

from bot.discord.actor import may_tidy
from bot.discord.button import Lasting, card_of, claims_button, claims_of, label_of, split_claims
from bot.discord.cards import draw_lines
from bot.discord.fitting import shorten
from bot.discord.interaction import BotInteraction
from bot.discord.private import respond, texts_for
from bot.texts import Texts
from claims.answers import AnswerRecord
from config.errors import NotAllowedError, UnknownClaimError

_LONGEST_LABEL = 80
_NOT_SAID = "not-said"


class NotSaidButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:not:(?P<claims>.*)"):
    """Counts a report; where the card answers several claims, asks which one is meant."""

    def __init__(self, claims: Sequence[str], label: str) -> None:
        super().__init__(claims_button("ts:not:", claims, label))
        self.claims = tuple(claims)

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the claims from the id of a button that was sent earlier."""
        return cls(split_claims(match["claims"]), label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Report the one claim, or ask which."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        texts, card = texts_for(interaction), card_of(interaction)
        record = await asyncio.to_thread(interaction.client.touchstone.answers.card, card)
        if record is None or len(record.claims) == 1:
            await _report(interaction, card, claims_of(record, self.claims)[0])
            return
        known = await asyncio.to_thread(interaction.client.touchstone.base.claims, interaction.guild_id)
        titles = {claim.id: texts.pick(claim.title_en, claim.title_zh) for claim in known}
        buttons = [NotSaidAboutButton(card, at, titles.get(claim, claim)) for at, claim in enumerate(record.claims)]
        await respond(interaction, draw_lines([texts("Which of these did the message not say?")], texts, buttons))


class NotSaidAboutButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:not-about:(?P<card>\d+):(?P<at>\d+)"):
    """Reports one claim of a card that answers several: the one at this place, counted from 0."""

    def __init__(self, card: int, at: int, label: str) -> None:
        super().__init__(claims_button(f"ts:not-about:{card}:{at}", (), shorten(label, _LONGEST_LABEL)))
        self.card = card
        self.at = at

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read card and place from the id of a button that was sent earlier."""
        return cls(int(match["card"]), int(match["at"]), label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Report the claim."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        record = await asyncio.to_thread(interaction.client.touchstone.answers.card, self.card)
        if record is None or self.at >= len(record.claims):
            raise UnknownClaimError(f"{self.at} of card {self.card}")
        await _report(interaction, self.card, record.claims[self.at])


class HideButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:hide:(?P<card>\d+)"):
    """Takes a card away; the right to do so is asked again when it is pressed."""

    def __init__(self, card: int, label: str) -> None:
        super().__init__(ui.Button(label=label, custom_id=f"ts:hide:{card}", style=discord.ButtonStyle.danger))
        self.card = card

    @classmethod
    def of(cls, card: int, texts: Texts) -> Self:
        """Return the button for a card in a language."""
        return cls(card, texts("Hide the card"))

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the card from the id of a button that was sent earlier."""
        return cls(int(match["card"]), label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Delete the card from the channel and remember that it is hidden."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        answers = interaction.client.touchstone.answers
        record = await asyncio.to_thread(answers.card, self.card)
        if record is None or not await _may_hide(interaction, record):
            raise NotAllowedError("Only the message's author or a moderator may hide a card.")
        channel = interaction.client.get_partial_messageable(record.channel, guild_id=record.server)
        with contextlib.suppress(discord.NotFound):
            await channel.get_partial_message(self.card).delete()
        await asyncio.to_thread(answers.hide, self.card)
        texts = texts_for(interaction)
        await respond(interaction, texts("The card is hidden."))


async def _report(interaction: BotInteraction, card: int, claim: str) -> None:
    """Count the report once per member, thank for it, and offer the hiding to those who may."""
    texts, touchstone = texts_for(interaction), interaction.client.touchstone
    record = await asyncio.to_thread(touchstone.answers.card, card)
    if interaction.guild_id is None:
        raise NotAllowedError("This works in a server only.")
    await asyncio.to_thread(
        touchstone.feedback.report, interaction.guild_id, claim, card, interaction.user.id, _NOT_SAID
    )
    thanks = texts("Thank you. I have noted it for the moderators of this server.")
    if record is not None and not record.hidden and await _may_hide(interaction, record):
        await respond(interaction, draw_lines([thanks], texts, [HideButton.of(card, texts)]))
    else:
        await respond(interaction, thanks)


async def _may_hide(interaction: BotInteraction, record: AnswerRecord) -> bool:
    """Tell whether the person wrote the answered message, or moderates its server."""
    if interaction.guild_id != record.server:
        return False
    touchstone = interaction.client.touchstone
    is_author = await asyncio.to_thread(touchstone.answers.is_author, record, interaction.user.id)
    return is_author or await may_tidy(interaction)
