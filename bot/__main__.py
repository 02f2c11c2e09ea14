"""Runs the Discord bot: `python -m bot` is `touchstone run`, and tells failures in the same way."""

import sys

from bot.terminal import main


def run() -> None:
    """Run the bot with the settings of the environment, and leave with the command's code."""
    sys.argv.insert(1, "run")
    main()


if __name__ == "__main__":
    run()
