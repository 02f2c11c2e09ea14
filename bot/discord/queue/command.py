"""`/queue`: what waits for the moderators, page by page and item by item, and what a decision asks back."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, cast

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.bot import BotInteraction
from bot.discord.cards import ROOM, escape, fit, layout, shorten
from bot.discord.editor.screen import OPEN_EDITOR
from bot.discord.forms import FormName, form_button
from bot.discord.lookup import claims_named, title_in, title_of
from bot.discord.messages import message_link
from bot.discord.queue.deciding import (
    ALL,
    CLAIM_MENU,
    DECIDE,
    ITEM_KINDS,
    ITEM_MENU,
    KIND_MENU,
    KINDS,
    LIST,
    NEXT,
    Decision,
    age_text,
    candidate_lines,
    faster_line,
    kind_of,
    kind_text,
    message_lines,
    nearest_claims,
    open_item,
    passage_lines,
    proposed_words,
    source_lines,
    steps_of,
    unseen_channels,
    waiting_lines,
    write_decision,
)
from bot.discord.routes import LONGEST_OPTION, Click, Request, Router, page_buttons
from bot.reply import display_date
from bot.texts import Texts, msgid
from bot.wording import fault_lines
from claims.moderation.queue import Item, ItemKind, QueuePage
from claims.moderation.reports import Reporter
from claims.record import ClaimRecord
from config.errors import ConflictError, InvalidEditError, UnknownEntryError

View = ui.LayoutView


class QueueCommand(commands.Cog):
    """Keeps nothing between two clicks; whoever clicks must be a moderator at that moment."""

    def __init__(self, router: Router) -> None:
        router.answer(LIST, self._turn)
        router.answer(KIND_MENU, self._filter)
        router.answer(ITEM_MENU, self._open)
        router.answer(NEXT, self._next)
        router.answer(DECIDE, self._decide_item)
        router.answer(CLAIM_MENU, self._decide_claim)

    @app_commands.command(
        name=locale_str(msgid("queue")), description=locale_str(msgid("Decide what members and I have put aside"))
    )
    @app_commands.rename(kind=locale_str(msgid("kind")))
    @app_commands.describe(kind=locale_str(msgid("Only this kind of items")))
    @app_commands.choices(kind=[app_commands.Choice(name=locale_str(KINDS[each]), value=each) for each in ITEM_KINDS])
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def queue(self, interaction: BotInteraction, kind: str = ALL) -> None:
        """Show the first page."""
        request = await Request.waiting(interaction)
        await request.respond(await self._list(request, kind, 0))

    async def draw_next(self, request: Request, number: int, kind: str, remarks: Sequence[str] = ()) -> View:
        """Return the item after this one, or, where nothing waits any more, a word of that."""
        find, hidden = request.moderation.queue.next, await unseen_channels(request)
        item = await request.do(find, request.actor, number, kind_of(kind), hidden)
        if item is None:
            return draw_end(kind, request.texts, remarks)
        return await self._draw(request, item, kind, remarks)

    async def _turn(self, click: Click) -> None:
        await click.show(await self._list(click, click["kind"], click.number("page")))

    async def _filter(self, click: Click) -> None:
        await click.show(await self._list(click, click.value, 0))

    async def _next(self, click: Click) -> None:
        await click.show(await self.draw_next(click, click.number("number"), click["kind"]))

    async def _open(self, click: Click) -> None:
        """Show an item; the next one where it is decided or gone."""
        await self._with_item(click, click.chosen, self._draw)

    async def _decide_item(self, click: Click) -> None:
        decision = cast("Decision", click["decision"])
        await self._with_item(click, click.number("number"), partial(self._decide, decision=decision, claim=None))

    async def _decide_claim(self, click: Click) -> None:
        """Take the item's text as a wording of the claim that was chosen."""
        decide = partial(self._decide, decision="word", claim=click.value)
        await self._with_item(click, click.number("number"), decide)

    async def _with_item(self, click: Click, number: int, draw: Callable[[Click, Item, str], Awaitable[View]]) -> None:
        """Show what comes of an item, in place of what stands there; the next item where it is decided or gone."""
        try:
            item = await open_item(click, number)
            view = await draw(click, item, click["kind"])
        except (ConflictError, UnknownEntryError) as error:
            view = await self.draw_next(click, number, click["kind"], [_gone_line(error, click.texts)])
        await click.show(view)

    async def _decide(self, click: Click, item: Item, kind: str, *, decision: Decision, claim: str | None) -> View:
        """Decide an item, and return the next one; of a wording without a claim ask first which one is meant."""
        texts = click.texts
        try:
            if decision == "word" and (claim or item.claim) is None:
                return draw_choice(item.id, await nearest_claims(click, item, texts), kind, texts)
            done = await write_decision(click, decision, item, claim, texts)
        except InvalidEditError as error:
            return draw_refusal(error, item.id, decision, kind, texts)
        except discord.NotFound:
            return await self._draw(click, item, kind, [texts("The message is gone, and its words with it.")])
        return await self.draw_next(click, item.id, kind, [done])

    async def _list(self, request: Request, kind: str, page: int) -> View:
        items, actor, chosen = request.moderation.queue.items, request.actor, kind_of(kind)
        hidden = await unseen_channels(request)
        found = await request.do(items, actor, max(0, page), chosen, hidden=hidden)
        if found.page >= found.pages:
            # What stood on the last page has been decided meanwhile.
            found = await request.do(items, actor, found.pages - 1, chosen, hidden=hidden)
        named = [item.claim for item in found.items]
        claims = await request.do(claims_named, request.touchstone, actor.server, named)
        return draw_queue(found, chosen, claims, request.texts)

    async def _draw(self, request: Request, item: Item, kind: str, remarks: Sequence[str] = ()) -> View:
        claims = await request.do(claims_named, request.touchstone, request.server, [item.claim])
        about = [*await message_lines(request, item), *await passage_lines(request, item)]
        passage = [*about, *await self._reporters(request, item)]
        return draw_item(item, claims, kind, request.texts, remarks, passage)

    async def _reporters(self, request: Request, item: Item) -> list[str]:
        """Return a line for each of those who have reported what the item is about."""
        if item.kind not in {"feedback", "paused"}:
            return []
        try:
            found = await request.do(request.moderation.decisions.reporters, request.actor, item.id)
        except (ConflictError, UnknownEntryError):
            return []
        named = [claim for reporter in found for claim in reporter.others]
        claims = await request.do(claims_named, request.touchstone, request.server, named)
        return reporter_lines(found, claims, request.texts)


