"""`/history`, and what its buttons lead to; for moderators."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.bot import BotInteraction
from bot.discord.history.pages import (
    DO,
    LOOK,
    OF_CLAIM,
    PAGE,
    PER_PAGE,
    REVISION_MENU,
    Blocked,
    HistoryPosition,
    Labels,
    draw_blocked,
    draw_done,
    draw_page,
    draw_restore_question,
    draw_revision,
    draw_undo_question,
    restorable,
)
from bot.discord.lookup import ClaimLookup, titles_of
from bot.discord.routes import Click, Request, Router
from bot.service import Touchstone
from bot.texts import Texts, msgid
from claims.moderation.history import RevisionRecord
from claims.moderation.rights import Actor
from claims.record import claim_state, differences
from claims.store.changes import CLAIM
from claims.store.revisions import ChangeRecord, ChangeResult
from claims.store.server_settings import CLAIM_SETTING
from config.errors import ConflictError, FieldDifference, UnknownClaimError, UnknownEntryError

_MOST = 25


@dataclass(frozen=True, slots=True)
class HistoryReader:
    """The history as one person may see it at this moment; its methods are synchronous."""

    touchstone: Touchstone
    actor: Actor

    def revision(self, position: HistoryPosition) -> RevisionRecord:
        """Return a revision of the server, or of one claim, which may be a pack's too; raises UnknownEntryError."""
        history = self.touchstone.moderation.history
        if not position.claim:
            return history.revision(self.actor, position.number)
        found = history.page(self.actor, position.claim, position.number + 1, 1).entries
        if not found or found[0].id != position.number:
            raise UnknownEntryError(
                "There is no revision {number} here. Look at the history for its number.", number=position.number
            )
        return found[0]

    def whole(self, position: HistoryPosition) -> RevisionRecord:
        """Return a revision of the server with all that it changed, also where only one claim is looked at."""
        return self.touchstone.moderation.history.revision(self.actor, position.number)

    def version(self, position: HistoryPosition) -> ChangeRecord:
        """Return the change whose outcome is the one version of a claim that the revision holds."""
        changes = self.revision(position).changes
        claim = restorable(changes)
        if claim is None:
            raise UnknownEntryError("Revision {number} holds no version of one claim.", number=position.number)
        return next(change for change in changes if (change.kind, change.subject) == (CLAIM, claim))

    def until(self, version: ChangeRecord) -> tuple[FieldDifference, ...]:
        """Return how the claim differs now (left) from that version (right)."""
        try:
            now = claim_state(self.touchstone.base.claim(version.subject, self.actor.server))
        except UnknownClaimError:
            now = None
        return differences(now, version.after)

    def titles(self, position: HistoryPosition, changes: Iterable[ChangeRecord], texts: Texts) -> dict[str, str]:
        """Return the titles that the position and the changes need: all other things are named by what they hold."""
        ids = {position.claim, *(each.subject for each in changes if each.kind == CLAIM_SETTING)}
        return titles_of(self.touchstone.moderation.claims.named(self.actor, ids), texts)

    def undo(
        self, position: HistoryPosition, labelled: Callable[[Iterable[ChangeRecord]], Labels]
    ) -> ChangeResult | Blocked:
        """Take the revision back, or say what stands in the way."""
        try:
            return self.touchstone.moderation.undoing.undo(self.actor, position.number)
        except ConflictError as conflict:
            kind, subject = conflict.kind, conflict.subject
            changes = [each for each in self.whole(position).changes if (each.kind, each.subject) == (kind, subject)]
            name = labelled(changes).of(changes[0]) if changes else subject
            # What a server has set on a claim is no part of any version of it.
            if kind != CLAIM:
                return Blocked(name, conflict.fields)
            return Blocked(name, conflict.fields, subject, self._version_before(subject, position.number))

    def restore(self, position: HistoryPosition) -> ChangeResult:
        """Bring the claim back to what it was after the revision."""
        return self.touchstone.moderation.undoing.restore(self.actor, self.version(position).subject, position.number)

    def _version_before(self, claim: str, number: int) -> int:
        """Return the newest older revision that holds a version of the claim, 0 where there is none."""
        before: int | None = number
        while before is not None:
            page = self.touchstone.moderation.history.page(self.actor, claim, before, _MOST)
            for entry in page.entries:
                if restorable(entry.changes):
                    return entry.id
            before = page.before
        return 0


