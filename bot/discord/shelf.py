"""`/documents`: sources of a server taken in, read, looked through for claims, taken away."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.bot import BotInteraction, TouchstoneBot
from bot.discord.cards import ROOM, draw_lines, escape, fit, layout, length, link, shorten
from bot.discord.editor.screen import done
from bot.discord.errors import own_words
from bot.discord.forms import Form, FormName, form_button, line
from bot.discord.lookup import LONGEST, LONGEST_DOCUMENT, meant_document, suggest_documents
from bot.discord.queue.proposing import look_through
from bot.discord.routes import Click, Request, Route, Router, page_buttons
from bot.reply import display_date
from bot.texts import Texts, msgid
from bot.wording import field_name, left_out_line, read_parts
from claims.documents.fetching import MOST_BYTES, Fetched, PageReader
from claims.documents.intake import DocumentFacts
from claims.documents.loading import NO_DOCUMENT
from claims.documents.markup import View
from claims.fields import is_address
from claims.moderation.rights import Act
from claims.moderation.sources import ShelfEntry, facts_tag
from claims.record import DocumentRecord
from config.errors import DocumentRefusedError, DocumentTextError, InvalidEditError
from config.languages import SHOWN

LIST = Route("ts:doc:list:{page:page}", "source.add")
OPEN_MENU = Route("ts:doc:open", "source.add")
SHOW = Route("ts:doc:show:{document:some}", "source.add")
READ = Route("ts:doc:read:{page:page}:{document:some}", "source.add")
LOOK = Route("ts:doc:look:{document:some}", "queue.decide")
ASK = Route("ts:doc:ask:{document:some}", "source.add")
DROP = Route("ts:doc:drop:{document:some}", "source.add")

_MEGABYTE = 1024 * 1024
_PAGE = 10
# Addresses that are fetched at once.
_FETCHES = 3
_LONGEST_TITLE = 150
_REFUSED = (DocumentRefusedError, DocumentTextError, InvalidEditError)
_FACTS = ("title", "author", "publisher", "published", "language")


class FactsForm:
    """About the id of a document of the server's own: what its text did not say, or said wrongly."""

    kind = "docfct"
    act: Act = "source.add"
    about = r"[^|]+"

    async def open(self, request: Request, about: tuple[str, ...]) -> Form:
        """Return the form with what is known."""
        texts, record = request.texts, await _record(request, about[0])
        fields = (
            line("title", record.title, texts, required=True),
            line("author", record.author, texts),
            line("publisher", record.publisher, texts),
            line("published", record.published, texts, texts("Write it as 2026-01-23, 2026-01 or 2026.")),
            line("language", record.language, texts, texts("One of {names}.", names=", ".join(SHOWN))),
        )
        return Form(FormName(self.kind, about, facts_tag(record)), texts("About the document"), fields)

    async def submit(self, request: Request, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Write it, and return the document."""
        texts, document = request.texts, name.about[0]
        record = await _record(request, document)
        # The form does not show the address: one that is none would refuse all that was typed.
        address = record.address if record.address and is_address(record.address) else None
        facts = DocumentFacts(**{field: typed.get(field, "") for field in _FACTS}, address=address)
        describe = request.moderation.shelf.describe
        await request.do(describe, request.actor, document, facts, name.version_tag)
        return await draw_document(request, document, [done(texts("Written."))])


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class DocumentsCommand(
    commands.GroupCog,
    group_name=locale_str(msgid("documents")),
    group_description=locale_str(msgid("The documents that claims cite")),
):
    """Takes documents in for moderators, each answered privately.

    `pages` reads addresses; `turn` is held while a document is taken in or looked through: each keeps a core busy, and
    one after the other they are done no later. `fetching` is held while one is fetched, which keeps nothing but a
    thread busy. What is shown of a document is read beside that, one at a time.
    """

    def __init__(self, bot: TouchstoneBot, router: Router, turn: asyncio.Semaphore) -> None:
        self.bot = bot
        self.pages = PageReader()
        self.turn = turn
        self.fetching = asyncio.Semaphore(_FETCHES)
        self._read = _ReadLast()
        for route, handler in (
            (LIST, self._turn_page),
            (OPEN_MENU, self._open),
            (SHOW, self._show),
            (READ, self._read_page),
            (LOOK, self._look),
            (ASK, self._ask),
            (DROP, self._drop),
        ):
            router.answer(route, handler)
        super().__init__()

    async def _complete(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        return await suggest_documents(Request(interaction), typed)

    async def _complete_own(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        return await suggest_documents(Request(interaction), typed, only_own=True)

    @app_commands.command(
        name=locale_str(msgid("add")),
        description=locale_str(msgid("Take in a text, page, PDF or subtitles as a source of this server")),
    )
    @app_commands.rename(
        url=locale_str(msgid("url")),
        file=locale_str(msgid("file")),
        title=locale_str(msgid("title")),
        author=locale_str(msgid("author")),
        publisher=locale_str(msgid("publisher")),
        date=locale_str(msgid("date")),
    )
    @app_commands.describe(
        url=locale_str(msgid("The address of a page, text or PDF")),
        file=locale_str(msgid("Text, page, Markdown, PDF with a text layer, or subtitles; at most 10 MB")),
        title=locale_str(msgid("Its title, where the text does not say it")),
        author=locale_str(msgid("Who wrote or said it")),
        publisher=locale_str(msgid("Who published it")),
        date=locale_str(msgid("When: 2026-01-23, 2026-01 or 2026")),
    )
    async def add(
        self,
        interaction: BotInteraction,
        url: str = "",
        file: discord.Attachment | None = None,
        title: str = "",
        author: str = "",
        publisher: str = "",
        date: str = "",
    ) -> None:
        """Read it, keep it, and show what is known of it; a refusal says why."""
        request = await Request.waiting(interaction)
        await request.require("source.add")
        texts = request.texts
        given = DocumentFacts(title, author, publisher, date)
        if bool(url.strip()) == (file is not None):
            await request.respond(texts("Give an address or a file: one of the two."))
            return
        named = escape(shorten(file.filename if file else url.strip(), _LONGEST_TITLE))
        await request.show(draw_lines([texts("Reading {file} …", file=named)], texts))
        try:
            async with self.fetching:
                found = await self._fetch(request, url.strip(), file)
            async with self.turn:
                view = await self._add(request, found, given)
        except _REFUSED as error:
            view = draw_lines([own_words(error, texts), texts("Nothing was kept.")], texts)
        await request.show(view)

    async def _add(self, request: Request, found: Fetched, given: DocumentFacts) -> ui.LayoutView:
        texts, shelf = request.texts, request.moderation.shelf
        # A file has no address of its own.
        intake = await request.do(shelf.read, found.data, found.name, found.charset, found.address or None)
        facts = given.or_else(intake.facts)
        kept = await request.do(shelf.add, request.actor, intake, facts)
        match kept.outcome:
            case "added":
                remarks = [done(texts("Added as {document}.", document=f"`{kept.document}`"))]
                if missing := [field_name(each, texts) for each in _FACTS if not getattr(facts, each)]:
                    remarks.append(texts("The text does not say: {names}.", names=texts.listed(missing)))
            case "loaded":
                remarks = [texts("This is {document}, which was known; its text is kept now.", document=kept.document)]
            case "known":
                remarks = [texts("This is {document}, which is here already.", document=kept.document)]
        return await draw_document(request, kept.document, remarks)

    async def _fetch(self, request: Request, url: str, file: discord.Attachment | None) -> Fetched:
        """Return the bytes at the address or of the file; raises DocumentRefusedError."""
        if file is None:
            return await request.do(self.pages.fetch, url if "://" in url else f"https://{url}")
        if file.size > MOST_BYTES:
            raise DocumentRefusedError(
                "It is larger than {most} MB. Keep the part that matters.", most=MOST_BYTES // _MEGABYTE
            )
        try:
            data = await file.read()
        except (discord.NotFound, discord.Forbidden) as error:
            raise DocumentRefusedError("The file is no longer there. Bring it again.") from error
        return Fetched("", data, "", file.filename)

    @app_commands.command(
        name=locale_str(msgid("list")), description=locale_str(msgid("All documents, and which claims cite them"))
    )
    async def list_documents(self, interaction: BotInteraction) -> None:
        """Show the first page."""
        request = await Request.waiting(interaction)
        await request.require("source.add")
        await request.respond(await _draw_list(request, 0))

    @app_commands.command(
        name=locale_str(msgid("show")), description=locale_str(msgid("A document as it is read, page by page"))
    )
    @app_commands.rename(document=locale_str(msgid("document")))
    @app_commands.describe(document=locale_str(msgid("Part of its title or id")))
    @app_commands.autocomplete(document=_complete)
    async def show(self, interaction: BotInteraction, document: str) -> None:
        """Show what is known of it, with the ways on."""
        request = await Request.waiting(interaction)
        await request.require("source.add")
        await request.respond(await draw_document(request, (await meant_document(request, document))[0]))

    @app_commands.command(
        name=locale_str(msgid("remove")), description=locale_str(msgid("Take away a document that no claim cites"))
    )
    @app_commands.rename(document=locale_str(msgid("document")))
    @app_commands.describe(document=locale_str(msgid("Part of its title or id")))
    @app_commands.autocomplete(document=_complete_own)
    async def remove(self, interaction: BotInteraction, document: str) -> None:
        """Ask whether it is to go; of a document that is not the server's own, say that it stays."""
        request = await Request.waiting(interaction)
        await request.require("source.add")
        name, title = await meant_document(request, document)
        if not (await _entry(request, name)).own:
            told = request.texts("{document} is shared by all servers, so that it stays.", document=escape(title))
            await request.respond(told)
            return
        await request.respond(_draw_question(name, title, request.texts))

    async def _turn_page(self, click: Click) -> None:
        await click.show(await _draw_list(click, click.number("page")))

    async def _open(self, click: Click) -> None:
        await click.show(await draw_document(click, click.value))

    async def _show(self, click: Click) -> None:
        await click.show(await draw_document(click, click["document"]))

    async def _read_page(self, click: Click) -> None:
        await click.show(await _draw_text(click, self._read, click["document"], click.number("page")))

    async def _look(self, click: Click) -> None:
        record = await _record(click, click["document"])
        async with self.turn:
            lines = await look_through(click, record.id, click.texts.quoted(record.title))
        await click.show(await draw_document(click, record.id, lines))

    async def _ask(self, click: Click) -> None:
        record = await _record(click, click["document"])
        await click.show(_draw_question(record.id, click.texts.quoted(record.title), click.texts))

    async def _drop(self, click: Click) -> None:
        document = click["document"]
        try:
            waiting = await click.do(click.moderation.shelf.remove, click.actor, document)
        except _REFUSED as error:
            await click.show(await draw_document(click, document, [own_words(error, click.texts)]))
            return
        lines = [done(click.texts("{document} is gone.", document=document))]
        if waiting:
            told = click.texts.plural(
                "{count} candidate that waited went with it.", "{count} candidates that waited went with it.", waiting
            )
            lines.append(told)
        await click.show(await _draw_list(click, 0, lines))


async def _entry(request: Request, document: str) -> ShelfEntry:
    entries = await request.do(request.moderation.shelf.entries, request.server)
    found = next((each for each in entries if each.document.id == document), None)
    if found is None:
        raise DocumentTextError(NO_DOCUMENT, document=document)
    return found


async def _record(request: Request, document: str) -> DocumentRecord:
    return (await _entry(request, document)).document


async def draw_document(request: Request, document: str, remarks: Sequence[str] = ()) -> ui.LayoutView:
    """Return what is known of a document, and the ways on; `remarks` stand above it, escaped already."""
    texts, entry = request.texts, await _entry(request, document)
    record = entry.document
    title = texts.quoted(record.title) or record.id
    head = link(title, record.address) if record.address else escape(title)
    who = [texts.quoted(each) for each in (record.author, record.publisher)]
    facts = [*who, display_date(record.published, texts), record.language]
    lines = [*remarks, f"### {head}", " · ".join(escape(each) for each in facts if each)]
    lines.append(f"-# {escape(record.id)} · SHA-256 {record.sha256[:16] or '–'}")
    lines.append(texts("loaded") if record.loaded else texts("not loaded"))
    if entry.claims:
        lines.append(texts("Cited by: {claims}", claims=escape(texts.listed(entry.claims))))
    buttons: list[ui.Item[Any]] = []
    if len(record.id) <= LONGEST_DOCUMENT:
        if record.loaded:
            buttons.append(LOOK.button(texts("Look for claims"), discord.ButtonStyle.primary, document=record.id))
            buttons.append(READ.button(texts("Read it"), page=0, document=record.id))
        if entry.own:
            buttons.append(form_button(FormName(FactsForm.kind, (record.id,)), texts("Edit")))
            buttons.append(ASK.button(texts("Remove"), document=record.id))
    buttons.append(LIST.button(texts("All documents"), page=0))
    return draw_lines([each for each in lines if each], texts, buttons)


async def _draw_list(request: Request, page: int, remarks: Sequence[str] = ()) -> ui.LayoutView:
    texts, entries = request.texts, await request.do(request.moderation.shelf.entries, request.server)
    pages = max(1, -(-len(entries) // _PAGE))
    page = max(0, min(page, pages - 1))
    shown = entries[page * _PAGE :][:_PAGE]
    heading, place = texts("Documents"), texts("Page {page} of {pages}", page=page + 1, pages=pages)
    none = [] if entries else [texts("There is none yet. Add one with `/documents add`.")]
    kept, _ = fit([*remarks, f"### {heading}", *none, *(_list_line(each, texts) for each in shown)], ROOM)
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join([*kept, f"-# {place}"])))
    options = [
        discord.SelectOption(label=shorten(texts.quoted(each.document.title) or each.document.id, LONGEST), value=name)
        for each in shown
        if len(name := each.document.id) <= LONGEST_DOCUMENT
    ]
    if options:
        container.add_item(ui.ActionRow[Any](OPEN_MENU.menu(options, texts("Open a document"))))
    return layout(container, page_buttons(LIST, page, pages, texts))


def _list_line(entry: ShelfEntry, texts: Texts) -> str:
    record = entry.document
    parts = [
        escape(texts.quoted(record.publisher)),
        escape(display_date(record.published, texts)),
        texts("loaded") if record.loaded else texts("not loaded"),
        texts.plural("cited once", "cited {count} times", entry.citations) if entry.citations else "",
        texts("this server's own") if entry.own else "",
    ]
    title = escape(shorten(texts.quoted(record.title) or record.id, _LONGEST_TITLE))
    return f"- {title}\n-# {' · '.join(each for each in parts if each)}"


def _draw_question(document: str, title: str, texts: Texts) -> ui.LayoutView:
    if len(document) > LONGEST_DOCUMENT:
        raise DocumentTextError(NO_DOCUMENT, document=document)
    lines = [texts("Take this document away, with its text?"), f"> {escape(shorten(title, _LONGEST_TITLE))}"]
    drop = DROP.button(texts("Yes, take it away"), discord.ButtonStyle.danger, document=document)
    return draw_lines(lines, texts, [drop, SHOW.button(texts("No"), document=document)])


async def _draw_text(request: Request, read: "_ReadLast", document: str, page: int) -> ui.LayoutView:
    """Return a page of the document as it is read; what was left out stands in brackets, struck through."""
    texts, record = request.texts, await _record(request, document)
    found, left = await read.pages(request, record)
    page = max(0, min(page, len(found) - 1))
    title = escape(shorten(texts.quoted(record.title), _LONGEST_TITLE))
    place = texts("Page {page} of {pages}", page=page + 1, pages=len(found))
    lines = [f"### {title}", found[page], f"-# {place}"]
    if page == 0 and left:
        lines.append(f"-# {left}")
    buttons = [*page_buttons(READ, page, len(found), texts, document=document)]
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join(lines)))
    return layout(container, [*buttons, LIST.button(texts("All documents"), page=0)])


