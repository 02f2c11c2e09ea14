"""The menu that asks which claim a message is about, and whether it makes that claim."""

import re
from collections.abc import Sequence
from typing import Any, Self

import discord
from discord import ui

from bot.discord.button import Lasting
from bot.discord.examples.keeping import keep_message, require_moderator
from bot.discord.fitting import shorten
from bot.discord.interaction import BotInteraction
from bot.discord.queue.message import fetch_message
from bot.texts import Texts
from claims.record import ClaimRecord

# Two entries a claim and one for none of them: Discord shows 25.
MOST_CLAIMS = 12
_LONGEST = 100
_NONE = "-"


class LabelMenu(
    Lasting, ui.DynamicItem[ui.Select[Any]], template=r"ts:example:label:(?P<channel>\d+):(?P<message>\d+)"
):
    """Keeps a message with the label that is chosen; its words are fetched anew."""

    def __init__(self, select: ui.Select[Any], channel: int, message: int) -> None:
        super().__init__(select)
        self.channel = channel
        self.message = message

    @classmethod
    def of(cls, message: discord.Message, claims: Sequence[ClaimRecord], texts: Texts) -> Self:
        """Return the menu for a message and the claims that it may be about."""
        options = [option for claim in claims[:MOST_CLAIMS] for option in _options(claim, texts)]
        options.append(discord.SelectOption(label=texts("None of the known claims"), value=_NONE))
        custom_id = f"ts:example:label:{message.channel.id}:{message.id}"
        placeholder = texts("What does the message say?")
        return cls(
            ui.Select(custom_id=custom_id, placeholder=placeholder, options=options), message.channel.id, message.id
        )

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Take over the menu of a message that was sent earlier."""
        if not isinstance(item, ui.Select):
            raise TypeError(f"{item} is not a menu")
        return cls(item, int(match["channel"]), int(match["message"]))

    async def press(self, interaction: BotInteraction) -> None:
        """Keep the message."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await require_moderator(interaction)
        message = await fetch_message(interaction, self.channel, self.message)
        label, _, claim = self.item.values[0].partition(":")
        await keep_message(interaction, message, claim, makes=label == "yes")


def _options(claim: ClaimRecord, texts: Texts) -> list[discord.SelectOption]:
    title = texts.pick(claim.title_en, claim.title_zh)
    labels = {"yes": texts("Makes it: {claim}", claim=title), "no": texts("Does not make it: {claim}", claim=title)}
    return [
        discord.SelectOption(label=shorten(text, _LONGEST), value=f"{label}:{claim.id}")
        for label, text in labels.items()
    ]
