"""The buttons under a public card, and what they lead to: all there is, reasons, votes, and hiding the card."""

import contextlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

import discord
from discord import ui
from discord.ext import commands

from bot.discord.cards import draw_lines, draw_pages, escape, evidence_lines, shorten
from bot.discord.errors import FAILED_REQUEST
from bot.discord.lookup import claims_named, title_in
from bot.discord.messages import said_in
from bot.discord.notices import tell_moderators
from bot.discord.routes import LONGEST_ID, UNREADABLE, Click, Request, Route, Router
from bot.explain import withdrawn_line
from bot.texts import Texts, msgid
from claims.answering.answers import AnswerRecord
from claims.moderation.reports import FeedbackKind, ReportOutcome, Standing
from config.errors import NotAllowedError, UnknownClaimError, UnknownEntryError

_LONGEST_LABEL = 80
REPORTS: dict[FeedbackKind, str] = {
    "not-said": msgid("Not what I said"),
    "wrong-claim": msgid("Wrong claim"),
    "out-of-date": msgid("Out of date"),
}

MORE = Route("ts:more:{claims:rest}", way="below")
# Under cards of an older Touchstone.
SOURCES = Route("ts:sources:{claims:rest}", way="below")
HELPFUL = Route("ts:helpful:{claims:rest}", "card.report", "below")
WHY = Route("ts:why:{claims:rest}", way="below")
NOT_SAID = Route("ts:not:{claims:rest}", "card.report", "below")
# One claim of a card, the one at this place, counted from 0.
REPORT = Route("ts:report:{kind:not-said|wrong-claim|out-of-date}:{card:number}:{at:number}", "card.report", "below")
HIDE = Route("ts:hide:{card:number}", way="below")


def card_buttons(claims: Sequence[str], texts: Texts) -> list[ui.Item[Any]]:
    """Return the buttons of a public card; a card without claims has none."""
    if not claims:
        return []
    why = WHY.button(texts("Why this?"), claims=_joined(WHY, claims))
    not_said = NOT_SAID.button(texts("Not what I said"), claims=_joined(NOT_SAID, claims))
    helpful = HELPFUL.button(texts("Helpful"), claims=_joined(HELPFUL, claims))
    return [more_button(claims, texts), why, helpful, not_said]


def more_button(claims: Sequence[str], texts: Texts) -> ui.Button[Any]:
    """Return the button that shows all points, passages and sources of these claims."""
    return MORE.button(texts("More"), claims=_joined(MORE, claims))


def beyond_more(claims: Sequence[str]) -> Sequence[str]:
    """Return those of the claims that “More” has no room for; of a card that is kept it shows them all the same."""
    return claims[len(_joined(MORE, claims).split(",")) :]


def _joined(route: Route, claims: Sequence[str]) -> str:
    """Return as many of the claims as Discord's 100 characters hold."""
    kept, room = list(claims), LONGEST_ID - len(route.id(claims=""))
    while len(",".join(kept)) > room:
        kept.pop()
    return ",".join(kept)


