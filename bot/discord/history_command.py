"""`/history`: pages of revisions, one revision, what is asked before it is undone, and what its buttons do.

What a revision holds and what can be undone is said in `claims/`, how differences read in `bot.wording`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands
from discord.utils import format_dt

from bot.discord.bot import BotInteraction
from bot.discord.cards import ROOM, draw_lines, escape, fit, layout, shorten, who_label
from bot.discord.lookup import ClaimLookup, titles_of
from bot.discord.routes import LONGEST_OPTION, Click, Request, Route, Router
from bot.reply import display_date
from bot.service import Touchstone
from bot.texts import Texts, msgid
from bot.wording import act_label, difference_lines, reason_label
from claims.moderation.history import RevisionPage, RevisionRecord, diff
from claims.moderation.rights import Actor
from claims.record import claim_state, differences
from claims.store.changes import CLAIM, CLAIM_ORIGIN
from claims.store.revisions import ChangeRecord, ChangeResult
from claims.store.server_settings import CLAIM_SETTING
from config.errors import ConflictError, FieldDifference, UnknownClaimError, UnknownEntryError
from config.languages import ByLanguage

# A claim's id has up to 64 characters, so that numbers of nine digits still fit into the 100 of a button's id.
_AT = "{number:number}:{before:number}:{claim:rest}"
OF_CLAIM = Route("ts:history:claim:{claim:some}", "history.see", "below")
PAGE = Route("ts:history:page:" + _AT, "history.see")
REVISION_MENU = Route("ts:history:open:" + _AT, "history.see")
# The steps are short, because a long id of a claim has to fit behind them: view a revision, ask whether to undo it or
# to restore its version; and do so.
LOOK = Route("ts:history:{step:[vur]}:" + _AT, "history.see")
DO = Route("ts:history:{step:[UR]}:" + _AT, "history.undo")


@dataclass(frozen=True, slots=True)
class HistoryPosition:
    """A revision (0: none), on the page that ends before `before` (0: the newest), of one claim ("": of all)."""

    claim: str = ""
    before: int = 0
    number: int = 0

    @classmethod
    def read(cls, click: Click) -> "HistoryPosition":
        """Read the position from the end of a button's id."""
        return cls(click["claim"], click.number("before"), click.number("number"))

    def at(self, number: int) -> "HistoryPosition":
        """Return the position of a revision on the same page."""
        return replace(self, number=number)

    def button(self, route: Route, label: str, step: str = "") -> ui.Button[Any]:
        """Return the button that leads here, or takes a step here."""
        style = discord.ButtonStyle.danger if route is DO else discord.ButtonStyle.secondary
        steps = {"step": step} if step else {}
        custom_id = route.id(claim=self.claim, before=self.before, number=self.number, **steps)
        return ui.Button(label=label, style=style, custom_id=custom_id)


@dataclass(frozen=True, slots=True)
class Names:
    """Names things in one language. `titles` are those of the claims that the server sees now; nothing is escaped."""

    texts: Texts
    titles: Mapping[str, str]
    channel: Callable[[int], str]

    def of(self, change: ChangeRecord) -> str:
        """Return the name of the thing that was changed."""
        state, texts = change.after or change.before or {}, self.texts
        match change.kind:
            case "claim" | "pack" if "title" in state:
                return texts.pick(ByLanguage(state["title"]))
            case "source" | "document" if "title" in state:
                return state["title"]
            case "claim setting" | "claim origin":
                return self.titles.get(change.subject, change.subject)
            case "server":
                return texts("Settings of the server")
            case "channel":
                return self.channel(int(change.subject.partition("/")[2]))
            case "exemption":
                return texts("A member; whom, I do not keep")
            case "queue item":
                return texts("Item {number} of the queue", number=change.subject)
            case "example":
                return texts("Example {number}", number=change.subject)
            case _:
                return change.subject

    def of_all(self, changes: Sequence[ChangeRecord]) -> str:
        """Return the names of all things, shortened to the first one and a count."""
        each = list(dict.fromkeys(self.of(change) for change in changes if change.kind != CLAIM_ORIGIN))
        if len(each) < 2:
            return "".join(each)
        return self.texts.plural("{name} and {count} more", "{name} and {count} more", len(each) - 1, name=each[0])


def restorable(changes: Sequence[ChangeRecord]) -> str | None:
    """Return the one claim whose version a revision holds, or None where it holds none or several."""
    claims = [change for change in changes if change.kind == CLAIM]
    return claims[0].subject if len(claims) == 1 and claims[0].after is not None else None


PER_PAGE = 6
_LONGEST_NAME = 150
_LONGEST_REASON = 200


