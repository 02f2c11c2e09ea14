"""What the bot has seen since its start, in memory only: numbers for `/status`."""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median

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
