"""The wordings of a claim in the editor: pages of its lists, and the forms to add some or edit a list as one text."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord
from discord import ui

from bot.discord.cards import ROOM, escape, layout, length, shorten
from bot.discord.editor.claim_forms import similar_lines
from bot.discord.editor.heard import strength_line
from bot.discord.editor.screen import (
    LIST_NAMES,
    USES,
    done_line,
    list_of,
    part_button,
    read_screen,
    title_line,
)
from bot.discord.forms import LONGEST_FIELD, Form, FormName, choice, form_button, long
from bot.discord.routes import LONGEST_OPTION, Request, Route, page_buttons
from bot.texts import Texts
from bot.wording import field_name
from claims.moderation.edits import LISTS, AddWordings, Edit, EditWordings, use_of
from claims.moderation.rights import Act
from claims.record import ClaimRecord, fingerprint_of

# Menus: of the lists, and of the wordings of a page that are to go; and the ways to another page.
LIST_MENU = Route("ts:desk:list:{claim:some}", "claim.edit")
_AT = "{name:[a-z_-]+}:{page:page}:{claim:some}"
REMOVE_MENU = Route("ts:desk:out:" + _AT, "claim.edit")
PAGE = Route("ts:desk:page:" + _AT, "claim.edit")

PER_PAGE = 20
# A page of long wordings shows less and less of each, until all of them fit.
_WIDTHS = (300, 150, 100, 60)
LAST = 10_000


def draw_wordings(claim: ClaimRecord, name: str, page: int, texts: Texts, remarks: Sequence[str] = ()) -> ui.LayoutView:
    """Return a page of a list (an unknown name gives the first); a page that is not there becomes the nearest one."""
    name = name if name in LIST_NAMES else LIST_NAMES[0]
    wordings = list_of(claim, name)
    last = max(0, (len(wordings) - 1) // PER_PAGE)
    page = min(max(page, 0), last)
    shown = wordings[page * PER_PAGE : (page + 1) * PER_PAGE]
    heading = texts.named(field_name(name, texts), len(wordings))
    heads = [*remarks, title_line(claim, texts), f"**{heading}**"]
    ends = [texts("Page {page} of {pages}", page=page + 1, pages=last + 1)] if last else []
    if _is_long(wordings):
        ends.append(texts("This list is too long to be edited as one text."))
    ends = [f"-# {line}" for line in ends]
    lines = _fitting(shown, ROOM - sum(length(line) + 1 for line in (*heads, *ends)))
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join([*heads, *lines, *ends])))
    for menu in _menus(claim, name, page, shown, texts):
        container.add_item(ui.ActionRow[Any](menu))
    if last:
        container.add_item(ui.ActionRow(*page_buttons(PAGE, page, last + 1, texts, name=name, claim=claim.id)))
    return layout(container, list(_buttons(claim, name, texts, is_long=_is_long(wordings))))


def _is_long(wordings: Sequence[str]) -> bool:
    return len("\n".join(wordings)) > LONGEST_FIELD


def _fitting(shown: Sequence[str], room: int) -> list[str]:
    lines: list[str] = []
    for width in _WIDTHS:
        lines = [f"- {escape(shorten(text, width))}" for text in shown]
        if sum(length(line) + 1 for line in lines) <= room:
            break
    return lines


def _menus(claim: ClaimRecord, name: str, page: int, shown: Sequence[str], texts: Texts) -> Iterator[ui.Item[Any]]:
    counts = {each: len(list_of(claim, each)) for each in LIST_NAMES}
    named = [
        discord.SelectOption(label=texts.named(field_name(each, texts), count), value=each, default=each == name)
        for each, count in counts.items()
    ]
    yield LIST_MENU.menu(named, claim=claim.id)
    if shown:
        options = [
            discord.SelectOption(label=shorten(text, LONGEST_OPTION), value=fingerprint_of(text)) for text in shown
        ]
        placeholder = texts("Remove some of these")
        yield REMOVE_MENU.menu(options, placeholder, most=len(options), name=name, page=page, claim=claim.id)


def _buttons(claim: ClaimRecord, name: str, texts: Texts, *, is_long: bool) -> Iterator[ui.Item[Any]]:
    yield form_button(FormName("wadd", (claim.id, name)), texts("Add"))
    if not is_long:
        yield form_button(FormName("wlist", (claim.id, name)), texts("Edit as text"))
    yield part_button("card", claim.id, texts("To the claim"))


# A claim, and one of its lists.
_LIST = rf"[^|]+\|({'|'.join(LIST_NAMES)})"


class AddForm:
    """About a claim's id and the list that was shown. It only adds, so that nobody else's change can be lost."""

    kind = "wadd"
    act: Act = "claim.edit"
    about = _LIST

    async def open(self, request: Request, about: tuple[str, ...]) -> Form:
        """Return the form; what it adds has the use of the list, unless another one is chosen."""
        claim_id, name = about
        texts = request.texts
        await read_screen(request, claim_id)
        use = next(use for each, _, use in LISTS if each == name)
        fields = (
            long("texts", "", texts, texts("One text a line, in any language."), required=True),
            choice("use", use, tuple(USES), texts, USES),
        )
        return Form(FormName(self.kind, about), texts("Add wordings"), fields)

    async def submit(self, request: Request, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Add them, and return the end of the list that has the last of them."""
        edit = AddWordings(typed["texts"], typed["use"])
        return await _write(request, name, edit)


class ListForm:
    """About a claim's id and one of its lists."""

    kind = "wlist"
    act: Act = "claim.edit"
    about = _LIST

    async def open(self, request: Request, about: tuple[str, ...]) -> Form:
        """Return the form with the whole list; raises InvalidEditError where it is too long for a form."""
        claim_id, name = about
        texts, claim = request.texts, (await read_screen(request, claim_id)).claim
        field = long(name, "\n".join(list_of(claim, name)), texts, texts("One text a line."))
        return Form(FormName(self.kind, about, claim.version_tag), texts("Edit as text"), (field,))

    async def submit(self, request: Request, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Write the list, and return its beginning."""
        listed = name.about[1]
        edit = EditWordings({listed: typed[listed]})
        return await _write(request, name, edit)


async def _write(request: Request, name: FormName, edit: Edit) -> ui.LayoutView:
    texts, (claim_id, listed) = request.texts, name.about
    before = (await read_screen(request, claim_id)).claim
    write = request.moderation.editor.edit
    done = await request.do(write, request.actor, claim_id, name.version_tag or None, edit)
    after = done.claim or before
    new = [wording for wording in after.wordings if wording not in before.wordings]
    remarks = [done_line(changed=done.changed, texts=texts)]
    said = [wording.text for wording in new if not wording.negative]
    remarks += await similar_lines(request, claim_id, said)
    remarks.append(await strength_line(request, claim_id))
    if isinstance(edit, AddWordings):
        return draw_wordings(after, _list_of_last(before, after, listed), LAST, texts, remarks)
    return draw_wordings(after, listed, 0, texts, remarks)


def _list_of_last(before: ClaimRecord, after: ClaimRecord, otherwise: str) -> str:
    """Return the name of the list that the last new wording stands in."""
    for wording in reversed(after.wordings):
        if wording not in before.wordings:
            return next(each for each, *of in LISTS if of == [wording.language, use_of(wording)])
    return otherwise
