"""The circuit breaker: who failed is left alone for a while, then asked once to see whether it is back."""

import threading
import time
from collections.abc import Callable

FIRST_COOLING = 5.0
LONGEST_COOLING = 300.0


class CircuitBreaker:
    """Closed: all calls may pass. Open: none, until the cooling time is over; then one, whose outcome decides.

    The cooling time (seconds) doubles with each failed probe, up to `longest`. Safe to use from several threads.
    """

    def __init__(
        self,
        first: float = FIRST_COOLING,
        longest: float = LONGEST_COOLING,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start closed; `clock` gives seconds that never run backwards."""
        self._first, self._longest, self._clock = first, longest, clock
        self._lock = threading.Lock()
        self._cooling = 0.0
        self._until: float | None = None
        self._probing = False

    @property
    def open(self) -> bool:
        """Tell whether the last outcome was a failure."""
        return self._until is not None

    @property
    def cooling(self) -> float:
        """Return the seconds of the current cooling time; 0 while closed."""
        return self._cooling

    def admits(self) -> bool:
        """Tell whether the caller may go ahead; who is admitted must report `succeeded` or `failed`."""
        with self._lock:
            if self._until is None:
                return True
            if self._probing or self._clock() < self._until:
                return False
            self._probing = True
            return True

    def succeeded(self) -> bool:
        """Close; return True where this ends an outage."""
        with self._lock:
            recovered = self._until is not None
            self._cooling, self._until, self._probing = 0.0, None, False
            return recovered

    def failed(self) -> bool:
        """Open, or cool longer after a failed probe; return True where this begins an outage."""
        with self._lock:
            began = self._until is None
            # Calls that were under way when the outage began tell nothing new.
            if began or self._probing:
                self._cooling = min(self._cooling * 2 or self._first, self._longest)
                self._until = self._clock() + self._cooling
                self._probing = False
            return began
