"""Lanes: threads for people, for chat, for answers and for chores apart; and the waiting room of chat.

A click or a command must be answered within three seconds, however much is said meanwhile. So nobody's work stands
behind another lane's, and chat that comes faster than it can be read is let go by rule instead of being kept waiting.
"""

import asyncio
import logging
import os
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from time import monotonic
from typing import Literal, ParamSpec, TypeVar

from config.errors import DatabaseUnavailableError

_log = logging.getLogger(__name__)

# people: clicks, forms, commands. chat: reading messages. answers: what follows from one that says something known.
# chores: purges, digests, corrections.
Lane = Literal["people", "chat", "answers", "chores"]

# As many checks run at once as there are processors to run them; more would only take turns with people's work.
AT_ONCE = max(2, min(4, os.cpu_count() or 2))
_PEOPLE = 8
_BESIDE: Mapping[Lane, int] = {"chat": AT_ONCE, "answers": 4, "chores": 2}
_LANE: ContextVar[Lane] = ContextVar("lane", default="people")
# Until when the work of a task is tried again while the base is locked or away.
_UNTIL: ContextVar[float] = ContextVar("until", default=0.0)
_PAUSE = 0.2
# An answer that comes later than this after its message would stand among other talk.
LATE = timedelta(seconds=30)
_MISSED = timedelta(hours=1)

Given = ParamSpec("Given")
Result = TypeVar("Result")


def take_lane(lane: Lane, until: float | None = None) -> None:
    """Let threads of this lane do all that the running task hands to threads from now on.

    `until`: until when, by `monotonic`, work that meets a base which is locked or away is tried again, from its start:
    a method of a book, which is one transaction, or what may be called again by its own word. None: chat and answers
    for as long as an answer to what happens now is in time, the others not at all.
    """
    _LANE.set(lane)
    if until is None:
        until = deadline(monotonic(), timedelta(0)) if lane in {"chat", "answers"} else 0.0
    _UNTIL.set(until)


def deadline(now: float, age: timedelta) -> float:
    """Return until when, by the clock that says `now`, an answer to a message of that age is in time."""
    # Discord sends again what a lost connection has missed, but nothing that old: then a clock is wrong.
    waited = age if timedelta(0) < age < _MISSED else timedelta(0)
    return now + (LATE - waited).total_seconds()


class Lanes(ThreadPoolExecutor):
    """The threads of an event loop, as its default executor: each task's work goes to the lane that it has taken."""

    def __init__(self) -> None:
        super().__init__(_PEOPLE, thread_name_prefix="people")
        self._ending = Event()
        self._beside = {name: ThreadPoolExecutor(count, thread_name_prefix=name) for name, count in _BESIDE.items()}

    def submit(self, fn: Callable[Given, Result], /, *args: Given.args, **kwargs: Given.kwargs) -> Future[Result]:
        """Hand the work to the lane of the task that asks."""
        beside, until = self._beside.get(_LANE.get()), _UNTIL.get()
        if beside is None:
            return super().submit(fn, *args, **kwargs)
        return beside.submit(self._patiently, until, fn, *args, **kwargs)

    def _patiently(
        self, until: float, fn: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        is_told = False
        while True:
            try:
                return fn(*args, **kwargs)
            except DatabaseUnavailableError as error:
                # Who runs the bot is to know, also where nothing is lost; the log makes one line of all of these.
                if not is_told:
                    _log.warning("%s", error)
                    is_told = True
                if monotonic() + _PAUSE >= until or self._ending.wait(_PAUSE):
                    raise

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the threads of all lanes."""
        self._ending.set()
        for beside in self._beside.values():
            beside.shutdown(wait, cancel_futures=cancel_futures)
        super().shutdown(wait, cancel_futures=cancel_futures)


MOST_WAITING = 1_000
_TELL_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Waiting:
    number: int
    admitted: asyncio.Future[bool]


class WaitingRoom:
    """Lets so many messages in at once, in the order in which they came, and holds no more than `most`.

    Above that the oldest are let go, first of those that no reply can follow from; and while more than half of the
    places are taken, hints are given up, so that replies go out. The log is told once a minute.
    """

    def __init__(
        self, at_once: int = AT_ONCE, most: int = MOST_WAITING, clock: Callable[[], float] = monotonic
    ) -> None:
        self._at_once, self._most, self._clock = at_once, most, clock
        self._inside = 0
        self._number = 0
        # Those that a reply may follow from, and those that can only become a hint or a number.
        self._waiting: Mapping[bool, deque[_Waiting]] = {True: deque(), False: deque()}
        self._messages = self._hints = 0
        self._since = self._told = float("-inf")

    @asynccontextmanager
    async def turn(self, *, may_reply: bool) -> AsyncIterator[bool]:
        """Wait for a turn; yields False where the message was let go instead."""
        is_in = await self._enter(may_reply=may_reply)
        try:
            yield is_in
        finally:
            if is_in:
                self._leave()

    @property
    def is_full(self) -> bool:
        """Whether the next message has to wait for its turn."""
        return self._inside >= self._at_once

    @property
    def is_pressed(self) -> bool:
        """Whether so many wait that hints are given up."""
        return self._count > self._most // 2

    def give_up_hint(self) -> None:
        """Count a hint that was given up for the sake of replies."""
        self._hints += 1

    @property
    def _count(self) -> int:
        return sum(map(len, self._waiting.values()))

    async def _enter(self, *, may_reply: bool) -> bool:
        if not self.is_full:
            self._inside += 1
            return True
        self._number += 1
        mine = _Waiting(self._number, asyncio.get_running_loop().create_future())
        self._waiting[may_reply].append(mine)
        if self._count > self._most:
            self._let_go()
        try:
            return await mine.admitted
        except asyncio.CancelledError:
            if mine.admitted.done() and not mine.admitted.cancelled() and mine.admitted.result():
                self._leave()
            raise

    def _let_go(self) -> None:
        oldest = (self._waiting[False] or self._waiting[True]).popleft()
        if not oldest.admitted.done():
            oldest.admitted.set_result(False)
            if not self._messages:
                self._since = self._clock()
            self._messages += 1
        # Where it goes on and on, the room is never empty.
        if self._clock() - max(self._since, self._told) >= _TELL_SECONDS:
            self._tell()

    def _leave(self) -> None:
        while any(self._waiting.values()):
            first = min((queue for queue in self._waiting.values() if queue), key=lambda queue: queue[0].number)
            following = first.popleft().admitted
            if not following.done():
                following.set_result(True)
                return
        self._inside -= 1
        if (self._messages or self._hints) and self._clock() - self._told >= _TELL_SECONDS:
            self._tell()

    def _tell(self) -> None:
        _log.warning(
            "Chat came faster than it can be read: %d messages and %d hints were let go", self._messages, self._hints
        )
        self._messages = self._hints = 0
        self._told = self._clock()
