"""The words of an item: those that somebody proposed, else those of the message that it names."""

from bot.discord.interaction import BotInteraction
from bot.discord.queue.message import read_message
from bot.texts import Texts
from claims.queue_items import Item


def proposed_words(item: Item, texts: Texts) -> str:
    """Return what a member or a document proposes; empty for items that only name a message."""
    text = str(item.payload.get("text") or "")
    english, chinese = (str(item.payload.get(name) or "") for name in ("title_en", "title_zh"))
    return text or ((english or chinese) if texts.language == "en" else (chinese or english))


async def words_of(interaction: BotInteraction, item: Item, texts: Texts) -> str:
    """Return the item's words; those of a message are fetched (see `read_message` for what that raises)."""
    proposed = proposed_words(item, texts)
    if proposed or item.channel is None or item.message is None:
        return proposed
    return await read_message(interaction, item.channel, item.message)
