"""Texts that another claim has already, or nearly: told after they are written, so that no claim stands twice."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence

from bot.discord.desk.sight import moderator
from bot.discord.escape import escape
from bot.discord.fitting import shorten
from bot.discord.interaction import BotInteraction
from bot.service import Touchstone
from bot.texts import Texts
from claims.exchange.near import NEAR_FROM
from claims.record import ClaimRecord
from claims.rights import Actor

# Each text takes some milliseconds; whoever adds hundreds at once looks through them before.
_MOST_TEXTS = 40
_MOST_LINES = 5
_LONGEST = 120


async def near_lines(interaction: BotInteraction, claim_id: str, new: Sequence[str], texts: Texts) -> list[str]:
    """Return a warning for each new text that another claim of the server says, whatever its status; escaped."""
    touchstone, actor = interaction.client.touchstone, moderator(interaction)
    found = await asyncio.to_thread(lambda: list(_near(touchstone, actor, claim_id, new[:_MOST_TEXTS])))
    return [
        texts(
            "⚠ “{text}” is nearly what another claim says: {claim}.",
            text=escape(shorten(text, _LONGEST)),
            claim=escape(shorten(texts.pick(claim.title_en, claim.title_zh), _LONGEST)),
        )
        for text, claim in found[:_MOST_LINES]
    ]


def _near(touchstone: Touchstone, actor: Actor, claim_id: str, new: Iterable[str]) -> Iterator[tuple[str, ClaimRecord]]:
    others = {claim.id: claim for claim in touchstone.moderation.claims.all(actor) if claim.id != claim_id}
    said = {text.casefold(): claim for claim in others.values() for text in _texts(claim)}
    for text in new:
        # The checks know published claims only: of others, the very same text is found.
        if (same := said.get(text.casefold())) is not None:
            yield text, same
            continue
        matches = touchstone.check(text, actor.server).matches
        near = next((match for match in matches if match.claim in others and match.score >= NEAR_FROM), None)
        if near is not None:
            yield text, others[near.claim]


def _texts(claim: ClaimRecord) -> Iterator[str]:
    yield from (claim.title_en, claim.title_zh)
    yield from (wording.text for wording in claim.wordings if not wording.negative)
