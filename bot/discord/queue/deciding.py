"""What a click on an item does: the decision is written at once, and says in one line what it did."""

import asyncio
from collections.abc import Callable
from functools import partial

from bot.discord.actor import actor_of
from bot.discord.escape import escape
from bot.discord.interaction import BotInteraction
from bot.discord.queue.buttons import Decision
from bot.discord.queue.known import claims_named, title_in
from bot.discord.queue.words import words_of
from bot.faults import value_text
from bot.texts import Texts, msgid
from claims.changing import Written
from claims.queue_items import Item
from claims.record import ClaimRecord
from config.errors import ConflictError

_DONE: dict[Decision, str] = {
    "word": msgid("Taken as a wording of: {claim}"),
    "never": msgid("Taken as never to be matched with: {claim}"),
    "drop": msgid("Dismissed."),
    "resume": msgid("Answered again: {claim}"),
}


async def write_decision(
    interaction: BotInteraction, deed: Decision, item: Item, claim: str | None, texts: Texts, text: str = ""
) -> str:
    """Write a decision and return a line about it; a claim and a text given count in place of the item's own.

    Raises what `QueueDecisions` and `read_message` raise.
    """
    moderation, actor = interaction.client.touchstone.moderation, actor_of(interaction)
    decisions, target = moderation.decisions, claim or item.claim
    write: Callable[[], Written]
    if deed == "drop":
        write = partial(decisions.dismiss, actor, item.id)
    elif deed == "resume":
        write = partial(moderation.claim_settings.resume, actor, item.claim or "")
    else:
        words = text or await words_of(interaction, item, texts)
        add = decisions.accept_wording if deed == "word" else decisions.accept_negative
        write = partial(add, actor, item.id, target, words)
    await asyncio.to_thread(write)
    return await _done_line(interaction, deed, target, texts)


async def nearest_claims(interaction: BotInteraction, item: Item, texts: Texts) -> list[ClaimRecord]:
    """Return the claims that come nearest to the item's words, best first."""
    touchstone, server = interaction.client.touchstone, interaction.guild_id
    words = await words_of(interaction, item, texts)
    finding = await asyncio.to_thread(touchstone.check, words, server)
    near = [match.claim for match in finding.matches]
    found = await asyncio.to_thread(claims_named, touchstone, server, near)
    return [found[claim] for claim in near if claim in found]


async def _done_line(interaction: BotInteraction, deed: Decision, claim: str | None, texts: Texts) -> str:
    """Return what was done, with the title of the claim."""
    found = await asyncio.to_thread(claims_named, interaction.client.touchstone, interaction.guild_id, [claim])
    sentence = texts(_DONE[deed], claim=escape(title_in(found, claim or "", texts)))
    return f"✓ {sentence}"


def faster_line(error: ConflictError, texts: Texts) -> str:
    """Say who has decided the item meanwhile, and how."""
    told = {each.field: each.theirs for each in error.fields}
    who = str(told.get("decided_by") or "")
    named = f"<@{who}>" if who.isdigit() else texts("somebody else")
    decision = value_text("decision", told.get("decision"), texts)
    return texts("{who} was faster: {decision}.", who=named, decision=decision)
