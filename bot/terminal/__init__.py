"""The terminal front end: commands, cards drawn with rich, and the machine-readable output.

Lives here: everything behind the `touchstone` command.
May not live here: Discord (`touchstone run` imports it when it is called), or a decision about a message.
"""

import gc
import os
import signal
import sys

from bot import Stop


def main() -> None:
    """Run the command."""
    # Before numpy is loaded: a check multiplies small matrices in a thread of its own, and threads inside of that wait
    # for one another at the cost of as much processor time again.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Most of what a command reads stays until it ends: to search it for garbage two hundred times, and once more at the
    # end of the process, takes a fortieth of a check.
    gc.set_threshold(10_000)
    stop = Stop()
    try:
        with stop.listening():
            with stop.importing("bot.terminal.app"):
                from bot.terminal.app import main as run  # noqa: PLC0415
                from bot.terminal.app import parts_for  # noqa: PLC0415

                parts_for(*sys.argv[1:2])
            run(stop=stop)
    finally:
        # All is done and told; Ctrl-C while the interpreter ends must not become a traceback.
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        gc.freeze()
