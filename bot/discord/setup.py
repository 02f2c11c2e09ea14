"""`/setup`: language, moderators, channels, packs and budget, step by step; for administrators of the server."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self, Unpack, cast, get_args

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.bot import BotInteraction
from bot.discord.cards import layout
from bot.discord.items import Lasting, label_of
from bot.discord.markdown import ROOM, escape, fit, shorten
from bot.discord.person import LANGUAGE_NAMES, actor_of, language_of, respond, texts_for
from bot.discord.status import MODES
from bot.texts import Texts, msgid
from claims.moderation.rights import Actor
from claims.record import PackRecord
from claims.store.server_settings import ChannelMode, ServerLanguage, ServerSettings, SettingsChange
from config.errors import NotAllowedError

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


Step = Literal["language", "roles", "channels", "packs", "budget", "done"]
STEPS: tuple[Step, ...] = get_args(Step)
CHOSEN_MODES = ("on", "hint", "shadow")

TITLES: Mapping[Step, str] = {
    "language": msgid("Language"),
    "roles": msgid("Moderators"),
    "channels": msgid("Channels"),
    "packs": msgid("Packs of claims"),
    "budget": msgid("Budget"),
    "done": msgid("Done"),
}
EXPLAINED: Mapping[Step, str] = {
    "language": msgid("Which language do I answer in?"),
    "roles": msgid("Who looks after the claims here? Without a role, it is everybody who may manage the server."),
    "channels": msgid("Where do I answer, where do I only hint, where do I only count? I stay out of all others."),
    "packs": msgid("Which packs of claims do I use here? With all of them chosen, new ones come in by themselves."),
    "budget": msgid("How many messages may I answer at most? /backtest finds the cut-off that keeps this."),
    "done": msgid("I am set up. With /setup everything can be changed again."),
}

RIGHTS = {
    "view_channel": msgid("View Channel"),
    "send_messages": msgid("Send Messages"),
    "read_message_history": msgid("Read Message History"),
    "add_reactions": msgid("Add Reactions"),
}
_READING = ("view_channel", "read_message_history")
_NEEDED = {
    "on": tuple(RIGHTS),
    "hint": tuple(RIGHTS),
    "shadow": _READING,
    "digest": ("view_channel", "send_messages"),
}


def step_of(stored: str | None) -> Step:
    """Return the step where a set-up was left; the first one where there is none."""
    return cast("Step", stored) if stored in STEPS else STEPS[0]


def missing_lines(guild: discord.Guild, channels: Mapping[int, str], texts: Texts) -> list[str]:
    """Return a line for each chosen channel where the bot lacks a right, naming it."""
    lines: list[str] = []
    for channel_id, mode in channels.items():
        channel = guild.get_channel(channel_id)
        if channel is None:
            continue
        missing = missing_rights(channel, mode, texts)
        if missing:
            rights = ", ".join(missing)
            lines.append(texts("In {channel} I lack rights: {rights}.", channel=channel.mention, rights=rights))
    return lines


def missing_rights(channel: discord.abc.GuildChannel, what: str, texts: Texts) -> list[str]:
    """Return the names of the rights that the bot lacks in the channel for a mode, or for the digest."""
    held = channel.permissions_for(channel.guild.me)
    return [texts(RIGHTS[right]) for right in _NEEDED.get(what, ()) if not getattr(held, right)]


_MOST = 25
_KINDS = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
    discord.ChannelType.forum,
]


class StepButton(Lasting, ui.DynamicItem[ui.Button[Any]], template=r"ts:setup-step:(?P<step>[a-z]+)"):
    """Goes to a step, where the set-up goes on after a break."""

    def __init__(self, step: Step, label: str) -> None:
        super().__init__(ui.Button(label=label, custom_id=f"ts:setup-step:{step}"))
        self.step: Step = step

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Read the step from the id of a button that was sent earlier."""
        return cls(step_of(match["step"]), label_of(item))

    async def press(self, interaction: BotInteraction) -> None:
        """Remember the step and show it; at the end nothing is left to remember."""
        await interaction.response.defer()
        stored = None if self.step == STEPS[-1] else self.step
        await interaction.client.setup.change(interaction, self.step, setup_step=stored)


