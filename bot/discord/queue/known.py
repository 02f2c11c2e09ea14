"""Claims that items speak of, of any status, and the one that somebody names in a form."""

import asyncio
from collections.abc import Iterable, Mapping

from bot.discord.fitting import shorten
from bot.discord.interaction import BotInteraction
from bot.service import Touchstone
from bot.texts import Texts
from claims.record import ClaimRecord
from config.errors import UnknownClaimError

_LONGEST_TITLE = 100


def claims_named(touchstone: Touchstone, server: int | None, ids: Iterable[str | None]) -> Mapping[str, ClaimRecord]:
    """Return the claims as the server sees them, by id; those that are gone are left out."""
    found: dict[str, ClaimRecord] = {}
    for claim_id in {each for each in ids if each}:
        try:
            found[claim_id] = touchstone.base.claim(claim_id, server)
        except UnknownClaimError:
            continue
    return found


def title_in(claims: Mapping[str, ClaimRecord], claim_id: str, texts: Texts) -> str:
    """Return the claim's title in a language; its id where the claim is gone."""
    claim = claims.get(claim_id)
    return shorten(texts.pick(claim.title_en, claim.title_zh), _LONGEST_TITLE) if claim else claim_id


async def claim_meant(interaction: BotInteraction, typed: str) -> ClaimRecord:
    """Return the claim whose id was typed, or the only published one with the typed words.

    Raises UnknownClaimError, which names the nearest where several fit.
    """
    typed = typed.strip()
    touchstone, server = interaction.client.touchstone, interaction.guild_id
    found = await asyncio.to_thread(claims_named, touchstone, server, [typed])
    if typed in found:
        return found[typed]
    matching = (await interaction.client.browse.titles(server)).find(typed, 2) if typed else ()
    if len(matching) != 1:
        raise UnknownClaimError(typed, tuple(claim.id for claim in matching))
    return matching[0]
