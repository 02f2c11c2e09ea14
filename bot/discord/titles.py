"""The titles of all claims of a server, of every status, in memory, and what is suggested of them to moderators."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from discord import app_commands

from bot.discord.bot import BotInteraction
from bot.discord.editor.screen import moderator
from bot.discord.markdown import shorten
from bot.discord.person import texts_for
from bot.service import Touchstone
from bot.texts import Texts
from bot.wording import value_text
from checks.text import TextFolder
from claims.moderation.rights import Actor
from claims.record import ClaimRecord
from config.errors import NotAllowedError


@dataclass(frozen=True, slots=True)
class _Entry:
    """A claim with its folded title and id, and its folded wordings."""

    claim: ClaimRecord
    title: str
    wordings: str


class Titles:
    """Finds claims by any part of id, title or wording."""

    def __init__(self, claims: Iterable[ClaimRecord], folder: TextFolder) -> None:
        self._folder = folder
        self._entries = [
            _Entry(
                claim,
                folder.fold(f"{claim.id} {claim.id.replace('-', ' ')} {claim.title_en} {claim.title_zh}"),
                folder.fold("\n".join(wording.text for wording in claim.wordings if not wording.negative)),
            )
            for claim in claims
        ]

    @property
    def claims(self) -> tuple[ClaimRecord, ...]:
        """Return all claims in their order."""
        return tuple(entry.claim for entry in self._entries)

    def find(self, typed: str, most: int) -> tuple[ClaimRecord, ...]:
        """Return at most so many claims with all typed words, those with the words in their title first."""
        words = self._folder.fold(typed).split()
        in_title = [entry for entry in self._entries if all(word in entry.title for word in words)]
        in_wordings = [
            entry for entry in self._entries if entry not in in_title and all(word in entry.wordings for word in words)
        ]
        return tuple(entry.claim for entry in (*in_title, *in_wordings)[:most])


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
        touchstone.moderation.rights.permit(actor, "claim.edit")
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