class ChoiceMenu(Lasting, ui.DynamicItem[ui.Select[Any]], template=r"ts:setup:(?P<what>language|packs|budget)"):
    """Sets language, packs or budget."""

    def __init__(self, select: ui.Select[Any], what: str) -> None:
        super().__init__(select)
        self.what = what

    @classmethod
    def of(cls, what: Step, options: list[discord.SelectOption], least: int = 1, most: int = 1) -> Self:
        """Return the menu with these entries."""
        custom_id = f"ts:setup:{what}"
        return cls(ui.Select(custom_id=custom_id, options=options, min_values=least, max_values=most), what)

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Take over the menu of a message that was sent earlier."""
        if not isinstance(item, ui.Select):
            raise TypeError(f"{item} is not a menu")
        return cls(item, match["what"])

    async def press(self, interaction: BotInteraction) -> None:
        """Write what was chosen."""
        await interaction.response.defer()
        await interaction.client.setup.choose(interaction, step_of(self.what), tuple(self.item.values))


class RolesMenu(Lasting, ui.DynamicItem[ui.RoleSelect[Any]], template=r"ts:setup-roles"):
    """Sets the roles that moderate."""

    def __init__(self, select: ui.RoleSelect[Any]) -> None:
        super().__init__(select)

    @classmethod
    def of(cls, chosen: Sequence[int], placeholder: str) -> Self:
        """Return the menu with the roles chosen so far."""
        held = [discord.SelectDefaultValue(id=role, type=discord.SelectDefaultValueType.role) for role in chosen]
        menu = ui.RoleSelect[Any](
            custom_id="ts:setup-roles", placeholder=placeholder, min_values=0, max_values=_MOST, default_values=held
        )
        return cls(menu)

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:  # noqa: ARG003
        """Take over the menu of a message that was sent earlier."""
        if not isinstance(item, ui.RoleSelect):
            raise TypeError(f"{item} is not a menu of roles")
        return cls(item)

    async def press(self, interaction: BotInteraction) -> None:
        """Write the roles."""
        await interaction.response.defer()
        roles = tuple(role.id for role in self.item.values)
        await interaction.client.setup.change(interaction, "roles", moderator_roles=roles, setup_step="roles")


class ChannelsMenu(
    Lasting, ui.DynamicItem[ui.ChannelSelect[Any]], template=r"ts:setup-channels:(?P<mode>on|hint|shadow)"
):
    """Sets the channels of one mode; what is taken out of the menu is off."""

    def __init__(self, select: ui.ChannelSelect[Any], mode: str) -> None:
        super().__init__(select)
        self.mode = mode

    @classmethod
    def of(cls, mode: str, chosen: Sequence[int], placeholder: str) -> Self:
        """Return the menu with the channels chosen so far."""
        kind = discord.SelectDefaultValueType.channel
        menu = ui.ChannelSelect[Any](
            custom_id=f"ts:setup-channels:{mode}",
            placeholder=placeholder,
            channel_types=_KINDS,
            min_values=0,
            max_values=_MOST,
            default_values=[discord.SelectDefaultValue(id=channel, type=kind) for channel in chosen],
        )
        return cls(menu, mode)

    @classmethod
    def read(cls, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Take over the menu of a message that was sent earlier."""
        if not isinstance(item, ui.ChannelSelect):
            raise TypeError(f"{item} is not a menu of channels")
        return cls(item, match["mode"])

    async def press(self, interaction: BotInteraction) -> None:
        """Write the channels' modes."""
        await interaction.response.defer()
        await interaction.client.setup.place(interaction, self.mode, [channel.id for channel in self.item.values])