_TEXT_ROOM = 3000
# Characters of all pages that are held, but for the document that was read last.
_MOST_HELD = 4_000_000


class _ReadLast:
    """Holds the pages of the documents that were read last, by what their text is; reads one document at a time."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._held: dict[tuple[str, str], tuple[list[str], str]] = {}

    async def pages(self, request: Request, record: DocumentRecord) -> tuple[list[str], str]:
        """Return the pages of a document, and how much was left out; raises DocumentTextError where it has no text."""
        key, texts = (record.sha256, request.texts.language), request.texts
        async with self._lock:
            if key not in self._held or not record.loaded:
                _, clean = await request.do(request.moderation.shelf.shown, request.actor, record.id)
                self._held[key] = await request.do(_read, clean.view, texts)
            self._held[key] = self._held.pop(key)
            while len(self._held) > 1 and sum(sum(map(len, pages)) for pages, _ in self._held.values()) > _MOST_HELD:
                del self._held[next(iter(self._held))]
            return self._held[key]


def _read(view: View, texts: Texts) -> tuple[list[str], str]:
    """Return the pages of a document, and how much was left out."""
    marked = "".join(
        f"~~{escape(words.strip())}~~{words[len(words.rstrip()) :]}" if is_left_out else escape(words)
        for words, is_left_out in read_parts(view, texts)
    )
    return list(_pages(marked)), left_out_line(view, texts)


def _pages(marked: str) -> Iterator[str]:
    """Yield pages of whole lines; of a line longer than a page, as much as there is room for."""
    lines = (part for row in marked.splitlines() if row.strip() for part in _split(row))
    kept: list[str] = []
    room = _TEXT_ROOM
    for each in lines:
        if length(each) + 1 > room and kept:
            yield "\n".join(kept)
            kept, room = [], _TEXT_ROOM
        kept.append(each)
        room -= length(each) + 1
    yield "\n".join(kept)


def _split(row: str) -> Iterator[str]:
    most = _TEXT_ROOM // 2
    while len(row) > most:
        cut = max(row.rfind(stop, most // 2, most) for stop in "。！？. ") + 1 or most
        # A backslash belongs to the sign behind it.
        cut -= row[cut - 1] == "\\"
        yield row[:cut]
        row = row[cut:]
    yield row
