"""The titles of all claims of a server, of every status, in memory; only moderators get at them."""

import asyncio
from dataclasses import dataclass

from bot.discord.desk.sight import moderator
from bot.discord.interaction import BotInteraction
from bot.discord.titles import Titles
from bot.service import Touchstone
from checks.text import TextFolder
from claims.rights import Actor


@dataclass(frozen=True, slots=True)
class _Held:
    revision: int
    titles: Titles


class KnownClaims:
    """Holds the titles of each server, and reads them again only where the base has changed."""

    def __init__(self, folder: TextFolder) -> None:
        self._folder = folder
        self._held: dict[int, _Held] = {}

    async def titles(self, interaction: BotInteraction) -> Titles:
        """Return the titles of the person's server; raises NotAllowedError for anybody but a moderator."""
        return await asyncio.to_thread(self._titles, interaction.client.touchstone, moderator(interaction))

    def _titles(self, touchstone: Touchstone, actor: Actor) -> Titles:
        touchstone.moderation.rights.require(actor, actor.server, "moderator")
        server, revision = actor.server or 0, touchstone.base.revision
        held = self._held.get(server)
        if held is None or held.revision != revision:
            held = _Held(revision, Titles(touchstone.moderation.claims.all(actor), self._folder))
            self._held[server] = held
        return held.titles
