"""The claim editor: what its buttons and menus do, and `/claims find`, `/claims new` and `/claims source`."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.bot import BotInteraction
from bot.discord.cards import shorten
from bot.discord.editor.claim_forms import CutOffForm, NewForm, SourceForm, TextsForm, languages_of
from bot.discord.editor.entries import (
    ENTRY,
    ENTRY_MENU,
    EntryPart,
    FigureForm,
    NewFigureForm,
    NewPointForm,
    PointSourceForm,
    PointTextForm,
    draw_entries,
    draw_entry,
    draw_question,
    entries_of,
)
from bot.discord.editor.heard import (
    ASK_MODEL,
    SUGGESTED_MENU,
    TryForm,
    chosen_suggestions,
    draw_asked,
    draw_heard,
    taken_line,
)
from bot.discord.editor.screen import (
    ASK_SHARED,
    LIST_NAMES,
    OPEN_EDITOR,
    PART,
    STEP,
    done_line,
    draw_claim,
    draw_shared_question,
    faster_line,
    list_of,
    read_screen,
    take_step,
)
from bot.discord.editor.wordings import (
    LIST_MENU,
    PAGE,
    REMOVE_MENU,
    AddForm,
    ListForm,
    draw_wordings,
)
from bot.discord.errors import own_words
from bot.discord.forms import FormKind, FormName, Forms
from bot.discord.lookup import LONGEST, MOST, ClaimLookup, meant_document, suggest_documents
from bot.discord.routes import UNREADABLE, Click, Request, Router
from bot.texts import msgid
from claims.fields import LINE, SENTENCE
from claims.moderation.citations import FoundSentence
from claims.moderation.edits import AddWordings, Edit, PutPointFirst, RemoveFigure, RemovePoint, RemoveWordings
from claims.moderation.rights import Actor
from claims.record import ClaimRecord, fingerprint_of
from config.errors import ConflictError, DocumentTextError, ExtractionError, UnknownEntryError
from config.languages import by_field, written_language

_ASKED_AT_ONCE = 2


class ClaimEditor(commands.Cog):
    """Answers the clicks on a claim's screens, in the place of what stands there; keeps nothing between two of them."""

    def __init__(self, router: Router) -> None:
        # A model may take two minutes, and keeps one of the threads that serve the clicks of all servers.
        self.asking = asyncio.Semaphore(_ASKED_AT_ONCE)
        router.answer(OPEN_EDITOR, self._open)
        router.answer(PART, self._go)
        router.answer(STEP, self._step)
        router.answer(ASK_SHARED, self._ask_shared)
        router.answer(LIST_MENU, self._list)
        router.answer(PAGE, self._turn)
        router.answer(REMOVE_MENU, self._remove)
        router.answer(ENTRY_MENU, self._choose)
        router.answer(SUGGESTED_MENU, self._take)
        router.answer(ASK_MODEL, self._ask_model)
        router.answer(ENTRY, self._entry)

    async def _open(self, click: Click) -> None:
        await click.respond(draw_claim(await read_screen(click, click["claim"]), click.texts))

    async def _go(self, click: Click) -> None:
        screen, part, texts = await read_screen(click, click["claim"]), click["part"], click.texts
        if part == "card":
            view = draw_claim(screen, texts)
        elif part == "heard":
            view = await draw_heard(click, screen.claim.id)
        elif part == "words":
            view = draw_wordings(screen.claim, LIST_NAMES[0], 0, texts)
        else:
            view = draw_entries(screen, cast("EntryPart", part), texts)
        await click.show(view)

    async def _step(self, click: Click) -> None:
        """Do something to the claim and show its card; where somebody else was faster, only show it."""
        try:
            remark = await take_step(click, click["step"], click["claim"], click["version_tag"])
        except ConflictError:
            remark = faster_line(click.texts)
        await click.show(draw_claim(await read_screen(click, click["claim"]), click.texts, [remark]))

    async def _ask_shared(self, click: Click) -> None:
        """Ask whether the server's own version is to go."""
        await click.show(draw_shared_question(await read_screen(click, click["claim"]), click.texts))

    async def _list(self, click: Click) -> None:
        screen = await read_screen(click, click["claim"])
        await click.show(draw_wordings(screen.claim, click.value, 0, click.texts))

    async def _turn(self, click: Click) -> None:
        screen = await read_screen(click, click["claim"])
        await click.show(draw_wordings(screen.claim, click["name"], click.number("page"), click.texts))

    async def _remove(self, click: Click) -> None:
        """Take the chosen wordings out of a list, those that are still there, all in one revision."""
        claim_id, name, texts = click["claim"], click["name"], click.texts
        claim = (await read_screen(click, claim_id)).claim
        gone = tuple(text for text in list_of(claim, name) if fingerprint_of(text) in click.values)
        changed = await _edit(click, claim_id, None, RemoveWordings(gone, name)) if gone else False
        claim = (await read_screen(click, claim_id)).claim
        await click.show(
            draw_wordings(claim, name, click.number("page"), texts, [done_line(changed=changed, texts=texts)])
        )

    async def _take(self, click: Click) -> None:
        """Make wordings of the chosen suggestions, all in one revision."""
        claim_id, texts = click["claim"], click.texts
        chosen = chosen_suggestions((await read_screen(click, claim_id)).claim, click.values)
        if chosen:
            await _edit(click, claim_id, None, AddWordings("\n".join(chosen), "says"))
        remarks = [taken_line(len(chosen), texts)]
        await click.show(await draw_heard(click, claim_id, remarks))

    async def _ask_model(self, click: Click) -> None:
        """Show what the language model suggests; where it gives nothing, say why."""
        try:
            view = await draw_asked(click, click["claim"], self.asking)
        except ExtractionError as error:
            view = await draw_heard(click, click["claim"], [own_words(error, click.texts)])
        await click.show(view)

    async def _choose(self, click: Click) -> None:
        await self._show_entry(click, "view", click.chosen)

    async def _entry(self, click: Click) -> None:
        await self._show_entry(click, click["step"], click.number("place"))

    async def _show_entry(self, click: Click, step: str, place: int) -> None:
        """Show a point or figure, ask whether it goes, take it out or put it first; a shifted list is shown instead."""
        texts, screen, part = click.texts, await read_screen(click, click["claim"]), cast("EntryPart", click["part"])
        if screen.claim.version_tag != click["version_tag"] or place >= len(entries_of(screen, part)):
            view = draw_entries(screen, part, texts, [faster_line(texts)])
        elif step == "view":
            view = draw_entry(screen, part, place, texts)
        elif step == "ask":
            view = draw_question(screen, part, place, texts)
        else:
            change = _PART_CHANGES.get((step, part))
            if change is None:
                raise UnknownEntryError(UNREADABLE)
            remark = await _change_entry(click, screen.claim, change(place))
            view = draw_entries(await read_screen(click, screen.claim.id), part, texts, [remark])
        await click.show(view)