class CardButtons(commands.Cog):
    """Answers the buttons under cards; most need no right, and whether a card may be hidden its record says."""

    def __init__(self, router: Router) -> None:
        router.answer(MORE, self._more)
        router.answer(SOURCES, self._more)
        router.answer(HELPFUL, self._helpful)
        router.answer(WHY, self._why)
        router.answer(NOT_SAID, self._not_said)
        router.answer(REPORT, self._report)
        router.answer(HIDE, self._hide)

    async def _more(self, click: Click) -> None:
        """Send every point with its sources and the cited passages, on as many private pages as they need."""
        record = await _record(click, click.message)
        claims = _claims_of(record, click)
        if await _are_withdrawn(click, record, claims):
            return
        lines = await click.do(evidence_lines, click.touchstone, claims, click.texts, click.server)
        for page in draw_pages(lines):
            await click.respond(page)

    async def _why(self, click: Click) -> None:
        """Check the message again and say what in it led to the claim, or that it is gone or reads differently now."""
        texts, touchstone = click.texts, click.touchstone
        record = await _record(click, click.message)
        named = _claims_of(record, click)
        if await _are_withdrawn(click, record, named):
            return
        known = await click.do(touchstone.claims, click.server)
        claims = {name: known[name] for name in named if name in known}
        text = await _answered_text(click)
        if text is None:
            titles = texts.apart(escape(texts.pick(claim.title)) for claim in claims.values())
            gone = texts("The message is gone, so I cannot check it again. The card answers: {claims}", claims=titles)
            await click.respond(gone)
            return
        finding = await click.do(touchstone.check, text, click.server)
        lines = await click.do(touchstone.why, finding, claims, texts, escape)
        unlike = texts("The message reads differently now; I no longer see the claim in it.")
        await click.respond(draw_lines(lines or [unlike], texts))

    async def _helpful(self, click: Click) -> None:
        """Keep that the card has helped, for each of its claims."""
        card, server, user = click.message, click.guild.id, click.interaction.user.id
        record = await _record(click, card)
        claims = _claims_of(record, click)
        if await _are_withdrawn(click, record, claims):
            return
        standing, act = await _standing(click), click.touchstone.feedback.act
        new = [
            (await click.do(act, server, click.channel, claim, card, user, "helpful", standing)).new for claim in claims
        ]
        texts = click.texts
        again = texts("You have said so already.")
        await click.respond(texts("Thank you. The moderators see that this card has helped.") if any(new) else again)

    async def _not_said(self, click: Click) -> None:
        """Report the one claim of the card, or ask which one is meant."""
        texts, card = click.texts, click.message
        record = await _record(click, card)
        if await _are_withdrawn(click, record, _claims_of(record, click)):
            return
        told = _told(record)
        if record is None or len(told) == 1:
            await _report(click, card, record, _claims_of(record, click)[0], "not-said")
            return
        known = await click.do(claims_named, click.touchstone, click.server, record.claims)
        titles = [title_in(known, claim, texts) for claim in record.claims]
        places = [at for at, claim in enumerate(record.claims) if claim in told]
        buttons = [_report_button("not-said", card, at, titles[at]) for at in places]
        await click.respond(draw_lines([texts("Which of these did the message not say?")], texts, buttons))

    async def _report(self, click: Click) -> None:
        """Report one claim of a card; of one member the last kind counts."""
        card, at = click.number("card"), click.number("at")
        record = await _record(click, card)
        if record is None or at >= len(record.claims):
            raise UnknownClaimError(f"{at} of card {card}")
        if await _are_withdrawn(click, record, (record.claims[at],)):
            return
        await _report(click, card, record, record.claims[at], cast("FeedbackKind", click["kind"]))

    async def _hide(self, click: Click) -> None:
        """Delete the card from the channel and remember that it is hidden."""
        card = click.number("card")
        record = await _record(click, card)
        if record is None or not await _may_hide(click, record):
            raise NotAllowedError("Only the message's author or a moderator may hide a card.")
        channel = click.interaction.client.get_partial_messageable(record.channel, guild_id=record.server)
        with contextlib.suppress(discord.NotFound):
            await channel.get_partial_message(card).delete()
        # What moderators hide is to rest; an author gives back only the own card.
        is_tidied = await click.may_tidy()
        await click.do(click.touchstone.answers.hide, record.channel, card, is_retracted=not is_tidied)
        await click.respond(click.texts("The card is hidden."))


async def _record(click: Click, card: int) -> AnswerRecord | None:
    """Return what the answer book knows of a card."""
    return await click.do(click.touchstone.answers.card, click.channel, card)


def _told(record: AnswerRecord | None) -> tuple[str, ...]:
    """Return the claims that a card tells of: those that were edited out of its message are no longer on it."""
    return () if record is None else tuple(name for name in record.claims if name in (record.shown or record.claims))


def _claims_of(record: AnswerRecord | None, click: Click) -> tuple[str, ...]:
    """Return the claims of a card: all that it tells of where the answer book knows it, else those in the button's id.

    Raises:
        UnknownEntryError: neither names any, as only a forger's id does.
    """
    written = tuple(claim for claim in click["claims"].split(",") if claim)
    claims = _told(record) if record is not None else written
    if not claims:
        raise UnknownEntryError(UNREADABLE)
    return claims


async def _are_withdrawn(request: Request, record: AnswerRecord | None, claims: Sequence[str]) -> bool:
    """Say of a card whose claims are all withdrawn that they are, and offer to hide it; False where one still stands.

    Such a card has its buttons until it is corrected, and for good where it is too old for that.
    """
    server, texts = request.server, request.texts
    known = await request.do(claims_named, request.touchstone, server, claims)
    if server is None or not claims or any(claim.status == "published" for claim in known.values()):
        return False
    found = [await request.do(request.moderation.corrections.withdrawal, server, claim) for claim in claims]
    # An id that only a forger names is no claim that was ever taken out.
    if record is None and any(each.at is None for each in found):
        return False
    lines = [part for each in found for part in (f"**{escape(texts.pick(each.title))}**", withdrawn_line(each, texts))]
    await request.respond(draw_lines(lines, texts, await _hide_button(request, record)))
    return True


