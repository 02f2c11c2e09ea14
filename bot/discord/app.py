"""Where the bot is put together: the one place that makes its parts, and hands each what it needs."""

import asyncio

from bot.discord.about import About, Housekeeping
from bot.discord.ask import Ask, Browse
from bot.discord.bot import TouchstoneBot
from bot.discord.card_buttons import CardButtons
from bot.discord.editor.command import ClaimEditor, EditorCommands, editor_forms
from bot.discord.editor.heard import TrySetupForm
from bot.discord.examples import ExamplesCommand, KeepCommand
from bot.discord.exchange import Exchange
from bot.discord.forms import Forms
from bot.discord.history_command import HistoryCommand
from bot.discord.lookup import ClaimLookup
from bot.discord.queue.command import QueueCommand
from bot.discord.queue.decision_forms import CandidateForm, FurtherPointForm, NewClaimForm, WordingForm
from bot.discord.queue.proposing import CandidatesCommand, ProposeForm, Proposing
from bot.discord.queue.weekly import WeeklyDigest
from bot.discord.redraw import CorrectionRuns, Pace
from bot.discord.routes import Router, answer_failure
from bot.discord.settings import IgnoreMe, Manage, SettingsCommand, SilenceCommands
from bot.discord.setup_command import SetupCommand
from bot.discord.shelf import DocumentsCommand, FactsForm
from bot.discord.status import ShadowCommand, StatusCommand, TrendsCommand
from bot.discord.ticking import BacktestCommand, Labels
from bot.discord.watch import Offers, Watch
from bot.service import Touchstone
from config.settings import Settings


def create_bot(settings: Settings, touchstone: Touchstone | None = None, pace: Pace | None = None) -> TouchstoneBot:
    """Return a bot that is ready to be started; importing and creating need no token and no network.

    Args:
        settings: as the operator has chosen; what a server has set for itself goes before.
        touchstone: an open application to work with; without one the bot opens its own at the start.
        pace: how quickly cards are corrected; without one, so that Discord's limits are kept.
    """
    bot, router, lookup = TouchstoneBot(settings, touchstone), Router(), ClaimLookup()
    bot.tree.error(answer_failure)
    forms, watch, queue = Forms(router), Watch(bot), QueueCommand(router)
    claims, manage = EditorCommands(forms, lookup), Manage(bot)
    corrections = CorrectionRuns(bot, watch.finish, pace or Pace())
    # A document that is taken in or looked through keeps a core busy, whichever command asks for it.
    reading = asyncio.Semaphore(1)
    forms.add(*editor_forms(lookup), ProposeForm(), NewClaimForm(), WordingForm(lookup, queue), FactsForm())
    forms.add(CandidateForm(), FurtherPointForm(lookup, queue), TrySetupForm())
    bot.parts = (
        watch,
        Offers(bot, router, watch),
        router,
        forms,
        CardButtons(router),
        claims,
        manage,
        corrections,
        queue,
        SetupCommand(bot, router),
        HistoryCommand(router, lookup),
        Ask(bot),
        Browse(bot, router, lookup),
        About(bot, lookup),
        IgnoreMe(),
        Housekeeping(bot),
        BacktestCommand(),
        Labels(router),
        StatusCommand(bot, corrections),
        TrendsCommand(),
        WeeklyDigest(bot),
        ClaimEditor(router),
        Proposing(bot, forms, lookup),
        CandidatesCommand(bot, claims, reading),
        DocumentsCommand(bot, router, reading),
        Exchange(bot, claims, router),
        SettingsCommand(bot, manage),
        SilenceCommands(bot, manage),
        ShadowCommand(bot, manage, router),
        ExamplesCommand(bot, manage, router),
        KeepCommand(bot, manage, router, lookup),
    )
    return bot
