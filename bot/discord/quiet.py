"""Channels in which Discord has refused the bot: stay quiet there for a while, longer each time."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

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
