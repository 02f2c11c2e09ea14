"""`/claims candidates`: let a document propose claims; they wait for the moderators like what members propose."""

import asyncio
from typing import TYPE_CHECKING

from discord import app_commands
from discord.app_commands import locale_str

from bot.discord.bot import BotInteraction
from bot.discord.cards import draw_lines
from bot.discord.items import Joining, Subcommand
from bot.discord.markdown import escape, shorten
from bot.discord.person import actor_of, respond, texts_for
from bot.texts import Texts, msgid
from claims.moderation.rights import Actor
from claims.record import DocumentRecord

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

# Discord shows no more suggestions than this, and no longer ones.
_MOST = 25
_LONGEST = 100


class CandidatesCommand(Joining):
    """Answers moderators privately.

    `turn` is held while a document is read: each keeps a core busy, and one after the other they are done no later.
    """

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot
        self.turn = asyncio.Semaphore(1)
        command: Subcommand = app_commands.Command(
            name=locale_str(msgid("candidates")),
            description=locale_str(msgid("Look through a document for sentences that may become claims")),
            callback=self.candidates,
        )
        self.join(bot.browse, (command,))

    async def _complete(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        documents = await asyncio.to_thread(self.bot.touchstone.base.documents, interaction.guild_id)
        found = [document for document in documents if document.loaded and len(document.id) <= _LONGEST]
        return [
            app_commands.Choice(name=shorten(document.title, _LONGEST), value=document.id)
            for document in _named(found, typed)[:_MOST]
        ]

    @app_commands.rename(source=locale_str(msgid("source")))
    @app_commands.describe(source=locale_str(msgid("The document to look through")))
    @app_commands.autocomplete(source=_complete)
    async def candidates(self, interaction: BotInteraction, source: str) -> None:
        """Put what the document proposes into the queue, and say how much that is."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        texts, actor = texts_for(interaction), actor_of(interaction)
        documents = await asyncio.to_thread(self.bot.touchstone.base.documents, actor.server)
        # The value may be a suggestion's id or whatever was typed.
        meant = [each for each in documents if each.id == source] or _named(documents, source)
        document, title = (meant[0].id, meant[0].title) if len(meant) == 1 else (source, source)
        async with self.turn:
            found, new = await asyncio.to_thread(self._find, actor, document)
        lines = _outcome(found, new, escape(shorten(title, _LONGEST)), texts)
        await respond(interaction, draw_lines(lines, texts))

    def _find(self, actor: Actor, document: str) -> tuple[int, int]:
        desk = self.bot.touchstone.moderation.candidates
        found = desk.look(actor, document)
        return len(found), desk.add(actor, found)


def _named(documents: "list[DocumentRecord] | tuple[DocumentRecord, ...]", typed: str) -> list[DocumentRecord]:
    """Return the documents with all typed words in id or title."""
    words = typed.casefold().split()
    return [each for each in documents if all(word in f"{each.id} {each.title}".casefold() for word in words)]


def _outcome(found: int, new: int, title: str, texts: Texts) -> list[str]:
    if not found:
        return [texts("No sentence of {title} looks like a claim that is not known here yet.", title=title)]
    if not new:
        return [texts("Nothing new in {title}: all it proposes waits already, or has been decided.", title=title)]
    told = texts.plural(
        "{count} sentence of {title} waits in the queue now.",
        "{count} sentences of {title} wait in the queue now.",
        new,
        title=title,
    )
    return [told, texts("Decide on them with /queue.")]
