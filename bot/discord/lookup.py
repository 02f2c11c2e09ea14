"""Finding claims and documents by what somebody types: titles of a server's claims in memory, and suggestions."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakValueDictionary

from discord import app_commands

from bot.discord.cards import shorten
from bot.discord.routes import Request
from bot.service import Touchstone
from bot.texts import Texts
from bot.wording import value_text
from checks.text import TextFolder
from claims.record import ClaimRecord, DocumentRecord
from config.errors import NotAllowedError, UnknownClaimError

# Discord shows no more suggestions than this, and no longer ones.
MOST = 25
LONGEST = 100
# Lists that are held, two a server; of more, those that were asked for longest ago are made anew.
_MOST_HELD = 128
# Room for what stands behind a title.
_MARKS = 40


def claims_named(touchstone: Touchstone, server: int | None, ids: Iterable[str | None]) -> Mapping[str, ClaimRecord]:
    """Return the claims as the server sees them, by id; those that are gone are left out."""
    found: dict[str, ClaimRecord] = {}
    for claim_id in {each for each in ids if each}:
        try:
            found[claim_id] = touchstone.base.claim(claim_id, server)
        except UnknownClaimError:
            continue
    return found


def title_of(claim: ClaimRecord, texts: Texts) -> str:
    """Return the claim's title in a language, as short as Discord's lists want it."""
    return shorten(texts.pick(claim.title), LONGEST)


def titles_of(claims: Iterable[ClaimRecord], texts: Texts) -> dict[str, str]:
    """Return the whole titles of claims in a language, by id."""
    return {claim.id: texts.pick(claim.title) for claim in claims}


def title_in(claims: Mapping[str, ClaimRecord], claim_id: str, texts: Texts) -> str:
    """Return the claim's title in a language; its id where the claim is gone."""
    claim = claims.get(claim_id)
    return title_of(claim, texts) if claim else claim_id


@dataclass(frozen=True, slots=True, weakref_slot=True)
class _Entry:
    """A claim with its folded title and id, and its folded wordings."""

    claim: ClaimRecord
    title: str
    wordings: str


class Titles:
    """Finds claims by any part of id, title or wording; what is `known` of a claim by its id is not folded again."""

    def __init__(
        self, claims: Iterable[ClaimRecord], folder: TextFolder, known: WeakValueDictionary[str, _Entry]
    ) -> None:
        self._folder = folder
        self._entries: list[_Entry] = []
        for claim in claims:
            entry = known.get(claim.id)
            if entry is None or entry.claim != claim:
                entry = known[claim.id] = _entry(claim, folder)
            self._entries.append(entry)

    @property
    def claims(self) -> tuple[ClaimRecord, ...]:
        """Return all claims in their order."""
        return tuple(entry.claim for entry in self._entries)

    def find(self, typed: str, most: int) -> tuple[ClaimRecord, ...]:
        """Return at most so many claims with all typed words, those with the words in their title first."""
        words = self._folder.fold(typed).split()
        in_title: list[ClaimRecord] = []
        in_wordings: list[ClaimRecord] = []
        for entry in self._entries:
            if all(word in entry.title for word in words):
                in_title.append(entry.claim)
                if len(in_title) == most:
                    break
            elif all(word in entry.wordings for word in words):
                in_wordings.append(entry.claim)
        return (*in_title, *in_wordings)[:most]

    def one(self, typed: str) -> ClaimRecord:
        """Return the claim of a suggestion's id, or the best one for what was typed; raises UnknownClaimError."""
        found = [claim for claim in self.claims if claim.id == typed] or self.find(typed, 1)
        if not found:
            raise UnknownClaimError(typed)
        return found[0]

    def only(self, typed: str) -> ClaimRecord:
        """Return the claim of a suggestion's id, or the only one with the typed words.

        Raises UnknownClaimError, which names the nearest where several fit.
        """
        found = [claim for claim in self.claims if claim.id == typed] or (self.find(typed, 2) if typed.strip() else ())
        if len(found) != 1:
            raise UnknownClaimError(typed, tuple(claim.id for claim in found))
        return found[0]


def _entry(claim: ClaimRecord, folder: TextFolder) -> _Entry:
    return _Entry(
        claim,
        folder.fold(f"{claim.id} {claim.id.replace('-', ' ')} {' '.join(claim.title.values())}"),
        folder.fold("\n".join(wording.text for wording in claim.wordings if not wording.negative)),
    )


@dataclass(frozen=True, slots=True)
class _Held:
    """Titles, and the revision of the base that they were read at."""

    revision: int
    titles: Titles


