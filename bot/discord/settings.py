"""`/touchstone`: where the bot answers and in which language, whom it leaves alone, and all settings at one look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.backtest import written
from bot.discord.bot import BotInteraction, CommandGroup, TouchstoneBot, Watched, subcommand
from bot.discord.cards import draw_lines, escape
from bot.discord.routes import Request, everywhere
from bot.discord.setup_command import LANGUAGE_NAMES, MOST, missing_lines, missing_rights
from bot.discord.status import channel_line, snooze_lines
from bot.texts import Texts, msgid
from bot.wording import CARD_FORMS, NAMES, field_name
from claims.moderation.rights import Actor
from claims.record import PackRecord
from claims.store.server_settings import (
    CORRECTION_DAYS,
    PAUSE_REPORTS,
    ChannelChange,
    ChannelMode,
    ChannelSettings,
    ServerSettings,
    SettingsChange,
)
from config.settings import Settings

WATCHING = {
    "on": msgid("I now answer known claims in {channel}."),
    "hint": msgid("In {channel} I now only leave a small reaction; whoever clicks it gets the answer."),
    "shadow": msgid("In {channel} I now only count what I would say, and say nothing. /touchstone shadow shows it."),
    "off": msgid("I no longer read along in {channel}."),
}
SPOKEN = {
    "auto": msgid("In this server I now answer in the language of the message."),
    "en": msgid("In this server I now answer in English."),
    "zh-Hans": msgid("In this server I now answer in Simplified Chinese."),
    "zh-Hant": msgid("In this server I now answer in Traditional Chinese."),
}


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class Manage(
    commands.GroupCog,
    group_name=locale_str(msgid("touchstone")),
    group_description=locale_str(msgid("Settings of this server")),
):
    """Changes a server's settings; whoever moderates it may, and Discord cannot know who that is by role."""

    def __init__(self, bot: TouchstoneBot) -> None:
        self.bot = bot
        super().__init__()

    @app_commands.command(
        name=locale_str(msgid("watch")), description=locale_str(msgid("Choose whether I answer in a channel"))
    )
    @app_commands.rename(mode=locale_str(msgid("mode")), channel=locale_str(msgid("channel")))
    @app_commands.describe(
        mode=locale_str(msgid("Answer, only hint with a reaction, only count, or stay out")),
        channel=locale_str(msgid("The channel; without one, this channel")),
    )
    @app_commands.choices(
        mode=[
            app_commands.Choice(name=locale_str(msgid("on")), value="on"),
            app_commands.Choice(name=locale_str(msgid("hint")), value="hint"),
            app_commands.Choice(name=locale_str(msgid("shadow")), value="shadow"),
            app_commands.Choice(name=locale_str(msgid("off")), value="off"),
        ]
    )
    async def watch(
        self, interaction: BotInteraction, mode: app_commands.Choice[str], channel: Watched | None = None
    ) -> None:
        """Set a channel's mode and say which of the bot's own rights are missing there."""
        request = await Request.waiting(interaction)
        target = channel or _home(interaction.channel)
        chosen = cast("ChannelMode", mode.value)
        setup = request.moderation.setup
        await request.do(setup.set_channel_mode, request.actor, target.id, chosen)
        self.bot.backoff.answered(target.id)
        texts = request.texts
        # Discord does not always tell of a channel what is needed to know the rights there.
        missing = missing_rights(target, mode.value, texts) if isinstance(target, discord.abc.GuildChannel) else []
        lines = [texts(WATCHING[mode.value], channel=target.mention)]
        if missing:
            lines = [
                texts("{channel} is set, but I cannot do that there yet.", channel=target.mention),
                texts("I lack rights there: {rights}.", rights=texts.listed(missing)),
            ]
        if channel is None and isinstance(interaction.channel, discord.Thread):
            lines.append(texts("-# A thread follows its channel: this holds for the channel and all of its threads."))
        await request.respond("\n".join(lines))

    @app_commands.command(
        name=locale_str(msgid("language")), description=locale_str(msgid("Choose the language I answer in"))
    )
    @app_commands.rename(language=locale_str(msgid("language")))
    @app_commands.describe(language=locale_str(msgid("The language, or that of each message")))
    @app_commands.choices(
        language=[app_commands.Choice(name=locale_str(label), value=value) for value, label in LANGUAGE_NAMES.items()]
    )
    async def language(self, interaction: BotInteraction, language: app_commands.Choice[str]) -> None:
        """Set the language of the server's public answers."""
        request = await Request.waiting(interaction)
        chosen = language.value
        setup = request.moderation.setup
        await request.do(setup.change, request.actor, language=chosen)
        texts = request.texts
        other = texts("In this server I now answer in {language}.", language=language.name)
        await request.respond(texts(SPOKEN[language.value]) if language.value in SPOKEN else other)


