"""The bot: what its parts have in common, and how its commands get to Discord. It knows none of the parts."""

import asyncio
import itertools
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median
from time import monotonic
from typing import Any
from weakref import WeakValueDictionary

import discord
from discord import Locale, app_commands
from discord.app_commands import locale_str
from discord.ext import commands
from discord.http import Route as Endpoint

from bot.answering import chosen_language
from bot.discord.errors import FAILED_REQUEST
from bot.service import Touchstone
from bot.texts import Texts
from config.languages import FIRST_SHOWN, SHOWN, Language, client_language
from config.settings import Settings

_log = logging.getLogger(__name__)

# Of direct messages only that there is one: whoever writes there is told what the bot does.
INTENTS = discord.Intents(
    guilds=True, guild_messages=True, guild_reactions=True, message_content=True, dm_messages=True
)


def language_of(locale: Locale | None) -> Language:
    """Return the language for a client's or server's locale; where the bot speaks none of theirs, the first."""
    return client_language(locale.value) if locale else FIRST_SHOWN


def roles_of(user: discord.User | discord.Member) -> tuple[int, ...]:
    """Return the roles of a member; none of somebody whom Discord shows without them."""
    return tuple(role.id for role in user.roles) if isinstance(user, discord.Member) else ()


# The event that stands for a private message, which comes to the bot among all others.
DIRECT_MESSAGE = "direct_message"
# The event of cards that may show something else than their claims say now: newly posted, or in reach again.
STALE_CARD = "stale_card"

_FIRST_PAUSE, _LONGEST_PAUSE = 5 * 60.0, 6 * 60 * 60.0


@dataclass(frozen=True, slots=True)
class _Pause:
    """One channel's pause: when it ends and how many seconds it was set to."""

    until: float
    seconds: float


@dataclass(slots=True)
class Backoff:
    """Channels to keep out of; many refused requests in a short time would get the bot banned by Discord."""

    clock: Callable[[], float] = monotonic
    _pauses: dict[int, _Pause] = field(default_factory=dict[int, _Pause])

    def holds(self, channel: int) -> bool:
        """Tell whether the bot must not try to write in the channel now."""
        pause = self._pauses.get(channel)
        return pause is not None and self.clock() < pause.until

    def until(self, channel: int) -> datetime | None:
        """Return when the bot tries again to write in the channel; None where it is not kept out."""
        pause = self._pauses.get(channel)
        left = 0.0 if pause is None else pause.until - self.clock()
        return datetime.now(UTC) + timedelta(seconds=left) if left > 0 else None

    @property
    def refusing(self) -> tuple[int, ...]:
        """The channels where the latest message was refused, also those whose pause is over."""
        return tuple(self._pauses)

    def refused(self, channel: int, why: str) -> None:
        """Start a pause, twice as long as the last one of this channel, and tell the log once."""
        if self.holds(channel):
            return
        last = self._pauses.get(channel)
        seconds = _FIRST_PAUSE if last is None else min(last.seconds * 2, _LONGEST_PAUSE)
        self._pauses[channel] = _Pause(self.clock() + seconds, seconds)
        _log.warning(
            "Discord refused a message in channel %s (%s): quiet there for %d minutes", channel, why, seconds // 60
        )

    def answered(self, channel: int) -> None:
        """Forget the refusals of a channel in which a message has gone out, or may go out again."""
        self._pauses.pop(channel, None)


_ASKED_AGAIN = 60 * 60.0
_MOST_FOUND = 5_000
GuildChannel = discord.abc.GuildChannel
ServerChannel = GuildChannel | discord.Thread
# What has a mode and settings of its own; threads follow their channel.
Watched = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.ForumChannel


@dataclass(frozen=True, slots=True)
class _Found:
    """What Discord has said of a channel: it, that it is gone (None), or why it does not say."""

    channel: ServerChannel | None
    refusal: discord.HTTPException | discord.InvalidData | None
    until: float