_PART_CHANGES: Mapping[tuple[str, str], Callable[[int], Edit]] = {
    ("drop", "points"): RemovePoint,
    ("drop", "figs"): RemoveFigure,
    ("first", "points"): PutPointFirst,
}


async def _change_entry(request: Request, claim: ClaimRecord, edit: Edit) -> str:
    try:
        changed = await _edit(request, claim.id, claim.version_tag, edit)
    except ConflictError:
        return faster_line(request.texts)
    return done_line(changed=changed, texts=request.texts)


async def _edit(request: Request, claim_id: str, version_tag: str | None, edit: Edit) -> bool:
    """Write an edit; tell whether it changed anything."""
    return (await request.do(request.moderation.editor.edit, request.actor, claim_id, version_tag, edit)).changed


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class EditorCommands(
    commands.GroupCog,
    group_name=locale_str(msgid("claims")),
    group_description=locale_str(msgid("The claims of this server, for its moderators")),
):
    """The group `/claims`: the ways into the editor, and to the forms of new things."""

    def __init__(self, forms: Forms, lookup: ClaimLookup) -> None:
        self._forms = forms
        self._lookup = lookup
        # A large document takes seconds to be read the first time: who types on waits for that, and reads it no more.
        self.reading = asyncio.Lock()
        super().__init__()

    async def _complete(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        return await self._lookup.suggest_everything(Request(interaction), typed)

    @app_commands.command(name=locale_str(msgid("find")), description=locale_str(msgid("Find a claim and change it")))
    @app_commands.rename(claim=locale_str(msgid("claim")))
    @app_commands.describe(claim=locale_str(msgid("Part of a claim, in any of its languages")))
    @app_commands.autocomplete(claim=_complete)
    async def find(self, interaction: BotInteraction, claim: str) -> None:
        """Show the screen of a claim."""
        request = await Request.waiting(interaction)
        found = (await self._lookup.everything(request)).one(claim)
        await request.respond(draw_claim(await read_screen(request, found.id), request.texts))

    async def _complete_document(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        return await suggest_documents(Request(interaction), typed, only_loaded=True)

    async def _sentences(
        self, request: Request, actor: Actor, document: str, words: str
    ) -> list[tuple[FoundSentence, str]]:
        async with self.reading:
            return await request.do(request.moderation.shelf.sentences, actor, document, words)

    async def _complete_words(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        """Return the sentences of the chosen document that have the words typed so far."""
        request = Request(interaction)
        document = str(getattr(interaction.namespace, "source", "") or "")
        found = await self._sentences(request, await request.require("claim.edit"), document, typed)
        return [
            app_commands.Choice(name=shorten(each.text, LONGEST), value=shorten(each.text, LONGEST).rstrip("…"))
            for each, _ in found[:MOST]
        ]

    @app_commands.command(
        name=locale_str(msgid("point")),
        description=locale_str(msgid("Add a point to a claim: a sentence of a document, by a few of its words")),
    )
    @app_commands.rename(
        claim=locale_str(msgid("claim")), source=locale_str(msgid("source")), words=locale_str(msgid("words"))
    )
    @app_commands.describe(
        claim=locale_str(msgid("Part of a claim, in any of its languages")),
        source=locale_str(msgid("The document that says it")),
        words=locale_str(msgid("A few words of the sentence")),
    )
    @app_commands.autocomplete(claim=_complete, source=_complete_document, words=_complete_words)
    async def point(self, interaction: BotInteraction, claim: str, source: str, words: str) -> None:
        """Open the form of a new point with the sentence, its place and what is known of its source."""
        request = Request(interaction)
        actor = await request.require("claim.edit")
        found = (await self._lookup.everything(request)).only(claim)
        document, _ = await meant_document(request, source)
        sentences = await self._sentences(request, actor, document, words)
        if not sentences:
            fault = msgid("No sentence of {document} has these words. Type fewer of them, or others.")
            raise DocumentTextError(fault, document=document)
        if len(sentences) > 1:
            fault = msgid("{count} sentences of {document} have these words. Type more of the one that is meant.")
            raise DocumentTextError(fault, count=len(sentences), document=document)
        (sentence, cited), texts = sentences[0], request.texts
        record = next(
            each for each in await request.do(request.touchstone.base.documents, actor.server) if each.id == document
        )
        said, speaker = shorten(sentence.text, SENTENCE), record.author or record.publisher or record.title
        filled = {f"text_{written_language(said)}": said, "date": record.published, "citations": cited}
        filled |= {name: shorten(speaker, LINE) for name in by_field("speaker", languages_of(texts, 1)).values()}
        await self._forms.open(request, FormName(NewPointForm.kind, (found.id,)), filled)

    @app_commands.command(
        name=locale_str(msgid("new")), description=locale_str(msgid("Begin a claim of this server's own"))
    )
    async def new(self, interaction: BotInteraction) -> None:
        """Open the form of a new claim."""
        await self._forms.open(Request(interaction), FormName(NewForm.kind))

    @app_commands.command(
        name=locale_str(msgid("source")), description=locale_str(msgid("Add a source that points can cite"))
    )
    async def source(self, interaction: BotInteraction) -> None:
        """Open the form of a new source."""
        await self._forms.open(Request(interaction), FormName(SourceForm.kind))


def editor_forms(lookup: ClaimLookup) -> Sequence[FormKind]:
    """Return all forms of the editor."""
    claim = (TextsForm(), NewForm(), CutOffForm(), AddForm(), ListForm(), TryForm())
    points = (NewPointForm(), PointTextForm(), PointSourceForm())
    return (*claim, *points, FigureForm(), NewFigureForm(), SourceForm(lookup))