def _home(channel: "discord.interactions.InteractionChannel | None") -> "Watched":
    """Return the channel whose mode counts: a thread follows the channel it belongs to."""
    return channel.parent if isinstance(channel, discord.Thread) and channel.parent else channel  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class ServerState:
    """What a server has set, and what there is otherwise."""

    settings: ServerSettings
    channels: Mapping[int, ChannelSettings]
    packs: Sequence[PackRecord]
    defaults: Settings


def settings_lines(state: ServerState, texts: Texts) -> list[str]:
    """Return the settings as lines; roles and channels as mentions, which ping nobody in a private answer."""
    settings = state.settings
    language = settings.language or state.defaults.language
    roles = texts.listed(f"<@&{role}>" for role in settings.moderator_roles)
    digest, told = settings.digest_channel, settings.moderators_channel
    cut_off = texts("as fitted") if settings.cut_off is None else written(settings.cut_off)
    budget = settings.budget
    shown = {
        "language": _or_default(settings.language, texts(LANGUAGE_NAMES[language]), texts),
        "moderator_roles": roles or texts("{value} (default)", value=texts("whoever may manage the server")),
        "packs": texts.listed(_packs(state, texts)) or texts("nothing"),
        "cooldown_hours": _number(settings.cooldown_hours, state.defaults.cooldown_hours, texts),
        "cut_off": _or_default(settings.cut_off, cut_off, texts),
        "budget": texts("no limit") if budget is None else texts("{count} in 1,000 messages", count=f"{budget:g}"),
        "pause_reports": _number(settings.pause_reports, PAUSE_REPORTS, texts),
        "correction_days": _number(settings.correction_days, CORRECTION_DAYS, texts),
        "card_form": _or_default(settings.card_form, texts(CARD_FORMS[settings.card_form or "short"]), texts),
        "cards_per_hour": _number(settings.cards_per_hour, state.defaults.cards_per_hour, texts),
        "moderators_channel": texts("none") if told is None else f"<#{told}>",
        **({} if told is None else {"answer_log": texts("yes") if settings.answer_log else texts("no")}),
        "digest_channel": texts("none") if digest is None else f"<#{digest}>",
    }
    if settings.outside_checks is not None:
        shown["outside_checks"] = texts("yes") if settings.outside_checks else texts("no")
    if settings.exempt_roles:
        shown["exempt_roles"] = texts.listed(f"<@&{role}>" for role in settings.exempt_roles)
    lines = [texts.named(field_name(name, texts), value) for name, value in shown.items()]
    channels = [channel_line(channel, own, texts) for channel, own in state.channels.items()]
    return [*(f"- {line}" for line in lines), *snooze_lines(settings.snoozed_until, texts), *channels]


def _packs(state: ServerState, texts: Texts) -> list[str]:
    chosen = state.settings.packs
    return [escape(texts.pick(pack.title)) for pack in state.packs if chosen is None or pack.id in chosen]


def _number(value: float | None, default: float, texts: Texts) -> str:
    return _or_default(value, f"{default if value is None else value:g}", texts)


def _or_default(value: object, shown: str, texts: Texts) -> str:
    return texts("{value} (default)", value=shown) if value is None else shown


# What is taken back to its default by name; the set-up has the rest.
_BACK = (
    "cooldown_hours",
    "cut_off",
    "budget",
    "pause_reports",
    "correction_days",
    "card_form",
    "cards_per_hour",
    "outside_checks",
    "digest_channel",
)


_OF_CHANNELS = {"cooldown_hours", "cut_off"}


