"""The terminal front end: commands, cards drawn with rich, and the machine-readable output.

Lives here: everything behind the `touchstone` command.
May not live here: Discord (`touchstone run` imports it when it is called), or a decision about a message.
"""

import gc
import signal
import sys


def main() -> None:
    """Run the command; Ctrl-C while its parts are imported ends it at once, and not somewhere in a library."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    # What is imported stays: to look again and again whether any of it can go takes a tenth of the time of a start.
    gc.disable()
    from bot.terminal.app import main as run  # noqa: PLC0415
    from bot.terminal.app import parts_for  # noqa: PLC0415

    parts_for(*sys.argv[1:2])
    signal.signal(signal.SIGINT, before)
    gc.freeze()
    gc.enable()
    run()
