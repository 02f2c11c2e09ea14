"""Start a run shortly after the claim base has changed, at the start of the bot, and again where cards were left."""

import asyncio
import contextlib
import logging
from collections import Counter
from time import monotonic
from typing import TYPE_CHECKING

from discord.ext import commands, tasks

from bot.discord.corrections.run import Run

if TYPE_CHECKING:
    from bot.discord.app import TouchstoneBot

_log = logging.getLogger(__name__)

_FIRST_RETRY = 60.0
_LONGEST_RETRY = 3600.0
_LONGEST_FAREWELL = 3.0


class CorrectionCog(commands.Cog):
    """Keeps nothing of a run but its counts: which cards wait is read from the claim base, also after a restart.

    `look`: seconds between two looks at the base's revision; `pause`: between two edits; `retry`: until cards that
    could not be edited are tried again, twice as long each time.
    """

    def __init__(
        self, bot: "TouchstoneBot", *, look: float = 30.0, pause: float = 1.0, retry: float = _FIRST_RETRY
    ) -> None:
        self.bot = bot
        self._every = look
        self._pause = pause
        self._first_retry = self._retry = retry
        self._again_at = float("inf")
        self._stop = asyncio.Event()
        self._one = asyncio.Lock()
        self._seen = -1
        self._latest: Run | None = None

    @property
    def edited(self) -> Counter[int]:
        """How many cards of each server have been edited in the run that is on, or else in the latest one."""
        return self._latest.edited if self._latest else Counter()

    async def cog_load(self) -> None:
        """Begin to look."""
        self.look.change_interval(seconds=self._every)
        self.look.start()

    async def cog_unload(self) -> None:
        """End between two cards; an edit that hangs is given up, and made again after the next start."""
        self._stop.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST_FAREWELL), self._one:
                pass
        self.look.cancel()

    @tasks.loop()
    async def look(self) -> None:
        """Start a run where the base has changed, or where it is time to try again."""
        try:
            revision = await asyncio.to_thread(lambda: self.bot.touchstone.base.revision)
            if revision != self._seen or monotonic() >= self._again_at:
                await self.run()
                self._seen = revision
        except Exception:  # noqa: BLE001  this is the outermost frame of the task
            # The task must not end: without it no card would be corrected until somebody restarts the bot.
            _log.exception("The corrections were cut short; they go on in %.0f s", self._every)

    @look.before_loop
    async def wait(self) -> None:
        """Wait until the bot is connected."""
        await self.bot.wait_until_ready()

    async def run(self) -> None:
        """Edit all cards that are out of date, if there are any."""
        async with self._one:
            run = Run(self.bot, self._stop, self._pause)
            if await run.begin():
                self._latest = run
                await run.go()
            if run.left:
                self._again_at = monotonic() + self._retry
                self._retry = min(2 * self._retry, _LONGEST_RETRY)
            else:
                self._again_at, self._retry = float("inf"), self._first_retry
