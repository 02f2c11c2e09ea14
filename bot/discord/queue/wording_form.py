"""The form where a moderator changes an item's words, or names the claim, before it is decided."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from discord import ui

from bot.discord.actor import actor_of
from bot.discord.forms.form import Form, FormField, FormName
from bot.discord.interaction import BotInteraction
from bot.discord.private import texts_for
from bot.discord.queue.buttons import Decision
from bot.discord.queue.deciding import write_decision
from bot.discord.queue.known import claim_meant
from bot.discord.queue.words import words_of
from bot.field_names import field_name
from bot.texts import Texts, msgid
from claims.form_reading import LINE
from claims.queue_items import Item

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

_TITLES = {"word": msgid("Accept as wording"), "never": msgid("Never match")}


class WordingForm:
    """About an item's number, what becomes of its words, and the kind of items that the moderator goes through."""

    kind = "qword"

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    async def open(self, interaction: BotInteraction, about: tuple[str, ...]) -> Form:
        """Return the form with the words as they are, so that they can be shortened."""
        number, deed, _ = about
        texts, item = texts_for(interaction), await self._item(interaction, number)
        words = await words_of(interaction, item, texts)
        hint = texts("One line of at most {most} characters.", most=LINE)
        fields = (
            FormField("text", field_name("text", texts), words, hint, long=True, required=True),
            FormField(
                "claim", field_name("claim", texts), item.claim or "", _claim_hint(texts), required=True, most=LINE
            ),
        )
        return Form(FormName(self.kind, about), texts(_TITLES[deed]), fields)

    async def submit(self, interaction: BotInteraction, name: FormName, typed: Mapping[str, str]) -> ui.LayoutView:
        """Decide, and return the next item."""
        number, deed, kind = name.about
        texts, item = texts_for(interaction), await self._item(interaction, number)
        claim = await claim_meant(interaction, typed["claim"])
        decision = cast("Decision", deed)
        done = await write_decision(interaction, decision, item, claim.id, texts, typed["text"])
        return await self.bot.queue.draw_next(interaction, item.id, kind, [done])

    async def _item(self, interaction: BotInteraction, number: str) -> Item:
        find = self.bot.touchstone.moderation.decisions.item
        return await asyncio.to_thread(find, actor_of(interaction), int(number))


def _claim_hint(texts: Texts) -> str:
    return texts("Its id, or words that only its title has.")
