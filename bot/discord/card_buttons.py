"""The buttons under a card that show more: "Sources" and "Why this?"."""

import asyncio
import contextlib
import logging
import re
from collections.abc import Sequence
from typing import Any, Self, cast

import discord
from discord import ui

from bot.discord.bot import BotInteraction
from bot.discord.cards import draw_lines, draw_pages, evidence_lines
from bot.discord.items import AboutClaims, Lasting, card_of, claims_button, claims_of, label_of
from bot.discord.markdown import escape, shorten
from bot.discord.person import chosen_language, language_of, may_tidy, respond, texts_for
from bot.texts import Texts, msgid
from claims.answering.answers import AnswerRecord
from claims.moderation.reports import FeedbackKind, ReportOutcome
from config.errors import NotAllowedError, UnknownClaimError

_log = logging.getLogger(__name__)


async def announce_pause(interaction: BotInteraction, server: int, claim: str) -> None:
    """Post in the channel of the digest, where one is chosen; the item in the queue is there without it.

    Nobody is pinged, and a refusal of Discord's is only logged: the member's report has been kept.
    """
    bot = interaction.client
    settings = await asyncio.to_thread(bot.touchstone.servers.settings, server)
    if settings.digest_channel is None:
        return
    spoken = language_of(interaction.guild_locale) if interaction.guild_locale else "en"
    texts = bot.texts(chosen_language(settings.language, bot.settings.language, otherwise=spoken))
    try:
        known = await asyncio.to_thread(bot.touchstone.base.claim, claim, server)
        title = texts.pick(known.title_en, known.title_zh)
    except UnknownClaimError:
        title = claim
    line = texts(
        "Members' reports have paused the claim “{claim}”: I do not answer it here by myself until you decide. /queue",
        claim=escape(title),
    )
    try:
        await bot.get_partial_messageable(settings.digest_channel, guild_id=server).send(line)
    except discord.HTTPException as refusal:
        _log.info("A pause could not be announced in channel %s: %s", settings.digest_channel, refusal)


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
        record = await asyncio.to_thread(answers.card, channel_of(interaction), self.card)
        if record is None or not await may_hide(interaction, record):
            raise NotAllowedError("Only the message's author or a moderator may hide a card.")
        channel = interaction.client.get_partial_messageable(record.channel, guild_id=record.server)
        with contextlib.suppress(discord.NotFound):
            await channel.get_partial_message(self.card).delete()
        await asyncio.to_thread(answers.hide, record.channel, self.card)
        texts = texts_for(interaction)
        await respond(interaction, texts("The card is hidden."))


def channel_of(interaction: BotInteraction) -> int:
    """Return the channel of the button, which is that of its card."""
    if interaction.channel_id is None:
        raise NotAllowedError("This works in a server only.")
    return interaction.channel_id


async def may_hide(interaction: BotInteraction, record: AnswerRecord) -> bool:
    """Tell whether the person wrote the answered message, or may tidy up in its server."""
    if interaction.guild_id != record.server:
        return False
    is_author = interaction.client.touchstone.answers.is_author
    return await asyncio.to_thread(is_author, record, interaction.user.id) or await may_tidy(interaction)


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
        record = await asyncio.to_thread(interaction.client.touchstone.answers.card, channel_of(interaction), card)
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
        record = await asyncio.to_thread(interaction.client.touchstone.answers.card, channel_of(interaction), self.card)
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
    about = (server, channel_of(interaction), claim, card, interaction.user.id, kind)
    outcome = await asyncio.to_thread(touchstone.feedback.act, *about)
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
        record = await asyncio.to_thread(touchstone.answers.card, channel_of(interaction), card_of(interaction))
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
        record = await asyncio.to_thread(touchstone.answers.card, channel_of(interaction), card_of(interaction))
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