class ClaimLookup:
    """Holds the titles of each server, and reads them again only where the base has changed.

    There are two lists: what the server publishes, for everybody, and its claims of every status, for moderators.
    """

    def __init__(self) -> None:
        self._folder: TextFolder | None = None
        self._held: dict[tuple[int | None, bool], _Held] = {}
        # Of all lists, because nearly all claims are the same in each.
        self._entries: WeakValueDictionary[str, _Entry] = WeakValueDictionary()

    @property
    def folder(self) -> TextFolder:
        """The folder; there from `load` on."""
        if self._folder is None:
            raise RuntimeError("the lookup has not been loaded")
        return self._folder

    async def load(self, touchstone: Touchstone) -> None:
        """Make the folder and read the shared titles: what is typed has to be completed within three seconds."""
        self._folder = await asyncio.to_thread(TextFolder)
        await self._titles(touchstone, None, lambda: touchstone.base.claims(None), everything=False)

    async def published(self, request: Request) -> Titles:
        """Return the titles that the server publishes."""
        touchstone, server = request.touchstone, request.server
        # The checks hold them in memory; to read all claims of the base takes seconds where there are many.
        return await self._titles(touchstone, server, lambda: touchstone.claims(server).values(), everything=False)

    async def everything(self, request: Request) -> Titles:
        """Return the titles of every status; raises NotAllowedError for anybody but a moderator."""
        actor, claims = await request.require("claim.edit"), request.moderation.claims
        return await self._titles(request.touchstone, actor.server, lambda: claims.all(actor), everything=True)

    async def meant(self, request: Request, typed: str) -> ClaimRecord:
        """Return the claim whose id was typed, or the only published one with the typed words.

        Raises UnknownClaimError, which names the nearest where several fit.
        """
        typed = typed.strip()
        found = await request.do(claims_named, request.touchstone, request.server, [typed])
        return found[typed] if typed in found else (await self.published(request)).only(typed)

    async def suggest(self, request: Request, typed: str) -> list[app_commands.Choice[str]]:
        """Return suggestions of published claims for what has been typed so far."""
        texts, titles = request.texts, await self.published(request)
        return [app_commands.Choice(name=title_of(each, texts), value=each.id) for each in titles.find(typed, MOST)]

    async def suggest_everything(self, request: Request, typed: str) -> list[app_commands.Choice[str]]:
        """Return suggestions of claims of every status; none for anybody but a moderator."""
        try:
            titles = await self.everything(request)
        except NotAllowedError:
            return []
        texts = request.texts
        return [app_commands.Choice(name=_marked(each, texts), value=each.id) for each in titles.find(typed, MOST)]

    async def _titles(
        self, touchstone: Touchstone, server: int | None, read: Callable[[], Iterable[ClaimRecord]], *, everything: bool
    ) -> Titles:
        revision = await asyncio.to_thread(lambda: touchstone.base.revision)
        held = self._held.pop((server, everything), None)
        if held is None or held.revision != revision:
            held = _Held(revision, await asyncio.to_thread(lambda: Titles(read(), self.folder, self._entries)))
        self._held[server, everything] = held
        if len(self._held) > _MOST_HELD:
            del self._held[next(iter(self._held))]
        return held.titles


def _marked(claim: ClaimRecord, texts: Texts) -> str:
    """Return the title, and behind it what keeps the claim from being answered."""
    marks = [value_text("status", claim.status, texts)] if claim.status != "published" else []
    marks += [texts("muted")] if claim.muted else []
    marks += [texts("paused")] if claim.paused else []
    title = texts.pick(claim.title)
    if not marks:
        return shorten(title, LONGEST)
    return texts("{title} ({marks})", title=shorten(title, LONGEST - _MARKS), marks=texts.listed(marks))


# What ids of buttons have room for; names of a server's own documents are shorter.
LONGEST_DOCUMENT = 80


async def suggest_documents(
    request: Request, typed: str, *, only_loaded: bool = False, only_own: bool = False
) -> list[app_commands.Choice[str]]:
    """Return the documents of the server whose id or title has all typed words."""
    documents = await request.do(request.touchstone.base.documents, request.server)
    if only_own:
        shared = {each.id for each in await request.do(request.touchstone.base.documents, None)}
        documents = [each for each in documents if each.id not in shared]
    found = [each for each in documents if len(each.id) <= LONGEST_DOCUMENT and (each.loaded or not only_loaded)]
    return [
        app_commands.Choice(name=shorten(request.texts.quoted(each.title) or each.id, LONGEST), value=each.id)
        for each in _named(found, typed)[:MOST]
    ]


def _named(documents: Sequence[DocumentRecord], typed: str) -> list[DocumentRecord]:
    words = typed.casefold().split()
    return [each for each in documents if all(word in f"{each.id} {each.title}".casefold() for word in words)]


async def meant_document(request: Request, typed: str) -> tuple[str, str]:
    """Return id and title of the one document that a suggestion or words name; else what was typed, twice."""
    documents = await request.do(request.touchstone.base.documents, request.server)
    found = [each for each in documents if each.id == typed] or _named(documents, typed)
    return (found[0].id, request.texts.quoted(found[0].title)) if len(found) == 1 else (typed, typed)