async def _hide_button(request: Request, record: AnswerRecord | None) -> list[ui.Item[Any]]:
    """Return the button that hides a card, for those who may; else nothing, also where Discord does not tell."""
    try:
        if record is None or record.card_message is None or record.hidden or not await _may_hide(request, record):
            return []
    except FAILED_REQUEST:
        return []
    label, style = request.texts("Hide the card"), discord.ButtonStyle.danger
    return [HIDE.button(label, style, card=record.card_message)]


async def _answered_text(click: Click) -> str | None:
    """Fetch the text of the message that the card answers; None where it cannot be read any more."""
    reference = click.interaction.message.reference if click.interaction.message else None
    if reference is None or reference.message_id is None:
        return None
    channel = click.interaction.client.get_partial_messageable(reference.channel_id, guild_id=click.server)
    try:
        return said_in(await channel.fetch_message(reference.message_id), click.interaction.channel)
    except (discord.NotFound, discord.Forbidden):
        return None


async def _may_hide(request: Request, record: AnswerRecord) -> bool:
    """Tell whether the person wrote the answered message, or may tidy up in its server."""
    if request.server != record.server:
        return False
    is_author = request.touchstone.answers.is_author
    user = request.interaction.user.id
    return (
        await request.do(is_author, record, user)
        or await request.may_tidy()
        or await _has_written(request, record, user)
    )


async def _has_written(request: Request, record: AnswerRecord, user: int) -> bool:
    """Ask Discord who wrote the message, where the author's mark has been deleted on request or with time."""
    if record.author_hash is not None or record.card_message is None:
        return False
    channel = request.interaction.client.get_partial_messageable(record.channel, guild_id=record.server)
    try:
        # The number of the message is gone as well: only the card still says what it replies to.
        answered = (await channel.fetch_message(record.card_message)).reference
        if answered is None or answered.message_id is None:
            return False
        return (await channel.fetch_message(answered.message_id)).author.id == user
    except (discord.NotFound, discord.Forbidden):
        return False


def _report_button(kind: FeedbackKind, card: int, at: int, label: str) -> ui.Button[Any]:
    return REPORT.button(shorten(label, _LONGEST_LABEL), kind=kind, card=card, at=at)


async def _report(request: Request, card: int, record: AnswerRecord | None, claim: str, kind: FeedbackKind) -> None:
    """Keep the report, say what follows from it, and offer the other kinds, and the hiding to those who may."""
    texts, guild = request.texts, request.guild
    standing = await _standing(request)
    about = (guild.id, request.channel, claim, card, request.interaction.user.id, kind, standing)
    outcome = await request.do(request.touchstone.feedback.act, *about)
    lines, buttons = [_consequence(outcome, texts)], list[ui.Item[Any]]()
    if record is not None and claim in record.claims:
        at = record.claims.index(claim)
        lines.append(texts("-# If something else is wrong, choose it; your last choice counts."))
        buttons += [_report_button(other, card, at, texts(REPORTS[other])) for other in REPORTS if other != kind]
    buttons += await _hide_button(request, record)
    await request.respond(draw_lines(lines, texts, buttons))
    if outcome.paused:
        await _announce_pause(request, guild.id, claim)


def _consequence(outcome: ReportOutcome, texts: Texts) -> str:
    """Say in one sentence what the report has led to."""
    if not outcome.new:
        return texts("You have reported this already; the moderators of this server will decide.")
    if outcome.paused:
        return texts("Thank you. I do not answer this claim here by myself until a moderator decides.")
    if outcome.raised_to:
        return texts("Thank you. Until a moderator decides, I am more careful about this claim here.")
    return texts("Thank you. I have noted it for the moderators of this server.")


async def _announce_pause(request: Request, server: int, claim: str) -> None:
    """Tell the moderators; the item in the queue is there in any case."""
    known = await request.do(claims_named, request.touchstone, server, [claim])

    def line(texts: Texts) -> str:
        title = escape(title_in(known, claim, texts))
        return texts(
            "Members' reports have paused the claim “{claim}”: I do not answer it here by myself until you decide."
            " /queue",
            claim=title,
        )

    await tell_moderators(request.interaction.client, server, line)


async def _standing(request: Request) -> Standing:
    """Return what speaks for a report by the person; raises NotAllowedError where they cannot see the card."""
    held, member = request.interaction.permissions, request.interaction.user
    if not (held.view_channel and held.read_message_history):
        raise NotAllowedError("You cannot see the card in this channel, so you cannot report it.")
    if not isinstance(member, discord.Member):
        return Standing()
    days = (discord.utils.utcnow() - member.joined_at) / timedelta(days=1) if member.joined_at else None
    moderates = await request.do(request.moderation.rights.may, request.actor, "claim.set")
    return Standing(days, has_role=len(member.roles) > 1, moderates=moderates)