def _gone_line(error: ConflictError | UnknownEntryError, texts: Texts) -> str:
    if isinstance(error, ConflictError):
        return faster_line(error, texts)
    return escape(texts.of_error(error))


_LABELS: Mapping[Decision, str] = {
    "word": msgid("Accept as wording"),
    "never": msgid("Never match"),
    "drop": msgid("Dismiss"),
    "resume": msgid("Answer it again"),
}


def draw_item(
    item: Item,
    claims: Mapping[str, ClaimRecord],
    kind: str,
    texts: Texts,
    remarks: Sequence[str] = (),
    passage: Sequence[str] = (),
) -> ui.LayoutView:
    """Return the item; `remarks` are lines above it, such as what the last decision did, `passage` on its source.

    Both are escaped already.
    """
    heading = escape(kind_text(item, texts))
    kept, _ = fit([*remarks, f"### {heading}", *_facts(item, claims, texts, passage)], ROOM)
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join(kept)))
    container.add_item(ui.ActionRow[Any](*_decisions(item, kind, texts)))
    return layout(container, around(item.id, kind, texts))


_MOST_REPORTERS = 8
_MOST_OTHERS = 3


def reporter_lines(reporters: Sequence[Reporter], claims: Mapping[str, ClaimRecord], texts: Texts) -> list[str]:
    """Return who has reported, by the beginning of a hash, how much that counts, and what else they have reported."""
    lines: list[str] = []
    for each in reporters[:_MOST_REPORTERS]:
        counts = texts("counts {weight}", weight=f"{each.weight:.2g}")
        parts = [f"`{each.mark}`", counts]
        if each.is_author:
            parts.append(texts("wrote the message"))
        if each.upheld or each.dismissed:
            told = {"upheld": each.upheld, "dismissed": each.dismissed}
            parts.append(texts("earlier reports: {upheld} upheld, {dismissed} dismissed", **told))
        if each.others:
            titles = [escape(title_in(claims, claim, texts)) for claim in each.others[:_MOST_OTHERS]]
            titles += ["…"] if len(each.others) > _MOST_OTHERS else []
            parts.append(texts("also reported: {claims}", claims=texts.apart(titles)))
        lines.append("- " + " · ".join(parts))
    if more := len(reporters) - len(lines):
        lines.append(texts.plural("-# and {count} more", "-# and {count} more", more))
    return [texts("Reported by:"), *lines] if lines else []


