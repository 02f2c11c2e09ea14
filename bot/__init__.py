"""Front ends: what people see and click.

Lives here: the application object, the neutral reply, the text catalogue, the site of the claims, the terminal and the
Discord bot; and in this file how a program of ours is stopped, also while its parts are imported.
May not live here: SQL, or a decision that the checks make.
"""

import gc
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

# Ctrl-C, `kill` (as a shutdown does it), and a terminal that is closed, which Windows does not tell.
STOPPING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def starting_children() -> Iterator[None]:
    """Start processes in the body that never hear Ctrl-C, which goes to all of a terminal; this one hears it after.

    They would tell of it with a traceback while they have not got so far as to ignore it; on Windows they do.
    """
    if sys.platform == "win32":
        yield
        return
    from multiprocessing import resource_tracker  # noqa: PLC0415  only who starts processes has it

    # It lets all signals through once it has started: before the body, so that it does not do that in its midst.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Stop:
    """What has asked the program to end: the `number` of a signal, 0 for nothing yet; raised as KeyboardInterrupt.

    At first it is only noted: `heed` has it raised, then and from then on. A second one ends the program at once.
    `is_told`: somebody has said already what it has broken off (`answer`).
    """

    def __init__(self) -> None:
        self.number = 0
        self.is_told = False
        self._heard: tuple[int, ...] = ()
        self._is_held = True

    @property
    def code(self) -> int:
        """The exit code that a shell expects of a program that was ended so."""
        return 128 + (self.number or signal.SIGINT)

    @property
    def is_key(self) -> bool:
        """Whether it was a key at the terminal, if anything."""
        return self.number in {0, signal.SIGINT}

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Listen while the body runs; what this process has been told to ignore, as `nohup` does, stays ignored."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        ours = (signal.default_int_handler, signal.SIG_DFL)
        before = {each: handler for each in STOPPING if (handler := signal.getsignal(each)) in ours}
        self._heard = tuple(before)
        self._listen(self._hear)
        try:
            yield
        finally:
            self._heard = ()
            for each, handler in before.items():
                signal.signal(each, handler)

    def heed(self) -> None:
        """Raise KeyboardInterrupt for what has been noted, and from now on at once."""
        self._is_held = False
        if self.number:
            raise KeyboardInterrupt

    @contextmanager
    def importing(self, module: str) -> Iterator[None]:
        """Import a module in the body whole: a stop waits, as one in the middle of a library may be lost there."""
        if module in sys.modules:
            yield
            return
        before, self._is_held = self._is_held, True
        # What is imported stays: to look again and again whether any of it can go takes a tenth of the time of a start.
        gc.disable()
        try:
            yield
        finally:
            gc.freeze()
            gc.enable()
            self._is_held = before
        if not before:
            self.heed()

    def answer(self) -> None:
        """Note that the person has been told, and that the command ends in its own way: a second one is heard, too."""
        self.is_told = True
        self._listen(self._hear)

    def _listen(self, handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
        for each in self._heard:
            signal.signal(each, handler)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        self._listen(signal.SIG_DFL)
        self.number = number
        if not self._is_held:
            raise KeyboardInterrupt