class SettingsCommand(CommandGroup):
    """Answers moderators privately; whatever is given together is one change."""

    def __init__(self, bot: TouchstoneBot, group: commands.Cog) -> None:
        self.bot = bot
        about = msgid("See all settings of this server, or change some")
        self.join(group, subcommand(msgid("settings"), about, self.settings))

    @app_commands.rename(
        cooldown_hours=locale_str(msgid("cooldown_hours")),
        cut_off=locale_str(msgid("cut_off")),
        budget=locale_str(msgid("budget")),
        pause_reports=locale_str(msgid("pause_reports")),
        correction_days=locale_str(msgid("correction_days")),
        card_form=locale_str(msgid("card_form")),
        cards_per_hour=locale_str(msgid("cards_per_hour")),
        outside_checks=locale_str(msgid("outside_checks")),
        digest_channel=locale_str(msgid("digest_channel")),
        channel=locale_str(msgid("channel")),
        back=locale_str(msgid("back_to_default")),
    )
    @app_commands.describe(
        cooldown_hours=locale_str(msgid("Hours before I answer the same claim in the same channel again")),
        cut_off=locale_str(msgid("The probability, from 0 to 1, from which on I answer")),
        budget=locale_str(msgid("Replies that you want at most, per 1,000 messages")),
        pause_reports=locale_str(msgid("Reports of members within a day that pause a claim")),
        correction_days=locale_str(msgid("How many days back I correct my cards when a claim changes")),
        card_form=locale_str(msgid("Whether my cards say the gist, with the rest behind a button, or everything")),
        cards_per_hour=locale_str(msgid("Cards in one channel within an hour; after these I only leave hints")),
        outside_checks=locale_str(msgid("Whether /check also asks other fact-checkers; for administrators")),
        digest_channel=locale_str(msgid("Where I post the weekly digest, and tell you when a claim is paused")),
        channel=locale_str(msgid("Only for this channel: its cool-down and its cut-off")),
        back=locale_str(msgid("Take one setting back to its default")),
    )
    @app_commands.choices(
        back=[app_commands.Choice(name=locale_str(NAMES[name]), value=name) for name in _BACK],
        card_form=[app_commands.Choice(name=locale_str(label), value=name) for name, label in CARD_FORMS.items()],
    )
    async def settings(
        self,
        interaction: BotInteraction,
        cooldown_hours: float | None = None,
        cut_off: float | None = None,
        budget: float | None = None,
        pause_reports: int | None = None,
        correction_days: int | None = None,
        card_form: str | None = None,
        cards_per_hour: int | None = None,
        outside_checks: bool | None = None,
        digest_channel: discord.TextChannel | None = None,
        channel: Watched | None = None,
        back: str | None = None,
    ) -> None:
        """Write what was given, and show everything."""
        request = await Request.waiting(interaction)
        given = {
            "cooldown_hours": cooldown_hours,
            "cut_off": cut_off,
            "budget": budget,
            "pause_reports": pause_reports,
            "correction_days": correction_days,
            "card_form": card_form if card_form in CARD_FORMS else None,
            "cards_per_hour": cards_per_hour,
            "outside_checks": outside_checks,
            "digest_channel": digest_channel.id if digest_channel else None,
        }
        changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if back in _BACK:
            changes[back] = None
        actor, texts = await request.require("server.settings"), request.texts
        if channel is not None and not changes.keys() <= _OF_CHANNELS:
            await request.respond(texts("A channel has a cool-down and a cut-off of its own, and nothing else."))
            return
        state = await request.do(self._apply, actor, changes, channel.id if channel else None)
        there = {number: own for number, own in state.channels.items() if request.guild.get_channel(number)}
        head = texts("Settings of this server")
        missing = missing_lines(request.guild, {digest_channel.id: "digest"}, texts) if digest_channel else []
        lines = [f"### {head}", *settings_lines(replace(state, channels=there), texts), *missing]
        if changes.get("outside_checks") and not self.bot.touchstone.fact_checkers.names:
            lines.append(texts("Whoever runs me has set no other fact-checkers up, so that nobody is asked."))
        if changes:
            lines.append(texts("It stands as you said; /history can take back what has changed."))
        await request.respond(draw_lines(lines, texts))

    def _apply(self, actor: Actor, changes: dict[str, Any], channel: int | None) -> ServerState:
        """Write the changes, where there are any, for the server or one channel; return what is set now."""
        touchstone, server = self.bot.touchstone, actor.server or 0
        setup = touchstone.moderation.setup
        if changes and channel is not None:
            setup.change_channel(actor, channel, **cast("ChannelChange", changes))
        elif changes:
            setup.change(actor, **cast("SettingsChange", changes))
        settings, channels = touchstone.servers.settings(server), touchstone.servers.channel_settings(server)
        return ServerState(settings, channels, touchstone.base.packs(), self.bot.settings)


IGNORED = (
    msgid("I no longer answer you or count what you say, in any server that I am in."),
    msgid("You can still ask me with /check. With “ignore: no”, /ignore-me takes this back."),
    msgid("-# For this I keep a keyed hash of your id, which /forget-me leaves as it is."),
)
ANSWERED = msgid("I answer you again where moderators have switched me on.")


