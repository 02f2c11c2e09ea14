"""Register the commands with Discord, only where they differ from what is registered."""

import logging
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeAlias

import discord
from discord.http import Route

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot


if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

    BotInteraction: TypeAlias = discord.Interaction[TouchstoneBot]
else:
    BotInteraction = discord.Interaction


_log = logging.getLogger(__name__)

_FIRST = 5 * 60.0
_LONGEST = 6 * 60 * 60.0


@dataclass(frozen=True, slots=True)
class _Pause:
    """One channel's pause: when it ends and how many seconds it was set to."""

    until: float
    seconds: float


@dataclass(slots=True)
class QuietChannels:
    """Remembers refusals; many refused requests in a short time would get the bot banned by Discord."""

    clock: Callable[[], float] = monotonic
    _pauses: dict[int, _Pause] = field(default_factory=dict[int, _Pause])

    def is_quiet(self, channel: int) -> bool:
        """Tell whether the bot must not try to write in the channel now."""
        pause = self._pauses.get(channel)
        return pause is not None and self.clock() < pause.until

    def refused(self, channel: int, why: str) -> None:
        """Start a pause, twice as long as the last one of this channel, and tell the log once."""
        if self.is_quiet(channel):
            return
        last = self._pauses.get(channel)
        seconds = _FIRST if last is None else min(last.seconds * 2, _LONGEST)
        self._pauses[channel] = _Pause(self.clock() + seconds, seconds)
        _log.warning(
            "Discord refused a message in channel %s (%s): quiet there for %d minutes", channel, why, seconds // 60
        )

    def answered(self, channel: int) -> None:
        """Forget the refusals of a channel in which a message has gone out."""
        self._pauses.pop(channel, None)


_LATEST = 500


@dataclass(slots=True)
class Measures:
    """Messages checked by server, and how long the latest checks took."""

    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    _seen: Counter[int] = field(default_factory=Counter[int])
    _seconds: deque[float] = field(default_factory=lambda: deque[float](maxlen=_LATEST))

    def note(self, server: int, seconds: float) -> None:
        """Count a message that was checked in so many seconds."""
        self._seen[server] += 1
        self._seconds.append(seconds)

    def seen(self, server: int) -> int:
        """Return how many messages of a server were checked."""
        return self._seen[server]

    @property
    def seconds(self) -> float | None:
        """The median of the latest checks; None before the first."""
        return median(self._seconds) if self._seconds else None


async def sync_commands(bot: "TouchstoneBot") -> bool:
    """Send the commands if they have changed since the last start; returns whether they were sent.

    A refusal is logged and does not stop the bot: it can still watch and answer with the commands that are registered.
    """
    try:
        if same_commands(await _ours(bot), await _registered(bot)):
            return False
        await bot.tree.sync()
    except discord.HTTPException as error:
        _log.error("The commands could not be registered with Discord: %s", error)
        return False
    _log.info("Commands registered with Discord")
    return True


async def _ours(bot: "TouchstoneBot") -> list[dict[str, Any]]:
    """Return what a sync would send."""
    translator = bot.tree.translator
    commands = [*bot.tree.get_commands()]
    if translator is None:
        return [command.to_dict(bot.tree) for command in commands]
    return [await command.get_translated_payload(bot.tree, translator) for command in commands]


async def _registered(bot: "TouchstoneBot") -> list[dict[str, Any]]:
    """Return what Discord has, with the translations, which `tree.fetch_commands` leaves out."""
    route = Route("GET", "/applications/{application_id}/commands", application_id=bot.application_id)
    return await bot.http.request(route, params={"with_localizations": "true"})


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
