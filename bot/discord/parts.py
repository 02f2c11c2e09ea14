"""What the bot is made of: its parts, and the buttons and menus that work after a restart."""

from typing import TYPE_CHECKING, Any

from discord import ui
from discord.ext import commands

from bot.discord.about import About
from bot.discord.ask import Ask
from bot.discord.backtest import BacktestCommand
from bot.discord.backtest_report import CutOffButton
from bot.discord.buttons import CARD_BUTTONS
from bot.discord.desk.commands import DeskCommands
from bot.discord.desk.entry_items import ENTRY_ITEMS
from bot.discord.desk.items import DESK_BUTTONS
from bot.discord.desk.wording_items import WORDING_ITEMS
from bot.discord.examples.forget_button import ForgetExampleButton
from bot.discord.examples.keep_command import KeepCommand
from bot.discord.examples.label_menu import LabelMenu
from bot.discord.examples.list_items import DeleteExampleButton, ExamplesFileButton, ExamplesPageButton
from bot.discord.exchange.items import EXCHANGE_ITEMS
from bot.discord.forms.items import FORM_ITEMS
from bot.discord.history.items import HISTORY_ITEMS
from bot.discord.housekeeping import Housekeeping
from bot.discord.pages import PAGE_ITEMS
from bot.discord.queue.buttons import BUTTONS as QUEUE_BUTTONS
from bot.discord.queue.candidates import CandidatesCommand
from bot.discord.queue.digest import DigestCog
from bot.discord.queue.menus import MENUS as QUEUE_MENUS
from bot.discord.queue.proposing import Proposing
from bot.discord.server.clear_button import ClearShadowButton
from bot.discord.server.settings_command import SettingsCommand
from bot.discord.server.shadow_command import ShadowCommand
from bot.discord.setup_items import SETUP_ITEMS
from bot.discord.status import StatusCommand
from bot.discord.trends import TrendsCommand

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

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