def draw_end(kind: str, texts: Texts, remarks: Sequence[str]) -> ui.LayoutView:
    """Return what is shown when nothing of the kind waits any more."""
    lines = [*remarks, texts("Nothing waits for a decision.")]
    kept, _ = fit(lines, ROOM)
    return layout(ui.Container(ui.TextDisplay("\n".join(kept))), [_to_list(kind, texts)])


def around(number: int, kind: str, texts: Texts) -> list[ui.Item[Any]]:
    """Return the ways on from an item."""
    return [NEXT.button(texts("Next item"), number=number, kind=kind), _to_list(kind, texts)]


def _to_list(kind: str, texts: Texts) -> ui.Button[Any]:
    return LIST.button(texts("To the list"), page=0, kind=kind)


def wording_form(number: int, use: Decision, kind: str) -> FormName:
    """Name the form where text and claim of a decision can be changed."""
    return FormName("qword", (str(number), use, kind))


def link_of(item: Item) -> str | None:
    """Return the address of the message meant, for those who may see it."""
    place = (item.server, item.channel, item.message)
    return None if None in place else message_link(*place)


def _facts(item: Item, claims: Mapping[str, ClaimRecord], texts: Texts, passage: Sequence[str]) -> list[str]:
    claim = claims.get(item.claim or "")
    words, note = proposed_words(item, texts), item.payload.get("note")
    lines = [f"> {escape(words)}"] if words else []
    if note:
        lines.append(texts("Note: {note}", note=escape(str(note))))
    lines.extend(passage)
    if item.claim is not None:
        lines.append(texts("Claim: {claim}", claim=escape(title_in(claims, item.claim, texts))))
    if item.kind == "candidate":
        lines.extend(candidate_lines(item, texts))
    if item.kind == "source":
        lines.extend(source_lines(item, texts))
    if item.kind == "stale" and claim is not None and claim.review_by is not None:
        lines.append(texts("To be reviewed by {day}.", day=display_date(claim.review_by.isoformat(), texts)))
    if item.score is not None:
        lines.append(texts("Score: {score}", score=f"{item.score:.2f}"))
    if item.reports:
        lines.append(texts.plural("{count} member reports it.", "{count} members report it.", item.reports))
    if (link := link_of(item)) is not None:
        label = texts("To the message")
        lines.append(f"[{label}]({link})")
    waited = texts("Waiting for {age}.", age=age_text(item.age, texts))
    return [*lines, f"-# {waited}"]


def _decisions(item: Item, kind: str, texts: Texts) -> list[ui.Item[Any]]:
    buttons: list[ui.Item[Any]] = []
    for step in steps_of(item):
        if step == "claim":
            form = "qcand" if item.kind == "candidate" else "qclaim"
            buttons.append(form_button(FormName(form, (str(item.id), kind)), texts("Open as new claim")))
        elif step == "point":
            buttons.append(form_button(FormName("qpoint", (str(item.id), kind)), texts("Add as a point")))
        elif step == "editor":
            buttons.append(OPEN_EDITOR.button(texts("To the claim"), claim=item.claim or ""))
        else:
            style = discord.ButtonStyle.primary if step in {"word", "resume"} else discord.ButtonStyle.secondary
            buttons.append(DECIDE.button(texts(_LABELS[step]), style, decision=step, number=item.id, kind=kind))
    return buttons


