"""`/setup`: language, moderators, channels, packs and budget, step by step; for administrators of the server."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, Unpack, cast, get_args

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.bot import BotInteraction, ServerChannel, TouchstoneBot, language_of
from bot.discord.cards import ROOM, escape, fit, layout, shorten
from bot.discord.editor.heard import TrySetupForm
from bot.discord.forms import FormName, form_button
from bot.discord.routes import LONGEST_OPTION, Click, Request, Route, Router
from bot.texts import Texts, msgid
from bot.wording import value_text
from claims.record import PackRecord
from claims.store.server_settings import ChannelMode, ServerSettings, SettingsChange
from config.languages import SHOWN

Step = Literal["language", "roles", "told", "channels", "packs", "budget", "done"]
STEPS: tuple[Step, ...] = get_args(Step)
# In the order in which a server does well to begin.
CHOSEN_MODES = ("shadow", "hint", "on")

# Goes to a step, where the set-up goes on after a break.
STEP = Route("ts:setup-step:{step:[a-z]+}", "server.moderators")
CHOICE_MENU = Route("ts:setup:{what:language|packs|budget}", "server.moderators")
ROLES_MENU = Route("ts:setup-roles", "server.moderators")
# Where moderators are told what they should know, and whether also of every answer.
TOLD_MENU = Route("ts:setup-told", "server.moderators")
LOG = Route("ts:setup-log:{log:on|off}", "server.moderators")
# The channels of one mode; what is taken out of the menu is off.
CHANNELS_MENU = Route("ts:setup-channels:{mode:on|hint|shadow}", "server.moderators")

TITLES: Mapping[Step, str] = {
    "language": msgid("Language"),
    "roles": msgid("Moderators"),
    "told": msgid("Channel for moderators"),
    "channels": msgid("Channels"),
    "packs": msgid("Packs of claims"),
    "budget": msgid("Budget"),
    "done": msgid("Done"),
}
EXPLAINED: Mapping[Step, str] = {
    "language": msgid("Which language do I answer in?"),
    "roles": msgid("Who looks after the claims here? Without a role, it is everybody who may manage the server."),
    "told": msgid(
        "Where do I tell moderators what they should know, such as a claim that reports have paused? Members should not"
        " read there. Without a channel, I use that of the weekly digest, or else write to the server's owner."
    ),
    "channels": msgid(
        "Begin with counting for some days: /touchstone shadow shows what I would have said. Threads and posts follow"
        " their channel."
    ),
    "packs": msgid("Which packs of claims do I use here? With all of them chosen, new ones come in by themselves."),
    "budget": msgid("How many messages may I answer at most? Beyond that I only leave hints, and tell the moderators."),
    "done": msgid("This is what is set. Each part can be changed here, at any time with /setup."),
}

RIGHTS = {
    "view_channel": msgid("View Channel"),
    "send_messages": msgid("Send Messages"),
    "send_messages_in_threads": msgid("Send Messages in Threads"),
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


def first_step(settings: ServerSettings) -> Step:
    """Return where `/setup` opens: where it was left, at the summary of a server that is set up, else at the start."""
    is_set = settings.language is not None or settings.budget is not None or bool(settings.moderator_roles)
    return "done" if settings.setup_step is None and is_set else step_of(settings.setup_step)


def missing_lines(guild: discord.Guild, channels: Mapping[int, str], texts: Texts) -> list[str]:
    """Return a line for each chosen channel where the bot lacks a right, naming it."""
    lines: list[str] = []
    for channel_id, mode in channels.items():
        channel = guild.get_channel(channel_id)
        if channel is None:
            continue
        missing = missing_rights(channel, mode, texts)
        if missing:
            rights = texts.listed(missing)
            lines.append(texts("In {channel} I lack rights: {rights}.", channel=channel.mention, rights=rights))
    return lines


def missing_rights(channel: ServerChannel, what: str, texts: Texts) -> list[str]:
    """Return the names of the rights that the bot lacks in the channel or thread for a mode, or for the digest."""
    held = channel.permissions_for(channel.guild.me)
    needed = [right for right in _NEEDED.get(what, ()) if right not in _needless(channel)]
    return [texts(RIGHTS[right]) for right in needed if not getattr(held, right)]


def _needless(channel: ServerChannel) -> tuple[str, ...]:
    """Return the rights without which the bot can do all that it does in such a channel."""
    match channel:
        case discord.ForumChannel() | discord.Thread():
            # Posts of a forum are threads; the bot begins none.
            return ("send_messages",)
        case discord.VoiceChannel() | discord.StageChannel():
            return ("send_messages_in_threads",)
        case _:
            return ()


_KINDS = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
    discord.ChannelType.forum,
]


# How people choose a language; `auto` is that of each message.
LANGUAGE_NAMES = {"auto": msgid("as the message"), **{tag: language.name for tag, language in SHOWN.items()}}
# Discord's limit for the entries of a menu and for what is chosen in it.
MOST = 25
# Replies per 1,000 messages.
BUDGETS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
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
    lines += _missing_told(state, texts) if step in {"told", "done"} else []
    lines += _unseen_lines(state, texts) if step in {"roles", "done"} else []
    kept, _ = fit(lines, ROOM)
    container: ui.Container[Any] = ui.Container(ui.TextDisplay("\n".join(kept)))
    for label, menu in _menus(step, state, texts):
        # What a menu is for stays above it: its own words go once something is chosen.
        container.add_item(ui.TextDisplay(f"**{label}**"))
        container.add_item(ui.ActionRow[Any](menu))
    if step == "done":
        # The summary leads to each step, and to a try.
        for few in (STEPS[:3], STEPS[3:-1]):
            container.add_item(ui.ActionRow(*(STEP.button(texts(TITLES[each]), step=each) for each in few)))
        return layout(container, [form_button(FormName(TrySetupForm.kind), texts("Try it"))])
    buttons = [STEP.button(texts("Step back"), step=STEPS[at - 1])] if at else []
    if step == "told" and state.settings.moderators_channel is not None:
        is_on = bool(state.settings.answer_log)
        label = texts("Do not report every answer there") if is_on else texts("Report every answer there")
        buttons.append(LOG.button(label, log="off" if is_on else "on"))
    buttons.append(STEP.button(texts("Next step"), step=STEPS[at + 1]))
    if STEPS[at + 1] != "done":
        buttons.append(STEP.button(texts("Summary"), step="done"))
    return layout(container, buttons)


def _missing_told(state: SetupState, texts: Texts) -> list[str]:
    """Return a line where the bot cannot write in the channel for moderators."""
    chosen = state.settings.moderators_channel
    return missing_lines(state.guild, {chosen: "digest"}, texts) if chosen else []


def _unseen_lines(state: SetupState, texts: Texts) -> list[str]:
    """Return a line on the chosen roles to which Discord does not show the commands by itself."""
    chosen = [role for number in state.settings.moderator_roles if (role := state.guild.get_role(number))]
    unseen = [each for each in chosen if not (each.permissions.manage_guild or each.permissions.administrator)]
    if not unseen:
        return []
    roles = texts.listed(role.mention for role in unseen)
    return [texts("-# {roles} see my commands once you allow it: Server Settings → Integrations.", roles=roles)]


def _menus(step: Step, state: SetupState, texts: Texts) -> Sequence[tuple[str, ui.Item[Any]]]:
    """Return the menus of a step, each with its label."""
    title = texts(TITLES[step])
    match step:
        case "language":
            return [(title, CHOICE_MENU.menu(_languages(state, texts), what=step))]
        case "roles":
            return [(texts("Roles that moderate"), _roles_menu(state, texts))]
        case "told":
            return [(title, _told_menu(state, texts))]
        case "channels":
            return [(texts(_PLACES[mode]), _channels_menu(mode, state, texts)) for mode in CHOSEN_MODES]
        case "packs":
            options = _packs(state, texts)
            menu = CHOICE_MENU.menu(options, least=0, most=len(options), what=step) if options else None
            return [(title, menu)] if menu else []
        case "budget":
            return [(title, CHOICE_MENU.menu(_budgets(state, texts), what=step))]
        case _:
            return []


def _roles_menu(state: SetupState, texts: Texts) -> ui.RoleSelect[Any]:
    known = [role for role in state.settings.moderator_roles if state.guild.get_role(role)][:MOST]
    kind = discord.SelectDefaultValueType.role
    return ui.RoleSelect(
        custom_id=ROLES_MENU.id(),
        placeholder=texts("Roles that moderate"),
        min_values=0,
        max_values=MOST,
        default_values=[discord.SelectDefaultValue(id=role, type=kind) for role in known],
    )


def _told_menu(state: SetupState, texts: Texts) -> ui.ChannelSelect[Any]:
    chosen = state.settings.moderators_channel
    kind = discord.SelectDefaultValueType.channel
    is_there = chosen is not None and state.guild.get_channel(chosen) is not None
    return ui.ChannelSelect(
        custom_id=TOLD_MENU.id(),
        placeholder=texts("Channel for moderators"),
        channel_types=[discord.ChannelType.text],
        min_values=0,
        max_values=1,
        default_values=[discord.SelectDefaultValue(id=chosen, type=kind)] if is_there and chosen else [],
    )


def _channels_menu(mode: str, state: SetupState, texts: Texts) -> ui.ChannelSelect[Any]:
    kind = discord.SelectDefaultValueType.channel
    chosen = shown_channels(state.guild, state.channels, mode)
    return ui.ChannelSelect(
        custom_id=CHANNELS_MENU.id(mode=mode),
        placeholder=texts(_PLACES[mode]),
        channel_types=_KINDS,
        min_values=0,
        max_values=MOST,
        default_values=[discord.SelectDefaultValue(id=channel, type=kind) for channel in chosen],
    )


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
            label=shorten(texts.pick(pack.title), LONGEST_OPTION),
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
    roles = texts.listed(f"<@&{role}>" for role in settings.moderator_roles) or nothing
    titles = {pack.id: escape(texts.pick(pack.title)) for pack in state.packs}
    packs = texts.listed(title for pack, title in titles.items() if settings.packs is None or pack in settings.packs)
    budget = nothing if settings.budget is None else texts("{count} in 1,000 messages", count=f"{settings.budget:g}")
    told = nothing if settings.moderators_channel is None else f"<#{settings.moderators_channel}>"
    shown = (
        (TITLES["language"], language),
        (TITLES["roles"], roles),
        (TITLES["told"], told),
        (TITLES["packs"], packs or nothing),
    )
    rows = [(texts(title), value) for title, value in (*shown, (TITLES["budget"], budget))]
    there = {each: mode for each, mode in state.channels.items() if state.guild.get_channel(each)}
    rows += [(f"<#{channel}>", value_text("mode", mode, texts)) for channel, mode in there.items()]
    lines = [texts.named(title, value) for title, value in rows]
    return [f"- {line}" for line in lines]


class SetupCommand(commands.Cog):
    """Keeps nothing between two clicks: what is chosen is written at once, and where it was left, too."""

    def __init__(self, bot: TouchstoneBot, router: Router) -> None:
        self.bot = bot
        router.answer(STEP, self._go)
        router.answer(CHOICE_MENU, self._choose)
        router.answer(ROLES_MENU, self._choose_roles)
        router.answer(TOLD_MENU, self._choose_told)
        router.answer(LOG, self._choose_log)
        router.answer(CHANNELS_MENU, self._choose_channels)

    @app_commands.command(
        name=locale_str(msgid("setup")), description=locale_str(msgid("Set me up in this server, step by step"))
    )
    @app_commands.default_permissions(administrator=True)
    @app_commands.guild_only()
    async def setup(self, interaction: BotInteraction) -> None:
        """Show the step where the set-up was left."""
        request = await Request.waiting(interaction)
        await request.require("server.moderators")
        state = await _state(request)
        await request.respond(draw_step(first_step(state.settings), state, request.texts))

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Leave one hint in the system channel, where the bot may write there; nobody is pinged."""
        channel = guild.system_channel
        if channel is None or not channel.permissions_for(guild.me).send_messages:
            return
        texts = self.bot.texts(language_of(guild.preferred_locale))
        await channel.send(texts("I stay silent until an administrator of this server sets me up with /setup."))

    async def _go(self, click: Click) -> None:
        """Remember the step and show it; at the end nothing is left to remember."""
        step = step_of(click["step"])
        await _change(click, step, setup_step=None if step == STEPS[-1] else step)

    async def _choose(self, click: Click) -> None:
        """Write what was chosen for language, packs or budget."""
        step, values = step_of(click["what"]), click.values
        if step == "language":
            await _change(click, step, language=click.one_of(LANGUAGE_NAMES), setup_step=step)
        elif step == "budget":
            await _change(click, step, budget=float(click.one_of(f"{each:g}" for each in BUDGETS)), setup_step=step)
        else:
            known, before = [pack.id for pack in await click.do(click.touchstone.base.packs)], click.chosen_before

            def chosen(now: ServerSettings) -> SettingsChange:
                """Return the packs; those that the menu has no room for stay as they are."""
                wanted = _changed(known if now.packs is None else now.packs, before, values)
                # All of them means: those to come as well.
                return {"packs": None if wanted.issuperset(known) else tuple(sorted(wanted))}

            await _change_by(click, step, chosen)

    async def _choose_roles(self, click: Click) -> None:
        """Write the roles that were taken into the menu or out of it; those that are gone go."""
        before, values, guild = set(map(int, click.chosen_before)), click.all_chosen, click.guild

        def chosen(now: ServerSettings) -> SettingsChange:
            there = [role for role in now.moderator_roles if guild.get_role(role)]
            return {"moderator_roles": tuple(sorted(_changed(there, before, values)))}

        await _change_by(click, "roles", chosen)

    async def _choose_told(self, click: Click) -> None:
        """Write the channel; without one there is no log of answers either."""
        if click.values:
            await _change(click, "told", moderators_channel=click.chosen, setup_step="told")
        else:
            await _change(click, "told", moderators_channel=None, answer_log=None, setup_step="told")

    async def _choose_log(self, click: Click) -> None:
        await _change(click, "told", answer_log=click["log"] == "on" or None, setup_step="told")

    async def _choose_channels(self, click: Click) -> None:
        """Give the channels their mode, switch off those taken out of the menu, and show the step."""
        mode, chosen = cast("ChannelMode", click["mode"]), set(click.all_chosen)
        before = set(map(int, click.chosen_before))
        set_modes, taken_out = click.moderation.setup.set_channel_modes, before - chosen
        # Who has given one of these another mode since does not want it off.
        modes: dict[int, tuple[ChannelMode, ChannelMode | None]] = dict.fromkeys(taken_out, ("off", mode))
        modes |= dict.fromkeys(chosen - before, (mode, None))
        await click.do(set_modes, click.actor, modes)
        for channel in modes:
            self.bot.backoff.answered(channel)
        await _show(click, "channels")