SETUP_ITEMS: tuple[type[ui.DynamicItem[Any]], ...] = (StepButton, ChoiceMenu, RolesMenu, ChannelsMenu)


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


class SetupCommand(commands.Cog):
    """Keeps nothing between two clicks: what is chosen is written at once, and where it was left, too."""

    def __init__(self, bot: "TouchstoneBot") -> None:
        self.bot = bot

    @app_commands.command(
        name=locale_str(msgid("setup")), description=locale_str(msgid("Set me up in this server, step by step"))
    )
    @app_commands.default_permissions(administrator=True)
    @app_commands.guild_only()
    async def setup(self, interaction: BotInteraction) -> None:
        """Show the step where the set-up was left."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._require(interaction)
        state = await self._state(interaction)
        await respond(interaction, draw_step(step_of(state.settings.setup_step), state, texts_for(interaction)))

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Leave one hint in the system channel, where the bot may write there; nobody is pinged."""
        channel = guild.system_channel
        if channel is None or not channel.permissions_for(guild.me).send_messages:
            return
        texts = self.bot.texts(language_of(guild.preferred_locale))
        await channel.send(texts("I stay silent until an administrator of this server sets me up with /setup."))

    async def change(self, interaction: BotInteraction, step: Step, **changes: Unpack[SettingsChange]) -> None:
        """Write settings as one change, and show the step."""
        actor = await self._require(interaction)
        await asyncio.to_thread(lambda: self.bot.touchstone.moderation.setup.change(actor, **changes))
        await self._show(interaction, step)

    async def choose(self, interaction: BotInteraction, step: Step, values: tuple[str, ...]) -> None:
        """Write what was chosen in the menu of a step."""
        if step == "language":
            await self.change(interaction, step, language=cast("ServerLanguage", values[0]), setup_step=step)
        elif step == "budget":
            await self.change(interaction, step, budget=float(values[0]), setup_step=step)
        else:
            known = await asyncio.to_thread(self.bot.touchstone.base.packs)
            # All of them means: those to come as well.
            packs = None if {pack.id for pack in known} <= set(values) else values
            await self.change(interaction, step, packs=packs, setup_step=step)

    async def place(self, interaction: BotInteraction, mode: str, chosen: Sequence[int]) -> None:
        """Give the channels their mode, switch off those taken out of the menu, and show the step."""
        actor = await self._require(interaction)
        state = await self._state(interaction)
        dropped = set(shown_channels(state.guild, state.channels, mode)) - set(chosen)
        modes: dict[int, ChannelMode] = dict.fromkeys(dropped, "off")
        modes |= {each: cast("ChannelMode", mode) for each in chosen if state.channels.get(each) != mode}
        for channel, new in modes.items():
            await asyncio.to_thread(self.bot.touchstone.moderation.setup.set_channel_mode, actor, channel, new)
            self.bot.watch.quiet.answered(channel)
        await self._show(interaction, "channels")

    async def _require(self, interaction: BotInteraction) -> Actor:
        """Return the person, an administrator at this moment; raises NotAllowedError."""
        actor = actor_of(interaction)
        await asyncio.to_thread(self.bot.touchstone.moderation.rights.permit, actor, "server.moderators")
        return actor

    async def _show(self, interaction: BotInteraction, step: Step) -> None:
        view = draw_step(step, await self._state(interaction), texts_for(interaction))
        await interaction.edit_original_response(view=view)

    async def _state(self, interaction: BotInteraction) -> SetupState:
        if interaction.guild is None:
            raise NotAllowedError("This works in a server only.")
        touchstone, guild = self.bot.touchstone, interaction.guild
        settings = await asyncio.to_thread(touchstone.servers.settings, guild.id)
        channels = await asyncio.to_thread(touchstone.servers.channels, guild.id)
        return SetupState(guild, settings, channels, await asyncio.to_thread(touchstone.base.packs))
