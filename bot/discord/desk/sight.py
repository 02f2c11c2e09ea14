"""What the desk shows of a claim, read in one go: the claim, its sources with their passages, and the day."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.discord.actor import actor_of
from bot.discord.interaction import BotInteraction
from bot.service import Touchstone
from bot.sources import SourceList
from bot.texts import Texts
from claims.claim_view import ClaimSight
from claims.record import CitationRecord, ClaimRecord, DocumentRecord
from claims.rights import Actor
from config.errors import NotAllowedError


@dataclass(frozen=True, slots=True)
class DeskSight:
    """A claim as its desk shows it; `today` tells whether its review is due."""

    sight: ClaimSight
    documents: Mapping[str, DocumentRecord]
    passages: Mapping[CitationRecord, str | None]
    today: date

    @property
    def claim(self) -> ClaimRecord:
        """Return the claim as the server sees it."""
        return self.sight.claim

    def sources(self, texts: Texts) -> SourceList:
        """Return a numbering of sources, which is empty until it is asked for numbers."""
        return SourceList(self.documents, texts, self.passages.get)


def moderator(interaction: BotInteraction) -> Actor:
    """Return the person, in a server; raises NotAllowedError. What the person may do is asked where it is done."""
    actor = actor_of(interaction)
    if actor.server is None:
        raise NotAllowedError("This works in a server only.")
    return actor


async def read_sight(interaction: BotInteraction, claim_id: str) -> DeskSight:
    """Read a claim for a moderator; raises NotAllowedError and UnknownClaimError."""
    return await asyncio.to_thread(_read, interaction.client.touchstone, moderator(interaction), claim_id)


def _read(touchstone: Touchstone, actor: Actor, claim_id: str) -> DeskSight:
    sight = touchstone.moderation.claims.one(actor, claim_id)
    documents = {document.id: document for document in touchstone.base.documents(actor.server)}
    cited = {citation for point in sight.claim.points for citation in point.citations}
    passages = {citation: touchstone.base.passage(citation).text for citation in cited}
    return DeskSight(sight, documents, passages, touchstone.base.clock().date())