def draw_page(page: RevisionPage, position: HistoryPosition, names: Names) -> ui.LayoutView:
    """Return a page of the server's history, or of one claim's."""
    texts = names.texts
    title = names.titles.get(position.claim, position.claim)
    heading = texts("History of “{claim}”", claim=escape(title)) if position.claim else texts("History of this server")
    blocks = ["\n".join(_lines(entry, names)) for entry in page.entries]
    empty = [] if blocks else [texts("Nothing has been changed here yet.")]
    kept, _ = fit([f"### {heading}", *blocks, *empty], ROOM)
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join(kept)))
    if page.entries:
        options = [_option(entry, names) for entry in page.entries]
        container.add_item(ui.ActionRow[Any](_menu(options, position, texts)))
    return layout(container, list(_turning(page, position, texts)))


def _lines(entry: RevisionRecord, names: Names) -> Iterator[str]:
    texts = names.texts
    yield f"**{entry.id}** · {format_dt(entry.at, 'f')} · {who_label(entry.actor, texts)}"
    about = escape(shorten(names.of_all(entry.changes), _LONGEST_NAME))
    act = escape(act_label(entry.act, texts))
    yield texts.named(act, about) if about else act
    yield from (f"-# {remark}" for remark in remarks(entry, texts))


def remarks(entry: RevisionRecord, texts: Texts) -> Iterator[str]:
    """Yield what else there is to say of a revision: its reason, and what it has to do with others."""
    if entry.reason:
        yield texts("Reason: {reason}", reason=escape(shorten(reason_label(entry.reason, texts), _LONGEST_REASON)))
    if entry.undoes is not None:
        yield texts("It takes back revision {number}.", number=entry.undoes)
    if entry.undone_by is not None:
        yield texts("It was taken back by revision {number}.", number=entry.undone_by)


def _option(entry: RevisionRecord, names: Names) -> discord.SelectOption:
    texts = names.texts
    label = f"{entry.id} · {act_label(entry.act, texts)}"
    about = " · ".join((display_date(entry.at.date().isoformat(), texts), names.of_all(entry.changes)))
    short, description = (shorten(text, LONGEST_OPTION) for text in (label, about))
    return discord.SelectOption(label=short, value=str(entry.id), description=description)


def _menu(options: Sequence[discord.SelectOption], position: HistoryPosition, texts: Texts) -> ui.Select[Any]:
    placeholder = texts("Look into a revision")
    return REVISION_MENU.menu(options, placeholder, claim=position.claim, before=position.before, number=0)


def _turning(page: RevisionPage, position: HistoryPosition, texts: Texts) -> Iterator[ui.Button[Any]]:
    if position.before:
        yield HistoryPosition(position.claim).button(PAGE, texts("Newest"))
    if page.before is not None:
        yield HistoryPosition(position.claim, page.before).button(PAGE, texts("Older"))


@dataclass(frozen=True, slots=True)
class Blocked:
    """An undo that would overwrite later changes: of what, where, and the claim's version before (0: none)."""

    name: str
    fields: Sequence[FieldDifference]
    claim: str = ""
    before: int = 0


def draw_undo_question(revision: RevisionRecord, position: HistoryPosition, names: Names) -> ui.LayoutView:
    """Ask whether to take a revision back."""
    texts = names.texts
    about = escape(names.of_all(revision.changes))
    title = texts("Take back revision {number}?", number=revision.id)
    lines = [
        f"### {title}",
        texts.named(escape(act_label(revision.act, texts)), about),
        texts("What was changed elsewhere since then stays. The history keeps both."),
    ]
    return draw_lines(lines, texts, [position.button(DO, texts("Undo"), "U"), _back(position, texts)])


def draw_restore_question(
    name: str, differences: Sequence[FieldDifference], position: HistoryPosition, texts: Texts
) -> ui.LayoutView:
    """Ask whether to bring a claim back to what it was after a revision; `differences` are those from now to then."""
    title = texts("Bring “{claim}” back to revision {number}?", claim=escape(name), number=position.number)
    lines = [
        f"### {title}",
        texts("Everything in it that was changed since then is replaced. The history keeps both."),
        *(escape(line) for line in difference_lines(differences, texts)),
    ]
    return draw_lines(lines, texts, [position.button(DO, texts("Restore this version"), "R"), _back(position, texts)])


def draw_done(written: ChangeResult, position: HistoryPosition, texts: Texts) -> ui.LayoutView:
    """Say what was done, and offer to undo that as well."""
    to_list = HistoryPosition(position.claim).button(PAGE, texts("Back to the list"))
    if not written.changes:
        return draw_lines([texts("It is so already; nothing was changed.")], texts, [to_list])
    done = texts("Done. This is revision {number} now; undoing it brings back what was there.", number=written.revision)
    again = HistoryPosition(position.claim, number=written.revision)
    return draw_lines([done], texts, [to_list, again.button(LOOK, texts("Look at it"), "v")])