class IgnoreMe(commands.Cog):
    """A member's own wish; it needs no right and no server."""

    @app_commands.command(
        name=locale_str(msgid("ignore-me")), description=locale_str(msgid("Do not answer my messages, or answer again"))
    )
    @app_commands.rename(ignore=locale_str(msgid("ignore")))
    @app_commands.describe(ignore=locale_str(msgid("yes: leave my messages alone; no: answer them again")))
    @app_commands.choices(
        ignore=[
            app_commands.Choice(name=locale_str(msgid("yes")), value="yes"),
            app_commands.Choice(name=locale_str(msgid("no")), value="no"),
        ]
    )
    @everywhere
    async def ignore_me(self, interaction: BotInteraction, ignore: str = "yes") -> None:
        """Keep the wish, or drop it."""
        request = await Request.waiting(interaction)
        wish, texts = request.moderation.exemptions.wish, request.texts
        await request.do(wish, interaction.user.id, ignore=ignore != "no")
        await request.respond(texts(ANSWERED) if ignore == "no" else "\n".join(map(texts, IGNORED)))


class SilenceCommands(CommandGroup):
    """Answers moderators privately."""

    def __init__(self, bot: TouchstoneBot, group: commands.Cog) -> None:
        self.bot = bot
        self.join(
            group,
            subcommand(
                msgid("exempt"), msgid("Leave a role's or a member's messages alone, or answer them again"), self.exempt
            ),
            subcommand(msgid("snooze"), msgid("Say nothing for some hours, in a channel or everywhere"), self.snooze),
        )

    @app_commands.rename(who=locale_str(msgid("who")))
    @app_commands.describe(who=locale_str(msgid("A role or a member; without one, you see who is left alone")))
    async def exempt(self, interaction: BotInteraction, who: discord.Member | discord.Role | None = None) -> None:
        """Take somebody out or in again, and show who is left alone."""
        request = await Request.waiting(interaction)
        await request.require("member.exempt")
        texts, lines = request.texts, list[str]()
        if who is not None:
            toggled = _exempt_role(request, who) if isinstance(who, discord.Role) else _exempt_member(request, who)
            lines.append(texts(_LEFT_ALONE if await toggled else _HEARD_AGAIN, who=who.mention))
        settings = await request.do(request.touchstone.servers.settings, request.guild.id)
        count = await request.do(request.moderation.exemptions.count, request.guild.id)
        lines += exempt_lines(settings, count, texts)
        await request.respond(draw_lines(lines, texts))

    @app_commands.rename(hours=locale_str(msgid("hours")), channel=locale_str(msgid("channel")))
    @app_commands.describe(
        hours=locale_str(msgid("For how many hours, up to 720; 0 ends it")),
        channel=locale_str(msgid("Only this channel; without one, the whole server")),
    )
    async def snooze(
        self,
        interaction: BotInteraction,
        hours: float,
        channel: Watched | None = None,
    ) -> None:
        """Be quiet until then; what is said meanwhile is counted, not answered."""
        request = await Request.waiting(interaction)
        setup, texts = request.moderation.setup, request.texts
        until = await request.do(setup.snooze, request.actor, hours, channel.id if channel else None)
        place = channel.mention if channel else texts("this server")
        if until is None:
            await request.respond(texts("I speak again in {place}.", place=place))
            return
        said = texts("I say nothing in {place} until {time}; I go on counting.", place=place, time=f"<t:{until}:f>")
        await request.respond("\n".join([said, texts("-# /touchstone snooze with 0 hours ends it.")]))


_LEFT_ALONE = msgid("I now leave the messages of {who} alone: I neither answer nor count them.")
_HEARD_AGAIN = msgid("I answer {who} again.")


async def _exempt_role(request: Request, role: discord.Role) -> bool:
    return await request.do(request.moderation.setup.toggle_exempt_role, request.actor, role.id)


async def _exempt_member(request: Request, member: discord.Member) -> bool:
    return await request.do(request.moderation.exemptions.toggle, request.actor, member.id)


def exempt_lines(settings: ServerSettings, members: int, texts: Texts) -> list[str]:
    """Return who is left alone: roles by name; of members, of whom only hashes are kept, how many."""
    roles = texts.listed(f"<@&{role}>" for role in settings.exempt_roles[:MOST]) or texts("nobody")
    return [
        texts("Roles that I leave alone: {roles}.", roles=roles),
        texts.plural("Members whom I leave alone: {count}.", "Members whom I leave alone: {count}.", members),
        texts("-# Naming one again takes it back. Members can ask for it themselves with /ignore-me."),
    ]
