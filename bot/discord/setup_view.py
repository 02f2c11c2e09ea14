"""The set-up as it is shown: one step at a time, with what is chosen already."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from bot.discord.cards import layout
from bot.discord.escape import escape
from bot.discord.fitting import ROOM, fit, shorten
from bot.discord.languages import LANGUAGE_NAMES
from bot.discord.setup_items import ChannelsMenu, ChoiceMenu, RolesMenu, StepButton
from bot.discord.setup_steps import CHOSEN_MODES, EXPLAINED, STEPS, TITLES, Step, missing_lines
from bot.discord.status import MODES
from bot.texts import Texts, msgid
from claims.record import PackRecord
from claims.servers import ChannelMode, ServerSettings

# Discord's limit for the entries of a menu and for what is chosen in it.
MOST = 25
# Replies per 1,000 messages.
BUDGETS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
_LONGEST_LABEL = 100
_PLACES = {
    "on": msgid("Answer here"),
    "hint": msgid("Only hint with a reaction here"),
    "shadow": msgid("Only count here, and say nothing"),
}


@dataclass(frozen=True, slots=True)
class SetupState:
    """What the server has chosen so far, and what there is to choose from."""

    guild: discord.Guild
    settings: ServerSettings
    channels: dict[int, ChannelMode]
    packs: tuple[PackRecord, ...]


def draw_step(step: Step, state: SetupState, texts: Texts) -> ui.LayoutView:
    """Return the view of a step."""
    at = STEPS.index(step)
    title = texts(TITLES[step])
    place = texts("Set-up, step {number} of {count}", number=at + 1, count=len(STEPS))
    lines = [f"### {title}", f"-# {place}", texts(EXPLAINED[step])]
    lines += _chosen(state, texts) if step == "done" else []
    lines += missing_lines(state.guild, state.channels, texts) if step in {"channels", "done"} else []
    kept, _ = fit(lines, ROOM)
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join(kept)))
    for menu in _menus(step, state, texts):
        container.add_item(ui.ActionRow[Any](menu))
    buttons = [StepButton(STEPS[at - 1], texts("Back"))] if at else []
    if step != STEPS[-1]:
        buttons.append(StepButton(STEPS[at + 1], texts("Next")))
    return layout(container, buttons)


def _menus(step: Step, state: SetupState, texts: Texts) -> Sequence[ui.Item[Any]]:
    match step:
        case "language":
            return [ChoiceMenu.of("language", _languages(state, texts))]
        case "roles":
            known = [role for role in state.settings.moderator_roles if state.guild.get_role(role)]
            return [RolesMenu.of(known[:MOST], texts("Roles that moderate"))]
        case "channels":
            return [
                ChannelsMenu.of(mode, shown_channels(state.guild, state.channels, mode), texts(_PLACES[mode]))
                for mode in CHOSEN_MODES
            ]
        case "packs":
            options = _packs(state, texts)
            return [ChoiceMenu.of("packs", options, least=0, most=len(options))] if options else []
        case "budget":
            return [ChoiceMenu.of("budget", _budgets(state, texts))]
        case _:
            return []


def shown_channels(guild: discord.Guild, channels: dict[int, ChannelMode], mode: str) -> list[int]:
    """Return the channels of a mode that the menu can show: those that still exist, as many as Discord takes."""
    return [channel for channel, chosen in channels.items() if chosen == mode and guild.get_channel(channel)][:MOST]


def _languages(state: SetupState, texts: Texts) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(label=texts(label), value=value, default=state.settings.language == value)
        for value, label in LANGUAGE_NAMES.items()
    ]


def _packs(state: SetupState, texts: Texts) -> list[discord.SelectOption]:
    chosen = state.settings.packs
    return [
        discord.SelectOption(
            label=shorten(texts.pick(pack.title_en, pack.title_zh), _LONGEST_LABEL),
            value=pack.id,
            default=chosen is None or pack.id in chosen,
        )
        for pack in state.packs[:MOST]
    ]


def _budgets(state: SetupState, texts: Texts) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(
            label=texts("{count} in 1,000 messages", count=f"{budget:g}"),
            value=f"{budget:g}",
            default=state.settings.budget == budget,
        )
        for budget in BUDGETS
    ]


def _chosen(state: SetupState, texts: Texts) -> list[str]:
    """Return what is set, a line each."""
    settings, nothing = state.settings, texts("not chosen")
    language = texts(LANGUAGE_NAMES[settings.language]) if settings.language else nothing
    roles = ", ".join(f"<@&{role}>" for role in settings.moderator_roles) or nothing
    titles = {pack.id: escape(texts.pick(pack.title_en, pack.title_zh)) for pack in state.packs}
    packs = ", ".join(title for pack, title in titles.items() if settings.packs is None or pack in settings.packs)
    budget = nothing if settings.budget is None else texts("{count} in 1,000 messages", count=f"{settings.budget:g}")
    shown = ((TITLES["language"], language), (TITLES["roles"], roles), (TITLES["packs"], packs or nothing))
    lines = [f"- {texts(title)}: {value}" for title, value in (*shown, (TITLES["budget"], budget))]
    return [*lines, *(f"- <#{channel}>: {texts(MODES[mode])}" for channel, mode in state.channels.items())]