Claims = Mapping[str, ClaimRecord]
_LONGEST_TEXT = 140


def draw_queue(page: QueuePage, kind: ItemKind | None, claims: Claims, texts: Texts) -> ui.LayoutView:
    """Return one page of what waits; `claims` are those that its items speak of."""
    heading, among = texts("Queue"), kind or ALL
    summary = "\n".join(waiting_lines(page.counts, page.oldest, texts))
    lines = [f"### {heading}", summary, *(_line(item, claims, texts) for item in page.items)]
    kept, _ = fit(lines, ROOM)
    place = texts("Page {page} of {pages}", page=page.page + 1, pages=page.pages)
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join([*kept, f"-# {place}"])))
    if page.items:
        options = [_option(item, claims, texts) for item in page.items]
        container.add_item(ui.ActionRow[Any](ITEM_MENU.menu(options, texts("Open an item"), kind=among)))
    container.add_item(ui.ActionRow[Any](KIND_MENU.menu(_kinds(page, kind, texts))))
    return layout(container, page_buttons(LIST, page.page, page.pages, texts, kind=among))


def _line(item: Item, claims: Claims, texts: Texts) -> str:
    parts = [f"**{escape(kind_text(item, texts))}**"]
    if item.claim is not None:
        parts.append(escape(title_in(claims, item.claim, texts)))
    parts.append(age_text(item.age, texts))
    if item.score is not None:
        parts.append(texts("score {score}", score=f"{item.score:.2f}"))
    if item.reports:
        parts.append(texts.plural("{count} report", "{count} reports", item.reports))
    if (link := link_of(item)) is not None:
        label = texts("message")
        parts.append(f"[{label}]({link})")
    words = proposed_words(item, texts)
    said = [f"> {escape(shorten(words, _LONGEST_TEXT))}"] if words else []
    return "\n".join(["- " + " · ".join(parts), *said])


def _option(item: Item, claims: Claims, texts: Texts) -> discord.SelectOption:
    about = proposed_words(item, texts) or (title_in(claims, item.claim, texts) if item.claim else "")
    label = texts("{kind}, {age}", kind=kind_text(item, texts), age=age_text(item.age, texts))
    description = shorten(about, LONGEST_OPTION) or None
    return discord.SelectOption(label=shorten(label, LONGEST_OPTION), value=str(item.id), description=description)


def _kinds(page: QueuePage, chosen: ItemKind | None, texts: Texts) -> list[discord.SelectOption]:
    counts = {KINDS[kind]: (kind, page.counts.get(kind, 0)) for kind in ITEM_KINDS}
    every = texts("All kinds")
    options = [discord.SelectOption(label=every, value=ALL, default=chosen is None)]
    return options + [
        discord.SelectOption(label=texts.named(texts(name), count), value=kind, default=kind == chosen)
        for name, (kind, count) in counts.items()
        if count or kind == chosen
    ]


def draw_choice(number: int, near: Sequence[ClaimRecord], kind: str, texts: Texts) -> ui.LayoutView:
    """Return the question; `near` are the claims to choose from."""
    container: ui.Container[Any] = ui.Container(ui.TextDisplay(texts("Of which claim is this a wording?")))
    if near:
        options = [discord.SelectOption(label=title_of(claim, texts), value=claim.id) for claim in near]
        menu = CLAIM_MENU.menu(options, texts("The nearest claims"), number=number, kind=kind)
        container.add_item(ui.ActionRow[Any](menu))
    named = form_button(wording_form(number, "word", kind), texts("Name the claim"))
    return layout(container, [named, *around(number, kind, texts)])


def draw_refusal(error: InvalidEditError, number: int, decision: Decision, kind: str, texts: Texts) -> ui.LayoutView:
    """Say what is wrong with the words, which a form lets change."""
    lines = [texts("That cannot be written like this:"), *(f"- {escape(line)}" for line in fault_lines(error, texts))]
    kept, _ = fit(lines, ROOM)
    change = form_button(wording_form(number, decision, kind), texts("Change the text"))
    return layout(ui.Container(ui.TextDisplay("\n".join(kept))), [change, *around(number, kind, texts)])