class HistoryCommand(commands.Cog):
    """Keeps nothing between two clicks; whoever clicks is asked for the right each time."""

    def __init__(self, router: Router, lookup: ClaimLookup) -> None:
        self._lookup = lookup
        router.answer(OF_CLAIM, self._open)
        router.answer(PAGE, self._turn)
        router.answer(REVISION_MENU, self._choose)
        router.answer(LOOK, self._step)
        router.answer(DO, self._step)

    @app_commands.command(
        name=locale_str(msgid("history")), description=locale_str(msgid("Who changed what here, when and why"))
    )
    @app_commands.rename(claim=locale_str(msgid("claim")))
    @app_commands.describe(claim=locale_str(msgid("Part of a claim; without one, the whole server's history")))
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def history(self, interaction: BotInteraction, claim: str | None = None) -> None:
        """Show the newest page, of all changes or of one claim's."""
        request = await Request.waiting(interaction)
        position = HistoryPosition(await self._claim(request, claim) if claim else "")
        await request.respond(await self._page(request, position))

    @history.autocomplete("claim")
    async def complete(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        """Suggest claims for what has been typed so far."""
        return await self._lookup.suggest_everything(Request(interaction), typed)

    async def _open(self, click: Click) -> None:
        """Show the newest page of a claim's history, below a card that stays."""
        await click.respond(await self._page(click, HistoryPosition(click["claim"])))

    async def _turn(self, click: Click) -> None:
        await click.show(await self._page(click, HistoryPosition.read(click)))

    async def _choose(self, click: Click) -> None:
        await click.show(await self._taken(click, "v", HistoryPosition.read(click).at(click.chosen)))

    async def _step(self, click: Click) -> None:
        await click.show(await self._taken(click, click["step"], HistoryPosition.read(click)))

    async def _taken(self, request: Request, step: str, position: HistoryPosition) -> ui.LayoutView:
        """Return a revision, or a question about it, or what came of taking it back or bringing it back."""
        reader, texts = HistoryReader(request.touchstone, request.actor), request.texts
        labelled = partial(_labels, request, reader, position)
        match step:
            case "v":
                revision = await request.do(reader.revision, position)
                return draw_revision(revision, position, await request.do(labelled, revision.changes))
            case "u":
                revision = await request.do(reader.whole, position)
                return draw_undo_question(revision, position, await request.do(labelled, revision.changes))
            case "r":
                version = await request.do(reader.version, position)
                until, labels = await request.do(reader.until, version), await request.do(labelled, [version])
                return draw_restore_question(labels.of(version), until, position, texts)
            case "U":
                outcome = await request.do(reader.undo, position, labelled)
                is_blocked = isinstance(outcome, Blocked)
                return draw_blocked(outcome, position, texts) if is_blocked else draw_done(outcome, position, texts)
            case _:
                return draw_done(await request.do(reader.restore, position), position, texts)

    async def _page(self, request: Request, position: HistoryPosition) -> ui.LayoutView:
        read, (claim, before) = request.moderation.history.page, (position.claim or None, position.before or None)
        page = await request.do(read, request.actor, claim, before, PER_PAGE)
        reader, changes = HistoryReader(request.touchstone, request.actor), [c for e in page.entries for c in e.changes]
        return draw_page(page, position, await request.do(_labels, request, reader, position, changes))

    async def _claim(self, request: Request, typed: str) -> str:
        """Return the claim that was chosen or typed; one that is gone is found by its id."""
        named, page = request.moderation.claims.named, request.moderation.history.page
        if await request.do(named, request.actor, [typed]):
            return typed
        if (await request.do(page, request.actor, typed, None, 1)).entries:
            return typed
        return (await self._lookup.everything(request)).one(typed).id


def _labels(
    request: Request, reader: HistoryReader, position: HistoryPosition, changes: Iterable[ChangeRecord]
) -> Labels:
    """Return the names for what the changes are about; it reads."""
    guild = request.guild

    def channel(number: int) -> str:
        found = guild.get_channel_or_thread(number)
        return f"#{found.name}" if found else str(number)

    return Labels(request.texts, reader.titles(position, changes, request.texts), channel)