def draw_blocked(blocked: Blocked, position: HistoryPosition, texts: Texts) -> ui.LayoutView:
    """Say what stands in the way of an undo, and offer the claim's whole version before where there is one."""
    title = texts("Revision {number} cannot be taken back", number=position.number)
    lines = [
        f"### {title}",
        texts("“{name}” has been changed since in the same places. Before it → now:", name=escape(blocked.name)),
        *(escape(line) for line in difference_lines(blocked.fields, texts)),
    ]
    buttons: list[ui.Item[Any]] = [_back(position, texts)]
    if blocked.before:
        lines.append(texts("You can bring back the whole version before it, or undo the later changes first."))
        version = HistoryPosition(blocked.claim, number=blocked.before)
        buttons.insert(0, version.button(LOOK, texts("Restore the version before"), "r"))
    else:
        lines.append(texts("Undo the later changes first."))
    return draw_lines(lines, texts, buttons)


def _back(position: HistoryPosition, texts: Texts) -> ui.Button[Any]:
    return position.button(LOOK, texts("Back to the revision"), "v")


def draw_revision(revision: RevisionRecord, position: HistoryPosition, names: Names) -> ui.LayoutView:
    """Return the revision; a shared one, which only the operator can take back, without the button for that."""
    texts = names.texts
    title = texts("Revision {number}", number=revision.id)
    lines = [
        f"### {texts.named(title, escape(act_label(revision.act, texts)))}",
        f"{format_dt(revision.at, 'f')} · {who_label(revision.actor, texts)}",
        *(f"-# {remark}" for remark in remarks(revision, texts)),
    ]
    for change in revision.changes:
        # Where a claim comes from changes only together with the claim, and says nothing to people.
        if change.kind != CLAIM_ORIGIN:
            lines += _change_lines(change, names)
    return draw_lines(lines, texts, list(_buttons(revision, position, names)))


def _change_lines(change: ChangeRecord, names: Names) -> Iterator[str]:
    texts, name = names.texts, escape(names.of(change))
    if change.before is None:
        name = texts("{name} (new)", name=name)
    elif change.after is None:
        name = texts("{name} (gone)", name=name)
    yield f"**{name}**"
    yield from (escape(line) for line in difference_lines(diff(change), texts))


def _buttons(revision: RevisionRecord, position: HistoryPosition, names: Names) -> Iterator[ui.Item[Any]]:
    texts = names.texts
    if revision.server is not None:
        yield position.button(LOOK, texts("Undo"), "u")
    if restorable(revision.changes):
        yield position.button(LOOK, texts("Restore this version"), "r")
    yield position.at(0).button(PAGE, texts("Back to the list"))


# So many revisions of a claim are read at once where an older version is looked for.
_AT_ONCE = 25


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
        self, position: HistoryPosition, named: Callable[[Iterable[ChangeRecord]], Names]
    ) -> ChangeResult | Blocked:
        """Take the revision back, or say what stands in the way."""
        try:
            return self.touchstone.moderation.undoing.undo(self.actor, position.number)
        except ConflictError as conflict:
            kind, subject = conflict.kind, conflict.subject
            changes = [each for each in self.whole(position).changes if (each.kind, each.subject) == (kind, subject)]
            name = named(changes).of(changes[0]) if changes else subject
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
            page = self.touchstone.moderation.history.page(self.actor, claim, before, _AT_ONCE)
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
        named = partial(_names, request, reader, position)
        match step:
            case "v":
                revision = await request.do(reader.revision, position)
                return draw_revision(revision, position, await request.do(named, revision.changes))
            case "u":
                revision = await request.do(reader.whole, position)
                return draw_undo_question(revision, position, await request.do(named, revision.changes))
            case "r":
                version = await request.do(reader.version, position)
                until, names = await request.do(reader.until, version), await request.do(named, [version])
                return draw_restore_question(names.of(version), until, position, texts)
            case "U":
                outcome = await request.do(reader.undo, position, named)
                is_blocked = isinstance(outcome, Blocked)
                return draw_blocked(outcome, position, texts) if is_blocked else draw_done(outcome, position, texts)
            case _:
                return draw_done(await request.do(reader.restore, position), position, texts)

    async def _page(self, request: Request, position: HistoryPosition) -> ui.LayoutView:
        read, (claim, before) = request.moderation.history.page, (position.claim or None, position.before or None)
        page = await request.do(read, request.actor, claim, before, PER_PAGE)
        reader, changes = HistoryReader(request.touchstone, request.actor), [c for e in page.entries for c in e.changes]
        return draw_page(page, position, await request.do(_names, request, reader, position, changes))

    async def _claim(self, request: Request, typed: str) -> str:
        """Return the claim that was chosen or typed; one that is gone is found by its id."""
        named, page = request.moderation.claims.named, request.moderation.history.page
        if await request.do(named, request.actor, [typed]):
            return typed
        if (await request.do(page, request.actor, typed, None, 1)).entries:
            return typed
        return (await self._lookup.everything(request)).one(typed).id


def _names(
    request: Request, reader: HistoryReader, position: HistoryPosition, changes: Iterable[ChangeRecord]
) -> Names:
    """Return the names for what the changes are about; it reads."""
    guild = request.guild

    def channel(number: int) -> str:
        found = guild.get_channel_or_thread(number)
        return f"#{found.name}" if found else str(number)

    return Names(request.texts, reader.titles(position, changes, request.texts), channel)
