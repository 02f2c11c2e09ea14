"""The forms of the wordings: some to add, and a whole list as one text."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from discord import ui

from bot.discord.desk.fields import choice, long
from bot.discord.desk.near import near_lines
from bot.discord.desk.sight import moderator, read_sight
from bot.discord.desk.wordings_view import LAST, as_text, draw_wordings
from bot.discord.desk.words import USES, done_line
from bot.discord.forms.form import Form, FormName
from bot.discord.interaction import BotInteraction
from bot.discord.private import texts_for
from bot.texts import Texts
from claims.edits import Edit
from claims.record import ClaimRecord
from claims.wording_edits import LISTS, AddWordings, EditWordings

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


class AddForm:
    """About a claim's id and the list that was shown. It only adds, so that nobody else's change can be lost."""

    kind = "wadd"

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form; what it adds has the use of the list, unless another one is chosen."""
        claim_id, name = about
        texts = texts_for(interaction)
        await read_sight(interaction, claim_id)
        use = next(use for each, _, use in LISTS if each == name)
        fields = (
            long("texts", "", texts, texts("One text a line, in English or Chinese."), required=True),
            choice("use", use, tuple(USES), texts, USES),
        )
        return Form(FormName(self.kind, about), texts("Add wordings"), fields)

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Add them, and return the end of the list that has the last of them."""
        edit = AddWordings(typed["texts"], typed["use"])
        return await _write(self.bot, interaction, name, edit, texts_for(interaction))


class ListForm:
    """About a claim's id and one of its lists."""

    kind = "wlist"

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form with the whole list; raises InvalidEditError where it is too long for a form."""
        claim_id, name = about
        texts, claim = texts_for(interaction), (await read_sight(interaction, claim_id)).claim
        field = long(name, as_text(claim, name), texts, texts("One text a line."))
        return Form(FormName(self.kind, about, claim.edition), texts("Edit as text"), (field,))

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Write the list, and return its beginning."""
        listed = name.about[1]
        edit = EditWordings(**{listed: typed[listed]})
        return await _write(self.bot, interaction, name, edit, texts_for(interaction))


async def _write(
    bot: "TouchstoneBot", interaction: BotInteraction, name: FormName, edit: Edit, texts: Texts
) -> ui.LayoutView:
    claim_id, listed = name.about
    before = (await read_sight(interaction, claim_id)).claim
    write = bot.touchstone.moderation.editor.edit
    done = await asyncio.to_thread(write, moderator(interaction), claim_id, name.edition or None, edit)
    after = done.claim or before
    new = [wording for wording in after.wordings if wording not in before.wordings]
    remarks = [done_line(changed=done.changed, texts=texts)]
    said = [wording.text for wording in new if not wording.negative]
    remarks += await near_lines(interaction, claim_id, said, texts)
    if isinstance(edit, AddWordings):
        return draw_wordings(after, _list_of_last(before, after, listed), LAST, texts, remarks)
    return draw_wordings(after, listed, 0, texts, remarks)


def _list_of_last(before: ClaimRecord, after: ClaimRecord, otherwise: str) -> str:
    """Return the name of the list that the last new wording stands in."""
    for wording in reversed(after.wordings):
        if wording not in before.wordings:
            use = "negative" if wording.negative else "denies" if wording.denies else "says"
            return next(each for each, language, of in LISTS if (language, of) == (wording.language, use))
    return otherwise