Chosen = TypeVar("Chosen")


def _changed(now: Iterable[Chosen], before: Collection[Chosen], chosen: Collection[Chosen]) -> set[Chosen]:
    """Return what is chosen now with what was changed in a menu, which may have been drawn long ago."""
    return set(now).difference(set(before).difference(chosen)) | set(chosen).difference(before)


async def _change(request: Request, step: Step, **changes: Unpack[SettingsChange]) -> None:
    """Write settings as one change, and show the step."""
    await request.do(request.moderation.setup.change, request.actor, **changes)
    await _show(request, step)


async def _change_by(request: Request, step: Step, chosen: Callable[[ServerSettings], SettingsChange]) -> None:
    """Do the same with what comes of the settings as they stand now, and remember the step."""
    change = request.moderation.setup.change_by
    await request.do(change, request.actor, lambda now: {**chosen(now), "setup_step": step})
    await _show(request, step)


async def _show(request: Request, step: Step) -> None:
    await request.show(draw_step(step, await _state(request), request.texts))


async def _state(request: Request) -> SetupState:
    touchstone, guild = request.touchstone, request.guild
    settings = await request.do(touchstone.servers.settings, guild.id)
    channels = await request.do(touchstone.servers.channels, guild.id)
    return SetupState(guild, settings, channels, await request.do(touchstone.base.packs))
