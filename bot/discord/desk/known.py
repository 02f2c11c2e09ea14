"""The titles of all claims of a server, of every status, in memory, and what is suggested of them to moderators."""

import asyncio
from dataclasses import dataclass

from discord import app_commands

from bot.discord.desk.sight import moderator
from bot.discord.fitting import shorten
from bot.discord.interaction import BotInteraction
from bot.discord.private import texts_for
from bot.discord.titles import Titles
from bot.faults import value_text
from bot.service import Touchstone
from bot.texts import Texts
from checks.text import TextFolder
from claims.record import ClaimRecord
from claims.rights import Actor
from config.errors import NotAllowedError

# Discord shows no more suggestions than this, and no longer ones.
_MOST = 25
_LONGEST = 100
# Room for what stands behind a title.
_MARKS = 40


@dataclass(frozen=True, slots=True)
class _Held:
    revision: int
    titles: Titles


class KnownClaims:
    """Holds the titles of each server, and reads them again only where the base has changed."""

    def __init__(self) -> None:
        self._folder: TextFolder | None = None
        self._held: dict[int, _Held] = {}

    async def load(self) -> TextFolder:
        """Make ready and return the folder: what is typed has to be completed within three seconds."""
        self._folder = await asyncio.to_thread(TextFolder)
        return self._folder

    async def suggest(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        """Return suggestions for what has been typed so far; none for anybody but a moderator."""
        try:
            titles = await self.titles(interaction)
        except NotAllowedError:
            return []
        texts = texts_for(interaction)
        return [app_commands.Choice(name=_named(each, texts), value=each.id) for each in titles.find(typed, _MOST)]

    async def titles(self, interaction: BotInteraction) -> Titles:
        """Return the titles of the person's server; raises NotAllowedError for anybody but a moderator."""
        return await asyncio.to_thread(self._titles, interaction.client.touchstone, moderator(interaction))

    def _titles(self, touchstone: Touchstone, actor: Actor) -> Titles:
        touchstone.moderation.rights.require(actor, actor.server, "moderator")
        server, revision = actor.server or 0, touchstone.base.revision
        held = self._held.get(server)
        if held is None or held.revision != revision:
            held = _Held(revision, Titles(touchstone.moderation.claims.all(actor), self._folder or TextFolder()))
            self._held[server] = held
        return held.titles


def _named(claim: ClaimRecord, texts: Texts) -> str:
    """Return the title, and behind it what keeps the claim from being answered."""
    marks = [value_text("status", claim.status, texts)] if claim.status != "published" else []
    marks += [texts("muted")] if claim.muted else []
    marks += [texts("paused")] if claim.paused else []
    title = texts.pick(claim.title_en, claim.title_zh)
    if not marks:
        return shorten(title, _LONGEST)
    return texts("{title} ({marks})", title=shorten(title, _LONGEST - _MARKS), marks=", ".join(marks))