@dataclass(slots=True)
class ChannelFinder:
    """Finds channels and threads of servers by number.

    The library forgets threads that are archived, and a list may name many of them: each is asked for once an hour,
    also where Discord refuses, and once for all who look for it at the same time.
    """

    clock: Callable[[], float] = monotonic
    _found: dict[tuple[int, int], _Found] = field(default_factory=dict[tuple[int, int], _Found])
    _asking: WeakValueDictionary[tuple[int, int], asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def find(self, guild: discord.Guild, number: int) -> ServerChannel | None:
        """Return the channel or thread; None where it is gone.

        Raises discord.HTTPException where Discord does not tell, discord.InvalidData for another server's channel.
        """
        if (known := guild.get_channel_or_thread(number)) is not None:
            return known
        place = guild.id, number
        async with self._asking.setdefault(place, asyncio.Lock()):
            found = self._found.pop(place, None)
            if found is None or self.clock() >= found.until:
                found = await self._ask(guild, number)
            self._found[place] = found
        if len(self._found) > _MOST_FOUND:
            del self._found[next(iter(self._found))]
        if found.refusal is not None:
            raise found.refusal.with_traceback(None)
        return found.channel

    async def _ask(self, guild: discord.Guild, number: int) -> _Found:
        until = self.clock() + _ASKED_AGAIN
        try:
            return _Found(await guild.fetch_channel(number), None, until)
        except discord.NotFound:
            return _Found(None, None, until)
        except (discord.Forbidden, discord.InvalidData) as refusal:
            return _Found(None, refusal, until)


# Seconds between tries where Discord is out of order; a deadline of the caller's ends them.
_PAUSES = (0.5, 1.0, 2.0, 4.0)
# From this status on, Discord is out of order and may have taken the message although it answered with an error.
UNCERTAIN = 500


async def tirelessly(act: Callable[[], Awaitable[None]]) -> None:
    """Try again while Discord is out of order or cannot be reached; what it refuses is raised."""
    for pause in itertools.chain(_PAUSES, itertools.repeat(_PAUSES[-1])):
        try:
            await act()
        except FAILED_REQUEST as failure:
            if isinstance(failure, discord.HTTPException) and failure.status < UNCERTAIN:
                raise
            _log.info("Discord did not take an answer (%s); trying again in %.1f s", type(failure).__name__, pause)
            await asyncio.sleep(pause)
        else:
            return


_LATEST = 500


@dataclass(slots=True)
class Metrics:
    """Messages checked by server, and how long the latest checks took."""

    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    _seen: Counter[int] = field(default_factory=Counter[int])
    _seconds: deque[float] = field(default_factory=lambda: deque[float](maxlen=_LATEST))

    def note(self, server: int, seconds: float, *, is_new: bool = True) -> None:
        """Count a message that was checked in so many seconds; one that was checked before only for these."""
        self._seen[server] += is_new
        self._seconds.append(seconds)

    def seen(self, server: int) -> int:
        """Return how many messages of a server were checked."""
        return self._seen[server]

    @property
    def total(self) -> int:
        """How many messages were checked."""
        return self._seen.total()

    @property
    def seconds(self) -> float | None:
        """The median of the latest checks; None before the first."""
        return median(self._seconds) if self._seconds else None


class TouchstoneBot(commands.AutoShardedBot):
    """A bot that pings nobody, keeps no messages, and leaves all work to its parts, which `create_bot` puts in.

    A Touchstone that is handed in stays open when the bot closes; one that the bot has opened itself is closed with it.
    """

    def __init__(self, settings: Settings, touchstone: Touchstone | None = None) -> None:
        super().__init__(
            command_prefix=(),
            help_command=None,
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            shard_count=settings.shard_count,
            shard_ids=list(settings.shard_ids) if settings.shard_ids else None,  # pyright: ignore[reportArgumentType]  None: all
            max_messages=None,
        )
        self.settings = settings
        self.backoff = Backoff()
        self.channels = ChannelFinder()
        self.metrics = Metrics()
        self.parts: Sequence[commands.Cog] = ()
        self._touchstone = touchstone
        self._owned: Touchstone | None = None
        self._command_ids: Mapping[str, int] = {}
        self._texts: dict[Language, Texts] = {}

    @property
    def touchstone(self) -> Touchstone:
        """The open application; there from `setup_hook` on."""
        if self._touchstone is None:
            raise RuntimeError("the bot has not been started")
        return self._touchstone

    def texts(self, language: Language) -> Texts:
        """Return the catalogue of a language, in which commands are mentions that can be clicked."""
        if language not in self._texts:
            plain = self.touchstone.texts(language)
            self._texts[language] = plain.mentioning(self._mentions(plain))
        return self._texts[language]

    def remember_commands(self, ids: Mapping[str, int]) -> None:
        """Take note under which ids the commands are registered with Discord."""
        self._command_ids, self._texts = ids, {}

    def _mentions(self, texts: Texts) -> dict[str, str]:
        """Return the mention of each command, by its whole name.

        A mention works under the English name alone, which it shows to everybody: where a client lists the command
        under another one, that stands beside it.
        """
        mentions: dict[str, str] = {}
        for command in self.tree.walk_commands(type=discord.AppCommandType.chat_input):
            name = command.qualified_name
            if isinstance(command, app_commands.Command) and (number := self._command_ids.get(name.split(" ")[0])):
                own = " ".join(map(texts, name.split(" ")))
                mention = f"</{name}:{number}>"
                mentions[name] = mention if own == name else f"{mention}（/{own}）"
        return mentions

    async def server_texts(self, server: int, locale: Locale | None) -> Texts:
        """Return the catalogue for what a server reads together, whose own locale counts where nothing is set."""
        settings = await asyncio.to_thread(self.touchstone.servers.settings, server)
        return self.texts(chosen_language(settings.language, self.settings.language, otherwise=language_of(locale)))

    async def setup_hook(self) -> None:
        """Open what is not open yet, put the parts together, and register the commands where they have changed."""
        if self._touchstone is None:
            self._touchstone = self._owned = await asyncio.to_thread(Touchstone.open, self.settings)
        await asyncio.to_thread(self._touchstone.base.database.follow)
        for language in SHOWN:
            await asyncio.to_thread(self.texts, language)
        for part in self.parts:
            await self.add_cog(part)
        await self.tree.set_translator(CatalogueTranslator(self.touchstone.texts))
        await sync_commands(self)

    async def on_ready(self) -> None:
        """Tell the log who we are and that we listen."""
        _log.info("Ready as %s in %d servers", self.user, len(self.guilds))

    async def on_guild_channel_update(self, before: GuildChannel, after: GuildChannel) -> None:
        """Try again at once in a channel and its threads where Discord lets us do more there than before."""
        me = after.guild.me
        if not after.permissions_for(me) <= before.permissions_for(me):
            self._try_again(after.guild, after.id)

    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        """Do the same in a server where a role may do more."""
        if not after.permissions <= before.permissions:
            self._try_again(after.guild)

    async def on_member_update(self, before: discord.Member, after: discord.Member) -> None:
        """Do the same where we have got a role, whose rights may lie in single channels only."""
        gained = set(after.roles) - set(before.roles)
        if after == after.guild.me and (gained or not after.guild_permissions <= before.guild_permissions):
            self._try_again(after.guild)

    def _try_again(self, guild: discord.Guild, home: int | None = None) -> None:
        before = self.backoff.refusing
        for refused in before:
            found = guild.get_channel_or_thread(refused)
            parent = found.parent_id if isinstance(found, discord.Thread) else refused
            if found is not None and home in {None, parent}:
                self.backoff.answered(refused)
        if self.backoff.refusing != before:
            self.dispatch(STALE_CARD)

    async def on_message(self, message: discord.Message, /) -> None:
        """Do nothing: there are no text commands, and the watch listens for itself."""

    async def on_error(self, event_method: str, /, *_args: object, **_kwargs: object) -> None:
        """Log a failed event once; nobody has asked, so nobody is told."""
        _log.exception("Failure in %s", event_method)

    async def close(self) -> None:
        """Let answers that are under way go out, then leave Discord."""
        await super().close()
        if self._owned is not None:
            owned, self._owned = self._owned, None
            await asyncio.to_thread(owned.close)


BotInteraction = discord.Interaction[TouchstoneBot]
Subcommand = app_commands.Command[Any, ..., Any]


def subcommand(name: str, about: str, callback: Any) -> Subcommand:  # noqa: ANN401  as the library types it
    """Make a command of a cog's method."""
    return app_commands.Command(name=locale_str(name), description=locale_str(about), callback=callback)


class CommandGroup(commands.Cog):
    """Commands that stand in the group of another cog, and menus of messages: neither can be methods by decorator."""

    bot: TouchstoneBot
    _host: commands.Cog
    _subcommands: Sequence[Subcommand] = ()
    _menus: Sequence[app_commands.ContextMenu] = ()

    def join(self, host: commands.Cog, *subcommands: Subcommand) -> None:
        """Say, while the part is made, what is to be added to the group of `host`."""
        self._host, self._subcommands = host, subcommands

    def offer(self, menu: app_commands.ContextMenu) -> None:
        """Say, while the part is made, which menu is to be added to the tree."""
        self._menus = (menu,)

    async def cog_load(self) -> None:
        """Add all of it."""
        for command in self._subcommands:
            self._group.add_command(command)
        for menu in self._menus:
            self.bot.tree.add_command(menu)

    async def cog_unload(self) -> None:
        """Take all of it out."""
        for command in self._subcommands:
            self._group.remove_command(command.name)
        for menu in self._menus:
            self.bot.tree.remove_command(menu.name, type=menu.type)

    @property
    def _group(self) -> app_commands.Group:
        group = self._host.app_command
        if group is None:
            raise RuntimeError(f"{self._host.qualified_name} has no group of commands")
        return group


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
        """Return the text in that language, or None where Discord shall show the English one."""
        language = language_of(locale)
        if language == FIRST_SHOWN:
            return None
        translated = self._texts(language)(string.message)
        return translated if translated != string.message else None


_SLASH = discord.AppCommandType.chat_input.value


async def sync_commands(bot: TouchstoneBot) -> None:
    """Send the commands if they have changed; a refusal is logged, and the bot works with those that are registered."""
    try:
        # With the translations, which `tree.fetch_commands` leaves out.
        registered = await _asked(bot, "GET", params={"with_localizations": "true"})
        ours = await _ours(bot)
        if not same_commands(ours, registered):
            registered = await _asked(bot, "PUT", json=ours)
            _log.info("Commands registered with Discord")
        bot.remember_commands({each["name"]: int(each["id"]) for each in registered if each.get("type", 1) == _SLASH})
    except discord.HTTPException as error:
        _log.error("The commands could not be registered with Discord: %s", error)


async def _ours(bot: TouchstoneBot) -> list[dict[str, Any]]:
    """Return what a sync would send."""
    translator, ours = bot.tree.translator, bot.tree.get_commands()
    if translator is None:
        return [command.to_dict(bot.tree) for command in ours]
    return [await command.get_translated_payload(bot.tree, translator) for command in ours]


async def _asked(bot: TouchstoneBot, method: str, **given: Any) -> list[dict[str, Any]]:  # noqa: ANN401  what discord.py takes
    """Send a request about the commands: `tree.sync` would translate all of them again."""
    route = Endpoint(method, "/applications/{application_id}/commands", application_id=bot.application_id)
    return await bot.http.request(route, **given)


def same_commands(ours: Sequence[Mapping[str, Any]], registered: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether every command that we would send is registered as it is, and no other."""
    there = {(command["name"], command.get("type", 1)): command for command in registered}
    here = {(command["name"], command.get("type", 1)): command for command in ours}
    return here.keys() == there.keys() and all(_covers(there[key], command) for key, command in here.items())


def _covers(registered: Any, ours: Any) -> bool:  # noqa: ANN401  JSON of any shape
    """Tell whether all that we send stands in what is registered; Discord leaves out empty values and adds its own."""
    match ours:
        case Mapping():
            there = registered if isinstance(registered, Mapping) else {}
            return all(_covers(there.get(key), value) for key, value in ours.items())
        case [Mapping(), *_]:
            there = registered or []
            return len(there) == len(ours) and all(_covers(a, b) for a, b in zip(there, ours, strict=True))
        case [*_]:
            return sorted(map(str, ours)) == sorted(map(str, registered or []))
        case _:
            return str(registered) == str(ours) if ours else not registered
