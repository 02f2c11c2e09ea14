"""Where an item's words stand: the source that it names, and how a point of the new claim can cite them."""

import asyncio

from bot.discord.escape import escape
from bot.discord.fitting import shorten
from bot.discord.interaction import BotInteraction
from bot.discord.private import texts_for
from claims.queue_items import Item

_LONGEST_TITLE = 100


async def passage_lines(interaction: BotInteraction, item: Item) -> list[str]:
    """Return lines about the item's source, escaped; none for an item that names no source."""
    source, texts = str(item.payload.get("source") or ""), texts_for(interaction)
    if not source:
        return []
    start, end = item.payload.get("start"), item.payload.get("end")
    if not isinstance(start, int) or not isinstance(end, int):
        return [texts("Source: {source}", source=escape(source))]
    documents = await asyncio.to_thread(interaction.client.touchstone.base.documents, interaction.guild_id)
    title = next((document.title for document in documents if document.id == source), source)
    named = texts(
        "Source: {title}, characters {start}–{end}", title=escape(shorten(title, _LONGEST_TITLE)), start=start, end=end
    )
    # Written as the field for citations takes it.
    return [named, texts("A point cites it as: {citation}", citation=escape(f"{source} {start}-{end}"))]
