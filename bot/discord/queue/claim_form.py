"""The form that opens a new claim, as a draft, from an item of the queue."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from discord import ui

from bot.discord.actor import actor_of
from bot.discord.desk.card_view import draw_desk
from bot.discord.desk.sight import read_sight
from bot.discord.escape import escape
from bot.discord.forms.form import Form, FormField, FormName
from bot.discord.interaction import BotInteraction
from bot.discord.private import texts_for
from bot.discord.queue.words import words_of
from bot.faults import value_text
from bot.field_names import field_name
from bot.texts import Texts
from claims.edits import KINDS, EditTexts
from claims.form_reading import LINE, language_of_wording
from claims.queue_items import Item

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


class NewClaimForm:
    """About an item's number, and the kind of items that the moderator goes through."""

    kind = "qclaim"

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form with what the item says, and today's date."""
        texts, moderation = texts_for(interaction), self.bot.touchstone.moderation
        item = await asyncio.to_thread(moderation.decisions.item, actor_of(interaction), int(about[0]))
        words = await words_of(interaction, item, texts)
        kinds = {kind: value_text("kind", kind, texts) for kind in KINDS}
        today = self.bot.touchstone.base.clock().date().isoformat()
        fields = (
            FormField("title_en", field_name("title_en", texts), _title(item, "en"), most=LINE),
            FormField("title_zh", field_name("title_zh", texts), _title(item, "zh"), most=LINE),
            FormField("kind", field_name("kind", texts), KINDS[0], options=kinds, required=True),
            FormField("as_of", field_name("as_of", texts), today, required=True, most=10),
            FormField("text", texts("First wording"), words, _hint(texts), long=True, required=True),
        )
        return Form(FormName(self.kind, about), texts("Open as new claim"), fields)

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Begin the draft, and return its desk."""
        number = name.about[0]
        texts, decisions = texts_for(interaction), self.bot.touchstone.moderation.decisions
        new = EditTexts(typed["title_en"], typed["title_zh"], typed["kind"], typed["as_of"])
        open_claim, actor = decisions.open_claim, actor_of(interaction)
        claim, _ = await asyncio.to_thread(open_claim, actor, int(number), new, typed["text"])
        said = texts("The draft is there: {claim}", claim=escape(texts.pick(typed["title_en"], typed["title_zh"])))
        return draw_desk(await read_sight(interaction, claim), texts, [f"✓ {said}"])


def _title(item: Item, language: str) -> str:
    """Return the title that is proposed, else the proposed text where it is in the language."""
    title, text = (str(item.payload.get(name) or "") for name in (f"title_{language}", "text"))
    return title or (text if language_of_wording(text) == language else "")


def _hint(texts: Texts) -> str:
    return texts("One line of at most {most} characters.", most=LINE)
