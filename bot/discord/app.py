"""The bot itself: which rights it asks Discord for, what it is made of, and how it starts and closes."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import discord
from discord import Locale, app_commands, ui
from discord.ext import commands

from bot.discord.about import About, Housekeeping
from bot.discord.ask import Ask
from bot.discord.backtest import BacktestCommand, CutOffButton
from bot.discord.bot import sync_commands
from bot.discord.browse import PAGE_ITEMS, Browse
from bot.discord.card_buttons import CARD_BUTTONS
from bot.discord.editor.command import Desk, DeskCommands
from bot.discord.editor.entries import ENTRY_ITEMS
from bot.discord.editor.screen import DESK_BUTTONS
from bot.discord.editor.wordings import WORDING_ITEMS
from bot.discord.errors import TouchstoneTree
from bot.discord.examples import (
    DeleteExampleButton,
    ExamplesCommand,
    ExamplesFileButton,
    ExamplesPageButton,
    ForgetExampleButton,
    KeepCommand,
    LabelMenu,
)
from bot.discord.exchange import EXCHANGE_ITEMS, Exchange
from bot.discord.forms.forms import FORM_ITEMS, Forms
from bot.discord.history.command import HistoryCog
from bot.discord.history.pages import HISTORY_ITEMS
from bot.discord.person import language_of
from bot.discord.queue.candidate_command import CandidatesCommand
from bot.discord.queue.command import QueueCommand
from bot.discord.queue.deciding import BUTTONS as QUEUE_BUTTONS
from bot.discord.queue.deciding import MENUS as QUEUE_MENUS
from bot.discord.queue.proposing import Proposing
from bot.discord.queue.weekly import DigestCog
from bot.discord.redraw import CorrectionCog
from bot.discord.settings import Manage, SettingsCommand
from bot.discord.setup import SETUP_ITEMS, SetupCommand
from bot.discord.shadow_panel import ClearShadowButton, ShadowCommand
from bot.discord.status import StatusCommand, TrendsCommand
from bot.discord.titles import KnownClaims
from bot.discord.watch import Watch
from bot.service import Touchstone
from bot.texts import LANGUAGES, Texts
from checks.model import Language
from config.settings import Settings

ITEMS: tuple[type[ui.DynamicItem[Any]], ...] = (
    *CARD_BUTTONS,
    *PAGE_ITEMS,
    *SETUP_ITEMS,
    *FORM_ITEMS,
    *DESK_BUTTONS,
    *ENTRY_ITEMS,
    *WORDING_ITEMS,
    *HISTORY_ITEMS,
    *EXCHANGE_ITEMS,
    *QUEUE_BUTTONS,
    *QUEUE_MENUS,
    CutOffButton,
    ClearShadowButton,
    LabelMenu,
    ForgetExampleButton,
    DeleteExampleButton,
    ExamplesFileButton,
    ExamplesPageButton,
)


def parts_of(bot: "TouchstoneBot") -> tuple[commands.Cog, ...]:
    """Return the parts that nothing else needs to find by name, in the order in which they are added."""
    return (
        Ask(bot),
        About(bot),
        Housekeeping(bot),
        BacktestCommand(bot),
        StatusCommand(bot),
        TrendsCommand(bot),
        SettingsCommand(bot),
        ShadowCommand(bot),
        KeepCommand(bot),
        Proposing(bot),
        CandidatesCommand(bot),
        DeskCommands(bot),
        DigestCog(bot),
    )


TRANSLATED = (Locale.chinese, Locale.taiwan_chinese)


class CatalogueTranslator(app_commands.Translator):
    """Translates command texts at sync time, from the same catalogue as the replies."""

    def __init__(self, texts: Callable[[Language], Texts]) -> None:
        super().__init__()
        self._texts = texts

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: Locale,
        context: app_commands.TranslationContextTypes,  # noqa: ARG002  the signature is discord.py's
    ) -> str | None:
        """Return the Chinese text, or None where Discord shall show the English one."""
        if locale not in TRANSLATED:
            return None
        translated = self._texts(language_of(locale))(string.message)
        return translated if translated != string.message else None


_log = logging.getLogger(__name__)

INTENTS = discord.Intents(guilds=True, guild_messages=True, guild_reactions=True, message_content=True)


class TouchstoneBot(commands.AutoShardedBot):
    """A bot that pings nobody, keeps no messages, and hands all work to its parts.

    A Touchstone that is handed in stays open when the bot closes; one that the bot has opened itself is closed with it.
    """

    def __init__(self, settings: Settings, touchstone: Touchstone | None = None) -> None:
        super().__init__(
            command_prefix=(),
            help_command=None,
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            shard_count=settings.shard_count,
            tree_cls=TouchstoneTree,
            max_messages=None,
        )
        self.settings = settings
        self._touchstone = touchstone
        self._owned: Touchstone | None = None
        self.watch = Watch(self)
        self.browse = Browse(self)
        self.setup = SetupCommand(self)
        self.corrections = CorrectionCog(self)
        self.history = HistoryCog(self)
        self.forms = Forms(self)
        self.queue = QueueCommand(self)
        self.exchange = Exchange(self)
        self.desk = Desk(self)
        self.known = KnownClaims()
        self.manage = Manage(self)
        self.examples = ExamplesCommand(self)

    @property
    def touchstone(self) -> Touchstone:
        """The open application; there from `setup_hook` on."""
        if self._touchstone is None:
            raise RuntimeError("the bot has not been started")
        return self._touchstone

    def texts(self, language: Language) -> Texts:
        """Return the catalogue of a language."""
        return self.touchstone.texts(language)

    async def setup_hook(self) -> None:
        """Open what is not open yet, put the parts together, and register the commands where they have changed."""
        if self._touchstone is None:
            self._touchstone = self._owned = await asyncio.to_thread(Touchstone.open, self.settings)
        for language in LANGUAGES:
            await asyncio.to_thread(self.texts, language)
        own = (self.watch, self.browse, self.setup, self.corrections, self.history)
        for part in (*own, self.forms, self.queue, self.exchange, self.manage, self.examples, *parts_of(self)):
            await self.add_cog(part)
        self.add_dynamic_items(*ITEMS)
        await self.tree.set_translator(CatalogueTranslator(self.texts))
        await sync_commands(self)

    async def on_ready(self) -> None:
        """Tell the log who we are and that we listen."""
        _log.info("Ready as %s in %d servers", self.user, len(self.guilds))

    async def on_message(self, message: discord.Message, /) -> None:
        """Do nothing: there are no text commands, and the watch listens for itself."""

    async def on_error(self, event_method: str, /, *_args: object, **_kwargs: object) -> None:
        """Log a failed event once; nobody has asked, so nobody is told."""
        _log.exception("Failure in %s", event_method)

    async def close(self) -> None:
        """Let answers that are under way go out, then leave Discord."""
        await self.watch.finish()
        await super().close()
        if self._owned is not None:
            owned, self._owned = self._owned, None
            await asyncio.to_thread(owned.close)


def create_bot(settings: Settings, touchstone: Touchstone | None = None) -> TouchstoneBot:
    """Return a bot that is ready to be started; importing and creating need no token and no network.

    Args:
        settings: shard_count, language and cool-down are read from here.
        touchstone: an open application to work with; without one the bot opens its own at the start.
    """
    return TouchstoneBot(settings, touchstone)
